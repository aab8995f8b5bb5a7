"""The tables of the Green Algorithms calculator: the first line names units, the second columns.

A column with a unit is read under both (`TDP (in Watt)`), so a table in other units gives nothing
instead of wrong numbers. A table may be empty.
"""

import csv
import re
from collections.abc import Iterator

from ingest.formats import File, Head, _encoding
from ingest.formats._cells import stated
from ingest.readings import Issue, Row, Unreadable
from ingest.references._fact import HARDWARE, JOULES_PER_KWH, PLACE, Fact, Origin, positive

LABEL = "Green Algorithms reference data (CSV)"
SLUG = "green-algorithms-data"
ORIGIN = Origin(
    "green-algorithms",
    "TOOL",
    "Green Algorithms, reference data",
    "https://github.com/GreenAlgorithms/green-algorithms-tool",
    "CC BY 4.0",
)

INTENSITY = "carbonIntensity (in gCO2e/kWh)"
# Column with its unit → kind, and the factor to the kind's unit.
DEVICE_KINDS = {
    "TDP (in Watt)": ("RATED_POWER", 1.0),
    "feature_size (in nm)": ("PROCESS_SIZE", 1.0),
    "die_area (in cm2)": ("DIE_AREA", 100.0),
    "memory (in GB)": ("MEMORY", 1e9),
}
# What is in a table, by the columns that only it has; the first that fits counts.
TABLES = (
    ({"location", "carbonIntensity"}, "carbon intensities of countries and regions"),
    ({"model", "TDP", "TDP_per_core"}, "the rated power of processors and cards"),
    ({"provider", "Name", "location", "PUE"}, "data centres and their efficiency"),
    ({"provider", "datacenter", "offsetRatio"}, "how much of their carbon data centres offset"),
    ({"provider", "providerName", "platformType"}, "the names of cloud providers"),
    ({"provider", "type", "model", "source"}, "the hardware of cloud providers"),
    ({"provider", "PUE", "source"}, "the default efficiency of data centres"),
    ({"variable", "value", "source"}, "reference values"),
)
_YEAR = re.compile(r"\bdata (?:from|of) (?:[A-Za-z]+ )?(\d{4})\b", re.IGNORECASE)
# Rows that stand for whatever is not listed.
_NOBODY = frozenset({"any", "unknown", "default"})


def matches(head: Head) -> float:
    return head.score(1.0 if _table_of(head) else 0, name="latest")


def about(head: Head) -> str:
    return f"A table of the Green Algorithms calculator: {_table_of(head)}."


def _table_of(head: Head) -> str:
    """What the table holds, or nothing if it is none of these."""
    units, _, rest = head.text.partition("\n")
    columns = set(Head(rest[:10_000].encode(), head.path).columns)
    if not rest or columns & set(Head(units.encode(), head.path).columns) - {""}:
        return ""
    return next((about for known, about in TABLES if columns >= known), "")


def rows(file: File) -> Iterator[Row]:
    with _encoding.opened(file) as text:
        records = csv.reader(text, strict=True)
        try:
            units, header = next(records, []), next(records, [])
            names = list(map(_named, header, units + [""] * len(header)))
            for number, record in enumerate(filter(any, records), 1):
                yield Row(number, dict(zip(names, record, strict=False)), file.path)
        except csv.Error as error:
            message = f"The table can't be split into cells: {error}."
            raise Unreadable(Issue("table.broken", message)) from None
    if not header:
        raise Unreadable(Issue("file.empty", "The file lacks its second line, the header."))


def _named(column: str, unit: str) -> str:
    return f"{column} ({unit.strip()})" if unit.strip().startswith("in ") else column


def facts(row: Row) -> Iterator[Fact]:
    cells = {name: stated(cell) for name, cell in row.cells.items()}
    note = cells.get("source", cells.get("source_PUE", ""))
    if "location" in cells and "PUE" not in cells:
        value = positive(cells.get(INTENSITY), 1e-3 / JOULES_PER_KWH)
        found = _YEAR.search(f"{cells.get('comments', '')} {note}")
        dated = found[1] if found else ""
        places = [cells.get("regionName", ""), cells.get("countryName", "")]
        title = ", ".join(place for place in places if place and place != "Any")
        if value is not None and cells["location"]:
            yield Fact(
                PLACE,
                (cells["location"],),
                "GRID_INTENSITY",
                value,
                value,
                value,
                dated,
                title=title or cells.get("continentName", ""),
                note=note,
            )
    elif "PUE" in cells:
        value = positive(cells["PUE"])
        provider = cells.get("provider", "")
        if value is not None and value >= 1 and provider and provider.casefold() not in _NOBODY:
            centre = cells.get("Name", "")
            place = f"{provider}:{centre}" if centre else provider
            title = cells.get("location_freeForm", "") or provider
            yield Fact(PLACE, (place,), "PUE", value, value, value, title=title, note=note)
    elif cells.get("model") and cells["model"].casefold() not in _NOBODY:
        for column, (kind, scale) in DEVICE_KINDS.items():
            value = positive(cells.get(column), scale)
            if value is not None:
                yield Fact(HARDWARE, (cells["model"],), kind, value, value, value, note=note)
