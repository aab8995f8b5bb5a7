"""One figure of a reference file, under the catalogue's kinds and in their units."""

from dataclasses import dataclass

from ingest.formats._cells import is_number, stated

MODEL, HARDWARE, PLACE = "model", "hardware", "place"

JOULES_PER_KWH = 3.6e6


@dataclass(frozen=True, slots=True)
class Origin:
    """Who published a file, and under which licence."""

    slug: str
    kind: str
    title: str
    url: str
    licence: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A figure about a model, a device or a place.

    `kind` is one of ModelFact, HardwareFact or Factor, which say the unit. `names` are what the
    file calls the subject, the fullest first; none of them is made up. `dated` is the day, month
    or year of the figure as the file says it, empty where the file is silent.
    """

    about: str
    names: tuple[str, ...]
    kind: str
    value: float
    low: float
    high: float
    dated: str = ""
    seller: str = ""
    vendor: str = ""
    device_kind: str = ""
    title: str = ""
    note: str = ""

    @property
    def name(self) -> str:
        return self.names[0]


def number(cell: object, scale: float = 1.0) -> float | None:
    """A number from zero times a scale, to the fifteen digits that a decimal keeps, or None.

    Texts such as `Infinity` and `N/A` are no numbers.
    """
    text = stated(cell)
    if not is_number(text) or float(text) < 0:
        return None
    return float(f"{float(text) * scale:.15g}")


def positive(cell: object, scale: float = 1.0) -> float | None:
    """The same, but zero is missing: no device has no power and no grid emits nothing."""
    return number(cell, scale) or None
