"""What was sent: files byte for byte, their rows as read and mended, and what editors decided."""

import uuid
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Count, F, Func, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from leaderboard.models.catalogue import Source


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is or was published is everybody's, the rest its sender's and the editors'."""
        if user.is_authenticated and user.is_staff:
            return self
        with_runs = Submission.objects.filter(pk=models.OuterRef("pk"), runs__isnull=False)
        was_published = models.Exists(with_runs)
        seen = Q(state=Submission.State.PUBLISHED)
        gone = (Submission.State.WITHDRAWN, Submission.State.SUPERSEDED)
        seen |= Q(was_published, state__in=gone)
        if user.is_authenticated:
            seen |= Q(submitted_by=user)
        return self.filter(seen)

    def waiting(self, *, at: datetime, since: datetime):
        """Received, and nobody is at work on it: never taken up, or its lease has run out."""
        return self.filter(
            Q(lease_until=None, received_at__lt=since, decided_at=None)
            | Q(lease_until=None, decided_at__lt=since)
            | Q(lease_until__lt=at),
            state=Submission.State.RECEIVED,
        )


class Submission(models.Model):
    """A file somebody sent. Kept byte for byte, never edited."""

    class State(models.TextChoices):
        RECEIVED = "RECEIVED"
        CHECKED = "CHECKED"
        PUBLISHED = "PUBLISHED"
        HELD = "HELD"
        REJECTED = "REJECTED"
        QUARANTINED = "QUARANTINED"
        WITHDRAWN = "WITHDRAWN"
        SUPERSEDED = "SUPERSEDED"
        EMBARGOED = "EMBARGOED"

    class Publish(models.TextChoices):
        AUTO = "AUTO", "publish when the check finds no error"
        NO = "NO", "stop after the check"

    class Take(models.TextChoices):
        ALL = "ALL", "all rows or none"
        VALID = "VALID", "the rows without errors"

    class OnConflict(models.TextChoices):
        """What becomes of a row when its sender published other numbers of the same thing."""

        ERROR = "ERROR", "tell me"
        SKIP = "SKIP", "keep the earlier numbers"
        SUPERSEDE = "SUPERSEDE", "replace the earlier numbers"
        REPLICATE = "REPLICATE", "keep both, as repeats"

    class Reason(models.TextChoices):
        """Why earlier numbers are replaced."""

        CORRECTION = "correction", "the earlier numbers were wrong"
        REMEASURED = "re-measured", "measured again"
        EXTENDED = "extended", "more was measured"
        SOFTWARE = "software", "the software changed"

    class Level(models.TextChoices):
        """How far a number was verified. Higher levels, such as “recomputed”, nobody claims yet."""

        SELF_REPORTED = "0", "self-reported"
        EVIDENCE = "1", "evidence attached"

    # Formats of numbers written down for us; every other format is the file of a tool, which we
    # keep byte for byte.
    NATIVE = ("efficiency-frontier-csv", "efficiency-frontier-json")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=12, choices=State, default=State.RECEIVED)
    publish = models.CharField(max_length=4, choices=Publish, default=Publish.AUTO)
    # An editor has seen it: warnings don't hold it any more.
    is_approved = models.BooleanField(default=False)
    take = models.CharField(max_length=5, choices=Take, default=Take.ALL)
    on_conflict = models.CharField(max_length=9, choices=OnConflict, default=OnConflict.ERROR)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    # Until then its numbers are its sender's alone.
    embargo_until = models.DateTimeField(null=True, blank=True)
    filename = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    # The format of most of its files, as the check found; and the one that the sender named, under
    # which all of them are read, whatever they look like.
    format = models.CharField(max_length=60, blank=True)
    asked_format = models.CharField(max_length=60, blank=True)
    # What the file does not say and its sender did: {"hardware": {"CITIC": "nvidia-…"}, …}.
    context = models.JSONField(default=dict, blank=True)
    context_key = models.CharField(max_length=16)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    submitted_by = models.ForeignKey("auth.User", models.PROTECT, related_name="submissions")
    received_at = models.DateTimeField()
    # When its numbers came to count, and when its state was last decided: a withdrawal moves the
    # second only.
    published_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # {"rows": …, "entries": …, "errors": …, "warnings": …, "boards": […]}
    summary = models.JSONField(default=dict, blank=True)
    issues = models.JSONField(default=list, blank=True)
    # What publishing would do, worked out by the last check (`ingest.effect`).
    effect = models.JSONField(default=dict, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Grows with each claim, so that a worker that was given up can't write any more.
    fence = models.PositiveIntegerField(default=0)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            # The same person's same file with the same context is the same submission.
            models.UniqueConstraint(
                fields=["submitted_by", "sha256", "context_key"], name="submission_sent_once"
            ),
        ]
        indexes = [
            # The sweep: what is waiting.
            models.Index(
                fields=["received_at"], condition=Q(state="RECEIVED"), name="submission_received"
            ),
            # The log of the site: what was published, the newest first.
            models.Index(
                fields=["-published_at", "-id"],
                condition=Q(published_at__isnull=False),
                name="submission_published",
            ),
            # And what was taken back.
            models.Index(
                fields=["-decided_at", "-id"],
                condition=Q(state__in=("PUBLISHED", "SUPERSEDED", "WITHDRAWN")),
                name="submission_newest",
            ),
        ]

    def __str__(self):
        return f"{self.filename} ({self.state.lower()})"

    def get_absolute_url(self):
        return f"/submissions/{self.public_id}/"

    @classmethod
    def level_of(cls, format: str) -> Level:
        return cls.Level.SELF_REPORTED if format in cls.NATIVE else cls.Level.EVIDENCE

    @property
    def level(self) -> Level:
        """How far its numbers were verified."""
        return self.level_of(self.format)

    @property
    def errors(self) -> list[dict]:
        return [issue for issue in self.issues if issue["severity"] == "error"]


class SubmissionChunk(models.Model):
    """A piece of a file, apart from its Submission so that lists never load it."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="chunks")
    path = models.CharField(max_length=300, blank=True)
    position = models.PositiveIntegerField()
    bytes = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["submission", "path", "position"], name="submission_chunk_in_place"
            )
        ]

    def __str__(self):
        return f"{self.submission_id}/{self.path}#{self.position}"


class CellsText(Func):
    """The values of a JSON object in one text, without its keys."""

    template = "(SELECT string_agg(cell.value, ' ') FROM jsonb_each_text(%(expressions)s) cell)"
    output_field = models.TextField()


class Keys(Func):
    """Each key of a JSON object, on a line of its own."""

    function = "jsonb_object_keys"
    set_returning = True
    output_field = models.TextField()


class SubmissionRowQuerySet(models.QuerySet["SubmissionRow"]):
    # How rows are told apart; a row may be of several states.
    STATES = ("error", "warning", "info", "fine", "fixed")

    def of(self, state: str):
        """Those of one state; all if none is named."""
        if state in ("fine", "fixed"):
            return self.fine() if state == "fine" else self.fixed()
        return self.told(state) if state else self.all()

    def in_order(self):
        """File by file, as the rows stand in them."""
        return self.order_by("path", "row")

    def after(self, path: str, row: int):
        """Those that come after this one."""
        return self.filter(TupleGreaterThan(Tuple(F("path"), F("row")), (path, row)))

    def told(self, severity: str):
        """Those with an issue of this severity: error, warning or info."""
        return self.filter(issues__contains=[{"severity": severity}])

    def fine(self):
        """Those without any issue."""
        return self.filter(issues=[])

    def fixed(self):
        """Those with a cell that somebody wrote over."""
        return self.filter(patched__isnull=False)

    def fixed_columns(self):
        """The columns in which somebody wrote over a cell."""
        return self.fixed().values_list(Keys("patched"), flat=True).distinct()

    def holding(self, text: str):
        """Those with this text in a cell, as sent or as written over it."""
        found = self.alias(said=CellsText("sent"), fixed=CellsText("patched"))
        return found.filter(Q(said__icontains=text) | Q(fixed__icontains=text))

    def counts(self) -> dict[str, int]:
        """How many rows there are of each state; a row may count in several."""
        told = {
            severity: Count("row", filter=Q(issues__contains=[{"severity": severity}]))
            for severity in ("error", "warning", "info")
        }
        fixed = Count("row", filter=Q(patched__isnull=False))
        return self.aggregate(
            all=Count("row"), **told, fine=Count("row", filter=Q(issues=[])), fixed=fixed
        )


class SubmissionRow(models.Model):
    """One record as it was sent, so that cells can be fixed in place and numbers traced."""

    pk = models.CompositePrimaryKey("submission_id", "path", "row")
    submission = models.ForeignKey(
        Submission, models.CASCADE, related_name="rows", db_index=False, db_constraint=False
    )
    path = models.CharField(max_length=300, blank=True)
    row = models.PositiveIntegerField()
    sent = models.JSONField()
    patched = models.JSONField(null=True, blank=True)
    issues = models.JSONField(default=list, blank=True)
    # What it means beside what was published before; empty for a row that is no run or has errors.
    fate = models.CharField(max_length=9, blank=True)

    objects = SubmissionRowQuerySet.as_manager()

    def __str__(self):
        return f"{self.submission_id} row {self.row}"

    @property
    def cells(self) -> dict[str, Any]:
        """The cells as they are read: as sent, with what somebody wrote over them."""
        return {**self.sent, **(self.patched or {})}


class SentKey(models.Model):
    """A sender's own name for one request: with it, the request may be repeated (`ingest.once`)."""

    sent_by = models.ForeignKey("auth.User", models.CASCADE, related_name="sent_keys")
    key = models.CharField(max_length=255)
    # Of the whole request, so that another one under the same name is noticed.
    digest = models.CharField(max_length=64)
    submission = models.ForeignKey(Submission, models.CASCADE, related_name="sent_keys")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sent_by", "key"], name="key_sent_once")]

    def __str__(self):
        return f"{self.key}: {self.submission}"


class Decision(models.Model):
    """What an editor decided about a held submission. Everybody may read it."""

    class Verdict(models.TextChoices):
        APPROVED = "APPROVED", "approved"
        RETURNED = "RETURNED", "returned"
        REJECTED = "REJECTED", "rejected"

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=8, choices=Verdict)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey("auth.User", models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ("decided_at",)

    def __str__(self):
        return f"{self.get_verdict_display()}: {self.submission}"
