"""The ranking of a board's entries by a reader's weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leaderboard.core import metrics, pareto, scales, weights


@dataclass(frozen=True)
class Weighed:
    """Scores of the entries that have all weighed metrics; `places` are theirs among the ranked."""

    metrics: tuple[str, ...]
    places: np.ndarray
    scored: weights.Scored
    count: int

    @classmethod
    def of(cls, selection, wished: Mapping[str, float]) -> "Weighed | None":
        """None where no entry has all of them."""
        slugs = tuple(wished)
        points = selection.of(slugs)
        places = np.flatnonzero(pareto.complete(points.value))
        if not len(places):
            return None
        value, low, high = (part[places] for part in (points.value, points.low, points.high))
        log = [
            slug != "quality" and scales.spans_decades(value[:, column])
            for column, slug in enumerate(slugs)
        ]
        directions = [metrics.get(slug).better for slug in slugs]
        found = weights.scored(value, low, high, directions, list(wished.values()), log)
        return cls(slugs, places, found, len(selection))

    @cached_property
    def score(self) -> np.ndarray:
        """Of all ranked entries, NaN where there is none."""
        score = np.full(self.count, np.nan)
        score[self.places] = self.scored.score
        return score

    @cached_property
    def ranks(self) -> np.ndarray:
        """Of shape (n, 2); who has no score ranks last."""
        ranks = np.full((self.count, 2), self.count)
        ranks[:, 0] = len(self.places) + 1
        ranks[self.places] = self.scored.ranks
        return ranks

    @cached_property
    def best_first(self) -> np.ndarray:
        """Places of all ranked entries by score; those without come last."""
        return np.argsort(-np.nan_to_num(self.score, nan=-np.inf), kind="stable")
