"""Energy of the whole machine per generated token.

It is the energy per output token at the boundary of the node: accelerators, processors and memory.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "node_energy_per_token",
    "Node energy per output token",
    "J/token",
    LOWER,
    family="energy",
    boundary="node",
    symbol="E_node_token",
    sources=(papers.MELODI,),
    edges=("No output tokens: an error in the data.",),
)


@METRIC.derived(
    "node_energy_per_token.from_node/1",
    written="node_energy / tokens_out",
    badge="verified in text",
    examples=[
        Example(
            {"node_energy": {"value": 2.35e-4, "unit": "kWh"}, "tokens_out": 535.03},
            1.58122,
            "T22a: codellama-7b",
            5e-6,
        ),
        Example({"node_energy": 846, "tokens_out": 0}, None),
    ],
)
def from_node(node_energy, tokens_out):
    return node_energy / tokens_out
