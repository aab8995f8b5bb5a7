"""llama-benchy reports: speed of a served model by length and concurrency, in Markdown.

A test `pp1024 (c5)` reads prompts of 1,024 tokens in five requests at once, `tg256 (c5)` writes
the answers to the prompts of the row above it. Text above the table says model, hardware and
profile; the bare output of the tool has only the table.
"""

import re
from collections.abc import Container, Iterator
from typing import Any

from ingest.formats import _document, _limits, _markdown, _text
from ingest.formats._cells import DEVIATION, UNSTATED, Cells, parted, scalar, spread
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, Issue, Reading, Row, Unreadable, Value

LABEL = "llama-benchy report (Markdown)"
SLUG = "llama-benchy-md"

META = "meta.json"
SPEEDS = ("t/s (total)", "t/s")
FIRST_TOKEN = ("ttfr (ms)", "e2e_ttft (ms)")
TASKS = {"pp": "prompt processing", "tg": "text generation"}
COUNTS = {"pp": ("tokens_in", "prompt_tokens"), "tg": ("tokens_out", "output_tokens")}
# The server's configuration in META, as far as it tells runs apart.
SERVER = ("kv_cache_dtype", "max_model_len", "gpu_memory_utilization", "enable_prefix_caching")

_FACT = re.compile(r"\*\*([\w ]{1,40}):\*\*\s*(.+)")
_STARTED = re.compile(r"date: (\d{4}-\d\d-\d\d[^|]{0,20})(?:\| latency mode: (\w+))?", re.ASCII)
_TEST = re.compile(r"(ctx_)?(pp|tg)\s?(\d+)?(?:\s*@\s*d\s?(\d+))?(?:\s*\(c(\d+)\))?", re.ASCII)


def matches(head: Head) -> float:
    lines = [line for line in head.text.split("\n") if line.startswith("|")]
    if not any(_is_header(set(_markdown.cells(line))) for line in lines):
        return 0.0
    titled = "**Profile:**" in head.text and "**Hardware:**" in head.text
    return head.score(1.0 if titled else 0.8, folder="llama-benchy")


def companion(head: Head) -> str:
    if {"llama_benchy_version", "server_config"} <= head.keys:
        return "How the server of a llama-benchy report was configured, no results."
    return ""


def rows(file: File) -> Iterator[Row]:
    lines = _text.lines(file)
    shared = _facts(lines) | _server(file)
    number, prompts = 0, dict[str, str | None]()
    for table in _markdown.tables(lines):
        if not _is_header(table.records[0].keys()):
            continue
        for record in table.records:
            number += 1
            if number > _limits.ROWS:
                message = f"The file has more than {_limits.ROWS:,} records."
                raise Unreadable(Issue("rows.excess", message, row=number))
            test = record.get("test") or ""
            prompts |= {"prompt": test} if test.startswith("pp") else {}
            yield Row(number, shared | record | prompts, file.path)
    if not number:
        raise Unreadable(Issue("rows.missing", "The file holds no table of llama-benchy."))


def reading(row: Row) -> Reading:
    cells = Cells(row)
    kind, settings = _test(cells)
    profile = cells.text("Profile")
    method, precision = (profile or UNSTATED), ""
    if profile.casefold() in ("bf16", "fp16", "f16", "fp32"):
        method, precision = "", profile.casefold()
    stated = {
        "precision": precision,
        "engine": "vllm" if cells.text(f"{META}:/vllm_version_reported") else "",
        **{name: scalar(cells.text(f"{META}:/server_config/{name}")) for name in SERVER},
        "latency_mode": cells.text("latency mode"),
    }
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model("Model") or cells.model("model"),
        method=method,
        hardware=cells.text("Hardware") or cells.text(f"{META}:/hardware"),
        task=TASKS.get(kind, ""),
        settings=settings | {name: value for name, value in stated.items() if value != ""},
        measured_on=cells.date("date") or cells.date("Generated"),
        values=_values(cells, kind, settings),
        issues=tuple(cells.issues),
    )


def _is_header(names: Container[str]) -> bool:
    speed, first = (any(name in names for name in wanted) for wanted in (SPEEDS, FIRST_TOKEN))
    return "test" in names and speed and first


def _facts(lines: list[str]) -> dict[str, Any]:
    """What the text around the table states, the first time that it does."""
    short = [line for line in lines if len(line) < 1000]
    found: dict[str, Any] = {}
    for fact in filter(None, map(_FACT.match, short)):
        found.setdefault(fact[1], fact[2].strip())
    started = next(filter(None, map(_STARTED.match, short)), None)
    if started:
        found |= {"date": started[1].strip(), "latency mode": started[2] or ""}
    return found


def _server(file: File) -> dict[str, Any]:
    """The leaves of the `meta.json` beside a report; nothing if it can't be read."""
    beside = file.beside(META)
    try:
        found = _document.document(beside) if beside else {}
        return {f"{META}:{pointer}": leaf for pointer, leaf in _document.cells(found, 1).items()}
    except Unreadable:
        return {}


def _test(cells: Cells) -> tuple[str, dict[str, Any]]:
    """Whether prompts are read (pp) or answers written (tg), and under which settings."""
    text = cells.text("test")
    match = _TEST.fullmatch(text) if len(text) < 60 else None
    if match and match[1]:
        message = "Loading the context is not a test of its own."
        cells.issue("row.phase", message, "test", given=text, severity=INFO)
        return "", {}
    if not match or not int(match[3] or 0):
        message = "A test is pp or tg with a number of tokens."
        expected = ("pp1024 (c1)", "tg256 @ d4 (c10)")
        cells.issue("test.unknown", message, "test", given=text, expected=expected)
        return "", {}
    kind = match[2]
    prompt = match if kind == "pp" else _TEST.fullmatch(cells.text("prompt")[:60])
    lengths: dict[str, str | None] = {
        "prompt_tokens": prompt[3] if prompt else None,
        "output_tokens": match[3] if kind == "tg" else None,
        "depth": match[4],
        "concurrency": match[5],
    }
    counts = {name: int(length or 0) for name, length in lengths.items()}
    return kind, {name: count for name, count in counts.items() if count}


def _values(cells: Cells, kind: str, settings: dict[str, Any]) -> dict[str, Value]:
    """The system's speed, and for prompts the time until the answer begins."""
    if not kind:
        return {}
    metric = "throughput" if kind == "tg" else "total_throughput"
    found = {metric: _spread(cells, SPEEDS, "token/s")}
    if kind == "pp":
        found["ttft"] = _spread(cells, FIRST_TOKEN, "ms")
    values = {metric: value for metric, value in found.items() if value}
    if not values:
        cells.issue("value.missing", "The row states no speed.", SPEEDS[0])
        return {}
    counted, length = COUNTS[kind]
    return values | {counted: Value(str(settings[length]), "count")}


def _spread(cells: Cells, columns: tuple[str, ...], unit: str) -> Value | None:
    """The number of the first column that has one, with its deviation as bounds."""
    column = next((name for name in columns if cells.text(name)), columns[0])
    raw, deviation = (cells.checked(text, column) for text in parted(cells.text(column)))
    low, high = spread(raw, deviation)
    recipe = DEVIATION if low else ""
    return Value(raw, unit, low=low, high=high, column=column, recipe=recipe) if raw else None
