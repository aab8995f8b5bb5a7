"""What is not wasted: the share of device hours that jobs used which did not fail."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import share_of

METRIC = Metric(
    "goodput_share",
    "Goodput share of a cluster",
    "1",
    HIGHER,
    symbol="g",
    at_most=1.0,
    sources=(papers.ACME,),
)


@METRIC.computed(
    "goodput_share.of_counts/1",
    [
        Input("failed_hours", "device hours of failed jobs", "h", at_least=0, symbol="h_failed"),
        Input("all_hours", "all device hours", "h", above=0, symbol="h_all"),
    ],
    written="1 - failed_hours / all_hours",
    badge="reconstructed",
    examples=[
        Example({"failed_hours": 235_993, "all_hours": 5_626_520}, 0.95806, "T24a: Seren", 5e-6)
    ],
)
def of_counts(failed_hours, all_hours):
    return 1 - share_of(failed_hours, all_hours)
