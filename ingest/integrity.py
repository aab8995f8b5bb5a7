"""Every file read again from its stored bytes, by other code than wrote it: bytes → runs.

What follows from the runs is worked out again in `board_integrity`. Nothing is changed. Rows are
looked at some thousand at a time, so that a file of a million takes no more memory than others.
"""

import hashlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from ingest import files, pipeline
from ingest.against import WRITTEN
from ingest.checking import Pass
from ingest.normalise import Planned
from ingest.readings import ERROR
from ingest.unhurried import unhurried
from leaderboard.copying import array_of
from leaderboard.models import (
    AIModel,
    Entry,
    Estimate,
    Hardware,
    Measurement,
    Method,
    Run,
    Submission,
    SubmissionRow,
    Task,
)

State = Submission.State
# States in which a submission has runs.
WITH_RUNS = (State.PUBLISHED, State.WITHDRAWN, State.SUPERSEDED)
# Written, but not public yet.
HIDDEN = (State.HELD, State.EMBARGOED)
ENTRY = (
    "task__slug",
    "model__slug",
    "method__slug",
    "hardware__slug",
    "device_count",
    "settings_key",
)
BATCH = 5_000
LEFT_AFTER_S = 3600
Key = tuple[Any, ...]


class Digest:
    """Of a set of lines, whatever their order: the sum of their hashes."""

    def __init__(self, lines: Iterable[Key] = ()):
        self.total = 0
        for line in lines:
            self.add(line)

    def add(self, line: Key) -> None:
        shown = "|".join(part.hex() if isinstance(part, float) else str(part) for part in line)
        self.total += int.from_bytes(hashlib.sha256(shown.encode()).digest())

    def __str__(self):
        return f"{self.total % 2**256:064x}"


# Submissions


def submissions(breaches: list[str]) -> Iterator[dict[str, Any]]:
    """Each submission with digests of its bytes and of what was read from them."""
    for submission in Submission.objects.order_by("pk").iterator(chunk_size=50):
        runs = Run.objects.filter(submission=submission).count()
        found = {
            "id": str(submission.public_id),
            "status": submission.state.lower(),
            "attempts": submission.attempts,
            "rows": runs,
            "raw_sha256": bytes_digest(submission, breaches),
            "rows_digest": str(Digest(stored_lines(submission))),
        }
        if submission.state in WITH_RUNS and (runs or submission.state != State.WITHDRAWN):
            hold_against_file(submission, found, breaches)
        elif runs and submission.state not in HIDDEN:
            breaches.append(f"{found['id']} is {found['status']} and has {runs} runs")
        yield found


def bytes_digest(submission: Submission, breaches: list[str]) -> str:
    """SHA-256 of the stored pieces, worked out anew."""
    sums, size = {}, 0
    for path in files.paths(submission) or [submission.filename]:
        digest = hashlib.sha256()
        for piece in files.pieces(submission, path):
            digest.update(piece)
            size += len(piece)
        sums[path] = digest.hexdigest()
    found = files.digest_of(sums)
    if (found, size) != (submission.sha256, submission.size):
        breaches.append(f"{submission.public_id}: the stored bytes are not those that were sent")
    return found


def stored_lines(submission: Submission) -> Iterator[Key]:
    """What the tables hold of a file's written numbers."""
    for ids in batches(Run.objects.filter(submission=submission)):
        runs = {
            run: (row, entry)
            for run, row, entry in among(Run.objects, "pk", ids).values_list("pk", "row", "entry")
        }
        names = named({entry for _, entry in runs.values()})
        measured = among(Measurement.objects, "run", ids)
        for run, *number in measured.values_list("run", "metric", "value", "low", "high"):
            row, entry = runs[run]
            # What an entry names may be gone.
            yield (row, *names.get(entry, ()), *number)


def named(entries: Iterable[int]) -> dict[int, Key]:
    """Entry → what it names, of those that name what there is."""
    found: dict[int, Key] = {}
    for ids in split(np.array(sorted(entries), np.int64)):
        for entry, *name in among(Entry.objects, "pk", ids).values_list("pk", *ENTRY):
            found[entry] = tuple(name)
    return found


def batches(rows: QuerySet) -> Iterator[list[int]]:
    """The ids of rows in their order, some thousand at a time."""
    ids = rows.order_by().values_list("pk", flat=True).iterator(chunk_size=BATCH)
    yield from split(np.sort(np.fromiter(ids, np.int64)))


def split(ids: np.ndarray) -> Iterator[list[int]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH].tolist()


def among(rows: Any, field: str, ids: list[int]) -> QuerySet:
    """The rows whose field holds one of these ids, which are in order and at least one.

    They go as one array, for the driver looks at each parameter; and with their first and last,
    for a plan that takes them for scattered reads the whole table.
    """
    array = RawSQL("SELECT unnest(%s::bigint[])", [array_of(ids)])
    bounds = {f"{field}__gte": ids[0], f"{field}__lte": ids[-1]}
    found: QuerySet = rows.filter(**{f"{field}__in": array}, **bounds)
    return found


def planned_lines(planned: Planned) -> Iterator[Key]:
    """The same of one record as it is read now."""
    identity = planned.identity
    entry = (
        identity.task.slug,
        identity.model.slug,
        identity.method.slug,
        identity.hardware.slug,
        identity.device_count,
        planned.key[-1],
    )
    for measured in planned.measurements:
        yield (planned.reading.row, *entry, measured.metric, *measured.bounds)


def hold_against_file(submission: Submission, found: dict[str, Any], breaches: list[str]) -> None:
    """Read the file again and compare the runs and their written numbers."""
    runs, digest, unwritten = 0, Digest(), unwritten_rows(submission)
    with files.kept(submission) as spool, unhurried():
        patches = pipeline.patches_of(submission)
        reading = Pass(spool, submission.asked_format, submission.context, patches)
        for batch in reading.batches():
            reading.taken()
            for planned in batch:
                if planned.reading.row not in unwritten[planned.reading.path]:
                    runs += 1
                    for line in planned_lines(planned):
                        digest.add(line)
    for problem in reading.report.issues:
        if problem["severity"] == ERROR and not problem["row"]:
            breaches.append(f"{found['id']} can't be read any more: {problem['message']}")
            return
    if runs != found["rows"]:
        breaches.append(f"{found['id']} has {found['rows']} runs, its file {runs}")
    elif str(digest) != found["rows_digest"]:
        breaches.append(f"{found['id']}: the numbers are not those of its file")


def unwritten_rows(submission: Submission) -> dict[str, set[int]]:
    """Path → the rows that became no run though they could be read."""
    found: dict[str, set[int]] = defaultdict(set)
    rows = submission.rows.exclude(fate__in=("", *WRITTEN)).values_list("path", "row")
    for path, row in rows.iterator(chunk_size=BATCH):
        found[path].add(row)
    return found


# What belongs to nothing


def orphans(breaches: list[str]) -> dict[str, int]:
    """Files without their bytes, rows that stand for nothing, and uploads that were cut off."""
    runs = Run.objects.counting().filter(entry=OuterRef("entry"))
    rows = {
        "runs without a measurement": Run.objects.filter(measurements=None),
        "runs of files that were never published": Run.objects.exclude(
            submission__state__in=(*WITH_RUNS, *HIDDEN)
        ),
        "estimates without a published run": Estimate.objects.filter(~Exists(runs)),
        "entries without what they name": Entry.objects.exclude(
            Exists(Task.objects.filter(pk=OuterRef("task_id"))),
            Exists(AIModel.objects.filter(pk=OuterRef("model_id"))),
            Exists(Method.objects.filter(pk=OuterRef("method_id"))),
            Exists(Hardware.objects.filter(pk=OuterRef("hardware_id"))),
        ),
        "runs without their entry": Run.objects.filter(
            ~Exists(Entry.objects.filter(pk=OuterRef("entry_id")))
        ),
        "runs without their submission": Run.objects.filter(
            ~Exists(Submission.objects.filter(pk=OuterRef("submission_id")))
        ),
        "runs without the run that replaced them": Run.objects.exclude(replaced_by=None).filter(
            ~Exists(Run.objects.filter(pk=OuterRef("replaced_by_id")))
        ),
        "measurements without their run": Measurement.objects.filter(
            ~Exists(Run.objects.filter(pk=OuterRef("run_id")))
        ),
        "rows without their submission": SubmissionRow.objects.filter(
            ~Exists(Submission.objects.filter(pk=OuterRef("submission_id")))
        ),
    }
    counts = {name: query.count() for name, query in rows.items()}
    breaches += [f"{count} {name}" for name, count in counts.items() if count]
    empty = Submission.objects.filter(size__gt=0, chunks=None).count()
    if empty:
        breaches.append(f"{empty} submissions have lost their bytes")
    return {"files": empty, "rows": sum(counts.values()), "temp": len(cut_off())}


def cut_off() -> list[Path]:
    """Temporary files of uploads that ended long ago. They harm nobody but the disk."""
    folder = Path(settings.FILE_UPLOAD_TEMP_DIR or tempfile.gettempdir())
    oldest = time.time() - LEFT_AFTER_S
    return [path for path in folder.glob("tmp*.upload*") if path.stat().st_mtime < oldest]
