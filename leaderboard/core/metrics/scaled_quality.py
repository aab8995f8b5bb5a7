"""Score with N samples or rounds, by the curve that levels off."""

from leaderboard.core import papers, plateau
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.plateau import AMOUNT, CEILING, CHANCE

METRIC = Metric(
    "scaled_quality",
    "Quality with more samples",
    "1",
    HIGHER,
    family="quality",
    symbol="F",
    at_most=1.0,
    sources=(papers.PLATEAU,),
    edges=("It does not cover majority voting that gets worse with more samples.",),
)


@METRIC.computed(
    "scaled_quality.of_curve/1",
    [CHANCE, CEILING, AMOUNT],
    written="f_max * (1 - (1 - p)**n)",
    badge="verified in text",
    examples=[Example({"p": 0.2, "f_max": 1, "n": 4}, 0.5904, "T10a")],
)
def of_curve(p, f_max, n):
    return plateau.score(p, f_max, n)
