"""Published accelerator hours of a training run: devices times wall-clock time."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "accelerator_time",
    "Accelerator time",
    "s",
    LOWER,
    family="latency",
    symbol="t_acc",
    sources=(papers.HELM_TRAINING,),
    examples=(
        Example(
            {"accelerator_time": {"value": 785664, "unit": "h"}},
            2828390400.0,
            "OPT-175B: 992 A100 for 33 days",
        ),
    ),
)
