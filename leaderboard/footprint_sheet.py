"""The answer of the footprint explorer in numbers as they are shown, and as lines of CSV."""

import csv
import io
import math
from collections.abc import Iterator, Sequence

from leaderboard import quantities
from leaderboard.core import footprint, metrics
from leaderboard.core.compute import VALUE, Result
from leaderboard.core.interval import Interval
from leaderboard.footprints import Explorer, Run, badge
from leaderboard.quantities import Scale
from leaderboard.spreadsheets import safe, written

# Figures of a device that the explorer uses, and their canonical units.
DEVICE = {
    "device_peak_flops": "FLOP/s",
    "device_mass": "kg",
    "device_embodied_carbon": "kg",
    "device_abiotic_depletion": "kg",
    "device_rated_power": "W",
    "device_price": "USD/s",
}
# Lives below this are told in fractions; from here on they are rounded up, as the paper does.
WHOLE_FROM = 10.0
HEAVY_KG = 1e5


def shown_lives(value: float) -> str:
    if value >= WHOLE_FROM and math.isfinite(value) and value < 1e12:
        return f"{footprint.printed(value):,}"
    return quantities.plain(value)


def scale_of(slug: str, found: Sequence[Result]) -> Scale:
    """The unit of a row: kg of hardware up to 100 t, else what fits the largest."""
    values = [each.interval.value for each in found if each.state == VALUE]
    unit = metrics.get(slug).unit
    if slug == "material" and values and 1 <= max(values) < HEAVY_KG:
        return Scale(1, "kg")
    if slug == "accelerator_time":
        return Scale(3600, "device hours")
    return quantities.scale_of_unit(unit, [max(values)] if values else [], slug)


def three_digits(scale: Scale, value: float) -> str:
    """“3,750”: what stands behind the third digit is never known here."""
    rounded = float(f"{scale.shown(value):.3g}")
    if abs(rounded) >= 1e12 or 0 < abs(rounded) < 1e-4:
        return quantities.plain(rounded)
    return quantities.number(rounded, max(quantities.decimals_of(rounded, None), 0))


def amount(slug: str, scale: Scale, value: float) -> str:
    return shown_lives(value) if slug == "gpu_lives" else three_digits(scale, value)


def range_words(one: Interval) -> str:
    return f"{quantities.plain(one.low)} to {quantities.plain(one.high)}"


def years(value: float) -> str:
    return f"{value:.4g} {'year' if value == 1 else 'years'}"


HEADS = ("run", "quantity", "state", "value", "low", "high", "unit", "badge", "reason")


def text(explorer: Explorer) -> str:
    """One line per run and quantity, in canonical units, then elements, classes and gains."""
    file = io.StringIO()
    csv.writer(file).writerows([HEADS, *lines(explorer)])
    return file.getvalue()


def lines(explorer: Explorer) -> Iterator[list[str]]:
    for run in explorer.runs:
        for slug, found in run.outcomes.items():
            yield line(run.name, slug, found, badge(slug, found, explorer.hardware_slug))
        for row in explorer.element_rows:
            state = "bounds" if row.is_bound else "value"
            yield mass(run, f"mass of {row.element.symbol}", row.kg, state, "", row.how)
        for kind in explorer.class_rows:
            how = f"{kind.kind.source}; {kind.how}"
            yield mass(run, f"mass of class {kind.kind.slug}", kind.kg, "value", kind.badge, how)
    yield line("", "device_saving", explorer.saving, badge("device_saving", explorer.saving, ""))
    for gain in explorer.gains:
        name = f"{gain.before.name} to {gain.after.name}"
        slug = "material_per_point"
        yield line(name, slug, gain.result, badge(slug, gain.result, ""))


def mass(
    run: Run, name: str, per_device: Interval | None, state: str, firmness: str, how: str
) -> list[str]:
    """A mass in all device lives of a run."""
    kg = run.times(per_device)
    if kg is None:
        return [safe(run.name), name, "missing", "", "", "", "kg", firmness, safe(how)]
    central = None if state == "bounds" else kg.value
    numbers = [written(each) for each in (central, kg.low, kg.high)]
    return [safe(run.name), name, state, *numbers, "kg", firmness, safe(how)]


def line(name: str, slug: str, found: Result, firmness: str) -> list[str]:
    value = found.value
    numbers = [None] * 3 if value is None else [value.value, value.low, value.high]
    return [
        safe(name),
        slug,
        found.state,
        *map(written, numbers),
        metrics.get(slug).unit,
        firmness,
        safe(found.reason),
    ]
