"""Greenhouse gases of making one device, in kg of CO2 equivalent.

A component table from teardown and elemental analysis is added up. For a card without one there is
the parametric model of Hubblo's gpu-calculator. Known of that model: where the area of a memory
die is documented it counts one die, so a card with a stack of dies comes out too low; its
documentation prints other factors than its data file, and another yield model than its code.
Climate and depletion point at different parts: look at both.
"""

from leaderboard.core import footprint, papers
from leaderboard.core.contract import NAME, NUMBER, TABLE, Detailed, Example, Input
from leaderboard.core.footprint import Card
from leaderboard.core.metrics import LOWER, Metric

METRIC = Metric(
    "device_carbon",
    "Embodied carbon of a device",
    "kg",
    LOWER,
    family="carbon",
    symbol="c_dev",
    sources=(papers.MORE_THAN_CARBON,),
    edges=("A die that does not fit on a wafer of 300 mm: an error in the data.",),
)


@METRIC.computed(
    "device_carbon.of_components/1",
    [
        Input(
            "components",
            "impact of making each part",
            "kg",
            TABLE,
            columns=(
                Input("component", "the part", shape=NAME),
                Input("impact", "impact of making it", "kg", NUMBER, at_least=0),
            ),
        ),
    ],
    written="sum(impact[c] for c in components)",
    badge="verified in data",
    examples=[
        Example(
            {
                "components": [
                    {"component": "casing", "impact": 0.881},
                    {"component": "heatsink", "impact": 4.8},
                    {"component": "PCB", "impact": 8.14},
                    {"component": "main dies", "impact": 105.0},
                    {"component": "power on package", "impact": 7.49},
                    {"component": "upstream transport", "impact": 0.464},
                ]
            },
            126.775,
            "T01m: A100 SXM4 40 GB",
            0.0005,
        ),
    ],
    edges=["The parts' shares stand beside the total."],
)
def of_components(components):
    total, shares = footprint.summed((row["component"], row["impact"]) for row in components)
    return Detailed(total, shares)


@METRIC.computed(
    "device_carbon.parametric/1",
    footprint.CARD_INPUTS,
    written="""
    impact = parts + dies + transport
    parts = f_casing * casing_kg + f_heatsink * heatsink_kg + f_board * board_cm2
    dies = f_die * area(die_mm2) + f_memory * area(memory_die_mm2) * memory_dies
    transport = (f_upstream + f_eol + 9908 * f_plane + 1000 * f_truck) * mass_kg
    area(a) = pi * 150**2 / (n * y)
    n = round(pi * 150**2 / s - pi * 300 / sqrt(2 * s))
    s = (sqrt(a) + 0.2)**2
    y = exp(-sqrt(a / 1000))
    """,
    badge="verified in text",
    sources=[papers.GPU_CALCULATOR],
    examples=[
        Example(
            {
                "mass_kg": 1.230,
                "heatsink_kg": 0.609,
                "casing_kg": 0.387,
                "board_cm2": 234.36,
                "die_mm2": 826,
                "memory_die_mm2": 86.25,
            },
            180.63,
            "T01p: A100 PCIe 40 GB",
            0.005,
        ),
    ],
)
def parametric(mass_kg, heatsink_kg, casing_kg, board_cm2, die_mm2, memory_die_mm2, memory_dies):
    card = Card(mass_kg, heatsink_kg, casing_kg, board_cm2, die_mm2, memory_die_mm2, memory_dies)
    areas = {
        "effective_die_mm2": footprint.effective_area(die_mm2),
        "effective_memory_die_mm2": footprint.effective_area(memory_die_mm2),
    }
    return Detailed(footprint.parametric(card).climate, areas)
