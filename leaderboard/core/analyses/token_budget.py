"""How to share a budget of tokens among parts of a problem (Plan and Budget's BAM).

A part gets more when it is more complex and when its return falls more slowly.
"""

import math

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NAME, NUMBER, TABLE, Example, Input, Missing

ANALYSIS = Analysis(
    "token_budget",
    "Sharing a budget of tokens",
    (
        Input("budget", "tokens to share", "count", NUMBER, above=0, symbol="B"),
        Input(
            "parts",
            "the parts of the problem",
            "1",
            TABLE,
            columns=(
                Input("part", "the part", shape=NAME),
                Input("complexity", "its complexity", "1", NUMBER, at_least=0),
                Input("alpha", "how fast its return falls", "1", NUMBER, above=0),
            ),
        ),
    ),
    {"budgets": "tokens by part"},
    """
    b[j] = budget * w[j] / sum(w)
    w[j] = (c[j] * alpha[j])**(1 / (alpha[j] + 1))
    """,
    "verified in text",
    (papers.PLAN_AND_BUDGET,),
    (
        Example(
            {
                "budget": 900,
                "parts": [
                    {"part": "a", "complexity": 4, "alpha": 1},
                    {"part": "b", "complexity": 1, "alpha": 1},
                ],
            },
            {"budgets": {"a": 600.0, "b": 300.0}},
        ),
    ),
    edges=("All complexities zero: missing.",),
)


@ANALYSIS.by
def share_out(budget, parts):
    weights = {
        row["part"]: (row["complexity"] * row["alpha"]) ** (1 / (row["alpha"] + 1)) for row in parts
    }
    whole = math.fsum(weights.values())
    if not whole:
        raise Missing("no part has a complexity", field="parts")
    return {"budgets": {part: budget * weight / whole for part, weight in weights.items()}}
