"""The least that a correct answer costs with any of several models, or an expert; mean of problems.

On each problem the cheapest counts, the fee of a human expert among them.
"""

from leaderboard.core import papers
from leaderboard.core.attempts import HUMAN_COST, HUMAN_TASK, OF_SEVERAL, human, standing
from leaderboard.core.contract import Detailed, Example
from leaderboard.core.metrics import LOWER, Metric

ATTEMPTS = [
    {"model": "A", "problem": "p1", "cost": 0.1, "success": 0.5},
    {"model": "A", "problem": "p2", "cost": 0.1, "success": 0},
    {"model": "B", "problem": "p1", "cost": 1, "success": 1},
    {"model": "B", "problem": "p2", "cost": 1, "success": 0.25},
]

METRIC = Metric(
    "frontier_cost_of_pass",
    "Frontier cost per correct answer",
    "USD",
    LOWER,
    family="cost",
    symbol="V",
    sources=(papers.COST_OF_PASS,),
    edges=(
        "A problem that nobody solves, without an expert's fee: infinite on so many problems.",
        "An attempt whose cost is not known is left out and counted.",
    ),
)


@METRIC.computed(
    "frontier_cost_of_pass.of_attempts/1",
    [OF_SEVERAL, HUMAN_COST, HUMAN_TASK],
    written="""
    v[m, p] = mean(cost[m, p]) / mean(success[m, p])
    V = mean(min(min(v[m, p] for m in M), human_cost) for p in "problems")
    """,
    badge="verified in text",
    examples=[
        Example({"attempts": ATTEMPTS, "human_cost": 3}, 1.60, "T04k"),
        Example({"attempts": ATTEMPTS[:2]}, float("inf"), "nobody solves p2"),
    ],
)
def of_attempts(attempts, human_cost, human_task):
    table, fee = standing(attempts), human(human_cost, human_task)
    by_problem = {
        problem: cost.value for problem, cost in table.frontier(table.models, fee).items() if cost
    }
    value = table.total(table.models, fee)
    return Detailed(value, {"by_problem": by_problem, "left_out": table.left_out})
