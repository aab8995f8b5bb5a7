"""What several independent gains come to together: their product."""

import math

from leaderboard.core import papers
from leaderboard.core.contract import NUMBERS, Example, Input, Missing
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "efficiency_gain",
    "Combined gain",
    "1",
    HIGHER,
    symbol="g",
    sources=(papers.PER_WATT,),
    edges=("No factor: missing. A factor of zero or less: an error in the data.",),
)


@METRIC.computed(
    "efficiency_gain.of_factors/1",
    [Input("factors", "how many times better each makes it", shape=NUMBERS, above=0, symbol="g_i")],
    written='product(g_i for i in "factors")',
    badge="verified in text",
    examples=[
        Example({"factors": [3.1, 1.7]}, 5.27, "T03b: models and accelerators, 2023 to 2025")
    ],
)
def of_factors(factors):
    if not factors:
        raise Missing("there are no factors", field="factors")
    return math.prod(factors)
