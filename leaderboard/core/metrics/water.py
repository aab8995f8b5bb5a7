"""Water drawn on site, as the file states it."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "water",
    "Water",
    "L",
    LOWER,
    symbol="W",
    sources=(papers.WUE,),
    examples=(Example({"water": {"value": 250, "unit": "mL"}}, 0.25, "a quarter of a litre"),),
)
