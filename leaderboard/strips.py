"""Values of a few entries on one line: intervals at their places, letters pushed apart."""

from collections.abc import Sequence

import numpy as np
from django.utils.safestring import SafeString, mark_safe

from leaderboard.axes import Axis
from leaderboard.core import metrics
from leaderboard.core.contrast import Bounds
from leaderboard.drawings import Drawing, css_class

WIDTH, HEIGHT, MARGIN, RADIUS = 170, 20, 10, 6.5


def lettered(axis: Axis, values: dict[str, Bounds]) -> SafeString:
    """The intervals of all letters on a scale that holds them, and the letters on top.

    A letter whose neighbour is too near stands beside its place; its interval does not.
    """
    middle = HEIGHT / 2
    order = sorted(values, key=lambda letter: values[letter][1])
    wanted = [at(float(axis.place(values[letter][1]))) for letter in order]
    spans = "".join(span(axis, *values[letter]) for letter in order)
    dots = "".join(
        f'<circle class="letter-dot" cx="{x:.1f}" cy="{middle:.0f}" r="{RADIUS}"/>'
        f'<text class="letter-text" x="{x:.1f}" y="{middle + 3.2:.1f}">{letter}</text>'
        for letter, x in zip(order, apart(wanted, 2 * RADIUS + 1), strict=True)
    )
    family = css_class(metrics.get(axis.metric).family)
    return mark_safe(
        f'<svg class="{family}" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true">'
        f'<line class="base" x1="0" x2="{WIDTH}" y1="{middle:.0f}" y2="{middle:.0f}"/>'
        f"{spans}{dots}</svg>"
    )


def at(fraction: float) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * min(max(fraction, 0.0), 1.0)


def span(axis: Axis, low: float, value: float, high: float) -> str:
    if low == high:
        return ""
    left, right = (at(end) for end in Drawing.clipped(axis, low, high))
    middle = f"{HEIGHT / 2:.0f}"
    return (
        f'<line class="hue-line" x1="{left:.1f}" x2="{right:.1f}" y1="{middle}" y2="{middle}" '
        'stroke-width="3"/>'
    )


def apart(wanted: Sequence[float], gap: float) -> list[float]:
    """Ascending places moved as little as keeps them this far apart, and inside the drawing."""
    places = list(wanted)
    for _ in range(len(places)):
        for index in range(1, len(places)):
            lack = gap - (places[index] - places[index - 1])
            if lack > 0:
                places[index - 1] -= lack / 2
                places[index] += lack / 2
    low = np.maximum.accumulate([RADIUS + gap * index for index in range(len(places))])
    high = [WIDTH - RADIUS - gap * (len(places) - 1 - index) for index in range(len(places))]
    return np.clip(places, low, high).tolist()
