"""Accuracy per watt: mean accuracy over mean power per query.

The power of the accelerators is averaged over queries; where only energy and time are known it is
energy over time, which the formula's name says. Shown per kW to avoid tiny numbers.
"""

from leaderboard.core import intelligence, papers
from leaderboard.core.contract import NUMBER, Example, Input
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "intelligence_per_watt",
    "Intelligence per watt",
    "1/W",
    HIGHER,
    family="energy",
    boundary="accelerators",
    symbol="IPW",
    sources=(papers.PER_WATT,),
    edges=("Accuracy 0 gives 0.", "Power of zero or less: an error in the data."),
)


@METRIC.derived(
    "intelligence_per_watt.from_power/1",
    written="quality / power",
    badge="verified in text",
    examples=[
        Example({"quality": 0.5, "power": 225}, 0.0022222, "T03a", 5e-8),
        Example({"quality": 0.5, "power": 0}, None),
    ],
)
def from_power(quality, power):
    return quality / power


@METRIC.derived(
    "intelligence_per_watt.from_energy/1",
    written="quality * run_time / device_energy",
    examples=[Example({"quality": 0.5, "run_time": 2, "device_energy": 450}, 1 / 450)],
)
def from_energy(quality, run_time, device_energy):
    return quality * run_time / device_energy


@METRIC.computed(
    "intelligence_per_watt.of_queries/1",
    [intelligence.queries(Input("power", "mean power during the query", "W", NUMBER, above=0))],
    written=intelligence.written("power"),
    badge="verified in text",
    examples=[
        Example(
            {"queries": [{"accuracy": 1, "power": 200}, {"accuracy": 0, "power": 250}]},
            0.0022222,
            "T03a",
            5e-8,
        ),
    ],
)
def of_queries(queries):
    return intelligence.per_mean(queries, "power")
