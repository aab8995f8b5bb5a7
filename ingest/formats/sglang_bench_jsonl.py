"""SGLang's serving benchmark, `sglang.bench_serving`: speed of a served model under a load.

The tool appends one result a line to its file. The model stands only in what the server said of
itself, which newer versions keep; that also tells how many devices the server ran on. Neither
date, hardware nor quality is in the file.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from ingest.formats import _document, _serving
from ingest.formats._cells import Cells, Column, scalar
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import Issue, Reading, Row, Unreadable

LABEL = "SGLang serving benchmark (JSON lines)"
SLUG = "sglang-bench-jsonl"

REQUIRED = ("backend", "request_rate", "duration", "completed", "output_throughput")
OWN = {"total_output_tokens_retokenized", "median_e2e_latency_ms"}
TIMES = {
    "ttft": Column("/mean_ttft_ms", "ms"),
    "tpot": Column("/mean_tpot_ms", "ms"),
    "itl": Column("/median_itl_ms", "ms"),
    "latency": Column("/mean_e2e_latency_ms", "ms"),
}
VALUES = {
    "throughput": Column("/output_throughput", "1/s"),
    "total_throughput": Column("/total_throughput", "1/s"),
    "sample_throughput": Column("/request_throughput", "1/s"),
    "run_time": Column("/duration", "s", per="run"),
    "tokens_in": Column("/total_input_tokens", "count", per="run"),
    "tokens_out": Column("/total_output_tokens", "count", per="run"),
}
SETTINGS = {
    "backend": "/backend",
    "dataset": "/dataset_name",
    "concurrency": "/max_concurrency",
    "kv_cache_dtype": "/server_info/kv_cache_dtype",
    "speculative_decoding": "/server_info/speculative_algorithm",
    "tensor_parallel": "/server_info/tp_size",
    "pipeline_parallel": "/server_info/pp_size",
    "data_parallel": "/server_info/dp_size",
    "expert_parallel": "/server_info/ep_size",
}
RANDOM = "random"
LENGTHS = {"input_length": "/random_input_len", "output_length": "/random_output_len"}
SERVER = "server_info"
# What a server says of itself and what is kept of it; the rest is its whole state.
KEPT = (
    "model_path",
    "revision",
    "dtype",
    "quantization",
    "kv_cache_dtype",
    "speculative_algorithm",
    "tp_size",
    "pp_size",
    "dp_size",
    "ep_size",
    "enable_dp_attention",
    "version",
)

_WIDTH = re.compile(r"(?:w8a8_)?(?:fp|int)\d{1,2}|b?float\d{1,2}", re.IGNORECASE)


def matches(head: Head) -> float:
    if not head.keys >= OWN:
        return 0.0
    share = sum(key in head.keys for key in REQUIRED) / len(REQUIRED)
    return head.score(share if share > 0.5 else 0.0, name="sglang")


def rows(file: File) -> Iterator[Row]:
    for number, record in enumerate(_serving.records(file), 1):
        if not record.keys() & {*REQUIRED}:
            message = f"The result lacks {', '.join(REQUIRED)}."
            raise Unreadable(Issue("column.missing", message, row=number, column=REQUIRED[0]))
        plain = {key: said for key, said in record.items() if not isinstance(said, list | dict)}
        yield Row(number, _document.cells(plain | _server(record), number), file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    model, revision = _serving.model(cells, "/server_info/model_path")
    completed = _serving.answered(cells, "/completed")
    _serving.requests(cells, completed, None, "/completed")
    values = _serving.times(cells, TIMES) | cells.values(VALUES)
    if completed == 0:
        values = {}
    elif not values:
        cells.issue("value.missing", "The file states no result.")
    hardware, deployment = _serving.place(row.path)
    count = _devices(cells)
    _serving.devices(cells, count)
    scheme = cells.text("/server_info/quantization")
    is_width = bool(_WIDTH.fullmatch(scheme))
    named = {
        "precision": scheme if is_width else _precision(cells),
        "deployment": deployment,
        "revision": revision or cells.text("/server_info/revision"),
    }
    return Reading(
        row=row.number,
        path=row.path,
        model=model,
        method="" if is_width else scheme,
        hardware=hardware,
        device_count=count,
        task=_task(cells),
        settings=_load(cells)
        | cells.settings(SETTINGS)
        | {name: text for name, text in named.items() if text},
        samples=completed or None,
        values=values,
        issues=tuple(cells.issues),
    )


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Runs that could not keep up with their load have the setting `saturated`."""
    return _serving.judged(readings)


def _server(record: dict[str, Any]) -> dict[str, Any]:
    """What the server said of itself, or the first that decodes where several share the work."""
    said = record.get(SERVER)
    if isinstance(said, dict) and isinstance(said.get("decode"), list):
        said = next(iter(said["decode"]), None)
    if not isinstance(said, dict):
        return {}
    plain = {key: said[key] for key in KEPT if not isinstance(said.get(key), list | dict | None)}
    return {SERVER: plain}


def _task(cells: Cells) -> str:
    """Where the requests were taken from; random ones are of no task that has a name."""
    dataset = cells.text("/dataset_name")
    return "" if dataset.startswith(RANDOM) else dataset


def _load(cells: Cells) -> dict[str, Any]:
    """The requests a second, which JSON can't write where all come at once, and their lengths."""
    rate = "/request_rate"
    found = {"request_rate": scalar(cells.text(rate) or "inf")} if rate in cells.row.cells else {}
    if cells.text("/dataset_name").startswith(RANDOM):
        found |= cells.settings(LENGTHS)
    return found


def _precision(cells: Cells) -> str:
    dtype = cells.text("/server_info/dtype")
    return "" if dtype == "auto" else dtype


def _devices(cells: Cells) -> int | None:
    """Those of a replica, times the replicas unless these share one set for their attention."""
    tensor = cells.count("/server_info/tp_size")
    if not tensor:
        return None
    pipeline = cells.count("/server_info/pp_size") or 1
    replicas = cells.count("/server_info/dp_size") or 1
    is_shared = cells.text("/server_info/enable_dp_attention") == "true"
    return tensor * pipeline * (1 if is_shared else replicas)
