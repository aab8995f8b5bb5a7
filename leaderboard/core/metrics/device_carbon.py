"""Greenhouse gases of making one device, in kg of CO2 equivalent.

A component table from teardown and elemental analysis is added up. For a card without one there is
the parametric model of Hubblo's gpu-calculator. Known of that model: where the area of a memory
die is documented it counts one die, so a card with a stack of dies comes out too low; its
documentation prints other factors than its data file, and another yield model than its code.
Climate and depletion point at different parts: look at both.
"""

from leaderboard.core import embodied, footprint, papers
from leaderboard.core.contract import Detailed, Example
from leaderboard.core.footprint import Card
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "device_carbon",
    "Embodied carbon of a device",
    "kgCO2e",
    LOWER,
    family="carbon",
    symbol="c_dev",
    sources=(papers.MORE_THAN_CARBON,),
    edges=("A die that does not fit on a wafer of 300 mm: an error in the data.",),
)

METRIC.computed(
    "device_carbon.of_components/1",
    [embodied.COMPONENTS],
    written="sum(impact[c] for c in components)",
    badge="verified in data",
    examples=[
        Example(
            embodied.components(0.881, 4.8, 8.14, 105.0, 7.49, 0.464),
            126.775,
            "T01m: A100 SXM4 40 GB",
            0.0005,
        ),
    ],
    edges=["The parts' shares stand beside the total."],
)(embodied.of_components)


@METRIC.computed(
    "device_carbon.parametric/1",
    footprint.CARD_INPUTS,
    written=embodied.PARAMETRIC,
    badge="verified in text",
    sources=[papers.GPU_CALCULATOR],
    examples=[Example(embodied.A100_PCIE_40GB, 180.63, "T01p: A100 PCIe 40 GB", 0.005)],
)
def parametric(mass_kg, heatsink_kg, casing_kg, board_cm2, die_mm2, memory_die_mm2, memory_dies):
    impact, areas = embodied.parametric(
        Card(mass_kg, heatsink_kg, casing_kg, board_cm2, die_mm2, memory_die_mm2, memory_dies)
    )
    return Detailed(impact.climate, areas)
