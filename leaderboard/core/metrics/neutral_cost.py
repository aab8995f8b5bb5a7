"""Cost at which a router is as good as the most accurate single model, relative to that model's.

It is the quality-neutral cost (QNC), at the settings that were measured.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBER, Example, Input
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.routers import CURVE, neutral_cost, points

STEPS = [{"cost": 1, "performance": 0.6}, {"cost": 2, "performance": 0.7}]

METRIC = Metric(
    "neutral_cost",
    "Quality-neutral cost",
    "1",
    LOWER,
    family="cost",
    symbol="QNC",
    sources=(papers.CARROT,),
    edges=("Never as good: not reached, missing.",),
)


@METRIC.computed(
    "neutral_cost.of_curve/1",
    [
        CURVE,
        Input(
            "best_performance", "that of the most accurate single model", "1", NUMBER, symbol="A"
        ),
        Input("best_cost", "its cost, in the curve's unit", "1", NUMBER, above=0, symbol="c_A"),
    ],
    written="min(cost[i] for i in curve if performance[i] >= best_performance) / best_cost",
    badge="verified in text",
    examples=[
        Example({"curve": STEPS, "best_performance": 0.7, "best_cost": 4}, 0.5),
        Example({"curve": STEPS, "best_performance": 0.9, "best_cost": 4}, None),
    ],
)
def of_curve(curve, best_performance, best_cost):
    return neutral_cost(points(curve), best_performance, best_cost)
