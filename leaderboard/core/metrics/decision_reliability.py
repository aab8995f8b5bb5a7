"""Reliability of a benchmark's design decision (DIoR): the 2.5th percentile of rank similarity.

The similarities are those between rankings under bootstrap instances of the decision, Kendall's
tau by default; the percentile interpolates linearly.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import quantile

METRIC = Metric(
    "decision_reliability",
    "Reliability of a design decision",
    "1",
    HIGHER,
    symbol="DIoR",
    at_least=-1.0,
    at_most=1.0,
    sources=(papers.DIOR,),
    edges=("Fewer than three systems, or all scores tied: missing.",),
)


@METRIC.computed(
    "decision_reliability.of_similarities/1",
    [
        Input("similarities", "similarity, per instance", shape=NUMBERS, at_least=-1, at_most=1),
    ],
    written="percentile(similarities, 2.5)",
    badge="verified in text",
    examples=[
        Example({"similarities": [place / 100 for place in range(100)]}, 0.02475, "T12a"),
        Example({"similarities": [1, 1, 1]}, 1, "T12b"),
        Example({"similarities": []}, None),
    ],
)
def of_similarities(similarities):
    return quantile(similarities, 0.025, "similarities")
