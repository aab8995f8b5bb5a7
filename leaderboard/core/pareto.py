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


def complete(points: np.ndarray) -> np.ndarray:
    """Mask of shape (n,): rows with a finite number in every column."""
    return np.isfinite(points).all(axis=1)


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
    return np.asarray(moocore.is_nondominated(costs, keep_weakly=True), dtype=bool)


def swept(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Mask of shape (n,): the frontier of two costs, lower being better, where `x` ascends.

    One pass over columns that stand in order already: a million points in some 20 ms.
    """
    if not len(x):
        return np.zeros(0, dtype=bool)
    starts = np.flatnonzero(np.r_[True, x[1:] != x[:-1]])
    lengths = np.diff(np.r_[starts, len(x)])
    least = np.minimum.reduceat(y, starts)
    before = np.r_[np.inf, np.minimum.accumulate(least)[:-1]]
    return (y == np.repeat(least, lengths)) & (y < np.repeat(before, lengths))


def layers(points: np.ndarray, directions: Sequence[int], depth: int) -> np.ndarray:
    """Array of shape (n,), int: the layer of each row from 1 to `depth`, 0 for deeper rows."""
    found = np.zeros(len(points), dtype=np.int32)
    left = np.arange(len(points))
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
    turned, mine = points * np.asarray(directions), own * np.asarray(directions)
    above = (turned >= mine).all(axis=1) & (turned > mine).any(axis=1)
    below = (turned <= mine).all(axis=1) & (turned < mine).any(axis=1)
    return above, below


def nearest(points: np.ndarray, own: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The places of a mask, in the order of their distance as shares of the points' spread."""
    places = np.flatnonzero(mask)
    if not len(places):
        return places
    spread = np.ptp(points, axis=0)
    spread[spread == 0] = 1
    distance = np.abs((points[places] - own) / spread).sum(axis=1)
    return places[np.argsort(distance, kind="stable")]
