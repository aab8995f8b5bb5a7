"""Device hours of failed jobs over all device hours."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric
from leaderboard.core.samples import share_of

METRIC = Metric(
    "waste_share",
    "Wasted share of a cluster",
    "1",
    LOWER,
    symbol="w",
    at_most=1.0,
    sources=(papers.ACME,),
)


@METRIC.computed(
    "waste_share.of_counts/1",
    [
        Input("failed_hours", "device hours of failed jobs", "h", at_least=0, symbol="h_failed"),
        Input("all_hours", "all device hours", "h", above=0, symbol="h_all"),
    ],
    written="failed_hours / all_hours",
    badge="reconstructed",
    examples=[
        Example({"failed_hours": 235_993, "all_hours": 5_626_520}, 0.04194, "T24a: Seren", 5e-6)
    ],
)
def of_counts(failed_hours, all_hours):
    return share_of(failed_hours, all_hours)
