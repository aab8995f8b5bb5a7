"""Impacts of making a device: what its carbon and its depletion share (metrics-spec, 1.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from leaderboard.core import footprint
from leaderboard.core.contract import NAME, NUMBER, TABLE, Detailed, Input
from leaderboard.core.footprint import Card, Impact

COMPONENTS = Input(
    "components",
    "impact of making each part",
    "kg",
    TABLE,
    columns=(
        Input("component", "the part", shape=NAME),
        Input("impact", "impact of making it", "kg", NUMBER, at_least=0),
    ),
)
PARTS = ("casing", "heatsink", "PCB", "main dies", "power on package", "upstream transport")
PARAMETRIC = """
    impact = parts + dies + transport
    parts = f_casing * casing_kg + f_heatsink * heatsink_kg + f_board * board_cm2
    dies = f_die * area(die_mm2) + f_memory * area(memory_die_mm2) * memory_dies
    transport = (f_upstream + f_eol + 9908 * f_plane + 1000 * f_truck) * mass_kg
    area(a) = pi * 150**2 / (n * y)
    n = round(pi * 150**2 / s - pi * 300 / sqrt(2 * s))
    s = (sqrt(a) + 0.2)**2
    y = exp(-sqrt(a / 1000))
    """
A100_PCIE_40GB = {
    "mass_kg": 1.230,
    "heatsink_kg": 0.609,
    "casing_kg": 0.387,
    "board_cm2": 234.36,
    "die_mm2": 826,
    "memory_die_mm2": 86.25,
}


def components(*impacts: float) -> dict[str, list[dict[str, str | float]]]:
    """The impacts of the studied card's parts as an input."""
    rows = zip(PARTS, impacts, strict=True)
    return {"components": [{"component": part, "impact": impact} for part, impact in rows]}


def of_components(components: Sequence[Mapping[str, Any]]) -> Detailed:
    """The sum, with each part's share beside it. Raises Missing when there is no part."""
    return Detailed(*footprint.summed((row["component"], row["impact"]) for row in components))


def parametric(card: Card) -> tuple[Impact, dict[str, float]]:
    """The impact by the parametric model, and the areas of wafer spent per good die."""
    areas = {
        "effective_die_mm2": footprint.effective_area(card.die_mm2),
        "effective_memory_die_mm2": footprint.effective_area(card.memory_die_mm2),
    }
    return footprint.parametric(card), areas
