"""Output tokens per joule of the whole machine: one over its energy per output token."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "node_tokens_per_joule",
    "Output tokens per joule of the node",
    "token/J",
    HIGHER,
    family="energy",
    boundary="node",
    symbol="eta_node",
    sources=(papers.GREENER,),
    edges=("No energy: an error in the data.",),
)


@METRIC.derived(
    "node_tokens_per_joule.from_energy_per_token/1",
    written="1 / node_energy_per_token",
    badge="reconstructed",
    examples=[Example({"node_energy_per_token": 0.25}, 4, "T23a, at another boundary")],
)
def from_energy_per_token(node_energy_per_token):
    return 1 / node_energy_per_token
