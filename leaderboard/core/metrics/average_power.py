"""Time average of the power draw: what EfficientLLM calls average energy consumption (AEC)."""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Example, Input
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.samples import (
    TIME_AVERAGE,
    TIME_AVERAGE_EDGES,
    TIMES,
    time_average,
)

METRIC = Metric(
    "average_power",
    "Average power",
    "W",
    LOWER,
    family="energy",
    symbol="AEC",
    sources=(papers.EFFICIENTLLM,),
    edges=TIME_AVERAGE_EDGES,
)


@METRIC.computed(
    "average_power.of_samples/1",
    [
        TIMES,
        Input("values", "power at each time", "W", NUMBERS, at_least=0, symbol="P"),
    ],
    written=TIME_AVERAGE,
    badge="verified in text",
    examples=[
        Example({"times": [0, 1, 3], "values": [100, 120, 110]}, 340 / 3),
        Example({"times": [0], "values": [100]}, None),
    ],
)
def of_samples(times, values):
    return time_average(times, values, "values")
