"""The share of the box, against counting in a grid and against what can be worked out by hand."""

import itertools

import numpy as np
import pytest

from leaderboard.core.volume import BEYOND, Box


def counted(points: np.ndarray, edge: float) -> float:
    """The share of the cells of the grid of all coordinates that a point dominates (0 is best)."""
    axes = [np.unique([*points[:, column], edge]) for column in range(points.shape[1])]
    volume = 0.0
    for corner in itertools.product(*(range(len(axis) - 1) for axis in axes)):
        low = np.array([axes[column][place] for column, place in enumerate(corner)])
        high = np.array([axes[column][place + 1] for column, place in enumerate(corner)])
        if (points <= low).all(axis=1).any():
            volume += float(np.prod(high - low))
    return volume / edge ** points.shape[1]


@pytest.mark.parametrize("objectives", [1, 2, 3, 4])
def test_the_share_is_that_of_the_cells_of_a_grid(objectives):
    rng = np.random.default_rng(objectives)
    directions = [1, -1, -1, 1][:objectives]
    ever = rng.integers(1, 9, (12, objectives)).astype(float)
    box = Box.around(ever, directions, [False] * objectives)
    some = ever[:5]

    spread = np.ptp(ever, axis=0)
    turned = np.where(np.array(directions) == 1, ever.max(axis=0) - some, some - ever.min(axis=0))
    assert box.share(some) == pytest.approx(counted(turned / spread, 1 + BEYOND))


def test_amounts_are_measured_on_a_log_scale_where_told():
    ever = np.array([[1.0, 0.1], [100.0, 0.9]])
    box = Box.around(ever, [-1, 1], [True, False])

    middle = box.share(np.array([[10.0, 0.5]]))

    assert middle == pytest.approx((0.6 / 1.1) ** 2)


def test_the_best_of_everything_fills_the_box_and_nothing_none_of_it():
    ever = np.array([[1.0, 5.0], [2.0, 9.0]])
    box = Box.around(ever, [-1, 1], [False, False])

    assert box.share(np.array([[1.0, 9.0]])) == pytest.approx(1)
    assert box.share(np.zeros((0, 2))) == 0
    assert Box.around(ever[:1], [-1, 1], [False, False]).is_flat
