"""Time average of the power draw: what EfficientLLM calls average energy consumption (AEC)."""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Example, Input
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.samples import time_average

METRIC = Metric(
    "average_power",
    "Average power",
    "W",
    LOWER,
    family="energy",
    symbol="AEC",
    sources=(papers.EFFICIENTLLM,),
    edges=(
        "Samples may be uneven: the integral over time, not their plain mean.",
        "Fewer than two samples: missing.",
    ),
)


@METRIC.computed(
    "average_power.of_samples/1",
    [
        Input("times", "when each sample was taken", "s", NUMBERS, symbol="t"),
        Input("values", "power at each time", "W", NUMBERS, at_least=0, symbol="P"),
    ],
    written="integral(values, times) / (t_end - t_begin)",
    badge="verified in text",
    examples=[
        Example({"times": [0, 1, 3], "values": [100, 120, 110]}, 340 / 3),
        Example({"times": [0], "values": [100]}, None),
    ],
)
def of_samples(times, values):
    return time_average(times, values, "values")
