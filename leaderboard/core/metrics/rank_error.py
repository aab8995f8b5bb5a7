"""Share of pairs of systems that a ranking puts in the wrong order."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "rank_error",
    "Rank error",
    "1",
    LOWER,
    symbol="e_rank",
    at_most=1.0,
    sources=(papers.D_MERIT,),
)


@METRIC.computed(
    "rank_error.of_agreement/1",
    [
        Input(
            "agreement", "Kendall's tau with the full ranking", at_least=-1, at_most=1, symbol="tau"
        ),
    ],
    written="(1 - agreement) / 2",
    badge="verified in text",
    examples=[
        Example({"agreement": 0.936}, 0.0320, "T30a", 5e-5),
        Example({"agreement": 0}, 0.5, "T30b"),
    ],
)
def of_agreement(agreement):
    return (1 - agreement) / 2
