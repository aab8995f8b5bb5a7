"""BoAmps energy reports: JSON, or a table whose headers are the flattened paths of the JSON.

`powerConsumption` is an energy in spite of its name: kWh, unless an older report states a unit
beside it. One measure of a report is one reading, because a report may hold what several tools
measured.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from ingest.formats import _document, _table
from ingest.formats._cells import Cells, Column, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import (
    ESTIMATED,
    INFO,
    METERED,
    REPORTED,
    SENSED,
    WARNING,
    Issue,
    Reading,
    Row,
    Unreadable,
    Value,
)

LABEL = "BoAmps energy report (JSON or CSV)"
SLUG = "boamps-json"

ENERGY = "powerConsumption"
# Tool → whose energy it gives, and how it comes by it. CodeCarbon has constants for memory.
TOOLS = {
    "codecarbon": ("node_energy", ESTIMATED),
    "wattmeter": ("node_energy", METERED),
    "flops-compute": ("node_energy", ESTIMATED),
    "carbontracker": ("facility_energy", ESTIMATED),
    "nvml": ("device_energy", SENSED),
    "pynvml": ("device_energy", SENSED),
    "nvidia-smi": ("device_energy", SENSED),
    "zeus": ("device_energy", SENSED),
}
PLAIN_PRECISIONS = frozenset(
    [
        "16",
        "f16",
        "fp16",
        "float16",
        "b16",
        "bf16",
        "bfloat16",
        "q16",
        "32",
        "f32",
        "fp32",
        "float32",
        "q32",
        "tf32",
    ]
)
ACCELERATORS = frozenset({"gpu", "tpu", "npu", "asic", "fpga"})
FEW = 30

_MEASURE = re.compile(r"/measures/(\d+)/(.+)", re.ASCII)
_COUNTED = re.compile(r"(\d{1,6}) x (.+)", re.ASCII)


def matches(head: Head) -> float:
    keys = head.keys or {part for name in head.columns for part in _pointer(name).split("/")}
    told = {"task", "infrastructure"} & keys  # a report without a task is not complete, but one
    if not {ENERGY, "measures"} <= keys or "properties" in keys or not told:
        return 0.0
    return head.score(1.0 if len(told) == 2 else 0.7)


def companion(head: Head) -> str:
    if "$schema" in head.keys and "properties" in head.keys and "BoAmps" in head.text:
        return "A schema of BoAmps: it says how a report is built and holds no results."
    return ""


def rows(file: File) -> Iterator[Row]:
    number = 0
    for report in _reports(file):
        for cells in _measures(report):
            number += 1
            yield Row(number, cells, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_pointer)
    measure = next((f"/measures/{m[1]}" for m in map(_measure, row.cells) if m), "/measures/0")
    samples = _samples(cells)
    hardware, count, cpu = _hardware(cells)
    method, precision = _method(cells)
    settings = {
        "precision": precision,
        "engine": cells.text(f"{_algorithm(cells)}/framework"),
        "cpu": cpu,
    }
    values = _energy(cells, measure) | _others(cells, measure, samples)
    _check_report(cells, samples)
    return Reading(
        row=row.number,
        path=row.path,
        model=_model(cells),
        method=method,
        hardware=hardware,
        device_count=count,
        task=_task(cells),
        settings={name: text for name, text in settings.items() if text},
        samples=samples,
        region=cells.text("/environment/country"),
        measured_on=cells.date(f"{measure}/measurementDateTime")
        or cells.date("/header/reportDatetime"),
        external_id=_external_id(cells, measure),
        values=values,
        issues=tuple(cells.issues),
    )


@lru_cache(maxsize=4096)
def _pointer(column: str) -> str:
    """The JSON pointer that a header of a table stands for: `measures_0_version`."""
    if column.startswith("/"):
        return column
    return "/" + "/".join(filter(None, re.split(r"[._/\[\]\s]+", column)))


def _measure(column: str) -> re.Match[str] | None:
    return _MEASURE.fullmatch(_pointer(column))


def _reports(file: File) -> Iterator[dict[str, Any]]:
    """The reports of a file as cells."""
    with file.open() as stream:
        head = Head(stream.read(65_536))
    if not head.text.startswith(("{", "[")):
        for row in _table.rows(file, check=_check_header):
            yield row.cells
        return
    found = _document.document(file)
    reports = found if isinstance(found, list) else [found]
    if not reports:
        raise Unreadable(Issue("rows.missing", "The file holds an empty list."))
    for number, report in enumerate(reports, 1):
        yield _document.cells(report, number)


def _check_header(header: list[str]) -> None:
    if not any((match := _measure(name)) and match[2] == ENERGY for name in header):
        wanted = f"measures_0_{ENERGY}"
        message = f"The table lacks a column {wanted}."
        raise Unreadable(Issue("column.missing", message, column=wanted, expected=(wanted,)))


def _measures(report: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The report once per measure, each time without the other measures."""
    places = {name: match[1] for name in report if (match := _measure(name))}
    numbers = dict.fromkeys(places[name] for name in places if stated(report[name]))
    for number in numbers or [""]:
        yield {name: cell for name, cell in report.items() if places.get(name, number) == number}


def _items(cells: Cells, place: str) -> list[dict[str, str]]:
    """The objects of a list as pointer inside the object → text, in their order."""
    found: dict[str, dict[str, str]] = {}
    for column in cells.row.cells:
        pointer = _pointer(column)
        if pointer.startswith(f"{place}/"):
            number, _, inner = pointer[len(place) + 1 :].partition("/")
            if text := cells.text(pointer):
                found.setdefault(number, {})[inner] = text
    return list(found.values())


def _ending(cells: Cells, key: str) -> str:
    """Where a key stands: in the task, or else in the one place deeper, as in older reports."""
    pointers = map(_pointer, cells.row.cells)
    found = [p for p in pointers if p.endswith(f"/{key}") and cells.text(p)]
    return found[0] if len(found) == 1 else f"/task/{key}"


def _algorithm(cells: Cells) -> str:
    """Where the algorithm stands that names a model, or else the first."""
    for column in cells.row.cells:
        pointer = _pointer(column)
        if pointer.endswith(("/foundationModelName", "/algorithmName")) and cells.text(pointer):
            return pointer.rpartition("/")[0]
    return "/task/algorithms/0"


def _model(cells: Cells) -> str:
    """The model's name, if just one is given."""
    named = [
        text
        for item in _items(cells, "/task/algorithms")
        if (text := item.get("foundationModelName") or item.get("algorithmName"))
    ]
    place = _algorithm(cells)
    if len(set(named)) < 2:
        key = "foundationModelName" if cells.text(f"{place}/foundationModelName") else ""
        return cells.model(f"{place}/{key or 'algorithmName'}")
    message = f"The report names several algorithms: {', '.join(named)}. Say which model counts."
    cells.issue("model.several", message, place, given=", ".join(named), severity=INFO)
    return ""


def _method(cells: Cells) -> tuple[str, str]:
    """A quantisation is the method; plain 16 or 32 bit numbers are the baseline's precision."""
    written = cells.text(f"{_algorithm(cells)}/quantization")
    return ("", written) if written.casefold() in PLAIN_PRECISIONS else (written, "")


def _task(cells: Cells) -> str:
    """The family of the task; anything but inference is named with it, as it is another task."""
    family, stage = cells.text("/task/taskFamily"), cells.text("/task/taskStage")
    return f"{family}, {stage}" if family and stage not in ("", "inference") else family


def _samples(cells: Cells) -> int | None:
    """The number of requests; the format writes 0 where it does not apply."""
    place = _ending(cells, "nbRequest")
    return None if cells.text(place) in ("0", "0.0") else cells.count(place)


def _energy(cells: Cells, measure: str) -> dict[str, Value]:
    place = f"{measure}/{ENERGY}"
    tool = cells.text(f"{measure}/measurementMethod")
    known = TOOLS.get(tool.casefold())
    metric, origin = known or ("node_energy", REPORTED)
    unit = cells.text(f"{measure}/unit").replace("Joule", "J") or "kWh"
    value = cells.value(Column(place, unit, per="run", origin=origin))
    if not value:
        cells.issue("value.missing", "The measure states no energy.", place)
        return {}
    modes = {cells.text(f"{measure}/{part}TrackingMode").casefold() for part in ("cpu", "gpu")}
    if "process" in modes:
        message = "The tool tracked a process and not the machine, so its energy is left out."
        cells.issue("boundary.unclear", message, place, given="process", severity=WARNING)
        return {}
    if not known:
        message = f"What “{tool or 'nobody'}” measures is not known; it is taken for the machine."
        name = f"{measure}/measurementMethod"
        cells.issue(
            "boundary.unclear", message, name, given=tool, expected=(*TOOLS,), severity=WARNING
        )
    return {metric: value}


def _others(cells: Cells, measure: str, samples: int | None) -> dict[str, Value]:
    columns = {
        "run_time": Column(f"{measure}/measurementDuration", "s", per="run"),
        "quality": Column("/task/measuredAccuracy", "1"),
    }
    older = _older_tokens(cells) if samples == 1 else {}
    return cells.values(columns) | older | _tokens(cells)


def _older_tokens(cells: Cells) -> dict[str, Value]:
    """Tokens as older reports have them: of one request or of all, which is the same for one."""
    keys = {"tokens_in": "nbTokensInput", "tokens_out": "nbTokensOutput"}
    return cells.values(
        {metric: Column(_ending(cells, key), "count", per="run") for metric, key in keys.items()}
    )


def _tokens(cells: Cells) -> dict[str, Value]:
    """Tokens of the whole run, where the report has one dataset of them in and one out."""
    found: dict[str, Value] = {}
    for metric, usage in (("tokens_in", "input"), ("tokens_out", "output")):
        places = [
            pointer.rpartition("/")[0]
            for pointer in map(_pointer, cells.row.cells)
            if pointer.startswith("/task/dataset/")
            and pointer.endswith("/dataUsage")
            and cells.text(pointer) == usage
        ]
        counted = [place for place in places if cells.text(f"{place}/dataType") == "token"]
        if len(counted) == 1:
            column = Column(f"{counted[0]}/dataQuantity", "count", per="run")
            found |= cells.values({metric: column})
    return found


def _hardware(cells: Cells) -> tuple[str, int | None, str]:
    """The accelerator, how many, and the processor beside it; a processor's count is of cores."""
    kinds: dict[bool, list[dict[str, str]]] = {True: [], False: []}
    for item in _items(cells, "/infrastructure/components"):
        kind = (item.get("componentType") or item.get("componentName", "")).casefold()
        if kind in ACCELERATORS or kind == "cpu":
            kinds[kind in ACCELERATORS].append(item)
    accelerators, processors = kinds[True], kinds[False]
    cpu = " + ".join(dict.fromkeys(map(_component, processors)))
    if not accelerators:
        return cpu, None, ""
    names = dict.fromkeys(_component(item) for item in accelerators)
    if len(names) > 1:
        message = f"The report has several accelerators: {', '.join(names)}. Say which was used."
        cells.issue("hardware.several", message, "/infrastructure/components", severity=INFO)
        return "", None, cpu
    return next(iter(names)), _count(cells, accelerators), cpu


def _component(item: dict[str, str]) -> str:
    """A component's name without a count before it; older reports have it in pieces."""
    name = item.get("componentName", "")
    if match := _COUNTED.fullmatch(name):
        return match[2]
    if name.casefold() in ACCELERATORS | {"cpu", ""}:
        pieces = (item.get(key, "") for key in ("manufacturer", "family", "series"))
        return " ".join(filter(None, pieces))
    return name


def _count(cells: Cells, items: list[dict[str, str]]) -> int | None:
    """How many there are: said in `nbComponent`, before the name, or in both; never multiplied."""
    total = 0
    for item in items:
        written = item.get("nbComponent", "")
        number = int(written.split(".")[0]) if re.fullmatch(r"\d{1,6}(\.0*)?", written) else 0
        match = _COUNTED.fullmatch(item.get("componentName", ""))
        before = int(match[1]) if match else 0
        if number > 1 and before > 1 and number != before:
            message = f"The name says {before} devices and nbComponent says {number}."
            place = "/infrastructure/components"
            cells.issue("value.contradiction", message, place, given=written, severity=WARNING)
            return None
        total += max(number, before)
    return total or None


def _external_id(cells: Cells, measure: str) -> str:
    """The report's own id, so that a corrective report replaces the one that it corrects."""
    report = cells.text("/header/reportId")
    place = measure.rpartition("/")[2]
    return f"{report}/{place}" if report and place != "0" else report


def _check_report(cells: Cells, samples: int | None) -> None:
    """What the report says of itself, and whether it has enough requests."""
    status = cells.text("/header/reportStatus")
    if status == "draft":
        message = "The report says of itself that it is a draft."
        place = "/header/reportStatus"
        cells.issue("report.draft", message, place, given=status, severity=WARNING)
    place = "/header/publisher/confidentialityLevel"
    level = cells.text(place)
    if level not in ("", "public"):
        message = f"The report is marked as {level}."
        cells.issue("report.confidential", message, place, given=level, severity=WARNING)
    if samples and samples < FEW:
        message = f"The number of requests is {samples}, below {FEW}."
        place = _ending(cells, "nbRequest")
        cells.issue("samples.few", message, place, given=str(samples), severity=INFO)
