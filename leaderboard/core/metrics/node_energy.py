"""Energy of the whole machine: accelerators, processors, memory."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "node_energy",
    "Node energy",
    "J",
    LOWER,
    family="energy",
    boundary="node",
    symbol="E_node",
    sources=(papers.MELODI,),
    examples=(
        Example(
            {"node_energy": {"value": 0.000235, "unit": "kWh"}},
            846.0,
            "T22a: codellama-7b, one response",
        ),
    ),
)
