"""Pearson correlation of an evaluation metric with human judgement."""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.ranks import pearson

METRIC = Metric(
    "human_correlation",
    "Correlation with human judgement",
    "1",
    HIGHER,
    family="quality",
    symbol="r",
    at_least=-1.0,
    at_most=1.0,
    sources=(papers.EFFEVAL,),
    edges=("Fewer than two items, or no variation: missing.",),
)


@METRIC.computed(
    "human_correlation.of_scores/1",
    [
        Input("scores", "the metric's score of each item", shape=NUMBERS, symbol="x"),
        Input("judgements", "people's judgement of the same items", shape=NUMBERS, symbol="y"),
    ],
    written="correlation(scores, judgements)",
    badge="verified in text",
    examples=[
        Example({"scores": [1, 2, 3], "judgements": [2, 4, 6]}, 1),
        Example({"scores": [1, 1], "judgements": [2, 4]}, None),
    ],
)
def of_scores(scores, judgements):
    return pearson(scores, judgements, "judgements")
