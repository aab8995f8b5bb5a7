"""The knee is the frontier's point farthest beyond the line between its ends."""

import math
import random

import numpy as np
import pytest

from leaderboard.core.knee import knee
from tests.oracles import dominates


def farthest(points, directions, log):
    """The distance to the line by the textbook formula, over a frontier found by definition."""
    front = [p for p in points if not any(dominates(q, p, directions) for q in points)]
    seen = [
        tuple(
            d * (math.log(x) if is_log else x)
            for x, d, is_log in zip(p, directions, log, strict=True)
        )
        for p in front
    ]
    if len(set(seen)) < 3:
        return None
    lows, highs = (
        [min(c) for c in zip(*seen, strict=True)],
        [max(c) for c in zip(*seen, strict=True)],
    )
    found = []
    for point, (x, y) in zip(front, seen, strict=True):
        a, b = (x - lows[0]) / (highs[0] - lows[0]), (y - lows[1]) / (highs[1] - lows[1])
        # |Ax + By + C| / |(A, B)| of the line through (0, 1) and (1, 0), signed.
        found.append(((a + b - 1) / math.hypot(1, 1), point))
    best = max(distance for distance, _ in found)
    return None if best <= 1e-12 else (best, [p for d, p in found if d > best - 1e-12])


@pytest.mark.parametrize("log", [(False, False), (True, False), (True, True)])
def test_the_knee_is_where_the_distance_to_the_line_is_largest(log):
    rng = random.Random(5)
    knees = 0
    for _ in range(300):
        directions = [rng.choice([1, -1]), rng.choice([1, -1])]
        points = [[rng.randint(1, 9), rng.randint(1, 9)] for _ in range(rng.randint(1, 25))]

        found = knee(np.array(points, float), directions, log)

        expected = farthest(points, directions, log)
        if expected is None:
            assert found is None
        else:
            assert found is not None
            knees += 1
            assert found.distance == pytest.approx(expected[0])
            assert points[found.place] in expected[1]
    assert knees > 30


def test_the_scale_decides_where_a_frontier_bends():
    points = np.array([[1, 0.1], [10, 0.6], [100, 0.75], [1000, 0.8]])

    straight, in_log = knee(points, [-1, 1]), knee(points, [-1, 1], (True, False))

    # By hand: energy runs 1, 110/111, 100/111, 0, in log 1, 2/3, 1/3, 0; quality 0, 5/7, 13/14, 1.
    assert straight is not None
    assert in_log is not None
    assert (straight.place, in_log.place) == (2, 1)
    assert straight.distance == pytest.approx((100 / 111 + 13 / 14 - 1) / math.sqrt(2))
    assert in_log.distance == pytest.approx((2 / 3 + 5 / 7 - 1) / math.sqrt(2))


@pytest.mark.parametrize(
    "points",
    [
        [[1, 1]],
        [[1, 1], [2, 2]],
        [[1, 1], [1, 1], [2, 2]],
        [[0, 0], [1, 1], [2, 2]],
        [[0, 0], [5, 1], [6, 6]],
    ],
)
def test_a_frontier_that_does_not_bend_has_no_knee(points):
    assert knee(np.array(points, float), [-1, 1]) is None


@pytest.mark.parametrize(
    ("points", "log"),
    [
        ([[1, math.nan]], (False, False)),
        ([[0, 1], [1, 2]], (True, False)),
        ([[1, 2, 3]], (False,) * 3),
    ],
)
def test_what_can_not_be_measured_is_refused(points, log):
    with pytest.raises(ValueError, match=r"finite|above zero|two|one column"):
        knee(np.array(points, float), [-1] * len(log), log)
