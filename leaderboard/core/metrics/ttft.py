"""Mean time to the first token."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "ttft",
    "Time to first token",
    "s",
    LOWER,
    family="latency",
    symbol="t_TTFT",
    sources=(papers.APEX,),
    examples=(Example({"ttft": {"value": 300, "unit": "ms"}}, 0.3, "as stated"),),
)
