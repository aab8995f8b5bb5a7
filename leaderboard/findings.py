"""What a chart comes to, in one sentence: where it bends, and what going further costs."""

import numpy as np

from leaderboard.charts import Scatter
from leaderboard.core import metrics
from leaderboard.models.evidence import Origin
from leaderboard.quantities import NBSP, alone, number

READ_OFF = [Origin.values.index(o) for o in (Origin.METERED, Origin.SENSED, Origin.REPORTED)]


def finding(chart: Scatter) -> str:
    """The finding, or nothing where there is none to tell."""
    steps = chart.steps
    if not len(steps):
        return ""
    if len(steps) == 1:
        place = int(steps[0])
        return (
            f"{name(chart, place)} is ahead on both: {amount(chart, place, 1)} "
            f"and {amount(chart, place, 0)}."
        )
    if chart.x.better == chart.y.better == metrics.LOWER:
        return two_costs(chart, int(steps[0]), int(steps[-1]))
    return gain(chart)


def two_costs(chart: Scatter, left: int, right: int) -> str:
    x, y = label(chart, 0), label(chart, 1)
    most = times(chart.points.value[right, 0], chart.points.value[left, 0])
    return (
        f"{name(chart, left)} needs the least {x}, {amount(chart, left, 0)}; "
        f"{name(chart, right)} the least {y}, {amount(chart, right, 1)}, "
        f"for {most} the {x}."
    )


def gain(chart: Scatter) -> str:
    """Where the frontier bends, and what the best of all takes on top."""
    bend, best = knee(chart), top(chart)
    head = f"{name(chart, bend)} reaches {amount(chart, bend, 1)} for {amount(chart, bend, 0)}"
    if bend == best:
        return f"{head}; nothing is ahead of it on {label(chart, 1)}."
    if overlap(chart, bend, best):
        return f"{head}; none is clearly ahead of it on {label(chart, 1)}."
    more = chart.points.value[best, 1] - chart.points.value[bend, 1]
    if chart.y.metric == "quality":
        step = f"{number(100 * more, 1)} more points of quality take"
    else:
        gained = times(chart.points.value[best, 1], chart.points.value[bend, 1])
        step = f"{gained} the {label(chart, 1)} takes"
    if chart.x.better == metrics.HIGHER:
        return f"{head}; {step} {label(chart, 0)} down to {amount(chart, best, 0)}."
    ratio = times(chart.points.value[best, 0], chart.points.value[bend, 0])
    return f"{head}; {step} {ratio} the {label(chart, 0)}."


def knee(chart: Scatter) -> int:
    """The place where the frontier bends as drawn; where it doesn't, its thriftier end."""
    steps = chart.steps
    if chart.bend is not None:
        return chart.bend
    return int(steps[0] if chart.x.better == metrics.LOWER else steps[-1])


def top(chart: Scatter) -> int:
    """The place that is best on y."""
    value = chart.points.value[chart.steps, 1] * chart.y.better
    return int(chart.steps[np.argmax(value)])


def overlap(chart: Scatter, one: int, other: int) -> bool:
    low, high = chart.points.low[:, 1], chart.points.high[:, 1]
    return bool(low[one] <= high[other] and low[other] <= high[one])


def name(chart: Scatter, place: int) -> str:
    return chart.names(int(chart.points.entries[place])).replace(" × ", f"{NBSP}×{NBSP}")


def label(chart: Scatter, column: int) -> str:
    return metrics.get(chart.points.metrics[column]).label.lower()


def amount(chart: Scatter, place: int, column: int) -> str:
    """“19.7 Wh”, with “about” unless it was measured or reported; shares with their label."""
    metric = chart.points.metrics[column]
    about = "" if chart.points.origin[place, column] in READ_OFF else "about "
    text = about + alone(metric, float(chart.points.value[place, column]))
    return f"{text} {label(chart, column)}" if metric == "quality" else text


def times(more: float, less: float) -> str:
    """“54 times”, “1.3 times”."""
    ratio = more / less if less else float("inf")
    if not np.isfinite(ratio):
        return "more than any number of times"
    decimals = 0 if ratio >= 10 else 1 if ratio >= 2 else 2
    return f"{number(float(ratio), decimals)}{NBSP}times"
