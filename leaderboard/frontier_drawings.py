"""A stored frontier as SVG: its steps now and before, who came and went, and entries by letter.

Only what stands on the frontier is drawn, so the size of the board does not matter.
"""

from dataclasses import dataclass, field

import numpy as np
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from leaderboard.axes import Axis
from leaderboard.charts import x_title, y_title
from leaderboard.core import metrics, pareto
from leaderboard.drawings import MARKERS
from leaderboard.labels import CHARACTER, shortened

# So many newcomers carry their name in the drawing; the table has all.
NAMED = 3
TOP, RIGHT, BOTTOM = 26, 14, 40


@dataclass(frozen=True)
class Dot:
    """A point of the drawing in canonical units. `kind` is one of the style sheet's classes."""

    x: float
    y: float
    name: str
    kind: str = "kept"
    letter: str = ""


@dataclass(frozen=True)
class FrontierChart:
    """Two objectives of a frontier: `now` are its dots, `before` the points of the one before."""

    x: Axis
    y: Axis
    now: list[Dot]
    before: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    # Dots that are not of this frontier: those that left it, and entries that stand behind it.
    others: tuple[Dot, ...] = ()
    title: str = ""
    sentence: str = ""

    def svg(self, width: int, height: int, key: str, css: str) -> SafeString:
        """The drawing; `key` makes the ids of its texts."""
        return Canvas(self, width, height).svg(key, css)


class Canvas:
    """Where things stand in a drawing of one size."""

    def __init__(self, chart: FrontierChart, width: int, height: int):
        self.chart, self.width, self.height = chart, width, height
        longest = max((len(text) for _, text in chart.y.ticks), default=0)
        self.left = max(34.0, 14 + 6.9 * longest)
        self.floor = height - BOTTOM

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Canonical values → pixels, to a tenth."""
        across = min(max(float(self.chart.x.place(x)), 0.0), 1.0)
        up = min(max(float(self.chart.y.place(y)), 0.0), 1.0)
        return (
            round(self.left + across * (self.width - self.left - RIGHT), 1),
            round(self.floor - up * (self.floor - TOP), 1),
        )

    def svg(self, key: str, css: str) -> SafeString:
        chart = self.chart
        points = np.array([[dot.x, dot.y] for dot in chart.now]).reshape(-1, 2)
        return mark_safe(
            f'<svg class="chart {css}" viewBox="0 0 {self.width} {self.height}" role="img" '
            f'aria-labelledby="{key}-t {key}-d"><title id="{key}-t">{escape(chart.title)}</title>'
            f'<desc id="{key}-d">{escape(chart.sentence)}</desc>'
            f"{self.axes()}{self.step(chart.before, 'step before')}{self.step(points, 'step')}"
            f'<g class="dominated">{"".join(map(self.dot, chart.others))}</g>'
            f'<g class="first">{"".join(map(self.dot, chart.now))}</g>{self.labels()}</svg>'
        )

    def axes(self) -> str:
        chart, right = self.chart, self.width - RIGHT
        parts = ['<g class="axes">']
        for value, text in chart.y.ticks:
            y = self.at(chart.x.low, value * chart.y.scale.factor)[1]
            parts.append(
                f'<line class="grid" x1="{self.left}" x2="{right}" y1="{y}" y2="{y}"/>'
                f'<text class="end" x="{self.left - 8}" y="{y + 4}">{text}</text>'
            )
        for x, text in self.x_ticks():
            parts.append(
                f'<line class="grid" x1="{x}" x2="{x}" y1="{TOP}" y2="{self.floor}"/>'
                f'<text class="middle" x="{x}" y="{self.floor + 17}">{text}</text>'
            )
        (x_text, x_arrow), (y_text, y_arrow) = x_title(chart.x), y_title(chart.y)
        parts.append(
            f'<line class="axis" x1="{self.left}" x2="{right}" y1="{self.floor}" '
            f'y2="{self.floor}"/><text class="strong" x="0" y="12">{escape(y_text)}'
            f'<tspan class="faint" font-weight="400" dx="6">{y_arrow}</tspan></text>'
            f'<text class="strong end" x="{right}" y="{self.height - 4}">'
            f'<tspan class="faint" font-weight="400">{x_arrow}</tspan>'
            f'<tspan dx="6">{escape(x_text)}</tspan></text></g>'
        )
        return "".join(parts)

    def x_ticks(self) -> list[tuple[float, str]]:
        """The ticks whose numbers don't touch."""
        kept: list[tuple[float, str]] = []
        last = -np.inf
        for value, text in self.chart.x.ticks:
            x = self.at(value * self.chart.x.scale.factor, self.chart.y.low)[0]
            half = 3.6 * len(text)
            if x - half > last + 8 and x + half <= self.width:
                kept.append((x, text))
                last = x + half
        return kept

    def step(self, points: np.ndarray, css: str) -> str:
        """The step line through the points that no other one beats on both axes."""
        if not len(points):
            return ""
        best = np.unique(points[pareto.frontier(points, self.directions)], axis=0)
        corners = [self.at(*best[0])]
        for x, y in best[1:]:
            here, last = self.at(x, y), corners[-1]
            is_across = self.chart.x.better == metrics.LOWER
            corners += [(here[0], last[1]) if is_across else (last[0], here[1]), here]
        path = "M" + "L".join(f"{x} {y}" for x, y in [*self.reach(corners)])
        return f'<path class="{css}" d="{path}"/>'

    def reach(self, corners: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """The line to the edges that its ends rule, so that a single point is seen as well."""
        worst_y = self.floor if self.chart.y.better == metrics.HIGHER else TOP
        if self.chart.x.better == metrics.LOWER:
            return [
                (corners[0][0], worst_y),
                *corners,
                (self.width - RIGHT, corners[-1][1]),
            ]
        return [(self.left, corners[0][1]), *corners, (corners[-1][0], worst_y)]

    @property
    def directions(self) -> list[int]:
        return [self.chart.x.better, self.chart.y.better]

    def dot(self, dot: Dot) -> str:
        x, y = self.at(dot.x, dot.y)
        title = f"<title>{escape(dot.name)}</title>"
        if dot.letter:
            return (
                f'<g><circle class="letter-dot" cx="{x}" cy="{y}" r="8">{title}</circle>'
                f'<text class="letter-text" x="{x}" y="{y + 3.2:.1f}">{dot.letter}</text></g>'
            )
        if dot.kind == "entered":
            size = 15
            return (
                f'<path class="point entered" d="{MARKERS["energy"]}" transform="translate('
                f'{x - size / 2:.1f} {y - size / 2:.1f}) scale({size / 16:.3f})">{title}</path>'
            )
        css = "point open" if dot.kind == "left" else "point"
        return f'<circle class="{css}" cx="{x}" cy="{y}" r="5">{title}</circle>'

    def labels(self) -> str:
        """The names of the first newcomers, each on the side where there is room."""
        parts = []
        taken: list[float] = []
        for dot in [dot for dot in self.chart.now if dot.kind == "entered"][:NAMED]:
            x, y = self.at(dot.x, dot.y)
            text = shortened(dot.name.partition(",")[0])
            is_right = x + 12 + CHARACTER * len(text) < self.width
            if any(abs(y - other) < 15 for other in taken):
                continue
            taken.append(y)
            anchor, shift = ("", 11) if is_right else (" end", -11)
            parts.append(
                f'<text class="halo strong{anchor}" x="{x + shift}" y="{max(y - 9, 11):.1f}">'
                f"{escape(text)}</text>"
            )
        return "".join(parts)
