"""Prompt tokens per functional unit."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "tokens_in",
    "Prompt tokens",
    "token",
    LOWER,
    symbol="n_in",
    sources=(papers.COST_OF_PASS,),
    examples=(
        Example(
            {"tokens_in": {"value": 1024, "unit": "token"}}, 1024.0, "a prompt of 1,024 tokens"
        ),
    ),
)
