"""Aider's leaderboards: how many programming exercises a model solves, and what that costs.

`pass_rate_2`, after a second try, is the published score. Costs and tokens are those of the whole
run. A total cost of zero means that nobody knows it, unless the model was free, which the file
does not tell. One board compares servings of one model: its names are `Provider: precision`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ingest.formats import _yaml
from ingest.formats._cells import UNSTATED, Cells, Column, is_number, scalar
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._quality import check_samples
from ingest.readings import INFO, Reading, Row

LABEL = "Aider leaderboard (YAML)"
SLUG = "aider-leaderboard-yaml"

RATES = ("pass_rate_2", "pass_rate_1")
VALUES = {
    "latency": Column("seconds_per_case", "s"),
    "cost": Column("total_cost", "USD", per="run"),
    "tokens_in": Column("prompt_tokens", "count", per="run"),
    "tokens_out": Column("completion_tokens", "count", per="run"),
}
SETTINGS = (
    "edit_format",
    "editor_model",
    "editor_edit_format",
    "reasoning_effort",
    "thinking_tokens",
)
# The boards of aider, by the names of their files: the entries themselves are silent.
BOARDS = {
    "polyglot_leaderboard": "aider polyglot",
    "edit_leaderboard": "aider code editing",
    "refactor_leaderboard": "aider refactoring",
}

_KEY = re.compile(r"^(?:- |  )([a-z_0-9]+):", re.M)
_SERVED = re.compile(
    r"(?P<provider>[^:]{1,60}): "
    r"(?P<weights>bf16|fp16|fp8|int4|int8|\d+bit|i?q\d\w*|unknown|multiple)"
    r"(?:, (?P<rest>.{1,60}))?",
    re.I,
)
_MODEL = re.compile(r"--model (?:\S*/)?(?:\w+:(?=[^:]+$))?(\S+)")
_WEIGHTS = re.compile(r"[-:](?:bf16|fp16|fp8|i?q\d\w*|\d+bit)$", re.I)


def matches(head: Head) -> float:
    keys = set(_KEY.findall(head.text))
    if not {"dirname", "pass_rate_1"} <= keys:
        return 0.0
    return head.score(1.0 if "edit_format" in keys else 0.8, name=".yml", folder=SLUG)


def rows(file: File) -> Iterator[Row]:
    for number, cells in enumerate(_yaml.records(file), 1):
        yield Row(number, cells, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=lambda pointer: pointer.removeprefix("/"))
    rate = next((name for name in RATES if cells.text(name)), RATES[0])
    values = cells.values({"quality": Column(rate, "%")} | VALUES)
    if "quality" not in values:
        cells.issue("value.missing", "The entry has no pass rate.", rate)
        values = {}
    for metric in [metric for metric, value in values.items() if not float(value.raw)]:
        if metric != "quality":
            del values[metric]
    if "quality" in values and is_number(cost := cells.text("total_cost")) and not float(cost):
        message = "A total cost of zero means that it is not known."
        cells.issue("cost.unknown", message, "total_cost", given=cost, severity=INFO)
    samples = cells.count("test_cases")
    check_samples(cells, samples, "test_cases")
    model, method, served = _model(cells)
    texts = {"score_of": rate, **{name: cells.text(name) for name in SETTINGS}, **served}
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        method=method,
        task=BOARDS.get(row.path.rpartition("/")[2].rpartition(".")[0], ""),
        settings={name: scalar(text) for name, text in texts.items() if text},
        samples=samples,
        measured_on=cells.date("date"),
        external_id=cells.text("dirname"),
        values=values,
        issues=tuple(cells.issues),
    )


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Spellings of one served model become the first one that has a capital letter."""
    found = list(readings)
    spelled: dict[str, str] = {}
    for reading in found:
        if "provider" in reading.settings and reading.model != reading.model.casefold():
            spelled.setdefault(_folded(reading.model), reading.model)
    for reading in found:
        if "provider" in reading.settings:
            model = spelled.get(_folded(reading.model), reading.model)
            yield replace(reading, model=model)
        else:
            yield reading


def _model(cells: Cells) -> tuple[str, str, dict[str, Any]]:
    """Model, method and settings; of `Provider: precision` the model is in the command."""
    served = _SERVED.fullmatch(cells.text("model"))
    if not served:
        return cells.model("model"), "", {}
    written = _MODEL.search(cells.text("command")[:1000])
    model = _WEIGHTS.sub("", written[1]) if written else ""
    weights = served["weights"].casefold()
    settings = {"provider": served["provider"], "serving": served["rest"] or ""}
    if weights in ("bf16", "fp16"):
        return model, "", settings | {"precision": weights}
    method = UNSTATED if weights in ("unknown", "multiple") else served["weights"]
    return model, method, settings


def _folded(name: str) -> str:
    """A model's name without case and signs; `2p5` is `2.5`."""
    return re.sub(r"[^a-z0-9]", "", re.sub(r"(?<=\d)p(?=\d)", "", name.casefold()))
