"""Functional units finished per second by the whole configuration: samples, requests, inferences.

Under an open load it is what was achieved, not what was asked for.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "sample_throughput",
    "Sample throughput",
    "count/s",
    HIGHER,
    family="latency",
    symbol="v_sample",
    sources=(papers.EFFICIENTLLM,),
    examples=(
        Example(
            {"sample_throughput": {"value": 90, "unit": "count/min"}}, 1.5, "90 samples a minute"
        ),
    ),
)
