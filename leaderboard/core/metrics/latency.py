"""Mean time from asking to the whole answer, for one functional unit."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "latency",
    "Latency",
    "s",
    LOWER,
    family="latency",
    symbol="t_answer",
    sources=(papers.RETRIEVAL,),
    examples=(Example({"latency": {"value": 250, "unit": "ms"}}, 0.25, "a quarter of a second"),),
)
