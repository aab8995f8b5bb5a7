"""Bounds are never too narrow: any values inside the operands give one inside the result."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.core.interval import Interval

MAGNITUDE = st.floats(-1e6, 1e6, allow_subnormal=False)
SHARE = st.floats(0, 1)


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    low, value, high = sorted(draw(st.tuples(MAGNITUDE, MAGNITUDE, MAGNITUDE)))
    return Interval(value, low, high)


@st.composite
def divisors(draw: st.DrawFn) -> Interval:
    """Intervals that stay clear of zero, on either side of it."""
    low, value, high = sorted(draw(st.tuples(*[st.floats(1e-3, 1e6)] * 3)))
    return Interval(value, low, high) * draw(st.sampled_from([1, -1]))


def inside(interval: Interval, share: float) -> float:
    """A number of the interval."""
    found = interval.low + share * (interval.high - interval.low)
    return min(max(found, interval.low), interval.high)


def holds(interval: Interval, number: float) -> bool:
    """True up to the rounding of one operation."""
    slack = 1e-9 * max(abs(interval.low), abs(interval.high), 1e-300)
    return interval.low - slack <= number <= interval.high + slack


@given(intervals(), intervals(), SHARE, SHARE)
def test_a_sum_holds_the_sum_of_any_values_inside(a, b, s, t):
    assert holds(a + b, inside(a, s) + inside(b, t))
    assert (a + b).value == a.value + b.value


@given(intervals(), intervals(), SHARE, SHARE)
def test_a_product_holds_the_product_of_any_values_inside(a, b, s, t):
    assert holds(a * b, inside(a, s) * inside(b, t))
    assert (a * b).value == a.value * b.value


@given(intervals(), divisors(), SHARE, SHARE)
def test_a_quotient_holds_the_quotient_of_any_values_inside(a, b, s, t):
    assert holds(a / b, inside(a, s) / inside(b, t))
    assert (a / b).value == a.value / b.value


def test_a_product_is_as_wide_as_its_corners():
    assert Interval(2, 1, 3) * Interval(10, -10, 20) == Interval(20, -30, 60)


def test_a_plain_number_stands_on_either_side():
    width = Interval(2, 1, 4)

    assert 3 + width == width + 3 == Interval(5, 4, 7)
    assert 3 * width == width * 3 == Interval(6, 3, 12)
    assert 8 / width == Interval(4, 2, 8)


def test_a_divisor_that_can_be_zero_is_refused():
    for divisor in (Interval.exact(0), Interval(1, 0, 2), Interval(1, -1, 2)):
        with pytest.raises(ZeroDivisionError):
            Interval.exact(1) / divisor


@pytest.mark.parametrize(
    "parts",
    [
        (math.nan, 0, 1),
        (0, math.nan, 1),
        (0, 0, math.nan),
        (0, -math.inf, 1),
        (0, 0, math.inf),
        (math.inf, math.inf, math.inf),
        (2, 0, 1),
        (-1, 0, 1),
        (0, 1, -1),
    ],
)
def test_what_is_not_finite_and_ordered_is_no_interval(parts):
    with pytest.raises(ValueError, match=r"finite|low <= value <= high"):
        Interval(*parts)


def test_a_product_beyond_the_largest_number_is_refused():
    with pytest.raises(ValueError, match="finite"):
        Interval.exact(1e300) * 1e300


def test_an_exact_value_is_its_own_bounds():
    assert Interval.exact(3.5) == Interval(3.5, 3.5, 3.5)
    assert Interval.exact(3.5).is_exact
    assert not Interval(3, 2, 4).is_exact
