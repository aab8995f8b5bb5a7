"""Greenhouse gases as the file states them, with whatever factor its tool used.

To compare entries take `carbon`, which is worked out alike for all.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "carbon_reported",
    "Carbon as reported",
    "kgCO2e",
    LOWER,
    family="carbon",
    symbol="C_reported",
    sources=(papers.SCI,),
    examples=(
        Example(
            {"carbon_reported": {"value": 250, "unit": "gCO2e"}},
            0.25,
            "grams are read as kilograms",
        ),
    ),
)
