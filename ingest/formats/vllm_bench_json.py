"""Results of `vllm bench` (before: `benchmark_serving.py` and its like): speed of a model.

`serve` measures a server under a load, `throughput` a number of requests that come all at once, and
`latency` one batch again and again. The last two name nothing but their figures.

Neither the device nor the energy is in the file. A `meta.json` beside it may name the device, and
a `NN-telemetry.csv` with the number of the result has the power that the driver reports for the
accelerator, whose integral is its energy.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from ingest.formats import _document, _serving, _table
from ingest.formats._cells import Cells, Column, is_number
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, SENSED, Issue, Reading, Row, Unreadable, Value

LABEL = "vLLM benchmarks (JSON)"
SLUG = "vllm-bench-json"

REQUIRED = ("model_id", "num_prompts", "duration", "completed", "output_throughput")
THROUGHPUT = ("elapsed_time", "num_requests", "requests_per_second", "tokens_per_second")
LATENCY = ("avg_latency", "latencies", "percentiles")
OFFLINE = {"throughput": THROUGHPUT, "latency": LATENCY}
OFFLINE_VALUES = {
    "throughput": {
        "total_throughput": Column("/tokens_per_second", "1/s"),
        "sample_throughput": Column("/requests_per_second", "1/s"),
        "run_time": Column("/elapsed_time", "s", per="run"),
    },
    "latency": {"run_time": Column("/avg_latency", "s", per="run")},
}
TIMES = {
    "ttft": Column("/mean_ttft_ms", "ms"),
    "tpot": Column("/mean_tpot_ms", "ms"),
    "itl": Column("/median_itl_ms", "ms"),
    "latency": Column("/mean_e2el_ms", "ms"),
}
VALUES = {
    "throughput": Column("/output_throughput", "1/s"),
    "total_throughput": Column("/total_token_throughput", "1/s"),
    "sample_throughput": Column("/request_throughput", "1/s"),
    "run_time": Column("/duration", "s", per="run"),
    "tokens_in": Column("/total_input_tokens", "count", per="run"),
    "tokens_out": Column("/total_output_tokens", "count", per="run"),
}
SETTINGS = {
    "backend": "/backend",
    "test": "/label",
    "request_rate": "/request_rate",
    "concurrency": "/max_concurrency",
    "tensor_parallel": "/tensor_parallel_size",
}
META, TELEMETRY = "meta.json:", "telemetry.csv:"
META_SETTINGS = {
    "kv_cache_dtype": f"{META}/server_config/kv_cache_dtype",
    "prefix_caching": f"{META}/server_config/enable_prefix_caching",
}
# The benchmark's own reading of the GPUs' counters, over all GPUs that it was told to watch.
METERED_GPUS = "energy_gpu_ids"
METERED = Column("/gpu_energy_j", "J", per="run", origin=SENSED)
ENERGY = Column(f"{TELEMETRY}energy_j", "J", per="run", origin=SENSED)

COVERED = 0.9  # of the run that a telemetry must cover

_NUMBERED = re.compile(r"(\d+)-(.+)\.json", re.IGNORECASE)
# vLLM's own continuous benchmarks call a file latency_llama8B_tp4.json.
_PARALLEL = re.compile(r"(?:^|[_-])tp(\d{1,4})(?=[_.-])")
_PRECISION = re.compile(r"(?:nv|mx)?(?:fp|bf|int)\d{1,2}|awq|gptq|q\d\w*", re.IGNORECASE)


def matches(head: Head) -> float:
    if _offline(head.keys):
        return head.score(0.9, name=_offline(head.keys))
    if not {"model_id", "request_rate"} <= head.keys or {"steps", "tput_per_gpu"} & head.keys:
        return 0.0
    share = sum(key in head.keys for key in REQUIRED) / len(REQUIRED)
    timed = {"mean_ttft_ms", "mean_tpot_ms"} <= head.keys
    return head.score(share if share > 0.5 else 0.7 if timed else 0.0)


def companion(head: Head) -> str:
    if {"elapsed_s", "power_w"} <= set(head.columns):
        return "Telemetry of an accelerator; send it with the results of the same number."
    if {"served_name", "server_config", "hardware"} <= head.keys:
        return "A description of a benchmark's server; send it with the results beside it."
    if {"benchmark", "metric", "benchmark_values"} <= head.keys:
        return "Figures of vLLM for PyTorch's dashboard; send the result that they were made from."
    if {"steps", "configured_rps", "achieved_rps"} <= head.keys:
        return "A summary of a rate sweep, whose steps have result files of their own."
    return ""


def rows(file: File) -> Iterator[Row]:
    for number, record in enumerate(_serving.records(file), 1):
        lacking = [key for key in REQUIRED if key not in record]
        if len(lacking) == len(REQUIRED) and not _offline(record):
            message = f"The result lacks {', '.join(lacking)}."
            raise Unreadable(Issue("column.missing", message, row=number, column=lacking[0]))
        plain = {
            key: said
            for key, said in record.items()
            if key == METERED_GPUS or not isinstance(said, list | dict)
        }
        beside = _meta(file, record) | _telemetry(file, record)
        yield Row(number, _document.cells(plain, number) | beside, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    kind = next((kind for kind, keys in OFFLINE.items() if f"/{keys[0]}" in row.cells), "")
    return _of_engine(cells, kind) if kind else _of_server(cells)


def _offline(keys: Iterable[str]) -> str:
    """Which benchmark without a server has these keys, or nothing."""
    return next((kind for kind, wanted in OFFLINE.items() if set(wanted) <= set(keys)), "")


def _of_engine(cells: Cells, kind: str) -> Reading:
    """What a run without a server measured; the requests of a batch are asked for."""
    values = cells.values(OFFLINE_VALUES[kind])
    if not values:
        cells.issue("value.missing", "The file states no result.")
    elif kind == "latency":
        recipe = "one batch, as a mean over its repetitions"
        values = {metric: replace(value, recipe=recipe) for metric, value in values.items()}
    count, settings = _parallel(cells.row.path)
    _serving.devices(cells, count)
    return Reading(
        row=cells.row.number,
        path=cells.row.path,
        hardware=_serving.place(cells.row.path)[0],
        device_count=count,
        settings={"test": kind} | settings,
        samples=cells.count("/num_requests"),
        values=values,
        issues=tuple(cells.issues),
    )


def _of_server(cells: Cells) -> Reading:
    row = cells.row
    model, revision = _serving.model(cells, "/model_id")
    completed, asked = _serving.answered(cells, "/completed"), cells.count("/num_prompts")
    _serving.requests(cells, completed, asked, "/completed")
    hardware, deployment = _serving.place(row.path)
    used = _serving.gpus(row.path)
    count = used.pop("device_count", None) or _devices(cells)
    if count is None:
        count, parallel = _parallel(row.path)
        used |= parallel
    values = _serving.times(cells, TIMES) | cells.values(VALUES) | _energy(cells)
    if completed == 0:
        values = {}
    elif not values:
        cells.issue("value.missing", "The file states no result.")
    _serving.devices(cells, count)
    settings = _test(row.path) | cells.settings(SETTINGS | META_SETTINGS) | _burstiness(cells)
    settings |= _profile(cells.text(f"{META}/profile")) | used
    named = {"deployment": deployment, "revision": revision}
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        hardware=cells.text(f"{META}/hardware") or hardware,
        device_count=count,
        settings=settings | {name: text for name, text in named.items() if text},
        samples=completed or None,
        measured_on=_day(cells),
        values=values,
        issues=tuple(cells.issues),
    )


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Runs that could not keep up with their load have the setting `saturated`."""
    return _serving.judged(readings)


def _meta(file: File, record: dict[str, Any]) -> dict[str, Any]:
    """What `meta.json` says of the server, if it is about this model."""
    companion = file.beside("meta.json")
    try:
        found = _document.document(companion) if companion else None
    except Unreadable:
        return {}
    if not isinstance(found, dict) or found.get("model") not in (None, record.get("model_id")):
        return {}
    leaves = _document.cells({key: found[key] for key in found if key != "model"}, 1)
    return {f"{META}{pointer}": leaf for pointer, leaf in leaves.items()}


def _telemetry(file: File, record: dict[str, Any]) -> dict[str, Any]:
    """The energy under the power of the telemetry with this file's number."""
    numbered = _NUMBERED.fullmatch(file.path.rpartition("/")[2])
    companion = file.beside(f"{numbered[1]}-telemetry.csv") if numbered else None
    if not numbered or not companion:
        return {}
    if len(file.around(f"{numbered[1]}-*.json")) > 1:
        return {f"{TELEMETRY}shared": companion.path}
    try:
        points = list(_points(companion))
    except Unreadable:
        return {}
    seconds = [second for second, _ in points]
    if len(points) < 2 or any(later <= former for former, later in pairwise(seconds)):
        return {}
    joules = sum((t - s) * (p + q) / 2 for (s, p), (t, q) in pairwise(points))
    return {
        f"{TELEMETRY}energy_j": str(joules),
        f"{TELEMETRY}samples": str(len(points)),
        f"{TELEMETRY}to_s": str(seconds[-1]),
    }


def _points(companion: File) -> Iterator[tuple[float, float]]:
    """Seconds and watts of a telemetry; a sample without power is left out."""
    for row in _table.rows(companion, name=str.strip):
        second, power = (str(row.cells.get(name) or "") for name in ("elapsed_s", "power_w"))
        if is_number(second) and is_number(power):
            yield float(second), float(power)


def _devices(cells: Cells) -> int | None:
    """As many as the benchmark metered, or as the model's tensors were split over."""
    metered = sum(name.startswith(f"/{METERED_GPUS}/") for name in cells.row.cells)
    return metered or cells.count("/tensor_parallel_size")


def _parallel(path: str) -> tuple[int | None, dict[str, int]]:
    """Devices that a model's tensors were split over, where the file's name says so."""
    found = _PARALLEL.search(path.rpartition("/")[2])
    count = int(found[1]) if found else 0
    return (count, {"tensor_parallel": count}) if count else (None, {})


def _energy(cells: Cells) -> dict[str, Value]:
    if cells.text(METERED.name):
        return cells.values({"device_energy": METERED})
    if cells.text(f"{TELEMETRY}shared"):
        message = "The telemetry is of several runs, so none of them has its energy."
        cells.issue("telemetry.shared", message, f"{TELEMETRY}shared", severity=INFO)
    value = cells.value(ENERGY)
    if not value:
        return {}
    until, duration = cells.number(f"{TELEMETRY}to_s"), cells.number("/duration")
    if until and duration and float(until) < COVERED * float(duration):
        message = "The telemetry ends before the run, so no energy is read from it."
        cells.issue("telemetry.short", message, f"{TELEMETRY}to_s", given=until, severity=INFO)
        return {}
    samples = cells.text(f"{TELEMETRY}samples")
    recipe = f"trapezoids under {samples} samples of the accelerator's power, up to {until} s"
    return {"device_energy": replace(value, recipe=recipe)}


def _burstiness(cells: Cells) -> dict[str, Any]:
    """How unevenly requests come; without a rate they all come at once."""
    if cells.text("/request_rate") in ("", "inf"):
        return {}
    return cells.settings({"burstiness": "/burstiness"})


def _profile(profile: str) -> dict[str, Any]:
    """A profile that is called like a precision is one."""
    return {"precision": profile} if _PRECISION.fullmatch(profile) else {}


def _test(path: str) -> dict[str, Any]:
    """The name of a numbered test: `office-baseline` of `07-office-baseline.json`."""
    numbered = _NUMBERED.fullmatch(path.rpartition("/")[2])
    return {"test": numbered[2]} if numbered else {}


def _day(cells: Cells) -> str:
    dated = replace(cells.row, cells={"/date": _serving.day(cells.text("/date"))})
    return Cells(dated).date("/date")
