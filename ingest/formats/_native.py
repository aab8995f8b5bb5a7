"""What our own CSV and our own JSON have in common: the facts of a run and its figures."""

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from ingest.formats._cells import Cells, shown
from ingest.readings import ERROR, ESTIMATED, METERED, RATED, REPORTED, SENSED, Reading, Value

FACTS = (
    "model",
    "method",
    "hardware",
    "device_count",
    "task",
    "samples",
    "region",
    "measured_on",
    "source",
    "external_id",
)
ORIGINS = (METERED, SENSED, REPORTED, ESTIMATED, RATED)
PER = ("unit", "run")

_GAP = re.compile(r"[\s_-]+")
_SLUG = re.compile(r"[a-z][a-z0-9_]{0,62}", re.ASCII)
_UNIT_CHARS = 32
_NEAR_CHARS = 100


@dataclass
class Figure:
    """One metric of one run as written: its parts, and the column that each stands in."""

    parts: dict[str, str] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)

    def add(self, part: str, text: str, column: str) -> None:
        self.parts[part] = text
        self.columns[part] = column

    def text(self, part: str) -> str:
        return self.parts.get(part, "")

    def column(self, part: str) -> str:
        return self.columns.get(part) or next(iter(self.columns.values()), "")


@lru_cache(maxsize=1024)
def snake(name: str) -> str:
    """A name in small letters with one underscore for each gap."""
    return _GAP.sub("_", name.strip().casefold())


def is_slug(name: str) -> bool:
    """True for what may be a metric's name; whether it is one, only the catalogue knows."""
    return bool(_SLUG.fullmatch(name))


def reading(
    cells: Cells, figures: dict[str, Figure], settings: dict[str, Any], place: str = ""
) -> Reading:
    """The reading of a record whose facts stand under `place` plus their name."""
    found = {metric: _value(cells, metric, figure) for metric, figure in figures.items()}
    values = {metric: value for metric, value in found.items() if value}
    if not values and all(issue.severity != ERROR for issue in cells.issues):
        cells.issue("value.missing", "The record has no value of any metric.")
    return Reading(
        row=cells.row.number,
        path=cells.row.path,
        model=cells.model(f"{place}model"),
        method=cells.text(f"{place}method"),
        hardware=cells.text(f"{place}hardware"),
        device_count=cells.count(f"{place}device_count"),
        task=cells.text(f"{place}task"),
        samples=cells.count(f"{place}samples"),
        region=cells.text(f"{place}region"),
        measured_on=cells.date(f"{place}measured_on"),
        source=cells.text(f"{place}source"),
        external_id=cells.text(f"{place}external_id"),
        settings=settings,
        values=values,
        issues=tuple(cells.issues),
    )


def unknown(cells: Cells, name: str, column: str, known: tuple[str, ...], given: str) -> None:
    """Note a column or key that means nothing to us, with the name it may have been meant for."""
    close = near(name, known)
    cells.issue(
        "column.unknown",
        f"“{shown(column)}” is not a name of this format.",
        column,
        given=given,
        expected=known,
        hint=f"Did you mean {close}?" if close else "",
    )


@lru_cache(maxsize=1024)
def near(name: str, known: tuple[str, ...]) -> str:
    """The known name that this one is nearly, or nothing."""
    return next(iter(get_close_matches(name[:_NEAR_CHARS], known, 1, 0.8)), "")


def _value(cells: Cells, metric: str, figure: Figure) -> Value | None:
    """The checked value of a metric; nothing, and an issue, if it can't be one."""
    raw, low, high = (_number(cells, figure, part) for part in ("value", "low", "high"))
    unit = figure.text("unit")
    per = _word(cells, figure, "per", PER, "per.unknown") or "unit"
    origin = _word(cells, figure, "origin", ORIGINS, "origin.unknown") or REPORTED
    if not raw:
        if not figure.text("value") and (low or high):
            message = f"{metric} has a bound but no value."
            cells.issue("bound.alone", message, figure.column("value"))
        return None
    if not unit or len(unit) > _UNIT_CHARS:
        cells.issue(
            "unit.missing",
            f"{metric} has no unit.",
            figure.column("unit"),
            given=raw,
            hint="Write the unit as in “node_energy [J]”, or [1] for a plain number.",
        )
        return None
    return Value(
        raw=raw,
        unit=unit,
        per=per,
        origin=origin,
        low=low,
        high=high,
        column=figure.column("value"),
        recipe=figure.text("recipe"),
    )


def _number(cells: Cells, figure: Figure, part: str) -> str:
    """The number that the part states as written, or nothing."""
    text = figure.text(part)
    return cells.checked(text, figure.column(part)) if text else ""


def _word(cells: Cells, figure: Figure, part: str, allowed: tuple[str, ...], code: str) -> str:
    """The allowed word that the part states in any case, or nothing."""
    text = figure.text(part)
    if not text or text in allowed:
        return text
    word = next((word for word in allowed if word.casefold() == text.casefold()), "")
    if not word:
        message = f"“{shown(text)}” is none of {', '.join(allowed)}."
        cells.issue(code, message, figure.column(part), given=text, expected=allowed)
    return word
