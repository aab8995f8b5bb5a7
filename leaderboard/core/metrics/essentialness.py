"""How much dearer correct answers would be without a model: the share of the cost that it saves."""

from leaderboard.core import papers
from leaderboard.core.attempts import HUMAN_COST, HUMAN_TASK, OF_SEVERAL, essential, human, standing
from leaderboard.core.contract import NAME, Example, Input
from leaderboard.core.metrics import HIGHER, Metric

ATTEMPTS = [
    {"model": "A", "problem": "p1", "cost": 0.1, "success": 0.5},
    {"model": "A", "problem": "p2", "cost": 0.1, "success": 0},
    {"model": "B", "problem": "p1", "cost": 1, "success": 1},
    {"model": "B", "problem": "p2", "cost": 1, "success": 0.25},
]

METRIC = Metric(
    "essentialness",
    "Essentialness of a model",
    "1",
    HIGHER,
    family="cost",
    symbol="e_m",
    at_most=1.0,
    sources=(papers.COST_OF_PASS,),
    edges=("A problem that only this model solves, without an expert's fee: infinite.",),
)


@METRIC.computed(
    "essentialness.of_attempts/1",
    [
        OF_SEVERAL,
        Input("model", "the model that is taken away", shape=NAME, symbol="m"),
        HUMAN_COST,
        HUMAN_TASK,
    ],
    written='(V("without m") - V("all")) / V("without m")',
    badge="verified in text",
    examples=[
        Example({"attempts": ATTEMPTS, "model": "A", "human_cost": 3}, 0.20, "T04k"),
        Example({"attempts": ATTEMPTS, "model": "B"}, float("inf"), "only B solves p2"),
    ],
)
def of_attempts(attempts, model, human_cost, human_task):
    return essential(standing(attempts), model, human(human_cost, human_task))
