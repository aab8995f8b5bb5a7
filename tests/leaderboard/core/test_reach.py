"""Who dominates, and what it takes to reach the frontier, against trying every value."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.core import reach
from tests.oracles import dominates

HALF = 0.5


@st.composite
def boards(draw):
    columns = draw(st.integers(1, 3))
    directions = [draw(st.sampled_from([1, -1])) for _ in range(columns)]
    whole = st.integers(0, 4)
    rows = draw(st.lists(st.tuples(*[whole] * columns), min_size=1, max_size=7))
    return np.array(rows, float), directions


def is_front(points, own, directions):
    return not any(dominates(other, points[own], directions) for other in points)


@settings(max_examples=300, deadline=None)
@given(boards())
def test_the_need_is_the_least_value_that_reaches_the_frontier(board):
    points, directions = board
    limits = [4.0 if d > 0 else 0.0 for d in directions]
    for own in range(len(points)):
        needs = reach.needs(points, directions, own, limits)
        for column, (sign, need) in enumerate(zip(directions, needs, strict=True)):
            # Values are whole, so halves stand for all that lies between; better ones only.
            steps = np.arange(0, 4.1, HALF) if sign > 0 else np.arange(4, -0.1, -HALF)
            enough = []
            for step in steps:
                tried = points.copy()
                tried[own, column] = step
                if (step - points[own, column]) * sign >= 0 and is_front(tried, own, directions):
                    enough.append(step)
            if need is None:
                assert not enough
                continue
            least = need.value + HALF * sign * need.is_beyond
            assert enough[0] == least
            mine = points[own, column]
            if mine:
                assert need.change == pytest.approx((need.value - mine) / mine)
            else:
                assert need.change is None


def test_without_limits_every_objective_can_be_enough():
    points = np.array([[0.5, 10.0], [1.0, 4.0], [0.9, 2.0]])

    bounded = reach.needs(points, [1, -1], 0, [1.0, 0.0])
    unbounded = reach.needs(points, [1, -1], 0)

    assert bounded[0] is None
    assert unbounded[0] == reach.Need(1.0, True, 1.0)
    assert bounded[1] == unbounded[1] == reach.Need(2.0, True, -0.8)


def test_dominators_are_told_with_how_far_ahead_they_are_and_how_sure_that_is():
    value = np.array([[0.5, 10.0], [0.6, 8.0], [0.9, 2.0], [0.4, 1.0], [0.5, 10.0]])
    low = value - np.array([0.08, 1.5])
    high = value + np.array([0.08, 1.5])

    found = reach.dominators(value, low, high, [1, -1], 0)

    assert found.places.tolist() == [1, 2]
    assert found.difference == pytest.approx(np.array([[0.1, -2.0], [0.4, -8.0]]))
    assert found.ratio == pytest.approx(np.array([[1.2, 0.8], [1.8, 0.2]]))
    assert found.overlaps.tolist() == [[True, True], [False, False]]
    assert found.is_certain.tolist() == [False, True]


@settings(max_examples=200, deadline=None)
@given(boards(), st.integers(0, 2))
def test_dominance_is_certain_where_it_holds_at_all_corners(board, width):
    points, directions = board
    low, high = points - width * (points % 2), points + width * (points % 3)
    for own in range(len(points)):
        found = reach.dominators(points, low, high, directions, own)
        expected = {
            p for p, other in enumerate(points) if dominates(other, points[own], directions)
        }
        assert set(found.places.tolist()) == expected
        for place, is_certain in zip(found.places.tolist(), found.is_certain, strict=True):
            worst = [low[place, c] if d > 0 else high[place, c] for c, d in enumerate(directions)]
            best = [high[own, c] if d > 0 else low[own, c] for c, d in enumerate(directions)]
            assert is_certain == dominates(worst, best, directions)


def test_a_ratio_to_zero_is_not_a_number():
    value = np.array([[0.0, 2.0], [1.0, 1.0]])

    found = reach.dominators(value, value, value, [1, -1], 0)

    assert np.isnan(found.ratio[0, 0])
    assert found.ratio[0, 1] == 0.5


def test_bad_points_are_refused():
    points = np.array([[np.nan, 1.0]])
    with pytest.raises(ValueError, match="finite"):
        reach.needs(points, [1, 1], 0)
    with pytest.raises(ValueError, match="finite"):
        reach.dominators(points, points, points, [1, 1], 0)
