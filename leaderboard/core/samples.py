"""Means, integrals and quantiles of lists, each missing where the list says nothing."""

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from leaderboard.core.contract import NUMBERS, Input, Missing
from leaderboard.core.interval import Interval, spread

TIMES = Input("times", "when each sample was taken", "s", NUMBERS, symbol="t")
TIME_AVERAGE = "integral(values, times) / (t_end - t_begin)"
TIME_AVERAGE_EDGES = (
    "Samples may be uneven: the integral over time, not their plain mean.",
    "Fewer than two samples: missing.",
)


def mean(rows: Sequence[Mapping[str, Any]], column: str, field: str) -> float:
    """The mean of a column. Raises Missing when there is no row."""
    return average([row[column] for row in rows], field)


def average(numbers: Sequence[float], field: str) -> float:
    if not numbers:
        raise Missing(f"{field} is empty", field=field)
    return math.fsum(numbers) / len(numbers)


def integral(times: Sequence[float], values: Sequence[float], field: str) -> float:
    """The area under the samples by trapezoids. Raises Missing below two samples."""
    if len(times) != len(values):
        raise Missing(f"{field} needs a time for each value", field=field, is_data_error=True)
    if len(times) < 2:
        raise Missing(f"{field} has fewer than two samples", field=field)
    if any(later < earlier for earlier, later in pairwise(times)):
        raise Missing(f"{field} goes back in time", field=field, is_data_error=True)
    return math.fsum(
        (t1 - t0) * (a + b) / 2 for (t0, a), (t1, b) in pairwise(zip(times, values, strict=True))
    )


def time_average(times: Sequence[float], values: Sequence[float], field: str) -> float:
    """The integral over the time it covers: not the plain mean of uneven samples."""
    area = integral(times, values, field)
    if times[-1] <= times[0]:
        raise Missing(f"{field} covers no time", field=field, is_data_error=True)
    return area / (times[-1] - times[0])


def quantile(numbers: Sequence[float], share: float, field: str) -> float:
    """With linear interpolation between the two nearest."""
    if not len(numbers):
        raise Missing(f"{field} is empty", field=field)
    return float(np.quantile(numbers, share))


def share_of(part: Interval, whole: Interval) -> Interval:
    """Part over whole, at most 1. Raises Missing when the part is larger."""
    if part.value > whole.value:
        raise Missing("the part is larger than the whole", is_data_error=True)
    return spread(lambda a, b: min(1.0, a / b), part, whole)
