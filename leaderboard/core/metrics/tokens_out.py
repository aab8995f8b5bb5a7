"""Generated tokens per functional unit."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("tokens_out", "Output tokens", "count", LOWER)
