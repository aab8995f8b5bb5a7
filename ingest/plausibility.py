"""What is possible and yet hard to believe: each check was learnt from a real incident.

A doubt about numbers is a warning, which an editor looks at before they count; what a reader should
merely know is a note. Nothing is changed and nothing is refused here.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isclose

import numpy as np

from ingest.normalise import Measured, Planned
from ingest.readings import INFO, METERED, SENSED, WARNING, Issue
from leaderboard.core import metrics
from leaderboard.facts import Facts
from leaderboard.models import Estimate

# What a slip between two units multiplies a number by: the smaller unit taken for the larger.
PREFIX = {1000.0: ("a unit", "a thousand of it")}
SLIPS: dict[str, dict[float, tuple[str, str]]] = {
    "energy": {3600.0: ("J", "Wh"), 3.6e6: ("J", "kWh"), **PREFIX},
    "latency": {3600.0: ("seconds", "hours"), **PREFIX},
    "carbon": PREFIX,
    "cost": {100.0: ("cents", "dollars"), **PREFIX},
}
NEIGHBOURS = 5
FAR = 20.0  # times beyond all neighbours
FEW_SAMPLES = 30
OVER_RATING = 1.1
# What a machine may draw beside its accelerators: as much again as they are rated at, and this in
# watts. A facility may draw twice as much.
BESIDE = 20_000.0
MACHINES = {"node_energy": 1.0, "facility_energy": 2.0}
# kg CO2e per kWh: from hydropower to the worst of lignite.
GRID = (0.005, 1.5)
J_PER_KWH = 3.6e6
CONSTANT_ROWS, CONSTANT_SHARE = 10, 0.3
# Texts of a metric that are counted: none of the rest can be a third of them all.
COUNTED = 10_000
# What should differ between rows that differ.
VARYING = ("tokens_out", "tokens_in", "device_energy", "node_energy", "facility_energy")
POWERS = {"device_energy": "accelerators", "node_energy": "machine"}


@dataclass
class Doubts:
    """Looks at the runs of one file, batch by batch, and at the file as a whole at its end."""

    facts: Facts
    ranges: dict[tuple[int, str], tuple[float, float] | None] = field(default_factory=dict)
    raws: dict[str, Counter] = field(default_factory=lambda: defaultdict(Counter))
    totals: Counter = field(default_factory=Counter)
    columns: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, set] = field(default_factory=lambda: defaultdict(set))
    # Energy over time, rounded, of energies said to be measured → the times seen.
    ratios: dict[str, dict[float, set]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    rows: int = 0
    # Numbers of a run → the model that had them first.
    numbers: dict[int, int] = field(default_factory=dict)

    def of(self, batch: Iterable[Planned]) -> Iterator[Issue]:
        """The doubts about each run, with its place."""
        for planned in batch:
            written = {one.metric: one for one in planned.measurements}
            self.note(planned, written)
            for issue in self.about(planned, written):
                yield issue.at(row=planned.reading.row, path=planned.reading.path)

    def about(self, planned: Planned, written: dict[str, Measured]) -> Iterator[Issue]:
        yield from few_samples(planned)
        if "power" in written:
            yield from power_times_time(written)
        if "carbon_reported" in written:
            yield from grid_factor(written)
        if "device_energy" in written:
            yield from self.beyond_rating(planned, written)
        if "run_time" in written:
            yield from self.beyond_machine(planned, written)
        yield from self.copied(planned, written)
        task = planned.identity.task.pk
        for slug, measured in written.items():
            found = self.range_of(task, slug)
            if found and not found[0] / FAR <= measured.value <= found[1] * FAR:
                yield from slip(measured, *found)

    def range_of(self, task: int, metric: str) -> tuple[float, float] | None:
        """The lowest and highest value of a task's entries, if they are enough to tell.

        None for a metric in which no slip is known.
        """
        if (task, metric) not in self.ranges and metrics.get(metric).family not in SLIPS:
            self.ranges[task, metric] = None
        if (task, metric) not in self.ranges:
            value = Estimate.objects.points(task, [metric]).value
            value = value[np.isfinite(value) & (value > 0)]
            enough = len(value) >= NEIGHBOURS
            self.ranges[task, metric] = (float(value.min()), float(value.max())) if enough else None
        return self.ranges[task, metric]

    def beyond_rating(self, planned: Planned, written: dict[str, Measured]) -> Iterator[Issue]:
        """Energy of accelerators above what they can draw in the time."""
        one, time = written.get("device_energy"), written.get("run_time") or written.get("latency")
        identity = planned.identity
        if one is None or time is None or (time.metric == "latency" and shared(planned)):
            return
        facts = self.facts.of(identity.hardware.slug, identity.device_count, "", "", "")
        rated = facts.get("device_rated_power")
        if rated is None:
            return
        most = rated.value * identity.device_count * time.value
        if one.value > OVER_RATING * most > 0:
            yield Issue(
                "energy.beyond_rating",
                f"{legible(one.value)} J is more than {identity.device_count} × "
                f"{identity.hardware} rated at {rated.value:.0f} W can draw in "
                f"{time.value:.4g} s.",
                column=one.column,
                given=f"{one.raw_value} {one.raw_unit}",
                severity=WARNING,
            )

    def beyond_machine(self, planned: Planned, written: dict[str, Measured]) -> Iterator[Issue]:
        """Energy of a machine or facility above what any of its kind draws in the time."""
        time, identity = written["run_time"], planned.identity
        facts = self.facts.of(identity.hardware.slug, identity.device_count, "", "", "")
        rated = facts.get("device_rated_power")
        devices = rated.value * identity.device_count if rated else 0.0
        for slug, share in MACHINES.items():
            one = written.get(slug)
            most = share * (2 * devices + BESIDE) * time.value
            if one and one.value > most > 0:
                yield Issue(
                    "energy.beyond_rating",
                    f"{one.value:.4g} J in {time.value:.4g} s are "
                    f"{one.value / time.value / 1000:,.4g} kW, more than a machine with "
                    f"{identity.device_count} × {identity.hardware} can draw.",
                    column=one.column,
                    given=f"{one.raw_value} {one.raw_unit}",
                    severity=WARNING,
                )

    def copied(self, planned: Planned, written: dict[str, Measured]) -> Iterator[Issue]:
        """Three or more numbers that another model of the file has to the last digit."""
        if len(written) < 3:
            return
        task = planned.identity.task.pk
        mark = hash((task, *sorted((slug, one.raw_value) for slug, one in written.items())))
        model = planned.identity.model.pk
        if self.numbers.setdefault(mark, model) != model:
            message = "Another model of this file has the very same numbers."
            yield Issue("numbers.copied", message, severity=WARNING)

    # The file as a whole

    def note(self, planned: Planned, written: dict[str, Measured]) -> None:
        self.rows += 1
        for slug in VARYING:
            if one := written.get(slug):
                self.count(slug, one.raw_value)
                self.columns[slug] = one.column
                if len(self.kinds[slug]) < CONSTANT_ROWS:
                    self.kinds[slug].add(planned.key)
        time = written.get("run_time") or written.get("latency")
        for slug in POWERS:
            one = written.get(slug)
            if one and time and one.origin in (METERED, SENSED) and time.value > 0:
                ratio = float(f"{one.value / time.value:.9g}")
                times = self.ratios[slug][ratio]
                if len(times) < CONSTANT_ROWS and len(self.ratios[slug]) < 10_000:
                    times.add(time.value)

    def count(self, slug: str, raw: str) -> None:
        """Count a text; those that hardly came are forgotten when there are too many."""
        counted = self.raws[slug]
        counted[raw] += 1
        self.totals[slug] += 1
        if len(counted) > COUNTED:
            self.raws[slug] = Counter(dict(counted.most_common(COUNTED // 2)))

    def whole(self) -> Iterator[Issue]:
        """The doubts about the file."""
        for slug, counted in self.raws.items():
            total = self.totals[slug]
            raw, number = counted.most_common(1)[0]
            is_much = number > CONSTANT_SHARE * total and total >= CONSTANT_ROWS
            if is_much and len(self.kinds[slug]) >= CONSTANT_ROWS / 2:
                yield Issue(
                    "values.constant",
                    f"{number:,} of {total:,} rows have the same {metrics.get(slug).label}, {raw}.",
                    column=self.columns[slug] or slug,
                    given=raw,
                    severity=WARNING,
                )
        for slug, ratios in self.ratios.items():
            if any(len(times) >= CONSTANT_ROWS / 2 for times in ratios.values()):
                yield Issue(
                    "origin.doubtful",
                    f"The energy of the {POWERS[slug]} is said to be measured, yet it is exactly "
                    "proportional to the time: that is a rating, not a measurement.",
                    column=self.columns.get(slug, ""),
                    severity=WARNING,
                )


def slip(measured: Measured, lowest: float, highest: float) -> Iterator[Issue]:
    """A number far beyond all others of its task that a slip of units would explain."""
    metric, value = metrics.get(measured.metric), measured.value
    if value <= 0:
        return
    is_large = value > highest
    for factor, (smaller, larger) in SLIPS[metric.family].items():
        mended = value / factor if is_large else value * factor
        taken, meant = (smaller, larger) if is_large else (larger, smaller)
        if lowest <= mended <= highest:
            yield Issue(
                "unit.slip",
                f"{metric.label} is {legible(value)} {metric.unit}; the others of this task have "
                f"{legible(lowest)} to {legible(highest)}. A factor of {factor:,.0f} would explain "
                f"it: {taken} taken for {meant}?",
                column=measured.column or measured.metric,
                given=f"{measured.raw_value} {measured.raw_unit}",
                severity=WARNING,
            )
            return


def legible(value: float) -> str:
    """Four digits of a number, without an exponent where it is large."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def few_samples(planned: Planned) -> Iterator[Issue]:
    samples = planned.identity.samples
    if samples is None or samples >= FEW_SAMPLES:
        return
    if not any(issue.code == "samples.few" for issue in planned.reading.issues):
        message = f"Only {samples} samples: too few to tell small differences."
        yield Issue("samples.few", message, given=str(samples), severity=INFO)


def power_times_time(written: dict[str, Measured]) -> Iterator[Issue]:
    """Energy, power and time of one run that do not agree."""
    power, time = written.get("power"), written.get("run_time")
    energies = [written[slug] for slug in POWERS if slug in written]
    if power is None or time is None or not energies:
        return
    expected = power.value * time.value
    if not any(isclose(one.value, expected, rel_tol=0.5) for one in energies):
        yield Issue(
            "value.contradiction",
            f"{power.value:.4g} W for {time.value:.4g} s are {expected:.4g} J, "
            f"not {energies[0].value:.4g} J.",
            column=energies[0].column,
            severity=WARNING,
        )


def grid_factor(written: dict[str, Measured]) -> Iterator[Issue]:
    """Reported carbon that no grid of the world gives for the energy."""
    carbon = written.get("carbon_reported")
    energy: Sequence[Measured] = [
        written[slug] for slug in ("facility_energy", "node_energy") if slug in written
    ]
    if carbon is None or not energy or energy[0].value <= 0:
        return
    factor = carbon.value / (energy[0].value / J_PER_KWH)
    if carbon.value > 0 and not GRID[0] <= factor <= GRID[1]:
        yield Issue(
            "carbon.factor",
            f"Carbon and energy give {factor:.3g} kg per kWh; grids lie between {GRID[0]} and "
            f"{GRID[1]}.",
            column=carbon.column,
            severity=WARNING,
        )


def shared(planned: Planned) -> bool:
    """Whether requests ran side by side, so that a latency is not the time of one alone."""
    settings = planned.reading.settings
    return any(settings.get(name) not in (None, "", 1, "1") for name in CONCURRENT)


CONCURRENT = ("batch_size", "batch", "max_num_seqs", "concurrency", "request_rate", "batches")
