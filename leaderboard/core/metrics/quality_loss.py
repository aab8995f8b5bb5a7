"""Share of the best score that is lost; for MRR@10 of retrieval 10 % is the published limit."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "quality_loss",
    "Loss against the best",
    "1",
    LOWER,
    family="quality",
    symbol="l",
    at_least=float("-inf"),
    at_most=1.0,
    sources=(papers.SPLADE,),
    edges=("Better than the best: negative.",),
)


@METRIC.computed(
    "quality_loss.of_counts/1",
    [
        Input("score", "the score", "1", at_least=0, symbol="A"),
        Input("best_score", "the best score", "1", above=0, symbol="A_best"),
    ],
    written="1 - score / best_score",
    badge="from abstract",
    examples=[Example({"score": 0.352, "best_score": 0.380}, 0.07368, "T26a", 5e-6)],
)
def of_counts(score, best_score):
    return 1 - score / best_score
