"""Mean time per output token after the first."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("tpot", "Time per output token", "s", LOWER, family="latency")
