"""Carbontracker's logs: energy of a training or of a program, epoch by epoch.

`…_carbontracker.log` has mean powers and durations of epochs, whose products are added up; that
is all the arithmetic such a file has. `…_carbontracker_output.log` has the totals that the tool
prints, which contain its PUE. The two are two rows of one run, and both name the same hardware.
A processor without a counter goes by its rating, so what contains it is ESTIMATED.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from ingest.formats import _text
from ingest.formats._cells import Cells, Column, is_number, scalar
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ESTIMATED, INFO, SENSED, Issue, Reading, Row, Unreadable, Value

LABEL = "Carbontracker logs"
SLUG = "carbontracker-log"

COMPONENTS = ("gpu", "cpu")
EPOCHS, SPAN, LOCATION, DATE = "epochs", "sum of Duration", "location", "date"
ENERGY, CARBON, TIME = "Energy", "CO2eq", "Time"
TOTALS = {
    "facility_energy": Column(ENERGY, "kWh", per="run", origin=ESTIMATED),
    "carbon_reported": Column(CARBON, "g", per="run", origin=ESTIMATED),
}
TIMES = (Column(SPAN, "s", per="run"), Column(TIME, "s", per="run"))

_STAMP = r"^(?:(\d{4}-\d{2}-\d{2}) [\d:,]+ - )?"
_POWER = re.compile(_STAMP + r"Average power usage \(W\) for (gpu|cpu): (.*)$", re.IGNORECASE)
_CLOCK = r"(\d{1,6}):(\d{2}):(\d{1,2}(?:\.\d+)?)"
_DURATION = re.compile(_STAMP + rf"Duration: {_CLOCK}\s*$")
_FOUND = re.compile(_STAMP + r"The following components were found: (.*)$")
_DEVICES = re.compile(r"\b(GPU|CPU) with device\(s\) (.*?)\.(?=\s+[A-Z]{3} with|\s*$)")
_INTENSITY = re.compile(r"carbon intensity during training was .* at detected location: (.+?)\.?$")
_TOTAL = re.compile(r"(Actual|Predicted) consumption(?: for (\d+) epoch\(s\))?:\s*$")
_SAID = re.compile(rf"\s*(?:({TIME}):\s*{_CLOCK}|({ENERGY}|{CARBON}):\s*(\S+) (kWh|g))\s*$")
_COUNTRY = re.compile(r"(?:^|, )([A-Z]{2})$")


def matches(head: Head) -> float:
    lines = head.text.splitlines()
    is_log = any(map(_FOUND.search, lines)) or any(map(_POWER.search, lines))
    told = any(map(_TOTAL.search, lines)) and any(map(_SAID.fullmatch, lines))
    return head.score(1.0 if is_log or told else 0.0, name="carbontracker")


def rows(file: File) -> Iterator[Row]:
    lines = _text.lines(file)
    cells = _epochs(lines) | _totals(lines)
    if not cells:
        message = "The log has no epoch with a power and no consumption."
        raise Unreadable(Issue("column.missing", message, expected=("Actual consumption",)))
    beside = _text.readable(_standard(file))
    if beside:
        cells |= _machine(beside)
        # The run's time is in the log beside, and would count twice.
        cells.pop(TIME, None)
    yield Row(1, cells | _machine(lines), file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    hardware, count = _hardware(cells)
    values = cells.values(TOTALS) | _energies(cells)
    times = [value for value in map(cells.value, TIMES) if value]
    if times:
        values["run_time"] = times[0]
    if not values:
        cells.issue("value.missing", "The log states no consumption that was measured.")
    country = _COUNTRY.search(cells.text(LOCATION))
    epochs = cells.text(EPOCHS)
    return Reading(
        row=row.number,
        path=row.path,
        hardware=hardware,
        device_count=count,
        settings={"epochs": scalar(epochs)} if epochs else {},
        region=country[1] if country else "",
        measured_on=cells.date(DATE),
        values=values,
        issues=tuple(cells.issues),
    )


def _standard(file: File) -> File | None:
    """The log of epochs that goes with a log of totals."""
    name = file.path.rpartition("/")[2]
    stem = name.removesuffix("_output.log")
    return file.beside(f"{stem}.log") if stem != name else None


def _machine(lines: list[str]) -> dict[str, Any]:
    """What ran when and where: devices by component, the first day, the place."""
    found: dict[str, Any] = {}
    for line in lines:
        if stamped := re.match(_STAMP, line):
            found |= {DATE: stamped[1]} if stamped[1] and DATE not in found else {}
        if components := _FOUND.search(line):
            found |= {part.casefold(): names for part, names in _DEVICES.findall(components[2])}
        elif intensity := _INTENSITY.search(line):
            found[LOCATION] = intensity[1]
    return found


def _epochs(lines: list[str]) -> dict[str, Any]:
    """Durations added up, and by component the powers of each device times them, in J."""
    durations: list[Decimal] = []
    powers: dict[str, list[list[Decimal]]] = {}
    for line in lines:
        if clock := _DURATION.search(line):
            durations.append(_seconds(*clock.groups()[1:]))
        elif power := _POWER.search(line):
            powers.setdefault(power[2].casefold(), []).append(_watts(power[3]))
    if not durations:
        return {}
    found = {EPOCHS: str(len(durations)), SPAN: str(sum(durations))}
    for part, epochs in powers.items():
        is_whole = len(epochs) == len(durations) and all(epochs)
        joules = sum(sum(w) * s for w, s in zip(epochs, durations, strict=False))
        found[_product(part)] = str(joules) if is_whole else ""
        found[f"{part} powers"] = str(len(epochs[0]))
    return found


def _totals(lines: list[str]) -> dict[str, Any]:
    """The last consumption that is said to be actual: it grows with each epoch."""
    found: dict[str, Any] = {}
    is_actual = False
    for line in lines:
        if title := _TOTAL.search(line):
            is_actual = title[1] == "Actual"
            if is_actual:
                found = {EPOCHS: title[2]} if title[2] else {}
        elif is_actual and (said := _SAID.fullmatch(line)):
            seconds = str(_seconds(*said.groups()[1:4])) if said[1] else ""
            found[said[1] or said[5]] = seconds or said[6]
    return found


def _seconds(hours: str, minutes: str, seconds: str) -> Decimal:
    return Decimal(hours) * 3600 + Decimal(minutes) * 60 + Decimal(seconds)


def _watts(text: str) -> list[Decimal]:
    """A power or a list of one for each device; nothing unless all of them are known."""
    parts = text.strip().strip("[]").replace(",", " ").split()
    return [Decimal(part) for part in parts] if all(map(is_number, parts)) else []


def _product(part: str) -> str:
    return f"{part} power × Duration"


def _names(cells: Cells, part: str) -> list[str]:
    return [name.strip() for name in cells.text(part).split(",") if name.strip()]


def _hardware(cells: Cells) -> tuple[str, int | None]:
    """The GPU and how many there were, or else a processor that has a name."""
    gpus, processors = _names(cells, "gpu"), _names(cells, "cpu")
    if len(set(gpus)) > 1:
        message = f"The run had several GPUs: {', '.join(dict.fromkeys(gpus))}. Say which counts."
        cells.issue("hardware.several", message, "gpu", severity=INFO)
        return "", None
    if gpus:
        return gpus[0], len(gpus)
    named = [name for name in processors if not re.fullmatch(r"cpu:?\d*", name, re.IGNORECASE)]
    return (named[0] if len(set(named)) == 1 else ""), None


def _energies(cells: Cells) -> dict[str, Value]:
    """The GPUs' energy, and with the processors' that of the machine, before any PUE."""
    parts = [part for part in COMPONENTS if _product(part) in cells.row.cells]
    known = {part: raw for part in parts if (raw := _energy(cells, part))}
    found: dict[str, Value] = {}
    if "gpu" in known:
        column = _product("gpu")
        found["device_energy"] = Value(known["gpu"], "J", "run", SENSED, column=column)
    if "cpu" in known and len(known) == len(parts):
        total = cells.checked(str(sum(map(Decimal, known.values()))), _product("cpu"))
        recipe = " + ".join(map(_product, known))
        value = Value(total, "J", "run", ESTIMATED, column=_product("cpu"), recipe=recipe)
        found |= {"node_energy": value} if total else {}
    return found


def _energy(cells: Cells, part: str) -> str:
    """A component's energy; nothing where a power is missing or is not of each device."""
    column = _product(part)
    if not cells.text(column):
        message = f"Not every epoch has a power of the {part}, so its energy is missing."
        cells.issue("series.gap", message, column, severity=INFO)
        return ""
    devices = _names(cells, part)
    if devices and str(len(devices)) != cells.text(f"{part} powers"):
        message = f"The powers of the {part} are not one for each of {', '.join(devices)}."
        cells.issue("boundary.unclear", message, column, severity=INFO)
        return ""
    raw = cells.number(column)
    return raw if raw and float(raw) else ""
