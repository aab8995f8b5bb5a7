"""Our own JSON or YAML: a document with a list of entries, or JSON lines with one entry per line.

All begin with `"format": "efficiency-frontier", "version": 1.1`; in JSON lines this is a line of
its own, and the file is read line by line. Files of version 1 stay welcome: a rule that came later
is only a note for them. `docs/formats.md` explains the keys;
`templates/efficiency-frontier.json` is an example.
"""

import re
from collections.abc import Iterator
from typing import Any

from ingest.formats import _document, _encoding, _limits, _native, _yaml
from ingest.formats._cells import Cells, scalar, stated
from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.formats._native import FACTS, Figure
from ingest.readings import ERROR, INFO, Issue, Reading, Row, Unreadable

LABEL = "Efficiency Frontier entries (JSON, YAML)"
SLUG = "efficiency-frontier-json"

NAME = "efficiency-frontier"
# Newest last. Since 1.1 an energy says how it was obtained.
VERSIONS = ("1", "1.1")
ENERGIES = ("device_energy", "node_energy", "facility_energy")
KEYS = ("format", "version", "entries")
PARTS = ("value", "unit", "low", "high", "per", "origin", "recipe")
KNOWN = (*(f"/{fact}" for fact in FACTS), "/settings", "/values")

_SIGNATURE = re.compile(rf'"format"\s*:\s*"{NAME}"')
_YAML_SIGNATURE = re.compile(
    rf"""^(['"]?)format\1[ \t]*:[ \t]+(['"]?){NAME}\2[ \t\r]*(#.*)?$""", re.MULTILINE
)


def matches(head: Head) -> float:
    signature = _SIGNATURE if head.text.startswith("{") else _YAML_SIGNATURE
    return head.score(1.0 if signature.search(head.text) else 0)


def advice(head: Head) -> str:
    """How somebody's own entries in JSON become ours; empty for other files."""
    named = {"task", "benchmark", "dataset", "hardware", "gpu"} & head.keys
    if "model" not in head.keys or not named:
        return ""
    begins = f'{{"format": "{NAME}", "version": {VERSIONS[-1]}, "entries": […]}}'
    return f"If these are entries of your own, put them into {begins} as our template does."


def rows(file: File) -> Iterator[Row]:
    number = 0
    for number, (version, record) in enumerate(_records(file), 1):
        if number > _limits.ROWS:
            raise Unreadable(_excess())
        cells = _document.cells(record, number)
        if version != VERSIONS[0]:
            cells = {"/version": version, **cells}
        yield Row(number, cells, file.path)
    if not number:
        raise Unreadable(Issue("rows.missing", "The file has no entries.", column="/entries"))


def _records(file: File) -> Iterator[tuple[str, Any]]:
    """The file's version with each entry: one a line, or all those of a document."""
    with _encoding.opened(file) as text:
        first = text.readline(_limits.RECORD_CHARS)
        if version := _begins_lines(first):
            for record in _document.lines(text, after=1, is_strict=True):
                yield version, record
            return
        whole = first + text.read()
    is_yaml = not whole.lstrip().startswith("{") and _YAML_SIGNATURE.search(whole)
    parsed = _yaml.parsed if is_yaml else _document.parsed
    found = parsed(whole, is_strict=True)
    entries = _entries(found)
    if len(entries) > _limits.ROWS:
        raise Unreadable(_excess())
    for record in entries:
        yield _version(found), record


def _excess() -> Issue:
    message = f"The file has more than {_limits.ROWS:,} entries."
    return Issue("rows.excess", message, row=_limits.ROWS + 1)


def reading(row: Row) -> Reading:
    cells = Cells(row)
    figures: dict[str, Figure] = {}
    settings: dict[str, Any] = {}
    for pointer, cell in row.cells.items():
        if stated(cell) and cell not in ({}, []):
            _sort(cells, figures, settings, pointer, cell)
    for metric, figure in figures.items():
        if metric in ENERGIES and figure.text("value") and not figure.text("origin"):
            _ask_origin(cells, metric, figure)
    return _native.reading(cells, figures, settings, place="/")


def _ask_origin(cells: Cells, metric: str, figure: Figure) -> None:
    """An error since version 1.1, and a note for files made before."""
    is_rule = cells.text("/version") not in ("", VERSIONS[0])
    cells.issue(
        "origin.missing",
        f"{metric} does not say how it was obtained.",
        figure.column("value"),
        expected=_native.ORIGINS,
        severity=ERROR if is_rule else INFO,
        hint="" if is_rule else "Since version 1.1 this is an error.",
    )


def _sort(
    cells: Cells, figures: dict[str, Figure], settings: dict[str, Any], pointer: str, cell: Any
) -> None:
    """Put one leaf of a record where it belongs, or note that it belongs nowhere."""
    text = stated(cell)
    match [_document.unescaped(key) for key in pointer.split("/")[1:]]:
        case [fact] if fact in FACTS or fact == "version":
            pass  # asked for by name
        case [*_, _document.REPEATED]:
            pass  # noted already
        case ["settings", *names] if names:
            settings[_native.snake("/".join(names))] = scalar(text)
        case ["values", metric] if _native.is_slug(metric):
            figures.setdefault(metric, Figure()).add("value", text, pointer)
        case ["values", metric, part] if _native.is_slug(metric) and part in PARTS:
            figures.setdefault(metric, Figure()).add(part, text, pointer)
        case []:
            cells.issue("record.invalid", "The entry is not a JSON object.", given=text)
        case _:
            _native.unknown(cells, pointer, pointer, KNOWN, text)


def _begins_lines(first: str) -> str:
    """The version, if the first line is a whole object that names the format but has no entries."""
    try:
        found = _document.parsed(first)
    except Unreadable:
        return ""
    if not isinstance(found, dict) or "entries" in found:
        return ""
    return _version(found)


def _entries(found: Any) -> list[Any]:
    if not isinstance(found, dict):
        raise Unreadable(Issue("record.invalid", "The file is not an object with keys."))
    _version(found)
    for key in found:
        if key not in (*KEYS, _document.REPEATED):
            message = f"“{key[: _limits.SHOWN_CHARS]}” is not a key beside the entries."
            raise Unreadable(Issue("column.unknown", message, column="/", expected=KEYS))
    if not isinstance(found.get("entries"), list):
        message = "The file lacks a list called entries."
        raise Unreadable(Issue("column.missing", message, column="/entries"))
    return found["entries"]


def _version(found: dict[str, Any]) -> str:
    """The version that a file is written in. Raises Unreadable if it is none of ours."""
    version = stated(found.get("version"))
    if found.get("format") != NAME or version not in (*VERSIONS, "1.0"):
        raise Unreadable(
            Issue(
                "version.unknown",
                f"The file must say that its format is {NAME}, version {' or '.join(VERSIONS)}.",
                column="/version",
                given=stated(found.get("version"))[: _limits.SHOWN_CHARS],
                expected=(f'"format": "{NAME}", "version": {VERSIONS[-1]}',),
            )
        )
    return VERSIONS[0] if version == "1.0" else version
