"""Output tokens per joule of the accelerators; "tokens per second per watt" is the same quantity.

It is one over their energy per output token. What the whole machine draws is another metric.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "tokens_per_joule",
    "Output tokens per joule of the accelerators",
    "token/J",
    HIGHER,
    family="energy",
    boundary="accelerators",
    symbol="eta_token",
    sources=(papers.GREENER,),
    edges=("No energy or no power: an error in the data.",),
)


@METRIC.derived(
    "tokens_per_joule.from_energy_per_token/1",
    written="1 / energy_per_token",
    badge="reconstructed",
    examples=[Example({"energy_per_token": 0.25}, 4, "T23a")],
)
def from_energy_per_token(energy_per_token):
    return 1 / energy_per_token


@METRIC.derived(
    "tokens_per_joule.from_power/1",
    written="throughput / power",
    badge="reconstructed",
    examples=[Example({"throughput": 2000, "power": 500}, 4, "T23a")],
)
def from_power(throughput, power):
    return throughput / power
