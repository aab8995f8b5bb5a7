"""Boavizta's collection of the footprints that manufacturers publish for their devices.

`gwp_total` is kg CO2e over the whole life and the ratios are shares of it, so the carbon of making
one is `gwp_total` × `gwp_manufacturing_ratio`; a device without that ratio has no such figure.
The collection is under the ODbL, which whoever publishes something made from it must carry on.
"""

from collections.abc import Iterator

from ingest.formats import File, Head, _table
from ingest.formats._cells import stated
from ingest.readings import Row
from ingest.references._fact import HARDWARE, Fact, Origin, positive

LABEL = "Boavizta footprints of devices (CSV)"
SLUG = "boavizta-footprint-csv"
ORIGIN = Origin(
    "boavizta-footprints",
    "DATASET",
    "Boavizta, environmental footprint data",
    "https://github.com/Boavizta/environmental-footprint-data",
    "ODbL 1.0 (share-alike)",
)

COLUMNS = ("manufacturer", "name", "gwp_total", "gwp_manufacturing_ratio")


def matches(head: Head) -> float:
    return head.score(1.0 if set(COLUMNS) <= set(head.columns) else 0, name="boavizta")


def about(head: Head) -> str:
    return "The footprints of devices as manufacturers publish them, collected by Boavizta."


def rows(file: File) -> Iterator[Row]:
    return _table.rows(file, check=lambda header: _table.require(header, COLUMNS))


def facts(row: Row) -> Iterator[Fact]:
    cells = {name: stated(cell) for name, cell in row.cells.items()}
    total, share = positive(cells.get("gwp_total")), positive(cells.get("gwp_manufacturing_ratio"))
    name, maker = cells.get("name", ""), cells.get("manufacturer", "")
    if not name or total is None or share is None or share > 1:
        return
    carbon = float(f"{total * share:.15g}")
    yield Fact(
        HARDWARE,
        (f"{maker} {name}".strip(), name),
        "EMBODIED_CARBON",
        carbon,
        carbon,
        carbon,
        cells.get("report_date", "")[-4:] if cells.get("report_date", "")[-4:].isdigit() else "",
        vendor=maker,
        device_kind=cells.get("subcategory", "").casefold(),
        note=cells.get("sources", ""),
    )
