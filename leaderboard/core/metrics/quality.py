"""How well the task is done, by the task's own measure, as a fraction from 0 to 1."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "quality",
    "Quality",
    "1",
    HIGHER,
    family="quality",
    at_most=1.0,
    edges=("Above 1, or above 100 %: refused.",),
    symbol="A",
    sources=(papers.PER_WATT,),
    examples=(
        Example({"quality": {"value": 53.33, "unit": "%"}}, 0.5333, "OWL with GPT-4.1 on GAIA"),
    ),
)
