"""Charts as plain SVG: what readers without script see, and small drawings in tables.

Colours are classes of the style sheet, so a drawing follows the theme.
"""

import math

import numpy as np
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from leaderboard.axes import Axis
from leaderboard.charts import INTERVALS_UP_TO, Scatter, x_title, y_title
from leaderboard.core import metrics
from leaderboard.labels import Labels

# Above this the dominated entries are one path without names.
NAMED_UP_TO = 300
# Above this their places are told to two pixels: a dot is six wide.
COARSE_FROM = 5_000


def scatter(
    chart: Scatter, width: int, height: int, key: str, css: str, *, most: int
) -> SafeString:
    """The whole chart; `key` makes the ids of its texts, `most` is how many names it may carry."""
    return Drawing(chart, width, height, key, css, most=most).svg()


def thumbnail(chart: Scatter, key: str) -> SafeString:
    """A small chart without axes, for lists of boards."""
    return Drawing(chart, 420, 146, key, "", most=2, is_small=True).svg()


class Drawing:
    """A scatter as SVG. Colours are classes of the style sheet, so it follows the theme."""

    def __init__(self, chart, width, height, key, css, *, most, is_small=False):
        self.chart, self.width, self.height = chart, width, height
        self.key, self.css, self.most, self.is_small = key, css, most, is_small
        self.left: float = 6 if is_small else self.gutter()
        self.right, self.top, self.bottom = (6, 22, 6) if is_small else (14, 26, 40)
        self.plot_width = width - self.left - self.right
        self.plot_height = height - self.top - self.bottom

    def gutter(self) -> float:
        """Room for the numbers of the y axis."""
        return max(34.0, 14 + 6.9 * max((len(text) for _, text in self.chart.y.ticks), default=0))

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Fractions of the axes → pixels, to a tenth."""
        return (
            round(self.left + float(x) * self.plot_width, 1),
            round(self.top + (1 - float(y)) * self.plot_height, 1),
        )

    def svg(self) -> SafeString:
        chart = self.chart
        up, across = metrics.get(chart.y.metric).label, metrics.get(chart.x.metric).label
        name = f"{up} against {across.lower()}"
        parts = [
            f'<svg class="chart {self.css}" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{self.key}-t {self.key}-d">',
            f'<title id="{self.key}-t">{escape(name)}</title>',
            f'<desc id="{self.key}-d">{escape(chart.sentence())}</desc>',
            *(self.base() if self.is_small else self.axes()),
            *self.dots(),
            *self.labels(),
            "</svg>",
        ]
        return mark_safe("".join(parts))

    def base(self) -> list[str]:
        low = self.height - 3
        return [f'<line class="axis" x1="1" x2="{self.width - 1}" y1="{low}" y2="{low}"/>']

    def axes(self) -> list[str]:
        chart, parts = self.chart, ['<g class="axes">']
        right, floor = self.width - self.right, self.height - self.bottom
        for value, text in chart.y.ticks:
            y = self.at(0, chart.y.place(value * chart.y.scale.factor))[1]
            parts.append(
                f'<line class="grid" x1="{self.left}" x2="{right}" y1="{y}" y2="{y}"/>'
                f'<text class="end" x="{self.left - 8}" y="{y + 4}">{text}</text>'
            )
        for value, text in self.spaced(chart.x.ticks):
            x = self.at(chart.x.place(value * chart.x.scale.factor), 0)[0]
            parts.append(
                f'<line class="grid" x1="{x}" x2="{x}" y1="{self.top}" y2="{floor}"/>'
                f'<text class="middle" x="{x}" y="{floor + 17}">{text}</text>'
            )
        (x_text, x_arrow), (y_text, y_arrow) = x_title(chart.x), y_title(chart.y)
        parts.append(
            f'<line class="axis" x1="{self.left}" x2="{right}" y1="{floor}" y2="{floor}"/>'
            f'<text class="strong" x="0" y="12">{escape(y_text)}'
            f'<tspan class="faint" font-weight="400" dx="6">{y_arrow}</tspan></text>'
            f'<text class="strong end" x="{right}" y="{self.height - 4}">'
            f'<tspan class="faint" font-weight="400">{x_arrow}</tspan>'
            f'<tspan dx="6">{escape(x_text)}</tspan></text></g>'
        )
        return parts

    def spaced(self, ticks):
        """The ticks of the x axis whose numbers don't touch."""
        last, kept = -math.inf, []
        for value, text in ticks:
            centre = self.at(self.chart.x.place(value * self.chart.x.scale.factor), 0)[0]
            half = len(text) * 3.6
            if centre - half > last + 8 and centre + half <= self.width:
                kept.append((value, text))
                last = centre + half
        return kept

    def dots(self) -> list[str]:
        chart, groups = self.chart, self.chart.groups()
        small = (3.2, 4) if self.is_small else (4.5, 6)
        behind = np.concatenate([groups["dominated"], groups["estimated"]])
        parts = ['<g class="dominated">', *self.crowd(behind, small[0]), "</g>"]
        parts += self.lines()
        parts.append('<g class="first">')
        for meaning in ("other_objectives", "other_objectives_estimated"):
            parts += self.crowd(groups[meaning], small[0])
        for meaning in ("frontier", "frontier_estimated"):
            parts += self.crowd(groups[meaning], small[1])
        parts.append("</g>")
        if chart.bend is not None and not self.is_small:
            x, y = chart.points.value[chart.bend]
            x, y = self.at(chart.x.place(x), chart.y.place(y))
            parts.append(f'<circle class="knee" cx="{x}" cy="{y}" r="11"/>')
        if chart.highlight is not None:
            parts += self.highlight(chart.highlight)
        return parts

    def crowd(self, places: np.ndarray, radius: float) -> list[str]:
        """Dots with names, or, of very many, one path of dots."""
        if len(places) <= NAMED_UP_TO:
            return self.named(places, radius)
        x = self.left + self.chart.x.place(self.chart.points.value[places, 0]) * self.plot_width
        y = self.chart.y.place(self.chart.points.value[places, 1])
        y = self.top + (1 - y) * self.plot_height
        grain = 2 if len(places) > COARSE_FROM else 1
        return [f'<path class="mist" d="{dotted(x, y, grain)}"/>']

    def named(self, places: np.ndarray, radius: float, css: str = "") -> list[str]:
        """These dots, each with its intervals and its name."""
        if not len(places):
            return []
        chart, points = self.chart, self.chart.points
        has_radius = chart.size is not None and not self.is_small
        radii = chart.radius(places).round(1) if has_radius else np.full(len(places), radius)
        is_open = np.where(chart.estimated[places], "point open", "point")
        columns = (*self.across(points.value[places]), radii, is_open)
        circles = [
            f'<circle class="{shape}" cx="{x}" cy="{y}" r="{size}">'
            for x, y, size, shape in zip(*(part.tolist() for part in columns), strict=True)
        ]
        if self.is_small:
            return [f"{circle}</circle>" for circle in circles]
        dots = zip(places.tolist(), circles, self.bars(places), strict=True)
        return [self.titled(place, f"{bars}{circle}", css) for place, circle, bars in dots]

    def titled(self, place: int, drawn: str, css: str) -> str:
        chart = self.chart
        x, y = chart.points.value[place].tolist()
        title = f"{chart.name(place)}: {chart.y.scale.quantity(y)}, {chart.x.scale.quantity(x)}"
        entry = int(chart.points.entries[place])
        return f'<g data-entry="{entry}"{css}>{drawn}<title>{escape(title)}</title></circle></g>'

    def across(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Of values of both metrics, of shape (n, 2), their pixels, to a tenth."""
        x, y = self.chart.x.place(values[:, 0]), self.chart.y.place(values[:, 1])
        return (
            (self.left + x * self.plot_width).round(1),
            (self.top + (1 - y) * self.plot_height).round(1),
        )

    def lines(self) -> list[str]:
        def joined(line):
            return "M" + "L".join(f"{x} {y}" for x, y in (self.at(*corner) for corner in line))

        parts = []
        if not self.is_small:
            reach = "".join(joined(line) for line in self.chart.reach())
            parts.append(f'<path class="step reach" d="{reach}"/>' if reach else "")
        for steps in self.chart.further_steps:
            if len(steps) > 1:
                parts.append(f'<path class="step layer" d="{joined(self.chart.path(steps))}"/>')
        if len(self.chart.steps) > 1:
            parts.append(f'<path class="step" d="{joined(self.chart.path())}"/>')
        return parts

    def bars(self, places: np.ndarray) -> list[str]:
        """The intervals, where they are wider than a hair and the axis can hold them."""
        points, axes = self.chart.points, (self.chart.x, self.chart.y)
        low, value, high = (part[places] for part in (points.low, points.value, points.high))
        is_wide = high > low
        if len(self.chart) > INTERVALS_UP_TO:
            is_wide &= self.chart.on_steps[places, None]
        if not is_wide.any():
            return [""] * len(places)
        for column, axis in enumerate(axes):
            if axis.is_log:
                low[:, column] = np.maximum(low[:, column], axis.low * axis.scale.factor)
        ends = [self.across(part) for part in (low, high)]
        (left, bottom), (right, top) = ([*map(self.inside, end, "xy")] for end in ends)
        x, y = self.across(value)
        columns = (is_wide, left, right, bottom, top, x, y)
        return [
            (f'<line class="error-bar" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>' * wide[0])
            + (f'<line class="error-bar" x1="{x}" x2="{x}" y1="{bottom}" y2="{top}"/>' * wide[1])
            for wide, left, right, bottom, top, x, y in zip(
                *(part.tolist() for part in columns), strict=True
            )
        ]

    def inside(self, pixels: np.ndarray, side: str) -> np.ndarray:
        """Pixels along a side, held within the plot."""
        start, room = (self.left, self.plot_width) if side == "x" else (self.top, self.plot_height)
        return np.clip(pixels, round(start, 1), round(start + room, 1))

    @staticmethod
    def clipped(axis: Axis, low: float, high: float) -> tuple[float, float]:
        if axis.is_log:
            low = max(low, axis.low * axis.scale.factor)
        return tuple(np.clip(axis.place(np.array([low, high])), 0.0, 1.0).tolist())

    def highlight(self, place: int) -> list[str]:
        value = self.chart.points.value[place]
        x, y = self.at(self.chart.x.place(value[0]), self.chart.y.place(value[1]))
        floor = self.height - self.bottom
        group = "first" if self.chart.on_steps[place] else "dominated"
        linked = ' class="is-linked"'
        return [
            f'<path class="drop-line" d="M{self.left} {y}H{x}V{floor}" fill="none"/>',
            f'<g class="{group}">{self.named(np.array([place]), 6.5, linked)[0]}</g>',
        ]

    def labels(self) -> list[str]:
        parts = []
        for label in Labels(self.chart, self.plot_width, self.plot_height).placed(self.most):
            value = self.chart.points.value[label.place]
            x, y = self.at(self.chart.x.place(value[0]), self.chart.y.place(value[1]))
            anchor = {"start": "", "middle": " middle", "end": " end"}[label.anchor]
            weight = " small" if self.is_small else " strong" if label.is_first else ""
            parts.append(
                f'<text class="halo{anchor}{weight}" x="{round(x + label.dx, 1)}" '
                f'y="{round(y + label.dy + 4, 1)}">{escape(label.text)}</text>'
            )
        return parts


def dotted(x: np.ndarray, y: np.ndarray, grain: int = 1) -> str:
    """A path of dots at every so many pixels. Dots on the same spot are one dot.

    From left to right and each from the one before: steps are short and repeat, so they take few
    bytes on the way.
    """
    x, y = np.round(x / grain).astype(int), np.round(y / grain).astype(int)
    if not len(x):
        return ""
    (least_x, least_y), height = (x.min(), y.min()), y.max() - y.min() + 1
    is_taken = np.zeros((x.max() - least_x + 1) * height, bool)
    is_taken[(x - least_x) * height + y - least_y] = True
    spots = np.flatnonzero(is_taken)
    across, down = spots // height + least_x, spots % height + least_y
    # A step as one number, so that each different one is written once.
    across, down = np.diff(across, prepend=0), np.diff(down, prepend=0)
    room = 2 * max(int(np.abs(down).max()), 1) + 1
    steps, place = np.unique(across * room + down + room // 2, return_inverse=True)
    texts = [
        f"m{grain * (one // room)} {grain * (one % room - room // 2)}h0" for one in steps.tolist()
    ]
    return "".join(np.array(texts, object)[place].tolist())


# Small drawings in tables and lists

MARKERS = {
    "quality": "M8 1.5A6.5 6.5 0 1 1 8 14.5A6.5 6.5 0 1 1 8 1.5Z",
    "energy": "M8 0L14.5 8L8 16L1.5 8Z",
    "material": "M8 .5L14.5 4.25V11.75L8 15.5L1.5 11.75V4.25Z",
    "cost": "M2 2H14V14H2Z",
    "carbon": "M8 1L15.5 14.5H.5Z",
    "latency": "M2 1H14L8 8L14 15H2L8 8Z",
    "other": "M8 3A5 5 0 1 1 8 13A5 5 0 1 1 8 3Z",
}


def marker(family: str, x: float, y: float, size: float) -> str:
    """The shape of a family of metrics around a spot."""
    return (
        f'<path class="hue" d="{MARKERS[family]}" '
        f'transform="translate({x - size / 2:.1f} {y - size / 2:.1f}) scale({size / 16:.3f})"/>'
    )


def strips(
    axis: Axis, value: np.ndarray, low: np.ndarray, high: np.ndarray, family: str
) -> list[str]:
    """Values with their intervals on short lines: where each stands in its column."""
    if axis.is_log:
        low = np.maximum(low, axis.low * axis.scale.factor)
    left, x, right = (
        (3 + 50 * np.clip(axis.place(part), 0.0, 1.0)).tolist() for part in (low, value, high)
    )
    start = (
        f'<svg class="{css_class(family)}" viewBox="0 0 56 14" aria-hidden="true">'
        '<line class="base" x1="0" x2="56" y1="7" y2="7"/>'
    )
    lines = [
        f'<line class="hue-line" x1="{a:.1f}" x2="{b:.1f}" y1="7" y2="7" stroke-width="1.5"/>'
        if is_wide
        else ""
        for a, b, is_wide in zip(left, right, (high > low).tolist(), strict=True)
    ]
    return [
        f"{start}{line}{marker(family, place, 7, 7.5)}</svg>"
        for line, place in zip(lines, x, strict=True)
    ]


def tick_strip(axis: Axis, values: np.ndarray, family: str) -> SafeString:
    """Where all values of a metric stand on a line as wide as its column."""
    places = np.unique(np.round(2 + 276 * np.clip(axis.place(values), 0, 1), 0))
    ticks = "".join(f"M{place:.0f} 3V11" for place in places.tolist())
    return mark_safe(
        f'<svg class="{css_class(family)}" viewBox="0 0 280 12" preserveAspectRatio="none" '
        f'aria-hidden="true"><line class="base" x1="0" x2="280" y1="11.5" y2="11.5"/>'
        f'<path class="tick" d="{ticks}"/></svg>'
    )


def among(
    axis: Axis, values: np.ndarray, value: float, low: float, high: float, family: str
) -> SafeString:
    """All values of a metric as ticks and one of them with its interval."""
    # To half a pixel: so fine that nobody sees more, so coarse that there are few.
    places = np.unique(np.round(2 * (4 + 112 * axis.place(values))) / 2)
    ticks = "".join(f"M{place} 4V12" for place in places.tolist())
    left, right = Drawing.clipped(axis, low, high)
    line = (
        f'<line class="hue-line" x1="{4 + 112 * left:.1f}" x2="{4 + 112 * right:.1f}" y1="8" '
        'y2="8" stroke-width="2"/>'
        if high > low
        else ""
    )
    spot = marker(family, 4 + 112 * float(axis.place(value)), 8, 9)
    return mark_safe(
        f'<svg class="{css_class(family)} among" viewBox="0 0 120 16" aria-hidden="true">'
        f'<line class="base" x1="0" x2="120" y1="8" y2="8"/><path class="other" d="{ticks}"/>'
        f"{line}{spot}</svg>"
    )


def css_class(family: str) -> str:
    """The style sheet's name of a family."""
    return {"quality": "accuracy"}.get(family, family)
