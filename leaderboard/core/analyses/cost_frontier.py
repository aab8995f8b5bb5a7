"""Cost per correct answer of several models on several problems, and what each model adds.

Essentialness is the share of the frontier's cost that a model saves; it is infinite where only
this model solves some problem and no expert's fee stands in.
"""

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.attempts import (
    HUMAN_COST,
    HUMAN_TASK,
    OF_SEVERAL,
    essential,
    human,
    standing,
)
from leaderboard.core.contract import Example, Infinite, Missing

MOST_MODELS = 100

ANALYSIS = Analysis(
    "cost_frontier",
    "Who makes correct answers cheap",
    (OF_SEVERAL, HUMAN_COST, HUMAN_TASK),
    {
        "by_problem": "cost per success of each model; nothing where it never succeeds",
        "frontier": "the least of each problem",
        "total": "its mean; nothing where some problem is infinite, counted in unsolved",
        "essentialness": "share of the total that each model saves; nothing where infinite",
    },
    """
    V = mean(min(v[m, p] for m in attempts) for p in "problems")
    e_m = (V("without m") - V) / V("without m")
    """,
    "verified in text",
    (papers.COST_OF_PASS,),
    (
        Example(
            {
                "attempts": [
                    {"model": "A", "problem": "p1", "cost": 0.1, "success": 0.5},
                    {"model": "A", "problem": "p2", "cost": 0.1, "success": 0},
                    {"model": "B", "problem": "p1", "cost": 1, "success": 1},
                    {"model": "B", "problem": "p2", "cost": 1, "success": 0.25},
                ],
                "human_cost": 3,
            },
            {
                "by_problem": {"p1": {"A": 0.2, "B": 1.0}, "p2": {"A": None, "B": 4.0}},
                "frontier": {"p1": 0.2, "p2": 3.0},
                "total": 1.6,
                "essentialness": {"A": 0.2},
            },
            "T04k",
        ),
    ),
)


@ANALYSIS.by
def cost_frontier(attempts, human_cost, human_task):
    table, fee = standing(attempts), human(human_cost, human_task)
    if len(table.models) > MOST_MODELS:
        raise Missing(f"more than {MOST_MODELS} models", field="attempts")
    frontier = table.frontier(table.models, fee)
    unsolved = [problem for problem, cost in frontier.items() if cost is None]
    return {
        "by_problem": {
            problem: {model: cost.value if cost else None for model, cost in costs.items()}
            for problem, costs in table.by_problem.items()
        },
        "frontier": {problem: cost.value if cost else None for problem, cost in frontier.items()},
        "total": None if unsolved else table.total(table.models, fee).value,
        "unsolved": len(unsolved),
        "essentialness": {model: _essential(table, model, fee) for model in table.models},
        "left_out": table.left_out,
    }


def _essential(table, model, fee):
    try:
        return essential(table, model, fee).value
    except Infinite:
        return None
