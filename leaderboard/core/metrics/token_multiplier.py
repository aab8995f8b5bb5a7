"""How many times the inference tokens a small model may spend at the cost of a larger one.

Pretraining and inference of the larger model cost in proportion to its parameters. With much
inference the multiplier tends to the ratio of sizes, so the larger model wins; with little, it
pays to let the small one think longer.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example, Input
from leaderboard.core.interval import spread
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "token_multiplier",
    "Inference tokens at equal compute",
    "1",
    HIGHER,
    symbol="k",
    sources=(papers.TEST_TIME,),
    edges=("No inference at all: an error in the data.",),
)


@METRIC.computed(
    "token_multiplier.of_sizes/1",
    [
        Input("size_ratio", "parameters, larger over smaller", at_least=1, symbol="M"),
        Input("inference_ratio", "inference tokens over pretraining tokens", above=0, symbol="R"),
    ],
    written="size_ratio + 3 * (size_ratio - 1) / inference_ratio",
    badge="reconstructed",
    examples=[
        Example({"size_ratio": 14, "inference_ratio": 0.79}, 63.367, "T29a", 5e-4),
        Example({"size_ratio": 2, "inference_ratio": 1}, 5, "T29b"),
    ],
)
def of_sizes(size_ratio, inference_ratio):
    return spread(lambda m, r: m + 3 * (m - 1) / r, size_ratio, inference_ratio)
