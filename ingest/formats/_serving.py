"""What the benchmarks of model servers have in common: names in paths, loads, failed requests."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from ingest.formats import _document, _limits
from ingest.formats._cells import Cells, Column, shown
from ingest.formats._file import File
from ingest.readings import INFO, WARNING, Issue, Reading, Unreadable, Value

LONGEST_PATH = 1_000  # in which a snapshot is looked for
FEWEST = 30  # requests below which a mean says little
# A run is saturated when it manages less than this share of the load and the first token comes
# this many times later than at the lowest load of the model, or after this share of the run.
ACHIEVED, LATER, QUEUE = 0.8, 2.5, 0.1
# What the tools add about each single request when they are asked for it.
DETAILS = frozenset(
    ["input_lens", "output_lens", "ttfts", "itls", "start_times", "generated_texts", "errors"]
)

_SNAPSHOT = re.compile(r"(?:^|/)models--([^/]+?)--([^/]+)/snapshots/([0-9A-Za-z]+)")
# A folder that is called like an accelerator: H100, A100-80GB, MI300X, GB200, L40S, RTX4090.
_ACCELERATOR = re.compile(
    r"(?:(?:NVIDIA|AMD|Intel)[ _-])?"
    r"(?:(?:[ABHLTV]|GB|GH|MI|RTX|Gaudi|TPU)[ _-]?v?\d{1,4}[A-Za-z]{0,3}(?:[ _-].+)?)",
    re.IGNORECASE,
)
_GPUS = re.compile(r"(?:^|_)gpus_(\d+)(?:_ctx_(\d+)_gen_(\d+))?(?:_|\.|$)")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})-\d{6}")


def records(file: File) -> list[dict[str, Any]]:
    """One result, a list of them, or one a line where the tool appends to its file."""
    with file.open() as stream:
        source = stream.read().removeprefix(b"\xef\xbb\xbf")
    lines = [line for line in source.splitlines() if line.strip()]
    if len(lines) > 1 and all(line.strip().startswith(b'{"') for line in lines):
        found = [_line(number, line) for number, line in enumerate(lines, 1)]
    else:
        whole = _document.parsed(source, without=DETAILS)
        found = whole if isinstance(whole, list) else [whole]
    if not found:
        raise Unreadable(Issue("rows.missing", "The list of results is empty."))
    if len(found) > _limits.ROWS:
        raise Unreadable(Issue("rows.excess", f"The file has more than {_limits.ROWS:,} results."))
    for number, record in enumerate(found, 1):
        if not isinstance(record, dict):
            message = "A result is a JSON object with keys and values."
            raise Unreadable(Issue("record.invalid", message, row=number))
    return found


def _line(number: int, line: bytes) -> Any:
    try:
        return _document.parsed(line, without=DETAILS)
    except Unreadable as problem:
        message = f"Line {number} can't be read. {problem.issue.message}"
        raise Unreadable(replace(problem.issue, message=message)) from None


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


def answered(cells: Cells, name: str) -> int | None:
    """How many requests succeeded, or nothing; a run of none has no figures, and an issue."""
    if cells.text(name) not in ("0", "0.0"):
        return cells.count(name)
    message = "No request was answered, so the run has no result."
    cells.issue("value.missing", message, name, given="0")
    return 0


def requests(cells: Cells, completed: int | None, asked: int | None, name: str) -> None:
    """Note requests that failed, and runs of too few."""
    if not completed:
        return
    if asked is not None and completed < asked:
        message = f"{asked - completed} of {asked} requests failed; the others count."
        cells.issue("requests.failed", message, name, given=str(asked - completed), severity=INFO)
    if completed < FEWEST:
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


def judged(readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings; runs that could not keep up with their load have the setting `saturated`."""
    groups: dict[tuple[str, ...], list[Reading]] = defaultdict(list)
    for reading in readings:
        deployment = str(reading.settings.get("deployment", ""))
        groups[reading.model, reading.hardware, deployment].append(reading)
    for group in groups.values():
        rates = [(rate, _number(r, "ttft")) for r in group if (rate := _rate(r))]
        lowest = min(rates, default=(0.0, 0.0))
        yield from (_judged(reading, *lowest) for reading in group)


def _rate(reading: Reading) -> float:
    """The load that a run was put under, in requests per second; zero without one."""
    rate = reading.settings.get("request_rate")
    return float(rate) if isinstance(rate, int | float) and not isinstance(rate, bool) else 0.0


def _number(reading: Reading, metric: str) -> float:
    value = reading.values.get(metric)
    return float(value.raw) if value else 0.0


def _judged(reading: Reading, lowest_rate: float, first_token: float) -> Reading:
    """The reading, marked if the load was too high for the server."""
    rate, ttft = _rate(reading), _number(reading, "ttft")
    if not rate or _number(reading, "sample_throughput") >= ACHIEVED * rate:
        return reading
    later = rate > lowest_rate and first_token and ttft > LATER * first_token
    queued = ttft / 1000 > QUEUE * _number(reading, "run_time") > 0
    if not (later or queued):
        return reading
    message = (
        f"The server managed {_number(reading, 'sample_throughput'):.3g} of {rate:.3g} requests "
        "per second, and the wait for the first token grew: its times are those of a queue."
    )
    issue = Issue("load.saturated", message, column="/request_rate", severity=INFO)
    issue = issue.at(row=reading.row, path=reading.path)
    return replace(
        reading,
        settings={**reading.settings, "saturated": True},
        issues=(*reading.issues, issue),
    )
