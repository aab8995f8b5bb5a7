"""Ranks under intervals, and agreement of rankings (metrics-spec, sections 12 and 30)."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from leaderboard.core.contract import Missing


def kendall(a: Sequence[float], b: Sequence[float], field: str = "scores") -> tuple[float, bool]:
    """Kendall's tau of two scorings of the same systems, and whether ties made it tau-b."""
    if len(a) != len(b):
        raise Missing(f"{field} are of unequal length", field=field, is_data_error=True)
    if len(a) < 2:
        raise Missing("it takes two systems to rank", field=field)
    first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    upper = np.triu_indices(len(first), 1)
    by_first = np.sign(first[:, None] - first[None, :])[upper]
    by_second = np.sign(second[:, None] - second[None, :])[upper]
    untied = math.sqrt(np.count_nonzero(by_first) * np.count_nonzero(by_second))
    if untied == 0:
        raise Missing("all scores are tied", field=field)
    has_ties = untied < len(by_first)
    return float((by_first * by_second).sum() / untied), has_ties


def pearson(a: Sequence[float], b: Sequence[float], field: str = "scores") -> float:
    """The linear correlation."""
    if len(a) != len(b):
        raise Missing(f"{field} are of unequal length", field=field, is_data_error=True)
    if len(a) < 2:
        raise Missing("it takes two points to correlate", field=field)
    first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    first, second = first - first.mean(), second - second.mean()
    scale = math.sqrt(float(first @ first) * float(second @ second))
    if scale == 0:
        raise Missing("one of them does not vary", field=field)
    return max(-1.0, min(1.0, float(first @ second) / scale))


def mean_ranks(values: np.ndarray) -> np.ndarray:
    """Rank of each value from 1, equals sharing the mean of theirs.

    That is scipy.stats.rankdata, which would make the start of every process half a second longer.
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(count) - (count - 1) / 2)[place]


def rank_ranges(
    low: np.ndarray, high: np.ndarray, better: int, places: np.ndarray | None = None
) -> np.ndarray:
    """Array of shape (k, 2): the best and worst rank that intervals allow; NaN ranks last.

    `better` is 1 where more is better, -1 where less is. An entry is certainly ahead of another
    only where their intervals don't overlap. Of the rows at these places, or of all, among all: the
    rows that are asked for are put in order, all others are only counted between them.
    """
    own_low, own_high = (low, high) if places is None else (low[places], high[places])
    found = ranks_among(low, high, own_low, own_high, better)
    found[~np.isfinite(own_low)] = 1 + np.count_nonzero(np.isfinite(low)), len(low)
    return found


def rank_ranges_by_kind(
    low: np.ndarray,
    high: np.ndarray,
    better: int,
    kinds: np.ndarray,
    places: np.ndarray | None = None,
) -> np.ndarray:
    """The same where only rows of one kind compare: any other may be ahead or behind.

    `kinds`, of shape (n,), are small whole numbers. Who lacks a value is of no kind and ranks last.
    """
    own = (low, high, kinds) if places is None else (low[places], high[places], kinds[places])
    own_low, own_high, own_kinds = own
    known = np.count_nonzero(np.isfinite(low))
    found = np.tile([1 + known, len(low)], (len(own_low), 1))
    is_known = np.isfinite(own_low)
    for kind in np.unique(own_kinds[is_known]):
        here, alike = np.flatnonzero(is_known & (own_kinds == kind)), kinds == kind
        ranges = ranks_among(low, high, own_low[here], own_high[here], better, alike)
        others = known - np.count_nonzero(alike & np.isfinite(low))
        found[here] = ranges + np.array([0, others])
    return found


def ranks_among(
    low: np.ndarray,
    high: np.ndarray,
    own_low: np.ndarray,
    own_high: np.ndarray,
    better: int,
    alike: np.ndarray | None = None,
) -> np.ndarray:
    """Best and worst rank of intervals that are known, among those that are `alike`, or all."""
    if better > 0:
        best = 1 + beyond(low, own_high, better, alike, with_equals=False)
        worst = beyond(high, own_low, better, alike, with_equals=True)
    else:
        best = 1 + beyond(high, own_low, better, alike, with_equals=False)
        worst = beyond(low, own_high, better, alike, with_equals=True)
    return np.column_stack([best, np.maximum(best, worst)])


def beyond(
    values: np.ndarray,
    limits: np.ndarray,
    better: int,
    among: np.ndarray | None,
    *,
    with_equals: bool,
) -> np.ndarray:
    """For each limit how many values are better, or not worse; a missing one is neither.

    `among`, a mask, says which of the values count.
    """
    is_known = np.isfinite(limits)
    edges, found = np.sort(limits[is_known]), np.zeros(len(limits), np.int64)
    if not len(edges):
        return found
    least, most = edges[0], edges[-1]
    is_past = values > most if better > 0 else values < least
    is_between = (values >= least) & (values <= most)
    if among is not None:
        is_past, is_between = is_past & among, is_between & among
    # Only those between the limits must be told apart: behind how many edges each of them stands.
    between, past = values[is_between], np.count_nonzero(is_past)
    is_left = with_equals == (better < 0)
    place = np.searchsorted(edges, between, side="left" if is_left else "right")
    counts = np.cumsum(np.bincount(place, minlength=len(edges) + 1)[: len(edges)])
    if better > 0:
        counts = len(between) - counts
    found[is_known] = past + counts[np.searchsorted(edges, limits[is_known])]
    return found


def mean_win_rates(rows: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """System → mean over scenarios of the share of the others that it beats, a tie being a half."""
    scenarios: dict[str, dict[str, float]] = defaultdict(dict)
    for row in rows:
        scenarios[row["scenario"]][row["system"]] = row["score"]
    shares: dict[str, list[float]] = defaultdict(list)
    for scores in scenarios.values():
        values = np.fromiter(scores.values(), dtype=float)
        if len(values) < 2:
            continue
        # The mean rank of equals counts who is beaten and half of who is tied.
        rates = (mean_ranks(values) - 1) / (len(values) - 1)
        for system, rate in zip(scores, rates, strict=True):
            shares[system].append(float(rate))
    return {system: math.fsum(rates) / len(rates) for system, rates in shares.items()}
