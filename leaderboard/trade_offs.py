"""Where the entries of one thing stand on the boards, and what is ahead of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.db.models import Exists, F, OuterRef

from leaderboard import quantities
from leaderboard.core import metrics, pareto
from leaderboard.models import Board, Entry, Estimate, Frontier, Placement
from leaderboard.models.evidence import EntryQuerySet

NAMED = 3


@dataclass(frozen=True)
class Placed:
    """An entry where it stands: its layer and its point in the board's objectives."""

    entry: int
    layer: int
    point: tuple[float, ...]


@dataclass
class Standing:
    """How a thing does on one board."""

    board: Board
    ranked_by: Sequence[str]
    placed: list[Placed]
    # The frontier, where nothing of the thing is on it.
    ahead: list[Placed] = field(default_factory=list)
    named: dict[int, Entry] = field(default_factory=dict)
    # The objectives that no entry of the thing has, where none of them has a place.
    lacking: list[metrics.Metric] = field(default_factory=list)

    @property
    def first(self) -> list[Placed]:
        """Those on the frontier, the best by the first objective first."""
        return [one for one in self.placed if one.layer == 1]

    @property
    def nearest(self) -> Placed | None:
        """The one in the best layer; of several the best by the first objective."""
        return self.placed[0] if self.placed else None

    @property
    def shown(self) -> list[Placed]:
        return self.first[:NAMED] if self.first else self.placed[:1]

    @property
    def more(self) -> int:
        return max(len(self.first) - NAMED, 0)

    @property
    def dominating(self) -> list[Placed]:
        """Frontier entries that are nowhere worse than the nearest one, the closest first."""
        if self.first or not self.nearest or not self.ahead:
            return []
        points = np.array([one.point for one in self.ahead], dtype=np.float64)
        own = np.array(self.nearest.point, dtype=np.float64)
        directions = [metrics.get(metric).better for metric in self.ranked_by]
        above, _ = pareto.dominance(points, own, directions)
        return [self.ahead[place] for place in pareto.nearest(points, own, above)]

    @property
    def needed(self) -> set[int]:
        """The entries whose names the page needs."""
        return {one.entry for one in [*self.shown, *self.dominating[:1]]}

    @property
    def lines(self) -> list[tuple[Entry, str]]:
        """The best entries with their points in words."""
        return [(self.named[one.entry], self.words(one)) for one in self.shown]

    @property
    def rival(self) -> tuple[Entry, str, int] | None:
        """The closest entry that dominates the nearest one, and how many more do."""
        if not self.dominating:
            return None
        one = self.dominating[0]
        return self.named[one.entry], self.words(one), len(self.dominating) - 1

    def words(self, one: Placed) -> str:
        """“quality 73.1 %, node energy 19.7 Wh”."""
        return ", ".join(
            f"{metrics.get(metric).label.lower()} {quantities.alone(metric, value)}"
            for metric, value in zip(self.ranked_by, one.point, strict=True)
        )


def standings(entries: EntryQuerySet) -> list[Standing]:
    """How these entries do on the boards of their tasks, those with a place on a frontier first.

    Eight queries, however many boards and entries there are.
    """
    boards = boards_of(entries)
    ranked_by = ranked_by_of(boards)
    found = [
        Standing(board, ranked_by[board.pk], in_order(placed, ranked_by[board.pk]))
        for board, placed in zip(boards, placements_of(boards, entries), strict=True)
    ]
    behind = [one for one in found if one.placed and not one.first]
    frontiers = placements_of([one.board for one in behind], None)
    for one, ahead in zip(behind, frontiers, strict=True):
        one.ahead = in_order(ahead, one.ranked_by)
    unplaced = [one for one in found if not one.placed]
    has = metrics_of(entries, [one.board for one in unplaced])
    for one in unplaced:
        wanted = one.ranked_by or one.board.metrics
        present = has.get(one.board.task_id, set())
        one.lacking = [metrics.get(metric) for metric in wanted if metric not in present]
    named = Entry.objects.named().in_bulk(set().union(*(one.needed for one in found)))
    for one in found:
        one.named = named
    return sorted(found, key=lambda one: not one.first)


def boards_of(entries: EntryQuerySet) -> list[Board]:
    """The boards of the tasks of these entries."""
    has_entries = Exists(entries.published().order_by().filter(task=OuterRef("task")))
    boards = Board.objects.filter(has_entries).select_related("task")
    return list(boards.prefetch_related("objectives").order_by("position", "title"))


def ranked_by_of(boards: Sequence[Board]) -> dict[int, list[str]]:
    """For each board what its newest frontier ranks by, which is nothing before the first."""
    newest = Frontier.objects.filter(board__in=boards, number=F("board__latest"))
    found: dict[int, list[str]] = {board.pk: [] for board in boards}
    return found | dict(newest.values_list("board", "objectives"))


def placements_of(boards: Sequence[Board], entries: EntryQuerySet | None) -> Iterable[list[Placed]]:
    """For each board the live placements of these entries; without any, the whole frontier."""
    live = Placement.objects.live().filter(board__in=boards)
    live = live.filter(layer=1) if entries is None else live.filter(entry__in=entries.order_by())
    found: dict[int, list[Placed]] = defaultdict(list)
    for board, entry, layer, point in live.values_list("board", "entry", "layer", "point"):
        found[board].append(Placed(entry, layer, tuple(point)))
    return [found[board.pk] for board in boards]


def metrics_of(entries: EntryQuerySet, boards: Sequence[Board]) -> dict[int, set[str]]:
    """For each task of these boards the metrics that any of these entries has."""
    tasks = {board.task_id for board in boards}
    rows = Estimate.objects.filter(task__in=tasks, entry__in=entries.order_by())
    found: dict[int, set[str]] = defaultdict(set)
    for task, metric in rows.values_list("task", "metric").distinct() if tasks else ():
        found[task].add(metric)
    return found


def in_order(placed: list[Placed], ranked_by: Sequence[str]) -> list[Placed]:
    """By layer, then by the first objective; points of another length are of an older version."""
    fitting = [one for one in placed if len(one.point) == len(ranked_by) > 0]
    if not fitting:
        return []
    better = metrics.get(ranked_by[0]).better
    return sorted(fitting, key=lambda one: (one.layer, -better * one.point[0], one.entry))
