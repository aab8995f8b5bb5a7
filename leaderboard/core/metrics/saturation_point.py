"""Samples from which one more gains no more than what makes it worth it."""

from leaderboard.core import papers, plateau
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.plateau import CEILING, CHANCE, SMALLEST

METRIC = Metric(
    "saturation_point",
    "Saturation point",
    "count",
    LOWER,
    symbol="N_sat",
    sources=(papers.PLATEAU,),
    edges=("p = 1: one sample. p = 0: flat, no such point, missing.",),
)


@METRIC.computed(
    "saturation_point.of_curve/1",
    [CHANCE, CEILING, SMALLEST],
    written="max(0, ceil(ln(eps / (f_max * p)) / ln(1 - p)))",
    badge="reconstructed",
    examples=[
        Example({"p": 0.2, "f_max": 1, "eps": 0.01}, 14, "T10b"),
        Example({"p": 0, "f_max": 1, "eps": 0.01}, None),
        Example({"p": 1, "f_max": 1, "eps": 0.01}, 1),
    ],
)
def of_curve(p, f_max, eps):
    return plateau.saturation(p, f_max, eps)
