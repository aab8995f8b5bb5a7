"""The ML.ENERGY leaderboard's data, third version: speed and GPU energy of served models.

`tasks/*.json` has all configurations of a task, `models/*.json` those of one model and task
once more, with the parallelisation in an object of its own. Energy and power are sums over the
GPUs of a configuration, read from their counters. The task only says where requests come from:
no quality is reported.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Any

from ingest.formats import _document, _limits
from ingest.formats._cells import Cells, Column
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, SENSED, Issue, Reading, Row, Unreadable

LABEL = "ML.ENERGY leaderboard v3 (JSON)"
SLUG = "mlenergy-v3-json"

ENERGIES = ("/energy_per_request_joules", "/energy_per_image_joules", "/energy_per_video_joules")
VALUES = {
    "power": Column("/avg_power_watts", "W", origin=SENSED),
    "throughput": Column("/output_throughput_tokens_per_sec", "1/s"),
    "image_throughput": Column("/throughput_images_per_sec", "1/s"),
    "tokens_out": Column("/avg_output_len", "count"),
    "itl": Column("/median_itl_ms", "ms"),
}
BATCH_LATENCY = Column("/batch_latency_s", "s")
SETTINGS = {
    "precision": "weight_precision",
    "max_num_seqs": "max_num_seqs",
    "batch_size": "batch_size",
    "inference_steps": "inference_steps",
    "image_height": "image_height",
    "image_width": "image_width",
    "video_height": "video_height",
    "video_width": "video_width",
    "num_frames": "num_frames",
    "fps": "fps",
    "tensor_parallel": "tensor_parallel",
    "expert_parallel": "expert_parallel",
    "data_parallel": "data_parallel",
    "ulysses_degree": "ulysses_degree",
    "ring_degree": "ring_degree",
}
NESTED = "/parallelization"
HISTOGRAM = "output_length_distribution"


def matches(head: Head) -> float:
    units = {"energy_per_token_joules", "energy_per_image_joules", "energy_per_video_joules"}
    if "configurations" not in head.keys or not units & head.keys:
        return 0.0
    known = "gpu_model" in head.keys and "num_gpus" in head.keys
    return max(head.score(1.0 if known else 0.7, folder=folder) for folder in ("tasks", "models"))


def companion(head: Head) -> str:
    if {"architectures", "last_updated", "models"} <= head.keys:
        return "The catalogue of the ML.ENERGY leaderboard: names and sizes of models, no results."
    return ""


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    configurations = found.get("configurations") if isinstance(found, dict) else None
    if not isinstance(configurations, list):
        message = "The file lacks a list called configurations."
        raise Unreadable(Issue("column.missing", message, column="/configurations"))
    if not configurations:
        raise Unreadable(Issue("rows.missing", "The list of configurations is empty."))
    if len(configurations) > _limits.ROWS:
        message = f"The file has more than {_limits.ROWS:,} configurations."
        raise Unreadable(Issue("rows.excess", message))
    shared = {key: text for key, text in found.items() if not isinstance(text, list | dict)}
    for number, configuration in enumerate(configurations, 1):
        cells = _document.cells(_whole(shared, configuration), number)
        yield Row(number, cells, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_flat)
    energies = [Column(name, "J", origin=SENSED) for name in ENERGIES if cells.text(name)]
    values = cells.values({"device_energy": energies[0]} if energies else {})
    if not values:
        message = "The configuration states no energy per request, image or video."
        cells.issue("value.missing", message, ENERGIES[0])
    values |= cells.values(VALUES)
    if cells.text("/batch_size") == "1":
        values |= cells.values({"latency": BATCH_LATENCY})
    elif cells.text(BATCH_LATENCY.name):
        message = "The latency is that of a batch, not of one image or video, and is left out."
        cells.issue("latency.batched", message, BATCH_LATENCY.name, severity=INFO)
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model("/model_id"),
        hardware=cells.text("/gpu_model"),
        device_count=cells.count("/num_gpus"),
        task=cells.text("/task"),
        settings=cells.settings({setting: f"/{key}" for setting, key in SETTINGS.items()}),
        values=values,
        issues=tuple(cells.issues),
    )


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """A configuration that `tasks/` and `models/` both have counts once.

    Repeats with other numbers are other runs and all count.
    """
    seen: set[bytes] = set()
    for reading in readings:
        mark = _mark(reading)
        if reading.values and mark in seen:
            message = "The same configuration with the same numbers was read before."
            issue = Issue("row.repeated", message, severity=INFO)
            issue = issue.at(row=reading.row, path=reading.path)
            yield replace(reading, values={}, issues=(*reading.issues, issue))
        else:
            seen.add(mark)
            yield reading


def _whole(shared: dict[str, Any], configuration: Any) -> Any:
    """A configuration with what its file says of all; histograms are evidence and stay behind."""
    if not isinstance(configuration, dict):
        return configuration
    whole = {**shared, **configuration}
    whole.pop(HISTOGRAM, None)
    return whole


def _flat(pointer: str) -> str:
    """The same name for a setting of `tasks/` and for its nested twin of `models/`."""
    return pointer.removeprefix(NESTED) or pointer


def _mark(reading: Reading) -> bytes:
    numbers = {metric: value.raw for metric, value in reading.values.items()}
    facts = [reading.model, reading.hardware, reading.device_count, reading.task]
    text = json.dumps([*facts, reading.settings, numbers], sort_keys=True)
    return blake2b(text.encode(), digest_size=16).digest()
