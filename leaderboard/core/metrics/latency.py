"""Mean time from asking to the whole answer, for one functional unit."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("latency", "Latency", "s", LOWER, family="latency")
