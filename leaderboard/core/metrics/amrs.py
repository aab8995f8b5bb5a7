"""Average marginal rate of substitution: how much of a metric one unit of performance is worth.

Systems are sorted by performance; the mean is over neighbours whose performance differs by more
than 0.01 % of the best. It depends on the set of systems.
"""

from leaderboard.core import dynascore, papers
from leaderboard.core.contract import NAME, Example, Input
from leaderboard.core.dynascore import DIRECTIONS, EXAMPLE, OFFSETS, PERFORMANCE, SYSTEMS
from leaderboard.core.metrics import NEITHER, Metric

METRIC = Metric(
    "amrs",
    "Average marginal rate of substitution",
    "1",
    NEITHER,
    symbol="AMRS",
    sources=(papers.DYNABOARD, papers.RETRIEVAL),
    edges=(
        "For performance itself it is 1.",
        "Fewer than two systems, or no pair that is apart: missing.",
    ),
)


@METRIC.computed(
    "amrs.of_systems/1",
    [
        SYSTEMS,
        PERFORMANCE,
        Input("metric", "the metric that is weighed against performance", shape=NAME, symbol="M"),
        DIRECTIONS,
        OFFSETS,
    ],
    written='mean(abs(Delta_M[i]) / Delta_perf[i] for i in "neighbours")',
    badge="verified in text",
    examples=[
        Example(EXAMPLE | {"metric": "throughput"}, 4.902110, "T14a", 5e-7),
        Example(EXAMPLE | {"metric": "performance"}, 1),
        Example(EXAMPLE | {"metric": "no such metric"}, None),
    ],
)
def of_systems(systems, performance, metric, directions, offsets):
    return dynascore.comparison(systems, performance, directions, offsets).rate(metric)
