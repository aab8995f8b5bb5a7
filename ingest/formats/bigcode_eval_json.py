"""BigCode evaluation harness: how many programming problems a model solves, by pass@k.

Tasks stand at the top level beside `config`. Mercury scores three levels of difficulty and their
average, and how fast the solutions are beside those of people (`beyond@k`).
"""

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats import _document, _limits
from ingest.formats._cells import Cells, is_number, scalar, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._quality import check_samples, unsupported
from ingest.readings import INFO, Issue, Reading, Row, Unreadable, Value

LABEL = "BigCode evaluation harness results (JSON)"
SLUG = "bigcode-eval-json"

CONFIG = "config"
SETTINGS = {
    "n_samples": "n_samples",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "do_sample": "do_sample",
    "batch_size": "batch_size",
    "max_length": "max_length_generation",
    "prompt": "prompt",
    "adapter": "peft_model",
    "revision": "revision",
    "limit": "limit",
}
# What is loaded in fewer bits has no other precision, whatever the file says.
SWITCHES = ("load_in_4bit", "load_in_8bit")

_SHARE = re.compile(
    r"(?:[\w-]{1,40}[_-]|mean )?(?:pass|beyond)@\d+(?: score)?|(?:\w{1,40}_)?accuracy", re.ASCII
)
_PART = re.compile(r"(?:Easy|Medium|Hard)_")


def matches(head: Head) -> float:
    if not head.text.startswith("{") or CONFIG not in head.keys or "results" in head.keys:
        return 0.0
    scored = any(_SHARE.fullmatch(key) for key in head.keys)
    configured = bool({"n_samples", "temperature", "max_length_generation"} & head.keys)
    return head.score(1.0 if scored and configured and "model" in head.keys else 0, folder=SLUG)


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    config = found.get(CONFIG) if isinstance(found, dict) else None
    if not isinstance(config, dict):
        message = "The file lacks an object called config."
        raise Unreadable(Issue("column.missing", message, column=f"/{CONFIG}"))
    shared = {f"/{CONFIG}{pointer}": leaf for pointer, leaf in _document.cells(config, 1).items()}
    number = 0
    for number, score in enumerate(_scores(found), 1):
        if number > _limits.ROWS:
            message = f"The file has more than {_limits.ROWS:,} scores."
            raise Unreadable(Issue("rows.excess", message, row=number))
        yield Row(number, score | shared, file.path)
    if not number:
        raise Unreadable(Issue("rows.missing", "No task has a score."))


def reading(row: Row) -> Reading:
    cells = Cells(row)
    metric = cells.text("metric")
    quantised = next((name for name in SWITCHES if _config(cells, name) == "true"), "")
    texts = {"score_of": metric, "precision": "" if quantised else _config(cells, "precision")}
    texts |= {setting: _config(cells, name) for setting, name in SETTINGS.items()}
    values = _values(cells, metric)
    if values:
        check_samples(cells, cells.count(f"/{CONFIG}/limit"), f"/{CONFIG}/limit")
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model(f"/{CONFIG}/model"),
        method=quantised,
        task=cells.text("task"),
        settings={name: scalar(text) for name, text in texts.items() if text},
        values=values,
        issues=tuple(cells.issues),
    )


def _scores(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One record per task and number; counts of failures stay in the file."""
    for task, scores in found.items():
        if task != CONFIG and isinstance(scores, dict):
            for metric, score in scores.items():
                if score is None or is_number(stated(score)):
                    yield {"task": task, "metric": metric, "value": "" if score is None else score}


def _config(cells: Cells, name: str) -> str:
    text = cells.text(f"/{CONFIG}/{name}")
    return text.casefold() if text.casefold() in ("true", "false") else text


def _values(cells: Cells, metric: str) -> dict[str, Value]:
    """The share of problems solved, unless it is that of one level of difficulty."""
    raw = cells.number("value")
    if not metric or not cells.text("task"):
        cells.issue("value.missing", "The row has no task with a metric.", "metric")
    elif _PART.match(metric):
        message = "A level of difficulty; the average of all levels counts."
        cells.issue("row.detail", message, "metric", given=metric, severity=INFO)
    elif not _SHARE.fullmatch(metric):
        unsupported(cells, metric, "metric")
    elif not raw:
        message = "The score is no finite number, so it is missing."
        cells.issue("value.missing", message, "value", severity=INFO)
    else:
        return {"quality": Value(raw, "1", column="value")}
    return {}
