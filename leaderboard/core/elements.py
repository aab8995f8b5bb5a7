"""Chemical elements of electronics: which are toxic, heavy, precious or critical, and why."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).with_name("elements.csv")


@dataclass(frozen=True, slots=True)
class Element:
    """One element with the lists it stands on. Each list has its own source: see docs/data.md."""

    symbol: str
    name: str
    atomic_number: int
    is_heavy_metal: bool
    is_precious: bool
    is_critical_in_eu: bool
    is_conflict_mineral: bool
    # Ours: "high", "listed" (on at least one list of `toxic_basis`) or "none".
    toxic_class: str
    toxic_basis: tuple[str, ...]
    # kg of antimony equivalent per kg of the element, ultimate reserves; None where unpublished.
    depletion_kgsbeq_per_kg: float | None
    typical_use: str
    note: str

    @property
    def is_toxic(self) -> bool:
        return self.toxic_class != "none"


@lru_cache(maxsize=1)
def elements() -> dict[str, Element]:
    """Symbol → element, in the order of atomic numbers."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {line["symbol"]: _element(line) for line in csv.DictReader(file)}


def toxic() -> frozenset[str]:
    """The symbols of the elements that any list calls toxic."""
    return frozenset(symbol for symbol, element in elements().items() if element.is_toxic)


@dataclass(frozen=True, slots=True)
class ElementClass:
    """A class of elements and the list that it comes from."""

    slug: str
    label: str
    source: str
    holds: Callable[[Element], bool]

    @property
    def symbols(self) -> tuple[str, ...]:
        """Its elements that electronics hold, in the order of atomic numbers."""
        return tuple(symbol for symbol, element in elements().items() if self.holds(element))


def _listed(slug: str, label: str, source: str) -> ElementClass:
    return ElementClass(slug, label, source, lambda element: slug in element.toxic_basis)


CLASSES = (
    ElementClass(
        "toxic", "Toxic", "on at least one of the five lists below", lambda each: each.is_toxic
    ),
    _listed("rohs", "Toxic: RoHS", "restricted by Directive 2011/65/EU (RoHS)"),
    _listed("epa_priority", "Toxic: EPA", "priority pollutants of the US Clean Water Act"),
    _listed("rcra8", "Toxic: RCRA 8", "the eight metals of the US waste law RCRA"),
    _listed("iarc_1_2a", "Toxic: IARC", "carcinogens of IARC groups 1 and 2A, in some compound"),
    _listed("who_top10", "Toxic: WHO", "WHO’s ten chemicals of major public health concern"),
    ElementClass(
        "heavy",
        "Heavy",
        "metals and metalloids above 5 g/cm³; there is no agreed definition",
        lambda each: each.is_heavy_metal,
    ),
    ElementClass(
        "precious", "Precious", "gold, silver and the platinum group", lambda each: each.is_precious
    ),
    ElementClass(
        "critical",
        "Critical",
        "critical or strategic raw materials of Regulation (EU) 2024/1252",
        lambda each: each.is_critical_in_eu,
    ),
    ElementClass(
        "conflict",
        "Conflict minerals",
        "tin, tantalum, tungsten and gold",
        lambda each: each.is_conflict_mineral,
    ),
)


def _element(line: dict[str, str]) -> Element:
    depletion = line["adp_ultimate_reserve_kgsbeq_per_kg"]
    return Element(
        symbol=line["symbol"],
        name=line["name"],
        atomic_number=int(line["atomic_number"]),
        is_heavy_metal=line["heavy_metal"] == "y",
        is_precious=line["precious"] == "y",
        is_critical_in_eu=line["crm_eu_2023"] == "y",
        is_conflict_mineral=line["conflict_3tg"] == "y",
        toxic_class=line["toxic_class"],
        toxic_basis=tuple(filter(None, line["toxic_basis"].split("|"))),
        depletion_kgsbeq_per_kg=float(depletion) if depletion else None,
        typical_use=line["typical_use"],
        note=line["notes"],
    )
