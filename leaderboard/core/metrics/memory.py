"""Peak memory of the accelerators."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("memory", "Memory", "byte", LOWER)
