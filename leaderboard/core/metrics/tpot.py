"""Mean time per output token after the first."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "tpot",
    "Time per output token",
    "s",
    LOWER,
    family="latency",
    symbol="t_TPOT",
    sources=(papers.APEX,),
    examples=(Example({"tpot": {"value": 30, "unit": "ms"}}, 0.03, "the target of T25b"),),
)
