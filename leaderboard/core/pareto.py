"""Pareto layers, on moocore.

Points are rows of a float64 array of shape (n, m); `directions` is one of +1 (higher is better)
or -1 (lower is better) per column. `q` dominates `p` when it is nowhere worse and somewhere
better; equal rows don't dominate each other. Layer 1 is the frontier, layer 2 the frontier
without layer 1, and so on (metrics-spec, section 0.4).

moocore drops good rows without an error when a value is NaN, so every function here refuses
non-finite input: the caller sets incomplete rows aside first (`complete`).
"""

from collections.abc import Sequence

import moocore
import numpy as np

HIGHER, LOWER = 1, -1
# How many rows of very many tell which of the others can't be in the first layers.
SAMPLE = 2_000
# So many of their steps, or some more, are held against all rows.
STEPS = 4


def complete(points: np.ndarray) -> np.ndarray:
    """Mask of shape (n,): rows with a finite number in every column."""
    mask = np.ones(len(points), dtype=bool)
    # Column by column: along short rows numpy takes ten times as long.
    for column in points.T:
        mask &= np.isfinite(column)
    return mask


def _costs(points: np.ndarray, directions: Sequence[int]) -> np.ndarray:
    """The points with every column turned so that lower is better, contiguous."""
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != len(directions):
        raise ValueError("points must have one column per direction")
    if not np.isfinite(points).all():
        raise ValueError("points must be finite; set incomplete rows aside first")
    return np.ascontiguousarray(points * -np.asarray(directions, dtype=np.float64))


def frontier(points: np.ndarray, directions: Sequence[int]) -> np.ndarray:
    """Mask of shape (n,): the rows that no other row dominates."""
    costs = _costs(points, directions)
    if 0 in costs.shape:
        return np.zeros(len(costs), dtype=bool)
    if costs.shape[1] == 1:
        return costs[:, 0] == costs[:, 0].min()
    hopeful = within_reach(costs, 1)
    found = np.zeros(len(costs), dtype=bool)
    found[hopeful] = moocore.is_nondominated(costs[hopeful], keep_weakly=True)
    return found


def within_reach(costs: np.ndarray, depth: int) -> np.ndarray:
    """Places of the rows that can be in one of the first `depth` layers, lower being better.

    Of very many rows with two costs, those are left out that a row of layer `depth` of a sample
    dominates: they are deeper, since layers of a sample are no deeper than those of all.
    """
    if costs.shape[1] != 2 or len(costs) < 4 * SAMPLE:
        return np.arange(len(costs))
    sample = costs[:: len(costs) // SAMPLE]
    stairs = sample[moocore.pareto_rank(sample) == depth - 1]
    if not len(stairs):
        return np.arange(len(costs))
    stairs = stairs[np.argsort(stairs[:, 0])]
    x, y = costs.T
    # A few steps leave out most rows in less time than it takes to find each row's own.
    is_deeper = np.zeros(len(costs), dtype=bool)
    for least_x, least_y in stairs[:: max(len(stairs) // STEPS, 1)]:
        is_deeper |= (x > least_x) & (y > least_y)
    left = np.flatnonzero(~is_deeper)
    step = np.searchsorted(stairs[:, 0], x[left], side="right") - 1
    return left[(step < 0) | (stairs[step, 1] >= y[left])]


def layers(points: np.ndarray, directions: Sequence[int], depth: int) -> np.ndarray:
    """Array of shape (n,), int: the layer of each row from 1 to `depth`, 0 for deeper rows."""
    found = np.zeros(len(points), dtype=np.int32)
    left = within_reach(_costs(points, directions), depth)
    for layer in range(1, depth + 1):
        if len(left) == 0:
            break
        first = frontier(points[left], directions)
        found[left[first]] = layer
        left = left[~first]
    return found


def all_layers(points: np.ndarray, directions: Sequence[int]) -> np.ndarray:
    """Array of shape (n,), int: the layer of every row, from 1."""
    costs = _costs(points, directions)
    if 0 in costs.shape:
        return np.zeros(len(costs), dtype=np.int32)
    if costs.shape[1] == 1:
        return (np.unique(costs[:, 0], return_inverse=True)[1] + 1).astype(np.int32)
    return np.asarray(moocore.pareto_rank(costs), dtype=np.int32) + 1


def dominance(
    points: np.ndarray, own: np.ndarray, directions: Sequence[int]
) -> tuple[np.ndarray, np.ndarray]:
    """Masks of shape (n,): the rows that dominate the point `own`, and those that it dominates."""
    no_worse, no_better = np.ones((2, len(points)), dtype=bool)
    ahead, behind = np.zeros((2, len(points)), dtype=bool)
    for column, mine, sign in zip(points.T, own, directions, strict=True):
        more, less = (column > mine, column < mine) if sign > 0 else (column < mine, column > mine)
        no_worse &= ~less
        no_better &= ~more
        ahead |= more
        behind |= less
    return no_worse & ahead, no_better & behind


def nearest(
    points: np.ndarray, own: np.ndarray, mask: np.ndarray, most: int | None = None
) -> np.ndarray:
    """The places of a mask, or the first of them, by distance as shares of the points' spread."""
    places = np.flatnonzero(mask)
    distance = np.zeros(len(places))
    for column, mine in zip(points.T, own, strict=True):
        spread = (column.max() - column.min() if len(column) else 0) or 1
        distance += np.abs((column[places] - mine) / spread)
    if most is not None and len(places) > most:
        is_near = distance <= np.partition(distance, most - 1)[most - 1]
        places, distance = places[is_near], distance[is_near]
    return places[np.argsort(distance, kind="stable")][:most]
