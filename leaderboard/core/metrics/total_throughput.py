"""Prompt and output tokens per second of the whole configuration."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "total_throughput",
    "Total throughput",
    "token/s",
    HIGHER,
    family="latency",
    symbol="v_total",
    sources=(papers.APEX,),
    examples=(
        Example({"total_throughput": {"value": 1000, "unit": "token/s"}}, 1000.0, "as stated"),
    ),
)
