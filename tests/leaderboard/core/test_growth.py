"""Doubling times, against a curve whose doubling is known and the textbook's formula."""

import numpy as np
import pytest

from leaderboard.core.growth import doubling, records


def test_a_curve_that_doubles_every_year_and_a_half_is_found_to():
    times = [2020 + step / 2 for step in range(8)]

    found = doubling(times, [3 * 2 ** ((time - 2020) / 1.5) for time in times])

    assert found is not None
    assert found.count == 8
    assert (found.years, found.low) == pytest.approx((1.5, 1.5))
    assert found.high == pytest.approx(1.5)
    assert found.at(2021.5) == pytest.approx(6)


def test_the_interval_is_that_of_the_slope_by_students_t():
    times = np.array([0.0, 1, 2, 3, 4])
    logs = np.array([0.0, 1.2, 1.8, 3.3, 3.9])

    found = doubling(times.tolist(), (2**logs).tolist())

    assert found is not None
    slope = ((times - 2) * (logs - logs.mean())).sum() / ((times - 2) ** 2).sum()
    residual = logs - logs.mean() - slope * (times - 2)
    error = np.sqrt((residual**2).sum() / 3 / ((times - 2) ** 2).sum())
    # Student's t at 97.5 % with three degrees of freedom, from the table.
    assert found.years == pytest.approx(1 / slope)
    assert found.low == pytest.approx(1 / (slope + 3.18245 * error), rel=1e-4)
    assert found.high == pytest.approx(1 / (slope - 3.18245 * error), rel=1e-4)


def test_too_few_or_falling_values_have_no_doubling_time():
    assert doubling([1, 2, 3, 4], [1, 2, 4, 8]) is None
    assert doubling([1, 1, 1, 1, 2], [1, 2, 3, 4, 5]) is None
    assert doubling([1, 2, 3, 4, 5], [5, 4, 3, 2, 1]) is None


def test_a_slope_that_may_be_nothing_has_no_upper_bound():
    found = doubling([0, 1, 2, 3, 4], [1, 4, 1, 4, 2])

    assert found is not None
    assert found.high is None


def test_records_are_higher_than_all_before_them():
    times, values = [3, 1, 2, 2, 4], [5, 2, 3, 4, 4]

    assert records(times, values) == [1, 3, 0]
