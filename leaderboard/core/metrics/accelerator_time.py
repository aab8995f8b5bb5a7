"""Published accelerator hours of a training run: devices times wall-clock time."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("accelerator_time", "Accelerator time", "s", LOWER, family="latency")
