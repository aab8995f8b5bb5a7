"""How the next evaluation is chosen: the best mean, a Thompson sample, or the Pareto set (AEGiS).

With probability 1 - 2 eps take the best predicted mean, with eps Thompson sampling, and with eps a
random member of the approximate Pareto set of predicted mean against variance.
"""

import math

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import WHOLE, Example, Input

ANALYSIS = Analysis(
    "next_evaluation",
    "Choosing the next evaluation",
    (Input("variables", "design variables", "count", WHOLE, at_least=1, symbol="d"),),
    {
        "eps": "probability of each kind of exploring",
        "exploit": "probability of the best predicted mean",
        "thompson": "probability of Thompson sampling",
        "pareto": "probability of a member of the Pareto set",
    },
    """
    eps = min(1 / sqrt(max(variables, 4)), 0.5)
    exploit = 1 - 2 * eps
    """,
    "verified in text",
    (papers.AEGIS,),
    (
        Example({"variables": 10}, {"eps": 0.316228, "exploit": 0.367544}, "T28a", 5e-7),
        Example({"variables": 2}, {"eps": 0.5, "exploit": 0.0}, "T28a"),
    ),
)


@ANALYSIS.by
def probabilities(variables):
    eps = min(1 / math.sqrt(max(variables, 4)), 0.5)
    return {"eps": eps, "exploit": 1 - 2 * eps, "thompson": eps, "pareto": eps}
