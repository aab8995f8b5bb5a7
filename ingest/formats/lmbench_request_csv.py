"""LMBench's log of single requests: one run, worked out from its requests.

Seconds, and epoch seconds. The file is one run and becomes one row of sums and means; the requests
stay in it as evidence. Model and load are only in the path.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from statistics import fmean, median, quantiles
from typing import Any

from ingest.formats import _serving, _table
from ingest.formats._cells import Cells, Column, is_number, scalar, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import WARNING, Reading, Row, Value

LABEL = "LMBench requests (CSV)"
SLUG = "lmbench-request-csv"

REQUIRED = ("prompt_tokens", "generation_tokens", "ttft", "launch_time", "finish_time")
LEFT_OUT = "requests left out"
LATEST_S = 2**33  # the year 2242; later times are no epoch seconds
VALUES = {
    "ttft": Column("mean ttft", "s"),
    "latency": Column("mean latency", "s"),
    "run_time": Column("time of run", "s", per="run"),
    "tokens_in": Column("prompt tokens", "count", per="run"),
    "tokens_out": Column("generation tokens", "count", per="run"),
    "throughput": Column("generation tokens per second", "1/s"),
    "sample_throughput": Column("requests per second", "1/s"),
}

_RATE = re.compile(r"_(\d{1,6}(?:\.\d{1,6})?)\.csv", re.IGNORECASE)
_TASK = re.compile(r"LMBench_(.+?)_output", re.IGNORECASE)
_SIZED = re.compile(r"(?:(vllm|sglang|tgi|lmdeploy|trtllm)-)?.*\d+b(?![a-z]).*", re.IGNORECASE)


def matches(head: Head) -> float:
    columns = {column.strip() for column in head.columns}
    own = {"ttft", "generation_time", "launch_time", "finish_time", "generation_tokens"}
    share = len(own & columns) / len(own)
    return head.score(share if share > 0.7 else 0.0, name="lmbench")


def rows(file: File) -> Iterator[Row]:
    requests: list[tuple[float, ...]] = []
    left_out = 0
    for row in _table.rows(file, name=str.strip, check=_check):
        if request := _request(row):
            requests.append(request)
        else:
            left_out += 1
    yield Row(1, _sums(requests) | {LEFT_OUT: str(left_out)}, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    samples = cells.count("requests")
    left_out = cells.text(LEFT_OUT)
    if left_out not in ("", "0"):
        message = f"{left_out} requests lack a number or end before they begin."
        cells.issue("requests.unreadable", message, LEFT_OUT, given=left_out, severity=WARNING)
    _serving.requests(cells, samples, None, "requests")
    values = cells.values(VALUES)
    if not values:
        cells.issue("value.missing", "The file has no request that can be read.")
    model, settings = _deployment(row.path)
    hardware, _ = _serving.place(row.path)
    _serving.devices(cells, None)
    name = row.path.rpartition("/")[2]
    rate, task = _RATE.search(name), _TASK.search(name)
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        hardware=hardware,
        task=task[1] if task else "",
        settings=settings | ({"request_rate": scalar(rate[1])} if rate else {}),
        samples=samples,
        measured_on=cells.date("day"),
        values={metric: _explained(value, samples) for metric, value in values.items()},
        issues=tuple(cells.issues),
    )


def _check(header: list[str]) -> None:
    _table.require(header, REQUIRED, str.strip)


def _request(row: Row) -> tuple[float, ...]:
    """The numbers of a request in the order of REQUIRED; none unless all make sense."""
    named = {column.strip(): stated(cell) for column, cell in row.cells.items()}
    texts = [named.get(column, "") for column in REQUIRED]
    if not all(map(is_number, texts)):
        return ()
    numbers = tuple(map(float, texts))
    *counted, launched, finished = numbers
    sensible = min(counted) >= 0 and launched <= finished and max(numbers) < LATEST_S
    return numbers if sensible else ()


def _sums(requests: list[tuple[float, ...]]) -> dict[str, Any]:
    """What a run of these requests comes to."""
    if not requests:
        return {}
    prompts, answers, firsts, launches, ends = zip(*requests, strict=True)
    window = max(ends) - min(launches)
    found = {
        "mean ttft": fmean(firsts),
        "median ttft": median(firsts),
        "mean latency": fmean(end - launch for launch, end in zip(launches, ends, strict=True)),
        "time of run": window,
    }
    if len(firsts) > 1:
        found["95th percentile of ttft"] = quantiles(firsts, n=20, method="inclusive")[-1]
    if window:
        found["generation tokens per second"] = sum(answers) / window
        found["requests per second"] = len(requests) / window
    totals = {"prompt tokens": sum(prompts), "generation tokens": sum(answers)}
    whole = {name: f"{number:.0f}" for name, number in totals.items()}
    day = {"day": datetime.fromtimestamp(min(launches), UTC).date().isoformat()}
    figures = {name: str(number) for name, number in found.items()}
    return {"requests": str(len(requests))} | day | whole | figures


def _deployment(path: str) -> tuple[str, dict[str, Any]]:
    """The folder above the file where it is called by a model's size: `vllm-70b`."""
    folder = path.rpartition("/")[0].rpartition("/")[2]
    sized = _SIZED.fullmatch(folder)
    if not sized:
        return "", {}
    engine = {"engine": sized[1].casefold()} if sized[1] else {}
    return folder, engine | {"deployment": folder}


def _explained(value: Value, samples: int | None) -> Value:
    return Value(
        value.raw,
        value.unit,
        value.per,
        value.origin,
        column=value.column,
        recipe=f"{value.column} of {samples} requests",
    )
