"""The ML.ENERGY leaderboard's data, first version: one table per GPU and task.

`<GPU>_<task>_benchmark.csv` names GPU and task only in its file name. Energy is that of the GPU
per request, read from its counters. Quality is in `score.csv` beside it: three scores of other
benchmarks, in percent. A model that has them is read once per score, so that each can be ranked.
"""

import re
from collections.abc import Iterator

from ingest.formats import _companion, _table
from ingest.formats._cells import Cells, Column
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, SENSED, WARNING, Reading, Row, Value

LABEL = "ML.ENERGY leaderboard v1 (CSV)"
SLUG = "mlenergy-v1-csv"

VALUES = {
    "device_energy": Column("energy", "J", origin=SENSED),
    "throughput": Column("throughput", "1/s"),
    "tokens_out": Column("response_length", "count"),
    "latency": Column("latency", "s"),
}
REQUIRED = ("model", *(column.name for column in VALUES.values()))
SCORES = "score.csv"
BENCHMARKS = frozenset({"arc", "hellaswag", "truthfulqa"})

_PLACE = re.compile(r"(?:.*/)?([^/]+)_([^/_]+)_benchmark\.csv", re.IGNORECASE)


def matches(head: Head) -> float:
    columns = set(map(_name, head.columns))
    if not columns.issuperset(REQUIRED):
        return 0.0
    # The header has no units: with other columns beside the five, they may be other numbers.
    return head.score(1.0 if len(columns) == len(REQUIRED) else 0.5, name="_benchmark.csv")


def companion(head: Head) -> str:
    columns = set(map(_name, head.columns))
    if "model" in columns and columns & BENCHMARKS and columns - {"model"} <= BENCHMARKS:
        return "Scores of the models of the ML.ENERGY leaderboard v1, read with its tables."
    if "nickname" in head.keys and "url" in head.keys and {"params", "total_params"} & head.keys:
        return "The models of the ML.ENERGY leaderboard v1 or v2 with their sizes, no results."
    if head.text.startswith("gpu: [") and "\ntask: [" in head.text:
        return "The GPUs and tasks of the ML.ENERGY leaderboard v1, no results."
    return ""


def rows(file: File) -> Iterator[Row]:
    scores = {
        record.get("model"): {
            f"{SCORES}:{name}": score for name, score in record.items() if name != "model"
        }
        for record in _companion.table(file.beside(SCORES))
    }
    number = 0
    for row in _table.rows(
        file, name=_name, check=lambda header: _table.require(header, REQUIRED, _name)
    ):
        for score in _scores(scores.get(Cells(row, _name).text("model"), {})):
            number += 1
            yield Row(number, {**row.cells, **score}, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_name)
    hardware, task = _place(row.path)
    values = cells.values(VALUES)
    if not values:
        cells.issue("value.missing", "The row states no result.")
    column = next((name for name in row.cells if name.startswith(f"{SCORES}:")), "")
    if column:
        values |= _quality(cells, column)
    else:
        message = f"{SCORES} was not sent along or has no such model, so there is no quality."
        cells.issue("companion.missing", message, severity=INFO)
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model("model"),
        hardware=hardware,
        task=task,
        settings={"score_of": column.partition(":")[2]} if "quality" in values else {},
        values=values,
        issues=tuple(cells.issues),
    )


def _name(column: str) -> str:
    return column.strip().casefold()


def _scores(found: dict[str, str | None]) -> list[dict[str, str | None]]:
    """One score for each reading of a record; one reading without where there are none."""
    return [{name: score} for name, score in found.items() if score and score.strip()] or [{}]


def _place(path: str) -> tuple[str, str]:
    """GPU and task, which only the file's name tells. Other leaderboards have a chat, too."""
    match = _PLACE.fullmatch(path)
    return (match[1], f"{match[2]} (ML.ENERGY v1)") if match else ("", "")


def _quality(cells: Cells, column: str) -> dict[str, Value]:
    quality = cells.value(Column(_name(column), "%"))
    if not quality:
        return {}
    if 0 < float(quality.raw) <= 1:
        message = f"Scores are in percent, and {quality.raw} % is next to nothing."
        cells.issue("quality.scale", message, _name(column), given=quality.raw, severity=WARNING)
    return {"quality": quality}
