"""Reports of optimum-benchmark: speed and memory of a model on one machine, as JSON or CSV.

`benchmark.json` has configuration and report, `benchmark_report.json` the report alone (its
configuration stands beside it), and tables have one row per experiment with units in the headers.
Times are means of a call, and a call works on a whole batch.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from ingest.formats import _document, _serving, _table
from ingest.formats._cells import Cells, scalar
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, SENSED, Issue, Reading, Row, Unreadable, Value

LABEL = "optimum-benchmark report (JSON or CSV)"
SLUG = "optimum-benchmark"

SECTIONS = ("generate", "decode", "prefill", "forward", "call")
CONFIG = "benchmark_config.json:"
LISTS = {"values", "measures"}

MODEL = ("/config/backend/model", "model")
TASK = ("/config/backend/task", "task")
DEVICE = ("/config/backend/device", "device")
GPUS = ("/config/environment/gpu", "/environment/gpus", "gpu")
CPU = ("/config/environment/cpu", "/environment/cpu")
BATCH = (
    "/config/scenario/input_shapes/batch_size",
    "/config/benchmark/input_shapes/batch_size",
    "/benchmark/input_shapes/batch_size",
    "batch size",
)
LENGTH = (
    "/config/scenario/input_shapes/sequence_length",
    "/config/benchmark/input_shapes/sequence_length",
    "/benchmark/input_shapes/sequence_length",
)
NEW_TOKENS = (
    "/config/scenario/generate_kwargs/max_new_tokens",
    "/config/scenario/new_tokens",
    "/config/benchmark/new_tokens",
    "/benchmark/new_tokens",
)
PRECISION = ("/config/backend/torch_dtype", "/config/backend/dtype", "/backend/torch_dtype")
SCHEME = (
    "/config/backend/quantization_scheme",
    "/config/backend/quantize",
    "/backend/quantization_scheme",
    "quantization scheme",
)
REVISION = (
    "/config/backend/hub_kwargs/revision",
    "/config/backend/model_kwargs/revision",
    "/hub_kwargs/revision",
)
# Ways to run a model that are off when their cell is empty, false or null.
WAYS = (
    "auto_optimization",
    "auto_quantization",
    "optimization",
    "quantization",
    "load_in_8bit",
    "load_in_4bit",
    "bettertransformer",
    "torch_compile",
    "cache_implementation",
    "attn_implementation",
    "amp_autocast",
    "device_map",
    "provider",
)
UNITS = {
    "tokens/s": "throughput",
    "samples/s": "sample_throughput",
    "images/s": "image_throughput",
}
# Two columns of memory were counted in 2^20 bytes before `max_memory_used` came.
MEMORY_UNITS = {"max_memory_used": "MB", "max_global_vram": "MB", "peak_memory": "MiB"}

_HEADER = re.compile(
    rf"({'|'.join(SECTIONS)})[. ]"
    r"(latency|throughput|max[_ ]memory[_ ]used|peak[_ ]memory) ?\((.+)\)"
)
_PACKED = re.compile(r"([\w.+]+)-batch_size\(")
_QUOTED = re.compile(r"""'([^']*)'|"([^"]*)\"""")
_WIDTH = re.compile(r"b?f(?:p|loat)?(?:8|16|32|64)", re.IGNORECASE)


class Figure(NamedTuple):
    """Where a figure stands, and its unit."""

    column: str
    unit: str


def canonical(name: str) -> str:
    """One name for a fact, whether it is a pointer, a companion's or a column's."""
    if name.startswith(CONFIG):
        return f"/config{name.removeprefix(CONFIG)}"
    if not name.startswith("/"):
        name = name.strip().casefold()
        if "(" in name or "." not in name:
            return name
        name = f"/{name.replace('.', '/')}"
    return name.removeprefix("/report")


def matches(head: Head) -> float:
    columns = [canonical(column) for column in head.columns]
    if sum(bool(_HEADER.fullmatch(column)) for column in columns) > 1:
        return head.score(1.0, name="report")
    if any(column in columns for column in ("/forward/latency/mean", "/prefill/latency/mean")):
        return head.score(1.0, name="report")
    report = {"latency", "throughput", "energy", "memory"} <= head.keys
    if not report or "preprocess" in head.keys or not {*SECTIONS, "load"} & head.keys:
        return 0.0
    if "_target_" in head.keys and "report" not in head.keys:
        return 0.0
    return head.score(1.0 if "efficiency" in head.keys else 0.8, name="benchmark")


def companion(head: Head) -> str:
    if {"_target_", "backend", "launcher"} <= head.keys and not {
        "report",
        "throughput",
    } & head.keys:
        return "A configuration of optimum-benchmark; send it with the report beside it."
    return ""


def rows(file: File) -> Iterator[Row]:
    with file.open() as stream:
        start = stream.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith((b"{", b"[")):
        return _of_json(file)
    return _table.rows(file, name=str.strip, check=_check)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=canonical)
    place = _place(row.path) if not _first(cells, *MODEL) else {}
    name = next((name for name in MODEL if cells.text(name)), MODEL[0])
    model, revision = _serving.model(cells, name)
    batch = _batch(cells, place)
    scheme = _first(cells, *SCHEME) or _scheme(cells) or place.get("precision", "")
    method, precision = ("", scheme) if _WIDTH.fullmatch(scheme) else (scheme, "")
    hardware, count = _hardware(cells)
    values = _values(cells, batch)
    if not values:
        cells.issue("value.missing", "The report states no result.")
    elif hardware and count is None and not _on_processor(cells):
        _serving.devices(cells, None)
    settings = _settings(cells, batch, precision or _first(cells, *PRECISION))
    named = {"revision": revision or _revision(cells), "machine": place.get("machine", "")}
    return Reading(
        row=row.number,
        path=row.path,
        model=model or place.get("model", ""),
        method=method,
        hardware=hardware,
        device_count=count,
        task=_first(cells, *TASK),
        settings=settings | {name: text for name, text in named.items() if text},
        samples=batch,
        values=values,
        issues=tuple(cells.issues),
    )


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """A report whose numbers another one of the same folder has, with more about it, is that one.

    Of two that say the same of model and settings the first counts.
    """
    everything = list(readings)
    told = {_numbers(reading) for reading in everything if reading.model}
    seen: set[str] = set()
    for reading in everything:
        mark = json.dumps([_numbers(reading), reading.model, reading.settings], sort_keys=True)
        fuller = not reading.model and _numbers(reading) in told
        if reading.values and (fuller or mark in seen):
            message = "Another report of this folder has the same numbers."
            issue = Issue("row.repeated", message, severity=INFO)
            issue = issue.at(row=reading.row, path=reading.path)
            yield replace(reading, values={}, issues=(*reading.issues, issue))
        else:
            seen.add(mark)
            yield reading


def _of_json(file: File) -> Iterator[Row]:
    """The report without its single measurements, and its configuration from in or beside it."""
    found = _document.document(file)
    report = found.get("report", found) if isinstance(found, dict) else None
    if not isinstance(report, dict) or not {*SECTIONS, "load"} & report.keys():
        message = f"The report has none of the sections {', '.join(SECTIONS)}."
        raise Unreadable(Issue("column.missing", message, expected=SECTIONS))
    cells = _document.cells(_without_lists(found), 1)
    if "config" not in found and (beside := file.beside("benchmark_config.json")):
        cells |= _configuration(beside)
    yield Row(1, cells, file.path)


def _without_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {key: _without_lists(said) for key, said in value.items() if key not in LISTS}


def _configuration(beside: File) -> dict[str, Any]:
    try:
        found = _document.document(beside)
        leaves = _document.cells(found, 1) if isinstance(found, dict) else {}
    except Unreadable:
        return {}
    return {f"{CONFIG}{pointer}": leaf for pointer, leaf in leaves.items()}


def _check(header: list[str]) -> None:
    names = [canonical(column) for column in header]
    if not any(_HEADER.fullmatch(name) or name.endswith("/latency/mean") for name in names):
        message = "The table has no column such as forward.latency(s)."
        raise Unreadable(Issue("column.missing", message, expected=("forward.latency(s)",)))


def _first(cells: Cells, *names: str) -> str:
    return next(filter(None, map(cells.text, names)), "")


def _place(path: str) -> dict[str, str]:
    """Of `<machine>/<organisation>/<model>/<precision>/<batch>/results.csv` what it says."""
    folders = path.split("/")[:-1][-5:]
    if len(folders) < 4 or not folders[-1].isdigit() or len(folders[-1]) > 6:
        return {}
    machine = {"machine": folders[0]} if len(folders) == 5 else {}
    organisation, model, precision, batch = folders[-4:]
    return machine | {"model": f"{organisation}/{model}", "precision": precision, "batch": batch}


def _batch(cells: Cells, place: dict[str, str]) -> int | None:
    name = next((name for name in BATCH if cells.text(name)), "")
    if name:
        return cells.count(name)
    return int(place["batch"]) or None if place else None


def _scheme(cells: Cells) -> str:
    """The first of what an experiment's name packs together: `gptq-batch_size(16)-…`."""
    packed = _PACKED.match(cells.text("experiment_name"))
    return packed[1] if packed else ""


def _revision(cells: Cells) -> str:
    """A revision other than the default branch."""
    revision = _first(cells, *REVISION)
    return "" if revision == "main" else revision


def _on_processor(cells: Cells) -> bool:
    return _first(cells, *DEVICE).casefold() == "cpu"


def _hardware(cells: Cells) -> tuple[str, int | None]:
    """The device that was used and how many of it; the machine's list is not what was used."""
    if _on_processor(cells):
        return _first(cells, *CPU), None
    device, _, index = _first(cells, *DEVICE).partition(":")
    gpus = _listed(cells)
    if index.isdigit() and len(index) < 4:
        chosen = gpus[int(index)] if int(index) < len(gpus) else ""
        return chosen or (gpus[0] if len(set(gpus)) == 1 else ""), 1
    hardware = gpus[0] if len(set(gpus)) == 1 else ""
    if identities := cells.text("/config/backend/device_ids"):
        # The tool numbers devices as the machine lists them.
        listed = {str(position): name for position, name in enumerate(gpus)}
        used = {listed.get(number.strip(), "") for number in identities.split(",")}
        return (used.pop() if len(used) == 1 else "") or hardware, len(identities.split(","))
    # Before devices had ids, a run on `cuda` was on one unless the model was spread over them.
    alone = "backend.device_map" in cells.row.cells and not cells.text("/backend/device_map")
    return hardware, 1 if device and alone else None


def _listed(cells: Cells) -> list[str]:
    """The machine's GPUs, from a list's leaves, a Python list as text, or one name."""
    leaves = [cells.text(f"/config/environment/gpu/{n}") for n in range(64)]
    if names := [leaf for leaf in leaves if leaf]:
        return names
    text = _first(cells, *GPUS)
    if not text.startswith("["):
        return [text] if text else []
    return [name for pair in _QUOTED.findall(text) for name in pair if name]


def _settings(cells: Cells, batch: int | None, precision: str) -> dict[str, Any]:
    found: dict[str, Any] = {"engine": _first(cells, "/config/backend/name", "/backend/name")}
    found["precision"] = re.sub(r"float(?=\d)", "fp", precision.casefold()).replace("bfp", "bf")
    found["batch_size"] = batch
    found["input_length"] = scalar(_first(cells, *LENGTH))
    found["output_length"] = scalar(_first(cells, *NEW_TOKENS))
    for way in WAYS:
        text = _first(cells, f"/config/backend/{way}", f"/backend/{way}")
        if text.casefold() not in ("", "false"):
            found[way] = scalar(text)
    return {name: said for name, said in found.items() if said not in ("", None)}


def _figures(cells: Cells) -> dict[tuple[str, str], Figure]:
    """All figures of the row by section and quantity."""
    found: dict[tuple[str, str], Figure] = {}
    for column in cells.row.cells:
        name = canonical(column)
        if header := _HEADER.fullmatch(name):
            quantity = header[2].replace(" ", "_")
            found[header[1], quantity] = Figure(name, header[3])
    for section in (*SECTIONS, "per_token"):
        for quantity, leaf in (("latency", "mean"), ("throughput", "value")):
            column = f"/{section}/{quantity}/{leaf}"
            if cells.text(column):
                unit = cells.text(f"/{section}/{quantity}/unit")
                found[section, quantity] = Figure(column, unit)
        column = f"/{section}/memory/max_global_vram"
        if cells.text(column):
            found[section, "max_global_vram"] = Figure(
                column, cells.text(f"/{section}/memory/unit")
            )
    return found


def _values(cells: Cells, batch: int | None) -> dict[str, Value]:
    figures = _figures(cells)
    sections = [section for section in SECTIONS if (section, "latency") in figures]
    generates = any(section in ("generate", "decode") for section, _ in figures)
    found = _throughput(cells, figures, generates) | _memory(cells, figures)
    whole = next((s for s in ("generate", "call", "forward") if s in sections), "")
    if whole and not (generates and whole == "forward"):
        found |= _time(cells, "run_time", figures[whole, "latency"], "run")
        if batch == 1:
            found |= _time(cells, "latency", figures[whole, "latency"])
    if batch == 1 and "prefill" in sections:
        found |= _time(cells, "ttft", figures["prefill", "latency"])
    if ("per_token", "latency") in figures:
        found |= _time(cells, "tpot", figures["per_token", "latency"])
    if found and generates:
        found |= _tokens(cells)
    return found | _energy(cells, whole, generates)


def _throughput(
    cells: Cells, figures: dict[tuple[str, str], Figure], generates: bool
) -> dict[str, Value]:
    """Tokens of the whole generation, or else of decoding; samples or images of what has none."""
    sections = ("generate", "decode") if generates else ("forward", "call")
    for section in sections:
        figure = figures.get((section, "throughput"))
        number = cells.number(figure.column) if figure else ""
        if not figure or not number:
            continue
        metric = UNITS.get(figure.unit)
        if not metric:
            message = f"“{figure.unit}” is not a unit of throughput."
            cells.issue("unit.unknown", message, figure.column, given=figure.unit)
        elif metric == "throughput" or not generates:
            return {metric: Value(number, "1/s", column=cells.column(figure.column))}
    return {}


def _memory(cells: Cells, figures: dict[tuple[str, str], Figure]) -> dict[str, Value]:
    """The peak of what the devices had in use, of the most demanding section."""
    for quantity, unit in MEMORY_UNITS.items():
        for section in SECTIONS:
            figure = figures.get((section, quantity))
            number = cells.number(figure.column) if figure else ""
            if figure and number and figure.unit.casefold() == "mb":
                return {"memory": Value(number, unit, column=cells.column(figure.column))}
    return {}


def _time(cells: Cells, metric: str, figure: Figure, per: str = "unit") -> dict[str, Value]:
    number = cells.number(figure.column)
    if not number:
        return {}
    if figure.unit not in ("s", "ms"):
        message = f"“{figure.unit}” is not a unit of latency."
        cells.issue("unit.unknown", message, figure.column, given=figure.unit)
        return {}
    recipe = "mean of a call" if metric != "tpot" else ""
    return {
        metric: Value(number, figure.unit, per, column=cells.column(figure.column), recipe=recipe)
    }


def _tokens(cells: Cells) -> dict[str, Value]:
    """Tokens that the configuration fixes: each call reads and writes so many per sample."""
    asked: list[tuple[str, tuple[str, ...]]] = [("tokens_out", NEW_TOKENS)]
    if _first(cells, *TASK) == "text-generation":
        asked.append(("tokens_in", LENGTH))
    found = {}
    for metric, names in asked:
        name = next((name for name in names if cells.text(name)), "")
        if name and (count := cells.count(name)):
            found[metric] = Value(str(count), "count", column=cells.column(name))
    return found


def _energy(cells: Cells, whole: str, generates: bool) -> dict[str, Value]:
    """The GPUs' energy of a call; the rest is that of a process, whose boundary is not clear."""
    for section in (whole, "" if generates else "forward"):
        column = f"/{section}/energy/gpu"
        number = cells.number(column) if section else ""
        if not number or not float(number):
            continue
        unit = cells.text(f"/{section}/energy/unit")
        if not unit:
            cells.issue("unit.missing", "The energy has no unit.", f"/{section}/energy/unit")
            return {}
        message = "Energies of processor and memory are those of a process and are left out."
        cells.issue("boundary.unclear", message, f"/{section}/energy/total", severity=INFO)
        written, recipe = cells.column(column), "mean of a call"
        return {"device_energy": Value(number, unit, "run", SENSED, column=written, recipe=recipe)}
    return {}


def _numbers(reading: Reading) -> str:
    """The folder and what was measured there: alike for two reports of one run."""
    kept = ("throughput", "sample_throughput", "image_throughput", "memory")
    numbers = {metric: v.raw for metric, v in reading.values.items() if metric in kept}
    folder = reading.path.rpartition("/")[0]
    return json.dumps([folder, reading.samples, numbers], sort_keys=True)
