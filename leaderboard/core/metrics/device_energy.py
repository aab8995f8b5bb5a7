"""Energy of the accelerators alone; host, cooling and network are left out."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "device_energy", "Device energy", "J", LOWER, family="energy", boundary="accelerators"
)
