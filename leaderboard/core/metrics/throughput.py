"""Output tokens per second of the whole configuration."""

from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric("throughput", "Output throughput", "count/s", HIGHER, family="latency")
