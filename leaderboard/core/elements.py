"""Chemical elements of electronics: which are toxic, heavy, precious or critical, and why."""

import csv
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
