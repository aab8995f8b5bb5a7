"""Energy per generated token, by the widest boundary that was measured directly."""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric("energy_per_token", "Energy per output token", "J", LOWER, family="energy")


@METRIC.derived("energy_per_token.from_node/1", written="node_energy / tokens_out")
def from_node(node_energy, tokens_out):
    return node_energy / tokens_out


@METRIC.derived("energy_per_token.from_device/1", written="device_energy / tokens_out")
def from_device(device_energy, tokens_out):
    return device_energy / tokens_out
