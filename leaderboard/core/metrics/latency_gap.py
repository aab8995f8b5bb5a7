"""Latency less that of the baseline on the same hardware.

For retrieval the baseline is BM25, and 4 ms is the published limit.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "latency_gap",
    "Latency gap to a baseline",
    "s",
    LOWER,
    family="latency",
    symbol="d",
    at_least=float("-inf"),
    sources=(papers.SPLADE,),
    edges=("Faster than the baseline: negative.",),
)


@METRIC.computed(
    "latency_gap.of_counts/1",
    [
        Input("latency", "latency", "s", at_least=0, symbol="t"),
        Input(
            "baseline_latency",
            "latency of the baseline on the same hardware",
            "s",
            at_least=0,
            symbol="t_base",
        ),
    ],
    written="latency - baseline_latency",
    badge="from abstract",
    examples=[
        Example(
            {
                "latency": {"value": 9.5, "unit": "ms"},
                "baseline_latency": {"value": 6.0, "unit": "ms"},
            },
            0.0035,
            "T26a",
        )
    ],
)
def of_counts(latency, baseline_latency):
    return latency - baseline_latency
