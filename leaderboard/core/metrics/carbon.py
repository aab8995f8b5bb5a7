"""Greenhouse gases of the electricity: energy times the intensity of the grid.

The widest energy boundary known is used. Where the region is unknown there is no value.
"""

from leaderboard.core import papers
from leaderboard.core.contract import Example
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "carbon",
    "Carbon",
    "kgCO2e",
    LOWER,
    family="carbon",
    symbol="C",
    sources=(papers.SCI, papers.HELM_TRAINING),
    edges=("It covers using the device, not making it.",),
)


@METRIC.derived(
    "carbon.from_facility/1",
    written="facility_energy * grid_intensity",
    badge="verified in text",
    examples=[
        Example(
            {
                "facility_energy": {"value": 1703.1168, "unit": "MWh"},
                "grid_intensity": {"value": 0.238, "unit": "kg/kWh"},
            },
            405_300,
            "T08j: TNLGv2-530B, 405.3 t",
            50,
        ),
    ],
)
def from_facility(facility_energy, grid_intensity):
    return facility_energy * grid_intensity


@METRIC.derived(
    "carbon.from_node/1",
    written="node_energy * grid_intensity",
    examples=[Example({"node_energy": 3.6e6, "grid_intensity": 0.5 / 3.6e6}, 0.5)],
)
def from_node(node_energy, grid_intensity):
    return node_energy * grid_intensity


@METRIC.derived(
    "carbon.from_device/1",
    written="device_energy * grid_intensity",
    examples=[Example({"device_energy": 3.6e6, "grid_intensity": 0.4 / 3.6e6}, 0.4)],
)
def from_device(device_energy, grid_intensity):
    return device_energy * grid_intensity
