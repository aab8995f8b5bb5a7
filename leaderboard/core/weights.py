"""The ranking that follows from a reader's weights, how sure it is, and what would change it.

Each objective runs from 0, the worst value on the frontier, to 1, the best on it, in log where
asked (`scales`); what lies behind the frontier may be below 0. Where the frontier is flat the span
of all entries takes its place. A score is the sum of these, each times its weight, as GREEN does
it (metrics-spec, section 16). Weights are at least zero and count in proportion: 2 and 2 are 50 %
each. Scores change when the frontier does, so scores of different boards can't be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.core import pareto, scales
from leaderboard.core.ranks import rank_ranges

SAMPLES, SEED = 20_000, 20_261_130
# Scores that differ by less are equal: they are sums of rounded products.
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Scored:
    """Scores with the bounds that the intervals allow, of shape (n,), and who leads.

    `ranks`, of shape (n, 2), are the best and the worst rank that the bounds allow. `leaders` are
    the places with the best score: several where they are equal. `shares`, of shape (n, m), are the
    objectives from 0 to 1, and `weights`, of shape (m,), add up to 1.
    """

    score: np.ndarray
    low: np.ndarray
    high: np.ndarray
    ranks: np.ndarray
    leaders: np.ndarray
    shares: np.ndarray
    weights: np.ndarray


def scored(
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    directions: Sequence[int],
    weights: Sequence[float],
    log: Sequence[bool] | None = None,
) -> Scored:
    """Scores of arrays of shape (n, m).

    Raises ValueError for weights that are negative or all zero, for numbers that are not finite,
    or, in log, not above zero.
    """
    proportions = proportional(weights, len(directions))
    better = scales.turned(value, directions, log)
    ends = span(better, pareto.frontier(value, directions))
    parts = [scales.shares(better, *ends)]
    is_higher = np.asarray(directions) > 0
    low, high = above_zero(value, low, log), above_zero(value, high, log)
    for corner in (np.where(is_higher, low, high), np.where(is_higher, high, low)):
        parts.append(scales.shares(scales.turned(corner, directions, log), *ends))
    score, least, most = (part @ proportions for part in parts)
    least, most = np.minimum(least, score), np.maximum(most, score)
    ranks = rank_ranges(least, most, pareto.HIGHER)
    return Scored(score, least, most, ranks, leading(score), parts[0], proportions)


def above_zero(value: np.ndarray, bound: np.ndarray, log: Sequence[bool] | None) -> np.ndarray:
    """The bounds; in log one that is not above zero gives way to the smallest number above zero.

    It has no logarithm, and taken for endless it would drown all other objectives.
    """
    bound = np.array(bound, dtype=np.float64)
    for column in np.flatnonzero(log if log is not None else []):
        both = np.concatenate([value[:, column], bound[:, column]])
        least = both[both > 0].min(initial=np.inf)
        bound[bound[:, column] <= 0, column] = least
    return bound


def span(better: np.ndarray, is_front: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Worst and best of each objective on the frontier, or of all where the frontier is flat."""
    if not len(better):
        nothing = np.zeros(better.shape[1])
        return nothing, nothing
    worst, best = better[is_front].min(axis=0), better[is_front].max(axis=0)
    return np.where(worst == best, better.min(axis=0), worst), best


def proportional(weights: Sequence[float], objectives: int) -> np.ndarray:
    """The weights as shares of their sum."""
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (objectives,) or not np.isfinite(given).all():
        raise ValueError("there must be one finite weight per objective")
    if (given < 0).any():
        raise ValueError("a weight can't be negative")
    largest = given.max(initial=0.0)
    if largest == 0:
        raise ValueError("all weights are zero")
    # Divided by the largest first: the sum of huge ones would be infinite.
    scaled = given / largest
    return scaled / scaled.sum()


def leading(score: np.ndarray) -> np.ndarray:
    """Places of the best score."""
    return np.flatnonzero(score >= score.max(initial=-np.inf) - TOLERANCE)


@dataclass(frozen=True)
class Turn:
    """The nearest weight of one objective at which somebody else begins to win.

    `change` is that weight minus the present one; `winner` the place of who wins beyond it.
    """

    weight: float
    change: float
    winner: int


@dataclass(frozen=True)
class Sensitivity:
    """What changes the winner when one weight falls or rises; None where nothing does."""

    less: Turn | None
    more: Turn | None

    @property
    def nearest(self) -> Turn | None:
        """The smaller change of the two."""
        turns = [turn for turn in (self.less, self.more) if turn]
        return min(turns, key=lambda turn: abs(turn.change), default=None)


def sensitivity(shares: np.ndarray, weights: np.ndarray) -> list[Sensitivity]:
    """For each weight, the smallest changes after which another wins; exact.

    `shares` of shape (n, m) and `weights` of shape (m,) adding up to 1, as `Scored` holds them. The
    other weights keep their proportions; where they are all zero they share alike what is left.
    Every score is then a straight line over the weight, and the winner changes where a steeper
    line crosses the winner's. With several leaders the winner is the first.
    """
    if not len(shares) or len(weights) == 1:
        return [Sensitivity(None, None)] * len(weights)
    winner = int(leading(shares @ weights)[0])
    found = []
    for column, weight in enumerate(weights.tolist()):
        others = np.delete(weights, column)
        if not others.any():
            others = np.ones(len(others))
        rest = np.delete(shares, column, axis=1) @ (others / others.sum())
        lead = shares[winner, column] - shares[:, column], rest[winner] - rest
        found.append(Sensitivity(*(crossing(*lead, weight, side) for side in (-1, 1))))
    return found


def crossing(own: np.ndarray, rest: np.ndarray, weight: float, side: int) -> Turn | None:
    """Where a line first crosses the winner's when the weight falls (-1) or rises (1).

    The winner's lead over each entry is `t * own + (1 - t) * rest` at weight t.
    """
    lead, slope = weight * own + (1 - weight) * rest, (own - rest) * side
    # Only leads that shrink come to an end, before the weight comes to its own.
    room = 1 - weight if side > 0 else weight
    places = np.flatnonzero(slope < -TOLERANCE)
    distance = np.maximum(lead[places], 0) / -slope[places]
    is_inside = distance < room - TOLERANCE
    places, distance = places[is_inside], distance[is_inside]
    if not len(places):
        return None
    nearest = distance.min()
    # Of those who cross there the steepest wins beyond it.
    at_once = places[distance <= nearest + TOLERANCE]
    taker = int(at_once[np.argmin(slope[at_once])])
    at = weight + side * float(nearest)
    return Turn(at, side * float(nearest), taker)


@dataclass(frozen=True)
class Reign:
    """The share of all weights under which an entry leads, and its standard error."""

    place: int
    share: float
    standard_error: float


def reigns(shares: np.ndarray, *, samples: int = SAMPLES, seed: int = SEED) -> list[Reign]:
    """Who leads under how many of all possible weights, the most first.

    Weights are drawn evenly from all that are at least zero and add up to 1 (a flat Dirichlet
    distribution). Equal entries all have the share that they lead with together.
    """
    if not len(shares):
        return []
    rows, places = np.unique(shares, axis=0, return_inverse=True)
    able = np.flatnonzero(pareto.frontier(rows, [pareto.HIGHER] * rows.shape[1]))
    random = np.random.default_rng(seed)
    wins = np.zeros(len(rows), dtype=np.int64)
    at_once = max(1, 4_000_000 // len(able))
    for start in range(0, samples, at_once):
        weights = random.dirichlet(np.ones(rows.shape[1]), min(at_once, samples - start))
        first = able[np.argmax(weights @ rows[able].T, axis=1)]
        wins += np.bincount(first, minlength=len(rows))
    share = wins / samples
    error = np.sqrt(share * (1 - share) / samples)
    found = [
        Reign(place, float(share[row]), float(error[row]))
        for place, row in enumerate(places.ravel().tolist())
        if wins[row]
    ]
    return sorted(found, key=lambda reign: (-reign.share, reign.place))
