"""Mean power of the accelerators in use, all of them together."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "power",
    "Mean power",
    "W",
    LOWER,
    family="energy",
    boundary="accelerators",
    symbol="P_mean",
    sources=(papers.ML_ENERGY,),
    examples=(Example({"power": {"value": 0.6891, "unit": "kW"}}, 689.1, "Qwen3-8B on an H100"),),
)


@METRIC.computed(
    "power.of_window/1",
    [
        Input("window_energy", "energy of the window", "J", above=0, symbol="E_ss"),
        Input("window_time", "length of the window", "s", above=0, symbol="t_ss"),
    ],
    written="window_energy / window_time",
    badge="verified in text",
    examples=[
        Example({"window_energy": 54_631.48, "window_time": 97.6}, 559.75, "T02a", 0.005),
        Example({"window_energy": 75_690, "window_time": 62.06}, 1219.6, "T25a", 0.05),
    ],
)
def of_window(window_energy, window_time):
    return window_energy / window_time
