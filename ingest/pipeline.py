"""Story: a file somebody sent becomes facts.

receive → check → publish, each once however often it is asked for. A submission is the queue's
record: its state, lease and fence say who works on it, so a message may be lost or come twice.
"""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone
from psycopg import errors

from ingest import deadlocks, files, progress, writing
from ingest.against import Against
from ingest.checking import Pass
from ingest.effect import Effect
from ingest.forgiving import forgiving
from ingest.formats import FORMATS
from ingest.parsing import Patches
from ingest.readings import Issue
from ingest.report import Report
from ingest.resolve import context_of
from ingest.spool import pieces_of, spooled
from ingest.unhurried import unhurried
from leaderboard import estimates, frontiers, room
from leaderboard.faults import fault, is_protected
from leaderboard.models import Decision, Run, Source, Submission, SubmissionRow, Task
from leaderboard.models.evidence import settings_key

State = Submission.State
# Here its sender may say more about it, and fix it.
CHANGEABLE = (State.CHECKED, State.REJECTED, State.HELD)
# What another transaction causes and a second try mends.
MOMENTARY = (errors.DeadlockDetected, errors.SerializationFailure)
TRIES = 3


class NotAllowed(Exception):
    """Something that the submission's state does not permit; the text says why."""


class Refused(Exception):
    """Ends a writing pass at the first row that may not be published."""


def receive(
    sent: files.Sent,
    *,
    filename: str,
    by: Any,
    at: datetime,
    context: dict | None = None,
    publish: str = Submission.Publish.AUTO,
    format: str = "",
    source: Source | None = None,
    **choices: Any,
) -> tuple[Submission, bool]:
    """Keep files that were sent together. Returns their submission and whether it is new.

    `filename` is what the submission is called; `choices` are its `take`, `on_conflict`, `reason`,
    `embargo_until` and `is_approved`. The same person's same file with the same context
    is the same submission; sent again after a rejection it is tried again. Raises files.TooLarge
    and resolve.ContextError.
    """
    context = context_of(context or {})
    try:
        with transaction.atomic():
            submission = Submission.objects.create(
                filename=files.path_of(filename)[-200:],
                # Not known before the last byte; until then a value nobody else has.
                sha256=secrets.token_hex(32),
                size=0,
                format=format,
                asked_format=format,
                publish=publish,
                context=context,
                context_key=settings_key(context),
                source=source,
                submitted_by=by,
                received_at=at,
                **choices,
            )
            limit = settings.LIMITS["max_upload_bytes"]
            sha256, size = files.store(submission, sent, limit=limit)
            submission.sha256, submission.size = sha256, size
            submission.save(update_fields=["sha256", "size"])
            return submission, True
    except IntegrityError:
        earlier = Submission.objects.get(
            submitted_by=by, sha256=sha256, context_key=settings_key(context)
        )
        if earlier.state == State.REJECTED:
            reopen(earlier, format=format, asked_format=format)
        return earlier, False


def reopen(submission: Submission, **changes: Any) -> None:
    """Put a submission back to where a worker takes it up."""
    for name, value in changes.items():
        setattr(submission, name, value)
    submission.state = State.RECEIVED
    submission.attempts, submission.lease_until = 0, None
    submission.issues, submission.summary = [], {}
    fields = ["state", "attempts", "lease_until", "issues", "summary"]
    submission.save(update_fields=[*fields, *changes])


@transaction.atomic
def recheck(
    submission_id: int, *, at: datetime, context: dict, format: str | None = None
) -> Submission:
    """Take what the sender says now and check the file again. Raises NotAllowed, ContextError.

    `format` is a slug, empty to have it recognised, or None to leave it as it was said.
    """
    submission = locked(submission_id)
    if submission.state not in CHANGEABLE:
        raise NotAllowed(f"A submission that is {submission.state.lower()} can't be checked again.")
    if format and format not in FORMATS:
        raise NotAllowed("No format is called so; choose one of the list.")
    context = context_of(context)
    reopen(
        submission,
        context=context,
        context_key=settings_key(context),
        asked_format=submission.asked_format if format is None else format,
        decided_at=at,
    )
    return submission


def ingest(submission_id: int, *, at: datetime) -> set[int]:
    """Check a received file, and publish it if it may. Returns the boards to refresh.

    Does nothing when the submission is not waiting, somebody is at work on it, or the disk is full.
    """
    claimed = claim(submission_id, at=at) if room.is_enough() else None
    if claimed is None:
        return set()
    fault("after_claim")
    boards: set[int] = set()
    with forgiving(claimed):
        boards = patiently(claimed, at=at)
    fault("after_commit")
    return boards


def patiently(claimed: Submission, *, at: datetime) -> set[int]:
    """Do the work of a claim, again when another upload held rows that this one wanted."""
    after: Sequence[str] = ()
    for tries_left in reversed(range(TRIES if is_protected("retry") else 1)):
        try:
            return worked(claimed, at=at, after=after)
        except OperationalError as error:
            # Nothing of this try is left.
            if not tries_left or not isinstance(error.__cause__, MOMENTARY):
                raise
            after = deadlocks.transactions_of(error)
    raise AssertionError("the last try returns or raises")


def worked(claimed: Submission, *, at: datetime, after: Sequence[str] = ()) -> set[int]:
    """Do the work of a claim in one transaction, once those named have ended.

    Does nothing when the claim was given to somebody else, or the file was withdrawn meanwhile.
    """
    whole = transaction.atomic if is_protected("one_transaction") else nullcontext
    with whole():
        submission = locked(claimed.pk)
        is_ours = submission.fence == claimed.fence or not is_protected("fence")
        if not is_ours or submission.state != State.RECEIVED:
            return set()
        deadlocks.wait_for(after)
        boards = work(submission, at=at)
        fault("before_commit")
    return boards


def locked(submission_id: int) -> Submission:
    """The submission, held until the transaction ends."""
    rows = Submission.objects.all()
    if is_protected("one_transaction") and is_protected("row_lock"):
        rows = rows.select_for_update(no_key=True)
    return rows.get(pk=submission_id)


@transaction.atomic
def claim(submission_id: int, *, at: datetime) -> Submission | None:
    """Take a lease on a waiting submission, and count the attempt before anything can go wrong."""
    rows = Submission.objects.filter(pk=submission_id, state=State.RECEIVED)
    if is_protected("row_lock"):
        rows = rows.select_for_update(no_key=True, skip_locked=True)
    submission = rows.first()
    if submission is None:
        return None
    if is_protected("lease") and submission.lease_until and submission.lease_until > at:
        return None
    if is_protected("attempts") and submission.attempts >= settings.MAX_ATTEMPTS:
        quarantine(submission, at=at)
        return None
    submission.attempts += 1
    submission.fence += 1
    submission.lease_until = at + timedelta(seconds=settings.LEASE_SECONDS)
    submission.save(update_fields=["attempts", "fence", "lease_until"])
    return submission


def quarantine(submission: Submission, *, at: datetime) -> None:
    """Set a file aside that harmed its worker each time."""
    issue = Issue(
        "file.harmful",
        f"Reading this file ended its worker {submission.attempts} times, so it was set aside.",
        hint="The file is kept. Ask an editor to look at it.",
    )
    report = Report(settings.LIMITS["max_issues_kept"])
    report.add(issue)
    finish(submission, State.QUARANTINED, report, at=at)


def work(submission: Submission, *, at: datetime) -> set[int]:
    """Publish in one pass when nothing stands against it; otherwise check and keep the report."""
    forget(submission)
    if submission.publish == Submission.Publish.AUTO:
        for state in outcomes(submission, at=at):
            boards = attempt(submission, state, at=at)
            if boards is not None:
                return boards
    report = inspect(submission)
    asked_for_a_check = submission.publish == Submission.Publish.NO
    finish(submission, State.CHECKED if asked_for_a_check else State.REJECTED, report, at=at)
    return set()


def outcomes(submission: Submission, *, at: datetime) -> list[str]:
    """The states that a good file may come to, the best first."""
    under_embargo = submission.embargo_until and submission.embargo_until > at
    best = State.EMBARGOED if under_embargo else State.PUBLISHED
    may_publish = submission.is_approved or settings.REVIEW != "all"
    return [best, State.HELD] if may_publish else [State.HELD]


def attempt(submission: Submission, state: str, *, at: datetime) -> set[int] | None:
    """Write everything, or leave nothing behind and return None when a row stands against it."""
    try:
        with transaction.atomic() if is_protected("one_transaction") else nullcontext():
            return write(submission, state, at=at)
    except Refused:
        return None


def forget(submission: Submission) -> None:
    """Remove what an earlier check of this file wrote. None of it was ever public."""
    Run.objects.filter(submission=submission).delete()


@transaction.atomic
def publish(submission_id: int, *, by: Any, **choices: Any) -> None:
    """Put a checked submission back to a worker, to be published; a held one as an editor.

    `choices` are `take`, `on_conflict`, `reason` and `embargo_until` of the Submission. A file of
    any size is so published in the one way there is. Raises NotAllowed with the reason when it
    can't be.
    """
    submission = locked(submission_id)
    if submission.state == State.PUBLISHED:
        return
    if submission.state == State.HELD and by.is_staff:
        decide(submission_id, Decision.Verdict.APPROVED, by=by, at=timezone.now())
        return
    if submission.state not in (State.CHECKED, State.REJECTED):
        raise NotAllowed(f"A submission that is {submission.state.lower()} can't be published.")
    for name, value in choices.items():
        setattr(submission, name, value)
    has_errors = submission.state == State.REJECTED or submission.summary.get("errors")
    if has_errors and not mends_errors(submission):
        raise NotAllowed("It has errors: mend them, or publish it without the rows that have them.")
    if submission.on_conflict == Submission.OnConflict.SUPERSEDE and not submission.reason:
        raise NotAllowed("Say why the earlier numbers are replaced.")
    reopen(submission, publish=Submission.Publish.AUTO, **choices)


def mends_errors(submission: Submission) -> bool:
    """Whether what its sender chose may leave no error standing in the way."""
    takes_part = submission.take == Submission.Take.VALID
    return takes_part or submission.on_conflict != Submission.OnConflict.ERROR


@transaction.atomic
def decide(
    submission_id: int, verdict: str, *, by: Any, at: datetime, reason: str = ""
) -> Submission:
    """An editor's word on a held submission. Raises NotAllowed.

    Nobody decides about what they sent themselves, and whoever does not approve says why.
    """
    submission = locked(submission_id)
    if submission.state != State.HELD:
        raise NotAllowed("Only a submission that is held for review can be decided about.")
    if not by.is_staff or submission.submitted_by_id == by.pk:
        raise NotAllowed("An editor other than its sender has to decide.")
    if verdict != Decision.Verdict.APPROVED and not reason:
        raise NotAllowed("Say why, so that its sender knows what to do.")
    submission.decisions.create(verdict=verdict, reason=reason, decided_by=by, decided_at=at)
    if verdict == Decision.Verdict.APPROVED:
        reopen(submission, publish=Submission.Publish.AUTO, is_approved=True)
        return submission
    forget(submission)
    returned = verdict == Decision.Verdict.RETURNED
    submission.state = State.CHECKED if returned else State.REJECTED
    submission.decided_at = at
    submission.save(update_fields=["state", "decided_at"])
    return submission


@transaction.atomic
def withdraw(submission_id: int, *, at: datetime, reason: str = "") -> set[int]:
    """Take a published submission out of all estimates; its page stays. Returns the boards."""
    submission = locked(submission_id)
    if submission.state in (State.WITHDRAWN, State.SUPERSEDED):
        return set()
    was_published = submission.state == State.PUBLISHED
    if not was_published:
        forget(submission)
    submission.state, submission.decided_at = State.WITHDRAWN, at
    submission.summary = {**submission.summary, "reason": reason}
    submission.save(update_fields=["state", "decided_at", "summary"])
    if not was_published:
        return set()
    return estimates.refresh(
        Run.objects.filter(submission=submission).values_list("entry", flat=True)
    )


@transaction.atomic
def release(*, at: datetime) -> None:
    """Put submissions whose embargo is over back to where a worker publishes them."""
    due = Submission.objects.filter(state=State.EMBARGOED, embargo_until__lte=at)
    for submission in due.select_for_update(no_key=True, skip_locked=True):
        reopen(submission)


def waiting(*, at: datetime) -> list[int]:
    """The submissions that the sweep queues again: never taken up, or their worker is gone."""
    since = at - timedelta(seconds=settings.SWEEP_SECONDS / 2)
    return list(Submission.objects.waiting(at=at, since=since).values_list("pk", flat=True))


def check(sent: files.Sent, *, by: Any, context: dict, format: str = "", **choices: Any) -> Report:
    """Check files that nobody keeps: the dry run."""
    against = Against(0, by.pk or 0, choices.get("on_conflict", Submission.OnConflict.ERROR))
    parts = ((files.path_of(name), pieces_of(stream)) for name, stream in sent)
    with spooled(parts) as spool, unhurried():
        reading = Pass(spool, format, context_of(context), against=against)
        effect = Effect()
        for batch in reading.batches():
            effect.add(batch)
            reading.taken()
    reading.report.effect = effect.found()
    return reading.report


@contextmanager
def over(submission: Submission, *, creates: bool = False) -> Iterator[Pass]:
    """A pass over a kept submission, with what was written over its cells."""
    against = Against(submission.pk, submission.submitted_by_id, submission.on_conflict)
    with files.kept(submission) as spool, unhurried():
        yield Pass(
            spool,
            submission.asked_format,
            submission.context,
            patches_of(submission),
            against,
            creates,
            progress.Teller(submission.pk, spool.size),
        )


def patches_of(submission: Submission) -> Patches:
    """Path → row → the cells that somebody wrote over."""
    found: Patches = {}
    for path, row, cells in submission.rows.fixed().values_list("path", "row", "patched"):
        found.setdefault(path, {})[row] = cells
    return found


def inspect(submission: Submission) -> Report:
    """Check a kept file and keep its records with their problems, for the page that shows them.

    Where no record can be read, those of the check before stay, for the sake of their fixes.
    """
    with over(submission) as reading:
        effect, is_replaced = Effect(), False
        for batch in reading.batches():
            effect.add(batch)
            records = reading.taken()
            # A check that can read no row leaves what was fixed in the rows there are.
            if records and not is_replaced:
                SubmissionRow.objects.filter(submission=submission).delete()
                is_replaced = True
            writing.write_rows(submission, records, reading.patches)
        writing.mark_rows(submission, reading.report)
    reading.report.effect = effect.found()
    return reading.report


def write(submission: Submission, state: str, *, at: datetime) -> set[int]:
    """Write the file's runs and all that follows. Returns the boards to refresh.

    Raises Refused at the first row that stands against the state.
    """
    is_public = state == State.PUBLISHED
    touched = writing.Touched()
    # Editors decide with the preview before them.
    effect = Effect() if state == State.HELD else None
    with over(submission, creates=True) as reading:
        SubmissionRow.objects.filter(submission=submission).delete()
        for batch in reading.batches():
            refuse(submission, state, reading.report)
            writing.write_rows(submission, reading.taken(), reading.patches)
            if effect:
                effect.add(batch)
            if batch:
                writing.write(submission, batch, touched, public=is_public)
            room.require()
            fault("mid_copy")
        refuse(submission, state, reading.report)
        if not (reading.report.planned or reading.report.unwritten):
            raise Refused
        writing.mark_rows(submission, reading.report)
        report = reading.report
    report.effect = effect.found() if effect else {}
    # What else was noted of a large file fills much memory.
    del reading
    finish(submission, state, report, at=at)
    if not is_public:
        return set()
    writing.supersede(submission)
    return follow(touched, report.tasks)


def refuse(submission: Submission, state: str, report: Report) -> None:
    """Raise Refused if the report so far stands against the state."""
    takes_all = submission.take == Submission.Take.ALL
    if report.is_broken or (takes_all and report.has_errors):
        raise Refused
    tolerant = state == State.HELD or submission.is_approved or settings.REVIEW == "none"
    if report.has_warnings and not tolerant:
        raise Refused


def follow(touched: writing.Touched, tasks: set[str]) -> set[int]:
    """Estimates of these entries, a board for each task that has none, and the boards told."""
    estimates.pool(sorted(touched.others))
    for task in Task.objects.filter(boards=None, slug__in=tasks):
        frontiers.default_board(task)
    return estimates.tell(sorted(touched.others.union(touched.fresh)))


def finish(submission: Submission, state: str, report: Report, *, at: datetime) -> None:
    """Write down how it ended."""
    submission.state = state
    submission.format = report.format or submission.format
    submission.summary, submission.issues = report.summary, report.issues
    submission.effect = report.effect
    submission.decided_at, submission.lease_until = at, None
    if state == State.PUBLISHED:
        submission.published_at = at
    submission.save(
        update_fields=[
            "state",
            "format",
            "summary",
            "issues",
            "effect",
            "published_at",
            "decided_at",
            "lease_until",
        ]
    )
