"""Who keeps an entry off the frontier, by how much, and what it would take to get there.

Rows are entries, columns objectives, in the objectives' own units; `own` is a place among the
rows. Everything is O(n m), so it is worked out when a reader asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leaderboard.core import pareto


@dataclass(frozen=True)
class Dominators:
    """Who dominates an entry: places of shape (k,), and of shape (k, m) how far ahead they are.

    `difference` is theirs minus its own value, `ratio` theirs divided by its own, NaN where that is
    zero. `overlaps` says where intervals overlap, so that the order is open. `is_certain`, of
    shape (k,): whether it is dominated whatever the values are within their bounds.
    """

    places: np.ndarray
    difference: np.ndarray
    ratio: np.ndarray
    overlaps: np.ndarray
    is_certain: np.ndarray


def dominators(
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    directions: Sequence[int],
    own: int,
) -> Dominators:
    """Who dominates the row `own`, the nearest first; arrays of shape (n, m).

    Raises ValueError for numbers that are not finite.
    """
    finite(value, low, high)
    above, _ = pareto.dominance(value, value[own], directions)
    places = pareto.nearest(value, value[own], above)
    is_higher = np.asarray(directions) > 0
    # Each at its worst, and the entry at its best; more is better.
    theirs = np.where(is_higher, low[places], -high[places])
    mine = np.where(is_higher, high[own], -low[own])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(value[own] == 0, np.nan, value[places] / value[own])
    return Dominators(
        places,
        value[places] - value[own],
        ratio,
        (low[places] <= high[own]) & (low[own] <= high[places]),
        (theirs >= mine).all(axis=1) & (theirs > mine).any(axis=1),
    )


@dataclass(frozen=True)
class Need:
    """The value of one objective that would bring an entry onto the frontier, all else as it is.

    `is_beyond`: the value itself isn't enough, whatever is better is. `change` is the value over
    its own minus 1 (-0.2: a fifth less), None where its own is zero.
    """

    value: float
    is_beyond: bool
    change: float | None


def needs(
    value: np.ndarray,
    directions: Sequence[int],
    own: int,
    limits: Sequence[float] | None = None,
) -> list[Need | None]:
    """What the row `own` needs on each single objective, of a `value` of shape (n, m).

    `limits` are the best possible values (1 of a share, 0 of an amount), unbounded unless told. An
    objective on which no possible value is enough has None. An entry that is on the frontier needs
    its own values: a change of 0.
    """
    finite(value)
    signs = np.asarray(directions, dtype=np.float64)
    better = value * signs
    tops = np.full(len(signs), np.inf) if limits is None else np.asarray(limits) * signs
    nowhere_worse, ahead = better >= better[own], better > better[own]
    is_dominated = bool((nowhere_worse.all(axis=1) & ahead.any(axis=1)).any())
    found: list[Need | None] = []
    for column, sign in enumerate(signs):
        mine = float(better[own, column])
        if not is_dominated:
            found.append(Need(float(value[own, column]), False, 0.0 if mine else None))
            continue
        need, is_beyond = threshold(
            better[:, column],
            np.delete(nowhere_worse, column, axis=1),
            np.delete(ahead, column, axis=1),
            own,
        )
        top = tops[column]
        if need > top or (is_beyond and need == top):
            found.append(None)
            continue
        change = need / mine - 1 if mine else None
        found.append(Need(float(need * sign), is_beyond, change))
    return found


def threshold(
    column: np.ndarray, nowhere_worse: np.ndarray, ahead: np.ndarray, own: int
) -> tuple[float, bool]:
    """The least value of a column (more is better) at which no row dominates `own` any more.

    Only rows that are nowhere worse on the other objectives can dominate. One that is ahead on one
    of them must be passed; one that is equal on all of them need only be drawn level with. The
    second answer says whether the value has to be passed.
    """
    rivals = nowhere_worse.all(axis=1) & (np.arange(len(column)) != own)
    to_pass = rivals & ahead.any(axis=1)
    pass_this = float(column[to_pass].max(initial=-np.inf))
    reach_this = float(column[rivals & ~to_pass].max(initial=-np.inf))
    return max(pass_this, reach_this), pass_this >= reach_this


def finite(*arrays: np.ndarray) -> None:
    if not all(np.isfinite(each).all() for each in arrays):
        raise ValueError("points must be finite; set incomplete rows aside first")
