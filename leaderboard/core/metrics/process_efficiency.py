"""Share of the tokens that go into new lines of thought.

For a model that gives one solution it is 1.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Detailed, Example
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import average
from leaderboard.core.solutions import SOLUTIONS, responses, rows

METRIC = Metric(
    "process_efficiency",
    "Process efficiency of reasoning",
    "1",
    HIGHER,
    symbol="xi_P",
    at_most=1.0,
    sources=(papers.OVERTHINKING,),
    edges=("A response without tokens is dropped and counted.",),
)


@METRIC.computed(
    "process_efficiency.of_solutions/1",
    [SOLUTIONS],
    written="mean(D[i] / T[i] for i in solutions)",
    badge="verified in text",
    examples=[
        Example({"solutions": rows("a")}, 0.733333, "T07a", 5e-7),
        Example({"solutions": rows("a", "b", "c")}, 0.8, "T07d", 5e-7),
    ],
)
def of_solutions(solutions):
    found, dropped = responses(solutions)
    value = average([each.distinct / each.tokens for each in found], "solutions")
    return Detailed(value, {"dropped": dropped})
