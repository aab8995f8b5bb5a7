"""Time average of actual over peak utilisation (PCU of EfficientLLM)."""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import time_average

METRIC = Metric(
    "compute_utilisation",
    "Compute utilisation",
    "1",
    HIGHER,
    symbol="PCU",
    at_most=1.0,
    sources=(papers.EFFICIENTLLM,),
    edges=(
        "Samples may be uneven: the integral over time, not their plain mean.",
        "Fewer than two samples: missing.",
    ),
)


@METRIC.computed(
    "compute_utilisation.of_samples/1",
    [
        Input("times", "when each sample was taken", "s", NUMBERS, symbol="t"),
        Input(
            "values",
            "share of the peak in use at each time",
            "1",
            NUMBERS,
            at_least=0,
            at_most=1,
            symbol="u",
        ),
    ],
    written="integral(values, times) / (t_end - t_begin)",
    badge="verified in text",
    examples=[
        Example({"times": [0, 1, 3], "values": [0.1, 0.3, 0.2]}, 0.7 / 3),
        Example({"times": [0], "values": [0.1]}, None),
    ],
)
def of_samples(times, values):
    return time_average(times, values, "values")
