"""What a million queries cost on a named instance, answered so many at a time."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "cost_per_million_queries",
    "Cost of a million queries",
    "USD",
    LOWER,
    family="cost",
    symbol="C_1M",
    sources=(papers.RETRIEVAL,),
)


@METRIC.computed(
    "cost_per_million_queries.of_counts/1",
    [
        Input("hourly_price", "price of the instance per hour", "USD/h", at_least=0, symbol="p_h"),
        Input("latency", "latency of a query", "s", at_least=0, symbol="t"),
        Input("parallel", "queries at a time", "count", above=0, symbol="n"),
    ],
    written="hourly_price / 3600 * latency * 1000000 / parallel",
    badge="reconstructed",
    examples=[Example({"hourly_price": 3.6, "latency": 0.05, "parallel": 10}, 5)],
)
def of_counts(hourly_price, latency, parallel):
    return hourly_price / 3600 * latency * 1e6 / parallel
