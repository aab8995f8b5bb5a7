"""Experiment Runner: its `run_table.csv`, and the `energibridge.csv` of a single run.

One row of the table is one repetition of a run: factors first, then what was measured. Factors
differ between experiments. A log of EnergiBridge is one run: powers are added up over the time
between samples, which is all the arithmetic that such a file has.
"""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import PurePosixPath
from typing import Any

from ingest.formats import _companion, _table, codecarbon_csv
from ingest.formats._cells import Cells, Column, is_number, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ESTIMATED, INFO, REPORTED, SENSED, WARNING, Reading, Row, Value

LABEL = "Experiment Runner run table or EnergiBridge log (CSV)"
SLUG = "experiment-runner-csv"

RUN, DONE = "__run_id", "__done"
TABLE = "run_table.csv"
FACTORS = "(factors)"
TRACKER = "codecarbon__"

TOTAL = Column(f"{TRACKER}energy_consumed", "kWh", per="run", origin=ESTIMATED)
JOULES = Column("energy_usage_j", "J", per="run", origin=REPORTED)
OTHERS = {
    "device_energy": Column(f"{TRACKER}gpu_energy", "kWh", per="run", origin=SENSED),
    "carbon_reported": Column(f"{TRACKER}emissions", "kg", per="run", origin=ESTIMATED),
}
TIMES = (
    Column("execution_time", "s", per="run"),
    Column(f"{TRACKER}duration", "s", per="run"),
)
MEASURED = {JOULES.name, TIMES[0].name, "cpu_usage", "gpu_usage", "memory_usage"}
# Factors that say who ran where; all others are settings.
IDENTITY = ("model", "hardware", "task")
# A factor called `method` is where the model ran, and not what was done to it.
RENAMED = {"method": "execution"}

SYSTEM = "SYSTEM_POWER (Watts)"
GPU = re.compile(r"GPU\d+_POWER \(mWatts\)")
DELTA = "Delta"
SPAN, SAMPLES, UNUSED = "sum of Delta (ms)", "samples", "samples without number"
JOULES_PER_KWH = 3_600_000
_REPETITION = re.compile(r"_repetition_\d+$")


def matches(head: Head) -> float:
    columns = {column.strip() for column in head.columns}
    if {RUN, DONE} <= columns:
        return head.score(1.0, name="run_table")
    logged = any("_POWER" in name or "_ENERGY" in name or "CPU_" in name for name in columns)
    return head.score(1.0 if {DELTA, "Time"} <= columns and logged else 0, name="energibridge")


def rows(file: File) -> Iterator[Row]:
    with file.open() as stream:
        is_log = DELTA in {name.strip() for name in Head(stream.read(65_536)).columns}
    if is_log:
        yield Row(1, _logged(file), file.path)
        return
    factors = " | ".join(_factors(_runs(file)))
    for row in _runs(file):
        yield Row(row.number, {**row.cells, FACTORS: factors}, file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row, name=_name)
    factors = _stated_factors(cells)
    is_remote = "remote" in map(str.casefold, map(str, factors.values()))
    values = _logged_values(cells) if SPAN in row.cells else _measured(cells, is_remote)
    hardware, _ = codecarbon_csv.devices(_tracker(row))
    return Reading(
        row=row.number,
        path=row.path,
        model=cells.model("model"),
        # Where the model ran is not known; what file and sender say of hardware is the client's.
        hardware="unspecified" if is_remote else str(factors.get("hardware", "")) or hardware,
        device_count=None if is_remote else cells.count(f"{TRACKER}gpu_count"),
        task=str(factors.get("task", "")),
        settings={
            RENAMED.get(name, name): said for name, said in factors.items() if name not in IDENTITY
        },
        region=cells.text(f"{TRACKER}country_iso_code"),
        measured_on=cells.date(f"{TRACKER}timestamp"),
        values=values,
        issues=tuple(cells.issues),
    )


def _name(column: str) -> str:
    """A column without case, whether it is the row's own or stands in the run table."""
    return column.removeprefix(f"{TABLE}:").strip().casefold()


def _tracker(row: Row) -> Cells:
    """What CodeCarbon stated, under its own names."""
    found = {_name(column): cell for column, cell in row.cells.items()}
    own = {name.removeprefix(TRACKER): found[name] for name in found if name.startswith(TRACKER)}
    return Cells(Row(row.number, own, row.path))


def _runs(file: File) -> Iterator[Row]:
    def check(header: Iterable[str]) -> None:
        _table.require(header, (RUN, DONE), str.strip)

    return _table.rows(file, name=str.strip, check=check)


def _factors(runs: Iterable[Row]) -> list[str]:
    """The columns before the first measure that are the same in all repetitions of each run."""
    candidates: list[str] = []
    first: dict[str, list[Any]] = {}
    varying: set[str] = set()
    for row in runs:
        candidates = candidates or _before_measures(row.cells)
        run = _REPETITION.sub("", stated(row.cells.get(RUN)))
        found = [row.cells.get(name) for name in candidates]
        known = first.setdefault(run, found)
        varying |= {n for n, a, b in zip(candidates, known, found, strict=True) if a != b}
    return [name for name in candidates if name not in varying]


def _before_measures(columns: Iterable[str]) -> list[str]:
    """The columns that stand where Experiment Runner puts factors."""
    found: list[str] = []
    for column in columns:
        if _name(column) in MEASURED or column.strip().startswith(TRACKER):
            return found
        if column.strip() not in (RUN, DONE):
            found.append(column)
    return found


def _stated_factors(cells: Cells) -> dict[str, Any]:
    """The row's factors under their names."""
    names = [_name(column) for column in cells.text(FACTORS).split(" | ")]
    return cells.settings({name: name for name in names if name})


def _measured(cells: Cells, is_remote: bool) -> dict[str, Value]:
    done = cells.text(DONE)
    if done and done.casefold() != "done":
        message = f"The run is {done}, not DONE, so it is left out."
        cells.issue("row.unfinished", message, DONE, given=done, severity=INFO)
        return {}
    times = [value for value in map(cells.value, TIMES) if value]
    found = {"run_time": times[0]} if times else {}
    energies = _energy(cells) | cells.values(OTHERS)
    if not found and not energies:
        expected = ("execution_time", "codecarbon__energy_consumed", "energy_usage_J")
        message = "The row has no time and no energy under a name that tells its unit."
        hint = "Rename the columns if they are in seconds, kWh or J, or use our template."
        cells.issue("value.missing", message, expected=expected, hint=hint)
    if energies and is_remote:
        message = (
            "The model ran remotely, and only the client was measured: no energy of the model."
        )
        cells.issue("boundary.client", message, TOTAL.name, severity=INFO)
        return found
    return found | energies


def _energy(cells: Cells) -> dict[str, Value]:
    """The run's energy in J, checked against what CodeCarbon gave in kWh, or else the latter."""
    total, joules = cells.value(TOTAL), cells.value(JOULES)
    if not total or not joules:
        return {"node_energy": found} if (found := total or joules) else {}
    expected, given = float(total.raw) * JOULES_PER_KWH, float(joules.raw)
    tolerance = 0.001 + _rounding(total.raw) + _rounding(joules.raw)
    if abs(expected - given) > tolerance * max(abs(expected), abs(given)):
        cells.issue(
            "value.contradiction",
            f"The energy is {joules.raw} J in one column and {total.raw} kWh in another.",
            JOULES.name,
            given=joules.raw,
            expected=(f"{expected:.6g}",),
            severity=WARNING,
        )
    # It is CodeCarbon's number, so it comes about as CodeCarbon's does.
    return {"node_energy": Value(joules.raw, "J", "run", ESTIMATED, column=joules.column)}


def _rounding(number: str) -> float:
    """By what share of itself a number may be off, as half of its last digit."""
    digits = Decimal(number)
    exponent = digits.as_tuple().exponent
    if not digits or not isinstance(exponent, int):
        return 0.0
    return float(Decimal("0.5").scaleb(exponent) / abs(digits))


def _logged(file: File) -> dict[str, Any]:
    """A log as one record: powers in W and mW times the ms between samples, added up in J."""
    span, count, unused = 0.0, 0, 0
    energies: dict[str, float] = {}
    for row in _table.rows(file, name=str.strip):
        cells = {column.strip(): stated(cell) for column, cell in row.cells.items()}
        powers = {name: cells[name] for name in cells if name == SYSTEM or GPU.fullmatch(name)}
        count += 1
        if not all(_is_amount(text) for text in (cells.get(DELTA, ""), *powers.values())):
            unused += 1
            continue
        milliseconds = float(cells[DELTA])
        span += milliseconds
        for name, power in powers.items():
            watts = float(power) / (1 if name == SYSTEM else 1000)
            energies[name] = energies.get(name, 0.0) + watts * milliseconds / 1000
    found = {f"{name} × {DELTA}": repr(joules) for name, joules in energies.items()}
    return {
        SPAN: repr(span),
        SAMPLES: str(count),
        UNUSED: str(unused),
        **found,
        **_run_of(file),
    }


def _is_amount(text: str) -> bool:
    return is_number(text) and float(text) >= 0


def _run_of(file: File) -> dict[str, Any]:
    """What the run table in the folder above says of the run in whose folder a log lies."""
    table = file.beside(f"../{TABLE}")
    if table is None:
        return {}
    records = _companion.table(table)
    run = PurePosixPath(file.path).parent.name
    found = next((record for record in records if record.get(RUN) == run), None)
    if found is None:
        return {}
    factors = _factors(Row(number, record) for number, record in enumerate(records, 1))
    return {f"{TABLE}:{name}": cell for name, cell in found.items()} | {
        FACTORS: " | ".join(factors)
    }


def _logged_values(cells: Cells) -> dict[str, Value]:
    if cells.text(RUN) and any(map(cells.text, (TOTAL.name, JOULES.name))):
        message = f"{TABLE} states the energy of this run, so this log does not count."
        cells.issue("row.repeated", message, _name(SPAN), severity=INFO)
        return {}
    found: dict[str, Value] = {}
    if span := cells.number(_name(SPAN)):
        found["run_time"] = Value(span, "ms", per="run", column=SPAN)
    suffix = f" × {DELTA}"
    sums = [name for name in cells.row.cells if name.endswith(suffix)]
    if f"{SYSTEM}{suffix}" in sums:
        found |= _sum(cells, "node_energy", [f"{SYSTEM}{suffix}"])
    if gpus := [name for name in sums if name.startswith("GPU")]:
        found |= _sum(cells, "device_energy", gpus)
    if not found.keys() - {"run_time"}:
        message = "The log has no power of the whole system and none of a GPU."
        expected = (SYSTEM, "GPU0_POWER (mWatts)")
        hint = "Counters of the processor alone are the energy of neither."
        cells.issue("value.missing", message, _name(SPAN), expected=expected, hint=hint)
    unused = cells.text(_name(UNUSED))
    if unused not in ("", "0"):
        message = f"{unused} of {cells.text(SAMPLES)} samples have no usable power or time."
        cells.issue("series.gap", message, _name(UNUSED), given=unused, severity=WARNING)
    return found


def _sum(cells: Cells, metric: str, names: list[str]) -> dict[str, Value]:
    parts = [cells.number(_name(name)) for name in names]
    if not all(parts):
        return {}
    joules = cells.checked(str(sum(map(Decimal, parts))), names[0])
    recipe = f"sum of {' + '.join(names)}"
    value = Value(joules, "J", "run", SENSED, column=names[0], recipe=recipe)
    return {metric: value} if joules else {}
