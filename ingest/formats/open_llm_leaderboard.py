"""The tables of the Open LLM Leaderboards 1 and 2: one model a row, one column a benchmark.

One row becomes one reading per benchmark and one for the average. The second leaderboard has each
score twice: raw, and rescaled so that guessing is 0 %; raw counts where it is there. The carbon is
that of all six benchmarks together, so it stands with the average.
"""

import re
from collections.abc import Iterator

from ingest.formats import _parquet, _piped, _table
from ingest.formats._cells import Cells, Column, scalar
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ERROR, ESTIMATED, INFO, WARNING, Issue, Reading, Row, Unreadable, Value

LABEL = "Open LLM Leaderboard (CSV, Parquet)"
SLUG = "open-llm-leaderboard"

FIRST = ("ARC", "HellaSwag", "MMLU", "TruthfulQA", "Winogrande", "GSM8K")
SECOND = ("IFEval", "BBH", "MATH Lvl 5", "GPQA", "MUSR", "MMLU-PRO")
# Of ARC the first leaderboard asks only one part and of TruthfulQA only one way; of GPQA the second
# asks all three sets, and of BBH what has options to choose from.
TASKS = {
    "ARC": "ARC-Challenge",
    "TruthfulQA": "TruthfulQA (MC2)",
    "GPQA": "GPQA (main, extended and diamond)",
    "BBH": "BBH (multiple choice)",
}
LEADERBOARDS = {"Open LLM Leaderboard 1": FIRST, "Open LLM Leaderboard 2": SECOND}
AVERAGE, BENCHMARK = "average", "(benchmark)"
CARBON = ("co₂ cost (kg)", "co2 cost (kg)")
PRECISIONS = {"bfloat16", "float16", "float32"}
SETTINGS = {"revision": "model sha", "chat_template": "chat template"}
RECIPE = "of the evaluation on all six benchmarks"

_SIGN = re.compile(r"[^\w#()./ -]")
_LINK = re.compile(r"<a\b[^>]*>([^<]{1,300})</a>", re.IGNORECASE)


def matches(head: Head) -> float:
    if head.end:
        names = [name.encode() for name in ("Average", "MMLU-PRO Raw", "MATH Lvl 5 Raw")]
        return head.score(1.0 if all(name in head.end for name in names) else 0)
    drawn = tuple(map(_name, _piped.columns(head.text)))
    return head.score(max(_likeness(tuple(map(_name, head.columns))), _likeness(drawn)))


def _likeness(columns: tuple[str, ...]) -> float:
    board = _board(columns)
    named = {"fullname", "model"} & set(columns)
    if not board or not named:
        return 0.0
    known = len({"model sha", "precision", "architecture", "hub license", "flagged"} & set(columns))
    return 1.0 if AVERAGE in columns and known > 1 else 0.7 if AVERAGE in columns else 0.0


def rows(file: File) -> Iterator[Row]:
    number, board, scores = 0, "", list[str]()
    for row in _table.rows(file, name=_name, check=_check, records=_records(file)):
        names = tuple(map(_name, row.cells))
        if not board:
            board = _board(names)
            scores = [name for name in map(_name, LEADERBOARDS[board]) if _columns(names, name)]
        for benchmark in (*scores, AVERAGE):
            number += 1
            issues = row.issues if benchmark == (*scores, AVERAGE)[0] else ()
            told = tuple(issue.at(row=number) for issue in issues)
            yield Row(number, {BENCHMARK: benchmark, **row.cells}, row.path, told)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_name)
    benchmark = cells.text(BENCHMARK)
    names = tuple(map(_name, row.cells))
    board = _board(names)
    label = next((name for name in (*FIRST, *SECOND) if _name(name) == benchmark), "")
    values = _values(cells, names, benchmark)
    if not values:
        # Of a model that others of its row's scores are known of, one is simply not there.
        severity = INFO if _columns(names, benchmark) else ERROR
        cells.issue("value.missing", "The model has no score here.", benchmark, severity=severity)
    if cells.text("flagged").casefold() == "true":
        message = "The leaderboard's maintainers flagged this model."
        cells.issue("model.flagged", message, "flagged", severity=WARNING)
    precision = cells.text("precision").removeprefix("torch.")
    plain = precision.casefold() in PRECISIONS
    weights = cells.text("weight type")
    settings = {name: cells.text(place) for name, place in SETTINGS.items()} | {
        "leaderboard": board,
        "score_of": _plain(values["quality"].column) if "quality" in values else "",
        "precision": precision if plain else "",
        "weights": "" if weights.casefold() == "original" else weights,
    }
    return Reading(
        row=row.number,
        path=row.path,
        model=_model(cells),
        method="" if plain else precision,
        task=TASKS.get(label, label) or (board if benchmark == AVERAGE else ""),
        settings={name: scalar(text) for name, text in settings.items() if text},
        values=values,
        issues=tuple(cells.issues),
    )


def _plain(column: str) -> str:
    """A header without arrows and hearts."""
    return _SIGN.sub("", column).strip()


def _name(column: str) -> str:
    """A header whatever its case."""
    return _plain(column).casefold()


def _board(columns: tuple[str, ...]) -> str:
    """The leaderboard that most of the benchmarks among the columns are of, or nothing."""
    for board, benchmarks in reversed(LEADERBOARDS.items()):
        if sum(bool(_columns(columns, _name(name))) for name in benchmarks) > len(benchmarks) // 2:
            return board
    return ""


def _columns(columns: tuple[str, ...], benchmark: str) -> list[str]:
    """Where a benchmark's score stands, the raw one first."""
    return [name for name in (f"{benchmark} raw", benchmark) if name in columns]


def _check(header: list[str]) -> None:
    names = tuple(map(_name, header))
    if not {"fullname", "model"} & set(names):
        message = "The table lacks a column with the model's name."
        raise Unreadable(Issue("column.missing", message, column="fullname"))
    if not _board(names):
        message = "The table lacks most benchmarks of both leaderboards."
        expected = tuple(", ".join(benchmarks) for benchmarks in LEADERBOARDS.values())
        raise Unreadable(Issue("column.missing", message, expected=expected))


def _records(file: File) -> _table.Records:
    """What reads the table's container."""
    head = Head.of(file)
    if head.end:
        return _parquet.records
    is_drawn = not _board(tuple(map(_name, head.columns))) and _piped.columns(head.text)
    return _piped.records if is_drawn else _table.delimited


def _values(cells: Cells, names: tuple[str, ...], benchmark: str) -> dict[str, Value]:
    """The score, raw as a share or else in percent; with the average the carbon."""
    found: dict[str, Value] = {}
    for name in _columns(names, benchmark):
        quality = cells.value(Column(name, "1" if name.endswith(" raw") else "%"))
        if quality:
            found["quality"] = quality
            break
    if benchmark == AVERAGE and found:
        place = next(filter(cells.text, CARBON), CARBON[0])
        carbon = cells.value(Column(place, "kg", per="run", origin=ESTIMATED))
        if carbon:
            found["carbon_reported"] = Value(
                carbon.raw, "kg", "run", ESTIMATED, column=carbon.column, recipe=RECIPE
            )
    return found


def _model(cells: Cells) -> str:
    """The full name, or the text of the link that the leaderboard's page shows."""
    written = cells.text("fullname")
    if not written:
        link = _LINK.match(cells.text("model"))
        return cells.model("model", link[1].strip() if link else "")
    return cells.model("fullname")
