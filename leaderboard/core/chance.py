"""How likely it is that an entry is on the frontier, given the intervals: by seeded draws.

The bounds that we hold are those that a number can reach: the lowest and highest of all runs
(`consensus.pooled`), and the corners of what a formula's inputs allow (`interval`). So nothing is
drawn outside them, which also keeps probabilities in step with rank ranges: what is certain by the
bounds has probability 0 or 1. The value between them is a median, so half of the draws lie on each
side of it; on each side they thin out evenly and are gone at the bound. A number without width is
not drawn.

Every number is drawn on its own. What is uncertain for all entries alike, such as how long a
device lives, is thereby drawn apart for each: probabilities are nearer to undecided than they
would be if that were shared, never surer.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.core import pareto

RECIPE = "frontier_chance/1"
DRAWS, SEED = 1_000, 20_261_130
# Numbers that are drawn at a time: 8 MB.
CHUNK = 1_000_000
# Ranks of every entry in every draw are held at once: 80 MB.
MOST_RANKS = 20_000_000


@dataclass(frozen=True)
class Chance:
    """Probability of being on the frontier and its Monte-Carlo standard error, of shape (n,).

    `is_drawn`, of shape (n,), says whose probability comes from draws; of the others it is exactly
    0 or 1 by the bounds alone, without an error.
    """

    probability: np.ndarray
    standard_error: np.ndarray
    is_drawn: np.ndarray
    draws: int
    seed: int


def of_frontier(
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    directions: Sequence[int],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Chance:
    """The probability of every row to be on the frontier; arrays of shape (n, m).

    Raises ValueError for numbers that are not finite or out of order.
    """
    value, worst, best = corners(value, low, high, directions)
    is_out, is_in = settled(worst, best)
    probability = is_in.astype(np.float64)
    error = np.zeros(len(value))
    # Who is out for certain can't take a place from others either: whatever it dominates is also
    # dominated by who dominates it for certain, and that chain ends at one who is not out.
    playing = np.flatnonzero(~is_out)
    is_drawn = ~is_out & ~is_in
    if is_drawn.any():
        hits = np.zeros(len(playing))
        kept = value[playing], worst[playing], best[playing]
        for each in drawn(*kept, draws=draws, seed=seed):
            for points in each:
                hits += pareto.frontier(points, [pareto.HIGHER] * len(directions))
        probability[playing] = np.where(is_drawn[playing], hits / draws, probability[playing])
        # With one hit and one miss added, as no hit in a thousand is not a certainty.
        fair = (hits + 1) / (draws + 2)
        error[playing] = np.where(is_drawn[playing], np.sqrt(fair * (1 - fair) / draws), 0)
    return Chance(probability, error, is_drawn, draws, seed)


def candidates(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, directions: Sequence[int]
) -> int:
    """How many rows must be drawn or drawn against: those that are not out for certain."""
    _, worst, best = corners(value, low, high, directions)
    return int((~settled(worst, best)[0]).sum())


def corners(
    value: np.ndarray, low: np.ndarray, high: np.ndarray, directions: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value, worst and best corner of every row, turned so that more is better."""
    value, low, high = (np.asarray(part, dtype=np.float64) for part in (value, low, high))
    if value.ndim != 2 or value.shape[1] != len(directions):
        raise ValueError("points must have one column per direction")
    if not all(np.isfinite(part).all() for part in (value, low, high)):
        raise ValueError("points must be finite; set incomplete rows aside first")
    if not ((low <= value) & (value <= high)).all():
        raise ValueError("bounds must hold their value")
    signs = np.asarray(directions, dtype=np.float64)
    is_higher = signs > 0
    return value * signs, np.where(is_higher, low, -high), np.where(is_higher, high, -low)


def settled(worst: np.ndarray, best: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Masks of shape (n,): who is out of the frontier for certain, and who is on it for certain.

    Out is a row whose best corner is dominated by the worst corner of another: in every draw the
    other is at least its worst corner, so nowhere worse than the row, and better where the corners
    differ. In is a row whose worst corner no best corner of another dominates: a draw that
    dominated the row's would make the other's best corner dominate the row's worst.
    """
    is_out = is_dominated(best, worst)
    # Only rows that are not out can be in, and only they can dominate one that is.
    left = np.flatnonzero(~is_out)
    is_in = np.zeros(len(worst), dtype=bool)
    is_in[left] = ~dominated_by_others(worst[left], best[left])
    return is_out, is_in


def is_dominated(points: np.ndarray, by: np.ndarray) -> np.ndarray:
    """Mask of shape (n,): the points that some row of `by` dominates; more is better."""
    if 0 in points.shape:
        return np.zeros(len(points), dtype=bool)
    # Whoever is dominated is so by one that is not dominated itself.
    strongest = np.unique(by[pareto.frontier(by, [pareto.HIGHER] * by.shape[1])], axis=0)
    # The strong on all objectives settle most points, so that few are left to look at.
    strongest = strongest[np.argsort(-strongest.argsort(axis=0).argsort(axis=0).sum(axis=1))]
    result = np.zeros(len(points), dtype=bool)
    left = np.arange(len(points))
    for one in strongest:
        found = (points[left] <= one).all(axis=1)
        found &= (points[left] < one).any(axis=1)
        result[left[found]] = True
        if found.any():
            left = left[~found]
    return result


def dominated_by_others(worst: np.ndarray, best: np.ndarray) -> np.ndarray:
    """Mask of shape (n,): rows whose worst corner the best corner of another row dominates."""
    result = np.zeros(len(worst), dtype=bool)
    for place, corner in enumerate(worst):
        above = (best >= corner).all(axis=1)
        above[place] = False
        result[place] = bool((best[above] > corner).any())
    return result


def drawn(
    value: np.ndarray, worst: np.ndarray, best: np.ndarray, *, draws: int, seed: int
) -> Iterator[np.ndarray]:
    """Draws of all numbers, as arrays of shape (some draws, n, m).

    On each side of the value the density falls in a line to zero at the bound: 1 - sqrt(1 - u) of
    an even u is the share of the way there.
    """
    random = np.random.default_rng(seed)
    below, above = value - worst, best - value
    at_once = max(1, CHUNK // max(1, value.size))
    for start in range(0, draws, at_once):
        even = random.uniform(-1, 1, (min(at_once, draws - start), *value.shape))
        way = 1 - np.sqrt(1 - np.abs(even))
        points = value + way * np.where(even < 0, -below, above)
        # Rounding must not carry a draw over a bound.
        yield np.clip(points, worst, best)


@dataclass(frozen=True)
class Ranks:
    """Over all draws the median rank and the ranks of 5 and 95 % of them, of shape (n,)."""

    median: np.ndarray
    low: np.ndarray
    high: np.ndarray


def of_ranks(
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    better: int,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
) -> Ranks:
    """Ranks on one metric, arrays of shape (n,); equals share the best rank of theirs.

    Ranks of draws are whole, and so are these: the median is the lower of two middle ones. Raises
    ValueError for numbers that are not finite, and for more than `MOST_RANKS` ranks.
    """
    if len(value) * draws > MOST_RANKS:
        raise ValueError(f"at most {MOST_RANKS // draws:,} entries can be ranked by draws")
    turned = corners(value[:, None], low[:, None], high[:, None], [better])
    if not len(value):
        return Ranks(*(np.zeros(0, np.int32) for _ in range(3)))
    ranks = np.empty((draws, len(value)), np.int32)
    row = 0
    for each in drawn(*turned, draws=draws, seed=seed):
        for points in -each[:, :, 0]:
            ranks[row] = 1 + np.searchsorted(np.sort(points), points)
            row += 1
    ranks.sort(axis=0)
    return Ranks(*(ranks[int(np.ceil(share * draws)) - 1] for share in (0.5, 0.05, 0.95)))
