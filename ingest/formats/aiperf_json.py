"""Results of NVIDIA AIPerf and its predecessor GenAI-Perf, as JSON of two layouts or as CSV.

Each figure has its unit beside it, which is read and never assumed. JSON names the model and the
load; the CSV beside it has the same figures without them. Hardware is in neither.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ingest.formats import _document, _limits, _serving, _text
from ingest.formats._cells import Cells
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, WARNING, Issue, Reading, Row, Unreadable, Value

LABEL = "AIPerf or GenAI-Perf (JSON or CSV)"
SLUG = "aiperf-json"

# Our metric, the figure's names in new and old JSON, its statistic.
FIGURES = {
    "ttft": ("time_to_first_token", "ttft", "avg"),
    "tpot": ("inter_token_latency", "inter_token_latency", "avg"),
    "latency": ("request_latency", "request_latency", "avg"),
    "throughput": ("output_token_throughput", "output_token_throughput", "avg"),
    "total_throughput": ("total_token_throughput", "total_token_throughput", "avg"),
    "sample_throughput": ("request_throughput", "request_throughput", "avg"),
    "tokens_in": ("input_sequence_length", "input_sequence_length", "avg"),
    "tokens_out": ("output_sequence_length", "output_sequence_length", "avg"),
    "run_time": ("benchmark_duration", "benchmark_duration", "avg"),
}
COUNT, ERRORS = "request_count", "error_request_count"
KEPT = {name for names in FIGURES.values() for name in names[:2]} | {COUNT, ERRORS}
UNITS = {
    "ns": "ns",
    "us": "us",
    "ms": "ms",
    "sec": "s",
    "s": "s",
    "seconds": "s",
    "tokens": "count",
    "tokens/sec": "1/s",
    "requests/sec": "1/s",
    "per sec": "1/s",
}
PER_RUN = {"run_time"}
CONFIG, RECORDS = "input_config", "records"
MODELS = (
    f"/{CONFIG}/endpoint/model_names/0",
    f"/{CONFIG}/model_names/0",
    f"/{CONFIG}/model/0",
    f"/{CONFIG}/model",
)
TASKS = ("/metadata/scenario", f"/{CONFIG}/scenario", f"/{CONFIG}/input/public_dataset")
SETTINGS = {
    "concurrency": f"/{CONFIG}/loadgen/concurrency",
    "request_rate": f"/{CONFIG}/loadgen/request_rate",
    "endpoint": f"/{CONFIG}/endpoint/type",
    "streaming": f"/{CONFIG}/endpoint/streaming",
}

_TITLE = re.compile(r"(.+?)(?: \(([^()]*)\))?")
_PARALLEL = re.compile(r"(?:^|_)tp(\d{1,4})(?=[_-]|$)")
_CACHE = re.compile(r"(?:^|_)kv([a-z]+(?:-[a-z]+)?)(?=_|$)")


def matches(head: Head) -> float:
    if head.columns[:2] == ("Metric", "avg") and {"min", "max"} <= set(head.columns):
        known = "Request Latency" in head.text or "Time to First Token" in head.text
        return head.score(1.0 if known else 0.0, name="aiperf")
    if not {"unit", "avg"} <= head.keys:
        return 0.0
    if "aiperf_version" in head.keys:
        return head.score(1.0, name="aiperf")
    figures = {"request_latency", "request_throughput"} & head.keys
    return head.score(0.9 if figures and {RECORDS, CONFIG} & head.keys else 0.0, name="aiperf")


def rows(file: File) -> Iterator[Row]:
    with file.open() as stream:
        start = stream.read(_limits.HEAD_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
    cells = _of_json(file) if start.startswith((b"{", b"[")) else _of_tables(file)
    yield Row(1, cells, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    model, revision = _model(cells)
    samples = _count(cells, COUNT)
    failed = _count(cells, ERRORS) or 0
    _serving.requests(cells, samples, (samples or 0) + failed, f"/{COUNT}")
    if cells.text("/was_cancelled") == "true":
        message = "The run was cancelled before its end."
        cells.issue("run.invalid", message, "/was_cancelled", severity=WARNING)
    values = _values(cells)
    if not values:
        cells.issue("value.missing", "The file states no result.")
    hardware, _ = _serving.place(row.path)
    packed = _packed(row.path)
    count = packed.get("tensor_parallel")
    _serving.devices(cells, count)
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        hardware=hardware,
        device_count=count,
        task=next(filter(None, map(cells.text, TASKS)), ""),
        settings=packed | cells.settings(SETTINGS) | ({"revision": revision} if revision else {}),
        samples=samples,
        measured_on=cells.date("/start_time"),
        values=values,
        issues=tuple(cells.issues),
    )


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """A CSV beside the JSON of the same run has the same figures and does not count."""
    everything = list(readings)
    told = {_stem(r.path) for r in everything if r.path.casefold().endswith(".json")}
    for reading in everything:
        if reading.path.casefold().endswith(".csv") and _stem(reading.path) in told:
            message = "The JSON beside this table has the same figures, and the model."
            issue = Issue("row.repeated", message, severity=INFO)
            yield replace(
                reading, values={}, issues=(issue.at(row=reading.row, path=reading.path),)
            )
        else:
            yield reading


def _of_json(file: File) -> dict[str, Any]:
    """The figures that we know, the configuration and what stands alone, by JSON pointer."""
    found = _document.document(file)
    if not isinstance(found, dict):
        raise Unreadable(Issue("record.invalid", "The file is not one JSON object."))
    figures = found.get(RECORDS)
    figures = figures if isinstance(figures, dict) else found
    record = {key: said for key, said in found.items() if not isinstance(said, dict | list)}
    record |= {name: said for name, said in figures.items() if name in KEPT}
    record |= {key: found[key] for key in (CONFIG, "metadata") if key in found}
    return _document.cells(record, 1)


def _of_tables(file: File) -> dict[str, Any]:
    """The figures of all tables of the file by the pointers of its JSON twin."""
    cells: dict[str, Any] = {}
    header: list[str] = []
    for record in _records(file):
        if record[:1] == ["Metric"]:
            header = record
        elif header and any(record):
            title = _TITLE.fullmatch(record[0].strip())
            name = re.sub(r"\W+", "_", title[1].casefold()) if title else ""
            if not title or name not in KEPT:
                continue
            for statistic, cell in zip(header[1:], record[1:], strict=False):
                cells[f"/{name}/{'avg' if statistic == 'Value' else statistic}"] = cell
            cells[f"/{name}/unit"] = title[2] or ""
    if not header:
        message = "The file has no table that begins with “Metric”."
        raise Unreadable(Issue("column.missing", message, column="Metric"))
    return cells


def _records(file: File) -> list[list[str]]:
    try:
        return list(csv.reader(_text.lines(file), strict=True))
    except csv.Error as error:
        message = f"The table can't be split into cells: {error}."
        raise Unreadable(Issue("table.broken", message)) from None


def _model(cells: Cells) -> tuple[str, str]:
    name = next((name for name in MODELS if cells.text(name)), MODELS[0])
    return _serving.model(cells, name)


def _count(cells: Cells, name: str) -> int | None:
    """A number of requests; none where it is zero."""
    text = cells.text(f"/{name}/avg")
    return cells.count(f"/{name}/avg") if text.strip("0.") else None


def _values(cells: Cells) -> dict[str, Value]:
    found = {}
    for metric, (new, old, statistic) in FIGURES.items():
        name = new if cells.text(f"/{new}/{statistic}") else old
        if value := _figure(cells, metric, name, statistic):
            found[metric] = value
    return found


def _figure(cells: Cells, metric: str, name: str, statistic: str) -> Value | None:
    column = f"/{name}/{statistic}"
    number, written = cells.number(column), cells.text(f"/{name}/unit")
    if not number or not float(number):
        return None  # a time of zero was not measured
    if written not in UNITS:
        code = "unit.unknown" if written else "unit.missing"
        message = f"“{written}” is not a unit of {name}." if written else f"{name} has no unit."
        cells.issue(code, message, f"/{name}/unit", given=written)
        return None
    return Value(number, UNITS[written], "run" if metric in PER_RUN else "unit", column=column)


def _packed(path: str) -> dict[str, Any]:
    """What a folder's name packs together: `kimik2_tp4_conc16_kvdram-lmcache`."""
    folder = path.rpartition("/")[0].rpartition("/")[2]
    parallel, cache = _PARALLEL.search(folder), _CACHE.search(folder)
    found: dict[str, Any] = {}
    if parallel and int(parallel[1]):
        found["tensor_parallel"] = int(parallel[1])
    if cache:
        found["kv_offloading"] = cache[1]
    return found


def _stem(path: str) -> str:
    return path.rpartition(".")[0]
