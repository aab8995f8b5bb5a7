"""Our own table: one row per run, the unit of each number in its column's header.

As CSV with comma, semicolon or tab, as a Markdown table or another one drawn with bars, or as
Parquet.
`docs/formats.md` explains the columns; `templates/efficiency-frontier.csv` is an example.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingest.formats import _limits, _native, _parquet, _piped, _table
from ingest.formats._cells import Cells, is_number, scalar, shown, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._native import FACTS, Figure
from ingest.readings import INFO, Issue, Reading, Row, Unreadable

LABEL = "Efficiency Frontier table (CSV, TSV, Markdown, Parquet)"
SLUG = "efficiency-frontier-csv"

DECIMAL = "decimal"
KNOWN = (*FACTS, DECIMAL)
REQUIRED = ("model", "task")
COMMA_HINT = "Write the decimal mark as a point, or say comma in a column “decimal”."

# What tables of others call our columns, as far as only one of ours can be meant.
SYNONYMS = {
    "model": ("model_name", "model_id", "llm", "network", "modell", "modelo"),
    "task": ("dataset", "benchmark", "data_set", "task_name", "workload"),
    "hardware": ("gpu", "device", "accelerator", "gpu_name", "gpu_model", "machine"),
    "device_count": ("gpus", "num_gpus", "n_gpus", "gpu_count", "devices"),
    "samples": ("num_samples", "n_samples", "requests", "num_prompts", "questions"),
    "quality [%]": ("accuracy", "acc", "score", "top1", "f1", "pass@1"),
    "node_energy [J] or device_energy [J]": ("energy", "energy_consumed", "energy_consumption"),
    "latency [s]": ("latency", "time", "runtime", "duration", "inference_time"),
    "throughput [token/s]": ("throughput", "tokens_per_second", "tokens/s", "tok/s"),
    "setting:<name>": ("batch_size", "precision", "quantization", "framework", "engine"),
}

_HEADER = re.compile(r"([^\[\]()]*)(?:[\[(]([^\[\]()]*)[\])])?")
_PER_RUN = "_per_run"


@dataclass(frozen=True, slots=True)
class Column:
    """What a header means: a fact, a setting, or one part of a metric's figure."""

    kind: str
    name: str
    part: str = "value"
    unit: str = ""
    per: str = "unit"


def matches(head: Head) -> float:
    if head.data.startswith(_parquet.MAGIC):
        # Its header stands at its end, and nobody else sends Parquet.
        return head.score(0.8)
    return head.score(max(_likeness(head.columns), _likeness(_piped.columns(head.text))))


def advice(head: Head) -> str:
    """What the columns of somebody's own table would be called here; empty for other files."""
    meant = {
        header.strip(): _with_unit_of(header, ours)
        for header in head.columns
        for ours, theirs in SYNONYMS.items()
        if _stem(header) in theirs or _stem(header) == ours
    }
    if len(meant) < 2 or len(meant) < len(head.columns) / 3:
        return ""
    told = ", ".join(f"“{shown(name)}” is {ours}" for name, ours in meant.items() if name != ours)
    return f"If it is a table of your own, name its columns as our template does: {told}."


def _with_unit_of(header: str, ours: str) -> str:
    """Our name of a column, with the unit that a header has in brackets."""
    match = _HEADER.fullmatch(header.strip())
    return re.sub(r"\[.*?\]", f"[{match[2].strip()}]", ours) if match and match[2] else ours


def _stem(header: str) -> str:
    """A header without its unit: `Energy (kWh)` and `energy_kwh` are `energy`."""
    name = _native.snake(re.split(r"[\[(]", header)[0]).strip("_")
    return re.sub(r"_(?:k?wh|m?j|ms|s|sec|seconds|pct|percent)$", "", name)


def _likeness(header: tuple[str, ...]) -> float:
    """How sure a header makes us that the table is ours."""
    columns = [meaning(column) for column in header]
    facts = {column.name for column in columns if column.kind == "fact"}
    units = [column.kind == "metric" and bool(column.unit) for column in columns]
    measured = any(unit and "[" in name for unit, name in zip(units, header, strict=True))
    complete = facts >= set(REQUIRED)
    if measured and complete:
        return 1.0
    # Enough to be read, and to be told what it lacks.
    return 0.6 if (facts and measured) or (complete and len(facts) > 2) else 0.0


def rows(file: File) -> Iterator[Row]:
    return _table.rows(file, name=canonical, check=_check, records=_records(file))


def _records(file: File) -> _table.Records:
    """What reads the table's container."""
    with file.open() as stream:
        head = Head(stream.read(_limits.HEAD_BYTES))
    if head.data.startswith(_parquet.MAGIC):
        return _parquet.records
    is_drawn = not _likeness(head.columns) and _piped.columns(head.text)
    return _piped.records if is_drawn else _table.delimited


def reading(row: Row) -> Reading:
    cells = Cells(row, name=canonical)
    cells.comma_hint = COMMA_HINT
    _tell_spelling(cells)
    comma = _decimal_comma(cells)
    figures: dict[str, Figure] = {}
    settings: dict[str, Any] = {}
    for header, cell in row.cells.items():
        text, column = stated(cell), meaning(header)
        if not text or column.kind in ("fact", "mark"):
            continue
        if column.kind == "setting":
            settings[column.name] = scalar(text)
        elif column.kind == "metric" and (column.unit or column.part == "origin"):
            if column.part != "origin":
                text = _bare(_pointed(text) if comma else text, column.unit)
            _add(cells, figures, column, header, text)
        else:
            _refuse(cells, column, header, text)
    return _native.reading(cells, figures, settings)


@lru_cache(maxsize=1024)
def meaning(header: str) -> Column:
    """What a header means, whatever its case and blanks."""
    if header == _table.EXTRA:
        return Column("mark", header)
    match = _HEADER.fullmatch(header.strip())
    name, unit = (_native.snake(match[1]), match[2]) if match else ("", None)
    if unit is None and name in KNOWN:
        return Column("fact", name)
    prefix, _, setting = name.partition(":")
    if unit is None and prefix.strip("_") == "setting" and setting.strip("_"):
        return Column("setting", setting.strip("_"))
    name = name.strip("_")
    per = "run" if f"{_PER_RUN}_" in f"{name}_" else "unit"
    name = name.replace(_PER_RUN, "", 1)
    stem, _, part = name.rpartition("_")
    if stem and part in ("low", "high", "origin"):
        name = stem
    else:
        part = "value"
    if not _native.is_slug(name):
        return Column("unknown", header)
    return Column("metric", name, part, (unit or "").strip(), per)


@lru_cache(maxsize=1024)
def canonical(header: str) -> str:
    """The same text for two headers that mean the same; a fact's is its name."""
    column = meaning(header)
    if column.kind in ("fact", "mark", "unknown"):
        return column.name
    return ":".join((column.kind, column.name, column.part, column.unit, column.per))


def _check(header: list[str]) -> None:
    _table.require(header, REQUIRED, canonical)
    if all(meaning(column).kind in ("fact", "setting") for column in header):
        raise Unreadable(
            Issue(
                "column.missing",
                "The table lacks a column with a metric.",
                expected=("node_energy [J]", "quality [%]"),
            )
        )


def _tell_spelling(cells: Cells) -> None:
    """Say once, of the first row, which headers are read though they are spelt otherwise."""
    if cells.row.number > 1:
        return
    meant = {header: meaning(header) for header in cells.row.cells}
    spelt = {
        header: column.name
        for header, column in meant.items()
        if column.kind == "fact" and header.strip() != column.name
    }
    if spelt:
        told = ", ".join(f"“{header.strip()}” as {name}" for header, name in spelt.items())
        message = f"Headers are read whatever their case: {shown(told)}."
        cells.issue("column.spelling", message, next(iter(spelt)), severity=INFO)


def _add(cells: Cells, figures: dict[str, Figure], column: Column, header: str, text: str) -> None:
    """Put a cell into its metric's figure, unless the row says that part otherwise already."""
    figure = figures.setdefault(column.name, Figure())
    if column.part in figure.parts:
        message = f"The row gives {column.name} in two columns."
        cells.issue("metric.repeated", message, header, given=text)
        return
    figure.add(column.part, text, header)
    if column.part == "origin":
        return
    for part, stated_once in (("unit", column.unit), ("per", column.per)):
        if figure.parts.setdefault(part, stated_once) != stated_once:
            message = f"{column.name} and its bounds do not agree in {part}."
            expected = (figure.parts[part],)
            cells.issue("unit.contradiction", message, header, given=stated_once, expected=expected)
        figure.columns.setdefault(part, header)


def _refuse(cells: Cells, column: Column, header: str, text: str) -> None:
    """Say of a column without unit whether the unit is what it lacks."""
    name = _native.snake(header)
    if column.kind == "metric" and is_number(text) and not _native.near(name, KNOWN):
        cells.issue(
            "unit.missing",
            f"The column {header.strip()} has a number but names no unit.",
            header,
            given=text,
            expected=(f"{header.strip()} [J]",),
            hint=f"If it is no metric, call it setting:{column.name}.",
        )
        return
    _native.unknown(cells, name, header, KNOWN, text)


def _decimal_comma(cells: Cells) -> bool:
    """True if the row says that its decimal mark is a comma."""
    mark = cells.text(DECIMAL)
    if mark.casefold() in ("", "point", "."):
        return False
    if mark.casefold() in ("comma", ","):
        return True
    message = f"“{mark}” is no decimal mark."
    cells.issue("decimal.unknown", message, DECIMAL, given=mark, expected=("point", "comma"))
    return False


def _bare(text: str, unit: str) -> str:
    """A number without the unit that its column has, too; anything else as it is."""
    number = text.removesuffix(unit).rstrip()
    return number if unit != "1" and is_number(number) else text


def _pointed(text: str) -> str:
    """A number with decimal comma as one with decimal point; anything else as it is."""
    return text if "." in text else text.replace(",", ".")
