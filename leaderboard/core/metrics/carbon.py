"""Greenhouse gases of the electricity: energy times the intensity of the grid.

The widest energy boundary known is used. Where the region is unknown there is no value.
"""

from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "carbon",
    "Carbon",
    "kg",
    LOWER,
    family="carbon",
    source="Software Carbon Intensity, ISO/IEC 21031:2024",
)


@METRIC.derived("carbon.from_facility/1", written="facility_energy x grid_intensity")
def from_facility(facility_energy, grid_intensity):
    return facility_energy * grid_intensity


@METRIC.derived("carbon.from_node/1", written="node_energy x grid_intensity")
def from_node(node_energy, grid_intensity):
    return node_energy * grid_intensity


@METRIC.derived("carbon.from_device/1", written="device_energy x grid_intensity")
def from_device(device_energy, grid_intensity):
    return device_energy * grid_intensity
