"""What the benchmarks of model servers have in common: names in paths, loads, failed requests."""

import re
from typing import Any

from ingest.formats._cells import Cells, Column, shown
from ingest.readings import INFO, WARNING, Value

LONGEST_PATH = 1_000  # in which a snapshot is looked for
FEWEST = 30  # requests below which a mean says little

_SNAPSHOT = re.compile(r"(?:^|/)models--([^/]+?)--([^/]+)/snapshots/([0-9A-Za-z]+)")
# A folder that is called like an accelerator: H100, A100-80GB, MI300X, GB200, L40S, RTX4090.
_ACCELERATOR = re.compile(
    r"(?:(?:NVIDIA|AMD|Intel)[ _-])?"
    r"(?:(?:[ABHLTV]|GB|GH|MI|RTX|Gaudi|TPU)[ _-]?v?\d{1,4}[A-Za-z]{0,3}(?:[ _-].+)?)",
    re.IGNORECASE,
)
_GPUS = re.compile(r"(?:^|_)gpus_(\d+)(?:_ctx_(\d+)_gen_(\d+))?(?:_|\.|$)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})-\d{6}")


def model(cells: Cells, name: str) -> tuple[str, str]:
    """The model as written and its revision; a snapshot of the hub's cache names both."""
    if snapshot := _SNAPSHOT.search(cells.text(name)[:LONGEST_PATH]):
        return f"{snapshot[1]}/{snapshot[2]}", snapshot[3]
    return cells.model(name), ""


def place(path: str) -> tuple[str, str]:
    """The last folder called like an accelerator, and the deployment's folder below it."""
    folders = path.split("/")[:-1]
    for position in range(len(folders) - 1, -1, -1):
        if _ACCELERATOR.fullmatch(folders[position]):
            below = folders[position + 1 :]
            return folders[position], "/".join(below)
    return "", ""


def gpus(path: str) -> dict[str, int]:
    """How many devices the file's name says were used, in all, to read and to write tokens."""
    found = _GPUS.search(path.rpartition("/")[2])
    if not found:
        return {}
    names = ("device_count", "prefill_devices", "decode_devices")
    return {name: int(text) for name, text in zip(names, found.groups(), strict=True) if text}


def day(text: str) -> str:
    """The date of a compact local time such as 20260131-235959, as ISO; or the text itself."""
    found = _COMPACT.fullmatch(text)
    return f"{found[1]}-{found[2]}-{found[3]}" if found else text


def times(cells: Cells, columns: dict[str, Column]) -> dict[str, Value]:
    """The metrics of these columns; tools write zero where a time was not measured."""
    found = cells.values(columns)
    return {metric: value for metric, value in found.items() if float(value.raw)}


def requests(cells: Cells, completed: int | None, asked: int | None, name: str) -> None:
    """Note requests that failed, and runs of too few."""
    if completed is not None and asked is not None and completed < asked:
        message = f"{asked - completed} of {asked} requests failed; the others count."
        cells.issue("requests.failed", message, name, given=str(asked - completed), severity=INFO)
    if completed is not None and completed < FEWEST:
        message = f"Only {completed} requests: fewer than {FEWEST} say little."
        cells.issue("samples.few", message, name, given=str(completed), severity=WARNING)


def devices(cells: Cells, count: int | None) -> None:
    """Note that nobody says how many devices were used."""
    if count is None:
        message = "The file does not say how many devices were used; without word it is one."
        hint = "Say it in the context field “device_count”."
        cells.issue("devices.unstated", message, severity=INFO, hint=hint)


def flag(text: str) -> Any:
    """A switch that may be written as text: True, "false", 1."""
    return {"true": True, "false": False, "1": True, "0": False}.get(text.casefold(), shown(text))
