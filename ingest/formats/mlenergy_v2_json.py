"""The ML.ENERGY leaderboard's data, second version: one small file per configuration.

`<modality>/<task>/<GPU>/<org>/<model>/<config>.json`. Units are part of the keys and are read
from there; the task is only in the path. Energy is that of all GPUs of the configuration.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ingest.formats import _companion, _document
from ingest.formats._cells import Cells, Column
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, REPORTED, SENSED, Issue, Reading, Row, Unreadable, Value

LABEL = "ML.ENERGY leaderboard v2 (JSON)"
SLUG = "mlenergy-v2-json"

ENERGIES = ("energy/req", "energy/image", "energy/video")
METRICS = {"tpot": "avg tpot", "throughput": "token tput"}
BATCH_LATENCY = "batch latency"
TOKENS = {"tokens_out": Column("avg output tokens", "count")}
PER_SECOND = {"tok/s": "1/s", "tokens/s": "1/s", "token/s": "1/s"}
SETTINGS = {
    "tensor_parallel": "tp",
    "pipeline_parallel": "pp",
    "max_num_seqs": "max bs",
    "batch_size": "batch size",
    "inference_steps": "denoising steps",
    "num_frames": "frames",
}
MODELS = "models.json"
RESOLUTION = re.compile(r"(\d{1,6})x(\d{1,6})", re.ASCII)
_KEY = re.compile(r"(.*?)\s*\(([^()]*)\)")


def matches(head: Head) -> float:
    if not {"Model", "GPU"} <= head.keys:
        return 0.0
    return head.score(1.0 if any(key.startswith("Energy/") for key in head.keys) else 0)


def companion(head: Head) -> str:
    if head.text.startswith('"GPU": ['):
        return "The GPUs of a task of the ML.ENERGY leaderboard v2, no results."
    return ""


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    records = found if isinstance(found, list) else [found]
    if not records:
        raise Unreadable(Issue("rows.missing", "The file holds an empty list."))
    models = _models(file)
    for number, record in enumerate(records, 1):
        cells = _document.cells(record, number)
        known = models.get(str(cells.get("/Model")))
        yield Row(number, cells | _companion.cells(MODELS, known) if known else cells, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_name)
    values = _energy(cells) | _measured(cells, METRICS) | cells.values(TOKENS)
    if cells.text(BATCH_LATENCY):
        values |= _latency(cells)
    tensor, pipeline = cells.count("tp"), cells.count("pp")
    gpu = cells.text("gpu")
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model("model"),
        hardware=gpu,
        device_count=(tensor or 1) * (pipeline or 1),
        task=_task(row.path, gpu),
        settings=cells.settings(SETTINGS) | _resolution(cells),
        values=values,
        issues=tuple(cells.issues),
    )


@lru_cache(maxsize=1024)
def _name(column: str) -> str:
    """A key without its unit and case; the cells of companions as they are."""
    if not column.startswith("/"):
        return column
    key = _document.unescaped(column[1:])
    match = _KEY.fullmatch(key)
    return (match[1] if match else key).strip().casefold()


def _unit(column: str) -> str:
    """The unit that a key states in its brackets."""
    match = _KEY.fullmatch(_document.unescaped(column))
    return PER_SECOND.get(match[2], match[2]) if match else ""


def _models(file: File) -> dict[str, Any]:
    """What is known of the task's models, from the nearest `models.json` up the folders."""
    for steps in range(5):
        if found := _companion.document(file.beside("../" * steps + MODELS)):
            return found if isinstance(found, dict) else {}
    return {}


def _energy(cells: Cells) -> dict[str, Value]:
    stated = [name for name in ENERGIES if cells.text(name)]
    found = _measured(cells, {"device_energy": stated[0]}, SENSED) if stated else {}
    if not found:
        message = "The configuration states no energy per request, image or video."
        cells.issue("value.missing", message, stated[0] if stated else "")
    return found


def _measured(cells: Cells, names: dict[str, str], origin: str = REPORTED) -> dict[str, Value]:
    """The metrics that are stated under these names, each in the unit of its key."""
    found = {}
    for metric, name in names.items():
        unit = _unit(cells.column(name))
        if cells.text(name) and not unit:
            cells.issue("unit.missing", "The key has no unit in brackets.", name)
        elif value := cells.value(Column(name, unit, origin=origin)):
            found[metric] = value
    return found


def _latency(cells: Cells) -> dict[str, Value]:
    if cells.text("batch size") == "1":
        return _measured(cells, {"latency": BATCH_LATENCY})
    message = "The latency is that of a batch, not of one image or video, and is left out."
    cells.issue("latency.batched", message, BATCH_LATENCY, severity=INFO)
    return {}


def _task(path: str, gpu: str) -> str:
    """`<modality>/<task>`, the two folders above that of the GPU; empty where they are not."""
    folders = path.split("/")[:-1]
    for place, folder in enumerate(folders):
        if place and folder and folder.casefold() in gpu.casefold():
            return "/".join(folders[max(place - 2, 0) : place])
    return ""


def _resolution(cells: Cells) -> dict[str, int]:
    match = RESOLUTION.fullmatch(cells.text(f"{MODELS}:/resolution"))
    return {"image_width": int(match[1]), "image_height": int(match[2])} if match else {}
