"""Wall-clock time of the run divided by its functional units; batches share it."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "run_time",
    "Run time",
    "s",
    LOWER,
    family="latency",
    symbol="t_run",
    sources=(papers.IDEALIZED,),
    examples=(Example({"run_time": {"value": 2, "unit": "min"}}, 120.0, "two minutes"),),
)
