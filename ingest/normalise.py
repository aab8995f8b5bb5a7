"""A reading → canonical and derived intervals."""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ingest.readings import Issue, Reading, Value
from ingest.resolve import Identity, Resolver
from leaderboard.core import metrics, units
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts
from leaderboard.models import Task
from leaderboard.models.evidence import settings_key

# Energies, times and money that are exactly zero were not measured.
NEVER_ZERO = {"energy", "latency", "cost"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement to write: a value as written with its conversion, or a derived one."""

    metric: str
    origin: str
    interval: Interval
    raw_value: str = ""
    raw_unit: str = ""
    divisor: float = 1.0
    recipe: str = ""
    column: str = ""
    instrument: str = ""


@dataclass(frozen=True, slots=True)
class Planned:
    """One run to write: everything known, nothing written."""

    identity: Identity
    reading: Reading
    measurements: tuple[Measured, ...]
    # What makes its entry one: the columns of the entries' unique key.
    key: tuple


class Normaliser:
    """Turns the readings of one file into plans, noting every problem."""

    def __init__(self, resolver: Resolver, facts: Facts):
        self.resolver = resolver
        self.facts = lru_cache(maxsize=1024)(facts.of)

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
        measurements = (*written, *self._derived(written, identity))
        key = (*identity.key, settings_key(reading.settings))
        return Planned(identity, reading, measurements, key), issues

    def _written(self, reading, identity, issues) -> list[Measured]:
        found = []
        divisors = {"unit": 1.0, "run": self._divisor(reading, identity, issues)}
        for slug, value in reading.values.items():
            metric = metrics.ALL.get(slug)
            if metric is None:
                issues.append(unknown_metric(slug, value))
                continue
            divisor = divisors[value.per]
            if divisor is None:
                continue
            interval = converted(metric, value, divisor, issues)
            if interval is not None:
                found.append(
                    Measured(
                        slug,
                        value.origin,
                        interval,
                        raw_value=value.raw,
                        raw_unit=value.unit,
                        divisor=divisor,
                        column=value.column,
                        instrument=value.recipe,
                    )
                )
        return found

    def _divisor(self, reading: Reading, identity: Identity | None, issues) -> float | None:
        """By how many functional units a total of the run is divided; None when nobody said."""
        if all(value.per == "unit" for value in reading.values.values()):
            return 1.0
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

    def _derived(self, written: list[Measured], identity: Identity) -> list[Measured]:
        known = {measured.metric: measured.interval for measured in written}
        facts = self.facts(
            identity.hardware.slug, identity.device_count, identity.region, identity.task.slug
        )
        return [
            Measured(slug, recipe.origin, interval, recipe=recipe.name)
            for slug, (interval, recipe) in derive(known, facts).items()
        ]


def converted(metric: metrics.Metric, value: Value, divisor: float, issues) -> Interval | None:
    """The value in the metric's canonical unit per functional unit, or None with an issue."""

    def problem(code: str, message: str, **more: Any) -> None:
        issues.append(Issue(code, message, column=value.column or metric.slug, **more))

    if not value.unit:
        return problem("unit.missing", f"{metric.label} has no unit.", given=value.raw)
    try:
        scale = units.factor(value.unit, metric.unit) / divisor
    except units.UnitError as error:
        return problem("unit.unknown", f"{error}.", given=value.unit, expected=(metric.unit,))
    try:
        central, low, high = (
            float(text) * scale
            for text in (value.raw, value.low or value.raw, value.high or value.raw)
        )
    except ValueError:
        return problem("number.invalid", f"“{value.raw}” is not a number.", given=value.raw)
    if not all(map(math.isfinite, (central, low, high))):
        return problem("number.invalid", f"{metric.label} must be finite.", given=value.raw)
    if not low <= central <= high:
        return problem(
            "interval.order",
            f"{metric.label} lies outside its own bounds.",
            given=f"{value.low} … {value.raw} … {value.high}",
            expected=("low ≤ value ≤ high",),
        )
    if low < 0:
        return problem(
            "value.negative", f"{metric.label} is negative.", given=value.low or value.raw
        )
    if metric.family in NEVER_ZERO and central == 0:
        return problem(
            "value.zero",
            f"{metric.label} is zero. A value that was not measured is left empty.",
            given=value.raw,
        )
    if metric.slug == "quality" and high > 1:
        return problem(
            "quality.range",
            "Quality is a share from 0 to 1, or from 0 % to 100 %.",
            given=f"{value.raw} {value.unit}",
        )
    return Interval(central, low, high)


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
