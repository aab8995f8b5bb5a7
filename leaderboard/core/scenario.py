"""What training runs use up under one scenario of utilisation, device life, place and device.

Every number is a `compute.Result`: a value with bounds, or missing or infinite with the reason. The
scenario itself is exact; bounds come from sources that disagree about a run's compute or a device.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from leaderboard.core import footprint, metrics
from leaderboard.core.compute import STATED, VALUE, Result, compute
from leaderboard.core.elements import ElementClass, elements
from leaderboard.core.interval import Interval

MFUS = (0.20, 0.30, 0.35, 0.40, 0.50, 0.60)
LIVES_YEARS = (1.0, 2.0, 3.0, 4.0, 5.0)
# How many elements of the A100 were analysed; 1.491 kg is their sum.
ANALYSED_ELEMENTS = 32
STUDIED_DEVICE = "nvidia-a100-sxm4-40gb"


@dataclass(frozen=True, slots=True)
class Studied:
    """A training as the footprint paper counts it: six FLOP per active parameter and token."""

    name: str
    active_parameters: float
    tokens: float
    low: float
    high: float
    where: str
    badge: str = "reconstructed"

    @property
    def compute(self) -> Interval:
        value = footprint.training_compute(self.active_parameters, self.tokens)
        return Interval(Interval.of(value).value, self.low, self.high)


# Model → its compute in the paper. The published counts of devices follow from it to the unit.
STUDIED = {
    "gpt-4": Studied(
        "GPT-4",
        222e9,
        13e12,
        6 * 37e9 * 13e12,
        3.43e25,
        "From FLOPs to Footprints: two experts of 111 billion parameters, 13 trillion tokens; its "
        "scenarios reach from 2.89 × 10²⁴ to 3.43 × 10²⁵ FLOP",
    ),
    "gpt-3-5-davinci-002": Studied(
        "GPT-3.5 (davinci-002)",
        175e9,
        300e9,
        6 * 175e9 * 300e9,
        6 * 175e9 * 300e9,
        "From FLOPs to Footprints: back from its 46 devices, which the 175 billion parameters and "
        "300 billion tokens of GPT-3 give",
    ),
    "llama-2-70b": Studied(
        "Llama 2-70B",
        70e9,
        2e12,
        8.4e23,
        8.4e23,
        "From FLOPs to Footprints: 70 billion parameters, 2 trillion tokens",
    ),
}


@dataclass(frozen=True, slots=True)
class Published:
    """A count of devices as the paper prints it, for a product of MFU and years of life."""

    product: float
    count: int
    badge: str
    where: str


ABSTRACT, JOURNAL = "arXiv 2512.04142, abstract", "journal version, as other pages quote its table"
PUBLISHED = {
    "gpt-4": (
        Published(0.2, 8800, "from abstract", ABSTRACT),
        Published(1.5, 1174, "from abstract", f"{ABSTRACT}; for which pair is not known"),
        Published(0.7, 2515, "reconstructed", JOURNAL),
        Published(1.0, 1760, "reconstructed", JOURNAL),
    ),
    "llama-2-70b": (Published(0.7, 122, "reconstructed", JOURNAL),),
}


# A number, one that is not known, or a result, which may be missing for its own reason.
Given = Result | Interval | float | None


@dataclass(frozen=True, slots=True)
class Setting:
    """What the reader chooses. `life` is in years, `grid` in kg of CO2 equivalent per J."""

    mfu: Given
    life: Given
    utilisation: Given = 1.0
    pue: Given = None
    grid: Given = None


@dataclass(frozen=True, slots=True)
class Device:
    """What is published of one device, each figure None where nothing is."""

    peak_flops: Interval | None = None
    mass: Interval | None = None
    depletion: Interval | None = None
    carbon: Interval | None = None
    power: Interval | None = None
    price: Interval | None = None

    @classmethod
    def of(cls, facts: Mapping[str, Interval]) -> "Device":
        return cls(
            facts.get("device_peak_flops"),
            facts.get("device_mass"),
            facts.get("device_abiotic_depletion"),
            facts.get("device_embodied_carbon"),
            facts.get("device_rated_power"),
            facts.get("device_price"),
        )


def follows(slug: str, recipe: str, **inputs: Given) -> Result:
    """The metric by that recipe; where an input has no value, neither has it, for that reason."""
    plain: dict[str, Interval | float | None] = {}
    for name, given in inputs.items():
        if not isinstance(given, Result):
            plain[name] = given
        elif given.state == VALUE:
            plain[name] = given.interval
        else:
            return replace(given, unit=metrics.get(slug).unit, recipe=recipe)
    return compute(slug, plain, recipe)


def lives(work: Given, setting: Setting, device: Device) -> Result:
    """Device lives that the work of a run, in FLOP, uses up."""
    return follows(
        "gpu_lives",
        "gpu_lives.scenario/1",
        training_compute=work,
        mfu=setting.mfu,
        lifespan_years=setting.life,
        peak_flops=device.peak_flops,
        utilisation=setting.utilisation,
    )


def outcomes(work: Given, setting: Setting, device: Device) -> dict[str, Result]:
    """Metric → what one run comes to, in the order in which a page tells them."""
    used = lives(work, setting, device)
    service = timed(used, setting.life, footprint.YEAR_S)
    busy = timed(service, setting.utilisation, 1.0)
    energy = follows(
        "facility_energy",
        "facility_energy.from_rating/1",
        accelerator_time=busy,
        device_rated_power=device.power,
        pue=setting.pue,
    )
    return {
        "gpu_lives": used,
        "material": follows("material", "material.of_lives/1", gpu_lives=used, mass=device.mass),
        "abiotic_depletion": of_making(
            "abiotic_depletion", service, setting.life, device.depletion
        ),
        "embodied_carbon": of_making("embodied_carbon", service, setting.life, device.carbon),
        "carbon": follows(
            "carbon",
            "carbon.from_facility/1",
            facility_energy=energy,
            grid_intensity=setting.grid,
        ),
        "facility_energy": energy,
        "cost": follows(
            "cost", "cost.from_hours/1", accelerator_time=busy, device_price=device.price
        ),
        "accelerator_time": busy,
    }


def timed(count: Result, each: Given, unit_s: float) -> Result:
    """Device seconds: a count that has a value, times a number that is known then."""
    if count.state != VALUE or not isinstance(each, float):
        return follows("accelerator_time", STATED, accelerator_time=count)
    return compute("accelerator_time", {"accelerator_time": count.interval * (each * unit_s)})


def of_making(slug: str, service: Result, life: Given, of_one: Interval | None) -> Result:
    """What making the devices does: the share of their life that was used, times that of one."""
    return follows(
        slug,
        f"{slug}.from_device_time/1",
        device_time=service,
        device_life=timed(compute("gpu_lives", {"gpu_lives": 1.0}), life, footprint.YEAR_S),
        **{f"device_{slug}": of_one},
    )


def saving(setting: Setting, mfu_before: Given, life_before: Given) -> Result:
    """Share of devices that the setting saves against another, for the same run and device."""
    return follows(
        "device_saving",
        "device_saving.of_scenarios/1",
        mfu_before=mfu_before,
        lifespan_before=life_before,
        mfu=setting.mfu,
        lifespan=setting.life,
    )


def grid(
    work: Given, setting: Setting, device: Device, mfus: Sequence[float], years: Sequence[float]
) -> list[list[Result]]:
    """Lives used up: a row for each life, a column for each utilisation."""
    return [
        [lives(work, replace(setting, mfu=mfu, life=life), device) for mfu in mfus]
        for life in years
    ]


def with_chosen(usual: Sequence[float], chosen: Given) -> list[float]:
    """The usual values and the chosen one, if it is a number, in their order."""
    return sorted({*usual, chosen} if isinstance(chosen, float) else usual)


# What devices are made of


def of_class(masses_kg: Mapping[str, float], chosen: ElementClass) -> float:
    """kg of the elements of a class in a device that holds `masses_kg` by symbol."""
    return footprint.material_of(
        masses_kg, {symbol for symbol in masses_kg if chosen.holds(elements()[symbol])}
    )


def bounds_by_rank(
    whole_kg: float, ranks: Mapping[str, int], others: Collection[str]
) -> dict[str, tuple[float, float]]:
    """Symbol → least and most kg of it, where only ranks by mass are published.

    The element of rank k is at most a k-th of the whole, because k of them weigh as much or more;
    the first is at least the mean of all that were analysed. `others` come after all ranked ones.
    """
    least = {symbol: whole_kg / ANALYSED_ELEMENTS for symbol, rank in ranks.items() if rank == 1}
    last = max(ranks.values(), default=0)
    places = dict(ranks) | {symbol: last + 1 for symbol in others if symbol not in ranks}
    return {symbol: (least.get(symbol, 0.0), whole_kg / place) for symbol, place in places.items()}
