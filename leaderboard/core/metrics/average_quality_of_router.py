"""Average improvement in quality (AIQ) of a router: the mean height of its rising convex hull.

The area runs from the curve's first cost to the largest cost of all compared routers. What lies
left of the first cost counts as zero: start curves at the cheapest model.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBER, Detailed, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.routers import CURVE, average_quality, hull, points

SAGGING = [
    {"cost": cost, "performance": found}
    for cost, found in ((0, 0.5), (1, 0.7), (2, 0.72), (3, 0.8), (4, 0.78))
]

METRIC = Metric(
    "average_quality_of_router",
    "Average quality of a router",
    "1",
    HIGHER,
    family="quality",
    symbol="AIQ",
    sources=(
        papers.CARROT,
        papers.ROUTERBENCH,
    ),
    edges=("One point: a flat line. No point: missing. Largest cost zero: an error in the data.",),
)


@METRIC.computed(
    "average_quality_of_router.of_curve/1",
    [
        CURVE,
        Input("cost_max", "largest cost of all routers", "1", NUMBER, above=0, symbol="c_max"),
    ],
    written="integral(hull(c), c) / cost_max",
    badge="verified in text",
    examples=[
        Example({"curve": SAGGING, "cost_max": 4}, 0.725, "T15b"),
        Example({"curve": SAGGING[:1], "cost_max": 4}, 0.5),
    ],
)
def of_curve(curve, cost_max):
    line = points(curve)
    return Detailed(average_quality(line, cost_max), {"hull": hull(line)})
