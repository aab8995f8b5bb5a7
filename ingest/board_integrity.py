"""What follows from the runs worked out again, by other code than wrote it: runs → boards.

Runs → estimates by the definition in `core.consensus`; estimates → layers by the definition of
dominance; each held against what is stored. The twin of `integrity`.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from math import isclose
from typing import Any

import numpy as np

from ingest.integrity import Digest, Key, among, batches, named, split
from leaderboard.core import metrics
from leaderboard.core.consensus import pooled
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts, Place
from leaderboard.models import (
    Board,
    Chance,
    Entry,
    Estimate,
    Measurement,
    Placement,
    Rederivation,
    Run,
    Task,
)

Point = tuple[float, ...]
# The recipe of an estimate, empty where it is pooled, and its interval.
Estimated = tuple[str, Interval]
# Entry and metric.
Of = tuple[int, str]


@dataclass(frozen=True)
class Values:
    """A task's estimates of some metrics: `entries` of shape (n,), `values` of shape (n, m).

    What is missing is not a number.
    """

    metrics: list[str]
    entries: np.ndarray
    values: np.ndarray

    def of(self, metric: str) -> np.ndarray:
        return self.values[:, self.metrics.index(metric)]

    @property
    def known(self) -> set[str]:
        """The metrics that any entry has."""
        some = np.isfinite(self.values).any(axis=0)
        return {metric for metric, is_known in zip(self.metrics, some, strict=True) if is_known}


def frontiers(breaches: list[str]) -> Iterator[dict[str, Any]]:
    """Each board with its version and a digest of what its frontier must be."""
    boards = Board.objects.select_related("task").prefetch_related("objectives")
    for task, found in groupby(boards.order_by("task", "slug"), key=lambda board: board.task):
        of_task = list(found)
        wanted = {metric for board in of_task for metric in (*board.metrics, *board.bounds)}
        values = estimates(task, sorted(wanted), breaches)
        for board in of_task:
            yield frontier(board, values, breaches)


# Estimates


def estimates(task: Task, wanted: list[str], breaches: list[str]) -> Values:
    """The wanted metrics of a task's entries, by the definition.

    All estimates are looked at, and it is told where the stored ones differ.
    """
    wrong: Counter[str | None] = Counter()
    facts, found = Facts(), [Values(wanted, np.zeros(0, np.int64), np.zeros((0, len(wanted))))]
    for entries in batches(Entry.objects.filter(task=task)):
        right, stored = estimated(entries, facts), stored_estimates(task, entries)
        wrong.update(differing(right, stored))
        # The stored digits are those that boards rank by.
        now = {key: stored[key][1][0] if key in stored else right[key][1].value for key in right}
        found.append(table(entries, wanted, now))
    # What only follows from others may be waiting for the workers.
    is_due = all(wrong) and Rederivation.objects.filter(finished_at=None).exists()
    if wrong and not is_due:
        count = wrong.total()
        breaches.append(f"task {task.slug}: {count} estimates are not those of the runs")
    return Values(
        wanted,
        np.concatenate([part.entries for part in found]),
        np.concatenate([part.values for part in found]),
    )


def table(entries: list[int], wanted: list[str], values: dict[Of, float]) -> Values:
    rows = {entry: place for place, entry in enumerate(entries)}
    columns = {metric: place for place, metric in enumerate(wanted)}
    found = np.full((len(entries), len(wanted)), np.nan)
    for (entry, metric), value in values.items():
        if metric in columns:
            found[rows[entry], columns[metric]] = value
    return Values(wanted, np.array(entries, np.int64), found)


def differing(
    right: dict[Of, Estimated], stored: dict[Of, tuple[str, Point]]
) -> Iterator[str | None]:
    """The recipe of each stored estimate that is not right; None for one that is not stored."""
    for key in right.keys() | stored.keys():
        recipe, bounds = stored.get(key, (None, ()))
        if not agree(right.get(key), recipe, bounds):
            yield recipe


def agree(right: Estimated | None, recipe: str | None, stored: Point) -> bool:
    """Whether a stored estimate is right, up to the last digits of an interpolated median."""
    if right is None or right[0] != recipe:
        return False
    return all(isclose(a, b, rel_tol=1e-12) for a, b in zip(right[1].bounds, stored, strict=True))


def stored_estimates(task: Task, entries: list[int]) -> dict[Of, tuple[str, Point]]:
    """(Entry, metric) → recipe, and value, low and high."""
    rows = among(Estimate.objects.filter(task=task), "entry", entries)
    columns = ("entry", "metric", "recipe", "value", "low", "high")
    return {
        (entry, metric): (recipe, tuple(bounds))
        for entry, metric, recipe, *bounds in rows.values_list(*columns)
    }


def estimated(entries: list[int], facts: Facts) -> dict[Of, Estimated]:
    """(Entry, metric) → recipe and interval: what the runs give together, and what follows."""
    runs, regions = published_runs(entries)
    known: dict[int, dict[str, Interval]] = defaultdict(dict)
    for (entry, metric), numbers in numbers_of(runs).items():
        known[entry][metric] = pooled([Interval(*bounds) for bounds in numbers])
    found: dict[Of, Estimated] = {
        (entry, metric): ("", one) for entry, of in known.items() for metric, one in of.items()
    }
    for entry, place in places({entry: regions[entry] for entry in known}).items():
        for metric, (one, recipe) in derive(known[entry], facts.of(*place)).items():
            found[entry, metric] = recipe.name, one
    return found


def published_runs(entries: list[int]) -> tuple[dict[int, int], dict[int, set[str]]]:
    """Run → entry of those that count, and entry → the regions that they were made in."""
    runs, regions = {}, defaultdict(set)
    counting = among(Run.objects.counting(), "entry", entries)
    for run, entry, region in counting.values_list("pk", "entry", "region"):
        runs[run] = entry
        regions[entry].add(region)
    return runs, regions


def numbers_of(runs: dict[int, int]) -> dict[Of, list[Point]]:
    """(Entry, metric) → value, low and high of each of its runs."""
    found: dict[Of, list[Point]] = defaultdict(list)
    for ids in split(np.array(sorted(runs), np.int64)):
        measured = among(Measurement.objects, "run", ids)
        for run, metric, *bounds in measured.values_list("run", "metric", "value", "low", "high"):
            found[runs[run], metric].append(tuple(bounds))
    return found


def places(regions: dict[int, set[str]]) -> dict[int, Place]:
    """Entry → what its facts depend on; its region only where all its runs agree on one."""
    found = {}
    for entry, (task, model, _, hardware, count, _) in named(regions).items():
        region = next(iter(regions[entry])) if len(regions[entry]) == 1 else ""
        found[entry] = hardware, count, region, task, model
    return found


# Placements


def frontier(board: Board, values: Values, breaches: list[str]) -> dict[str, Any]:
    """A board's placements worked out anew, held against the stored ones."""
    objectives = [metric for metric in board.metrics if metric in values.known]
    right = placed(board, objectives, values) if objectives else {}
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
    names = named(right)
    # What an entry names may be gone.
    lines: Iterator[Key] = (
        (*names.get(entry, ()), layer, *point) for entry, (layer, point) in right.items()
    )
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


def placed(board: Board, objectives: list[str], values: Values) -> dict[int, tuple[int, Point]]:
    """Entry → layer and point, of the entries that keep to the board's own bounds."""
    points = np.column_stack([values.of(metric) for metric in objectives])
    ranked = np.isfinite(points).all(axis=1)
    for metric, (low, high) in board.bounds.items():
        found = values.of(metric)
        # Not a number is neither.
        ranked &= (low <= found) & (found <= high)
    return peeled(values.entries[ranked], points[ranked], objectives, board.depth)


def peeled(
    entries: np.ndarray, points: np.ndarray, objectives: Collection[str], depth: int
) -> dict[int, tuple[int, Point]]:
    """Entry → layer and point for the first layers of points of shape (n, objectives)."""
    signs = -np.array([metrics.get(metric).better for metric in objectives], dtype=float)
    # Whole numbers in the same order, so that sums of them are exact.
    costs = np.column_stack(
        [np.unique(column, return_inverse=True)[1] for column in (points * signs).T]
    )
    found = {}
    left = np.arange(len(entries))
    for layer in range(1, depth + 1):
        is_first = undominated(costs[left])
        for place in left[is_first].tolist():
            found[int(entries[place])] = (layer, tuple(points[place].tolist()))
        left = left[~is_first]
    return found


def undominated(costs: np.ndarray) -> np.ndarray:
    """Which rows no other row dominates: is nowhere more than and somewhere less; shape (n,).

    The row of the least sum is one. Without it, its equals and all that it dominates, so is the
    next.
    """
    found = np.zeros(len(costs), dtype=bool)
    left = np.argsort(costs.sum(axis=1), kind="stable")
    costs = costs[left]
    while len(left):
        best = costs[0]
        found[left[(costs == best).all(axis=1)]] = True
        stays = (costs < best).any(axis=1)
        left, costs = left[stays], costs[stays]
    return found
