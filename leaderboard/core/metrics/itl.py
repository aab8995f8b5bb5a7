"""Median time between two output tokens."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("itl", "Inter-token latency", "s", LOWER, family="latency")
