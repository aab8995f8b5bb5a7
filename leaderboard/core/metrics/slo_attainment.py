"""Share of requests that are answered within a latency target."""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBER, NUMBERS, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import average

METRIC = Metric(
    "slo_attainment",
    "Attainment of a latency target",
    "1",
    HIGHER,
    family="latency",
    symbol="a",
    at_most=1.0,
    sources=(papers.APEX,),
    edges=("No request: missing.",),
)


@METRIC.computed(
    "slo_attainment.of_latencies/1",
    [
        Input("latencies", "latency of each request", "s", NUMBERS, at_least=0, symbol="t"),
        Input("target", "the target", "s", NUMBER, at_least=0, symbol="t_max"),
    ],
    written="mean(t[i] <= target for i in latencies)",
    badge="verified in text",
    examples=[Example({"latencies": [0.044, 0.028, 0.031, 0.030], "target": 0.030}, 0.5, "T25b")],
)
def of_latencies(latencies, target):
    return average([float(each <= target) for each in latencies], "latencies")
