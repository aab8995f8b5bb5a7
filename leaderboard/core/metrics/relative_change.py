"""Change against a named reference: -0.1 is ten percent less. A saving is its negative."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import NEITHER, Metric

METRIC = Metric(
    "relative_change",
    "Change against a reference",
    "1",
    NEITHER,
    symbol="Delta",
    at_least=float("-inf"),
    sources=(
        papers.ML_ENERGY,
        papers.EFFICIENT_AGENTS,
    ),
    edges=("A reference of zero: an error in the data.",),
)


@METRIC.computed(
    "relative_change.of_values/1",
    [
        Input("quantity", "the value", "1", symbol="x"),
        Input("reference", "what it is compared with", "1", symbol="x_ref"),
    ],
    written="quantity / reference - 1",
    badge="verified in text",
    examples=[
        Example({"quantity": 6.8, "reference": 9.9}, -0.313, "T19a", 5e-4),
        Example({"quantity": 0.47, "reference": 0.16}, 1.9375, "T05a"),
        Example({"quantity": 1, "reference": 0}, None),
    ],
)
def of_values(quantity, reference):
    return quantity / reference - 1
