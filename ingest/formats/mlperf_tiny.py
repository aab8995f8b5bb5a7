"""MLPerf Tiny: quality, energy and speed of one board and task, in three `results.txt`.

`<division>/<submitter>/results/<board>/<task>/{accuracy,energy,performance}/results.txt`: the
three files of an entry become three rows with one identity. The energy is that of the board at an
external meter. Which of the two printed scores counts depends on the task.
"""

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats import _document, _text
from ingest.formats._cells import Cells
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import INFO, METERED, REPORTED, Issue, Reading, Row, Unreadable, Value

LABEL = "MLPerf Tiny results.txt"
SLUG = "mlperf-tiny"

KINDS = {"accuracy", "energy", "performance"}
FOLDERS = ("division", "submitter", "results", "board", "task", "kind")
# The closed division prescribes the model of each task.
MODELS = {
    "ad": "Deep AutoEncoder (MLPerf Tiny)",
    "ic": "ResNet-8 (MLPerf Tiny)",
    "kws": "DS-CNN (MLPerf Tiny)",
    "vww": "MobileNetV1 0.25x (MLPerf Tiny)",
}
SCORES = {"ad": ("AUC", "1"), "ic": ("Top-1", "%"), "kws": ("Top-1", "%"), "vww": ("Top-1", "%")}
SYSTEM = "systems.json:"
BOARD = f"{SYSTEM}Board Name"
COMPLAINT = "complaint"

ENERGY, THROUGHPUT = "Median energy cost", "Median throughput"

_LINE = re.compile(r"\d+\.\d+\s+ulp-\w+:\s*(.*?)\s*")
_MEDIAN = re.compile(r"(Median [a-z ]+?) is +(\S+ \S+)")
_UNIT = re.compile(r"([nuµm]?J)/inf\.?|inf\.?/(s)ec\.?")
_SCORE = re.compile(r"(Top-\d+|AUC)\s*:\s*([\d.]+)\s*(%?)")
_COMPLAINT = re.compile(r"e-\[(.*)\]")


def matches(head: Head) -> float:
    lines = [found[1] for line in head.text.splitlines() if (found := _LINE.fullmatch(line))]
    results = any(
        _SCORE.fullmatch(line) or line.startswith(("Median ", "Energy data", "Performance results"))
        for line in lines
    )
    return head.score(1.0 if results else 0.0, name="results.txt")


def companion(head: Head) -> str:
    if {"Board Name", "SoC Name", "Submitter"} <= head.keys:
        return "An MLPerf Tiny system description: the board and its software."
    return ""


def rows(file: File) -> Iterator[Row]:
    cells: dict[str, Any] = {}
    for line in _text.lines(file):
        if not (found := _LINE.fullmatch(line)):
            continue
        if median := _MEDIAN.fullmatch(found[1]):
            cells[median[1]] = median[2]
        elif score := _SCORE.fullmatch(found[1]):
            cells[score[1]] = score[2] + score[3]
        elif complaint := _COMPLAINT.fullmatch(found[1]):
            cells[COMPLAINT] = complaint[1]
    if not cells:
        message = "The file has no line with a median, a Top-1 or an AUC."
        raise Unreadable(Issue("column.missing", message, expected=(ENERGY, THROUGHPUT, "Top-1")))
    yield Row(1, cells | _system(file), file.path)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    place = _place(row.path)
    task, division = place.get("task", ""), place.get("division", "")
    settings = {"division": division, "machine": place.get("board", "")}
    settings = {name: text for name, text in settings.items() if text}
    if said := cells.text(COMPLAINT):
        message = f"The tool complains of a window: {said}."
        cells.issue("run.invalid", message, COMPLAINT, given=said, severity=INFO)
    values = _values(cells, task)
    if not values:
        cells.issue("value.missing", "The file states no result that counts.")
    return Reading(
        row=row.number,
        path=row.path,
        model=MODELS.get(task, "") if division == "closed" else "",
        hardware=cells.text(BOARD) or place.get("board", ""),
        device_count=1,
        task=task,
        settings=settings,
        values=values,
        issues=tuple(cells.issues),
    )


def _place(path: str) -> dict[str, str]:
    """Who measured what on which board: the folders above the file, by name."""
    folders = path.split("/")[:-1][-len(FOLDERS) :]
    if len(folders) < 3 or folders[-1] not in KINDS:
        return {}
    return dict(zip(FOLDERS[-len(folders) :], folders, strict=True))


def _system(file: File) -> dict[str, Any]:
    """What the board's description states; keys may stand twice and end in a blank."""
    board = _place(file.path).get("board", "")
    companion = file.beside(f"../../../../systems/{board}.json") if board else None
    try:
        found = _document.document(companion) if companion else {}
    except Unreadable:
        return {}
    texts = found.items() if isinstance(found, dict) else ()
    return {
        f"{SYSTEM}{key.strip()}": text
        for key, text in texts
        if isinstance(text, str) and text and key != _document.REPEATED
    }


def _values(cells: Cells, task: str) -> dict[str, Value]:
    """Energy, or speed, or quality: what the file's run was made for."""
    if energy := _median(cells, ENERGY, METERED):
        return {"node_energy": energy}
    if throughput := _median(cells, THROUGHPUT, REPORTED):
        return {"sample_throughput": throughput}
    return _quality(cells, task)


def _median(cells: Cells, name: str, origin: str) -> Value | None:
    number, _, written = cells.text(name).partition(" ")
    number = cells.checked(number, name)
    if not number:
        return None
    unit = _UNIT.fullmatch(written)
    if not unit or bool(unit[1]) != (name == ENERGY):
        cells.issue("unit.unknown", f"“{written}” is no unit of it.", name, given=written)
        return None
    return Value(number, unit[1] or "1/s", origin=origin, column=name)


def _quality(cells: Cells, task: str) -> dict[str, Value]:
    """Top-1, or for the detection of anomalies the AUC; both are always printed."""
    if task not in SCORES:
        if cells.text("Top-1"):
            message = "Whether Top-1 or AUC counts depends on the task, which is not known."
            hint = "Send the file in its folder: <board>/<task>/accuracy/results.txt."
            cells.issue("task.unstated", message, "Top-1", hint=hint)
        return {}
    name, unit = SCORES[task]
    text = cells.text(name)
    if unit == "%" and text and not text.endswith("%"):
        cells.issue("unit.missing", f"{name} is not given in percent.", name, given=text)
        return {}
    number = cells.checked(text.removesuffix("%"), name)
    return {"quality": Value(number, unit, column=name)} if number else {}
