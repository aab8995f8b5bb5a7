"""Material and embodied impacts of hardware (metrics-spec, section 1).

Sources: Falk et al., "From FLOPs to Footprints", arXiv 2512.04142, and "More than Carbon",
arXiv 2509.00093. Times in s, masses in kg, compute in FLOP, areas in mm2 unless a name says
otherwise. Where a function takes a `Quantity`, it takes bare numbers and intervals alike.
"""

import csv
import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from leaderboard.core.contract import NUMBER, WHOLE, Input, Missing
from leaderboard.core.interval import Interval

Quantity = Interval | float

FILE = Path(__file__).with_name("embodied-sharealike.csv")

HOUR_S = 3600.0
YEAR_S = 31_536_000.0  # 365 days, as the paper needs
A100_PEAK_FLOPS = 312e12  # dense FP16/BF16

MFU = Interval(0.35, 0.20, 0.60)
LIFE = Interval(2 * YEAR_S, 1 * YEAR_S, 5 * YEAR_S)
# The same as an input, in worked examples.
LIFE_IN_YEARS = {"value": 2, "low": 1, "high": 5, "unit": "year"}

# About 3,750 kg reported for 2,515 GPUs: reconstructed.
A100_ANALYSED_KG = 1.491
# "Up to 7 t of toxic elements" over 8,800 GPUs: an upper bound, from the abstract.
A100_TOXIC_AT_MOST_KG = 0.7955
A100_TOXIC_KG = Interval(A100_TOXIC_AT_MOST_KG, 0.0, A100_TOXIC_AT_MOST_KG)
# Sums of the component tables for the A100 SXM4 40 GB; the bounds of the carbon are the lowest
# and highest published figure (ADEME data 111 kg, BoaviztAPI 319 kg), those of the depletion
# BoaviztAPI 0.0038 and the calculator's data 0.0081.
A100_EMBODIED_CARBON_KG = Interval(126.775, 111.0, 319.0)
A100_ABIOTIC_DEPLETION_KG = Interval(0.0063421, 0.0038, 0.0081)

# The parametric model: a wafer of 300 mm, scribe lines of 0.2 mm, 0.1 defects per cm2, and the
# way from factory to user by plane and truck.
WAFER_RADIUS_MM = 150.0
SCRIBE_MM = 0.2
DEFECTS_PER_CM2 = 0.1
PLANE_KM = 9908.0
TRUCK_KM = 1000.0
# What both Hubblo and Boavizta take where the area of a memory die is not published.
MEMORY_DIE_MM2_PER_GB = 15.5


# Lives used up (1.1)


def training_compute(parameters: Quantity, tokens: Quantity) -> Quantity:
    """FLOP of one training: 6 per parameter and token. A mixture of experts counts active ones."""
    _positive(parameters=parameters, tokens=tokens)
    return 6.0 * parameters * tokens


def busy_seconds(
    compute: Quantity, *, mfu: Quantity, peak_flops: float = A100_PEAK_FLOPS
) -> Quantity:
    """Device seconds that `compute` FLOP take at utilisation `mfu` of the peak rate in FLOP/s."""
    _positive(compute=compute, mfu=mfu, peak_flops=peak_flops)
    return compute / (mfu * peak_flops)


def lives(
    compute: Quantity, *, mfu: Quantity, life: Quantity, peak_flops: float = A100_PEAK_FLOPS
) -> Quantity:
    """Device lifetimes used up by `compute` FLOP, not rounded; `life` in s."""
    _positive(life=life)
    return busy_seconds(compute, mfu=mfu, peak_flops=peak_flops) / life


def lives_from_hours(hours: Quantity, *, life: Quantity) -> Quantity:
    """Device lifetimes used up by published device hours; `life` in s. Beats the estimate."""
    _positive(hours=hours, life=life)
    return hours * HOUR_S / life


def printed(count: float) -> int:
    """The count as the paper prints it: rounded up. Charts and ratios keep the unrounded one."""
    if not (math.isfinite(count) and count >= 0):
        raise ValueError(f"a count of devices is finite and not negative, not {count}")
    return math.ceil(count)


# Savings (1.2)


def saving(*, mfu: float, life: float, mfu_before: float, life_before: float) -> float:
    """Share of devices saved by another utilisation and life (same unit), same compute and device.

    Negative when the change costs more devices.
    """
    _positive(mfu=mfu, life=life, mfu_before=mfu_before, life_before=life_before)
    return 1 - (mfu_before * life_before) / (mfu * life)


# Material (1.3)


def material(count: Quantity, mass_kg: Quantity) -> Quantity:
    """kg of hardware in `count` lives of a device of `mass_kg`."""
    _not_negative(count=count, mass_kg=mass_kg)
    return count * mass_kg


def material_by_element(count: float, masses_kg: Mapping[str, float]) -> dict[str, float]:
    """Symbol → kg of it in `count` lives of a device that holds `masses_kg` by symbol."""
    _not_negative(count=count, **masses_kg)
    return {symbol: count * mass_kg for symbol, mass_kg in masses_kg.items()}


def by_element(masses_kg: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Symbol → kg of it, added up over the parts of a device."""
    found: dict[str, float] = {}
    for symbol, mass_kg in masses_kg:
        found[symbol] = found.get(symbol, 0.0) + mass_kg
    return found


def material_of(masses_kg: Mapping[str, float], symbols: Collection[str]) -> float:
    """kg of those elements together, for instance of the toxic ones."""
    _not_negative(**masses_kg)
    return math.fsum(mass_kg for symbol, mass_kg in masses_kg.items() if symbol in symbols)


# Embodied impacts (1.4)


@dataclass(frozen=True, slots=True)
class Impact:
    """What making something does: climate in kg CO2e, elements in kg Sb eq."""

    climate: float
    elements: float

    def __add__(self, other: "Impact") -> "Impact":
        return Impact(self.climate + other.climate, self.elements + other.elements)

    def __mul__(self, amount: float) -> "Impact":
        return Impact(self.climate * amount, self.elements * amount)


NOTHING = Impact(0.0, 0.0)


def summed(parts: Iterable[tuple[str, float]]) -> tuple[float, dict[str, float]]:
    """The whole, and each part's share of it. Raises Missing when there is no part."""
    amounts = by_element(parts)
    if not amounts:
        raise Missing("there are no components", field="components")
    whole = math.fsum(amounts.values())
    return whole, {name: amount / whole for name, amount in amounts.items() if whole}


@lru_cache(maxsize=1)
def _tables() -> dict[str, dict[str, Impact]]:
    tables: dict[str, dict[str, Impact]] = {}
    with FILE.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            impact = Impact(float(line["climate_kgco2e"]), float(line["elements_kgsbeq"]))
            tables.setdefault(line["table"], {})[line["part"]] = impact
    return tables


def a100_components() -> dict[str, Impact]:
    """Part of an A100 SXM4 40 GB → impact of making it, from teardown and elemental analysis."""
    return dict(_tables()["a100-sxm4-40gb"])


def total(components: Mapping[str, Impact]) -> Impact:
    """The impact of a whole device."""
    return sum(components.values(), NOTHING)


@dataclass(frozen=True, slots=True)
class Card:
    """A card as the parametric model sees it: masses in kg, areas in cm2 and mm2.

    `memory_dies` is 1 in the model's public pages, although the factor is per die: several times
    too low for a card with a stack of dies, but what reproduces them.
    """

    mass_kg: float
    heatsink_kg: float
    casing_kg: float
    board_cm2: float
    die_mm2: float
    memory_die_mm2: float
    memory_dies: int = 1


CARD_INPUTS = (
    Input("mass_kg", "mass of the card", "kg", NUMBER, above=0, symbol="m_card"),
    Input("heatsink_kg", "mass of its heat sink", "kg", NUMBER, at_least=0, symbol="m_heatsink"),
    Input("casing_kg", "mass of its casing", "kg", NUMBER, at_least=0, symbol="m_casing"),
    Input("board_cm2", "area of its circuit board", "cm^2", NUMBER, at_least=0, symbol="A_board"),
    Input("die_mm2", "area of its main die", "mm^2", NUMBER, above=0, symbol="A_die"),
    Input("memory_die_mm2", "area of a memory die", "mm^2", NUMBER, above=0, symbol="A_memory"),
    Input("memory_dies", "how many memory dies", "1", WHOLE, default=1, at_least=0, symbol="k"),
)


def effective_area(die_mm2: float) -> float:
    """mm2 of a 300 mm wafer that are spent per good die of `die_mm2`."""
    _positive(die_mm2=die_mm2)
    pitch = (math.sqrt(die_mm2) + SCRIBE_MM) ** 2
    wafer = math.pi * WAFER_RADIUS_MM**2
    edge = 2 * math.pi * WAFER_RADIUS_MM / math.sqrt(2 * pitch)
    dies = round(wafer / pitch - edge)
    if dies < 1:
        raise ValueError(f"a die of {die_mm2} mm2 does not fit on a wafer")
    good = math.exp(-math.sqrt(die_mm2 / 100 * DEFECTS_PER_CM2))
    return wafer / (dies * good)


def parametric(card: Card) -> Impact:
    """The impact of making a card without a teardown, by the model of Hubblo's gpu-calculator."""
    _positive(mass_kg=card.mass_kg)
    _not_negative(
        heatsink_kg=card.heatsink_kg,
        casing_kg=card.casing_kg,
        board_cm2=card.board_cm2,
        memory_dies=card.memory_dies,
    )
    factors = _tables()["parametric"]
    amounts = {
        "casing": card.casing_kg,
        "heatsink": card.heatsink_kg,
        "board": card.board_cm2,
        "die": effective_area(card.die_mm2),
        "memory_die": effective_area(card.memory_die_mm2) * card.memory_dies,
        "upstream": card.mass_kg,
        "end_of_life": card.mass_kg,
        "plane": card.mass_kg * PLANE_KM,
        "truck": card.mass_kg * TRUCK_KM,
    }
    return total({part: factors[part] * amount for part, amount in amounts.items()})


# Shares (1.5) and energy by rating (8)


def share_per_hour(impact: Quantity, *, life: Quantity, utilisation: float = 1.0) -> Quantity:
    """What one busy hour uses up of an impact or mass; `life` in s, `utilisation` from 0 to 1."""
    _positive(life=life, utilisation=utilisation)
    if utilisation > 1:
        raise ValueError(f"utilisation is at most 1, not {utilisation}")
    return impact * HOUR_S / (life * utilisation)


def rated_energy(device_seconds: Quantity, *, rated_power_w: float, pue: Quantity) -> Quantity:
    """J that a facility draws if its devices run at their rated power: an upper estimate."""
    _positive(device_seconds=device_seconds, rated_power_w=rated_power_w, pue=pue)
    return device_seconds * rated_power_w * pue


def _positive(**quantities: Quantity) -> None:
    for name, quantity in quantities.items():
        if not Interval.of(quantity).low > 0:
            raise ValueError(f"{name} must be greater than zero, not {quantity}")


def _not_negative(**quantities: Quantity) -> None:
    for name, quantity in quantities.items():
        if not Interval.of(quantity).low >= 0:
            raise ValueError(f"{name} must not be negative, not {quantity}")
