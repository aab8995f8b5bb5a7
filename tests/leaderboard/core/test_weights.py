"""Scores by weights, and what changes the winner, against grids of weights and GREEN's example."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderboard.core import weights
from leaderboard.core.analyses.preference import ANALYSIS

# T16a of the spec: accuracy and energy of a, b, c, d, e.
GREEN = np.array([[0.92, 50], [0.90, 20], [0.85, 8], [0.70, 5], [0.84, 9]])


def score(table, given_weights, log=None, directions=(1, -1)):
    return weights.scored(table, table, table, directions, given_weights, log)


@pytest.mark.parametrize(
    ("accuracy", "winner", "best"),
    [(0.5, 2, 0.807576), (0.7, 1, 0.836364), (1.0, 0, 1.0), (0.0, 3, 1.0)],
)
def test_scores_are_those_of_the_worked_example(accuracy, winner, best):
    found = score(GREEN, [accuracy, 1 - accuracy])

    assert found.leaders.tolist() == [winner]
    assert found.score[winner] == pytest.approx(best, abs=5e-7)
    expected = ANALYSIS.examples[0].expected["scores"]
    if accuracy == 0.5:
        assert found.score[:4] == pytest.approx([expected[name] for name in "abcd"], abs=5e-7)


def test_in_log_twice_as_much_is_equally_far_everywhere():
    table = np.array([[0.5, 1.0], [0.6, 10.0], [0.7, 100.0], [0.8, 1000.0]])

    assert score(table, [0, 1], (False, True)).shares[:, 1] == pytest.approx([1, 2 / 3, 1 / 3, 0])
    assert score(table, [0, 1]).shares[:, 1] == pytest.approx([1, 990 / 999, 900 / 999, 0])


def test_the_bounds_of_a_score_are_its_extremes_over_the_corners():
    rng = np.random.default_rng(2)
    value = rng.uniform(1, 9, (12, 3))
    low, high = value * rng.uniform(0.7, 1, value.shape), value * rng.uniform(1, 1.3, value.shape)
    directions, log, given_weights = [1, -1, 1], (False, True, False), [3, 2, 1]

    found = weights.scored(value, low, high, directions, given_weights, log)

    for place in range(len(value)):
        corners = []
        for sides in np.ndindex(2, 2, 2):
            table = value.copy()
            table[place] = [(low, high)[s][place, c] for c, s in enumerate(sides)]
            # The scale stays that of the values: the frontier's span.
            turned = table.copy()
            turned[:, 1] = -np.log(turned[:, 1])
            whole = value.copy()
            whole[:, 1] = -np.log(whole[:, 1])
            front = whole[[not ((whole >= p).all(1) & (whole > p).any(1)).any() for p in whole]]
            shares = (turned - front.min(0)) / np.ptp(front, axis=0)
            corners.append(shares[place] @ np.array([1 / 2, 1 / 3, 1 / 6]))
        assert found.low[place] == pytest.approx(min(corners))
        assert found.high[place] == pytest.approx(max(corners))
        ahead = sum(found.low[q] > found.high[place] for q in range(len(value)))
        behind = sum(found.high[q] < found.low[place] for q in range(len(value)))
        assert found.ranks[place].tolist() == [1 + ahead, len(value) - behind]


def test_a_bound_at_zero_counts_in_log_as_the_smallest_above_zero():
    value = np.array([[0.5, 1.0], [0.6, 10.0], [0.7, 100.0]])
    low, high = value.copy(), value.copy()
    low[1, 1], low[2, 1] = 0.0, 0.1

    found = weights.scored(value, low, high, [1, -1], [0, 1], (False, True))

    assert found.high == pytest.approx([1, 1.5, 1.5])
    assert found.low == pytest.approx([1, 0.5, 0])
    assert found.ranks.tolist() == [[1, 3], [1, 3], [1, 3]]
    with pytest.raises(ValueError, match="above zero"):
        weights.scored(low, low, high, [1, -1], [0, 1], (False, True))


def test_where_the_frontier_is_flat_all_entries_span_the_scale():
    table = np.array([[0.9, 1.0], [0.5, 3.0], [0.7, 2.0]])

    found = score(table, [1, 1])

    assert found.score == pytest.approx([1, 0, 0.5])
    assert score(table[:1], [1, 1]).score.tolist() == [1]
    assert len(score(table[:0], [1, 1]).score) == 0


@pytest.mark.parametrize("given_weights", [[0, 0], [-1, 2], [1], [1, np.nan]])
def test_absurd_weights_are_refused(given_weights):
    with pytest.raises(ValueError, match="weight"):
        score(GREEN, given_weights)


def test_only_the_proportions_of_weights_count():
    assert score(GREEN, [1e308, 1e308]).score.tolist() == score(GREEN, [0.5, 0.5]).score.tolist()


def moved(given_weights, column, weight):
    """The weights when one is set and the others keep their proportions."""
    others = np.delete(given_weights, column)
    others = others / others.sum() if others.any() else np.full(len(others), 1 / len(others))
    return np.insert(others * (1 - weight), column, weight)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**6))
def test_the_winner_changes_just_where_it_is_said(seed):
    rng = np.random.default_rng(seed)
    objectives = int(rng.integers(2, 5))
    shares = rng.integers(0, 6, (int(rng.integers(1, 9)), objectives)) / 5
    whole = rng.integers(0, 4, objectives)
    given_weights = whole / whole.sum() if whole.any() else np.full(objectives, 1 / objectives)
    winner = int(weights.leading(shares @ given_weights)[0])

    for column, told in enumerate(weights.sensitivity(shares, given_weights)):
        for side, turn in ((-1, told.less), (1, told.more)):
            end = 1.0 if side > 0 else 0.0
            grid = np.linspace(given_weights[column], end, 101)[:-1]
            scores = np.array([shares @ moved(given_weights, column, w) for w in grid])
            behind = scores.max(axis=1) - scores[:, winner]
            if turn is None:
                assert (behind < 1e-9).all()
                continue
            assert turn.change == pytest.approx(turn.weight - given_weights[column])
            beyond = side * (grid - turn.weight)
            assert (behind[beyond < -1e-6] < 1e-9).all()
            # Straight lines cross once: whoever is passed never leads again on that side.
            assert (behind[beyond > 1e-6] > 1e-9).all()
            # A hair beyond it the one who is named is the best, and the winner is not.
            hair = turn.weight + side * min(1e-6, abs(end - turn.weight) / 2)
            there = shares @ moved(given_weights, column, hair)
            assert there[turn.winner] == pytest.approx(there.max(), abs=1e-12)
            assert there[turn.winner] > there[winner]


def test_the_nearest_turn_is_the_smaller_change():
    # Scores over the weight t of accuracy, with the shares of T16a: c leads at one half.
    shares = score(GREEN, [0.5, 0.5]).shares
    accuracy, energy = weights.sensitivity(shares, np.array([0.5, 0.5]))

    # b overtakes c where t * (0.909091 - 0.681818) = (1 - t) * (0.933333 - 0.666667).
    assert accuracy.more is not None
    assert accuracy.less is not None
    assert accuracy.more.winner == 1
    assert accuracy.more.weight == pytest.approx(0.266667 / (0.266667 + 0.227273), abs=1e-5)
    # d overtakes c where t * 0.681818 = (1 - t) * (1 - 0.933333).
    assert accuracy.less.winner == 3
    assert accuracy.less.weight == pytest.approx(0.066667 / (0.066667 + 0.681818), abs=1e-5)
    assert accuracy.nearest == accuracy.more
    assert energy.nearest is not None
    assert energy.nearest.weight == pytest.approx(1 - accuracy.more.weight)


def test_reigns_over_two_objectives_are_lengths_between_the_turns():
    shares = score(GREEN, [0.5, 0.5]).shares
    grid = np.linspace(0, 1, 200_001)
    first = np.argmax(np.outer(grid, shares[:, 0]) + np.outer(1 - grid, shares[:, 1]), axis=1)
    lengths = np.bincount(first, minlength=5) / len(grid)

    found = weights.reigns(shares)

    assert sum(reign.share for reign in found) == pytest.approx(1)
    for reign in found:
        assert abs(reign.share - lengths[reign.place]) < 4 * reign.standard_error + 1e-5
    assert {reign.place for reign in found} == set(np.flatnonzero(lengths))
    assert [reign.share for reign in found] == sorted((r.share for r in found), reverse=True)


def test_equal_entries_reign_together():
    shares = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])

    found = {reign.place: reign.share for reign in weights.reigns(shares)}

    assert found[0] == found[2] == pytest.approx(0.5, abs=0.02)
    assert weights.reigns(shares[:0]) == []
