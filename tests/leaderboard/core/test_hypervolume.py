"""What a frontier covers of its box, against inclusion and exclusion of boxes, and moocore."""

import itertools
import random

import moocore
import numpy as np
import pytest

from leaderboard.core.hypervolume import CONTRIBUTIONS_UP_TO, Box, box, covered


def union(costs):
    """Volume between the points and the corner of ones, by inclusion and exclusion."""
    total = 0.0
    for size in range(1, len(costs) + 1):
        for chosen in itertools.combinations(costs, size):
            total -= (-1) ** size * np.prod(1 - np.max(chosen, axis=0))
    return total


@pytest.mark.parametrize("objectives", [1, 2, 3, 4, 6])
def test_the_share_is_that_of_inclusion_and_exclusion(objectives):
    rng = random.Random(objectives)
    for _ in range(25):
        directions = [rng.choice([1, -1]) for _ in range(objectives)]
        points = np.array(
            [[rng.randint(1, 6) for _ in directions] for _ in range(rng.randint(2, 8))], float
        )
        walls = Box(
            np.array([0.0 if d > 0 else 7.0 for d in directions]),
            np.array([7.0 if d > 0 else 0.0 for d in directions]),
            (False,) * objectives,
        )

        found = covered(points, directions, walls)

        costs = [
            np.array([1 - x / 7 if d > 0 else x / 7 for x, d in zip(p, directions, strict=True)])
            for p in points
        ]
        assert found.share == pytest.approx(union(costs))
        assert found.exclusive is not None
        front = [
            p
            for p in range(len(costs))
            if not any(
                (costs[q] <= costs[p]).all() and (costs[q] < costs[p]).any()
                for q in range(len(costs))
            )
        ]
        for place in range(len(points)):
            others = [costs[q] for q in front if q != place]
            alone = union([costs[q] for q in front]) - union(others) if place in front else 0
            assert found.exclusive[place] == pytest.approx(alone, abs=1e-12)


def test_the_box_runs_from_the_worst_to_the_best_that_was_seen():
    points = np.array([[0.2, 1.0], [0.8, 100.0], [0.5, 10.0]])

    walls = box(points, [1, -1], [False, True])

    assert (walls.worst.tolist(), walls.best.tolist()) == ([0.2, 100.0], [0.8, 1.0])
    # Ends touch a wall and cover nothing; the middle covers half of each side.
    found = covered(points, [1, -1], walls)
    assert found.share == pytest.approx(0.25)
    assert found.exclusive is not None
    assert found.exclusive.tolist() == pytest.approx([0, 0, 0.25])


def test_what_lies_outside_the_box_counts_up_to_its_walls():
    walls = Box(np.array([0.0, 0.0]), np.array([1.0, 1.0]), (False, False))

    assert covered(np.array([[2.0, 0.5]]), [1, 1], walls).share == pytest.approx(0.5)
    assert covered(np.array([[2.0, -1.0]]), [1, 1], walls).share == 0


def test_an_objective_on_which_all_are_equal_does_not_count():
    points = np.array([[1.0, 5.0, 1.0], [2.0, 5.0, 3.0], [3.0, 5.0, 2.0]])
    without = points[:, [0, 2]]

    found = covered(points, [1, -1, 1], box(points, [1, -1, 1]))

    assert found.share == covered(without, [1, 1], box(without, [1, 1])).share != 0
    nothing = covered(points[:1], [1, -1, 1], box(points[:1], [1, -1, 1]))
    assert (nothing.share, nothing.exclusive) == (None, None)
    assert nothing.reason


def test_too_large_a_frontier_has_a_share_and_says_why_it_has_no_contributions():
    rng = np.random.default_rng(3)
    points = np.abs(rng.normal(size=(CONTRIBUTIONS_UP_TO[5] + 1, 5)))
    points /= np.linalg.norm(points, axis=1)[:, None]

    found = covered(points, [1] * 5, box(points, [1] * 5))

    low, high = points.min(axis=0), points.max(axis=0)
    costs = (high - points) / (high - low)
    assert found.share == pytest.approx(moocore.hypervolume(costs, ref=np.ones(5)))
    assert found.exclusive is None
    assert found.reason


def test_bad_points_are_refused():
    walls = Box(np.array([0.0]), np.array([1.0]), (False,))
    with pytest.raises(ValueError, match="finite"):
        covered(np.array([[np.nan]]), [1], walls)
    with pytest.raises(ValueError, match="at most 6"):
        covered(np.zeros((2, 7)), [1] * 7, walls)
