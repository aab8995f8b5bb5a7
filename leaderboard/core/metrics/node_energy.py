"""Energy of the whole machine: accelerators, processors, memory."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("node_energy", "Node energy", "J", LOWER, family="energy", boundary="node")
