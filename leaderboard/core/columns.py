"""The same derivations for many entries at once: columns in place of single intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product, repeat
from typing import NamedTuple

import numpy as np

from leaderboard.core import metrics
from leaderboard.core.derive import derive, workable
from leaderboard.core.interval import Bounds, Interval


@dataclass(frozen=True, slots=True)
class Columns:
    """Intervals of many entries: arrays of shape (n,). An entry without one has NaN in all three.

    The arithmetic is that of `Interval`, element by element; what can't be worked out is NaN.
    """

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @classmethod
    def missing(cls, n: int) -> Columns:
        return cls(*(np.full(n, np.nan) for _ in range(3)))

    @classmethod
    def of(cls, intervals: Sequence[Bounds]) -> Columns:
        return cls(*np.array(intervals, float).reshape(-1, 3).T)

    @property
    def is_known(self) -> np.ndarray:
        """Mask of shape (n,)."""
        return np.isfinite(self.value)

    def at(self, place: int) -> Interval:
        return Interval(float(self.value[place]), float(self.low[place]), float(self.high[place]))

    def put(self, mask: np.ndarray, other: Columns) -> None:
        """Take the other's intervals at these places."""
        for mine, theirs in zip(self.parts, other.parts, strict=True):
            mine[mask] = theirs[mask]

    @property
    def parts(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self.value, self.low, self.high

    @staticmethod
    def spread(formula: Callable[..., np.ndarray], *operands: Operand) -> Columns:
        """`interval.spread` for columns: the formula takes arrays."""
        columns = [operand(each) for each in operands]
        sides = [(each.low, each.high) for each in columns]
        with np.errstate(all="ignore"):
            value = formula(*(each.value for each in columns))
            corners = [formula(*corner) for corner in product(*sides)]
            low = np.minimum.reduce([*corners, value])
            high = np.maximum.reduce([*corners, value])
            known = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
        return Columns(*(np.where(known, part, np.nan) for part in (value, low, high)))

    def _combined(
        self, other: Operand, operate: Callable[..., np.ndarray], *, swapped: bool = False
    ) -> Columns:
        other = operand(other)
        left, right = (other, self) if swapped else (self, other)
        with np.errstate(all="ignore"):
            value = operate(left.value, right.value)
            corners = [
                operate(a, b) for a in (left.low, left.high) for b in (right.low, right.high)
            ]
            low = np.minimum.reduce([*corners, value])
            high = np.maximum.reduce([*corners, value])
            known = np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
        return Columns(*(np.where(known, part, np.nan) for part in (value, low, high)))

    def __add__(self, other: Operand) -> Columns:
        return self._combined(other, np.add)

    def __mul__(self, other: Operand) -> Columns:
        return self._combined(other, np.multiply)

    def __sub__(self, other: Operand) -> Columns:
        return self._combined(other, np.subtract)

    def __rsub__(self, other: Operand) -> Columns:
        return self._combined(other, np.subtract, swapped=True)

    def __truediv__(self, other: Operand) -> Columns:
        other = operand(other)
        return self._combined(nonzero(other), np.divide)

    def __rtruediv__(self, other: Operand) -> Columns:
        return nonzero(self)._combined(other, np.divide, swapped=True)

    __radd__ = __add__
    __rmul__ = __mul__


Operand = Columns | Interval | float


def operand(other: Operand) -> Columns:
    """A single interval or number as columns that stretch to any length."""
    if isinstance(other, Columns):
        return other
    one = Interval.of(other)
    return Columns(*(np.array(part) for part in (one.value, one.low, one.high)))


def nonzero(divisor: Columns) -> Columns:
    """The divisor, missing where it can be zero."""
    with np.errstate(invalid="ignore"):
        usable = (divisor.low > 0) | (divisor.high < 0)
    return Columns(*(np.where(usable, part, np.nan) for part in divisor.parts))


IN_COLUMNS = 16  # entries alike from which on columns are faster than single formulas


class Derived(NamedTuple):
    """What follows for one of many entries, which is named by its number among them."""

    entry: int
    metric: str
    value: float
    low: float
    high: float
    recipe: metrics.Recipe

    @property
    def bounds(self) -> Bounds:
        return self[2:5]


def derive_each(
    measured: Mapping[int, Mapping[str, Bounds]],
    facts: Mapping[str, Interval],
    only: Collection[str] = metrics.ALL.keys(),
) -> Iterator[Derived]:
    """What `derive` gives for each of many entries of the same facts."""
    alike: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for entry, known in measured.items():
        alike[tuple(sorted(known))].append(entry)
    for slugs, entries in alike.items():
        if len(entries) < IN_COLUMNS:
            yield from derive_alone(entries, measured, facts, only)
            continue
        columns = {slug: Columns.of([measured[entry][slug] for entry in entries]) for slug in slugs}
        for slug, (column, used) in derive_many(columns, facts, len(entries), only).items():
            recipes = metrics.ALL[slug].recipes
            parts = (part.tolist() for part in column.parts)
            by = [recipes[number] if number >= 0 else None for number in used.tolist()]
            rows = zip(entries, repeat(slug), *parts, by, strict=False)
            yield from (Derived(*row) for row in rows if row[-1])


def derive_alone(
    entries: Iterable[int],
    measured: Mapping[int, Mapping[str, Bounds]],
    facts: Mapping[str, Interval],
    only: Collection[str],
) -> Iterator[Derived]:
    """The same for a few, one after the other."""
    for entry in entries:
        known = {slug: Interval(*bounds) for slug, bounds in measured[entry].items()}
        for slug, (one, recipe) in derive(known, facts, only).items():
            yield Derived(entry, slug, *one.bounds, recipe)


def derive_many(
    measured: Mapping[str, Columns],
    facts: Mapping[str, Interval | Columns],
    n: int,
    only: Collection[str] = metrics.ALL.keys(),
) -> dict[str, tuple[Columns, np.ndarray]]:
    """Metric → its columns, and at each place the number of the recipe in the metric's list, or -1.

    Gives what `derive` gives one by one. A fact is the same for all `n` entries or a column; where
    a column has no number the entry lacks that metric or fact, and what it lacks is derived.
    """
    known: dict[str, Columns | Interval] = {**facts, **measured}
    found = {}
    whole = frozenset(slug for slug, column in measured.items() if column.is_known.all())
    for slug, recipes in workable(whole, frozenset(facts) | measured.keys() - whole):
        if slug not in only:
            continue
        columns, used = Columns.missing(n), np.full(n, -1, np.int8)
        if slug in measured:
            columns.put(measured[slug].is_known, measured[slug])
        for recipe in recipes:
            if not all(name in known for name in recipe.inputs):
                continue
            inputs = {name: known[name] for name in recipe.inputs}
            worked = worked_out(recipe, inputs, n)
            fresh = worked.is_known & ~columns.is_known
            columns.put(fresh, worked)
            used[fresh] = metrics.ALL[slug].recipes.index(recipe)
            if columns.is_known.all():
                break
        if (used >= 0).any():
            known[slug] = columns
            found[slug] = columns, used
    return found


def worked_out(recipe: metrics.Recipe, inputs: Mapping[str, Columns | Interval], n: int) -> Columns:
    """A recipe over columns; one whose formula takes only single intervals is asked n times."""
    try:
        result = recipe.formula(**inputs)
        parts = operand(result).parts
    except (ZeroDivisionError, OverflowError):
        return Columns.missing(n)
    except (TypeError, ValueError, AttributeError):
        return one_by_one(recipe, inputs, n)
    return Columns(*(np.broadcast_to(part, n).copy() for part in parts))


def one_by_one(recipe: metrics.Recipe, inputs: Mapping[str, Columns | Interval], n: int) -> Columns:
    columns = Columns.missing(n)
    usable = np.ones(n, bool)
    for one in inputs.values():
        if isinstance(one, Columns):
            usable &= one.is_known
    for place in np.flatnonzero(usable).tolist():
        given = {
            name: one.at(place) if isinstance(one, Columns) else one for name, one in inputs.items()
        }
        try:
            result = recipe.formula(**given)
        except (ZeroDivisionError, ValueError, OverflowError):
            continue
        for part, number in zip(
            columns.parts, (result.value, result.low, result.high), strict=True
        ):
            part[place] = number
    return columns
