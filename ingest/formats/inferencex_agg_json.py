"""InferenceX (before: InferenceMAX) aggregates: speed of a served model on some GPUs.

Three shapes, told by their keys: flat with throughput per GPU and seconds; `metrics` and `gpu`
with milliseconds and power; `request_metrics` with seconds and totals. The same names have other
units in other shapes, so each shape has its own columns.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ingest.formats import _document, _limits, _serving
from ingest.formats._cells import Cells, Column
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, SENSED, Issue, Reading, Row, Unreadable, Value

LABEL = "InferenceX aggregate (JSON)"
SLUG = "inferencex-agg-json"


@dataclass(frozen=True)
class Shape:
    """Where one shape keeps its figures; a metric with a second column has it as a median."""

    mark: str
    values: dict[str, Column]
    medians: dict[str, Column]
    samples: str = ""


FLAT = Shape(
    "/tput_per_gpu",
    {
        "ttft": Column("/mean_ttft", "s"),
        "tpot": Column("/mean_tpot", "s"),
        "itl": Column("/median_itl", "s"),
        "latency": Column("/mean_e2el", "s"),
    },
    {
        "ttft": Column("/median_ttft", "s"),
        "tpot": Column("/median_tpot", "s"),
        "latency": Column("/median_e2el", "s"),
    },
)
RUNNER = Shape(
    "/metrics/output_token_throughput",
    {
        "ttft": Column("/metrics/mean_ttft_ms", "ms"),
        "tpot": Column("/metrics/mean_tpot_ms", "ms"),
        "itl": Column("/metrics/median_itl_ms", "ms"),
        "latency": Column("/metrics/mean_e2el_ms", "ms"),
        "throughput": Column("/metrics/output_token_throughput", "1/s"),
        "total_throughput": Column("/metrics/total_token_throughput", "1/s"),
        "sample_throughput": Column("/metrics/request_throughput", "1/s"),
        "power": Column("/gpu/total_avg_power_w", "W", origin=SENSED),
    },
    {
        "ttft": Column("/metrics/median_ttft_ms", "ms"),
        "tpot": Column("/metrics/median_tpot_ms", "ms"),
        "latency": Column("/metrics/median_e2el_ms", "ms"),
    },
    samples="/metrics/successful_requests",
)
_LATENCY, _THROUGHPUT = "/request_metrics/latency", "/request_metrics/throughput"
NESTED = Shape(
    f"{_THROUGHPUT}/output/tokens_per_second",
    {
        "ttft": Column(f"{_LATENCY}/ttft/mean", "s"),
        "tpot": Column(f"{_LATENCY}/tpot/mean", "s"),
        "itl": Column(f"{_LATENCY}/itl/p50", "s"),
        "latency": Column(f"{_LATENCY}/e2el/mean", "s"),
        "tokens_in": Column("/request_metrics/tokens/input/mean", "count"),
        "tokens_out": Column("/request_metrics/tokens/output_actual/mean", "count"),
        "throughput": Column(f"{_THROUGHPUT}/output/tokens_per_second", "1/s"),
        "total_throughput": Column(f"{_THROUGHPUT}/total/tokens_per_second", "1/s"),
        "sample_throughput": Column("/request_metrics/qps/mean", "1/s"),
        "run_time": Column(f"{_THROUGHPUT}/duration_seconds", "s", per="run"),
    },
    {},
    samples="/num_requests_successful",
)
SHAPES = (FLAT, RUNNER, NESTED)

SETTINGS = {
    "engine": "/framework",
    "precision": "/precision",
    "concurrency": "/conc",
    "tensor_parallel": "/tp",
    "expert_parallel": "/ep",
    "data_parallel": "/dp",
    "pipeline_parallel": "/pp",
    "prefill_tensor_parallel": "/prefill_tp",
    "decode_tensor_parallel": "/decode_tp",
    "prefill_expert_parallel": "/prefill_ep",
    "decode_expert_parallel": "/decode_ep",
    "prefill_devices": "/num_prefill_gpu",
    "decode_devices": "/num_decode_gpu",
    "kv_offloading": "/kv_offloading",
    "kv_offload_backend": "/kv_offload_backend/name",
    "tuning": "/tuning",
    "machine": "/cluster",
}
SWITCHES = {
    "dp_attention": "/dp_attention",
    "disaggregated": "/disagg",
    "multinode": "/is_multinode",
}

_HARDWARE = re.compile(r"(?:cluster:)?([^-:]+)(-.+)?")


def matches(head: Head) -> float:
    if not {"hw", "conc"} <= head.keys:
        return 0.0
    figures = (
        "tput_per_gpu" in head.keys
        or {"metrics", "gpu", "output_token_throughput"} <= head.keys
        or "request_metrics" in head.keys
    )
    return head.score(1.0 if figures else 0.0, name="conc")


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    records = found if isinstance(found, list) else [found]
    if not records:
        raise Unreadable(Issue("rows.missing", "The list of results is empty."))
    if len(records) > _limits.ROWS:
        raise Unreadable(Issue("rows.excess", f"The file has more than {_limits.ROWS:,} results."))
    for number, record in enumerate(records, 1):
        if not isinstance(record, dict) or "hw" not in record:
            message = "A result is a JSON object that names its hardware as “hw”."
            raise Unreadable(Issue("column.missing", message, row=number, column="/hw"))
        yield Row(number, _document.cells(record, number), file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    shape = next((shape for shape in SHAPES if cells.text(shape.mark)), FLAT)
    model, revision = _serving.model(cells, "/model")
    count = _devices(cells)
    samples = cells.count(shape.samples) if shape.samples else None
    values = _serving.times(cells, shape.values) | _per_gpu(cells, count)
    values = _medians(cells, shape, values) | values
    if not values:
        cells.issue("value.missing", "The file states no result.", shape.mark)
    _serving.devices(cells, count)
    _serving.requests(cells, samples, None, shape.samples)
    _uncounted(cells, samples)
    hardware, settings = _hardware(cells), _settings(cells)
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        hardware=hardware,
        device_count=count,
        task=_task(cells),
        settings=settings | ({"revision": revision} if revision else {}),
        samples=samples,
        measured_on=cells.date("/ts"),
        values=values,
        issues=tuple(cells.issues),
    )


def _devices(cells: Cells) -> int | None:
    """The GPUs of the run: stated, or of both stages, or tensor times pipeline parallel."""
    if stated := cells.count("/gpu/n_gpus") or cells.count("/n_gpus"):
        return stated
    prefill, decode = cells.count("/num_prefill_gpu"), cells.count("/num_decode_gpu")
    if prefill and decode:
        return (
            prefill + decode if cells.text("/disagg").casefold() == "true" else max(prefill, decode)
        )
    tensor = cells.count("/tp")
    return tensor * (cells.count("/pp") or 1) if tensor else None


def _per_gpu(cells: Cells, count: int | None) -> dict[str, Value]:
    """Throughputs per GPU times the GPUs that they were divided by."""
    total, output = cells.number("/tput_per_gpu"), cells.number("/output_tput_per_gpu")
    if not count or not total:
        return {}
    found = {"total_throughput": _times("/tput_per_gpu", total, count)}
    divisor = _divisor(cells, float(total), float(output or 0), count)
    if output and divisor:
        found["throughput"] = _times("/output_tput_per_gpu", output, divisor)
    elif output:
        message = "Which GPUs the output throughput was divided by is not clear; it is left out."
        cells.issue("devices.unclear", message, "/output_tput_per_gpu", severity=INFO)
    return found


def _divisor(cells: Cells, total: float, output: float, count: int) -> int | None:
    """All GPUs, or those of the decoding stage, whichever makes the parts add up to the total."""
    given = cells.number("/input_tput_per_gpu")
    split = cells.text("/disagg").casefold() == "true"
    if not given:
        return None if split else count
    if math.isclose(output + float(given), total, rel_tol=0.001):
        return count
    prefill, decode = cells.count("/num_prefill_gpu"), cells.count("/num_decode_gpu")
    if prefill and decode:
        parts = output * decode + float(given) * prefill
        return decode if math.isclose(parts, total * count, rel_tol=0.001) else None
    return None


def _times(column: str, raw: str, count: int) -> Value:
    product = str(float(raw) * count)
    return Value(product, "1/s", column=column, recipe=f"{raw} per GPU x {count} GPUs")


def _medians(cells: Cells, shape: Shape, values: dict[str, Value]) -> dict[str, Value]:
    """Medians of the times that the file states no mean of."""
    lacking = {metric: c for metric, c in shape.medians.items() if metric not in values}
    found = _serving.times(cells, lacking)
    if found:
        message = "The file states medians of some times and no means: medians are taken."
        cells.issue("latency.median", message, lacking[min(found)].name, severity=INFO)
    return {metric: replace(value, recipe="median") for metric, value in found.items()}


def _uncounted(cells: Cells, samples: int | None) -> None:
    """Note requests that were sent and do not count: warm-up, errors."""
    total = cells.count("/num_requests_total")
    if samples and total and samples < total:
        message = f"{samples} of {total} requests count; the others were warm-up or failed."
        cells.issue(
            "requests.uncounted", message, "/num_requests_total", given=str(total), severity=INFO
        )


def _hardware(cells: Cells) -> str:
    """The GPU of a runner: `cluster:mi355x-amds` has mi355x."""
    found = _HARDWARE.fullmatch(cells.text("/hw"))
    return found[1] if found else cells.text("/hw")


def _settings(cells: Cells) -> dict[str, object]:
    found = cells.settings(SETTINGS)
    for name, column in SWITCHES.items():
        if text := cells.text(column):
            found[name] = _serving.flag(text)
    if cells.text("/spec_decoding").casefold() not in ("", "none"):
        found |= cells.settings({"speculative_decoding": "/spec_decoding"})
    written = cells.text("/hw")
    if written and written != _hardware(cells):
        found.setdefault("machine", written)
    return found


def _task(cells: Cells) -> str:
    """The scenario, or the lengths of prompt and answer: `1024/1024`."""
    lengths = [cells.text("/isl"), cells.text("/osl")]
    return cells.text("/scenario_type") or ("/".join(lengths) if all(lengths) else "")
