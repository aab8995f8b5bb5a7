"""Wall-clock time of the run divided by its functional units; batches share it."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("run_time", "Run time", "s", LOWER, family="latency")
