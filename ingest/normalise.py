"""A reading → canonical and derived intervals."""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from ingest.readings import Issue, Reading, Value
from ingest.resolve import Identity, Resolver
from leaderboard.core import metrics, units
from leaderboard.core.columns import Columns, derive_many
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts
from leaderboard.models import Task
from leaderboard.models.evidence import settings_key

# Energies, times and money that are exactly zero were not measured.
IN_COLUMNS = 16  # plans alike from which on columns are faster than single formulas
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
    # What it means beside the store (`ingest.against`), and the runs that it replaces.
    fate: str = "new"
    replaces: tuple[int, ...] = ()


class Normaliser:
    """Turns the readings of one file into plans, noting every problem.

    A plan holds the numbers as written; `derived` adds what follows from them, for many at once.
    """

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
        key = (*identity.key, settings_key(reading.settings))
        return Planned(identity, reading, tuple(written), key), issues

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

    def derived(self, batch: Sequence[Planned]) -> list[Planned]:
        """The same plans with all that formulas can work out, in the same order."""
        alike: dict[tuple, list[int]] = defaultdict(list)
        for place, planned in enumerate(batch):
            slugs = tuple(sorted(one.metric for one in planned.measurements))
            alike[slugs, about(planned.identity)].append(place)
        found = list(batch)
        for (_, depended), places in alike.items():
            facts = self.facts(*depended)
            for at, measurements in self._worked_out([batch[at] for at in places], facts):
                planned = batch[places[at]]
                found[places[at]] = replace(
                    planned, measurements=(*planned.measurements, *measurements)
                )
        return found

    def _worked_out(
        self, alike: list[Planned], facts: Mapping[str, Interval]
    ) -> Iterator[tuple[int, list[Measured]]]:
        """Place and derived numbers of each plan; all have the same metrics and facts."""
        rows = [{one.metric: one.interval for one in plan.measurements} for plan in alike]
        if len(rows) < IN_COLUMNS:
            for place, known in enumerate(rows):
                single = derive(known, facts).items()
                yield (
                    place,
                    [Measured(s, r.origin, interval, recipe=r.name) for s, (interval, r) in single],
                )
            return
        columns = {slug: Columns.of([row[slug] for row in rows]) for slug in rows[0]}
        found: list[list[Measured]] = [[] for _ in rows]
        for slug, (column, used) in derive_many(columns, facts, len(rows)).items():
            recipes = metrics.ALL[slug].recipes
            parts = (part.tolist() for part in (*column.parts, used))
            for place, (value, low, high, number) in enumerate(zip(*parts, strict=True)):
                if number >= 0:
                    recipe = recipes[number]
                    interval = Interval(value, low, high)
                    one = Measured(slug, recipe.origin, interval, recipe=recipe.name)
                    found[place].append(one)
        yield from enumerate(found)


def about(identity: Identity) -> tuple[str, int, str, str, str]:
    """What the facts of a run depend on."""
    return (
        identity.hardware.slug,
        identity.device_count,
        identity.region,
        identity.task.slug,
        identity.model.slug,
    )


def converted(
    metric: metrics.Metric, value: Value, divisor: float, issues: list[Issue]
) -> Interval | None:
    """The value in the metric's canonical unit per functional unit, or None with an issue."""
    try:
        bounded = Bounded.read(value, units.factor(value.unit, metric.unit) / divisor)
    except units.UnitError as error:
        code = "unit.unknown" if value.unit else "unit.missing"
        message = f"{error}." if value.unit else f"{metric.label} has no unit."
        found = Issue(code, message, given=value.unit, expected=(metric.unit,))
    except ValueError:
        message = f"{metric.label} must be a finite number."
        found = Issue("number.invalid", message, given=value.raw)
    else:
        problem = implausible(metric, value, bounded)
        if problem is None:
            return Interval(*bounded)
        found = problem
    issues.append(replace(found, column=value.column or metric.slug))
    return None


class Bounded(NamedTuple):
    """A value with bounds that are not checked yet."""

    value: float
    low: float
    high: float

    @classmethod
    def read(cls, value: Value, scale: float) -> "Bounded":
        """The written numbers times `scale`. Raises ValueError unless all are finite."""
        texts = (value.raw, value.low or value.raw, value.high or value.raw)
        numbers = [float(text) * scale for text in texts]
        if not all(map(math.isfinite, numbers)):
            raise ValueError("not finite")
        return cls(*numbers)


def implausible(metric: metrics.Metric, value: Value, bounded: Bounded) -> Issue | None:
    """What stands against a value that could be read."""
    if not bounded.low <= bounded.value <= bounded.high:
        given = f"{value.low} … {value.raw} … {value.high}"
        message = f"{metric.label} lies outside its own bounds."
        return Issue("interval.order", message, given=given, expected=("low ≤ value ≤ high",))
    if bounded.low < 0:
        message = f"{metric.label} is negative."
        return Issue("value.negative", message, given=value.low or value.raw)
    if metric.family in NEVER_ZERO and bounded.value == 0:
        message = f"{metric.label} is zero. A value that was not measured is left empty."
        return Issue("value.zero", message, given=value.raw)
    if metric.slug == "quality" and bounded.high > 1:
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
