"""CodeCarbon's own tables: cloud regions, processors, countries, energy sources.

Intensities are in g CO2e per kWh and processors' ratings in watts, by CodeCarbon's documentation
and its code; the intensities of countries carry their year, those of cloud regions none.
"""

from collections.abc import Iterator

from ingest.formats import File, Head, _document, _table
from ingest.formats._cells import stated
from ingest.readings import Issue, Row, Unreadable
from ingest.references._fact import HARDWARE, JOULES_PER_KWH, PLACE, Fact, Origin, positive

LABEL = "CodeCarbon reference data"
SLUG = "codecarbon-reference"
ORIGIN = Origin("codecarbon", "TOOL", "CodeCarbon", "https://github.com/mlco2/codecarbon", "MIT")

_G_PER_KWH = 1e-3 / JOULES_PER_KWH
_CLOUD = {"provider", "region", "countryIsoCode", "impact"}
_PROCESSORS = ("Name", "TDP")
_COUNTRIES = {"iso_code", "carbon_intensity", "country_name"}
_SOURCES = {"coal", "natural_gas", "world_average", "unit"}


def matches(head: Head) -> float:
    columns = set(head.columns)
    is_table = columns >= _CLOUD or head.columns[:2] == _PROCESSORS == head.columns
    return head.score(1.0 if is_table or head.keys >= _COUNTRIES or head.keys >= _SOURCES else 0)


def about(head: Head) -> str:
    if head.columns == _PROCESSORS:
        return "CodeCarbon's table of processors and their rated power."
    if head.columns:
        return "CodeCarbon's table of cloud regions and the carbon intensity of their grids."
    if head.keys >= _SOURCES:
        return "CodeCarbon's carbon intensities of coal, gas and other sources of energy."
    return "CodeCarbon's table of countries and the carbon intensity of their electricity."


def rows(file: File) -> Iterator[Row]:
    with file.open() as stream:
        head = Head(stream.read(1000))
    if head.columns:
        yield from _table.rows(file)
        return
    found = _document.document(file)
    if not isinstance(found, dict):
        raise Unreadable(Issue("record.invalid", "The file is not an object with keys."))
    countries = [entry for entry in found.values() if isinstance(entry, dict)]
    for number, entry in enumerate(countries or [found], 1):
        yield Row(number, dict(_document.leaves(entry)), file.path)


def facts(row: Row) -> Iterator[Fact]:
    cells = {name: stated(cell) for name, cell in row.cells.items()}
    if cells.get("/iso_code"):
        value = positive(cells.get("/carbon_intensity"), _G_PER_KWH)
        region, title = cells["/iso_code"], cells.get("/country_name", "")
        dated, note = cells.get("/year", ""), ""
    elif cells.get("provider") and cells.get("region"):
        value = positive(cells.get("impact"), _G_PER_KWH)
        region = f"{cells['provider']}:{cells['region']}"
        title = ", ".join(filter(None, [cells.get("city"), cells.get("country_name")]))
        dated, note = "", cells.get("source", "")
    else:
        if cells.get("Name") and (power := positive(cells.get("TDP"))):
            yield Fact(HARDWARE, (cells["Name"],), "RATED_POWER", power, power, power)
        return
    if value is not None:
        yield Fact(
            PLACE, (region,), "GRID_INTENSITY", value, value, value, dated, title=title, note=note
        )
