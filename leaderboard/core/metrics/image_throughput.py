"""Images per second of the whole configuration."""

from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric("image_throughput", "Image throughput", "count/s", HIGHER, family="latency")
