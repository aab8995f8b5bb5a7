"""Mean power of the accelerators in use, all of them together."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "power",
    "Mean power",
    "W",
    LOWER,
    family="energy",
    symbol="P_mean",
    sources=(papers.ML_ENERGY,),
    examples=(Example({"power": {"value": 0.6891, "unit": "kW"}}, 689.1, "Qwen3-8B on an H100"),),
)
