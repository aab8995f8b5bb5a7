"""The cells of one row, asked for by a format under the names it knows.

Whatever stands in a cell, also after somebody patched it, the answer is a checked text, a count
or nothing, and an issue says why.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from ingest.formats import _limits
from ingest.formats._document import REPEATED
from ingest.formats._table import EXTRA
from ingest.readings import ERROR, REPORTED, WARNING, Issue, Row, Value

# A label that no catalogue has, so that the method is asked for: none would be the baseline.
UNSTATED = "quantisation not stated"
# What the bounds of `spread` are.
DEVIATION = "bounds are one standard deviation of the repetitions"
STANDARD_ERROR = "bounds are one standard error"

_MISSING = frozenset({"", "n/a", "nan", "none", "null"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_COUNT = re.compile(r"\d{1,15}(?:\.0*)?", re.ASCII)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?", re.ASCII)
# Only a decimal comma stands after a single zero, before four digits and more, or in 1,5e-05.
_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?", re.ASCII)
_SURE_COMMA = re.compile(r"[+-]?(?:0,\d+|\d+,\d{4,}|\d+,\d+(?=[eE]))(?:[eE][+-]?\d+)?", re.ASCII)
_LOCAL_PATH = re.compile(r"[/~.\\]|[A-Za-z]:[\\/]")


@dataclass(frozen=True, slots=True)
class Column:
    """Where a metric stands in a file and what the file means by the number."""

    name: str
    unit: str
    per: str = "unit"
    origin: str = REPORTED


class Cells:
    """One row's cells by a format's own names, and the issues met while reading them."""

    comma_hint = "Write the decimal mark as a point."

    def __init__(self, row: Row, name: Callable[[str], str] = str):
        self.row = row
        self.issues: list[Issue] = []
        self._found = {name(column): (column, cell) for column, cell in row.cells.items()}
        self._shape()

    def text(self, name: str) -> str:
        """The cell without outer blanks; empty when it is missing or says so."""
        return stated(self._found[name][1]) if name in self._found else ""

    def column(self, name: str) -> str:
        """The column as the file spells it."""
        return self._found[name][0] if name in self._found else name

    def model(self, name: str, written: str = "") -> str:
        """A model's name as written, in a part of the cell; a path of a machine is not one."""
        text = written or self.text(name)
        if is_local(text):
            message = "The model is given as a path on a machine, not by its public name."
            self.issue("model.path", message, name, severity=WARNING)
            return ""
        return text

    def number(self, name: str) -> str:
        """The number as written: ASCII digits and finite. Empty when there is none."""
        return self.checked(self.text(name), self.column(name))

    def checked(self, text: str, column: str) -> str:
        """The text if it is a number, or nothing; an issue if it is something else."""
        if not text or is_number(text):
            return text
        comma = self.comma_hint if "," in text else ""
        self.issue(
            "number.invalid",
            f"“{shown(text)}” is not a number.",
            column,
            given=text,
            expected=("12.5", "1.25e1"),
            hint=comma,
        )
        return ""

    def count(self, name: str) -> int | None:
        """A whole number from 1, or nothing."""
        text = self.text(name)
        if not text:
            return None
        if _COUNT.fullmatch(text) and 1 <= int(text.split(".")[0]) <= _limits.COUNT:
            return int(text.split(".")[0])
        message = f"“{shown(text)}” is not a whole number from 1 to {_limits.COUNT:,}."
        self.issue("count.invalid", message, name, given=text)
        return None

    def date(self, name: str) -> str:
        """The day of an ISO date or time, or nothing."""
        text = self.text(name)
        if not text:
            return ""
        match = _DATE.fullmatch(text)
        try:
            return date.fromisoformat(match[1] if match else "").isoformat()
        except ValueError:
            message = f"“{shown(text)}” is not a date."
            self.issue("date.invalid", message, name, given=text, expected=("2026-01-31",))
            return ""

    def value(self, column: Column) -> Value | None:
        """The number of a column with its unit, or nothing."""
        raw = self.number(column.name)
        if not raw:
            return None
        written = self.column(column.name)
        return Value(raw, column.unit, column.per, column.origin, column=written)

    def values(self, columns: Mapping[str, Column]) -> dict[str, Value]:
        """The metrics that the row states."""
        found = {metric: self.value(column) for metric, column in columns.items()}
        return {metric: value for metric, value in found.items() if value}

    def settings(self, columns: Mapping[str, str]) -> dict[str, Any]:
        """The settings that the row states, under our names; numbers as numbers."""
        found = {setting: scalar(self.text(name)) for setting, name in columns.items()}
        return {setting: value for setting, value in found.items() if value != ""}

    def issue(
        self,
        code: str,
        message: str,
        name: str = "",
        *,
        given: str = "",
        expected: tuple[str, ...] = (),
        severity: str = ERROR,
        hint: str = "",
    ) -> None:
        """Note a problem of this row, once however often it is met."""
        issue = Issue(
            code,
            message,
            row=self.row.number,
            column=self.column(name),
            given=shown(given),
            expected=expected,
            severity=severity,
            hint=hint,
            path=self.row.path,
        )
        if issue not in self.issues:
            self.issues.append(issue)

    def _shape(self) -> None:
        """Note what is wrong with the row as a whole."""
        absent = [column for column, cell in self.row.cells.items() if cell is None]
        if absent:
            message = f"The row ends before the column {absent[0].strip()}."
            self.issue("row.short", message, absent[0])
        beyond = stated(self.row.cells.get(EXTRA))
        if beyond:
            message = "The row has cells that stand under no header."
            self.issue("row.long", message, EXTRA, given=beyond)
        for column, cell in self.row.cells.items():
            if column.endswith(REPEATED) and stated(cell):
                message = f"Found twice: {stated(cell)}. The first value that is not empty counts."
                self.issue("key.repeated", message, column, severity=WARNING)


def pointed(row: Row, columns: Iterable[str], name: Callable[[str], str] = str) -> Row:
    """The row with the decimal commas of these columns as points, where the row proves them.

    Spreadsheets of many countries write them so. `1,234` alone could also be a thousand and more.
    """
    wanted = set(columns)
    cells = {column: stated(cell) for column, cell in row.cells.items() if name(column) in wanted}
    commas = {column: text for column, text in cells.items() if _COMMA.fullmatch(text)}
    is_sure = any(map(_SURE_COMMA.fullmatch, commas.values()))
    if not is_sure or any("." in text and is_number(text) for text in cells.values()):
        return row
    read = {column: text.replace(",", ".") for column, text in commas.items()}
    return replace(row, cells={**row.cells, **read})


def is_local(text: str) -> bool:
    """True for a path of somebody's machine, where a public name was expected."""
    return bool(_LOCAL_PATH.match(text))


def parted(text: str) -> tuple[str, str]:
    """A number and its deviation, from `7100.00 ± 140.34`; the second may be missing."""
    raw, _, deviation = re.sub(r"\+/-|±", "±", text, count=1).partition("±")
    return raw.strip(), deviation.strip()


def spread(raw: str, deviation: str, *, at_most: float = math.inf) -> tuple[str, str]:
    """The bounds one deviation around a number; none if they would leave zero to `at_most`."""
    if not (is_number(raw) and is_number(deviation)):
        return "", ""
    value, error = Decimal(raw), abs(Decimal(deviation))
    low, high = value - error, value + error
    if not error or low < 0 or high > at_most or not (is_number(str(low)) and is_number(str(high))):
        return "", ""
    return str(low), str(high)


def stated(cell: Any) -> str:
    """A cell as text without outer blanks; empty for the words that mean missing."""
    if not isinstance(cell, str):
        cell = "" if cell is None else json.dumps(cell, default=str)
    text = cell.strip()
    return "" if len(text) < 5 and text.casefold() in _MISSING else text


def is_number(text: str) -> bool:
    """True for a decimal number in ASCII that a float holds, neither over- nor underflowing."""
    if len(text) > _limits.NUMBER_CHARS or not _NUMBER.fullmatch(text):
        return False
    number = float(text)
    if number != 0:
        return math.isfinite(number)
    return not re.split("[eE]", text)[0].strip("+-.0")


def scalar(text: str) -> Any:
    """A setting's value: true, false and numbers as such, but only if nothing of the text is lost.

    "1.10" stays text, because as a version it is not "1.1".
    """
    if text.casefold() in ("true", "false"):
        return text.casefold() == "true"
    if not is_number(text):
        return text
    if text.isdigit() and str(int(text)) == text and len(text) <= 15:
        return int(text)
    return float(text) if repr(float(text)) == text else text


def shown(text: str) -> str:
    """The text short enough to be quoted in an issue."""
    return text if len(text) <= _limits.SHOWN_CHARS else f"{text[: _limits.SHOWN_CHARS - 1]}…"
