"""EC-NAS results: one training of one architecture, measured by Carbontracker.

`<space>/<epochs>/<xx>/<hash>/repeat_N/results.json`: the architecture is only in the path. The
total contains Carbontracker's PUE, the energies of GPUs and processors do not. Evaluations are
snapshots of one training; the last one is its result.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from ingest.formats import _document
from ingest.formats._cells import Cells, Column, scalar, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ESTIMATED, INFO, SENSED, WARNING, Issue, Reading, Row, Unreadable, Value

LABEL = "EC-NAS results.json (Carbontracker)"
SLUG = "ec-nas-bench-json"

TOTAL = Column("/total_energy (kWh)", "kWh", per="run", origin=ESTIMATED)
OTHERS = {
    "run_time": Column("/total_time", "s", per="run"),
    "carbon_reported": Column("/total_co2eq (g)", "g", per="run", origin=ESTIMATED),
}
JOULES_PER_KWH = 3_600_000
# What Carbontracker has ever multiplied by: its PUE has been between 1.1 and 1.7.
PUE_LIMITS = (1.05, 2.0)
EVALUATIONS = "/evaluation_results"

# The colon is part of the tool's key; it may be missing one day.
_PART = re.compile(r"/avg_power_usages:?/(gpu|cpu)/avg_energy_usages \(J\)/\d+(?:/\d+)?", re.ASCII)
_DEVICE = re.compile(r"/avg_power_usages:?/gpu/devices/\d+", re.ASCII)
_EVALUATION = re.compile(EVALUATIONS + r"/(\d+)/epochs", re.ASCII)
_PLACE = re.compile(
    r"(?:(?:.*/)?([^/]+)/[^/]*epochs?/(?:[0-9a-f]{2}/)?)?([0-9a-f]{32})/(?:[^/]+/)?[^/]+",
    re.ASCII,
)


def matches(head: Head) -> float:
    if not {"total_energy (kWh)", "total_co2eq (g)"} <= head.keys:
        return 0.0
    has_parts = any(key.startswith("avg_power_usages") for key in head.keys)
    return head.score(1.0 if has_parts else 0.7, name="results.json")


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    if not isinstance(found, dict):
        message = "The result is not an object with a total energy."
        raise Unreadable(Issue("column.missing", message, expected=(TOTAL.name,)))
    yield Row(1, _document.cells(found, 1), file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    last = _last_evaluation(cells)
    place = _PLACE.search(row.path)
    hardware, count = _hardware(cells)
    epochs = cells.number(f"{last}/epochs")
    settings = {
        "search_space": (place[1] or "") if place else "",
        "epochs": scalar(epochs.removesuffix(".0")),
    }
    return Reading(
        row=row.number,
        path=row.path,
        model=place[2] if place else "",
        hardware=hardware,
        device_count=count,
        settings={name: said for name, said in settings.items() if said != ""},
        samples=1,  # a file is one training
        measured_on=cells.date("/start_emission"),
        values=_energies(cells)
        | cells.values(OTHERS | {"quality": Column(f"{last}/test_accuracy", "1")}),
        issues=tuple(cells.issues),
    )


def _last_evaluation(cells: Cells) -> str:
    """Where the evaluation stands that came after the most epochs."""
    found = [
        (float(epochs), int(match[1]))
        for column in cells.row.cells
        if (match := _EVALUATION.fullmatch(column)) and (epochs := cells.number(column))
    ]
    return f"{EVALUATIONS}/{max(found)[1]}" if found else f"{EVALUATIONS}/0"


def _hardware(cells: Cells) -> tuple[str, int | None]:
    """The GPU and how many there were; several kinds are asked about."""
    devices = [stated(cell) for name, cell in cells.row.cells.items() if _DEVICE.fullmatch(name)]
    names = list(dict.fromkeys(filter(None, devices)))
    if len(names) > 1:
        message = f"The run had several GPUs: {', '.join(names)}. Say which counts."
        cells.issue("hardware.several", message, severity=INFO)
        return "", None
    return (names[0], len(devices)) if names else ("", None)


def _energies(cells: Cells) -> dict[str, Value]:
    """GPUs and node as summed up from the devices, and the total with the boundary it has."""
    total = cells.value(TOTAL)
    if not total:
        cells.issue("value.missing", "The result states no total energy.", TOTAL.name)
    gpus, every = _sum(cells, "gpu"), _sum(cells, "")
    found = {"device_energy": gpus} if gpus else {}
    if every:
        found["node_energy"] = every
    if total:
        found[_boundary(cells, total, every)] = total
    return found


def _sum(cells: Cells, kind: str) -> Value | None:
    """The energies of all devices of a kind; none where one of them is missing."""
    names = [
        name for name in cells.row.cells if (m := _PART.fullmatch(name)) and kind in ("", m[1])
    ]
    parts = [cells.number(name) for name in names]
    if not names or not all(parts):
        return None
    raw = cells.checked(str(sum(map(Decimal, parts))), names[0])
    recipe = f"sum of avg_energy_usages (J) of {kind or 'gpu and cpu'}"
    return Value(raw, "J", "run", SENSED, column=names[0], recipe=recipe) if raw else None


def _boundary(cells: Cells, total: Value, every: Value | None) -> str:
    """The total is the facility's by the tool's nature; its parts show the PUE in it."""
    ratio = (
        float(total.raw) * JOULES_PER_KWH / float(every.raw) if every and float(every.raw) else 0
    )
    low, high = PUE_LIMITS
    if ratio and not low <= ratio <= high:
        message = f"The total is {ratio:.4g} times its parts, which is no PUE."
        expected = (f"{low} to {high} times the parts",)
        cells.issue(
            "value.contradiction",
            message,
            TOTAL.name,
            given=total.raw,
            expected=expected,
            severity=WARNING,
        )
    elif ratio:
        message = f"The total is {ratio:.4g} times its parts: it contains a PUE."
        cells.issue("boundary.facility", message, TOTAL.name, given=total.raw, severity=INFO)
    return "facility_energy"
