"""Time average of the memory in use (AMU of EfficientLLM)."""

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
    "average_memory",
    "Average memory",
    "byte",
    LOWER,
    symbol="AMU",
    sources=(papers.EFFICIENTLLM,),
    edges=TIME_AVERAGE_EDGES,
)


@METRIC.computed(
    "average_memory.of_samples/1",
    [
        TIMES,
        Input("values", "memory in use at each time", "byte", NUMBERS, at_least=0, symbol="M"),
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
