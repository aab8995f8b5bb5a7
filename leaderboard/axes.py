"""One metric along one side of a chart: its range and its round numbers."""

import math
from dataclasses import dataclass

import numpy as np

from leaderboard.core import metrics
from leaderboard.core.scales import LOG_FROM_RATIO
from leaderboard.quantities import NBSP, Scale, number


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
        """Fraction of the axis at which a canonical value (or an array of them) stands.

        What is not above zero stands infinitely far to the left of a logarithmic one.
        """
        shown = self.scale.shown(np.asarray(value, dtype=np.float64))
        if self.is_log:
            with np.errstate(divide="ignore"):
                shown = np.log10(np.maximum(shown, 0))
            low, high = np.log10(self.low), np.log10(self.high)
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


def range_text(scale: Scale, values: np.ndarray) -> str:
    """“9 to 7,450 Wh”, of all finite values."""
    values = values[np.isfinite(values)]
    if not len(values):
        return ""
    low, high = float(values.min()), float(values.max())
    if low == high:
        return scale.quantity(low)
    return f"{scale.number(low)} to {scale.quantity(high)}"
