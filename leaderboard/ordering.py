"""The order of a board's rows: by one metric, layer by layer, or by the reader's weights.

A page shows a hundred rows of what may be a million, so a stretch of the order is found without
all of it: from the snapshot's own order of the metric, as much of it as the stretch needs.
"""

from bisect import bisect_left
from functools import cached_property

import numpy as np

from leaderboard.core import metrics
from leaderboard.filters import LAYER, SCORE

# So many rows more than asked for are looked at first; eight times as many each time they are not
# enough.
AT_FIRST, GROWTH = 4_096, 8
# Fewer than one in so many: they are sorted alone rather than picked from the order of all.
FEW = 16


class Order:
    """Places among the ranked entries of `standings` in the order asked for; ties by entry id."""

    def __init__(self, standings):
        self.standings = standings
        filters, self.count = standings.filters, len(standings)
        self.is_layered = filters.sort == LAYER
        is_by_score = filters.sort in (LAYER, SCORE)
        self.weighed = standings.weighed if is_by_score else None
        self.metric = filters.y if is_by_score else filters.sort.removeprefix("-")
        is_worst_first = filters.sort.startswith("-")
        more_is_better = metrics.get(self.metric).better == metrics.HIGHER
        self.is_descending = more_is_better != is_worst_first

    @cached_property
    def all(self) -> np.ndarray:
        """The whole order, of shape (n,)."""
        everyone = np.arange(self.count)
        if not self.is_layered:
            return self.sorted(everyone)
        layer = self.standings.layer
        return np.concatenate([self.layered(), self.sorted(np.flatnonzero(layer == 0))])

    def stretch(self, start: int, size: int) -> np.ndarray:
        """The rows from `start` on, as many as there are of `size`."""
        if self.weighed is not None or "all" in self.__dict__:
            return self.all[start : start + size]
        found = self.layered() if self.is_layered else np.zeros(0, np.int64)
        if len(found) < start + size:
            found = np.concatenate([found, self.first(start + size - len(found))])
        return found[start : start + size]

    def before(self, place: int) -> int:
        """How many rows stand before that of a place."""
        if self.weighed is not None:
            return int(np.flatnonzero(self.all == place)[0])
        ahead = self.ahead(place)
        if not self.is_layered:
            return int(np.count_nonzero(ahead))
        layer = self.standings.layer
        # Deeper layers than were told apart are 0, and come last.
        own, depth = layer[place], np.where(layer == 0, np.iinfo(layer.dtype).max, layer)
        if own == 0:
            return int(np.count_nonzero((layer > 0) | ahead))
        return int(np.count_nonzero((depth < own) | ((layer == own) & ahead)))

    def ahead(self, place: int) -> np.ndarray:
        """Mask of shape (n,): the rows before that of a place by the metric alone."""
        values, is_earlier = self.values, np.arange(self.count) < place
        own = values[place]
        if own != own:
            return ~np.isnan(values) | is_earlier
        is_ahead = values > own if self.is_descending else values < own
        return is_ahead | ((values == own) & is_earlier)

    @property
    def values(self) -> np.ndarray:
        return np.asarray(self.standings.points.part("value", self.metric))

    def layered(self) -> np.ndarray:
        """The rows whose layer is known, layer by layer."""
        layer = self.standings.layer
        order = self.sorted(np.flatnonzero(layer))
        return order[np.argsort(layer[order], kind="stable")]

    def sorted(self, places: np.ndarray) -> np.ndarray:
        """These places, ascending, in order."""
        if self.weighed is not None:
            order = self.weighed.best_first
            return order if len(places) == len(order) else order[np.isin(order, places)]
        values = self.values[places]
        if self.is_descending:
            values = -values
        # NaN goes last, and a stable sort keeps equals by id.
        return places[np.argsort(values, kind="stable")]

    def first(self, count: int) -> np.ndarray:
        """The first so many of the rows whose order does not begin with their layer."""
        standings, snapshot = self.standings, self.standings.snapshot
        places = standings.points.places
        is_left = standings.layer == 0 if self.is_layered else None
        left = self.count if is_left is None else int(np.count_nonzero(is_left))
        if left * FEW < len(snapshot):
            rest = np.arange(left) if is_left is None else np.flatnonzero(is_left)
            return self.sorted(rest)[:count]
        mask = standings.ranked
        if left < self.count:
            mask = mask.copy()
            mask[places[standings.layer > 0]] = False
        found = self.picked(mask, count)
        if len(found) < count:
            missing = mask & ~snapshot.has(self.metric)
            found = np.concatenate([found, np.flatnonzero(missing)[: count - len(found)]])
        return found if self.count == len(snapshot) else np.searchsorted(places, found)

    def picked(self, mask: np.ndarray, count: int) -> np.ndarray:
        """The first places of a mask in the snapshot's order of the metric, at most so many."""
        order = self.standings.snapshot.order(self.metric)
        values = self.standings.snapshot.part("value", self.metric)
        size = count + AT_FIRST
        while True:
            part = turned(order, values, size) if self.is_descending else order[:size]
            found = part[mask[part]]
            if len(found) >= count or len(part) == len(order):
                return found[:count]
            size *= GROWTH


def turned(order: np.ndarray, values: np.ndarray, size: int) -> np.ndarray:
    """At least `size` of an ascending order's last, the greatest first, equals still by place."""
    start = max(len(order) - size, 0)
    if start:
        # Equals stay together, so that the first of them are not left out.
        start = bisect_left(range(start), values[order[start]], key=lambda at: values[order[at]])
    part = order[start:]
    return part[np.argsort(-values[part], kind="stable")]
