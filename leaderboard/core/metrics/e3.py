"""Efficiency-aware effectiveness E3: accuracy in percent, squared, per output token.

The scale follows the few published values (0.16 to 0.50), which only make sense in percent.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.interval import spread
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "e3",
    "E3, efficiency-aware effectiveness",
    "1/token",
    HIGHER,
    symbol="E3",
    sources=(papers.PLAN_AND_BUDGET,),
    edges=("Accuracy 0 gives 0.", "No tokens: an error in the data."),
)


@METRIC.derived(
    "e3.from_tokens/1",
    written="(100 * quality)**2 / tokens_out",
    badge="reconstructed",
    examples=[
        Example({"quality": 0.80, "tokens_out": 1000}, 6.4, "T05c"),
        Example({"quality": 0, "tokens_out": 1000}, 0),
        Example({"quality": 0.80, "tokens_out": 0}, None),
    ],
)
def from_tokens(quality, tokens_out):
    return spread(lambda accuracy: (100 * accuracy) ** 2, quality) / tokens_out
