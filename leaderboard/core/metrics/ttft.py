"""Mean time to the first token."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("ttft", "Time to first token", "s", LOWER, family="latency")
