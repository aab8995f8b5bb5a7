"""The fast kernel against a few lines of brute force, ties and duplicates included."""

from collections.abc import Sequence

import moocore
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderboard.core import pareto
from leaderboard.core.pareto import HIGHER, LOWER
from tests.oracles import peeled

DEPTH = 3


@st.composite
def boards(draw: st.DrawFn) -> tuple[list[tuple[float, ...]], list[int]]:
    """Points on a small grid, so that ties and duplicates are the rule; and mixed directions."""
    width = draw(st.integers(1, 6))
    directions = draw(st.lists(st.sampled_from([HIGHER, LOWER]), min_size=width, max_size=width))
    value = st.sampled_from([-2.0, -0.0, 0.0, 0.5, 1.0, 1e300, 5e-324])
    points = draw(st.lists(st.tuples(*[value] * width), max_size=25))
    return points, directions


def table(points: list[tuple[float, ...]], directions: Sequence[int]) -> np.ndarray:
    return np.array(points, dtype=float).reshape(len(points), len(directions))


@given(boards())
def test_every_layer_is_the_definitions(board):
    points, directions = board

    assert pareto.all_layers(table(points, directions), directions).tolist() == peeled(
        points, directions
    )


@given(boards())
def test_layers_stop_at_their_depth(board):
    points, directions = board
    expected = [layer if layer <= DEPTH else 0 for layer in peeled(points, directions)]

    assert pareto.layers(table(points, directions), directions, DEPTH).tolist() == expected


@given(boards())
def test_the_frontier_is_the_first_layer(board):
    points, directions = board
    expected = [layer == 1 for layer in peeled(points, directions)]

    assert pareto.frontier(table(points, directions), directions).tolist() == expected


@given(boards(), st.data())
def test_the_first_layers_of_a_union_need_only_the_first_layers_of_its_parts(board, data):
    points, directions = board
    values = table(points, directions)
    in_a = np.array(data.draw(st.lists(st.booleans(), min_size=len(points), max_size=len(points))))
    whole = pareto.layers(values, directions, DEPTH)

    kept = np.zeros(len(points), dtype=bool)
    for part in (in_a.astype(bool), ~in_a.astype(bool)):
        kept[np.flatnonzero(part)] = pareto.layers(values[part], directions, DEPTH) > 0
    merged = np.zeros(len(points), dtype=np.int32)
    merged[kept] = pareto.layers(values[kept], directions, DEPTH)

    assert merged.tolist() == whole.tolist()


@pytest.mark.parametrize("width", [2, 3, 4, 5, 6])
def test_layers_of_many_random_points_are_the_definitions(width):
    rng = np.random.default_rng(width)
    values = rng.integers(0, 12, (250, width)).astype(float)
    directions = rng.choice([HIGHER, LOWER], width).tolist()

    found = pareto.all_layers(values, directions).tolist()

    assert found == peeled([tuple(row) for row in values.tolist()], directions)


def test_equal_points_share_a_layer():
    points = table([(1, 1), (1, 1), (2, 2)], [LOWER, LOWER])

    assert pareto.all_layers(points, [LOWER, LOWER]).tolist() == [1, 1, 2]


def test_a_point_that_is_best_on_one_objective_only_ties_into_the_frontier():
    points = table([(1, 5), (1, 6), (2, 4)], [LOWER, LOWER])

    assert pareto.frontier(points, [LOWER, LOWER]).tolist() == [True, False, True]


def test_rows_with_a_missing_value_are_found_and_refused():
    points = np.array([[1.0, 2.0], [np.nan, 0.0], [0.0, np.inf], [3.0, 3.0]])

    assert pareto.complete(points).tolist() == [True, False, False, True]
    for question in (pareto.frontier, pareto.all_layers):
        with pytest.raises(ValueError, match="must be finite"):
            question(points, [LOWER, LOWER])
    with pytest.raises(ValueError, match="must be finite"):
        pareto.layers(points, [LOWER, LOWER], DEPTH)


def test_a_column_without_a_direction_is_refused():
    with pytest.raises(ValueError, match="one column per direction"):
        pareto.frontier(np.zeros((2, 3)), [LOWER, LOWER])


@pytest.mark.parametrize("width", [1, 2, 6])
def test_a_board_without_points_has_no_layers(width):
    nobody, directions = np.zeros((0, width)), [LOWER] * width

    assert pareto.frontier(nobody, directions).tolist() == []
    assert pareto.layers(nobody, directions, DEPTH).tolist() == []
    assert pareto.all_layers(nobody, directions).tolist() == []


@pytest.mark.parametrize("grid", [30, 300, 10**9])
def test_very_many_points_have_the_layers_of_the_kernel(grid):
    rng = np.random.default_rng(grid)
    x = rng.random(3 * 4 * pareto.SAMPLE)
    values = np.round(np.column_stack([x, x + rng.standard_normal(len(x))]) * grid)
    # Ranks from 0, lower being better.
    expected = moocore.pareto_rank(values * [-1, 1]) + 1

    found = pareto.layers(values, [HIGHER, LOWER], DEPTH)

    assert found.tolist() == np.where(expected <= DEPTH, expected, 0).tolist()
    assert (pareto.frontier(values, [HIGHER, LOWER]) == (expected == 1)).all()
    assert len(pareto.within_reach(values * [-1, 1], DEPTH)) < len(values) / 4


def test_the_nearest_few_are_the_first_of_all_by_distance():
    rng = np.random.default_rng(5)
    # Few different values, eighths of the spread, so that many are equally far to the last bit.
    points = rng.integers(0, 9, (200, 3)).astype(float)
    mask = rng.random(200) < 0.7
    own = points[0]
    far = [float((np.abs(point - own) / np.ptp(points, axis=0)).sum()) for point in points]
    expected = sorted(np.flatnonzero(mask).tolist(), key=lambda place: (far[place], place))

    assert pareto.nearest(points, own, mask).tolist() == expected
    assert pareto.nearest(points, own, mask, 6).tolist() == expected[:6]
