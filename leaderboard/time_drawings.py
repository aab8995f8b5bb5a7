"""Small charts over time as SVG: a share by version, and records by date of release."""

import math

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from leaderboard.axes import LOG_FROM_RATIO, linear_ticks, log_ticks
from leaderboard.core import growth
from leaderboard.quantities import number
from leaderboard.timeline import Growth, Trend

LEFT, RIGHT, TOP, BOTTOM = 46, 14, 26, 40


class Plane:
    """A plane of two linear sides in pixels; `y` may be logarithms."""

    def __init__(self, width: int, height: int, x: tuple[float, float], y: tuple[float, float]):
        self.width, self.height = width, height
        self.x, self.y = x, y

    @property
    def floor(self) -> int:
        return self.height - BOTTOM

    def across(self, x: float) -> float:
        low, high = self.x
        share = (x - low) / (high - low) if high > low else 0.5
        return round(LEFT + share * (self.width - LEFT - RIGHT), 1)

    def up(self, y: float) -> float:
        low, high = self.y
        share = (y - low) / (high - low) if high > low else 0.5
        return round(self.floor - share * (self.floor - TOP), 1)

    def frame(self, ups, acrosses, title: str, below: str) -> str:
        """Grid and texts; ticks are pairs of a place and a text."""
        right = self.width - RIGHT
        lines = [
            f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{self.up(y)}" y2="{self.up(y)}"/>'
            f'<text class="end" x="{LEFT - 8}" y="{self.up(y) + 4}">{text}</text>'
            for y, text in ups
        ]
        last = -math.inf
        for x, text in acrosses:
            at, half = self.across(x), 3.6 * len(text)
            if at - half <= last + 8 or at + half > self.width:
                continue
            last = at + half
            lines.append(f'<text class="middle" x="{at}" y="{self.floor + 17}">{text}</text>')
        return (
            f'<g class="axes">{"".join(lines)}<line class="axis" x1="{LEFT}" x2="{right}" '
            f'y1="{self.floor}" y2="{self.floor}"/><text class="strong" x="0" y="12">'
            f'{escape(title)}</text><text class="strong end" x="{right}" y="{self.height - 4}">'
            f"{escape(below)}</text></g>"
        )


def drawn(inside: str, title: str, sentence: str, size: tuple[int, int], key: str, css: str):
    return mark_safe(
        f'<svg class="chart {css}" viewBox="0 0 {size[0]} {size[1]}" role="img" '
        f'aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{escape(title)}</title>'
        f'<desc id="{key}-d">{escape(sentence)}</desc>{inside}</svg>'
    )


def shares(found: Growth, shown: int, width: int, height: int, key: str, css: str) -> SafeString:
    """The share of the box by version, as steps, with the version shown marked."""
    versions = [one.number for one in found.shares]
    values = [100 * one.share for one in found.shares]
    spread = max(values) - min(values) or max(values) or 1
    low, high = max(min(values) - 0.15 * spread, 0), min(max(values) + 0.15 * spread, 100)
    plane = Plane(width, height, (versions[0], max(versions[-1], versions[0] + 1)), (low, high))
    ticks = whole_ticks(versions[0], versions[-1])
    path = f"M{plane.across(versions[0])} {plane.up(values[0])}"
    for version, value in zip(versions[1:], values[1:], strict=True):
        path += f"H{plane.across(version)}V{plane.up(value)}"
    here = plane.across(min(max(shown, versions[0]), versions[-1]))
    marker = max(place for place, one in enumerate(versions) if one <= max(shown, versions[0]))
    inside = (
        plane.frame(linear_ticks(low, high, 4), ticks, "Hypervolume, % of the box", "Version")
        + f'<line class="shown" x1="{here}" x2="{here}" y1="{TOP}" y2="{plane.floor}"/>'
        + f'<path class="step" d="{path}"/><g class="first"><circle class="point" cx="{here}" '
        f'cy="{plane.up(values[marker])}" r="5"/></g>'
    )
    sentence = (
        f"From {number(values[0], 1)} % at version {versions[0]} "
        f"to {number(values[-1], 1)} % at version {versions[-1]}."
    )
    return drawn(inside, "Hypervolume by version", sentence, (width, height), key, css)


def whole_ticks(low: int, high: int) -> list[tuple[float, str]]:
    """The first and the last, and round whole numbers between."""
    if high - low < 2:
        return [(one, f"{one:,}") for one in range(low, high + 1)]
    inside = [one for one, _ in linear_ticks(low, high, 5) if one == int(one)]
    return [(one, f"{int(one):,}") for one in inside]


def records(found: Trend, scale, width: int, height: int, key: str, css: str) -> SafeString:
    """All dated values as dots, the best so far as steps, and the fit where there is one."""
    values = [scale.shown(one.value) for one in found.points]
    years = [one.year for one in found.points]
    is_log = min(values) > 0 and max(values) / min(values) >= LOG_FROM_RATIO

    def lifted(value: float) -> float:
        return math.log10(value) if is_log else value

    heights = [lifted(value) for value in values]
    margin = 0.08 * (max(heights) - min(heights)) or 0.1
    low, high = min(heights) - margin, max(heights) + margin
    span = max(max(years) - min(years), 0.5)
    plane = Plane(width, height, (min(years) - 0.05 * span, max(years) + 0.05 * span), (low, high))
    steps = log_ticks(10**low, 10**high) if is_log else linear_ticks(low, high, 4)
    ticks = [(year, f"{year}") for year in range(math.ceil(plane.x[0]), int(plane.x[1]) + 1)]
    best = {one.entry for one in found.records}
    label = found.metric.label if found.metric else ""
    title = f"{label}{', ' + scale.unit if scale.unit else ''}"
    inside = plane.frame(
        [(lifted(value), text) for value, text in steps],
        ticks,
        f"{title}{' (log scale)' if is_log else ''}",
        "Release of the model",
    )
    behind, first = "", ""
    for one, y in zip(found.points, heights, strict=True):
        dot = (
            f'<circle class="point" cx="{plane.across(one.year)}" cy="{plane.up(y)}" '
            f'r="{5 if one.entry in best else 3.2}"><title>{escape(one.name)}, {one.released}: '
            f"{escape(scale.quantity(one.value))}</title></circle>"
        )
        if one.entry in best:
            first += dot
        else:
            behind += dot
    inside += f'<g class="dominated">{behind}</g>{stairs(found, plane, scale, lifted)}'
    inside += f'{line(found.doubling, plane, scale, lifted)}<g class="first">{first}</g>'
    sentence = f"{len(found.records)} of {len(found.points)} dated entries were the best so far."
    return drawn(inside, f"{title} by release", sentence, (width, height), key, css)


def stairs(found: Trend, plane: Plane, scale, lifted) -> str:
    """The best so far, up to the right edge."""
    first, *rest = found.records
    path = f"M{plane.across(first.year)} {plane.up(lifted(scale.shown(first.value)))}"
    for one in rest:
        path += f"H{plane.across(one.year)}V{plane.up(lifted(scale.shown(one.value)))}"
    return f'<path class="step" d="{path}H{plane.width - RIGHT}"/>'


def line(fit: growth.Doubling | None, plane: Plane, scale, lifted) -> str:
    """The fitted line between the ends of the plane, where the plane is logarithmic."""
    if fit is None or lifted(10) != 1:
        return ""
    ends = [(plane.across(year), plane.up(lifted(scale.shown(fit.at(year))))) for year in plane.x]
    (left, low), (right, high) = ends
    return f'<path class="trend" d="M{left} {low}L{right} {high}"/>'
