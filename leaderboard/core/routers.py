"""Scores of routers between models (metrics-spec, section 15)."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from leaderboard.core.contract import NUMBER, TABLE, Input, Missing

CURVE = Input(
    "curve",
    "the router's cost and performance at each setting",
    "1",
    TABLE,
    columns=(
        Input("cost", "cost, in any one unit", "1", NUMBER, at_least=0),
        Input("performance", "performance", "1", NUMBER),
    ),
)
Points = list[tuple[float, float]]


def points(rows: Sequence[Mapping[str, Any]]) -> Points:
    """(cost, performance) by cost, the best of each cost. Raises Missing when there is none."""
    best: dict[float, float] = {}
    for row in rows:
        best[row["cost"]] = max(row["performance"], best.get(row["cost"], -math.inf))
    if not best:
        raise Missing("the curve has no point", field="curve")
    return sorted(best.items())


def hull(curve: Points) -> Points:
    """The upper convex hull as far as it rises."""
    found: Points = []
    for point in curve:
        while len(found) > 1 and not _bends_down(found[-2], found[-1], point):
            found.pop()
        found.append(point)
    top = max(range(len(found)), key=lambda place: (found[place][1], -place))
    return found[: top + 1]


def _bends_down(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[1] - a[1]) * (c[0] - b[0]) > (c[1] - b[1]) * (b[0] - a[0])


def average_quality(curve: Points, cost_max: float) -> float:
    """The area under the hull up to `cost_max`, the last value continued, over `cost_max`."""
    if curve[-1][0] > cost_max:
        raise Missing("a point costs more than cost_max", field="cost_max", is_data_error=True)
    line = hull(curve)
    area = math.fsum((x1 - x0) * (y0 + y1) / 2 for (x0, y0), (x1, y1) in pairwise(line))
    return (area + (cost_max - line[-1][0]) * line[-1][1]) / cost_max


def neutral_cost(curve: Points, performance: float, cost: float) -> float:
    """The least relative cost at which the curve reaches `performance`. Raises Missing."""
    reached = [paid for paid, found in curve if found >= performance]
    if not reached:
        raise Missing("not reached", field="curve")
    return min(reached) / cost


# RouterArena: USD per 1,000 queries between which costs count.
CHEAPEST, DEAREST, BETA = 0.0044, 200.0, 0.1


def cheapness(cost: float) -> float:
    """1 at the cheapest and 0 at the dearest, by logarithm."""
    clamped = min(max(cost, CHEAPEST), DEAREST)
    return math.log2(DEAREST / clamped) / math.log2(DEAREST / CHEAPEST)


def arena_score(accuracy: float, cost: float) -> float:
    cheap = cheapness(cost)
    if not accuracy or not cheap:
        return 0.0
    return (1 + BETA) * accuracy * cheap / (BETA * accuracy + cheap)
