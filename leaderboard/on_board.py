"""One entry on one board: its layer and ranks, who dominates it and by how much, and its history.

One pass over the board's columns and no layers: an entry that nothing dominates is in the first,
and which deeper one it is in was stored with the board's newest version.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from leaderboard import kinds, quantities
from leaderboard.core import metrics, pareto
from leaderboard.models import Board, Entry, Frontier, Placement
from leaderboard.standings import Selection, Standings
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

    def __init__(self, entry: Entry, board: Board, standings: Standings | None = None):
        self.entry, self.board = entry, board
        self.standings = Standings.usual(board) if standings is None else standings
        self.points, self.objectives = self.standings.points, self.standings.filters.objectives

    @cached_property
    def place(self) -> int | None:
        """Where it is among the ranked entries; None where it is not ranked."""
        return self.standings.place_of(self.entry.pk)

    @property
    def labels(self) -> list[metrics.Metric]:
        return [metrics.get(slug) for slug in self.objectives]

    @property
    def directions(self) -> list[int]:
        return self.standings.filters.directions

    @cached_property
    def values(self) -> np.ndarray:
        """Of shape (n, m), one column after the other in memory."""
        return np.array([self.points.part("value", metric) for metric in self.objectives]).T

    @cached_property
    def dominance(self) -> tuple[np.ndarray, np.ndarray]:
        """Masks of shape (n,): the entries that dominate it, and those that it dominates."""
        if self.place is None:
            nobody = np.zeros(len(self.points), bool)
            return nobody, nobody
        return pareto.dominance(self.values, self.values[self.place], self.directions)

    @cached_property
    def nearest(self) -> tuple[np.ndarray, np.ndarray]:
        """Places of the nearest of both, the very nearest first."""
        if self.place is None:
            return np.zeros(0, int), np.zeros(0, int)
        own = self.values[self.place]
        above, below = (
            pareto.nearest(self.values, own, mask, NEIGHBOURS) for mask in self.dominance
        )
        return above, below

    @cached_property
    def beaten_by(self) -> int:
        return int(self.dominance[0].sum())

    @cached_property
    def beats(self) -> int:
        return int(self.dominance[1].sum())

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
        return self.stored if self.stored and self.stored > 1 else None

    @cached_property
    def stored(self) -> int | None:
        """The layer that the board's newest version put it in, if any."""
        live = self.entry.placements.live().filter(board=self.board)
        return live.values_list("layer", flat=True).first()

    @cached_property
    def layers(self) -> dict[int, int]:
        """Stored layers of the neighbours that are shown."""
        live = self.board.placements.live().filter(entry__in=self.shown)
        return dict(live.values_list("entry", "layer"))

    @cached_property
    def ranks(self) -> list[tuple[metrics.Metric, str]]:
        """Each objective with the best and worst rank that the bounds allow."""
        return [
            (metrics.get(slug), quantities.ranks(*rank(self.points, slug, self.place)))
            for slug in self.objectives
            if self.place is not None
        ]

    @property
    def lacks(self) -> list[metrics.Metric]:
        """The objectives without a value, which keep it from being ranked."""
        snapshot = self.standings.snapshot
        here = np.flatnonzero(snapshot.entries == self.entry.pk)
        return [metrics.get(one) for one in self.objectives if not snapshot.has(one)[here].any()]

    # Neighbours

    @cached_property
    def dominating(self) -> list[Neighbour]:
        return self.neighbours(self.nearest[0])

    @cached_property
    def dominated(self) -> list[Neighbour]:
        return self.neighbours(self.nearest[1])

    def neighbours(self, places: np.ndarray) -> list[Neighbour]:
        return [
            Neighbour(
                self.named[int(self.points.entries[place])],
                [self.difference(place, column) for column in range(len(self.objectives))],
                self.layers.get(int(self.points.entries[place])),
            )
            for place in places.tolist()
        ]

    @cached_property
    def named(self) -> dict[int, Entry]:
        return Entry.objects.named().in_bulk(self.shown)

    @property
    def shown(self) -> list[int]:
        return self.points.entries[np.concatenate(self.nearest)].tolist()

    def difference(self, place: int, column: int) -> str:
        """“tie” where bounds overlap, points for a share, a ratio for an amount."""
        slug = self.objectives[column]
        both = self.standings.at(np.array([place, self.place])).of([slug])
        (theirs, own), (low, own_low), (high, own_high) = (
            part[:, 0].tolist() for part in (both.value, both.low, both.high)
        )
        if low <= own_high and own_low <= high:
            return "tie"
        if slug == "quality":
            return quantities.signed(100 * (theirs - own), 1)
        return quantities.ratio(theirs, own)


def rank(among: Selection, metric: str, place: int) -> tuple[int, int]:
    """The best and worst rank on a metric that intervals allow; who lacks it does not count.

    By energy only numbers of one kind are told apart.
    """
    low, high = among.part("low", metric), among.part("high", metric)
    is_below, is_above = high < low[place], low > high[place]
    if kinds.has_kinds(metric):
        kind = kinds.of(among.part("origin", metric))
        is_below, is_above = is_below & (kind == kind[place]), is_above & (kind == kind[place])
    ahead, behind = int(is_below.sum()), int(is_above.sum())
    if metrics.get(metric).better == metrics.HIGHER:
        ahead, behind = behind, ahead
    return ahead + 1, int(np.isfinite(low).sum()) - behind


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
