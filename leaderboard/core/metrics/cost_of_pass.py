"""What one correct answer costs: the cost of an attempt over the rate of success.

Per problem it is the mean cost of an attempt over the share of attempts that succeed; where only
totals exist, mean cost per task over accuracy. Partial credit counts as a part of a success.
"""

from leaderboard.core import papers
from leaderboard.core.attempts import OF_ONE, of_one, per_success
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "cost_of_pass",
    "Cost per correct answer",
    "USD",
    LOWER,
    family="cost",
    symbol="v",
    sources=(papers.COST_OF_PASS, papers.EFFICIENT_AGENTS, papers.A2FM),
    edges=(
        "Success rate 0: infinite, no correct answer; sorted last.",
        "A success rate that may be zero has no upper bound: missing.",
    ),
)


@METRIC.derived(
    "cost_of_pass.from_totals/1",
    written="cost / quality",
    badge="verified in text",
    examples=[
        Example({"cost": 0.398, "quality": 0.5333}, 0.75, "T04a: OWL with GPT-4.1", 0.005),
        Example({"cost": 0.10, "quality": 0}, float("inf"), "T04i"),
    ],
)
def from_totals(cost, quality):
    return per_success(cost, quality)


@METRIC.computed(
    "cost_of_pass.of_attempts/1",
    [OF_ONE],
    written="mean(cost[i] for i in attempts) / mean(success[i] for i in attempts)",
    badge="verified in text",
    examples=[
        Example({"attempts": [{"cost": 0.1, "success": 1}, {"cost": 0.1, "success": 0}]}, 0.2),
        Example({"attempts": [{"cost": 0.1, "success": 0}]}, float("inf")),
    ],
    edges=["An attempt whose cost is not known is left out and counted."],
)
def of_attempts(attempts):
    return of_one(attempts)
