"""From the value as written to the number shown, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from leaderboard import quantities
from leaderboard.core import footprint, metrics, units
from leaderboard.core.interval import Interval
from leaderboard.estimates import standings_of
from leaderboard.facts import Facts
from leaderboard.formula_words import in_words, word
from leaderboard.models import Entry, Estimate, Measurement, Run, SubmissionRow
from leaderboard.quantities import Scale, plain

# Facts that read better in another unit than the canonical one: factor and unit.
FACT_UNITS = {
    "device_life": (footprint.YEAR_S, "years"),
    "device_price": (1 / 3600, "USD/h"),
    "a100_price": (1 / 3600, "USD/h"),
    "input_token_price": (1e-6, "USD per million tokens"),
    "output_token_price": (1e-6, "USD per million tokens"),
    "grid_intensity": (1 / 3.6e9, "g CO₂e/kWh"),
    "device_embodied_carbon": (1, "kg CO₂e"),
    "device_abiotic_depletion": (1, "kg Sb eq"),
    "device_mass": (1, "kg"),
    "device_toxic_mass": (1, "kg"),
    "device_analysed_mass": (1, "kg"),
    "device_rated_power": (1, "W"),
}
SHOWN_RUNS = 8


@dataclass(frozen=True)
class Input:
    """One input of a formula: a metric of the entry, or a fact of its hardware or place."""

    name: str
    words: str
    text: str
    link: str = ""


@dataclass
class Chain:
    """How one estimate of an entry came to be.

    One that was read from files is told of the run nearest to it. One that follows from others
    has no such run, and its inputs are the entry's `estimates`.
    """

    entry: Entry
    estimate: Estimate
    pairs: list[tuple[Run, Measurement]]
    scale: Scale
    estimates: Mapping[str, Estimate] = field(default_factory=dict)
    _facts: Facts = field(default_factory=Facts)

    @property
    def metric(self) -> metrics.Metric:
        return metrics.get(self.estimate.metric)

    @cached_property
    def pair(self) -> tuple[Run, Measurement]:
        return min(self.pairs, key=lambda pair: abs(pair[1].value - self.estimate.value))

    @property
    def run(self) -> Run:
        return self.pair[0]

    @property
    def measurement(self) -> Measurement:
        return self.pair[1]

    @property
    def is_derived(self) -> bool:
        return bool(self.estimate.recipe)

    @property
    def is_joined(self) -> bool:
        """Whether it follows from numbers that different runs brought."""
        return not self.estimate.runs

    @property
    def recipe(self) -> metrics.Recipe | None:
        """The formula by its name and version; None when that version is gone."""
        return self.metric.recipe(self.estimate.recipe)

    @property
    def equation(self) -> str:
        """What stands right of the equals sign."""
        return in_words(self.recipe) if self.recipe else "a version that is no longer in use"

    @property
    def in_short(self) -> str:
        if self.is_derived:
            return self.equation
        return f"written as {self.raw}" + (
            f", by {self.measurement.instrument}" if self.measurement.instrument else ""
        )

    # A number that was written

    @property
    def as_written(self) -> str:
        column = self.measurement.column or self.metric.slug
        return f"{column}: {self.raw}"

    @property
    def raw(self) -> str:
        """The text of the file with its unit; shares have none."""
        unit = self.measurement.raw_unit
        return self.measurement.raw_value + ("" if unit == "1" else f" {unit}")

    @cached_property
    def row(self) -> SubmissionRow | None:
        """The row of the file that the number stands in."""
        run = self.run
        rows = SubmissionRow.objects.filter(submission=run.submission_id)
        return rows.filter(path=run.path, row=run.row).first()

    @property
    def was_fixed(self) -> bool:
        """Whether somebody wrote over the cell before it was published."""
        return bool(self.row and self.measurement.column in (self.row.patched or {}))

    @property
    def sent(self) -> str:
        """What the file has in the cell; nothing where it has no such cell."""
        return str(self.row.sent.get(self.measurement.column) or "") if self.row else ""

    @property
    def read_as(self) -> str:
        """The raw value as the number it is, with its unit."""
        try:
            number = plain(float(self.measurement.raw_value))
        except ValueError:
            number = self.measurement.raw_value
        return f"{number} {self.unit_words}"

    @property
    def unit_words(self) -> str:
        unit = self.measurement.raw_unit
        return "(a share)" if unit in ("1", "fraction") else unit

    @property
    def conversion(self) -> str:
        """“12.4 Wh × 3,600 J/Wh ÷ 1,000 = 44.6 J”."""
        one, unit = self.measurement, self.metric.unit
        parts = [self.read_as]
        try:
            factor = units.factor(one.raw_unit, unit)
        except units.UnitError:
            factor = 1.0
        if factor != 1:
            parts.append(scaled(factor, "" if unit == "1" else f" {unit}/{one.raw_unit}"))
        if one.divisor != 1:
            parts.append(f"÷ {plain(one.divisor)}")
        result = plain(one.value) + (f" {unit}" if unit not in ("1", "count") else "")
        return f"{' '.join(parts)} = {result}"

    @property
    def is_converted(self) -> bool:
        one = self.measurement
        return one.divisor != 1 or one.raw_unit != self.metric.unit

    @property
    def divisor_words(self) -> str:
        """What the total was divided by."""
        if self.measurement.divisor == 1:
            return ""
        count = f"{plain(self.measurement.divisor)} × {self.entry.task.unit_noun}"
        return f"The file gives a total of the run; it is divided by its {count}."

    # A number that follows from others

    @cached_property
    def inputs(self) -> list[Input]:
        if self.recipe is None:
            return []
        standing = standings_of([self.entry.pk]).get(self.entry.pk)
        facts = self._facts.of(*standing.place) if standing else {}
        return [self.input(name, facts) for name in self.recipe.inputs]

    def input(self, name: str, facts: dict[str, Interval]) -> Input:
        if name in self.estimates:
            one = self.estimates[name]
            text = quantities.of_metric(name, one.value, one.low, one.high)
            return Input(name, word(name), text, f"?metric={name}#provenance")
        return Input(name, word(name), fact_text(name, facts.get(name)))

    # The rest

    @property
    def values(self) -> list[str]:
        return [self.scale.number(one.value) for _, one in self.pairs[:SHOWN_RUNS]]

    @property
    def more_values(self) -> int:
        return len(self.pairs) - len(self.values)

    @property
    def shown(self) -> str:
        estimate = self.estimate
        return self.scale.bounded(estimate.value, estimate.low, estimate.high)

    @property
    def headline(self) -> str:
        return self.scale.quantity(self.estimate.value)

    @property
    def per(self) -> str:
        return quantities.per(self.metric.slug, self.entry.task.unit_noun)


def scaled(factor: float, unit: str) -> str:
    """“× 3,600 J/Wh”, or “÷ 100” where that is the rounder number."""
    inverse = 1 / factor
    if not unit and abs(inverse - round(inverse)) < 1e-9 * inverse:
        return f"÷ {quantities.number(inverse, 0)}"
    return f"× {plain(factor)}{unit}"


def fact_text(name: str, interval: Interval | None) -> str:
    """A fact as the catalogue has it today, with its range."""
    if interval is None:
        return "not in the catalogue any more"
    factor, unit = FACT_UNITS.get(name, (1, ""))
    value, low, high = (part / factor for part in (interval.value, interval.low, interval.high))
    text = f"{plain(value)} {unit}".rstrip()
    return text if low == high else f"{text} ({plain(low)} to {plain(high)})"
