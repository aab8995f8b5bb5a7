"""A board as one of its versions published it.

What is kept of a version are the entries of its layers with their values on the objectives, as they
were that day. Their bounds, their other metrics and the entries below the layers are not.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from leaderboard import sentence
from leaderboard.citation import Citation
from leaderboard.core import metrics
from leaderboard.exports import ROWS_AT_ONCE, Block
from leaderboard.facets import named
from leaderboard.models import Board, Entry, Frontier
from leaderboard.models.evidence import Points
from leaderboard.standings import Who, who


class Frozen:
    """One version: arrays of shape (n,) and (n, m), by layer and then by the first objective."""

    def __init__(self, board: Board, frontier: Frontier):
        self.board, self.frontier = board, frontier
        # A version that nothing was left for has none.
        self.objectives = tuple(frontier.objectives) or board.metrics
        placements = board.placements.at(frontier.number)
        rows = list(placements.values_list("entry", "layer", "point"))
        entries = np.array([entry for entry, _, _ in rows], np.int64)
        layer = np.array([layer for _, layer, _ in rows], np.int32)
        value = np.array([point for _, _, point in rows], np.float64)
        value = value.reshape(len(rows), len(self.objectives))
        first = -metrics.get(self.objectives[0]).better * value[:, 0]
        order = np.lexsort((entries, first, layer))
        self.entries, self.layer, self.value = entries[order], layer[order], value[order]

    def __len__(self):
        return len(self.entries)

    @property
    def sentence(self) -> str:
        return sentence.of_version(
            self.board,
            list(self.objectives),
            len(self),
            self.frontier.number,
            self.frontier.published_at,
        )

    def points(self, places: slice = slice(None)) -> Points:
        """The values; bounds and origins were not kept."""
        value = self.value[places]
        unknown = np.full(value.shape, np.nan)
        origin = np.full(value.shape, -1, np.int8)
        return Points(self.entries[places], self.objectives, value, unknown, unknown, origin)

    @cached_property
    def drawn(self) -> Points:
        """The values with themselves as bounds: a chart draws no interval for them."""
        value = self.value
        origin = np.full(value.shape, -1, np.int8)
        return Points(self.entries, self.objectives, value, value, value, origin)


def who_are(entries: list[int]) -> dict[int, Who]:
    """Names of entries by id, also of those that no board has any more."""
    found = {}
    for entry in Entry.objects.named().filter(pk__in=entries):
        found[entry.pk] = who(
            entry.pk,
            named("model", entry.model.slug, entry.model.name),
            named("method", entry.method.slug, entry.method.name),
            named("hardware", entry.hardware.slug, entry.hardware.name),
            entry.device_count,
            entry.settings,
        )
    return found


class FrozenSheet:
    """The rows of a version as files take them."""

    def __init__(self, frozen: Frozen, citation: Citation):
        self.frozen, self.citation = frozen, citation
        self.metrics = frozen.objectives

    def blocks(self) -> Iterator[Block]:
        for start in range(0, len(self.frozen), ROWS_AT_ONCE):
            places = slice(start, start + ROWS_AT_ONCE)
            points = self.frozen.points(places)
            names = who_are(points.entries.tolist())
            who = [names[entry] for entry in points.entries.tolist()]
            yield Block(points, self.frozen.layer[places], None, who, [None] * len(who))
