"""Everything worked out again from the stored bytes, by other code than wrote it.

Bytes → runs by reading each file anew; runs → estimates by the definition in `core.consensus`;
estimates → layers by one slow pass; each held against what is stored. Nothing is changed.
"""

import hashlib
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from ingest import files, pipeline
from ingest.against import WRITTEN
from ingest.checking import Pass
from ingest.normalise import Planned
from ingest.readings import ERROR
from leaderboard.core import metrics
from leaderboard.core.consensus import pooled
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.estimates import standings_of
from leaderboard.facts import Facts
from leaderboard.models import (
    AIModel,
    Board,
    Chance,
    Entry,
    Estimate,
    Hardware,
    Measurement,
    Method,
    Placement,
    Rederivation,
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
ENTRY_OF_RUN = tuple(f"entry__{name}" for name in ENTRY)
BATCH = 5_000
LEFT_AFTER_S = 3600
Key = tuple[Any, ...]
Point = tuple[float, ...]
# The recipe of an estimate, empty where it is pooled, and its interval.
Estimated = tuple[str, Interval]


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
    for runs in batches(Run.objects.filter(submission=submission), "row", *ENTRY_OF_RUN):
        measured = Measurement.objects.filter(run__in=runs)
        for run, *number in measured.values_list("run_id", "metric", "value", "low", "high"):
            yield (*runs[run], *number)


def batches(rows: QuerySet, *fields: str) -> Iterator[dict[int, Key]]:
    """Rows by id, some thousand at a time: a plan for all at once may take a night."""
    last = 0
    while found := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", *fields)[:BATCH]):
        yield {pk: tuple(values) for pk, *values in found}
        last = found[-1][0]


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
    runs, digest = 0, Digest()
    fates = submission.rows.exclude(fate="").values_list("path", "row", "fate")
    unwritten = {(path, row) for path, row, fate in fates if fate not in WRITTEN}
    with files.kept(submission) as spool:
        patches = pipeline.patches_of(submission)
        reading = Pass(spool, submission.format, submission.context, patches)
        for batch in reading.batches():
            reading.taken()
            for planned in batch:
                if (planned.reading.path, planned.reading.row) not in unwritten:
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


# Boards


def frontiers(breaches: list[str]) -> Iterator[dict[str, Any]]:
    """Each board with its version and a digest of what its frontier must be."""
    boards = Board.objects.select_related("task").prefetch_related("objectives")
    for task, of_task in groupby(boards.order_by("task", "slug"), key=lambda board: board.task):
        values = estimates(task, breaches)
        names = {
            entry: tuple(name)
            for entry, *name in Entry.objects.filter(task=task).values_list("pk", *ENTRY)
        }
        for board in of_task:
            yield frontier(board, values, names, breaches)


def estimates(task: Task, breaches: list[str]) -> dict[int, dict[str, float]]:
    """Entry → metric → value, by the definition; told where the stored ones differ."""
    values: dict[int, dict[str, float]] = defaultdict(dict)
    wrong: list[str | None] = []
    facts = Facts()
    for entries in batches(Entry.objects.filter(task=task)):
        right, stored = estimated(entries, facts), stored_estimates(task, entries)
        for key in right.keys() | stored.keys():
            recipe, bounds = stored.get(key, (None, ()))
            if not agree(right.get(key), recipe, bounds):
                wrong.append(recipe)
            if key in right:
                entry, metric = key
                values[entry][metric] = bounds[0] if bounds else right[key][1].value
    # What only follows from others may be waiting for the workers.
    is_due = all(wrong) and Rederivation.objects.filter(finished_at=None).exists()
    if wrong and not is_due:
        breaches.append(f"task {task.slug}: {len(wrong)} estimates are not those of the runs")
    return values


def stored_estimates(task: Task, entries: Iterable[int]) -> dict[Key, tuple[str, Point]]:
    """(Entry, metric) → recipe, and value, low and high."""
    rows = Estimate.objects.filter(task=task, entry__in=entries)
    columns = ("entry_id", "metric", "recipe", "value", "low", "high")
    return {
        (entry, metric): (recipe, tuple(bounds))
        for entry, metric, recipe, *bounds in rows.values_list(*columns)
    }


def estimated(entries: Iterable[int], facts: Facts) -> dict[Key, Estimated]:
    """(Entry, metric) → recipe and interval: what the runs give together, and what follows."""
    known: dict[int, dict[str, Interval]] = defaultdict(dict)
    for (entry, metric), numbers in published_numbers(entries).items():
        known[entry][metric] = pooled([Interval(*bounds) for bounds in numbers])
    found: dict[Key, Estimated] = {
        (entry, metric): ("", one) for entry, of in known.items() for metric, one in of.items()
    }
    for entry, standing in standings_of(list(known)).items():
        for metric, (one, recipe) in derive(known[entry], facts.of(*standing.place)).items():
            found[entry, metric] = recipe.name, one
    return found


def published_numbers(entries: Iterable[int]) -> dict[Key, list[tuple[float, ...]]]:
    """(Entry, metric) → value, low and high of each published run."""
    found: dict[Key, list[tuple[float, ...]]] = defaultdict(list)
    published = Run.objects.counting().filter(entry__in=entries)
    for runs in batches(published, "entry_id"):
        numbers = Measurement.objects.filter(run__in=runs)
        for run, metric, *number in numbers.values_list("run_id", "metric", "value", "low", "high"):
            found[runs[run][0], metric].append(tuple(number))
    return found


def agree(right: Estimated | None, recipe: str | None, stored: Point) -> bool:
    """Whether a stored estimate is right, up to the last digits of an interpolated median."""
    if right is None or right[0] != recipe:
        return False
    return all(isclose(a, b, rel_tol=1e-12) for a, b in zip(right[1].bounds, stored, strict=True))


def frontier(
    board: Board, values: dict[int, dict[str, float]], names: dict[int, Key], breaches: list[str]
) -> dict[str, Any]:
    """A board's placements worked out anew, held against the stored ones."""
    known = {metric for found in values.values() for metric in found}
    objectives = [metric for metric in board.metrics if metric in known]
    points = {
        entry: tuple(found[metric] for metric in objectives)
        for entry, found in values.items()
        if all(metric in found for metric in objectives) and is_inside(board, found)
    }
    right = peeled(points, objectives, board.depth) if objectives else {}
    live = Placement.objects.filter(board=board, until=None)
    stored = {
        entry: (layer, tuple(point))
        for entry, layer, point in live.values_list("entry_id", "layer", "point")
    }
    waiting = board.changes.count()
    if right != stored and not waiting:
        breaches.append(f"board {board.slug}: its placements are not those of the estimates")
    numbers = list(board.frontiers.order_by("number").values_list("number", flat=True))
    if numbers != list(range(1, board.latest + 1)):
        breaches.append(f"board {board.slug}: its versions are not 1 to {board.latest}")
    if not waiting:
        breaches += chance_faults(board, right)
    # What an entry names may be gone.
    lines = ((*names.get(entry, ()), layer, *point) for entry, (layer, point) in right.items())
    return {
        "board": board.slug,
        "version": board.latest,
        "digest": str(Digest(lines)),
        "waiting": waiting,
    }


def chance_faults(board: Board, placed: dict[int, tuple[int, Point]]) -> list[str]:
    """Whoever is on the frontier by its values has a chance to be, where chances are drawn."""
    found = Chance.objects.of(board)
    first = {entry for entry, (layer, _) in placed.items() if layer == 1}
    if found.reason or first <= set(found.entries.tolist()):
        return []
    return [f"board {board.slug}: entries of its frontier have no chance to be on it"]


def is_inside(board: Board, found: dict[str, float]) -> bool:
    """Whether an entry keeps to the board's own bounds."""
    return all(
        metric in found and low <= found[metric] <= high
        for metric, (low, high) in board.bounds.items()
    )


def peeled(
    points: dict[int, Point], objectives: list[str], depth: int
) -> dict[int, tuple[int, Point]]:
    """Entry → layer and point for the first layers, by the definition and one comparison a point.

    In the order of their sums no point can dominate an earlier one, so one pass is a layer.
    """
    signs = -np.array([metrics.get(metric).better for metric in objectives], dtype=float)
    entries = np.array(list(points))
    costs = np.array(list(points.values())).reshape(len(points), len(objectives)) * signs
    order = np.lexsort(costs.T[::-1])
    entries, costs = entries[order], costs[order]
    found = {}
    for layer in range(1, depth + 1):
        front = np.zeros((0, len(objectives)))
        is_first = np.zeros(len(costs), dtype=bool)
        for place, cost in enumerate(costs):
            nowhere_worse = (front <= cost).all(axis=1)
            if not (nowhere_worse & (front < cost).any(axis=1)).any():
                is_first[place] = True
                front = np.vstack([front, cost])
        for entry in entries[is_first].tolist():
            found[entry] = (layer, points[entry])
        entries, costs = entries[~is_first], costs[~is_first]
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
