"""Correct answers per joule of the whole machine: mean accuracy over mean energy per query.

It is intelligence per joule at the boundary of the node: accelerators, processors and memory.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "node_intelligence_per_joule",
    "Intelligence per joule of the node",
    "1/J",
    HIGHER,
    family="energy",
    boundary="node",
    symbol="IPJ_node",
    sources=(papers.PER_WATT,),
    edges=("Accuracy 0 gives 0.", "Energy of zero or less: an error in the data."),
)


@METRIC.derived(
    "node_intelligence_per_joule.from_node/1",
    written="quality / node_energy",
    badge="verified in text",
    examples=[
        Example({"quality": 0.5, "node_energy": 25}, 0.02, "T03a, at another boundary"),
        Example({"quality": 0.5, "node_energy": 0}, None),
    ],
)
def from_node(quality, node_energy):
    return quality / node_energy
