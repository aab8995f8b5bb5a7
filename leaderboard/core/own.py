"""The reader's own scenario: their prices, grid and devices in place of the catalogue's.

What the reader states replaces a fact of every entry that it applies to, and everything that
follows from that fact is derived anew from the entry's other numbers, with the formulas that
derived it before. A number that a file states, or that was derived at another place or price, is
not mixed in: where it can't be derived anew the entry lacks it in this scenario. Services run on
devices and at places of others and are paid by the token: token prices apply to them alone, and all
else to the entries that the reader could run.

With an electricity price the cost is that of running devices of one's own: the widest energy known
times the price, and on top, where the reader states a price of a device hour, the device hours at
that price, which should then be one without electricity. With a price of a device hour alone the
cost is that of device hours.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache

import numpy as np

from leaderboard.core import footprint, metrics, units
from leaderboard.core.columns import Columns, derive_many
from leaderboard.core.derive import following
from leaderboard.core.interval import Interval

# What formulas from compute alone multiply device lives by; they take the life as given.
OF_COMPUTE: dict[str, Interval | float] = {
    "gpu_lives": 1.0,
    "material": footprint.A100_ANALYSED_KG,
    "toxic_material": footprint.A100_TOXIC_KG,
    "embodied_carbon": footprint.A100_EMBODIED_CARBON_KG,
    "abiotic_depletion": footprint.A100_ABIOTIC_DEPLETION_KG,
}


@dataclass(frozen=True)
class Wish:
    """A part of the scenario: what it is called, the unit it is stated in, and what is absurd.

    `unit` is that of a number without one, `canonical` the one that formulas take. `facts` are
    what it replaces.
    """

    label: str
    unit: str
    canonical: str
    at_least: float
    at_most: float
    facts: tuple[str, ...] = ()
    hint: str = ""

    @property
    def unit_words(self) -> str:
        return {"1": "", "USD/Mtoken": "USD per million tokens"}.get(self.unit, self.unit)


# By the parameter of the address; without `own_` they are the fields of `OwnScenario`.
WISHES: Mapping[str, Wish] = {
    "own_electricity": Wish("Electricity price", "USD/kWh", "USD/J", 0, 10),
    "own_grid": Wish("Grid intensity", "gCO2e/kWh", "kgCO2e/J", 0, 3_000, ("grid_intensity",)),
    "own_pue": Wish("PUE", "1", "1", 1, 5, ("pue",)),
    "own_life": Wish("Device life", "years", "s", 0.1, 30, ("device_life",)),
    "own_utilisation": Wish(
        "Utilisation", "1", "1", 0.01, 1, ("device_life",), "write 0.6 or 60 %"
    ),
    "own_device_price": Wish(
        "Price of a device hour", "USD/h", "USD/s", 0, 1_000, ("device_price", "a100_price")
    ),
    "own_input_price": Wish(
        "Price of input tokens", "USD/Mtoken", "USD/token", 0, 10_000, ("input_token_price",)
    ),
    "own_output_price": Wish(
        "Price of output tokens", "USD/Mtoken", "USD/token", 0, 10_000, ("output_token_price",)
    ),
}
PREFIX = "own_"
ABOUT_SERVICES = ("input_price", "output_price")


@dataclass(frozen=True)
class OwnScenario:
    """What the reader states, in canonical units; None is as the catalogue has it.

    `utilisation` is the share of its life for which a device is at work.
    """

    electricity: float | None = None
    grid: float | None = None
    pue: float | None = None
    life: float | None = None
    # After the life, of which it is a share.
    utilisation: float | None = None
    device_price: float | None = None
    input_price: float | None = None
    output_price: float | None = None

    def __bool__(self) -> bool:
        return bool(self.stated)

    @property
    def stated(self) -> tuple[str, ...]:
        """The fields that the reader filled in."""
        return tuple(each.name for each in fields(self) if getattr(self, each.name) is not None)


@dataclass(frozen=True)
class Read:
    """A scenario, and each parameter that was ignored with the reason."""

    scenario: OwnScenario
    ignored: tuple[str, ...] = ()


def read(query: Mapping[str, str]) -> Read:
    """The scenario in the parameters `own_…` of an address. Never raises.

    A number has a unit or is in the wish's: `own_electricity=0.30 USD/kWh`, `own_life=5 years`,
    `own_input_price=3 USD per million tokens`.
    """
    found: dict[str, float] = {}
    ignored = []
    for parameter, text in query.items():
        if not parameter.startswith(PREFIX) or not text.strip():
            continue
        try:
            if parameter not in WISHES:
                raise ValueError("no such part of a scenario")
            found[parameter.removeprefix(PREFIX)] = amount(text, WISHES[parameter])
        except ValueError as error:
            ignored.append(f"{parameter[:40]}={text[:40]}: {error}")
    return Read(OwnScenario(**found), tuple(ignored))


def amount(text: str, wish: Wish) -> float:
    """The number in the wish's canonical unit. Raises ValueError with the reason."""
    text = text.replace("per million tokens", "/Mtoken").replace(" per ", "/")
    stated = units.amount(text.replace("million tokens", "Mtoken"), wish.unit)
    if not wish.at_least <= stated <= wish.at_most:
        reason = f"it must be from {wish.at_least:g} to {wish.at_most:,g} {wish.unit_words}"
        raise ValueError("; ".join(filter(None, [reason.strip(), wish.hint])))
    if wish.unit == wish.canonical:
        return stated
    return float(f"{stated * units.factor(wish.unit, wish.canonical):.15g}")


@dataclass(frozen=True)
class EntryFacts:
    """The catalogue's facts of n entries, by name, and a mask: who is a service paid by tokens."""

    columns: Mapping[str, Columns]
    is_service: np.ndarray

    def __len__(self) -> int:
        return len(self.is_service)

    def concerned(self, wish: str) -> np.ndarray:
        """Mask of shape (n,): the entries to which a field of the scenario applies."""
        return self.is_service if wish in ABOUT_SERVICES else ~self.is_service


@dataclass(frozen=True)
class Owned:
    """The metrics that follow from a scenario: whole columns, and masks of what is the reader's.

    An entry to which nothing of the scenario applies keeps its number, and its mask is False.
    """

    columns: dict[str, Columns]
    is_own: dict[str, np.ndarray]


@lru_cache(maxsize=64)
def affected(wish: str) -> frozenset[str]:
    """The metrics that follow from a field of the scenario."""
    found = set(following("cost") if wish == "electricity" else ())
    facts = WISHES[PREFIX + wish].facts
    for fact in facts:
        found |= following(fact) - {fact}
    if "device_life" in facts:
        for slug in OF_COMPUTE:
            found |= following(slug)
    return frozenset(found)


def affected_by(scenario: OwnScenario) -> frozenset[str]:
    """The metrics that follow from a scenario."""
    return frozenset[str]().union(*map(affected, scenario.stated))


def needed(slugs: Collection[str]) -> frozenset[str]:
    """These metrics and all that they are worked out from, however indirectly, without facts."""
    found: set[str] = set()
    waiting = list(slugs)
    while waiting:
        slug = waiting.pop()
        if slug in found or slug not in metrics.ALL:
            continue
        found.add(slug)
        waiting += [name for recipe in metrics.ALL[slug].recipes for name in recipe.inputs]
        waiting += metrics.ENERGIES if slug == "cost" else ()
    return frozenset(found)


def own(known: Mapping[str, Columns], facts: EntryFacts, scenario: OwnScenario) -> Owned:
    """What n entries come to in a scenario.

    `known` are their numbers as they stand, stated and derived: those that are `needed` for the
    metrics in question. What can't be worked out from them is not found.
    """
    masks = applied(facts, scenario)
    now = {slug: without(columns, masks.get(slug)) for slug, columns in known.items()}
    replaced = {**facts.columns, **replacements(facts, scenario)}
    done = lives_used(now, replaced, len(facts), masks)
    if scenario.electricity is not None:
        done |= {"cost": bill(now, replaced, facts, scenario)}
    now |= done
    rest = derive_many(now, replaced, len(facts), masks.keys() - done.keys())
    now |= {slug: columns for slug, (columns, _) in rest.items()}
    columns = {slug: now[slug] for slug in metrics.ALL if slug in masks and slug in now}
    return Owned(columns, {slug: masks[slug] & each.is_known for slug, each in columns.items()})


def applied(facts: EntryFacts, scenario: OwnScenario) -> dict[str, np.ndarray]:
    """Metric → mask of the entries whose number the scenario replaces."""
    found: dict[str, np.ndarray] = {}
    for wish in scenario.stated:
        for slug in affected(wish):
            found[slug] = found.get(slug, False) | facts.concerned(wish)
    return found


def without(columns: Columns, mask: np.ndarray | None) -> Columns:
    """A copy of the columns with nothing at the places of a mask."""
    if mask is None:
        return columns
    return Columns(*(np.where(mask, np.nan, part) for part in columns.parts))


def replacements(facts: EntryFacts, scenario: OwnScenario) -> dict[str, Columns]:
    """The facts that the scenario replaces."""
    n = len(facts)
    found: dict[str, Columns] = {}
    for wish in scenario.stated:
        mask = facts.concerned(wish)
        for name in WISHES[PREFIX + wish].facts:
            before = found.get(name, facts.columns.get(name, Columns.missing(n)))
            value = Columns(*(np.full(n, getattr(scenario, wish)) for _ in range(3)))
            found[name] = without(before, mask)
            # A device that idles for a part of its life is at work for the rest of it only.
            found[name].put(mask, before * value if wish == "utilisation" else value)
    return found


def lives_used(
    now: Mapping[str, Columns],
    facts: Mapping[str, Columns],
    n: int,
    only: Collection[str],
) -> dict[str, Columns]:
    """What making the devices takes; from compute alone it follows the reader's life too."""
    found = {}
    for slug, (columns, used) in derive_many(now, facts, n, OF_COMPUTE.keys() & set(only)).items():
        recipes = [recipe.name for recipe in metrics.ALL[slug].recipes]
        of_compute = used == recipes.index(f"{slug}.from_compute/1")
        if of_compute.any():
            busy = now["training_compute"] / (footprint.MFU * footprint.A100_PEAK_FLOPS)
            columns.put(of_compute, busy / facts["device_life"] * OF_COMPUTE[slug])
        found[slug] = columns
    return found


def bill(
    now: Mapping[str, Columns],
    facts: Mapping[str, Columns],
    entries: EntryFacts,
    scenario: OwnScenario,
) -> Columns:
    """Cost with an electricity price: of energy, and of device hours where these have a price.

    A service keeps its cost by the token.
    """
    n = len(entries)
    first = derive_many(now, facts, n, {"facility_energy", "cost"})
    found = {**now, **{slug: columns for slug, (columns, _) in first.items()}}
    energy = Columns.missing(n)
    for slug in metrics.ENERGIES:
        if slug in found:
            energy.put(~energy.is_known, found[slug])
    paid = energy * (scenario.electricity or 0.0)
    cost = found.get("cost", Columns.missing(n))
    if scenario.device_price is not None:
        paid = paid + cost
    result = without(cost, ~entries.is_service)
    result.put(~entries.is_service, paid)
    return result
