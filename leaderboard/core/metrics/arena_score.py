"""Accuracy and cheapness of a router in one: their weighted harmonic mean, as in RouterArena."""

from leaderboard.core import papers
from leaderboard.core.contract import Detailed, Example, Input
from leaderboard.core.interval import spread
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.routers import arena_score, cheapness

METRIC = Metric(
    "arena_score",
    "RouterArena score",
    "1",
    HIGHER,
    family="quality",
    symbol="S",
    at_most=1.0,
    sources=(papers.ROUTERARENA,),
    edges=("Costs are clamped to 0.0044 and 200 USD per 1,000 queries; at 200 the score is 0.",),
)


@METRIC.computed(
    "arena_score.of_router/1",
    [
        Input("accuracy", "share of queries answered well", at_least=0, at_most=1, symbol="A"),
        Input("cost", "cost of 1,000 queries", "USD", at_least=0, symbol="c"),
    ],
    written="""
    S = 1.1 * accuracy * C / (0.1 * accuracy + C)
    C = (log2(200) - log2(cost)) / (log2(200) - log2(0.0044))
    """,
    badge="verified in text",
    examples=[
        Example({"accuracy": 0.70, "cost": 1.00}, 0.674439, "T15d", 5e-7),
        Example({"accuracy": 0.70, "cost": 200}, 0, "T15d"),
    ],
)
def of_router(accuracy, cost):
    return Detailed(spread(arena_score, accuracy, cost), {"cheapness": cheapness(cost.value)})
