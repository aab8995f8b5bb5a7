"""One entry on one board: its layer and ranks, who dominates it and by how much, and its history.

One pass over the board's points and no layers: an entry that nothing dominates is in the first,
and which deeper one it is in was stored with the board's newest version.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from leaderboard import frontiers, quantities
from leaderboard.core import metrics, pareto
from leaderboard.models import Board, Entry, Frontier, Placement
from leaderboard.models.evidence import Points
from leaderboard.transitions import Move, Transition

NEIGHBOURS, STAYS = 6, 6


@dataclass(frozen=True)
class Neighbour:
    """Another entry beside this one, with the difference on each objective in words."""

    entry: Entry
    differences: list[str]
    layer: int | None


class Standing:
    """Where an entry stands on a board, among the entries inside the board's own bounds."""

    def __init__(self, entry: Entry, board: Board, points: Points | None = None):
        self.entry, self.board = entry, board
        if points is None:
            points = frontiers.eligible(board, frontiers.ranked_by(board))
        self.points, self.objectives = points, tuple(points.metrics)

    @cached_property
    def place(self) -> int | None:
        """Where it is among the ranked entries; None where it is not ranked."""
        found = np.flatnonzero(self.points.entries == self.entry.pk)
        return int(found[0]) if len(found) else None

    @property
    def labels(self) -> list[metrics.Metric]:
        return [metrics.get(slug) for slug in self.objectives]

    @property
    def directions(self) -> list[int]:
        return frontiers.directions(self.objectives)

    @cached_property
    def dominance(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the entries that dominate it and of those that it dominates, nearest first."""
        if self.place is None:
            return np.zeros(0, int), np.zeros(0, int)
        values = self.points.value
        own = values[self.place]
        above, below = pareto.dominance(values, own, self.directions)
        return pareto.nearest(values, own, above), pareto.nearest(values, own, below)

    @property
    def beaten_by(self) -> int:
        return len(self.dominance[0])

    @property
    def beats(self) -> int:
        return len(self.dominance[1])

    @property
    def more_beating(self) -> int:
        return max(self.beaten_by - NEIGHBOURS, 0)

    @property
    def more_beaten(self) -> int:
        return max(self.beats - NEIGHBOURS, 0)

    @cached_property
    def layer(self) -> int | None:
        """1 where nothing dominates it, the stored layer below; None where it is deeper."""
        if self.place is None:
            return None
        if not self.beaten_by:
            return 1
        stored = self.layers.get(self.entry.pk)
        return stored if stored and stored > 1 else None

    @cached_property
    def layers(self) -> dict[int, int]:
        """Stored layers of this entry and of the neighbours that are shown."""
        shown = [self.points.entries[part[:NEIGHBOURS]] for part in self.dominance]
        entries = [self.entry.pk, *np.concatenate(shown).tolist()]
        live = self.board.placements.live().filter(entry__in=entries)
        return dict(live.values_list("entry", "layer"))

    @cached_property
    def ranks(self) -> list[tuple[metrics.Metric, str]]:
        """Each objective with the best and worst rank that the bounds allow."""
        return [
            (metrics.get(slug), quantities.ranks(*self.rank(column)))
            for column, slug in enumerate(self.objectives)
        ]

    def rank(self, column: int) -> tuple[int, int]:
        low, high = self.points.low[:, column], self.points.high[:, column]
        assert self.place is not None
        return rank_of(low, high, self.place, self.directions[column])

    # Neighbours

    @cached_property
    def dominating(self) -> list[Neighbour]:
        return self.neighbours(self.dominance[0])

    @cached_property
    def dominated(self) -> list[Neighbour]:
        return self.neighbours(self.dominance[1])

    def neighbours(self, places: np.ndarray) -> list[Neighbour]:
        return [
            Neighbour(
                self.named[int(self.points.entries[place])],
                [self.difference(place, column) for column in range(len(self.objectives))],
                self.layers.get(int(self.points.entries[place])),
            )
            for place in places[:NEIGHBOURS].tolist()
        ]

    @cached_property
    def named(self) -> dict[int, Entry]:
        return Entry.objects.named().in_bulk([key for key in self.shown if key != self.entry.pk])

    @property
    def shown(self) -> list[int]:
        places = np.concatenate([part[:NEIGHBOURS] for part in self.dominance]).astype(int)
        return self.points.entries[places].tolist()

    def difference(self, place: int, column: int) -> str:
        """“tie” where bounds overlap, points for a share, a ratio for an amount."""
        low, high = self.points.low[:, column], self.points.high[:, column]
        value, here = self.points.value[:, column], self.place
        if low[place] <= high[here] and low[here] <= high[place]:
            return "tie"
        if self.objectives[column] == "quality":
            return quantities.signed(100 * (value[place] - value[here]), 1)
        return quantities.ratio(value[place], value[here])


def rank_of(low: np.ndarray, high: np.ndarray, place: int, better: int) -> tuple[int, int]:
    """The best and the worst rank that bounds allow one of many, without a sort.

    Bounds are of shape (n,) and finite.
    """
    below, above = int((high < low[place]).sum()), int((low > high[place]).sum())
    if better == metrics.HIGHER:
        below, above = above, below
    return below + 1, len(low) - above


def stored_layers(board: Board, entries: np.ndarray) -> np.ndarray:
    """The layers of these entries as of the newest version; 0 is deeper, or not placed."""
    placed = board.placements.live().points(board, 0)
    if not len(placed.entries):
        return np.zeros(len(entries), np.int32)
    places = np.searchsorted(placed.entries, entries).clip(max=len(placed.entries) - 1)
    return np.where(placed.entries[places] == entries, placed.layer[places], 0)


@dataclass(frozen=True)
class Passage:
    """A version of a board that changed an entry's layer or numbers."""

    board: Board
    number: int
    at: datetime
    move: Move
    by: list[Entry]
    values: list[str]

    @property
    def address(self) -> str:
        return f"{self.board.get_absolute_url()}history/?at={self.number}"


def passages(entry: Entry) -> tuple[list[Passage], int]:
    """When the entry entered or left layers of boards, the newest first, and how many are older."""
    placements = Placement.objects.filter(entry=entry).values_list("board_id", "since", "until")
    steps = {(board, since) for board, since, _ in placements}
    steps |= {(board, until) for board, _, until in placements if until is not None}
    if not steps:
        return [], 0
    frontiers = {
        (one.board_id, one.number): one
        for one in Frontier.objects.select_related("board").filter(
            board__in={board for board, _ in steps}, number__in={number for _, number in steps}
        )
    }
    known = sorted(
        (frontiers[step] for step in steps if step in frontiers),
        key=lambda one: (one.published_at, one.pk),
        reverse=True,
    )
    told = [(one, Transition(one).move(entry.pk)) for one in known[:STAYS]]
    names = Entry.objects.named().in_bulk({other for _, move in told for other in move.by})
    return [passage(one, move, names) for one, move in told], len(known) - len(told)


def passage(frontier: Frontier, move: Move, names: dict[int, Entry]) -> Passage:
    point = move.point_after or move.point_before or ()
    values = [
        f"{metrics.get(slug).label.lower()} {quantities.alone(slug, value)}"
        for slug, value in zip(frontier.objectives, point, strict=False)
    ]
    by = [names[other] for other in move.by]
    return Passage(frontier.board, frontier.number, frontier.published_at, move, by, values)
