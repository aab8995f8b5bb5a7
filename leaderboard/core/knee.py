"""Where a frontier of two objectives bends: the knee.

Both objectives run from 0, the worst on the frontier, to 1, the best on it, in log where the axis
is. The ends of the frontier are then (0, 1) and (1, 0), and the knee is the point farthest beyond
the straight line between them: before it a step on one objective costs little of the other, after
it much. That is Das's knee ("On characterizing the 'knee' of the Pareto curve based on
Normal-Boundary Intersection", Structural Optimization 18, 1999), and what Kneedle does for smooth
curves (Satopää et al., "Finding a 'Kneedle' in a Haystack", 2011).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.core import pareto, scales


@dataclass(frozen=True)
class Knee:
    """The place of the knee among the points, and how far it lies beyond the line.

    `distance` is from 0 to 0.71 (half of the square root of 2), in shares of the two spans.
    """

    place: int
    distance: float


def knee(
    points: np.ndarray, directions: Sequence[int], log: Sequence[bool] = (False, False)
) -> Knee | None:
    """The knee of the frontier of points of shape (n, 2); of equally far ones the first.

    None where the frontier has fewer than three different points or none beyond the line. Raises
    ValueError for other shapes, numbers that are not finite, or not above zero in log.
    """
    if len(directions) != 2:
        raise ValueError("a knee has two objectives")
    better = scales.turned(points, directions, log)
    front = np.flatnonzero(pareto.frontier(points, directions))
    if len(np.unique(better[front], axis=0)) < 3:
        return None
    ends = better[front].min(axis=0), better[front].max(axis=0)
    beyond = scales.shares(better[front], *ends).sum(axis=1) - 1
    farthest = int(np.argmax(beyond))
    # The ends lie on the line, but for rounding.
    if beyond[farthest] <= 1e-12:
        return None
    return Knee(int(front[farthest]), float(beyond[farthest] / np.sqrt(2)))
