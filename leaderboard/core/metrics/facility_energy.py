"""Energy drawn by the data centre: the node's, times its power usage effectiveness (PUE).

A published figure wins. Otherwise it follows from the node's energy where the PUE of the place is
known. For a training run with published accelerator hours it is bounded from above by the
rated power: hours x TDP x PUE, as HELM's training-efficiency file does. Ratings exceed mean
power, so a value that came this way is marked as rated.
"""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "facility_energy",
    "Facility energy",
    "J",
    LOWER,
    family="energy",
    boundary="facility",
    source="arXiv 2305.02440 and HELM's training efficiency data",
)


@METRIC.derived("facility_energy.from_node/1", written="node_energy x pue")
def from_node(node_energy, pue):
    return node_energy * pue


@METRIC.derived(
    "facility_energy.from_rating/1",
    written="accelerator_time x rated power x pue",
    badge="verified in text",
)
def from_rating(accelerator_time, device_rated_power, pue):
    return accelerator_time * device_rated_power * pue
