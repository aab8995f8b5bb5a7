"""Where more samples stop to pay: the curve F_max (1 - (1 - p)^N) fitted to measured scores.

Residuals are shown, for the curve does not cover majority voting that gets worse with more
samples.
"""

import math

import numpy as np
from scipy.optimize import minimize_scalar

from leaderboard.core import papers, plateau
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NUMBER, TABLE, Example, Input, Missing
from leaderboard.core.plateau import SMALLEST

ANALYSIS = Analysis(
    "test_time_plateau",
    "Plateau of test-time scaling",
    (
        Input(
            "scores",
            "the score with so many samples or rounds",
            "1",
            TABLE,
            columns=(
                Input("n", "samples or rounds", "count", NUMBER, above=0),
                Input("score", "accuracy or hit rate", "1", NUMBER, at_least=0, at_most=1),
            ),
            most=5000,
        ),
        SMALLEST,
    ),
    {
        "p": "chance that one more sample succeeds",
        "f_max": "score that is never passed",
        "saturation": "samples from which one more gains no more than eps; nothing when flat",
        "residuals": "measured less fitted, in the order given",
        "rmse": "root mean square of the residuals",
    },
    """
    F(N) = f_max * (1 - (1 - p)**N)
    N_sat = max(0, ceil(ln(eps / (f_max * p)) / ln(1 - p)))
    """,
    "reconstructed",
    (papers.PLATEAU,),
    (
        Example(
            {
                "scores": [{"n": n, "score": 0.8 * (1 - 0.8**n)} for n in (1, 2, 4, 8, 16)],
                "eps": 0.01,
            },
            {"p": 0.2, "f_max": 0.8, "saturation": 13},
            "",
            1e-5,
        ),
    ),
    edges=("Fewer than three different numbers of samples: missing.",),
)


@ANALYSIS.by
def fit(scores, eps):
    n = np.array([row["n"] for row in scores], dtype=float)
    measured = np.array([row["score"] for row in scores], dtype=float)
    if len(set(n.tolist())) < 3:
        raise Missing("a fit takes three different numbers of samples", field="scores")
    if not measured.any():
        raise Missing("all scores are zero", field="scores")

    def ceiling(p: float) -> float:
        """The best F_max for this p."""
        shape = 1 - (1 - p) ** n
        return min(1.0, max(1e-12, float(shape @ measured / (shape @ shape))))

    def squares(logit: float) -> float:
        p = 1 / (1 + math.exp(-logit))
        return float(((measured - ceiling(p) * (1 - (1 - p) ** n)) ** 2).sum())

    starts = np.linspace(-14, 14, 281)
    best = float(starts[int(np.argmin([squares(start) for start in starts]))])
    found = minimize_scalar(
        squares, bounds=(best - 0.1, best + 0.1), method="bounded", options={"xatol": 1e-10}
    )
    p = 1 / (1 + math.exp(-float(found.x)))
    f_max = ceiling(p)
    residuals = measured - f_max * (1 - (1 - p) ** n)
    return {
        "p": p,
        "f_max": f_max,
        "saturation": plateau.saturation(p, f_max, eps),
        "residuals": residuals.tolist(),
        "rmse": math.sqrt(float((residuals**2).mean())),
    }
