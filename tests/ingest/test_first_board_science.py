"""What boards say of the entries of the real files, held against definitions and moocore."""

import io
import math

import moocore
import numpy as np
import pytest
from django.core.management import call_command

from leaderboard import chances, frontiers
from leaderboard.core import chance, hypervolume, knee, pareto, reach, scales
from leaderboard.models import Board, Chance
from tests.oracles import dominates

DRAWS = 3_000


@pytest.fixture
def boards(db):
    """Each board with its entries, points and directions."""
    call_command("load_reference", stdout=io.StringIO())
    found = []
    for board in Board.objects.order_by("slug"):
        objectives = frontiers.ranked_by(board)
        points = frontiers.eligible(board, objectives)
        found.append((board, points, frontiers.directions(objectives)))
    assert len(found) > 1
    assert all(len(points) > 20 for _, points, _ in found)
    return found


def test_the_science_of_the_first_boards_agrees_with_definitions(boards):
    for board, points, directions in boards:
        first = [not any(dominates(q, p, directions) for q in points.value) for p in points.value]
        chances_agree(board, points, directions, first)
        volume_agrees(points, directions)
        needs_agree(points, directions, first)
        knees_agree(points, directions)


def chances_agree(board, points, directions, first):
    """The stored ones, with draws of all entries whoever is pruned."""
    assert chances.current(board) is not None
    probability, error = Chance.objects.of(board).at(points.entries)
    parts = chance.corners(points.value, points.low, points.high, directions)
    hits = np.zeros(len(points))
    for draw in np.concatenate(list(chance.drawn(*parts, draws=DRAWS, seed=5))):
        hits += moocore.is_nondominated(-draw, keep_weakly=True)
    is_drawn = error > 0
    spread = error * math.sqrt(1 + 1_000 / DRAWS)
    assert (np.abs(probability - hits / DRAWS)[is_drawn] < 5 * spread[is_drawn]).all()
    assert (probability[~is_drawn] == hits[~is_drawn] / DRAWS).all()
    assert is_drawn.any()
    assert (probability[first] > 0).all()


def volume_agrees(points, directions):
    """In log where amounts span decades, as moocore has it for the logarithms."""
    log = [scales.spans_decades(column) for column in points.value.T]
    seen = np.where(log, np.log(np.where(log, points.value, 1)), points.value) * -np.array(
        directions
    )
    costs = (seen - seen.min(axis=0)) / np.ptp(seen, axis=0)
    box = hypervolume.box(points.value, directions, log)

    found = hypervolume.covered(points.value, directions, box)

    assert found.share is not None
    assert found.share == pytest.approx(moocore.hypervolume(costs, ref=np.ones(len(directions))))
    assert found.exclusive is not None
    for place in range(len(points)):
        without = np.delete(costs, place, axis=0)
        front = without[pareto.frontier(points.value, directions)[np.arange(len(points)) != place]]
        left = moocore.hypervolume(front, ref=np.ones(len(directions))) if len(front) else 0
        assert found.exclusive[place] == pytest.approx(found.share - left, abs=1e-9)


def needs_agree(points, directions, first):
    """A hair beyond the need an entry is on the frontier, a hair before it is not."""
    for own in range(len(points)):
        for column, need in enumerate(reach.needs(points.value, directions, own)):
            assert need is not None
            if first[own]:
                assert need.value == points.value[own, column]
                continue
            for hair, expected in ((1e-9, True), (-1e-9, False)):
                tried = points.value.copy()
                tried[own, column] = need.value * (1 + hair * directions[column])
                is_first = not any(dominates(q, tried[own], directions) for q in tried)
                assert is_first is expected


def knees_agree(points, directions):
    """Over the first two objectives, by the distance of a point to a line."""
    value = points.value[:, :2]
    two = directions[:2]
    front = [p for p in value if not any(dominates(q, p, two) for q in value)]
    turned = np.unique(np.array(front) * two, axis=0)
    if len(turned) < 3:
        return
    shares = (turned - turned.min(axis=0)) / np.ptp(turned, axis=0)
    distances = (shares.sum(axis=1) - 1) / math.sqrt(2)

    found = knee.knee(value, two)

    assert (found is None) == (distances.max() <= 1e-12)
    if found is not None:
        assert found.distance == pytest.approx(distances.max())
        assert value[found.place] * two == pytest.approx(turned[distances.argmax()])
