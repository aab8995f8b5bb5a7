"""Names beside the points of a chart, none of them covering another."""

from dataclasses import dataclass

import numpy as np

from leaderboard.core import metrics

# Below this width a name stands only on the better side, where no other entries are.
NARROW = 420
# Of a frontier of very many, so many are tried for a name, and kept free of names.
TRIED, DOTS = 60, 300
# A line of text and a character of it, in pixels at 12 px.
CHARACTER, LINE = 7.0, 15
# How much wider a bold letter may be, and how far from its middle the knee's ring reaches.
BOLD, RING = 1.16, 12


@dataclass(frozen=True)
class Label:
    """A name beside a point: offsets in pixels (down is positive), anchor as in SVG."""

    place: int
    text: str
    dx: float
    dy: float
    anchor: str
    is_first: bool


class Labels:
    """Places names greedily: outside the dominated side first, then wherever there is room."""

    def __init__(self, chart, width: float, height: float):
        self.chart, self.width, self.height = chart, width, height
        value = chart.points.value
        self.x = chart.x.place(value[:, 0]) * width
        self.y = (1 - chart.y.place(value[:, 1])) * height
        corners = np.array(chart.path(), dtype=float).reshape(-1, 2) * [width, -height]
        corners[:, 1] += height
        # Each piece of the step line as the box around it.
        ends = np.stack([corners[:-1], corners[1:]])
        self.least, self.most = ends.min(axis=0, initial=np.inf), ends.max(axis=0, initial=-np.inf)
        self.taken: list[tuple[float, float, float, float]] = [
            self.around(place, 7) for place in self.dots()
        ]
        if chart.bend is not None:
            self.taken.append(self.around(chart.bend, RING))

    def dots(self) -> list[int]:
        """Places that no name may cover: the line's, and others on the frontier of all."""
        others = np.flatnonzero((self.chart.layer == 1) & ~self.chart.on_steps)
        return np.r_[self.chart.steps, others][:DOTS].tolist()

    def around(self, place: int, reach: float) -> tuple[float, float, float, float]:
        """The box around a point."""
        x, y = float(self.x[place]), float(self.y[place])
        return (x - reach, y - reach, x + reach, y + reach)

    def placed(self, most: int) -> list[Label]:
        chart = self.chart
        wanted = self.by_weight(chart.steps.tolist())[:TRIED]
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
        """The ends and the knee, then the corners that stand out most."""
        if len(steps) <= 2:
            return steps
        gaps = {
            place: float(np.hypot(self.x[after] - self.x[before], self.y[after] - self.y[before]))
            for before, place, after in zip(steps, steps[1:], steps[2:], strict=False)
        }
        corners = sorted(gaps, key=gaps.__getitem__, reverse=True)
        corners.sort(key=lambda place: place != self.chart.bend)
        return [steps[0], steps[-1], *corners]

    def beside(self, place: int, text: str) -> Label | None:
        """The best free spot, or None when there is none."""
        chart, x, y = self.chart, float(self.x[place]), float(self.y[place])
        is_first = bool(chart.on_steps[place])
        length = len(text) * CHARACTER * (BOLD if is_first else 1)
        # The ring of the knee keeps its own name further away.
        away = RING - 7 if place == chart.bend else 0
        side = -1 if (chart.x.better == metrics.LOWER) == is_first else 1
        lift = -1 if (chart.y.better == metrics.HIGHER) == is_first else 1
        out, back = ("end", "start") if side < 0 else ("start", "end")
        spots = [
            (side * (11 + away), 0, out),
            (side * (9 + away), lift * 11, out),
            (0, lift * (17 + away), "middle"),
            (-side * 4, lift * (17 + away), back),
            (side * 4, lift * 30, out),
            (-side * 4, lift * 30, back),
            (side * (9 + away), -lift * 11, out),
            (-side * (11 + away), -lift * 14, back),
            (-side * (12 + away), 0, back),
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
        return not (
            (self.least[:, 0] < right + 2)
            & (self.most[:, 0] > left - 2)
            & (self.least[:, 1] < bottom + 1)
            & (self.most[:, 1] > top - 1)
        ).any()


def shortened(text: str, most: int = 30) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
