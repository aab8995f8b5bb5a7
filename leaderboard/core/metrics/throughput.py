"""Output tokens per second of the whole configuration."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "throughput",
    "Output throughput",
    "count/s",
    HIGHER,
    family="latency",
    symbol="v_out",
    sources=(papers.ML_ENERGY,),
    examples=(
        Example(
            {"throughput": {"value": 3117.4, "unit": "token/s"}}, 3117.4, "Qwen3-8B on an H100"
        ),
    ),
)
