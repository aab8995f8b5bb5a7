"""A board as one of its versions published it.

What is kept of a version are the entries of its layers with their values on the objectives, as they
were that day. Their bounds, their other metrics and the entries below the layers are not.
"""

from collections.abc import Iterator
from functools import cached_property

import numpy as np
from django.http import QueryDict

from leaderboard import frozen_question, sentence
from leaderboard.citation import Citation
from leaderboard.core import metrics
from leaderboard.exports import ROWS_AT_ONCE, Block
from leaderboard.facets import named
from leaderboard.frozen_question import Names
from leaderboard.models import Board, Entry, Frontier
from leaderboard.models.evidence import Points
from leaderboard.standings import Who, who


class Frozen:
    """One version under a question: arrays of shape (n,) and (n, m), by layer and first objective.

    A question chooses entries. Their layers are those among all that the version ranked: who stood
    below the layers that were kept can't rise. `total` is how many were kept.
    """

    def __init__(self, board: Board, frontier: Frontier, query: QueryDict | None = None):
        self.board, self.frontier = board, frontier
        # A version that nothing was left for has none.
        self.objectives = tuple(frontier.objectives) or board.metrics
        self.asked = frozen_question.read(query or QueryDict(), board, self.objectives)
        placements = board.placements.at(frontier.number)
        rows = list(placements.values_list("entry", "layer", "point"))
        entries = np.array([entry for entry, _, _ in rows], np.int64)
        layer = np.array([layer for _, layer, _ in rows], np.int32)
        value = np.array([point for _, _, point in rows], np.float64)
        value = value.reshape(len(rows), len(self.objectives))
        first = -metrics.get(self.objectives[0]).better * value[:, 0]
        order = np.lexsort((entries, first, layer))
        self.total, self.names, self.all_values = len(order), Names(entries[order].tolist()), value
        order = order[self.inside(value[order]) & self.chosen]
        self.entries, self.layer, self.value = entries[order], layer[order], value[order]

    def inside(self, value: np.ndarray) -> np.ndarray:
        """Mask: whose values are inside the reader's limits."""
        mask = np.ones(len(value), bool)
        for metric, (low, high) in self.asked.filters.bounds.items():
            column = value[:, self.objectives.index(metric)]
            mask &= (column >= low) & (column <= high)
        return mask

    @property
    def chosen(self) -> np.ndarray:
        """Mask over all that were kept: whom facets and words leave."""
        return self.names.mask(self.asked.filters)

    @property
    def pair(self) -> tuple[str, str]:
        """The metrics across and up: the second objective and the first, unless asked."""
        return self.asked.filters.x, self.asked.filters.y

    def __len__(self):
        return len(self.entries)

    @property
    def sentence(self) -> str:
        return sentence.of_version(self)

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
