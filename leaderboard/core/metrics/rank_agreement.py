"""Kendall's tau: concordant less discordant pairs of systems, over all pairs.

With ties it is tau-b, and says so.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Detailed, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.ranks import kendall

METRIC = Metric(
    "rank_agreement",
    "Agreement of rankings",
    "1",
    HIGHER,
    symbol="tau",
    at_least=-1.0,
    at_most=1.0,
    sources=(
        papers.D_MERIT,
        papers.DIOR,
    ),
    edges=("Fewer than two systems, or all tied: missing.",),
)


@METRIC.computed(
    "rank_agreement.of_scores/1",
    [
        Input("first", "each system's score or rank", shape=NUMBERS, symbol="x", most=2000),
        Input(
            "second", "the same systems' by the other ranking", shape=NUMBERS, symbol="y", most=2000
        ),
    ],
    written="(concordant - discordant) / (n * (n - 1) / 2)",
    badge="verified in text",
    examples=[
        Example({"first": [1, 2, 3, 4, 5], "second": [1, 3, 2, 5, 4]}, 0.6, "T30d"),
        Example({"first": [1], "second": [1]}, None),
    ],
)
def of_scores(first, second):
    tau, has_ties = kendall(first, second, "second")
    return Detailed(tau, {"kind": "tau-b" if has_ties else "tau"})
