"""What was sent and what it says. Millions of rows; facts are append-only."""

import hashlib
import json
import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, models
from django.db.models import Count, F, Func, Q
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan

from leaderboard.models.catalogue import AIModel, Hardware, Method, Source, Task
from leaderboard.models.constraints import Infinity, interval_is_finite_and_ordered


class SubmissionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What is or was published is everybody's, the rest its sender's and the editors'."""
        if user.is_authenticated and user.is_staff:
            return self
        was_published = models.Exists(Run.objects.filter(submission_id=models.OuterRef("pk")))
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


canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def settings_key(settings: dict) -> str:
    """Sixteen hexadecimal digits of the settings' canonical JSON."""
    return key_of(canonical(settings))


def key_of(settings: str) -> str:
    return hashlib.sha256(settings.encode()).hexdigest()[:16]


class EntryQuerySet(models.QuerySet):
    def named(self):
        """With everything that an entry's name needs."""
        return self.select_related("model", "method", "hardware", "task")

    def published(self):
        """Those with an estimate: at least one published run stands behind them."""
        return self.filter(models.Exists(Estimate.objects.filter(entry_id=models.OuterRef("pk"))))


class Entry(models.Model):
    """What is ranked: a model, by a method, on hardware, at a task, with settings."""

    # A million of these may come in one file, as of runs, measurements and estimates: that what
    # they name exists is checked by `verify_integrity`, not by triggers for each.
    # The unique key begins with the task and serves as its index.
    task = models.ForeignKey(
        Task, models.PROTECT, related_name="entries", db_index=False, db_constraint=False
    )
    model = models.ForeignKey(AIModel, models.PROTECT, related_name="entries", db_constraint=False)
    method = models.ForeignKey(Method, models.PROTECT, related_name="entries", db_constraint=False)
    hardware = models.ForeignKey(
        Hardware, models.PROTECT, related_name="entries", db_constraint=False
    )
    device_count = models.PositiveIntegerField(default=1)
    settings = models.JSONField(default=dict, blank=True)
    settings_key = models.CharField(max_length=16)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["task", "model", "method", "hardware", "device_count", "settings_key"],
                name="entry_is_one_comparable_thing",
            ),
            models.CheckConstraint(condition=Q(device_count__gte=1), name="entry_has_a_device"),
        ]

    def __str__(self):
        return f"{self.model}{self.detail and ', '}{self.detail}"

    def get_absolute_url(self):
        return f"/entries/{self.pk}/"

    @property
    def device(self) -> str:
        """“2 × H100”, or nothing where the hardware is hidden."""
        if self.hardware.slug == "unspecified":
            return ""
        # Some training runs are published without the number of their devices.
        if self.settings.get("devices") == NOT_STATED:
            return str(self.hardware)
        return f"{self.device_count} × {self.hardware}"

    @property
    def detail(self) -> str:
        """Method, settings and hardware in a few words."""
        shown = [
            str(value) for key, value in self.settings.items() if key in SHOWN_SETTINGS and value
        ]
        method = [] if self.method.slug == "baseline" else [self.method.name]
        return ", ".join([*method, *shown, *filter(None, [self.device])])


# What the setting `devices` says then; their count is 1 for want of a better one.
NOT_STATED = "number not stated"
# The settings that belong in an entry's short name, the rest is on its page.
SHOWN_SETTINGS = (
    "precision",
    "engine",
    "machine",
    "batch_size",
    "max_num_seqs",
    "image",
    "effort",
    "score_of",
)


class RunQuerySet(models.QuerySet):
    def levels(self, entries: Iterable[int]) -> dict[int, Submission.Level]:
        """Entry → how far its newest counting run was verified; none for one without any."""
        newest = self.counting().filter(entry__in=list(entries)).order_by("entry", "-pk")
        formats = newest.distinct("entry").values_list("entry", "submission__format")
        return {entry: Submission.level_of(format) for entry, format in formats}

    def counting(self):
        """Those that estimates are made of: published, and not replaced by a later run."""
        return self.filter(submission__state=Submission.State.PUBLISHED, replaced_by=None)


class Run(models.Model):
    """One time somebody measured an entry. Immutable, but for a later run that replaces it."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="runs", db_constraint=False)
    # `run_once_per_row` begins with the submission and serves as its index.
    submission = models.ForeignKey(
        Submission, models.PROTECT, related_name="runs", db_index=False, db_constraint=False
    )
    path = models.CharField(max_length=300, blank=True)
    row = models.PositiveIntegerField()
    measured_on = models.CharField(max_length=10, blank=True)
    region = models.CharField(max_length=60, blank=True)
    samples = models.PositiveBigIntegerField(null=True, blank=True)
    # The sender's own name for it, and where they say it was published.
    external_id = models.CharField(max_length=200, blank=True)
    citation = models.TextField(blank=True)
    # The later run of the same sender that counts in its place. Its submission says why.
    replaced_by = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="replaces",
        db_index=False,
        db_constraint=False,
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [
            # Reading a file again changes nothing.
            models.UniqueConstraint(fields=["submission", "path", "row"], name="run_once_per_row")
        ]
        indexes = [
            models.Index(fields=["external_id"], condition=~Q(external_id=""), name="run_named"),
            # The runs that a later one took the place of: few of many.
            models.Index(
                fields=["replaced_by"], condition=~Q(replaced_by=None), name="run_replaced"
            ),
        ]

    def __str__(self):
        return f"run {self.pk} of entry {self.entry_id}"

    @property
    def counts(self) -> bool:
        """Whether estimates are made of it; see `counting`."""
        return self.submission.state == Submission.State.PUBLISHED and self.replaced_by_id is None


class Origin(models.TextChoices):
    """How a number came to be, from the best to the weakest."""

    METERED = "METERED", "external meter"
    SENSED = "SENSED", "on-board sensor"
    REPORTED = "REPORTED", "reported"
    DERIVED = "DERIVED", "derived"
    ESTIMATED = "ESTIMATED", "estimated by a model"
    RATED = "RATED", "from a rating"


class Measurement(models.Model):
    """One number that a file states of a run, in the canonical unit per functional unit."""

    pk = models.CompositePrimaryKey("run_id", "metric")
    # The primary key begins with the run and serves as its index.
    run = models.ForeignKey(
        Run,
        models.CASCADE,
        related_name="measurements",
        db_index=False,
        db_constraint=False,
    )
    metric = models.CharField(max_length=60)
    origin = models.CharField(max_length=10, choices=Origin)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    # As written in the file.
    raw_value = models.CharField(max_length=60)
    raw_unit = models.CharField(max_length=40)
    # By how many functional units the written total was divided.
    divisor = models.FloatField(default=1)
    # Column or key in the file, and the tool with its version where one gave the number.
    column = models.CharField(max_length=120, blank=True)
    instrument = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            interval_is_finite_and_ordered("measurement_finite_and_ordered"),
            models.CheckConstraint(
                condition=~Q(raw_value="") & ~Q(raw_unit=""), name="measurement_is_written"
            ),
            # Not a number and infinity are no less than infinity.
            models.CheckConstraint(
                condition=Q(divisor__gt=0, divisor__lt=Infinity()),
                name="measurement_divisor_positive",
            ),
        ]

    def __str__(self):
        return f"{self.metric} = {self.value:g}"


class Points:
    """Estimates of many entries side by side: `entries` of shape (n,), the rest of shape (n, m).

    A missing estimate is NaN in value, low and high; its origin is empty.
    """

    def __init__(self, entries, metrics, value, low, high, origin):
        self.entries = entries
        self.metrics = metrics
        self.value, self.low, self.high, self.origin = value, low, high, origin

    def __len__(self):
        return len(self.entries)

    def of(self, metrics: Iterable[str]) -> "Points":
        """Only those metrics, in that order."""
        columns = [self.metrics.index(metric) for metric in metrics]
        return Points(
            self.entries,
            tuple(self.metrics[column] for column in columns),
            *(part[:, columns] for part in (self.value, self.low, self.high, self.origin)),
        )

    def within(self, bounds: dict[str, tuple[float, float]]) -> np.ndarray:
        """Mask of shape (n,): the points inside all bounds. A missing value is outside."""
        inside = np.ones(len(self), dtype=bool)
        for metric, (low, high) in bounds.items():
            column = self.value[:, self.metrics.index(metric)]
            inside &= (column >= low) & (column <= high)
        return inside

    def where(self, mask) -> "Points":
        """Only those entries."""
        parts = (self.value, self.low, self.high, self.origin)
        return Points(self.entries[mask], self.metrics, *(part[mask] for part in parts))


ORIGIN_CODES = {origin: code for code, origin in enumerate(Origin.values)}
# Read off an instrument, or told by who did.
MEASURED_CODES = [ORIGIN_CODES[one] for one in (Origin.METERED, Origin.SENSED, Origin.REPORTED)]
POINTS_SQL = """
    SELECT metric,
           string_agg(int8send(entry_id), ''::bytea ORDER BY entry_id),
           string_agg(float8send(value), ''::bytea ORDER BY entry_id),
           string_agg(float8send(low), ''::bytea ORDER BY entry_id),
           string_agg(float8send(high), ''::bytea ORDER BY entry_id),
           string_agg(int2send(origin), ''::bytea ORDER BY entry_id)
    FROM leaderboard_estimate
    WHERE task_id = %s AND metric = ANY(%s) {entries}
    GROUP BY metric
"""


class EstimateQuerySet(models.QuerySet):
    def points(
        self, task: int, metrics: Iterable[str], entries: Iterable[int] | None = None
    ) -> Points:
        """The estimates of a task's entries, one query whatever their number.

        The columns arrive as binary strings: four to five times faster than rows of tuples.
        """
        metrics = tuple(metrics)
        only: str = ""
        parameters: list[Any] = [task, list(metrics)]
        if entries is not None:
            only = "AND entry_id = ANY(%s)"
            parameters.append(sorted(entries))
        with connection.cursor() as cursor:
            cursor.execute(POINTS_SQL.format(entries=only), parameters)
            columns = {
                row[0]: (
                    np.frombuffer(row[1], ">i8").astype(np.int64),
                    *(np.frombuffer(part, ">f8").astype(np.float64) for part in row[2:5]),
                    np.frombuffer(row[5], ">i2").astype(np.int16),
                )
                for row in cursor.fetchall()
            }
        return aligned(columns, metrics)


def aligned(columns: dict, metrics: tuple[str, ...]) -> Points:
    """Columns of different entries as one table over all of them."""
    ids = [column[0] for column in columns.values()]
    entries = np.unique(np.concatenate(ids)) if ids else np.zeros(0, np.int64)
    shape = (len(entries), len(metrics))
    value, low, high = (np.full(shape, np.nan) for _ in range(3))
    origin = np.full(shape, -1, np.int16)
    for position, metric in enumerate(metrics):
        if metric not in columns:
            continue
        ids, *parts = columns[metric]
        places = np.searchsorted(entries, ids)
        for table, part in zip((value, low, high, origin), parts, strict=True):
            table[places, position] = part
    return Points(entries, metrics, value, low, high, origin)


class Estimate(models.Model):
    """What we hold to be true of an entry on one metric. Can be rebuilt from the runs."""

    pk = models.CompositePrimaryKey("entry_id", "metric")
    entry = models.ForeignKey(
        Entry, models.CASCADE, related_name="estimates", db_index=False, db_constraint=False
    )
    # The entry's task once more: a board reads its column of one metric in one index scan.
    task = models.ForeignKey(
        Task, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    metric = models.CharField(max_length=60)
    # Place in `Origin`: the best that stands behind the value.
    origin = models.SmallIntegerField()
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    # The runs that its numbers came from; of what follows from numbers of different runs, none.
    runs = models.PositiveIntegerField()
    # The formula that gave it; empty where it was pooled from what the runs state.
    recipe = models.CharField(max_length=60, blank=True)

    objects = EstimateQuerySet.as_manager()

    class Meta:
        constraints = [interval_is_finite_and_ordered("estimate_finite_and_ordered")]
        indexes = [
            # A board's points: one metric of one task, without touching the table.
            models.Index(
                fields=["task", "metric", "entry"],
                include=["value", "low", "high", "origin"],
                name="estimate_points",
            )
        ]

    def __str__(self):
        return f"{self.metric} = {self.value:g} of entry {self.entry_id}"

    def get_origin_display(self) -> str:
        return Origin(Origin.values[self.origin]).label
