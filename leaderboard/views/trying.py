"""A form for the inputs of a formula, which works without script, and what comes back as tables.

A text is read by `leaderboard.core.contract`, the same as in the API; lists and tables are JSON.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.core.contract import (
    FLAG,
    NAME,
    NUMBER,
    NUMBERS,
    QUANTITY,
    WHOLE,
    Example,
    Input,
    InputError,
)
from leaderboard.core.interval import Interval
from leaderboard.quantities import plain

WORDS = {"yes": True, "no": False}
APART = re.compile(r"[\s,;]+")
IN_ONE_LINE = (QUANTITY, NUMBER, WHOLE, NAME)


def unit_of(asked: Input) -> str:
    """The unit to show; none where it is a bare number."""
    return "" if asked.unit in ("1", "count") else asked.unit


@dataclass
class Field:
    """One input as the form shows it."""

    asked: Input
    id: str
    text: str
    error: str = ""

    @property
    def name(self) -> str:
        return self.asked.name

    @property
    def choices(self) -> Sequence[str]:
        return tuple(WORDS) if self.asked.shape == FLAG else self.asked.choices

    @property
    def is_long(self) -> bool:
        return self.asked.shape not in (*IN_ONE_LINE, FLAG)

    @property
    def rows(self) -> int:
        return min(max(self.text.count("\n") + 1, 3), 14)

    @property
    def hint(self) -> str:
        """What to write: the unit, what may be left out, the columns of a table."""
        asked = self.asked
        unit = f"in {asked.unit} or with another unit" if unit_of(asked) else ""
        if asked.columns:
            names = (one.name + (f" [{one.unit}]" if unit_of(one) else "") for one in asked.columns)
            unit = f"JSON: a list of rows with {', '.join(names)}"
        elif asked.shape == NUMBERS:
            unit = f"numbers with commas between, {unit}".removesuffix(", ")
        elif self.is_long:
            unit = f"JSON: {asked.shape}"
        return "; ".join(filter(None, (unit, "" if asked.is_required else self.without)))

    @property
    def without(self) -> str:
        """What stands in for an input that is left empty."""
        default = self.asked.default
        if isinstance(default, Interval):
            bounds = f"{plain(default.low)} to {plain(default.high)}"
            return f"{plain(default.value)} ({bounds}) where it is empty"
        if isinstance(default, int | float) and not isinstance(default, bool):
            return f"{plain(default)} where it is empty"
        return "may be empty"


@dataclass
class Trial:
    """A form with what stands in it, and after it was sent, the answer or the errors."""

    fields: list[Field]
    recipe: str = ""
    label: str = ""
    answer: Any = None
    error: str = ""

    @property
    def is_open(self) -> bool:
        return bool(self.answer or self.error or any(field.error for field in self.fields))

    def refuse(self, error: InputError) -> None:
        """Say it at its field: “attempts[0].cost” is about the field “attempts”."""
        name = re.split(r"[.\[]", error.field)[0]
        for field in self.fields:
            if field.name == name:
                where = error.field.removeprefix(name).lstrip(".")
                field.error = f"{where}: {error.message}".removeprefix(": ")
                return
        self.error = str(error)

    def point_at(self, name: str, reason: str) -> None:
        """Mark the input that a missing result names."""
        if name:
            self.refuse(InputError(name, reason))


def trial(
    asked: Sequence[Input], examples: Sequence[Example], sent: Mapping[str, str] | None, prefix: str
) -> Trial:
    """The form with what was sent in it, otherwise with the first example that has a value."""
    texts = written(asked, examples) if sent is None else sent
    return Trial([Field(one, f"{prefix}-{one.name}", texts.get(one.name, "")) for one in asked])


def written(asked: Sequence[Input], examples: Sequence[Example]) -> dict[str, str]:
    """The inputs of the first example with a value, as a reader would write them."""
    inputs = next((one.inputs for one in examples if one.expected is not None), {})
    return {one.name: as_text(inputs[one.name]) for one in asked if one.name in inputs}


def as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping) and "value" in value:
        bounds = f" ({value['low']} to {value['high']})" if "low" in value else ""
        return f"{value['value']}{bounds} {value.get('unit') or ''}".strip()
    if isinstance(value, list | tuple) and all(isinstance(one, int | float) for one in value):
        return ", ".join(map(str, value))
    if isinstance(value, list | tuple):
        return "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in value) + "\n]"
    return json.dumps(value) if isinstance(value, Mapping) else str(value)


def read(form: Trial) -> dict[str, Any] | None:
    """The inputs as they were written, or None with the errors at their fields."""
    inputs: dict[str, Any] = {}
    for field in form.fields:
        if not field.text.strip():
            continue
        try:
            inputs[field.name] = value_of(field.asked, field.text.strip())
        except InputError as error:
            form.refuse(error)
    return None if any(field.error for field in form.fields) else inputs


def value_of(asked: Input, text: str) -> Any:
    """Raises InputError for what can't be the JSON or the word that it should be."""
    if asked.shape == FLAG:
        return WORDS.get(text, text)
    if asked.shape in IN_ONE_LINE:
        return text
    if asked.shape == NUMBERS and not text.startswith("["):
        return [one for one in APART.split(text) if one]
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "nesting"
        raise InputError(asked.name, f"is no JSON that can be read ({where})") from None


# What comes back


@dataclass(frozen=True)
class Part:
    """One thing that was found: a text, or a table."""

    name: str
    meaning: str
    text: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def parts(found: Mapping[str, Any], meanings: Mapping[str, str]) -> list[Part]:
    """Everything that was found, single values first."""
    made = [part(name, value, meanings.get(name, "")) for name, value in found.items()]
    return sorted(made, key=lambda one: bool(one.rows))


def part(name: str, value: Any, meaning: str) -> Part:
    if isinstance(value, Mapping) and value:
        if all(isinstance(one, Mapping) for one in value.values()):
            return table(name, meaning, [{name: key, **row} for key, row in value.items()])
        return table(name, meaning, [{"name": key, "value": one} for key, one in value.items()])
    if isinstance(value, list | tuple) and value and all(isinstance(one, Mapping) for one in value):
        return table(name, meaning, value)
    return Part(name, meaning, text=said(value))


def table(name: str, meaning: str, found: Sequence[Mapping[str, Any]]) -> Part:
    columns = list(dict.fromkeys(str(column) for row in found for column in row))
    rows = [[said(row.get(column)) for column in columns] for row in found]
    return Part(name, meaning, columns=columns, rows=rows)


def said(value: Any) -> str:
    """A value as a page writes it."""
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(said, value)) or "none"
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {said(one)}" for key, one in value.items()) or "none"
    return str(value)
