"""How much of what could be reached a frontier covers: its hypervolume, on moocore.

The box runs from the worst to the best value that was observed of each objective, in log where
asked. The hypervolume is the share of the box in which a point is no better than some point of the
frontier (Zitzler and Thiele, 1998); 1 would be a single entry that is best on everything. The
share of a frontier depends on the box: shares of different boxes can't be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from moocore import hv_contributions
from moocore import hypervolume as volume_of

from leaderboard.core import pareto, scales

MOST_OBJECTIVES = 6
# Objectives → up to how many points of a frontier their contributions take at most a second.
CONTRIBUTIONS_UP_TO = {1: 10**6, 2: 10**6, 3: 10**5, 4: 1_000, 5: 400, 6: 150}
# The same for the volume itself.
VOLUME_UP_TO = {1: 10**6, 2: 10**6, 3: 10**6, 4: 20_000, 5: 3_000, 6: 700}


@dataclass(frozen=True)
class Box:
    """Worst and best corner, of shape (m,), in the objectives' own units; `log` as in scales."""

    worst: np.ndarray
    best: np.ndarray
    log: tuple[bool, ...]


@dataclass(frozen=True)
class Covered:
    """What a frontier covers of a box.

    `share` is from 0 to 1. `exclusive`, of shape (n,), is the share that a point covers and no
    other of the frontier: 0 for points behind the frontier and for equals, which stand in for each
    other. Either is None where `reason` says why.
    """

    share: float | None
    exclusive: np.ndarray | None
    reason: str = ""


def box(points: np.ndarray, directions: Sequence[int], log: Sequence[bool] | None = None) -> Box:
    """The box from the worst to the best of these points, of shape (n, m)."""
    if not len(points):
        raise ValueError("a box takes a point")
    # Column by column: along short rows numpy takes ten times as long.
    ends = [
        (one.min(), one.max())[:: 1 if sign > 0 else -1]
        for one, sign in zip(np.asarray(points, dtype=np.float64).T, directions, strict=True)
    ]
    worst, best = np.array(ends).reshape(-1, 2).T
    return Box(worst, best, tuple(log) if log else (False,) * len(directions))


def covered(points: np.ndarray, directions: Sequence[int], inside: Box) -> Covered:
    """What points of shape (n, m) cover of a box, up to six objectives.

    An objective on which the box has no extent does not count. What lies outside the box counts up
    to its walls. Raises ValueError for numbers that are not finite, or not above zero in log.
    """
    if len(directions) > MOST_OBJECTIVES:
        raise ValueError(f"at most {MOST_OBJECTIVES} objectives")
    worst, best = (
        scales.turned(corner[None, :], directions, inside.log)[0]
        for corner in (inside.worst, inside.best)
    )
    has_extent = best > worst
    better = scales.turned(points, directions, inside.log)[:, has_extent]
    if not has_extent.any():
        return Covered(None, None, "All entries are equal on every objective.")
    # moocore minimises: 0 is the best wall and 1 the worst.
    costs = 1 - np.clip(scales.shares(better, worst[has_extent], best[has_extent]), 0, 1)
    is_front = pareto.frontier(costs, [pareto.LOWER] * costs.shape[1])
    return measured(costs, is_front)


def measured(costs: np.ndarray, is_front: np.ndarray) -> Covered:
    """Volume and contributions, as far as they can be had in about a second."""
    exclusive = np.zeros(len(costs))
    front = np.ascontiguousarray(costs[is_front])
    count, objectives = front.shape
    if not count:
        return Covered(0.0, exclusive)
    if count > VOLUME_UP_TO[objectives]:
        return Covered(None, None, too_many(count, objectives))
    reference = np.ones(objectives)
    share = float(1 - front.min()) if objectives == 1 else float(volume_of(front, ref=reference))
    if count > CONTRIBUTIONS_UP_TO[objectives]:
        return Covered(share, None, too_many(count, objectives))
    if objectives == 1:
        exclusive[is_front] = share if count == 1 else 0.0
    else:
        exclusive[is_front] = hv_contributions(front, ref=reference)
    return Covered(share, exclusive)


def too_many(count: int, objectives: int) -> str:
    return f"{count:,} entries on a frontier of {objectives} objectives are too many to work out."
