"""Chance that at least one of k samples is correct, from n samples of which c were."""

from leaderboard.core import papers
from leaderboard.core.contract import WHOLE, Example, Input
from leaderboard.core.kinetics import coverage
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "coverage_at_k",
    "Coverage at k",
    "1",
    HIGHER,
    family="quality",
    symbol="pass_k",
    at_most=1.0,
    sources=(papers.KINETICS,),
    edges=("More correct, or more drawn, than there are: an error in the data.",),
)


@METRIC.computed(
    "coverage_at_k.of_counts/1",
    [
        Input("samples", "samples taken", "count", WHOLE, at_least=1, at_most=10_000, symbol="n"),
        Input("correct", "how many of them are correct", "count", WHOLE, at_least=0, symbol="c"),
        Input("drawn", "how many may be drawn", "count", WHOLE, at_least=0, symbol="k"),
    ],
    written="1 - C(samples - correct, drawn) / C(samples, drawn)",
    badge="verified in text",
    examples=[
        Example({"samples": 16, "correct": 4, "drawn": 1}, 0.25, "T09e"),
        Example({"samples": 16, "correct": 4, "drawn": 8}, 0.961538, "T09e", 5e-7),
    ],
)
def of_counts(samples, correct, drawn):
    return coverage(samples, correct, drawn)
