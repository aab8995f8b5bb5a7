"""Correct answers per joule of the accelerators: mean accuracy over mean energy per query.

Energy is per query, never the total of a run. What the whole machine draws is another metric, for
energies of unlike boundaries are never ranked together.
"""

from leaderboard.core import intelligence, papers
from leaderboard.core.contract import NUMBER, Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "intelligence_per_joule",
    "Intelligence per joule of the accelerators",
    "1/J",
    HIGHER,
    family="energy",
    boundary="accelerators",
    symbol="IPJ",
    sources=(papers.PER_WATT,),
    edges=("Accuracy 0 gives 0.", "Energy of zero or less: an error in the data."),
)


@METRIC.derived(
    "intelligence_per_joule.from_device/1",
    written="quality / device_energy",
    badge="verified in text",
    examples=[
        Example({"quality": 0.5, "device_energy": 25}, 0.02, "T03a"),
        Example({"quality": 0, "device_energy": 25}, 0),
        Example({"quality": 0.5, "device_energy": 0}, None),
    ],
)
def from_device(quality, device_energy):
    return quality / device_energy


@METRIC.computed(
    "intelligence_per_joule.of_queries/1",
    [intelligence.queries(Input("energy", "energy of the query", "J", NUMBER, above=0))],
    written=intelligence.written("energy"),
    badge="verified in text",
    examples=[
        Example({"queries": [{"accuracy": 1, "energy": 20}, {"accuracy": 0, "energy": 30}]}, 0.02),
    ],
)
def of_queries(queries):
    return intelligence.per_mean(queries, "energy")
