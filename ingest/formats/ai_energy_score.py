"""AI Energy Score's `benchmark_report.json`: energy of a run of optimum-benchmark, by phases.

Prefill and decode are parts of answering the same requests, so the run is their sum, with what
prepared the requests; the decode phase was measured as the whole without the prefill. Processor
and memory are partly constants, hence ESTIMATED; the GPUs are read from their counters. The file
names neither model nor hardware nor date.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from statistics import median

from ingest.formats import _document
from ingest.formats._cells import Cells, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import ESTIMATED, INFO, SENSED, WARNING, Issue, Reading, Row, Unreadable, Value

LABEL = "AI Energy Score benchmark_report.json"
SLUG = "ai-energy-score"

# Loading a model or a dataset (`load…`) is not work and not in the list.
PHASES = ("preprocess", "preprocess_dataset", "prefill", "decode", "forward", "call")
PART = "(part)"
FEW = 30
FAR = 0.5  # of the median: a sample that is further from it than this is doubted
UNITS = {"kWh": 3_600_000.0, "Wh": 3_600.0, "J": 1.0}


def matches(head: Head) -> float:
    wanted = {"energy", "efficiency", "measures", "gpu", "total"}
    if not wanted <= head.keys or '"kWh"' not in head.text:
        return 0.0
    prepared = {"preprocess", "preprocess_dataset"} & head.keys
    worked = {"prefill", "decode", "forward", "call"} & head.keys
    return head.score(1.0 if prepared and worked else 0, name="benchmark_report.json")


def rows(file: File) -> Iterator[Row]:
    found = _document.document(file)
    if not isinstance(found, dict):
        message = "The report is not an object of phases."
        raise Unreadable(Issue("column.missing", message, expected=PHASES))
    whole = _document.cells(found, 1)
    phases = [phase for phase in PHASES if stated(whole.get(f"/{phase}/energy/total"))]
    if not phases:
        message = "No phase of the report has an energy."
        raise Unreadable(Issue("column.missing", message, expected=("/prefill/energy/total",)))
    yield Row(1, whole, file.path)
    for number, phase in enumerate(phases, 2):
        yield Row(
            number, {PART: phase, **_document.cells({phase: found[phase]}, number)}, file.path
        )


def reading(row: Row) -> Reading:
    cells = Cells(row)
    part = cells.text(PART)
    reading = _part(cells, part) if part else _whole(cells)
    return replace(reading, issues=tuple(cells.issues))


def _part(cells: Cells, phase: str) -> Reading:
    """A phase is shown with its energy and counted with the run."""
    energy, unit = cells.number(f"/{phase}/energy/total"), cells.text(f"/{phase}/energy/unit")
    joules = f"{float(energy) * UNITS[unit]:,.1f} J" if energy and unit in UNITS else "nothing"
    message = f"The phase “{phase}” took {joules}; it is counted with the whole run."
    cells.issue("row.phase", message, f"/{phase}/energy/total", given=energy, severity=INFO)
    settings = {"phase": phase}
    return Reading(row=cells.row.number, path=cells.row.path, values={}, settings=settings)


def _whole(cells: Cells) -> Reading:
    phases = [phase for phase in PHASES if cells.text(f"/{phase}/energy/total")]
    if not phases:
        cells.issue("value.missing", "No phase states an energy.", "/prefill/energy/total")
    for phase in phases:
        _check_samples(cells, phase)
    samples = _samples(cells)
    if samples and samples < FEW:
        message = f"The run had {samples} samples, fewer than {FEW}."
        cells.issue("samples.few", message, given=str(samples), severity=INFO)
    return Reading(
        row=cells.row.number,
        path=cells.row.path,
        samples=samples,
        values=_sum(cells, phases, "total", "node_energy", ESTIMATED)
        | _sum(cells, phases, "gpu", "device_energy", SENSED),
    )


def _sum(cells: Cells, phases: list[str], part: str, metric: str, origin: str) -> dict[str, Value]:
    """What all phases took together; nothing when one of them does not say."""
    names = [f"/{phase}/energy/{part}" for phase in phases]
    parts = [cells.number(name) for name in names]
    units = {cells.text(f"/{phase}/energy/unit") for phase in phases}
    if len(units) != 1 or "" in units:
        if phases:
            message = "The phases do not have their energy in one unit."
            cells.issue("unit.missing", message, f"/{phases[0]}/energy/unit")
        return {}
    # Reports of processors alone have a gpu of null or zero.
    if not all(parts) or not any(map(float, parts)):
        return {}
    raw = cells.checked(str(sum(map(Decimal, parts))), names[0])
    recipe = " + ".join(names)
    (unit,) = units
    value = Value(raw, unit, "run", origin, column=names[0], recipe=recipe)
    return {metric: value} if raw else {}


def _samples(cells: Cells) -> int | None:
    """The number of prompts: samples per energy times energy, where the preparation states both."""
    for phase in ("preprocess", "preprocess_dataset"):
        unit = cells.text(f"/{phase}/energy/unit")
        rate = cells.number(f"/{phase}/efficiency/value")
        energy = cells.number(f"/{phase}/energy/total")
        if rate and energy and cells.text(f"/{phase}/efficiency/unit") == f"samples/{unit}":
            product = float(rate) * float(energy)
            if 0.5 < product < 1e9 and abs(product - round(product)) < 1e-6 * product:
                return round(product)
    return None


def _check_samples(cells: Cells, phase: str) -> None:
    """Warn of samples that can't be: they are inside the mean that the file states."""
    mean = cells.number(f"/{phase}/energy/total")
    found: dict[str, float] = {}
    for number in range(len(cells.row.cells)):
        name = f"/{phase}/measures/{number}/total"
        if name not in cells.row.cells:
            break
        if raw := cells.number(name):
            found[name] = float(raw)
    if not found or not mean:
        return
    middle = median(found.values())
    odd = [name for name in found if found[name] <= 0 or abs(found[name] - middle) > FAR * middle]
    if odd:
        unit = cells.text(f"/{phase}/energy/unit")
        cells.issue(
            "measure.corrupt",
            f"{len(odd)} of {len(found)} samples of {phase} can't be: "
            f"{', '.join(f'{name} is {found[name]:.4g}' for name in odd[:5])}. The mean, "
            f"{float(mean):.6g} {unit}, contains them; the median is {middle:.6g} {unit}.",
            odd[0],
            given=cells.text(odd[0]),
            severity=WARNING,
        )
