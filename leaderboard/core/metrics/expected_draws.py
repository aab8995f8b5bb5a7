"""Samples drawn on average when the first success stops, with a cap."""

from leaderboard.core import papers, plateau
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.plateau import AMOUNT, CHANCE

METRIC = Metric(
    "expected_draws",
    "Expected draws",
    "count",
    LOWER,
    symbol="N_draws",
    sources=(papers.PLATEAU,),
    edges=("p = 0: the cap.",),
)


@METRIC.computed(
    "expected_draws.of_curve/1",
    [CHANCE, AMOUNT],
    written="(1 - (1 - p)**n) / p",
    badge="reconstructed",
    examples=[
        Example({"p": 0.2, "n": 8}, 4.161139, "T10e", 5e-7),
        Example({"p": 0, "n": 8}, 8),
    ],
)
def of_curve(p, n):
    return plateau.expected_draws(p, n)
