"""Generated tokens per functional unit."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "tokens_out",
    "Output tokens",
    "token",
    LOWER,
    symbol="n_out",
    sources=(papers.COST_OF_PASS,),
    examples=(
        Example(
            {"tokens_out": {"value": 8052.39, "unit": "token"}},
            8052.39,
            "Qwen3-8B on GPQA, the mean",
        ),
    ),
)
