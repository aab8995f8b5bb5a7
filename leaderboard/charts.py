"""Rows → charts: one geometry, and from it a Plotly figure. `drawings` makes SVG of the same.

Nothing here queries or knows a request. A figure names its styles by meaning (`frontier`,
`dominated`, …); `dressing` puts the styles of a theme on it.
"""

import math
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.utils.html import escape

from leaderboard.axes import Axis
from leaderboard.core import knee, metrics, pareto
from leaderboard.labels import Label, Labels
from leaderboard.models.evidence import Origin, Points

# Above this a chart shows the frontier and a sample of the rest.
DRAWN_UP_TO = 20_000
# Above this dominated entries are a crowd: dots that say who they are only when they are asked.
CROWD_FROM = 1_000
# A byte for a place of an axis would show; two don't, however far a reader goes in.
FINENESS = 65_535
# Above this only the frontier keeps its error bars.
INTERVALS_UP_TO = 500
# Radii of points whose size tells something, in pixels.
SMALLEST, LARGEST = 3.0, 14.0
# The groups that a crowd is made of.
CROWD = ("dominated", "estimated")
ESTIMATED = [Origin.values.index(origin) for origin in (Origin.ESTIMATED, Origin.RATED)]


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
    # Entries that lack one of the two values, and those that are not drawn for their number.
    left_out: int = 0
    thinned_out: int = 0
    # How many layers of the two metrics are drawn as lines.
    lines: int = 1
    # From 0 to 1, the share of the largest point, where the size of a point tells something.
    size: np.ndarray | None = None

    @classmethod
    def of(cls, points, layer, scales, *, wish="", sized=None, **options) -> "Scatter":
        """The chart of the points that have both values. `wish` is how amounts are drawn.

        `sized` is a column of values that the size of a point tells, none of them negative.
        """
        has_both = pareto.complete(points.value)
        points, layer = points.where(has_both), layer[has_both]
        x, y = (
            Axis.over(metric, scale, points.value[:, column], wish=wish)
            for column, (metric, scale) in enumerate(zip(points.metrics, scales, strict=True))
        )
        left_out = options.pop("left_out", 0) + int((~has_both).sum())
        size = None if sized is None else shares(sized[has_both])
        return cls(points, layer, x, y, left_out=left_out, size=size, **options)

    def __len__(self):
        return len(self.points)

    @cached_property
    def steps(self) -> np.ndarray:
        """Places of the two-dimensional frontier, from left to right."""
        first = pareto.frontier(self.points.value, [self.x.better, self.y.better])
        places = np.flatnonzero(first)
        order = np.argsort(self.points.value[places, 0], kind="stable")
        return np.asarray(places[order])

    @cached_property
    def on_steps(self) -> np.ndarray:
        mask = np.zeros(len(self), dtype=bool)
        mask[self.steps] = True
        return mask

    @cached_property
    def bend(self) -> int | None:
        """The place of the frontier's knee as drawn; None where it has none."""
        found = knee.knee(
            self.points.value[self.steps],
            [self.x.better, self.y.better],
            (self.x.is_log, self.y.is_log),
        )
        return None if found is None else int(self.steps[found.place])

    @property
    def shape(self) -> str:
        """Where less of x is better the frontier goes across, then up or down to the next."""
        return "hv" if self.x.better == metrics.LOWER else "vh"

    @cached_property
    def estimated(self) -> np.ndarray:
        """Mask: a model or a rating gave one of the two values."""
        return np.asarray(np.isin(self.points.origin, ESTIMATED).any(axis=1))

    @property
    def is_crowded(self) -> bool:
        return len(self) > CROWD_FROM

    @cached_property
    def named(self) -> np.ndarray:
        """Places of the entries whose names the chart carries."""
        if not self.is_crowded:
            return np.arange(len(self))
        first = np.flatnonzero(self.layer == 1)[:CROWD_FROM]
        return np.union1d(first, self.steps)

    @cached_property
    def further_steps(self) -> list[np.ndarray]:
        """Places of the second and further layers of the two metrics, each from left to right."""
        if self.lines < 2:
            return []
        found = pareto.layers(self.points.value, [self.x.better, self.y.better], self.lines)
        layers = [np.flatnonzero(found == layer) for layer in range(2, self.lines + 1)]
        value = self.points.value[:, 0]
        return [places[np.argsort(value[places], kind="stable")] for places in layers]

    def groups(self) -> dict[str, np.ndarray]:
        """Places by meaning, in the order in which they are painted."""
        first, estimated, line = self.layer == 1, self.estimated, self.on_steps
        masks = {
            "dominated": ~(first | line) & ~estimated,
            "estimated": ~(first | line) & estimated,
            "other_objectives": first & ~line & ~estimated,
            "other_objectives_estimated": first & ~line & estimated,
            "frontier": line & ~estimated,
            "frontier_estimated": line & estimated,
        }
        return {meaning: np.flatnonzero(mask) for meaning, mask in masks.items()}

    @property
    def has_others(self) -> bool:
        """Whether any is on the frontier of all objectives and not on the line of the two."""
        return bool(((self.layer == 1) & ~self.on_steps).any())

    def path(self, steps: np.ndarray | None = None) -> list[tuple[float, float]]:
        """Corners of a step line, the frontier's unless told, in fractions of the axes."""
        steps = self.steps if steps is None else steps
        if not len(steps):
            return []
        x = self.x.place(self.points.value[steps, 0]).tolist()
        y = self.y.place(self.points.value[steps, 1]).tolist()
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

    # The figure

    def figure(self) -> dict[str, Any]:
        """A Plotly figure whose styles are named, not stated: see `dressing`."""
        further = [self.line_trace(steps, "layer_line") for steps in self.further_steps]
        traces = [*further, self.line_trace(self.steps, "frontier_line"), *self.reach_traces()]
        for style, places in self.groups().items():
            if len(places) and not (self.is_crowded and style in CROWD):
                traces.append(self.points_trace(style, places))
        if self.bend is not None:
            traces.append(self.bend_trace(self.bend))
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
                "wide": [self.annotation(one) for one in Labels(self, 960, 430).placed(14)],
                "narrow": [self.annotation(one) for one in Labels(self, 290, 260).placed(5)],
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
            "text": [escape(self.name(place)) for place in places.tolist()],
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
        if self.size is not None:
            trace["marker"] = {"size": np.round(2 * self.radius(places), 1).tolist()}
        if len(self) <= INTERVALS_UP_TO or style.startswith("frontier"):
            for column, (name, scale) in enumerate((("error_x", x), ("error_y", y))):
                trace[name] = {
                    "array": significant(scale.shown(high[:, column] - value[:, column])),
                    "arrayminus": significant(scale.shown(value[:, column] - low[:, column])),
                }
        return trace

    def name(self, place: int) -> str:
        """The entry's name, or nothing where a crowd has none."""
        return self.names(int(self.points.entries[place])) if self.is_named[place] else ""

    @cached_property
    def is_named(self) -> np.ndarray:
        mask = np.zeros(len(self), bool)
        mask[self.named] = True
        return mask

    def radius(self, places: np.ndarray) -> np.ndarray:
        """In pixels: the area of a point tells the share; who has no value gets the smallest."""
        assert self.size is not None
        return SMALLEST + (LARGEST - SMALLEST) * np.sqrt(np.nan_to_num(self.size[places]))

    def crowd(self) -> dict[str, Any]:
        """The dominated entries as arrays in base64: places on the axes, ids, layer, kind, radius.

        `x` and `y` are little-endian uint16 fractions of the axes' ranges, `entry` uint32, `layer`
        and `kind` (1 where a value is estimated) uint8, `radius` uint8 in quarters of a pixel.
        """
        groups = self.groups()
        places = np.concatenate([groups[style] for style in CROWD])
        radius = np.full(len(places), 4.5) if self.size is None else self.radius(places)
        columns = {
            "x": (FINENESS * self.x.place(self.points.value[places, 0]), "<u2"),
            "y": (FINENESS * self.y.place(self.points.value[places, 1]), "<u2"),
            "entry": (self.points.entries[places], "<u4"),
            "layer": (np.minimum(self.layer[places], 255), "u1"),
            "kind": (self.estimated[places], "u1"),
            "radius": (4 * radius, "u1"),
        }
        return {"count": len(places)} | {
            name: b64encode(np.round(column).astype(kind).tobytes()).decode()
            for name, (column, kind) in columns.items()
        }

    def bend_trace(self, place: int) -> dict[str, Any]:
        x, y = self.points.value[place]
        return {
            "meta": {"style": "knee"},
            "x": [float(self.x.scale.shown(x))],
            "y": [float(self.y.scale.shown(y))],
        }

    def line_trace(self, steps: np.ndarray, style: str) -> dict[str, Any]:
        value = self.points.value[steps]
        return {
            "meta": {"style": style},
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


def shares(values: np.ndarray) -> np.ndarray:
    """Each value as a share of the largest; a missing one stays missing."""
    top = np.nanmax(values, initial=0.0)
    return values / top if top > 0 else np.where(np.isfinite(values), 0.0, np.nan)


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
