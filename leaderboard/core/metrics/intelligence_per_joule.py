"""Correct answers per joule of the accelerators: mean accuracy over mean energy per query.

Energy is per query, never the total of a run. What the whole machine draws is another metric, for
energies of unlike boundaries are never ranked together.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBER, TABLE, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import mean

METRIC = Metric(
    "intelligence_per_joule",
    "Intelligence per joule of the accelerators",
    "1/J",
    HIGHER,
    family="energy",
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
    [
        Input(
            "queries",
            "each query's accuracy and energy",
            shape=TABLE,
            columns=(
                Input(
                    "accuracy",
                    "share of the answer that is right",
                    "1",
                    NUMBER,
                    at_least=0,
                    at_most=1,
                ),
                Input("energy", "energy of the query", "J", NUMBER, above=0),
            ),
            symbol="Q",
        ),
    ],
    written="mean(accuracy[q] for q in queries) / mean(energy[q] for q in queries)",
    badge="verified in text",
    examples=[
        Example({"queries": [{"accuracy": 1, "energy": 20}, {"accuracy": 0, "energy": 30}]}, 0.02),
    ],
)
def of_queries(queries):
    return mean(queries, "accuracy", "queries") / mean(queries, "energy", "queries")
