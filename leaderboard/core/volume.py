"""How much of a fixed box a set of points dominates: the hypervolume as a share, on moocore.

Each objective is scaled so that the best value of the box is 0 and the worst is 1, amounts on a log
scale where told; the box reaches a tenth of the spread beyond the worst, so that the ends of a
frontier count as well. The share is 1 only for a point at the best of everything. (Zitzler and
Thiele 1998; computed by moocore, Fonseca, Paquete and López-Ibáñez 2006.)
"""

from collections.abc import Sequence
from dataclasses import dataclass

import moocore
import numpy as np

BEYOND = 0.1


@dataclass(frozen=True)
class Box:
    """The best and the worst value of each objective, as arrays of shape (m,)."""

    best: np.ndarray
    worst: np.ndarray
    directions: tuple[int, ...]
    is_log: tuple[bool, ...]

    @classmethod
    def around(cls, points: np.ndarray, directions: Sequence[int], is_log: Sequence[bool]) -> "Box":
        """The box that holds these points; at least one is needed."""
        turned = points * np.asarray(directions)
        signs = np.asarray(directions)
        return cls(
            turned.max(axis=0) * signs,
            turned.min(axis=0) * signs,
            tuple(directions),
            tuple(is_log),
        )

    @property
    def is_flat(self) -> bool:
        """Whether no objective spreads, so that there is nothing to measure."""
        return bool((self.best == self.worst).all())

    def scaled(self, points: np.ndarray) -> np.ndarray:
        """Points with 0 for the best and 1 for the worst; an objective without spread is 0."""
        log = np.array(self.is_log)

        def shown(values: np.ndarray) -> np.ndarray:
            values = np.array(values, dtype=np.float64)
            values[..., log] = np.log10(values[..., log])
            return values

        best, worst = shown(self.best), shown(self.worst)
        spread = np.where(best == worst, 1, worst - best)
        return (shown(points) - best) / spread

    def share(self, points: np.ndarray) -> float:
        """The share of the box that these points dominate, from 0 to 1."""
        if not len(points):
            return 0.0
        costs = np.ascontiguousarray(self.scaled(points))
        edge = 1 + BEYOND
        volume = moocore.hypervolume(costs, ref=[edge] * costs.shape[1])
        return float(volume) / edge ** costs.shape[1]
