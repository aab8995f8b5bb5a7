"""Mean power of the accelerators in use, all of them together."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("power", "Mean power", "W", LOWER, family="energy")
