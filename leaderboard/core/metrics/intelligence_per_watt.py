"""Accuracy per watt: mean accuracy over mean power per query.

The power of the accelerators is averaged over queries; where only energy and time are known it is
energy over time, which the formula's name says. Shown per kW to avoid tiny numbers.
"""

from leaderboard.core import papers
from leaderboard.core.contract import NUMBER, TABLE, Example, Input
from leaderboard.core.metrics import HIGHER, Metric
from leaderboard.core.samples import mean

METRIC = Metric(
    "intelligence_per_watt",
    "Intelligence per watt",
    "1/W",
    HIGHER,
    family="energy",
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
    [
        Input(
            "queries",
            "each query's accuracy and mean power",
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
                Input("power", "mean power during the query", "W", NUMBER, above=0),
            ),
            symbol="Q",
        ),
    ],
    written="mean(accuracy[q] for q in queries) / mean(power[q] for q in queries)",
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
    return mean(queries, "accuracy", "queries") / mean(queries, "power", "queries")
