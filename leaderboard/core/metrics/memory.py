"""Peak memory of the accelerators."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "memory",
    "Memory",
    "byte",
    LOWER,
    symbol="M_peak",
    sources=(papers.EFFEVAL,),
    examples=(
        Example(
            {"memory": {"value": 3.5, "unit": "GiB"}},
            3758096384.0,
            "KV cache of Qwen3-0.6B at 32,768 tokens",
        ),
    ),
)
