"""Rows → charts: one geometry, drawn as a Plotly figure and as plain SVG.

Nothing here queries or knows a request. A figure names its styles by meaning (`frontier`,
`dominated`, …); `plotly-template.json` says what they look like in light and dark, `dressed`
puts the two together, and `board.js` does the same when the theme changes.
"""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from leaderboard.core import metrics, pareto
from leaderboard.models.evidence import Origin, Points
from leaderboard.quantities import EN_DASH, NBSP, Scale, number

# Above this a chart shows the layers next to the frontier and a sample of the rest.
DRAWN_UP_TO = 5_000
# Above this only the frontier keeps its error bars.
INTERVALS_UP_TO = 500
# Above this the plain SVG draws the dominated entries as one path without names.
NAMED_UP_TO = 300
# An axis of amounts that spans less than this is drawn linear unless the reader says otherwise.
LOG_FROM_RATIO = 5
ESTIMATED = [Origin.values.index(origin) for origin in (Origin.ESTIMATED, Origin.RATED)]
TEMPLATE = Path(__file__).parent.parent / "static" / "plotly-template.json"
# The rows of a legend, a label's line and a character of it, in pixels at 12 px.
NARROW = 420
CHARACTER, LINE = 7.0, 15


@dataclass(frozen=True)
class Axis:
    """One metric along one side; positions are fractions from 0 (left, bottom) to 1."""

    metric: str
    scale: Scale
    is_log: bool
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]

    @property
    def better(self) -> int:
        return metrics.get(self.metric).better

    @property
    def title(self) -> str:
        label = metrics.get(self.metric).label
        return f"{label}, {self.scale.unit}" if self.scale.unit else label

    def place(self, value):
        """Fraction of the axis at which a canonical value (or an array of them) stands."""
        shown = self.scale.shown(np.asarray(value, dtype=np.float64))
        if self.is_log:
            low, high, shown = np.log10(self.low), np.log10(self.high), np.log10(shown)
        else:
            low, high = self.low, self.high
        return (shown - low) / (high - low)

    @classmethod
    def over(cls, metric: str, scale: Scale, values: np.ndarray, *, wish: str = "") -> "Axis":
        """An axis that holds these canonical values. `wish` is log, linear or empty."""
        shown = scale.shown(values)
        low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
        is_log = (
            metric != "quality"
            and low > 0
            and (wish == "log" or (wish != "linear" and high / low >= LOG_FROM_RATIO))
        )
        low, high = padded(
            low, high, is_log=is_log, top=1 / scale.factor if metric == "quality" else None
        )
        steps = log_ticks(low, high) if is_log else linear_ticks(low, high)
        return cls(metric, scale, is_log, low, high, steps)


def padded(low: float, high: float, *, is_log: bool, top: float | None) -> tuple[float, float]:
    """The range with a margin, never below zero without need nor above the possible."""
    if is_log:
        margin = max(0.06 * math.log10(high / low), 0.08)
        return low / 10**margin, high * 10**margin
    margin = 0.07 * (high - low) or 0.1 * abs(high) or 1
    bottom = max(low - margin, 0.0) if low >= 0 else low - margin
    ceiling = high + margin
    return bottom, min(ceiling, top * 1.02) if top else ceiling


def linear_ticks(low: float, high: float, wanted: int = 6) -> tuple[tuple[float, str], ...]:
    """Round values about as many as wanted."""
    rough = (high - low) / wanted
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.7)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    return tuple((index * step, number(index * step, decimals)) for index in range(first, last + 1))


def log_ticks(low: float, high: float) -> tuple[tuple[float, str], ...]:
    """Ones and threes; ones alone over many decades; also twos and fives within one."""
    decades = math.log10(high / low)
    factors = (1, 2, 5) if decades < 1.3 else (1, 3) if decades <= 4.5 else (1,)
    every = max(1, math.ceil(decades / 7))
    exponents = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    values = [
        factor * 10.0**exponent
        for exponent in exponents
        if exponent % every == 0
        for factor in factors
    ]
    inside = [value for value in values if low <= value <= high]
    return tuple((value, power_text(value)) for value in inside)


def power_text(value: float) -> str:
    """“1,000”, “0.03”; beyond a million with a word."""
    for size, word in ((1e9, "G"), (1e6, "M")):
        if value >= size:
            return f"{number(value / size, 0)}{NBSP}{word}"
    return number(value, max(0, -math.floor(math.log10(value) + 1e-9)))


@dataclass(frozen=True)
class Label:
    """A name beside a point: offsets in pixels (down is positive), anchor as in SVG."""

    place: int
    text: str
    dx: float
    dy: float
    anchor: str
    is_first: bool


@dataclass
class Scatter:
    """Two metrics of many entries with the frontier between them.

    `points` has the columns x and y; `layer` counts from 1 over all objectives of the board, 0
    is deeper than was told apart. The step line is the frontier of the two metrics shown.
    """

    points: Points
    layer: np.ndarray
    x: Axis
    y: Axis
    names: Callable[[int], str]
    short_names: Callable[[Sequence[int]], dict[int, str]]
    highlight: int | None = None
    limit: int = DRAWN_UP_TO
    left_out: int = field(default=0)

    @classmethod
    def of(cls, points, layer, scales, *, wish="", **options) -> "Scatter":
        """The chart of the points that have both values; those that a log axis can't hold go."""
        has_both = pareto.complete(points.value)
        points, layer = points.where(has_both), layer[has_both]
        axes = [
            Axis.over(metric, scale, points.value[:, column], wish=wish)
            for column, (metric, scale) in enumerate(zip(points.metrics, scales, strict=True))
        ]
        return cls(points, layer, *axes, left_out=int((~has_both).sum()), **options)

    def __len__(self):
        return len(self.points)

    @cached_property
    def steps(self) -> np.ndarray:
        """Places of the two-dimensional frontier, from left to right."""
        first = pareto.frontier(self.points.value, [self.x.better, self.y.better])
        places = np.flatnonzero(first)
        return places[np.argsort(self.points.value[places, 0], kind="stable")]

    @cached_property
    def on_steps(self) -> np.ndarray:
        mask = np.zeros(len(self), dtype=bool)
        mask[self.steps] = True
        return mask

    @property
    def shape(self) -> str:
        """Where less of x is better the frontier goes across, then up or down to the next."""
        return "hv" if self.x.better == metrics.LOWER else "vh"

    @cached_property
    def estimated(self) -> np.ndarray:
        """Mask: a model or a rating gave one of the two values."""
        return np.isin(self.points.origin, ESTIMATED).any(axis=1)

    @cached_property
    def drawn(self) -> np.ndarray:
        """Places that are drawn: all of them, or the near layers and a sample of the rest."""
        if len(self) <= self.limit:
            return np.arange(len(self))
        keep = (self.layer == 1) | self.on_steps
        for layer in range(2, int(self.layer.max()) + 1):
            more = keep | (self.layer == layer)
            if more.sum() > self.limit / 2:
                break
            keep = more
        rest = np.flatnonzero(~keep)
        room = max(self.limit - int(keep.sum()), 0)
        sample = np.random.default_rng(len(self)).choice(rest, min(room, len(rest)), replace=False)
        return np.sort(np.concatenate([np.flatnonzero(keep), sample]))

    @property
    def is_thinned(self) -> bool:
        return len(self.drawn) < len(self)

    def groups(self) -> dict[str, np.ndarray]:
        """Drawn places by meaning, in the order in which they are painted."""
        drawn = self.drawn
        first = (self.layer[drawn] == 1) | self.on_steps[drawn]
        estimated = self.estimated[drawn]
        line = self.on_steps[drawn]
        return {
            "dominated": drawn[~first & ~estimated],
            "estimated": drawn[~first & estimated],
            "other_objectives": drawn[first & ~line],
            "frontier": drawn[line & ~estimated],
            "frontier_estimated": drawn[line & estimated],
        }

    def path(self) -> list[tuple[float, float]]:
        """Corners of the step line in fractions of the axes."""
        if not len(self.steps):
            return []
        x = self.x.place(self.points.value[self.steps, 0]).tolist()
        y = self.y.place(self.points.value[self.steps, 1]).tolist()
        corners = [(x[0], y[0])]
        for place in range(1, len(x)):
            if self.shape == "hv":
                corners.append((x[place], y[place - 1]))
            else:
                corners.append((x[place - 1], y[place]))
            corners.append((x[place], y[place]))
        return corners

    def reach(self) -> list[list[tuple[float, float]]]:
        """How far the ends of the frontier rule: dotted lines to the edges of the worse side."""
        corners = self.path()
        if not corners:
            return []
        (left_x, left_y), (right_x, right_y) = corners[0], corners[-1]
        worse_y = 0.0 if self.y.better == metrics.HIGHER else 1.0
        if self.x.better == metrics.LOWER:
            return [[(left_x, worse_y), (left_x, left_y)], [(right_x, right_y), (1.0, right_y)]]
        return [[(0.0, left_y), (left_x, left_y)], [(right_x, right_y), (right_x, worse_y)]]

    # Labels

    def labels(self, width: float, height: float, most: int) -> list[Label]:
        """Names that fit beside their points without covering each other."""
        return Labels(self, width, height).placed(most)

    # The figure

    def figure(self) -> dict[str, Any]:
        """A Plotly figure whose styles are named, not stated: see `dressed`."""
        traces = [self.line_trace(), *self.reach_traces()]
        for style, places in self.groups().items():
            if len(places):
                traces.append(self.points_trace(style, places))
        return {
            "data": traces,
            "layout": {
                "xaxis": axis_layout(self.x),
                "yaxis": axis_layout(self.y),
                "meta": {
                    "x": {"unit": self.x.scale.unit, "label": metrics.get(self.x.metric).label},
                    "y": {"unit": self.y.scale.unit, "label": metrics.get(self.y.metric).label},
                },
            },
            "titles": {"x": x_title(self.x), "y": y_title(self.y)},
            "labels": {
                "wide": [self.annotation(label) for label in self.labels(960, 430, 14)],
                "narrow": [self.annotation(label) for label in self.labels(290, 260, 5)],
            },
        }

    def points_trace(self, style: str, places: np.ndarray) -> dict[str, Any]:
        value, low, high = (
            part[places] for part in (self.points.value, self.points.low, self.points.high)
        )
        x, y = self.x.scale, self.y.scale
        trace = {
            "meta": {"style": style},
            "x": significant(x.shown(value[:, 0])),
            "y": significant(y.shown(value[:, 1])),
            # Plotly reads text as a kind of HTML.
            "text": [escape(self.names(entry)) for entry in self.points.entries[places].tolist()],
            "customdata": [
                [entry, layer]
                for entry, layer in zip(
                    self.points.entries[places].tolist(), self.layer[places].tolist(), strict=True
                )
            ],
            "hovertemplate": (
                f"<b>%{{text}}</b><br>%{{y:,.3~r}} {escape(y.unit)}"
                f"<br>%{{x:,.3~r}} {escape(x.unit)}<extra></extra>"
            ),
        }
        if len(self.drawn) <= INTERVALS_UP_TO or style.startswith("frontier"):
            for column, (name, scale) in enumerate((("error_x", x), ("error_y", y))):
                trace[name] = {
                    "array": significant(scale.shown(high[:, column] - value[:, column])),
                    "arrayminus": significant(scale.shown(value[:, column] - low[:, column])),
                }
        return trace

    def line_trace(self) -> dict[str, Any]:
        value = self.points.value[self.steps]
        return {
            "meta": {"style": "frontier_line"},
            "x": significant(self.x.scale.shown(value[:, 0])),
            "y": significant(self.y.scale.shown(value[:, 1])),
            "line": {"shape": self.shape},
        }

    def reach_traces(self) -> list[dict[str, Any]]:
        def shown(axis: Axis, fraction: float) -> float:
            if axis.is_log:
                low, high = math.log10(axis.low), math.log10(axis.high)
                return 10 ** (low + fraction * (high - low))
            return axis.low + fraction * (axis.high - axis.low)

        return [
            {
                "meta": {"style": "frontier_reach"},
                "x": [shown(self.x, x) for x, _ in line],
                "y": [shown(self.y, y) for _, y in line],
            }
            for line in self.reach()
        ]

    def annotation(self, label: Label) -> dict[str, Any]:
        value = self.points.value[label.place]
        x, y = float(self.x.scale.shown(value[0])), float(self.y.scale.shown(value[1]))
        text = escape(label.text)
        return {
            "meaning": "frontier_label" if label.is_first else "point_label",
            "x": math.log10(x) if self.x.is_log else x,
            "y": math.log10(y) if self.y.is_log else y,
            "xanchor": {"start": "left", "end": "right", "middle": "center"}[label.anchor],
            "yanchor": "middle",
            "xshift": round(label.dx),
            "yshift": round(-label.dy),
            "text": f"<b>{text}</b>" if label.is_first else text,
        }

    # The drawing

    def drawing(self, width: int, height: int, key: str, css: str, *, most: int) -> SafeString:
        """The whole chart as SVG."""
        return Drawing(self, width, height, key, css, most=most).svg()

    def thumbnail(self, key: str) -> SafeString:
        """A small chart without axes, for lists of boards."""
        return Drawing(self, 420, 146, key, "", most=2, is_small=True).svg()

    def sentence(self) -> str:
        """What the chart shows, for those who can't see it."""
        if not len(self.steps):
            return "No entry has both values."
        ends = []
        for place in dict.fromkeys([int(self.steps[0]), int(self.steps[-1])]):
            x, y = self.points.value[place]
            ends.append(
                f"{self.names(int(self.points.entries[place]))} "
                f"({self.y.scale.quantity(y)}, {self.x.scale.quantity(x)})"
            )
        steps = "Step-shaped frontier of " if len(self.steps) > 1 else "Frontier of "
        return f"{steps}{len(self.steps)} of {len(self)} entries, from {' to '.join(ends)}."


def significant(values: np.ndarray) -> list[float]:
    """Numbers with six digits: enough for a screen, a third of the bytes."""
    return [float(f"{value:.6g}") for value in values.tolist()]


def axis_layout(axis: Axis) -> dict[str, Any]:
    low, high = (
        (math.log10(axis.low), math.log10(axis.high)) if axis.is_log else (axis.low, axis.high)
    )
    return {
        "type": "log" if axis.is_log else "linear",
        "range": [low, high],
        "tickmode": "array",
        "tickvals": [value for value, _ in axis.ticks],
        "ticktext": [text for _, text in axis.ticks],
    }


def y_title(axis: Axis) -> tuple[str, str]:
    arrow = "↑ better" if axis.better == metrics.HIGHER else "↓ better"
    return (f"{axis.title} (log scale)" if axis.is_log else axis.title, arrow)


def x_title(axis: Axis) -> tuple[str, str]:
    arrow = "better ←" if axis.better == metrics.LOWER else "better →"
    return (f"{axis.title} (log scale)" if axis.is_log else axis.title, arrow)


@lru_cache(maxsize=1)
def template() -> dict[str, Any]:
    return json.loads(TEMPLATE.read_text())


def merged(base: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`base` with `more` laid over it, dictionaries inside as well."""
    result = dict(base)
    for key, value in more.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


def dressed(figure: dict[str, Any], theme: str = "light") -> dict[str, Any]:
    """The figure with the styles of a theme: what Plotly draws without further help."""
    styles, notes = template()["traces"][theme], template()["annotations"][theme]
    (x_text, x_arrow), (y_text, y_arrow) = figure["titles"]["x"], figure["titles"]["y"]
    faint = styles["faint"]
    annotations = [
        notes["y_title"]
        | {"text": f"<b>{escape(y_text)}</b>  <span style='color:{faint}'>{y_arrow}</span>"},
        notes["x_title"]
        | {"text": f"<span style='color:{faint}'>{x_arrow}</span>  <b>{escape(x_text)}</b>"},
        *(
            notes[label["meaning"]] | without(label, "meaning")
            for label in figure["labels"]["wide"]
        ),
    ]
    return {
        "data": [merged(styles[trace["meta"]["style"]], trace) for trace in figure["data"]],
        "layout": figure["layout"]
        | {"template": template()[theme], "annotations": annotations, "height": 500},
    }


def without(mapping: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in mapping.items() if name != key}


class Labels:
    """Places names greedily: outside the dominated side first, then wherever there is room."""

    def __init__(self, chart: Scatter, width: float, height: float):
        self.chart, self.width, self.height = chart, width, height
        value = chart.points.value
        self.x = chart.x.place(value[:, 0]) * width
        self.y = (1 - chart.y.place(value[:, 1])) * height
        corners = [(x * width, (1 - y) * height) for x, y in chart.path()]
        self.lines = list(zip(corners, corners[1:], strict=False))
        self.taken: list[tuple[float, float, float, float]] = [
            (self.x[place] - 7, self.y[place] - 7, self.x[place] + 7, self.y[place] + 7)
            for place in chart.steps.tolist()
        ]

    def placed(self, most: int) -> list[Label]:
        chart = self.chart
        wanted = self.by_weight(chart.steps.tolist())
        if chart.highlight is not None and chart.highlight not in wanted:
            wanted.insert(0, chart.highlight)
        names = chart.short_names([int(chart.points.entries[place]) for place in wanted])
        labels: list[Label] = []
        for place in wanted:
            if len(labels) >= most:
                break
            text = shortened(names[int(chart.points.entries[place])])
            if (label := self.beside(place, text)) is not None:
                labels.append(label)
        return labels

    def by_weight(self, steps: list[int]) -> list[int]:
        """The ends, then the corners that stand out most."""
        if len(steps) <= 2:
            return steps
        gaps = {
            place: float(np.hypot(self.x[after] - self.x[before], self.y[after] - self.y[before]))
            for before, place, after in zip(steps, steps[1:], steps[2:], strict=False)
        }
        return [steps[0], steps[-1], *sorted(gaps, key=gaps.__getitem__, reverse=True)]

    def beside(self, place: int, text: str) -> Label | None:
        """The best free spot, or None when there is none."""
        chart, x, y = self.chart, float(self.x[place]), float(self.y[place])
        is_first = bool(chart.on_steps[place])
        length = len(text) * CHARACTER * (1.06 if is_first else 1)
        side = -1 if (chart.x.better == metrics.LOWER) == is_first else 1
        lift = -1 if (chart.y.better == metrics.HIGHER) == is_first else 1
        out, back = ("end", "start") if side < 0 else ("start", "end")
        spots = [
            (side * 11, 0, out),
            (side * 9, lift * 11, out),
            (0, lift * 17, "middle"),
            (-side * 4, lift * 17, back),
            (side * 4, lift * 30, out),
            (-side * 4, lift * 30, back),
            (side * 9, -lift * 11, out),
            (-side * 11, -lift * 14, back),
            (-side * 12, 0, back),
        ]
        if self.width < NARROW:
            # Over the crowd of dominated entries a name does more harm than good.
            spots = spots[:6]
        for dx, dy, anchor in spots:
            left = x + dx - {"start": 0, "middle": length / 2, "end": length}[anchor]
            box = (left, y + dy - LINE / 2, left + length, y + dy + LINE / 2)
            if self.is_free(box):
                self.taken.append(box)
                return Label(place, text, dx, dy, anchor, is_first)
        return None

    def is_free(self, box) -> bool:
        left, top, right, bottom = box
        if left < -2 or right > self.width + 8 or top < -10 or bottom > self.height + 2:
            return False
        if any(
            left < other[2] and right > other[0] and top < other[3] and bottom > other[1]
            for other in self.taken
        ):
            return False
        return not any(
            min(ax, bx) < right + 2
            and max(ax, bx) > left - 2
            and min(ay, by) < bottom + 1
            and max(ay, by) > top - 1
            for (ax, ay), (bx, by) in self.lines
        )


def shortened(text: str, most: int = 30) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


class Drawing:
    """A scatter as SVG. Colours are classes of the style sheet, so it follows the theme."""

    def __init__(self, chart, width, height, key, css, *, most, is_small=False):
        self.chart, self.width, self.height = chart, width, height
        self.key, self.css, self.most, self.is_small = key, css, most, is_small
        self.left, self.right, self.top, self.bottom = (
            (6, 6, 22, 6) if is_small else (self.gutter(), 14, 26, 40)
        )
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
        name = f"{metrics.get(chart.y.metric).label} against {metrics.get(chart.x.metric).label.lower()}"
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
        behind = [*groups["dominated"].tolist(), *groups["estimated"].tolist()]
        parts = ['<g class="dominated">']
        if len(behind) <= NAMED_UP_TO:
            parts += [self.dot(place, small[0]) for place in behind]
        else:
            parts.append(self.mist(behind))
        parts.append("</g>")
        parts += self.lines()
        parts.append('<g class="first">')
        parts += [self.dot(place, small[0]) for place in groups["other_objectives"].tolist()]
        for meaning in ("frontier", "frontier_estimated"):
            parts += [self.dot(place, small[1]) for place in groups[meaning].tolist()]
        parts.append("</g>")
        if chart.highlight is not None:
            parts += self.highlight(chart.highlight)
        return parts

    def mist(self, places: list[int]) -> str:
        """Very many points: one path of dots."""
        x = self.chart.x.place(self.chart.points.value[places, 0]).tolist()
        y = self.chart.y.place(self.chart.points.value[places, 1]).tolist()
        spots = dict.fromkeys(self.at(*spot) for spot in zip(x, y, strict=True))
        return f'<path class="mist" d="{"".join(f"M{a} {b}h0" for a, b in spots)}"/>'

    def lines(self) -> list[str]:
        def joined(line):
            return "M" + "L".join(f"{x} {y}" for x, y in (self.at(*corner) for corner in line))

        parts = []
        if not self.is_small:
            reach = "".join(joined(line) for line in self.chart.reach())
            parts.append(f'<path class="step reach" d="{reach}"/>' if reach else "")
        if len(self.chart.steps) > 1:
            parts.append(f'<path class="step" d="{joined(self.chart.path())}"/>')
        return parts

    def dot(self, place: int, radius: float, *, css: str = "") -> str:
        chart, points = self.chart, self.chart.points
        x, y = self.at(chart.x.place(points.value[place, 0]), chart.y.place(points.value[place, 1]))
        shape = "point open" if chart.estimated[place] else "point"
        circle = f'<circle class="{shape}" cx="{x}" cy="{y}" r="{radius}">'
        if self.is_small:
            return f"{circle}</circle>"
        entry = int(points.entries[place])
        title = (
            f"{chart.names(entry)}: {chart.y.scale.quantity(points.value[place, 1])}, "
            f"{chart.x.scale.quantity(points.value[place, 0])}"
        )
        return (
            f'<g data-entry="{entry}"{css}>{self.bars(place, x, y)}{circle}'
            f"<title>{escape(title)}</title></circle></g>"
        )

    def bars(self, place: int, x: float, y: float) -> str:
        """The intervals, where they are wider than a hair and the axis can hold them."""
        points, parts = self.chart.points, []
        low, high = points.low[place], points.high[place]
        if len(self.chart.drawn) > INTERVALS_UP_TO and not self.chart.on_steps[place]:
            return ""
        if high[0] > low[0]:
            left, right = self.clipped(self.chart.x, low[0], high[0])
            left, right = self.at(left, 0)[0], self.at(right, 0)[0]
            parts.append(f'<line class="error-bar" x1="{left}" x2="{right}" y1="{y}" y2="{y}"/>')
        if high[1] > low[1]:
            bottom, top = self.clipped(self.chart.y, low[1], high[1])
            bottom, top = self.at(0, bottom)[1], self.at(0, top)[1]
            parts.append(f'<line class="error-bar" x1="{x}" x2="{x}" y1="{bottom}" y2="{top}"/>')
        return "".join(parts)

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
            f'<g class="{group}">{self.dot(place, 6.5, css=linked)}</g>',
        ]

    def labels(self) -> list[str]:
        parts = []
        for label in self.chart.labels(self.plot_width, self.plot_height, self.most):
            value = self.chart.points.value[label.place]
            x, y = self.at(self.chart.x.place(value[0]), self.chart.y.place(value[1]))
            anchor = {"start": "", "middle": " middle", "end": " end"}[label.anchor]
            weight = " small" if self.is_small else " strong" if label.is_first else ""
            parts.append(
                f'<text class="halo{anchor}{weight}" x="{round(x + label.dx, 1)}" '
                f'y="{round(y + label.dy + 4, 1)}">{escape(label.text)}</text>'
            )
        return parts


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


def strip(axis: Axis, value: float, low: float, high: float, family: str) -> SafeString:
    """A value with its interval on a short line: where it stands in its column."""
    left, right = Drawing.clipped(axis, low, high)
    x = 3 + 50 * min(max(float(axis.place(value)), 0.0), 1.0)
    line = (
        f'<line class="hue-line" x1="{3 + 50 * left:.1f}" x2="{3 + 50 * right:.1f}" y1="7" y2="7" '
        'stroke-width="1.5"/>'
        if high > low
        else ""
    )
    return mark_safe(
        f'<svg class="{css_class(family)}" viewBox="0 0 56 14" aria-hidden="true">'
        f'<line class="base" x1="0" x2="56" y1="7" y2="7"/>{line}{marker(family, x, 7, 7.5)}</svg>'
    )


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
    places = np.unique(np.round(4 + 112 * axis.place(values), 1))
    ticks = "".join(f"M{place} 4V12" for place in places[:400].tolist())
    left, right = Drawing.clipped(axis, low, high)
    line = f'<line class="hue-line" x1="{4 + 112 * left:.1f}" x2="{4 + 112 * right:.1f}" y1="8" y2="8" stroke-width="2"/>'
    return mark_safe(
        f'<svg class="{css_class(family)} among" viewBox="0 0 120 16" aria-hidden="true">'
        f'<line class="base" x1="0" x2="120" y1="8" y2="8"/><path class="other" d="{ticks}"/>'
        f"{line if high > low else ''}{marker(family, 4 + 112 * float(axis.place(value)), 8, 9)}</svg>"
    )


def css_class(family: str) -> str:
    """The style sheet's name of a family."""
    return {"quality": "accuracy"}.get(family, family)


@dataclass(frozen=True)
class Bar:
    """A row of a bar or dot chart: its name, its value with bounds, and the text beside it."""

    name: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


def bars(rows: Sequence[Bar], title: str, unit: str, key: str, css: str) -> SafeString:
    """Horizontal bars from zero, once for wide and once for narrow screens."""
    drawings = [
        _bars(rows, title, unit, f"{key}{suffix}", f"{css} only-{suffix}", width, room)
        for suffix, width, room in (("wide", 640, 230), ("narrow", 358, 140))
    ]
    return mark_safe("".join(drawings))


def _bars(rows, title, unit, key, css, width, room) -> str:
    height, right = 26 * len(rows), width - 62
    top = max((row.high or row.value for row in rows), default=0) or 1
    ticks = [tick for tick in linear_ticks(0, top * 1.02, 4) if tick[0] <= top * 1.02]

    def at(value: float) -> float:
        return round(room + (right - room) * value / (top * 1.02), 1)

    parts = [
        f'<svg class="chart {css}" viewBox="0 0 {width} {height + 40}" role="img" '
        f'aria-labelledby="{key}-t"><title id="{key}-t">{escape(title)}</title>'
    ]
    for value, text in ticks:
        parts.append(
            f'<line class="grid" x1="{at(value)}" x2="{at(value)}" y1="0" y2="{height}"/>'
            f'<text class="middle" x="{at(value)}" y="{height + 16}">{text}</text>'
        )
    for place, row in enumerate(rows):
        middle = 26 * place + 13
        name = escape(shortened(row.name, int(room / CHARACTER) - 1))
        parts.append(
            f'<text class="end" x="{room - 10}" y="{middle + 4}">{name}</text>'
            f'<rect class="hue" x="{room}" y="{middle - 6}" '
            f'width="{max(at(row.value) - room, 1):.1f}" height="12"/>'
        )
        end = at(row.value)
        if row.low is not None and row.high is not None and row.high > row.low:
            end = at(row.high)
            parts.append(
                f'<line class="whisker" x1="{at(row.low)}" x2="{end}" y1="{middle}" y2="{middle}"/>'
            )
        parts.append(
            f'<text class="strong halo" x="{end + 6}" y="{middle + 4}">{escape(row.text)}</text>'
        )
    parts.append(
        f'<line class="axis" x1="{room}" x2="{room}" y1="0" y2="{height}"/>'
        f'<text class="strong" x="{room}" y="{height + 36}">{escape(unit)}</text></svg>'
    )
    return "".join(parts)


def range_text(scale: Scale, values: np.ndarray) -> str:
    """“9 to 7,450 Wh”, of all finite values."""
    values = values[np.isfinite(values)]
    if not len(values):
        return ""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return scale.quantity(low)
    return f"{scale.number(low)} to {scale.quantity(high)}"


__all__ = ["EN_DASH", "Axis", "Bar", "Scatter", "among", "bars", "css_class", "dressed", "strip"]
