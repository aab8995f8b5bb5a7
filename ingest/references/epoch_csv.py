"""Epoch AI's tables of machine learning hardware and of notable models.

The header names each unit (`TDP (W)`, `Die Size (mm^2)`). Text such as `Infinity` is missing.
One chip may stand in several rows; each keeps the name that its row has.
"""

from collections.abc import Iterator, Mapping

from ingest.formats import File, Head, _table
from ingest.formats._cells import stated
from ingest.readings import Row
from ingest.references._fact import HARDWARE, MODEL, Fact, Origin, positive

LABEL = "Epoch AI hardware and models (CSV)"
SLUG = "epoch-csv"
ORIGIN = Origin(
    "epoch-ai-hardware",
    "DATASET",
    "Epoch AI, data on machine learning",
    "https://epoch.ai/data/machine-learning-hardware",
    "CC BY 4.0",
)

CHIP, MODEL_NAME = "Hardware name", "Model"
CHIP_KINDS = {
    "TDP (W)": "RATED_POWER",
    "Memory size per board (Byte)": "MEMORY",
    "Memory bandwidth (byte/s)": "MEMORY_BANDWIDTH",
    "Die Size (mm^2)": "DIE_AREA",
    "Process size (nm)": "PROCESS_SIZE",
}
MODEL_KINDS = {
    "Parameters": "PARAMETERS_TOTAL",
    "Training compute (FLOP)": "TRAINING_COMPUTE",
}
# What tells the tables from others with a column called Model.
_OF_CHIPS = {CHIP, "TDP (W)"}
_OF_MODELS = {MODEL_NAME, "Training compute (FLOP)", "Organization"}


def matches(head: Head) -> float:
    columns = set(head.columns)
    return head.score(1.0 if columns >= _OF_CHIPS or columns >= _OF_MODELS else 0)


def about(head: Head) -> str:
    if CHIP in head.columns:
        return "Epoch AI's table of machine learning hardware."
    return "Epoch AI's table of notable models and their training."


def rows(file: File) -> Iterator[Row]:
    return _table.rows(file)


def facts(row: Row) -> Iterator[Fact]:
    chip, model = stated(row.cells.get(CHIP)), stated(row.cells.get(MODEL_NAME))
    maker = stated(row.cells.get("Manufacturer"))
    if chip:
        kind = stated(row.cells.get("Type")).casefold()
        names = (chip, chip.removeprefix(f"{maker} "))
        for name, value in _figures(row, CHIP_KINDS):
            yield Fact(HARDWARE, names, name, value, value, value, vendor=maker, device_kind=kind)
        price = positive(row.cells.get("Release price (USD)"))
        if price:
            dated = stated(row.cells.get("Release date"))
            yield Fact(HARDWARE, names, "LIST_PRICE", price, price, price, dated, vendor=maker)
    elif model:
        for name, value in _figures(row, MODEL_KINDS):
            yield Fact(MODEL, (model,), name, value, value, value)


def _figures(row: Row, kinds: Mapping[str, str]) -> Iterator[tuple[str, float]]:
    for column, kind in kinds.items():
        value = positive(row.cells.get(column))
        if value is not None:
            yield kind, value
