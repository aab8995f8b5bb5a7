"""The energy of a response by power integral, over its tokens."""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "integrated_energy_per_token",
    "Energy per token by power integral",
    "J/token",
    LOWER,
    family="energy",
    symbol="E_int_token",
    sources=(papers.MELODI,),
    edges=("No tokens: an error in the data.",),
)


@METRIC.computed(
    "integrated_energy_per_token.of_counts/1",
    [
        Input("energy", "energy of the response", "J", at_least=0, symbol="E_int"),
        Input("tokens", "tokens of the response", "count", above=0, symbol="n"),
    ],
    written="energy / tokens",
    badge="verified in text",
    examples=[
        Example(
            {"energy": {"value": 2.35e-4, "unit": "kWh"}, "tokens": 535.03}, 1.58122, "T22a", 5e-6
        )
    ],
)
def of_counts(energy, tokens):
    return energy / tokens
