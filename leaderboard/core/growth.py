"""How fast the best of a kind doubles: a line through the logarithms of its records.

Ordinary least squares of log2(value) on time, through the records only: the values that were the
best so far on their day. The interval is the 95 % one of the slope, from Student's t.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

FEWEST = 5
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Doubling:
    """Years until the best is twice as good; `high` is None where no growth can't be excluded."""

    count: int
    years: float
    low: float
    high: float | None
    # The line: log2 of the value at time 0 and its growth per year.
    intercept: float
    slope: float

    def at(self, year: float) -> float:
        """The value of the line."""
        return float(2 ** (self.intercept + self.slope * year))


def records(times: Sequence[float], values: Sequence[float]) -> list[int]:
    """Places of the values that were higher than all before them, in the order of time.

    Of one time only the highest counts.
    """
    order = sorted(range(len(times)), key=lambda place: (times[place], -values[place]))
    found: list[int] = []
    for place in order:
        if not found or values[place] > values[found[-1]]:
            found.append(place)
    return found


def doubling(times: Sequence[float], values: Sequence[float]) -> Doubling | None:
    """The fit through at least five records at two or more times; None where there are fewer.

    `times` are years, `values` positive records. None as well where they do not grow.
    """
    if len(times) < FEWEST or len(set(times)) < 3 or min(values) <= 0:
        return None
    fit = stats.linregress(times, np.log2(values))
    if not fit.slope > 0:
        return None
    reach = float(stats.t.ppf((1 + CONFIDENCE) / 2, len(times) - 2)) * fit.stderr
    slowest = fit.slope - reach
    return Doubling(
        len(times),
        1 / fit.slope,
        1 / (fit.slope + reach),
        1 / slowest if slowest > 0 else None,
        float(fit.intercept),
        float(fit.slope),
    )
