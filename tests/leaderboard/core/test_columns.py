"""Columns give what single intervals give, for every formula there is."""

import random

import numpy as np
import pytest

from leaderboard.core import metrics
from leaderboard.core.columns import IN_COLUMNS, Columns, derive_each, derive_many
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval

N = 60
BARE = [slug for slug, metric in metrics.ALL.items() if not metric.recipes]
ALL = list(metrics.ALL)


def interval(rng: random.Random) -> Interval:
    """Something positive over many magnitudes, at times exact, zero, or with a zero in reach."""
    value = rng.choice([0.0, 10 ** rng.uniform(-3, 6), rng.uniform(0, 1)])
    low, high = value * rng.choice([0, 0.5, 1]), value * rng.choice([1, 2])
    return Interval(value, low, high)


def same(one: Interval, other: Interval) -> bool:
    pairs = zip((one.value, one.low, one.high), (other.value, other.low, other.high), strict=True)
    return all(a == pytest.approx(b, rel=1e-12, abs=0) for a, b in pairs)


@pytest.mark.parametrize("seed", range(25))
def test_columns_are_derived_as_single_entries_are(seed):
    rng = random.Random(seed)
    measured = rng.sample(ALL, rng.randint(1, 14))
    facts = {
        name: Interval(value, value * 0.8, value * 1.3)
        for name in rng.sample(sorted(metrics.FACTS), rng.randint(0, len(metrics.FACTS)))
        for value in [10 ** rng.uniform(-2, 8)]
    }
    rows = [{slug: interval(rng) for slug in measured} for _ in range(N)]

    columns = {slug: Columns.of([row[slug].bounds for row in rows]) for slug in measured}
    many = derive_many(columns, facts, N)

    for place, row in enumerate(rows):
        single = derive(row, facts)
        known = {slug for slug, (column, _) in many.items() if column.is_known[place]}
        assert known == set(single)
        for slug, (expected, recipe) in single.items():
            column, used = many[slug]
            assert same(column.at(place), expected), slug
            assert metrics.ALL[slug].recipes[used[place]] is recipe


def gappy(rows, names):
    """Columns with gaps where a row has no interval of that name."""
    columns = {}
    for name in names:
        parts = [row.get(name) for row in rows]
        table = [(p.value, p.low, p.high) if p else (np.nan,) * 3 for p in parts]
        columns[name] = Columns(*np.array(table, float).T)
    return columns


@pytest.mark.parametrize("seed", range(15))
def test_entries_may_lack_different_metrics_and_facts(seed):
    rng = random.Random(seed)
    measured = rng.sample(ALL, rng.randint(1, 14))
    told = rng.sample(sorted(metrics.FACTS), rng.randint(0, len(metrics.FACTS)))
    rows = [{slug: interval(rng) for slug in measured if rng.random() < 0.7} for _ in range(N)]
    facts = [{name: interval(rng) for name in told if rng.random() < 0.7} for _ in range(N)]
    only = ALL if seed % 2 else rng.sample(ALL, 60)

    many = derive_many(gappy(rows, measured), gappy(facts, told), N, only)

    for place, row in enumerate(rows):
        single = derive(row, facts[place], only)
        found = {slug for slug, (_, used) in many.items() if used[place] >= 0}
        assert found == set(single)
        for slug, (column, used) in many.items():
            if used[place] < 0:
                known = row.get(slug)
                assert column.is_known[place] == (known is not None)
                assert known is None or same(column.at(place), known)
                continue
            expected, recipe = single[slug]
            assert same(column.at(place), expected), slug
            assert metrics.ALL[slug].recipes[used[place]] is recipe


@pytest.mark.parametrize("seed", range(10))
def test_each_of_many_is_derived_as_it_would_be_alone(seed):
    """Groups of those alike, large and small; and only some of the metrics where that is asked."""
    rng = random.Random(seed)
    kinds = [rng.sample(ALL, rng.randint(1, 14)) for _ in range(3)]
    sizes = (IN_COLUMNS + 5, 3, IN_COLUMNS)
    facts = {name: Interval.exact(rng.uniform(0.1, 9)) for name in sorted(metrics.FACTS)}
    rows = [
        {slug: interval(rng) for slug in kind}
        for kind, size in zip(kinds, sizes, strict=True)
        for _ in range(size)
    ]
    rng.shuffle(rows)
    only = ALL if seed % 2 else rng.sample(ALL, 30)
    asked = {7 * n: {slug: one.bounds for slug, one in row.items()} for n, row in enumerate(rows)}

    found = {(one.entry, one.metric): one for one in derive_each(asked, facts, only)}

    right = {
        (7 * n, slug): expected
        for n, row in enumerate(rows)
        for slug, expected in derive(row, facts, only).items()
    }
    assert found.keys() == right.keys()
    for key, (expected, recipe) in right.items():
        assert same(Interval(*found[key].bounds), expected)
        assert found[key].recipe is recipe


def test_something_is_derived_at_all():
    columns = {"node_energy": Columns.of([(3.6e6, 3e6, 4e6)] * 3)}
    facts = {"grid_intensity": Interval(0.5 / 3.6e6, 0.4 / 3.6e6, 0.6 / 3.6e6)}

    carbon, _ = derive_many(columns, facts, 3)["carbon"]

    assert np.allclose(carbon.value, 0.5)
    assert np.allclose(carbon.high, 4 * 0.6 / 3.6)


def test_a_missing_value_stays_missing():
    columns = Columns.of([(4.0, 4.0, 4.0)] * 2)
    columns.value[1] = columns.low[1] = columns.high[1] = np.nan

    for result in (columns + 1, 2 * columns, 1 / columns, columns / Interval.exact(2.0)):
        assert result.is_known.tolist() == [True, False]


def test_a_divisor_that_can_be_zero_gives_nothing():
    divisor = Columns.of([(1, 0, 2), (1, 1, 2), (-1, -2, -1)])

    assert (1 / divisor).is_known.tolist() == [False, True, True]
