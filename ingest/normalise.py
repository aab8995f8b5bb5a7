"""A reading → its numbers in canonical units."""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from ingest.readings import Issue, Reading, Value
from ingest.resolve import Identity, Resolver
from leaderboard.core import metrics, units
from leaderboard.core.interval import Bounds
from leaderboard.models import Task
from leaderboard.models.evidence import canonical, key_of

# Energies, times and money that are exactly zero were not measured.
NEVER_ZERO = {"energy", "latency", "cost"}


class Measured(NamedTuple):
    """One measurement to write: a value as written, with its conversion."""

    metric: str
    origin: str
    value: float
    low: float
    high: float
    raw_value: str
    raw_unit: str
    divisor: float
    column: str
    instrument: str

    @property
    def bounds(self) -> Bounds:
        return self[2:5]


@dataclass(frozen=True, slots=True)
class Planned:
    """One run to write: everything known, nothing written."""

    identity: Identity
    reading: Reading
    measurements: tuple[Measured, ...]
    # What makes its entry one: the columns of the entries' unique key.
    key: tuple
    # Its settings as JSON.
    settings: str
    # What it means beside the store (`ingest.against`), and the runs that it replaces.
    fate: str = "new"
    replaces: tuple[int, ...] = ()

    @property
    def numbers(self) -> dict[str, Bounds]:
        """Metric → what the run states."""
        return {one.metric: one.bounds for one in self.measurements}


class Normaliser:
    """Turns the readings of one file into plans, noting every problem."""

    def __init__(self, resolver: Resolver):
        self.resolver = resolver

    def plan(self, reading: Reading) -> tuple[Planned | None, list[Issue]]:
        """The run that a reading stands for, and its issues. No plan without a clean reading.

        A reading without values and without errors is a row that a format set aside.
        """
        issues = list(reading.issues)
        if not reading.values:
            return None, issues
        identity = self.resolver.identity(reading, issues)
        written = self._written(reading, identity, issues)
        issues = [issue.at(row=reading.row, path=reading.path) for issue in issues]
        if identity is None or any(issue.severity == "error" for issue in issues):
            return None, issues
        settings = canonical(reading.settings)
        key = (*identity.key, key_of(settings))
        return Planned(identity, reading, tuple(written), key, settings), issues

    def _written(self, reading, identity, issues) -> list[Measured]:
        found = []
        divisors: dict[str, float | None] = {"unit": 1.0}
        if any(value.per == "run" for value in reading.values.values()):
            divisors["run"] = self._divisor(reading, identity, issues)
        for slug, value in reading.values.items():
            metric = metrics.ALL.get(slug)
            if metric is None:
                issues.append(unknown_metric(slug, value))
                continue
            divisor = divisors[value.per]
            if divisor is None:
                continue
            bounds = converted(metric, value, divisor, issues)
            if bounds is not None:
                number, low, high = bounds
                found.append(
                    Measured(
                        slug,
                        value.origin,
                        number,
                        low,
                        high,
                        value.raw,
                        value.unit,
                        divisor,
                        value.column,
                        value.recipe,
                    )
                )
        return found

    def _divisor(self, reading: Reading, identity: Identity | None, issues) -> float | None:
        """By how many functional units a total of the run is divided; None when nobody said."""
        if identity and identity.task.kind == Task.Kind.TRAINING:
            return 1.0
        samples = reading.samples or self.resolver.said("samples", reading.task)
        if samples:
            return float(samples)
        self.resolver.ask("samples", reading.task)
        issues.append(
            Issue(
                "samples.missing",
                "The file gives totals of a run but not how many samples the run had.",
                column="samples",
                hint="Say it in the context field “samples”.",
            )
        )
        return None


def converted(
    metric: metrics.Metric, value: Value, divisor: float, issues: list[Issue]
) -> Bounds | None:
    """The value in the metric's canonical unit per functional unit, or None with an issue."""
    try:
        bounds = read(value, units.factor(value.unit, metric.unit) / divisor)
    except units.UnitError as error:
        code = "unit.unknown" if value.unit else "unit.missing"
        message = f"{error}." if value.unit else f"{metric.label} has no unit."
        found = Issue(code, message, given=value.unit, expected=(metric.unit,))
    except ValueError:
        message = f"{metric.label} must be a finite number."
        found = Issue("number.invalid", message, given=value.raw)
    else:
        problem = implausible(metric, value, bounds)
        if problem is None:
            return bounds
        found = problem
    issues.append(replace(found, column=value.column or metric.slug))
    return None


def read(value: Value, scale: float) -> Bounds:
    """The written numbers times `scale`, in any order. Raises ValueError unless all are finite."""
    number = float(value.raw) * scale
    low = float(value.low) * scale if value.low else number
    high = float(value.high) * scale if value.high else number
    # What is not finite is no less than infinity, and NaN is neither.
    if not (abs(number) < math.inf and abs(low) < math.inf and abs(high) < math.inf):
        raise ValueError("not finite")
    return number, low, high


def implausible(metric: metrics.Metric, value: Value, bounds: Bounds) -> Issue | None:
    """What stands against a value that could be read."""
    number, low, high = bounds
    if not low <= number <= high:
        given = f"{value.low} … {value.raw} … {value.high}"
        message = f"{metric.label} lies outside its own bounds."
        return Issue("interval.order", message, given=given, expected=("low ≤ value ≤ high",))
    if low < 0:
        message = f"{metric.label} is negative."
        return Issue("value.negative", message, given=value.low or value.raw)
    if metric.family in NEVER_ZERO and number == 0:
        message = f"{metric.label} is zero. A value that was not measured is left empty."
        return Issue("value.zero", message, given=value.raw)
    if metric.slug == "quality" and high > 1:
        message = "Quality is a share from 0 to 1, or from 0 % to 100 %."
        return Issue("quality.range", message, given=f"{value.raw} {value.unit}")
    return None


def unknown_metric(slug: str, value: Value) -> Issue:
    near = tuple(known for known in metrics.ALL if slug in known or known in slug)[:3]
    return Issue(
        "metric.unknown",
        f"“{slug}” is not a metric.",
        column=value.column or slug,
        given=slug,
        expected=near,
        hint="All metrics are listed under /metrics/.",
    )
