"""Energy of the accelerators for one response: energy per output token times its tokens.

What the whole machine draws for a task whose unit is a response is its node energy.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "energy_per_response",
    "Accelerator energy per response",
    "J/response",
    LOWER,
    family="energy",
    boundary="accelerators",
    symbol="E_response",
    sources=(papers.ML_ENERGY,),
)


@METRIC.derived(
    "energy_per_response.from_tokens/1",
    written="energy_per_token * tokens_out",
    badge="verified in text",
    examples=[
        Example({"energy_per_token": 0.093545, "tokens_out": 661_234 / 1024}, 60.41, "T02b", 0.005),
    ],
)
def from_tokens(energy_per_token, tokens_out):
    return energy_per_token * tokens_out
