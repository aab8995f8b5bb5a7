"""What every metric and analysis states about itself, and how its inputs are read.

An input is checked before a formula sees it (metrics-spec, section 0.3). Something of another
shape than asked for is an `InputError`. A number that can't be true (not finite, outside its
limits) makes the result `Missing`, flagged as an error in the data. A quantity that was not given
makes it missing without a flag. What is infinite because success never comes is `Infinite`.
"""

import math
import numbers
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leaderboard.core import units
from leaderboard.core.interval import Interval

# From the firmest to the weakest (metrics-spec, section 0.1); then what is ours or a convention.
ABOUT_BADGES = {
    "verified in text": "Read in the paper, in its authors’ code or documentation, or in published "
    "notes that quote it.",
    "verified in data": "The figures were read in published data files.",
    "from abstract": "Only the abstract of the paper supports it.",
    "reconstructed": "We rebuilt it: it gives the published numbers or follows from the definition "
    "in words, but the paper’s own equation was not seen.",
    "project extension": "Ours; no paper states it.",
    "by definition": "Nothing to prove: the quantity is defined so.",
}
BADGES = tuple(ABOUT_BADGES)

# A number with bounds; a bare number; a whole number; yes or no; a name; and lists and tables of
# these. MAPPING is name → number, RANKINGS a list of lists of names, best first.
QUANTITY, NUMBER, WHOLE, FLAG, NAME = "quantity", "number", "whole number", "yes or no", "name"
NUMBERS, NAMES, TABLE = "list of numbers", "list of names", "table"
MAPPING, RANKINGS = "numbers by name", "list of rankings"

MOST_ROWS = 100_000
LONGEST_NAME = 300
_CASES = re.compile(r"^(?:T\d\d[a-z](?:, )?)+[:;]?\s*")
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?"
# A number, its unit and its bounds, the unit before or behind these.
WRITTEN = re.compile(
    rf"(?P<value>{_NUMBER})\s*(?P<unit>[^()]*?)\s*"
    rf"(?:\(\s*(?P<low>{_NUMBER})\s*(?:to|–)\s*(?P<high>{_NUMBER})\s*\)\s*(?P<unit_behind>[^()]*))?",
    re.ASCII,
)


class InputError(ValueError):
    """An input is not of the shape that was asked for. `field` says where."""

    def __init__(self, field: str, message: str):
        super().__init__(f"{field}: {message}")
        self.field, self.message = field, message


class Missing(ValueError):
    """There is no value, and why. An error in the data is flagged, an absence is not."""

    def __init__(self, reason: str, *, field: str = "", is_data_error: bool = False):
        super().__init__(reason)
        self.reason, self.field, self.is_data_error = reason, field, is_data_error


class Infinite(ZeroDivisionError):
    """The value is infinite because what it counts per success never succeeds."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


class _Required:
    def __repr__(self) -> str:
        return "required"


REQUIRED = _Required()


@dataclass(frozen=True)
class Source:
    """Where a formula stands: the paper's arXiv id, and the section, equation or file of it.

    `slug` is the paper's in our catalogue of sources. What has no arXiv id has a `title`.
    """

    arxiv: str = ""
    where: str = ""
    slug: str = ""
    title: str = ""

    def at(self, where: str) -> "Source":
        """The same paper at another place."""
        return replace(self, where=where)

    @property
    def address(self) -> str:
        return f"https://arxiv.org/abs/{self.arxiv}" if self.arxiv else ""

    def __str__(self) -> str:
        name = f"arXiv {self.arxiv}" if self.arxiv else self.title
        return f"{name}, {self.where}" if self.where else name


@dataclass(frozen=True)
class Example:
    """A worked example, executed by the tests: `inputs` give `expected`.

    `expected` is a number, None for missing, `math.inf` for infinite, or for an analysis a part of
    what it finds. `within` is half a unit of the last digit where the expected value is printed.
    """

    inputs: Mapping[str, Any]
    expected: Any
    note: str = ""
    within: float = 0.0

    @property
    def about(self) -> str:
        """The note without the numbers of test cases in the metrics-spec, which only we know."""
        return _CASES.sub("", self.note)


@dataclass(frozen=True)
class Input:
    """One input: its name, what it means, its unit and shape, and between what it must lie."""

    name: str
    meaning: str
    unit: str = "1"
    shape: str = QUANTITY
    default: Any = REQUIRED
    above: float = -math.inf
    at_least: float = -math.inf
    at_most: float = math.inf
    columns: tuple["Input", ...] = ()
    choices: tuple[str, ...] = ()
    symbol: str = ""
    # Rows of a list or table; a ranking's length counts too.
    most: int = MOST_ROWS

    @property
    def is_required(self) -> bool:
        return self.default is REQUIRED

    def read(self, raw: Any, field: str = "") -> Any:
        """What a formula is given for `raw`. Raises InputError or Missing."""
        field = field or self.name
        if raw is None:
            if self.default is REQUIRED:
                raise Missing(f"{field} is not known", field=field)
            return self._standing_in()
        return READERS[self.shape](self, raw, field)

    def _standing_in(self) -> Any:
        if self.shape == QUANTITY and isinstance(self.default, int | float):
            return Interval.of(self.default)
        return self.default

    def limited(self, value: float, field: str) -> float:
        """The number itself. Raises Missing when it can't be true."""
        if not math.isfinite(value):
            raise Missing(f"{field} is not finite", field=field, is_data_error=True)
        if not value > self.above and self.above != -math.inf:
            raise self._beyond(field, "greater than", self.above)
        if value < self.at_least:
            raise self._beyond(field, "at least", self.at_least)
        if value > self.at_most:
            raise self._beyond(field, "at most", self.at_most)
        return value

    @staticmethod
    def _beyond(field: str, relation: str, limit: float) -> Missing:
        return Missing(f"{field} must be {relation} {limit:g}", field=field, is_data_error=True)


def _float(raw: Any, field: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, numbers.Real):
        raise InputError(field, "must be a number")
    try:
        return float(raw)
    except OverflowError as error:
        raise Missing(f"{field} is not finite", field=field, is_data_error=True) from error


def _number(asked: Input, raw: Any, field: str) -> float:
    if not isinstance(raw, str | Mapping):
        return asked.limited(_float(raw, field), field)
    read = _quantity(asked, raw, field)
    if not read.is_exact:
        raise InputError(field, "must be one number, without bounds")
    return read.value


def _in_parts(text: str, field: str) -> dict[str, Any]:
    """“44.6 Wh” or “44.6 (40 to 50) Wh” as value, low, high and unit."""
    found = WRITTEN.fullmatch(text.strip()) if len(text) <= LONGEST_NAME else None
    if found is None or (found["unit"] and found["unit_behind"]):
        raise InputError(field, "must be a number, like 44.6, or with its unit, like 44.6 Wh")
    sides = ("value", "low", "high")
    parts = {side: float(found[side]) for side in sides if found[side] is not None}
    return parts | {"unit": found["unit"] or found["unit_behind"] or None}


def _quantity(asked: Input, raw: Any, field: str) -> Interval:
    if isinstance(raw, Interval):
        raw = {"value": raw.value, "low": raw.low, "high": raw.high}
    if isinstance(raw, str):
        raw = _in_parts(raw, field)
    if not isinstance(raw, Mapping):
        return Interval.exact(_number(asked, raw, field))
    if unknown := raw.keys() - {"value", "low", "high", "unit"}:
        raise InputError(field, f"has no part “{min(map(str, unknown))}”")
    if raw.get("value") is None:
        raise Missing(f"{field} is not known", field=field)
    central = raw["value"]
    bounds = [central if raw.get(side) is None else raw[side] for side in ("low", "high")]
    scale = _scale(asked, raw.get("unit"), field)
    low, value, high = (
        asked.limited(_float(part, field) * scale, field)
        for part in (bounds[0], central, bounds[1])
    )
    if not low <= value <= high:
        raise Missing(f"{field} lies outside its own bounds", field=field, is_data_error=True)
    return Interval(value, low, high)


def _scale(asked: Input, unit: Any, field: str) -> float:
    if unit is None:
        return 1.0
    if not isinstance(unit, str):
        raise InputError(field, "has a unit that is no text")
    try:
        return units.factor(unit, asked.unit)
    except units.UnitError as error:
        raise InputError(field, str(error)) from error


def _whole(asked: Input, raw: Any, field: str) -> int:
    value = _number(asked, raw, field)
    if value != int(value):
        raise InputError(field, "must be a whole number")
    return int(value)


def _flag(asked: Input, raw: Any, field: str) -> bool:
    if not isinstance(raw, bool):
        raise InputError(field, "must be true or false")
    return raw


def _name(asked: Input, raw: Any, field: str) -> str:
    if isinstance(raw, int) and not isinstance(raw, bool):
        raw = str(raw)
    if not isinstance(raw, str) or not raw.strip():
        raise InputError(field, "must be a name")
    if len(raw) > LONGEST_NAME:
        raise InputError(field, f"is longer than {LONGEST_NAME} letters")
    if asked.choices and raw not in asked.choices:
        raise InputError(field, f"must be one of {', '.join(asked.choices)}")
    return raw


def _each(asked: Input, raw: Any, field: str) -> list[tuple[Any, str]]:
    if isinstance(raw, str | bytes | Mapping) or not isinstance(raw, Sequence):
        raise InputError(field, "must be a list")
    if len(raw) > asked.most:
        raise InputError(field, f"has more than {asked.most} rows")
    return [(each, f"{field}[{place}]") for place, each in enumerate(raw)]


def _numbers(asked: Input, raw: Any, field: str) -> list[float]:
    return [_number(asked, each, where) for each, where in _each(asked, raw, field)]


def _names(asked: Input, raw: Any, field: str) -> list[str]:
    return [_name(asked, each, where) for each, where in _each(asked, raw, field)]


def _rankings(asked: Input, raw: Any, field: str) -> list[list[str]]:
    found = [_names(asked, each, where) for each, where in _each(asked, raw, field)]
    if sum(map(len, found)) > asked.most:
        raise InputError(field, f"name more than {asked.most} items in all")
    return found


def _mapping(asked: Input, raw: Any, field: str) -> dict[str, float]:
    if not isinstance(raw, Mapping):
        raise InputError(field, "must give a number by name")
    if len(raw) > asked.most:
        raise InputError(field, f"has more than {asked.most} names")
    return {str(name): _number(asked, each, f"{field}.{name}") for name, each in raw.items()}


def _table(asked: Input, raw: Any, field: str) -> list[dict[str, Any]]:
    known = {column.name for column in asked.columns}
    rows = []
    for row, where in _each(asked, raw, field):
        if not isinstance(row, Mapping):
            raise InputError(where, "must be a row with named columns")
        if unknown := {str(name) for name in row} - known:
            raise InputError(f"{where}.{min(unknown)}", "is no column of this table")
        rows.append(
            {
                column.name: column.read(row.get(column.name), f"{where}.{column.name}")
                for column in asked.columns
            }
        )
    return rows


READERS: dict[str, Callable[[Input, Any, str], Any]] = {
    QUANTITY: _quantity,
    NUMBER: _number,
    WHOLE: _whole,
    FLAG: _flag,
    NAME: _name,
    NUMBERS: _numbers,
    NAMES: _names,
    TABLE: _table,
    MAPPING: _mapping,
    RANKINGS: _rankings,
}


def read_all(asked: Sequence[Input], given: Mapping[str, Any]) -> dict[str, Any]:
    """Every input as its formula gets it. Raises InputError for a name that nobody asked for."""
    if unknown := given.keys() - {each.name for each in asked}:
        raise InputError(min(map(str, unknown)), "is no input here")
    return {each.name: each.read(given.get(each.name)) for each in asked}


@dataclass(frozen=True)
class Detailed:
    """A value with what else is worth knowing about it, by name."""

    value: Interval | float
    details: Mapping[str, Any] = field(default_factory=dict)


def is_finite(part: Any) -> bool:
    """Whether every number in it is finite, however deep."""
    if isinstance(part, Mapping):
        return all(map(is_finite, part.values()))
    if isinstance(part, list | tuple):
        return all(map(is_finite, part))
    return not isinstance(part, float) or math.isfinite(part)
