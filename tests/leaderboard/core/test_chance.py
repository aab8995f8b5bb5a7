"""Chances of being on the frontier, against brute force over draws and against exact integrals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, stats

from leaderboard.core import chance, pareto
from tests.oracles import dominates

DIRECTIONS = [1, -1, -1]


@st.composite
def boards(draw):
    """Small whole numbers, so that ties of values and of bounds are common."""
    rows = draw(st.integers(1, 7))
    columns = draw(st.integers(1, 3))
    whole = st.integers(0, 6)
    parts = [
        [sorted(draw(st.tuples(whole, whole, whole))) for _ in range(columns)] for _ in range(rows)
    ]
    if draw(st.booleans()):
        parts = [[[v, v, v] for _, v, _ in row] for row in parts]
    table = np.array(parts, dtype=float)
    return table[:, :, 1], table[:, :, 0], table[:, :, 2]


def two_piece(value, low, high):
    """The density that is told: half on each side, falling in a line to zero at the bounds."""

    def density(x):
        if low < x <= value:
            return (x - low) / (value - low) ** 2
        if value < x < high:
            return (high - x) / (high - value) ** 2
        return 0.0

    return density


@settings(max_examples=150, deadline=None)
@given(boards())
def test_what_is_settled_by_the_bounds_is_so_in_every_draw(board):
    value, low, high = board
    directions = DIRECTIONS[: value.shape[1]]

    found = chance.of_frontier(value, low, high, directions, draws=40)

    is_higher = np.array(directions) > 0
    worst, best = np.where(is_higher, low, high), np.where(is_higher, high, low)
    places = range(len(value))
    for i in places:
        is_out = any(dominates(worst[j], best[i], directions) for j in places if j != i)
        is_in = not any(dominates(best[j], worst[i], directions) for j in places if j != i)
        assert found.is_drawn[i] == (not is_out and not is_in)
        if not found.is_drawn[i]:
            assert (found.probability[i], found.standard_error[i]) == (float(is_in), 0)
    # Unpruned draws of all rows agree with that.
    counted = np.zeros(len(value))
    parts = chance.corners(value, low, high, directions)
    for points in np.concatenate(list(chance.drawn(*parts, draws=40, seed=8))):
        counted += pareto.frontier(points, [1] * len(directions))
    exact = ~found.is_drawn
    assert (counted[exact] / 40 == found.probability[exact]).all()


def test_pruning_does_not_change_the_chances():
    rng = np.random.default_rng(4)
    value = np.column_stack([rng.uniform(0.2, 0.9, 300), 10 ** rng.uniform(0, 2, 300)])
    low, high = value * rng.uniform(0.8, 1, value.shape), value * rng.uniform(1, 1.4, value.shape)

    found = chance.of_frontier(value, low, high, [1, -1], draws=4_000)

    hits = np.zeros(300)
    parts = chance.corners(value, low, high, [1, -1])
    for points in np.concatenate(list(chance.drawn(*parts, draws=4_000, seed=1))):
        hits += pareto.frontier(points, [1, 1])
    error = np.sqrt(2) * np.maximum(found.standard_error, 1 / 4_000)
    assert (np.abs(hits / 4_000 - found.probability) < 5 * error).all()
    assert 0 < found.is_drawn.sum() < 300


def test_the_chance_of_two_is_the_integral_over_both_densities():
    value, low, high = (np.array([[v], [w]]) for v, w in ((5.0, 6.0), (3.0, 4.5), (9.0, 7.0)))
    first, second = (two_piece(value[i, 0], low[i, 0], high[i, 0]) for i in (0, 1))

    # P(first < second) = ∫ f(x) P(second > x) dx, in one dimension after the other.
    def above(x):
        return integrate.quad(second, x, 7, points=[min(max(6.0, x), 7)], limit=200)[0]

    expected = integrate.quad(lambda x: first(x) * above(x), 3, 7, points=[4.5, 5, 6], limit=200)[0]
    found = chance.of_frontier(value, low, high, [-1], draws=40_000)

    assert found.probability.sum() == pytest.approx(1)
    assert abs(found.probability[0] - expected) < 4 * found.standard_error[0]


def test_draws_follow_the_density_that_is_told():
    parts = (np.array([[5.0, 2.0]]), np.array([[4.0, 2.0]]), np.array([[9.0, 2.0]]))

    draws = np.concatenate(list(chance.drawn(*parts, draws=20_000, seed=2)))[:, 0]

    # scipy's triangular distributions, half and half, are the same density.
    below, above = stats.triang(1, 4, 1), stats.triang(0, 5, 4)
    test = stats.kstest(draws[:, 0], lambda x: (below.cdf(x) + above.cdf(x)) / 2)
    assert test.pvalue > 1e-3
    assert (draws[:, 1] == 2).all()
    assert draws[:, 0].min() >= 4
    assert draws[:, 0].max() <= 9


def test_the_standard_error_is_that_of_repeated_draws():
    value, low, high = (np.array([[v], [v], [v]]) for v in (5.0, 4.0, 6.0))

    repeated = [chance.of_frontier(value, low, high, [1], draws=100, seed=s) for s in range(400)]

    spread = np.std([one.probability for one in repeated], axis=0)
    assert np.mean([one.probability for one in repeated], axis=0) == pytest.approx(1 / 3, abs=0.02)
    told = np.mean([one.standard_error for one in repeated], axis=0)
    assert told == pytest.approx(spread, rel=0.2)


def test_the_same_seed_gives_the_same_chances_whatever_is_held_at_once(monkeypatch):
    rng = np.random.default_rng(6)
    value = rng.uniform(1, 2, (20, 2))
    told = value, value * 0.9, value * 1.2
    whole = chance.of_frontier(*told, [1, -1], draws=50)
    monkeypatch.setattr(chance, "CHUNK", 100)

    parts = chance.of_frontier(*told, [1, -1], draws=50)

    assert whole.probability.tolist() == parts.probability.tolist()
    assert (
        whole.probability.tolist()
        != chance.of_frontier(*told, [1, -1], draws=50, seed=7).probability.tolist()
    )


def test_ranks_are_quantiles_of_the_ranks_of_draws():
    rng = np.random.default_rng(9)
    value = rng.integers(1, 8, 30).astype(float)
    low, high = value - rng.integers(0, 3, 30), value + rng.integers(0, 3, 30)

    found = chance.of_ranks(value, low, high, 1, draws=200)

    parts = chance.corners(value[:, None], low[:, None], high[:, None], [1])
    draws = np.concatenate(list(chance.drawn(*parts, draws=200, seed=chance.SEED)))[:, :, 0]
    ranks = stats.rankdata(-draws, method="min", axis=1)
    for told, share in ((found.median, 0.5), (found.low, 0.05), (found.high, 0.95)):
        expected = np.quantile(ranks, share, axis=0, method="inverted_cdf")
        assert told.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("value", "low", "high", "match"),
    [
        ([[np.nan]], [[0]], [[1]], "finite"),
        ([[1]], [[0]], [[np.inf]], "finite"),
        ([[3]], [[0]], [[1]], "hold their value"),
        ([[1, 2]], [[1, 2]], [[1, 2]], "one column"),
    ],
)
def test_bad_points_are_refused(value, low, high, match):
    with pytest.raises(ValueError, match=match):
        chance.of_frontier(np.array(value), np.array(low), np.array(high), [1])


def test_no_entries_have_no_chances():
    nothing = np.zeros((0, 2))

    assert len(chance.of_frontier(nothing, nothing, nothing, [1, 1]).probability) == 0
