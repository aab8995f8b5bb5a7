"""Share of the tokens up to the first right solution; zero for a response without one.

For a model that gives one solution it equals accuracy.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Detailed, Example
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import average
from leaderboard.core.solutions import SOLUTIONS, responses, rows

METRIC = Metric(
    "outcome_efficiency",
    "Outcome efficiency of reasoning",
    "1",
    HIGHER,
    symbol="xi_O",
    at_most=1.0,
    sources=(papers.OVERTHINKING,),
    edges=("A response without tokens is dropped and counted.",),
)


@METRIC.computed(
    "outcome_efficiency.of_solutions/1",
    [SOLUTIONS],
    written="mean(sigma[i] * That[i] / T[i] for i in solutions)",
    badge="verified in text",
    examples=[
        Example({"solutions": rows("a")}, 0.555556, "T07a", 5e-7),
        Example({"solutions": rows("a", "b", "c")}, 0.407407, "T07d", 5e-7),
        Example({"solutions": []}, None),
    ],
)
def of_solutions(solutions):
    found, dropped = responses(solutions)
    value = average([each.to_first_correct / each.tokens for each in found], "solutions")
    return Detailed(value, {"dropped": dropped})
