"""Tables of Zeus and of the papers around it: GPU energy of windows, epochs and iterations.

Five shapes, told by their columns: windows of a ZeusMonitor (one column per GPU), epochs under
a power limit, epochs needed to reach a target, iterations of a pipeline, and the plans of one
pipeline as a curve of time and energy. GPU, model and batch often stand only in the path.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

from ingest.formats import _table
from ingest.formats._cells import Cells, Column, scalar, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ESTIMATED, INFO, SENSED, Issue, Reading, Row, Unreadable, Value

LABEL = "Zeus measurements (CSV)"
SLUG = "zeus"

WINDOWS = ("start_time", "window_name", "elapsed_time")
RUNS = ("dataset", "network", "batch_size", "optimizer")
EPOCHS = (*RUNS, "power_limit", "time_per_epoch", "average_power")
TARGETS = (*RUNS, "target_metric", "target_epoch")
PIPELINES = ("model", "device", "num_microbatches", "iteration_time", "energy")
CURVE = ("time", "energy")

GPU_ENERGY = re.compile(r"gpu\d+_energy", re.ASCII)
POWER_LIMIT = re.compile(r"__GlobalPowerLimitOptimizer_(\d{1,6}(?:\.\d+)?)", re.ASCII)
WINDOW_TIME = {"run_time": Column("elapsed_time", "s", per="run")}
EPOCH = {
    "run_time": Column("time_per_epoch", "s"),
    "power": Column("average_power", "W", origin=SENSED),
}
ITERATION = {
    "run_time": Column("iteration_time", "s", origin=ESTIMATED),
    "device_energy": Column("energy", "J", origin=ESTIMATED),
}
PLAN = {
    "run_time": Column("time", "s", origin=ESTIMATED),
    "device_energy": Column("energy", "J", origin=ESTIMATED),
}

_PROFILE = re.compile(r"(?:.*/)?([^/+]+)\+([^/+]+)\+gpu[\d,]+\.csv", re.ASCII)
_SUMMARY = re.compile(r"(?:.*/)?summary_power_([^/]+)\.csv")
_PLANNER = re.compile(r"(?:.*/)?([^/]+)_result\.csv")
_CURVE = re.compile(r"(?:(?:.*/)?([^/]+)/)?([^/_]+)_([^/_]+)_mb(\d{1,6})\.csv", re.ASCII)


def matches(head: Head) -> float:
    columns = _columns(head.columns)
    if shape := _shape(columns):
        return head.score(1.0 if shape is not CURVE else _curve_score(head, columns), name="_mb")
    return 0.0


def rows(file: File) -> Iterator[Row]:
    return _table.rows(file, name=str.strip, check=_check)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=str.strip)
    shape = _shape(_columns(row.cells))
    found = Reading(row=row.number, path=row.path, values={})
    if shape:
        found = READERS[shape](cells, found)
    if not found.values and not cells.issues:
        cells.issue("value.missing", "The row states no result.")
    return replace(found, issues=tuple(cells.issues))


def _columns(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.strip() for name in names)


def _shape(columns: frozenset[str]) -> tuple[str, ...] | None:
    """The columns that tell which of the tables this is; None for another table."""
    if columns.issuperset(WINDOWS) and any(map(GPU_ENERGY.fullmatch, columns)):
        return WINDOWS
    for shape in (EPOCHS, TARGETS, PIPELINES):
        if columns.issuperset(shape):
            return shape
    return CURVE if columns == set(CURVE) else None


def _curve_score(head: Head, columns: frozenset[str]) -> float:
    """Two columns without units could be anything: only the path makes them a curve of Zeus."""
    return 0.6 if _CURVE.fullmatch(head.path) else 0.3


def _check(header: Iterable[str]) -> None:
    if not _shape(_columns(header)):
        message = "The table has the columns of none of the tables that Zeus writes."
        expected = (*WINDOWS, "gpu0_energy")
        raise Unreadable(Issue("column.missing", message, expected=expected))


def _window(cells: Cells, found: Reading) -> Reading:
    """One window of a ZeusMonitor; that of the power limit optimiser ends in its limit in W."""
    gpus = sorted(name for name in _columns(cells.row.cells) if GPU_ENERGY.fullmatch(name))
    window = cells.text("window_name")
    limit = POWER_LIMIT.fullmatch(window)
    place = _PROFILE.fullmatch(found.path)
    setting = {"power_limit_w": scalar(limit[1])} if limit else {"window": window}
    return replace(
        found,
        model=place[2] if place else "",
        hardware=place[1] if place else "",
        device_count=len(gpus),
        settings={name: said for name, said in setting.items() if said != ""},
        values=_sum(cells, gpus) | cells.values(WINDOW_TIME),
    )


def _sum(cells: Cells, gpus: list[str]) -> dict[str, Value]:
    """The energy of all GPUs; none if one of them is missing, because the sum would be too low."""
    parts = {name: cells.number(name) for name in gpus}
    if lacking := [name for name, raw in parts.items() if not raw]:
        if not cells.issues:
            message = f"The energy of {', '.join(lacking)} is missing, so there is no sum."
            cells.issue("value.missing", message, lacking[0])
        return {}
    if len(gpus) == 1:
        return cells.values({"device_energy": Column(gpus[0], "J", per="run", origin=SENSED)})
    joules = cells.checked(str(sum(map(Decimal, parts.values()))), gpus[0])
    recipe = " + ".join(gpus)
    value = Value(joules, "J", "run", SENSED, column=gpus[0], recipe=recipe)
    return {"device_energy": value} if joules else {}


def _run(cells: Cells, found: Reading) -> Reading:
    """What the tables of training runs have in common."""
    settings = {name: name for name in ("batch_size", "optimizer", "learning_rate")}
    dataset = cells.text("dataset")
    return replace(
        found,
        model=cells.model("network"),
        # Not the dataset alone, which is the name of a task of answering, too.
        task=f"training epoch, {dataset}" if dataset else "",
        settings=cells.settings(settings | {"power_limit_w": "power_limit"}),
    )


def _epoch(cells: Cells, found: Reading) -> Reading:
    """A mean epoch under a power limit: its energy is its time by its power."""
    values = cells.values(EPOCH)
    if len(values) == len(EPOCH):
        time, power = (float(values[metric].raw) for metric in EPOCH)
        if joules := cells.checked(repr(time * power), "average_power"):
            recipe = "time_per_epoch × average_power"
            energy = Value(joules, "J", origin=SENSED, column="average_power", recipe=recipe)
            values["device_energy"] = energy
    elif not cells.issues:
        cells.issue("value.missing", "The row lacks the time or the power of an epoch.")
    place = _SUMMARY.fullmatch(found.path)
    return replace(_run(cells, found), hardware=place[1] if place else "", values=values)


def _target(cells: Cells, found: Reading) -> Reading:
    """How many epochs a run needed to reach a target; a run that never did has nan."""
    target = cells.text("target_metric")
    epochs = cells.number("target_epoch")
    if epochs:
        message = f"{epochs} epochs to reach {target}: nothing here ranks by epochs."
        cells.issue("metric.unsupported", message, "target_epoch", severity=INFO)
    elif not cells.issues:
        message = f"The run never reached {target}."
        cells.issue("target.missed", message, "target_epoch", severity=INFO)
    settings = cells.settings({"target": "target_metric"})
    shared = _run(cells, found)
    return replace(shared, settings=shared.settings | settings)


def _pipeline(cells: Cells, found: Reading) -> Reading:
    """An emulated iteration of a model that many GPUs train in a pipeline."""
    settings = {name: name for name in ("precision", "num_microbatches", "num_pipelines")}
    place = _PLANNER.fullmatch(found.path)
    planner = {"planner": place[1]} if place else {}
    _emulated(cells)
    return replace(
        found,
        model=cells.model("model"),
        hardware=cells.text("device"),
        settings=cells.settings(settings) | planner | {"simulated": True},
        values=cells.values(ITERATION),
    )


def _plan(cells: Cells, found: Reading) -> Reading:
    """One plan of a pipeline: what tells the plans apart is the time that each is made for."""
    place = _CURVE.fullmatch(found.path)
    settings: dict[str, Any] = {"simulated": True}
    if place:
        settings |= {"precision": place[3], "num_microbatches": int(place[4])}
    if time := cells.text("time"):
        settings["iteration_time_s"] = scalar(time)
    _emulated(cells)
    return replace(
        found,
        model=place[2] if place else "",
        hardware=(place[1] or "") if place else "",
        settings=settings,
        values=cells.values(PLAN),
    )


def _emulated(cells: Cells) -> None:
    if stated(cells.row.cells.get("energy")):
        message = "An emulation of many GPUs, whose number the file does not say."
        cells.issue("devices.unstated", message, "energy", severity=INFO)


READERS: dict[tuple[str, ...], Callable[[Cells, Reading], Reading]] = {
    WINDOWS: _window,
    EPOCHS: _epoch,
    TARGETS: _target,
    PIPELINES: _pipeline,
    CURVE: _plan,
}
