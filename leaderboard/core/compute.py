"""Any metric from its inputs: the one entry point for what no entry has.

    compute("cost_of_pass", {"cost": 0.398, "quality": 0.5333})

Inputs are numbers in canonical units, or `{"value", "low", "high", "unit"}`, or the lists and
tables that a computed metric asks for. Whoever sends inputs of another shape gets an `InputError`
with the field; everything else is a Result.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leaderboard.core import metrics
from leaderboard.core.contract import (
    Detailed,
    Infinite,
    Input,
    InputError,
    Missing,
    is_finite,
    read_all,
)
from leaderboard.core.interval import Interval

VALUE, MISSING, INFINITE = "value", "missing", "infinite"
STATED = "stated/1"


@dataclass(frozen=True)
class Result:
    """A value with bounds, or missing or infinite with the reason; and the recipe."""

    state: str
    unit: str
    recipe: str
    value: Interval | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    # Which input is at fault, and whether it is wrong rather than absent.
    field: str = ""
    is_data_error: bool = False

    @property
    def interval(self) -> Interval:
        """The value. Raises ValueError with the reason where there is none."""
        if self.value is None:
            raise ValueError(self.reason)
        return self.value


def compute(slug: str, inputs: Mapping[str, Any], recipe: str = "") -> Result:
    """The metric from these inputs, by that recipe or the first whose inputs are all there.

    Raises KeyError for an unknown metric and InputError for inputs of a wrong shape.
    """
    metric = metrics.get(slug)
    if recipe in ("", STATED) and set(inputs) == {slug}:
        return _worked_out(metric, STATED, (metric.stated,), lambda **given: given[slug], inputs)
    chosen = _named(metric, recipe) if recipe else _fitting(metric, inputs)
    return _worked_out(metric, chosen.name, chosen.terms, chosen.formula, inputs)


def _named(metric: metrics.Metric, name: str) -> metrics.Recipe:
    found = next((each for each in metric.formulas if each.name == name), None)
    if found is None:
        raise InputError("recipe", f"{metric.slug} has no recipe “{name}”")
    return found


def _fitting(metric: metrics.Metric, inputs: Mapping[str, Any]) -> metrics.Recipe:
    """The first formula that gets all it needs; else the one that lacks least."""
    if not metric.formulas:
        raise InputError(_stranger(inputs, {metric.slug}), "is no input here")
    given = {name for name, raw in inputs.items() if raw is not None}
    known = {name for each in metric.formulas for name in each.inputs}
    if inputs.keys() - known:
        raise InputError(_stranger(inputs, known), "is no input here")

    def shortfall(each: metrics.Recipe) -> tuple[int, int]:
        strangers = inputs.keys() - set(each.inputs)
        needed = {term.name for term in each.terms if term.is_required}
        return len(strangers), len(needed - given)

    return min([*metric.computations, *metric.recipes], key=shortfall)


def _stranger(inputs: Mapping[str, Any], known: set[str]) -> str:
    return min(map(str, inputs.keys() - known), default=min(known))


def _worked_out(
    metric: metrics.Metric,
    recipe: str,
    asked: Sequence[Input],
    formula: Any,
    inputs: Mapping[str, Any],
) -> Result:
    given: dict[str, Any] = {}
    try:
        given = read_all(asked, inputs)
        with np.errstate(all="ignore"):
            found = formula(**given)
        details = found.details if isinstance(found, Detailed) else {}
        value = Interval.of(found.value if isinstance(found, Detailed) else found)
        if not is_finite(details):
            raise OverflowError("a part is beyond the largest number")
        return Result(VALUE, metric.unit, recipe, value, details=details)
    except InputError:
        raise
    except Missing as missing:
        return Result(
            MISSING,
            metric.unit,
            recipe,
            reason=missing.reason,
            field=missing.field,
            is_data_error=missing.is_data_error,
        )
    except Infinite as infinite:
        return Result(INFINITE, metric.unit, recipe, reason=infinite.reason)
    except ZeroDivisionError:
        culprit = _with_zero(given)
        reason = f"{culprit} is or can be zero" if culprit else "a divisor is or can be zero"
        return _wrong(metric, recipe, reason, culprit)
    except (OverflowError, ValueError) as error:
        beyond = isinstance(error, OverflowError) or "finite" in str(error)
        reason = "the result is beyond the largest number" if beyond else str(error)
        return _wrong(metric, recipe, reason)


def _wrong(metric: metrics.Metric, recipe: str, reason: str, culprit: str = "") -> Result:
    return Result(MISSING, metric.unit, recipe, reason=reason, field=culprit, is_data_error=True)


def _with_zero(given: Mapping[str, Any]) -> str:
    """The first quantity that can be zero: what a formula divided by."""
    quantities = ((name, each) for name, each in given.items() if isinstance(each, Interval))
    return next((name for name, each in quantities if each.low <= 0 <= each.high), "")
