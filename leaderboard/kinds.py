"""Kinds of energy numbers. Those of one kind compare; between two kinds the order is open.

A reading off a meter and a rating times hours can be far from each other for one and the same run,
further than the bounds of either say. Numbers that a metric follows from keep no kind: only the
three energies have one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from leaderboard.core import metrics
from leaderboard.models.evidence import Origin


@dataclass(frozen=True)
class Kind:
    """Numbers that were obtained in like ways."""

    slug: str
    words: str
    origins: tuple[Origin, ...]


KINDS = (
    Kind("measured", "measured or reported", (Origin.METERED, Origin.SENSED, Origin.REPORTED)),
    Kind("worked-out", "worked out from other numbers", (Origin.DERIVED,)),
    Kind("estimated", "estimated by a model or from a rating", (Origin.ESTIMATED, Origin.RATED)),
)
# The place of the kind of each origin, by the origin's code; the last, -1, is no number.
OF_ORIGINS = np.array(
    [
        *(place for one in Origin for place, kind in enumerate(KINDS) if one in kind.origins),
        -1,
    ],
    np.int8,
)


@dataclass(frozen=True)
class Met:
    """A kind of which a board has entries, and how many."""

    kind: Kind
    count: int

    @property
    def words(self) -> str:
        return f"{self.count:,} {self.kind.words}"


def has_kinds(metric: str) -> bool:
    return metric in metrics.ENERGIES


def of(origins: np.ndarray | int) -> np.ndarray:
    """For codes of origins the places of their kinds in `KINDS`; -1 where there is no number."""
    return np.asarray(OF_ORIGINS[origins])


def met(tally: Iterable[int]) -> list[Met]:
    """The kinds that there are, by how often each origin stands, as `Facets.tally` counts."""
    counts = np.zeros(len(KINDS) + 1, int)
    np.add.at(counts, OF_ORIGINS, list(tally))
    return [Met(kind, int(count)) for kind, count in zip(KINDS, counts, strict=False) if count]
