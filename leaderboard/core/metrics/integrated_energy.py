"""Energy of one response on a workstation: the integral of power over its time.

Power of processor and accelerator together, in single requests: another scope than the energies of
serving, so it is a column of its own.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Example, Input
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.samples import TIMES, integral

METRIC = Metric(
    "integrated_energy",
    "Energy by power integral",
    "J",
    LOWER,
    family="energy",
    symbol="E_int",
    sources=(papers.MELODI,),
    edges=("Fewer than two samples of power: missing.",),
)


@METRIC.computed(
    "integrated_energy.of_samples/1",
    [
        TIMES,
        Input("power", "power at each time", "W", NUMBERS, at_least=0, symbol="P"),
    ],
    written="integral(power, times)",
    badge="verified in text",
    examples=[
        Example({"times": [0, 1, 3], "power": [100, 120, 110]}, 340, "T22g"),
        Example({"times": [0], "power": [100]}, None),
    ],
)
def of_samples(times, power):
    return integral(times, power, "power")
