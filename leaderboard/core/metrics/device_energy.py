"""Energy of the accelerators alone; host, cooling and network are left out."""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "device_energy",
    "Device energy",
    "J",
    LOWER,
    family="energy",
    boundary="accelerators",
    symbol="E_dev",
    sources=(papers.ML_ENERGY,),
    examples=(
        Example({"device_energy": {"value": 0.5, "unit": "Wh"}}, 1800.0, "half a watt hour"),
    ),
)
