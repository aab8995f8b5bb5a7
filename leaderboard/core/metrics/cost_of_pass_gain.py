"""Relative fall of the frontier cost when models are added."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "cost_of_pass_gain",
    "Gain of adding models",
    "1",
    HIGHER,
    family="cost",
    symbol="Delta_V",
    at_least=float("-inf"),
    at_most=1.0,
    sources=(papers.COST_OF_PASS,),
    edges=("An earlier cost of zero: an error in the data.",),
)


@METRIC.computed(
    "cost_of_pass_gain.of_frontiers/1",
    [
        Input("before", "frontier cost before", "USD", at_least=0, symbol="V_prev"),
        Input("after", "frontier cost after", "USD", at_least=0, symbol="V_new"),
    ],
    written="(before - after) / before",
    badge="verified in text",
    examples=[Example({"before": 2.0, "after": 1.6}, 0.2)],
)
def of_frontiers(before, after):
    return 1 - after / before
