"""Floating-point operations of one training run.

A published count wins. For a dense transformer, or the active part of a mixture of experts, it is
six per parameter and token: two for the way forward and four for the way back.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "training_compute",
    "Training compute",
    "FLOP",
    LOWER,
    symbol="F",
    sources=(papers.FOOTPRINTS,),
    edges=(
        "A mixture of experts counts its active parameters, as a range where only that is known.",
    ),
    examples=(Example({"training_compute": {"value": 1, "unit": "PFLOP/s*day"}}, 8.64e19),),
)


@METRIC.computed(
    "training_compute.of_model/1",
    [
        Input(
            "active_parameters", "parameters that work on each token", above=0, symbol="P_active"
        ),
        Input("training_tokens", "tokens trained on", above=0, symbol="D"),
    ],
    written="6 * active_parameters * training_tokens",
    badge="reconstructed",
    examples=[
        Example({"active_parameters": 222e9, "training_tokens": 13e12}, 1.7316e25, "T01a: GPT-4"),
        Example({"active_parameters": 37e9, "training_tokens": 13e12}, 2.886e24, "T01g"),
    ],
)
def of_model(active_parameters, training_tokens):
    return footprint.training_compute(active_parameters, training_tokens)
