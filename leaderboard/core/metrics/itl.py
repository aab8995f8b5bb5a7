"""Median time between two output tokens."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "itl",
    "Inter-token latency",
    "s",
    LOWER,
    family="latency",
    symbol="t_ITL",
    sources=(papers.ML_ENERGY,),
    examples=(
        Example({"itl": {"value": 16.87, "unit": "ms"}}, 0.01687, "Qwen3-8B on an H100, batch 32"),
    ),
)
