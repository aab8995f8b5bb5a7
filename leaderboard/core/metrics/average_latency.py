"""Total time over the number of iterations or requests (AL of EfficientLLM)."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "average_latency",
    "Average latency",
    "s",
    LOWER,
    family="latency",
    symbol="AL",
    sources=(papers.EFFICIENTLLM,),
)


@METRIC.computed(
    "average_latency.of_counts/1",
    [
        Input("total_time", "time of all together", "s", at_least=0, symbol="t"),
        Input("requests", "iterations or requests", "count", above=0, symbol="n"),
    ],
    written="total_time / requests",
    badge="verified in text",
    examples=[Example({"total_time": 120, "requests": 480}, 0.25)],
)
def of_counts(total_time, requests):
    return total_time / requests
