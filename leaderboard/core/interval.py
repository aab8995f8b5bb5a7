"""A number with its bounds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

# Value, low and high.
Bounds = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A central value with low and high, all finite, low <= value <= high.

    Arithmetic gives the bounds that the result can reach when each operand varies on its own
    inside its bounds, so a shared uncertainty is counted twice: the result is never too narrow.
    """

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.low) and math.isfinite(self.high)):
            raise ValueError("bounds must be finite")
        if not self.low <= self.value <= self.high:
            raise ValueError(f"not low <= value <= high: {self.low}, {self.value}, {self.high}")

    @classmethod
    def exact(cls, value: float) -> Interval:
        """A value whose bounds are itself."""
        return cls(value, value, value)

    @classmethod
    def of(cls, operand: Interval | float) -> Interval:
        return operand if isinstance(operand, Interval) else cls.exact(float(operand))

    @property
    def bounds(self) -> Bounds:
        return self.value, self.low, self.high

    @property
    def is_exact(self) -> bool:
        return self.low == self.high

    def _combined(
        self, other: Interval | float, operate: Callable[[float, float], float]
    ) -> Interval:
        other = Interval.of(other)
        corners = [operate(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        value = operate(self.value, other.value)
        # Rounding can put the central result a hair outside its corners.
        return Interval(value, min(*corners, value), max(*corners, value))

    def __add__(self, other: Interval | float) -> Interval:
        return self._combined(other, lambda a, b: a + b)

    def __mul__(self, other: Interval | float) -> Interval:
        return self._combined(other, lambda a, b: a * b)

    def __truediv__(self, other: Interval | float) -> Interval:
        """Raises ZeroDivisionError when the divisor can be zero."""
        other = Interval.of(other)
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("the divisor can be zero")
        return self._combined(other, lambda a, b: a / b)

    def __sub__(self, other: Interval | float) -> Interval:
        return self._combined(other, lambda a, b: a - b)

    def __rsub__(self, other: float) -> Interval:
        return Interval.exact(float(other)) - self

    __radd__ = __add__
    __rmul__ = __mul__

    def __rtruediv__(self, other: float) -> Interval:
        return Interval.exact(float(other)) / self


def spread(formula: Callable[..., float], *operands: Interval | float) -> Interval:
    """The formula at the central values, between its extremes over the corners of the operands.

    Those are its true bounds where the formula only rises or only falls with each operand.
    """
    for operand in operands:
        if not isinstance(operand, Interval | float | int):
            # Columns of intervals spread themselves.
            return operand.spread(formula, *operands)
    intervals = [Interval.of(each) for each in operands]
    sides = [(each.low,) if each.is_exact else (each.low, each.high) for each in intervals]
    corners = [formula(*corner) for corner in product(*sides)]
    value = formula(*(each.value for each in intervals))
    return Interval(value, min(*corners, value), max(*corners, value))
