"""Depletion of elements by making one device, in kg of antimony equivalent.

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
    "device_depletion",
    "Abiotic depletion of a device",
    "kgSbeq",
    LOWER,
    family="material",
    symbol="a_dev",
    sources=(papers.MORE_THAN_CARBON,),
    edges=("A die that does not fit on a wafer of 300 mm: an error in the data.",),
)

METRIC.computed(
    "device_depletion.of_components/1",
    [embodied.COMPONENTS],
    written="sum(impact[c] for c in components)",
    badge="verified in data",
    examples=[
        Example(
            embodied.components(5.41e-5, 0.00508, 0.000913, 0.000161, 0.000134, 1.82e-8),
            0.00634212,
            "T01n: A100 SXM4 40 GB",
            5e-9,
        ),
    ],
    edges=["The parts' shares stand beside the total."],
)(embodied.of_components)


@METRIC.computed(
    "device_depletion.parametric/1",
    footprint.CARD_INPUTS,
    written=embodied.PARAMETRIC,
    badge="verified in text",
    sources=[papers.GPU_CALCULATOR],
    examples=[Example(embodied.A100_PCIE_40GB, 0.006896, "T01p: A100 PCIe 40 GB", 5e-7)],
)
def parametric(mass_kg, heatsink_kg, casing_kg, board_cm2, die_mm2, memory_die_mm2, memory_dies):
    impact, areas = embodied.parametric(
        Card(mass_kg, heatsink_kg, casing_kg, board_cm2, die_mm2, memory_die_mm2, memory_dies)
    )
    return Detailed(impact.elements, areas)
