"""EcoLogits' two lists: parameters of models, and impacts of electricity by place.

`models.json` states parameters in 1e9, as a number, as `{min, max}`, or as `{total, active}` of
which each may again be a range; ranges stay ranges, with their middle as the value.
`electricity_mixes.csv` states kg Sb eq, MJ, kg CO2e and litres per kWh, and no year.
"""

from collections.abc import Iterator
from typing import Any

from ingest.formats import File, Head, _document, _table
from ingest.formats._cells import stated
from ingest.readings import Issue, Row, Unreadable
from ingest.references._fact import JOULES_PER_KWH, MODEL, PLACE, Fact, Origin, positive

LABEL = "EcoLogits models and electricity mixes"
SLUG = "ecologits-models"
ORIGIN = Origin(
    "ecologits", "TOOL", "EcoLogits", "https://github.com/genai-impact/ecologits", "MPL-2.0"
)

MIX = ("name", "adpe", "pe", "gwp")
# Column → kind, and the factor from the column's unit per kWh to the kind's unit per J.
MIX_KINDS = {
    "adpe": ("GRID_DEPLETION", 1 / JOULES_PER_KWH),
    "pe": ("PRIMARY_ENERGY", 1e6 / JOULES_PER_KWH),
    "gwp": ("GRID_INTENSITY", 1 / JOULES_PER_KWH),
    "wue": ("GRID_WATER", 1 / JOULES_PER_KWH),
}
_BILLION = 1e9
_ASSUMED = "model-arch-not-released"


def matches(head: Head) -> float:
    is_mix = set(MIX) <= set(head.columns)
    is_models = {"models", "architecture", "provider"} <= head.keys
    is_models = is_models or {"aliases", "alias", "provider"} <= head.keys
    return head.score(1.0 if is_mix or is_models else 0)


def about(head: Head) -> str:
    if head.columns:
        return "Impacts of electricity by country, as EcoLogits uses them."
    return "The parameters of models, as EcoLogits lists or estimates them."


def rows(file: File) -> Iterator[Row]:
    with file.open() as stream:
        head = Head(stream.read(1000))
    if head.columns:
        yield from _table.rows(file, check=lambda header: _table.require(header, MIX))
        return
    found = _document.document(file)
    models = found.get("models") if isinstance(found, dict) else None
    if not isinstance(models, list):
        message = "The file lacks a list called models."
        raise Unreadable(Issue("column.missing", message, column="/models"))
    aliases = found.get("aliases")
    also = _aliases(aliases if isinstance(aliases, list) else [])
    for number, model in enumerate(models, 1):
        cells = dict(_document.leaves(model))
        place = stated(cells.get("/provider")), stated(cells.get("/name"))
        yield Row(number, cells | {"aliases": also.get(place, [])}, file.path)


def _aliases(entries: list[Any]) -> dict[tuple[str, str], list[str]]:
    """(provider, name) → the other names of that model."""
    found: dict[tuple[str, str], list[str]] = {}
    for entry in entries:
        cells = dict(_document.leaves(entry))
        place = stated(cells.get("/provider")), stated(cells.get("/alias"))
        found.setdefault(place, []).append(stated(cells.get("/name")))
    return found


def facts(row: Row) -> Iterator[Fact]:
    if "adpe" in row.cells:
        yield from _mix(row)
        return
    name = stated(row.cells.get("/name"))
    others = row.cells.get("aliases")
    names = (name, *(others if isinstance(others, list) else ()))
    place = "/architecture/parameters"
    is_assumed = _ASSUMED in row.cells.values()
    note = "assumed, as the architecture is not released" if is_assumed else ""
    for kind, pointers in (
        ("PARAMETERS_TOTAL", (place, f"{place}/total")),
        ("PARAMETERS_ACTIVE", (f"{place}/active",)),
    ):
        bounds = next(filter(None, (_range(row, pointer) for pointer in pointers)), None)
        if name and bounds:
            low, high = bounds
            yield Fact(MODEL, names, kind, (low + high) / 2, low, high, note=note)


def _range(row: Row, pointer: str) -> tuple[float, float] | None:
    """A number, or the ends of a range, in parameters."""
    if plain := positive(row.cells.get(pointer), _BILLION):
        return plain, plain
    low = positive(row.cells.get(f"{pointer}/min"), _BILLION)
    high = positive(row.cells.get(f"{pointer}/max"), _BILLION)
    return (low, high) if low and high and low <= high else None


def _mix(row: Row) -> Iterator[Fact]:
    name = stated(row.cells.get("name"))
    # EcoLogits' word for the world.
    region = "WORLD" if name == "WOR" else name
    for column, (kind, scale) in MIX_KINDS.items():
        value = positive(row.cells.get(column), scale)
        if name and value is not None:
            yield Fact(PLACE, (region,), kind, value, value, value)
