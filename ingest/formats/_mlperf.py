"""The `summary.csv` that MLPerf's submission checker writes, under the names of the JSON summary.

The checker writes the power of a run as a row of its own below it, with the same place and another
unit: it becomes cells of the run's row. Only newer checkers state units, and without them nobody
can tell a rate from a latency.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ingest.formats import _table
from ingest.formats._cells import stated
from ingest.formats._file import File
from ingest.readings import Row

RESULT, UNITS, PLACE = "Result", "Units", ("Location", "Scenario")
TOLD = {"MlperfModel", "Scenario", RESULT, "Accuracy"}
POWER = "power row:"
POWER_UNITS = ("watts", "millijoules", "joules")
NAMES = {
    "Division": "/Category",
    "Platform": "/Platform",
    "Model": "/UsedModel",
    "MlperfModel": "/Model",
    "Scenario": "/Scenario",
    RESULT: "/Performance_Result",
    UNITS: "/Performance_Units",
    f"{POWER}{RESULT}": "/Power_Result",
    f"{POWER}{UNITS}": "/Power_Units",
    "Accuracy": "/Accuracy",
    "number_of_nodes": "/Nodes",
    "accelerator_model_name": "/Accelerator",
    "accelerators_per_node": "/a#",
    "host_processor_model_name": "/Processor",
    "host_processors_per_node": "/host_processors_per_node",
    "weight_data_types": "/weight_data_types",
    "Location": "/Location",
    "version": "/version",
    "errors": "/errors",
}


def is_table(columns: Iterable[str]) -> bool:
    return {column.strip() for column in columns} >= TOLD


def name(column: str) -> str:
    """The JSON summary's name of a column; any other column as it is."""
    return NAMES.get(column.strip(), column)


def rows(file: File) -> Iterator[Row]:
    """The rows of performance, each with the power that was measured in the same run."""

    def check(header: list[str]) -> None:
        _table.require(header, (*TOLD, UNITS), str.strip)

    powers: dict[tuple[str, ...], Row] = {}
    found: list[Row] = []
    for row in _table.rows(file, name=str.strip, check=check):
        if stated(row.cells.get(UNITS)).casefold() in POWER_UNITS:
            powers[_place(row)] = row
        else:
            found.append(row)
    places = {_place(row) for row in found}
    found += [row for place, row in powers.items() if place not in places]
    for number, row in enumerate(found, 1):
        yield replace(row, number=number, cells=row.cells | _power(powers.get(_place(row)), row))


def _power(power: Row | None, row: Row) -> dict[str, Any]:
    if power is None or power is row:
        return {}
    return {f"{POWER}{column}": power.cells[column] for column in (RESULT, UNITS)}


def _place(row: Row) -> tuple[str, ...]:
    return tuple(stated(row.cells.get(column)) for column in PLACE)
