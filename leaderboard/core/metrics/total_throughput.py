"""Prompt and output tokens per second of the whole configuration."""

from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric("total_throughput", "Total throughput", "count/s", HIGHER, family="latency")
