"""CodeCarbon's `emissions.csv`: energy of a machine while a program ran, total per run.

The whole machine's energy contains constants (always for memory, often for the processor), so
it is ESTIMATED; the GPUs' part is read from their counters. Neither task nor number of samples
nor quality is in the file, and the model only if the project is called by its name. A table of
scores beside it, `performance.csv`, gives the quality; the file's name tells which score.
"""

import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from ingest.formats import _companion, _table
from ingest.formats._cells import Cells, Column, pointed, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ESTIMATED, INFO, SENSED, WARNING, Issue, Reading, Row, Unreadable, Value

LABEL = "CodeCarbon emissions.csv"
SLUG = "codecarbon-csv"

ENERGIES = ("cpu_energy", "gpu_energy", "ram_energy")
VERSION = "codecarbon_version"
REQUIRED = (
    "timestamp",
    "project_name",
    "duration",
    "emissions",
    "energy_consumed",
    *ENERGIES,
    VERSION,
)
DURATION = {"run_time": Column("duration", "s", per="run")}
TOTAL = Column("energy_consumed", "kWh", per="run", origin=ESTIMATED)
GPUS = {"device_energy": Column("gpu_energy", "kWh", per="run", origin=SENSED)}
CARBON = {"carbon_reported": Column("emissions", "kg", per="run", origin=ESTIMATED)}
NUMBERS = (
    *("duration", "emissions", "energy_consumed", *ENERGIES),
    *("water_consumed", "pue", "gpu_count"),
)
SCORES, SIZES = "performance.csv", "model_parameters.csv"
ACCURACY = ("acc", "accuracy")
WATER = Column("water_consumed", "L", per="run", origin=ESTIMATED)

OLD = (
    "CodeCarbon before version 2 does not say what its energy is that of. If you know that it is "
    "the whole machine's, send your numbers in our own table; else run again with a newer version."
)
# How the names of tasks begin that prepare the work or wait beside it.
NO_WORK = ("load", "warm", "idle")
OPEN_RUNS = 10_000  # runs whose snapshots may still go on while others are read

# The header of a score: "sst2 (acc)", "squad_v2 (f1, has answer)".
_SCORE = re.compile(r"([^\s()]+) \(([^()]+)\)")
# organisation/name, or one word with a digit or a hyphen: gpt2, roberta-base, but not codecarbon.
_MODEL = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+|(?=.*[\d-])[A-Za-z0-9][\w.-]*", re.ASCII)
# What CodeCarbon calls a task without a name, or adds to a name that was there before.
_UUID = re.compile(r"_?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def matches(head: Head) -> float:
    columns = {column.strip() for column in head.columns}
    if not {"project_name", "emissions", "energy_consumed"} <= columns:
        return 0.0
    share = sum(column in columns for column in REQUIRED) / len(REQUIRED)
    return head.score((1 + share) / 2, name="emissions")


def companion(head: Head) -> str:
    columns = {column.strip() for column in head.columns}
    if {"model", "task"} <= columns and any(map(_SCORE.fullmatch, columns)):
        return "Scores of models, read with the CodeCarbon logs beside them by model and file name."
    if columns == {"model_name", "num_parameters"}:
        return "Sizes of models, shown with the CodeCarbon logs beside them."
    return ""


def rows(file: File) -> Iterator[Row]:
    scores = _companion.table(file.beside(SCORES))
    sizes = _companion.table(file.beside(SIZES))
    for row in _table.rows(file, name=str.strip, check=_check):
        project = Cells(row, str.strip).text("project_name")
        known = _score(scores, project, file.path) | _size(sizes, project)
        yield Row(row.number, {**row.cells, **known}, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(pointed(row, NUMBERS, str.strip), name=str.strip)
    hardware, cpu = devices(cells)
    task = cells.text("task_name")
    phase = _UUID.sub("", task)
    run = cells.text("run_id")
    score = _score_column(row)
    settings = {"cpu": cpu, "phase": phase, "score_of": _unusual(score)}
    reading = Reading(
        row=row.number,
        path=row.path,
        model=_model(cells),
        hardware=hardware,
        device_count=cells.count("gpu_count") if cells.text("gpu_model") else None,
        settings={name: text for name, text in settings.items() if text},
        region=cells.text("country_iso_code"),
        measured_on=cells.date("timestamp"),
        external_id=f"{run}/{task}" if run and task else run,
        values=cells.values(DURATION) | _totals(cells) | _quality(cells, score),
    )
    if phase.casefold().startswith(NO_WORK):
        message = f"“{phase}” prepares the work or waits, and is not counted as work."
        cells.issue("row.phase", message, "task_name", severity=INFO)
        reading = replace(reading, values={})
    return replace(reading, issues=tuple(cells.issues))


def settle(readings: Iterable[Reading]) -> Iterator[Reading]:
    """Rows of one run are snapshots of its growing totals: only the longest keeps its values."""
    longest: OrderedDict[str, Reading] = OrderedDict()
    closed: set[int] = set()
    for reading in readings:
        run = reading.external_id
        if not run or "run_time" not in reading.values:
            yield reading
        elif hash(run) in closed:
            message = "The rows of this run stand too far apart to tell which is the longest."
            yield _without_values(reading, Issue("run.scattered", message))
        elif run not in longest:
            longest[run] = reading
        else:
            shorter, longest[run] = sorted([longest[run], reading], key=_duration)
            longest.move_to_end(run)
            message = f"A snapshot of a run that row {longest[run].row} has for longer."
            yield _without_values(shorter, Issue("row.snapshot", message, severity=INFO))
        if len(longest) > OPEN_RUNS:
            run, reading = longest.popitem(last=False)
            closed.add(hash(run))
            yield reading
    yield from longest.values()


def _check(header: list[str]) -> None:
    """Refuse a header without the parts of the energy; who has them may be of no version."""
    has_parts = set(ENERGIES) <= {column.strip() for column in header}
    wanted = [column for column in REQUIRED if column != VERSION or not has_parts]
    try:
        _table.require(header, wanted, str.strip)
    except Unreadable as problem:
        raise Unreadable(problem.issue if has_parts else replace(problem.issue, hint=OLD)) from None


def _score(records: list[dict[str, Any]], project: str, path: str) -> dict[str, Any]:
    """The project's score of the benchmark that the file is named after."""
    parts = PurePosixPath(path).stem.split("_")
    for record in records:
        if not project or not _same_model(str(record.get("model") or ""), project):
            continue
        for column, cell in record.items():
            match = _SCORE.fullmatch(column)
            if match and match[1] in parts and stated(cell):
                return {f"{SCORES}:{column}": cell}
    return {}


def _size(records: list[dict[str, Any]], project: str) -> dict[str, Any]:
    """The project's number of parameters."""
    for record in records:
        if project and _same_model(str(record.get("model_name") or ""), project):
            return {f"{SIZES}:num_parameters": record.get("num_parameters")}
    return {}


def _same_model(one: str, other: str) -> bool:
    """True for one name, with or without the organisation before it."""
    return one == other or (
        ("/" in one) != ("/" in other) and one.rpartition("/")[2] == other.rpartition("/")[2]
    )


def _score_column(row: Row) -> str:
    return next((column for column in row.cells if column.startswith(f"{SCORES}:")), "")


def _unusual(score: str) -> str:
    """What a score is, unless it is the plain accuracy."""
    match = _SCORE.fullmatch(score.removeprefix(f"{SCORES}:"))
    return match[2] if match and match[2] not in ACCURACY else ""


def _quality(cells: Cells, score: str) -> dict[str, Value]:
    return cells.values({"quality": Column(score, "1")} if score else {})


def _model(cells: Cells) -> str:
    """The project's name if it looks like one of a model."""
    project = cells.text("project_name")
    if _MODEL.fullmatch(project):
        return project
    message = "The project's name does not look like a model's, so the model is not stated."
    hint = "Say which model ran, or write it as organisation/name."
    cells.issue("model.unstated", message, "project_name", given=project, severity=INFO, hint=hint)
    return ""


def devices(cells: Cells) -> tuple[str, str]:
    """The GPU without its count, or else the processor; and the processor beside a GPU."""
    gpu, cpu = cells.text("gpu_model"), cells.text("cpu_model")
    if cpu.casefold() == "unknown":
        cpu = ""
    if not gpu:
        return cpu, ""
    count, _, name = gpu.partition(" x ")
    if count.isdigit() and " x " not in name:
        gpu = name
    return gpu, "" if cpu == gpu else cpu


def _totals(cells: Cells) -> dict[str, Value]:
    """The energies under the boundary that mode and PUE give them, and what follows from them."""
    total = cells.value(TOTAL)
    if not total:
        message = "The row has no energy, so it does not count."
        cells.issue("value.missing", message, TOTAL.name)
        return {}
    _check_sum(cells, total)
    pue = cells.number("pue")
    inside = bool(pue) and float(pue) != 1
    found: dict[str, Value] = {}
    if inside:
        message = f"All energies of the row contain a PUE of {pue}: they are the facility's."
        cells.issue("boundary.facility", message, "pue", given=pue, severity=INFO)
    else:
        found |= _gpus(cells)
    if _whole_machine(cells):
        found |= {"facility_energy" if inside else "node_energy": total}
        found |= cells.values(CARBON) | _water(cells)
    return found


def _gpus(cells: Cells) -> dict[str, Value]:
    """The GPUs' part, unless it is the zero of counters that could not be read."""
    found = cells.values(GPUS)
    if not found or float(found["device_energy"].raw):
        return found
    if cells.text("gpu_model"):
        message = (
            "The row names a GPU and gives it no energy: the tool could not read it, and the "
            "total lacks it."
        )
        cells.issue("value.unread", message, "gpu_energy", given="0", severity=WARNING)
    return {}


def _whole_machine(cells: Cells) -> bool:
    mode = cells.text("tracking_mode")
    if mode == "machine":
        return True
    message = "Only the mode “machine” measures the whole machine; the totals are left out."
    if not mode:
        message = "The row does not say that it tracked the whole machine; the totals are left out."
    cells.issue("boundary.unclear", message, "tracking_mode", given=mode, severity=WARNING)
    return False


def _check_sum(cells: Cells, total: Value) -> None:
    parts = [cells.number(name) for name in ENERGIES]
    if all(parts):
        expected, given = sum(map(float, parts)), float(total.raw)
        if abs(expected - given) > 0.001 * max(abs(expected), abs(given)):
            cells.issue(
                "value.contradiction",
                f"The parts add up to {expected:.6g} kWh, not to {total.raw} kWh.",
                TOTAL.name,
                given=total.raw,
                expected=(f"{expected:.6g}",),
                severity=WARNING,
            )


def _water(cells: Cells) -> dict[str, Value]:
    """The water, unless it is the zero of a tool that was told no water use."""
    water = cells.value(WATER)
    return {"water": water} if water and float(water.raw) else {}


def _duration(reading: Reading) -> float:
    return float(reading.values["run_time"].raw)


def _without_values(reading: Reading, why: Issue) -> Reading:
    issue = why.at(row=reading.row, path=reading.path)
    return replace(reading, values={}, issues=(*reading.issues, issue))
