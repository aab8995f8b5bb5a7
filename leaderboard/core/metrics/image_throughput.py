"""Images per second of the whole configuration."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "image_throughput",
    "Image throughput",
    "image/s",
    HIGHER,
    family="latency",
    symbol="v_image",
    sources=(papers.ML_ENERGY,),
    examples=(
        Example(
            {"image_throughput": {"value": 90, "unit": "count/min"}}, 1.5, "90 images a minute"
        ),
    ),
)
