"""Fast code against a few lines of brute force, or another library, over seeded random input."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from leaderboard.core import (
    analyses,
    attempts,
    configurations,
    dynascore,
    kinetics,
    pairwise,
    plateau,
    ranks,
    routers,
    samples,
)
from leaderboard.core.contract import Missing
from leaderboard.core.interval import Interval, spread

SEEDS = range(25)


@pytest.mark.parametrize("seed", SEEDS)
def test_kendall_s_tau_is_scipy_s_with_ties(seed):
    random = np.random.default_rng(seed)
    a, b = random.integers(0, 5, (2, 12)).tolist()

    tau, has_ties = ranks.kendall(a, b)

    assert tau == pytest.approx(stats.kendalltau(a, b, variant="b").statistic)
    assert has_ties == (len(set(a)) < len(a) or len(set(b)) < len(b))


@pytest.mark.parametrize("seed", SEEDS)
def test_pearson_s_correlation_is_scipy_s(seed):
    a, b = np.random.default_rng(seed).normal(size=(2, 9)).tolist()

    assert ranks.pearson(a, b) == pytest.approx(stats.pearsonr(a, b).statistic)


@pytest.mark.parametrize("seed", SEEDS)
def test_win_rates_are_counted_one_by_one(seed):
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = [
        {"system": system, "scenario": str(scenario), "score": float(random.integers(0, 3))}
        for system in "abcd"
        for scenario in range(5)
        if random.random() < 0.8
    ]
    rates = ranks.mean_win_rates(rows)

    for system in rates:
        shares = []
        for mine in (row for row in rows if row["system"] == system):
            others = [
                row["score"]
                for row in rows
                if row["scenario"] == mine["scenario"] and row["system"] != system
            ]
            if others:
                beaten = sum(1 if mine["score"] > o else 0.5 * (mine["score"] == o) for o in others)
                shares.append(beaten / len(others))
        assert rates[system] == pytest.approx(sum(shares) / len(shares))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_hull_lies_on_or_above_every_mix_of_two_points(seed):
    random = np.random.default_rng(seed)
    curve = routers.points(
        [
            {"cost": float(cost), "performance": float(random.integers(0, 9))}
            for cost in random.integers(0, 8, 7)
        ]
    )
    line = routers.hull(curve)
    xs, ys = zip(*line, strict=True)

    def highest(x):
        """The best mix of two measured points at this cost."""
        mixes = [
            ya + (yb - ya) * (x - xa) / (xb - xa)
            for (xa, ya), (xb, yb) in itertools.combinations(curve, 2)
            if xa <= x <= xb
        ]
        return max([*mixes, *(y for c, y in curve if c <= x)])

    for x in np.linspace(curve[0][0], xs[-1], 23):
        assert float(np.interp(x, xs, ys)) == pytest.approx(highest(x))
    assert list(ys) == sorted(ys)
    assert ys[-1] == max(y for _, y in curve)


@pytest.mark.parametrize("seed", SEEDS)
def test_average_quality_is_the_mean_height(seed):
    random = np.random.default_rng(seed)
    curve = routers.points(
        [{"cost": c / 2, "performance": float(random.random())} for c in range(6)]
    )
    xs, ys = zip(*routers.hull(curve), strict=True)
    grid = np.linspace(0, 4, 400_001)

    mean = float(np.interp(grid, xs, ys).mean())

    assert routers.average_quality(curve, 4.0) == pytest.approx(mean, abs=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_strengths_are_where_expected_wins_equal_wins(seed):
    won = np.random.default_rng(seed).integers(1, 9, (5, 5)).astype(float)
    np.fill_diagonal(won, 0)

    strength = pairwise.bradley_terry(won)

    share = strength[:, None] / (strength[:, None] + strength[None, :])
    assert ((won + won.T) * share).sum(1) == pytest.approx(won.sum(1) + np.diag(share) * 0)
    assert math.prod(strength) == pytest.approx(1)


@pytest.mark.parametrize("seed", SEEDS)
def test_page_ranks_are_stationary_and_sum_to_one(seed):
    won = np.random.default_rng(seed).integers(0, 3, (6, 6)).astype(float)
    np.fill_diagonal(won, 0)
    won[:, 2] = 0

    rank = pairwise.page_rank(won)

    passed = np.zeros(6)
    for loser in range(6):
        losses = won[:, loser].sum()
        passed += rank[loser] * (won[:, loser] / losses if losses else np.full(6, 1 / 6))
    assert rank.sum() == pytest.approx(1)
    assert rank == pytest.approx(0.15 / 6 + 0.85 * passed)


def test_an_item_that_never_loses_gets_a_prior_and_says_so():
    answer = analyses.run("rank_aggregation", {"rankings": [["a", "b"], ["a", "c"], ["b", "c"]]})

    assert answer.found["order"] == ["a", "b", "c"]
    assert "half a win" in answer.found["note"]


def test_comparisons_that_are_not_connected_are_ordered_by_win_rate():
    answer = analyses.run("rank_aggregation", {"rankings": [["a", "b"], ["c", "d"]]})

    assert (answer.found["by"], answer.found["strengths"]) == ("win rate", None)
    assert "not connected" in answer.found["note"]


@pytest.mark.parametrize("seed", SEEDS)
def test_saturation_is_the_first_gain_that_is_small_enough(seed):
    random = np.random.default_rng(seed)
    p, f_max = float(random.uniform(0.01, 0.99)), float(random.uniform(0.1, 1))
    eps = float(10 ** random.uniform(-4, -1))

    expected = next(n for n in itertools.count() if f_max * p * (1 - p) ** n <= eps)

    assert plateau.saturation(p, f_max, eps) == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_the_plateau_is_found_again(seed):
    random = np.random.default_rng(seed)
    p, f_max = float(random.uniform(0.02, 0.9)), float(random.uniform(0.2, 1))
    scores = [{"n": n, "score": plateau.score(p, f_max, n)} for n in (1, 2, 4, 8, 16, 32)]

    fit = analyses.run("test_time_plateau", {"scores": scores, "eps": 0.01}).found

    assert (fit["p"], fit["f_max"]) == pytest.approx((p, f_max), rel=1e-4)
    assert fit["rmse"] < 1e-6


@pytest.mark.parametrize(("samples_taken", "correct", "drawn"), [(6, 2, 3), (5, 0, 2), (5, 5, 1)])
def test_coverage_is_counted_over_all_draws(samples_taken, correct, drawn):
    draws = list(itertools.combinations(range(samples_taken), drawn))
    lucky = sum(any(each < correct for each in draw) for draw in draws)

    found = kinetics.coverage(samples_taken, correct, drawn)

    assert found == pytest.approx(lucky / len(draws))


def test_dense_cost_is_near_the_sum_over_steps():
    """Each token attends to the prompt and to what was generated before it."""
    shape = kinetics.Shape(parameters=1e6, layers=2, heads=4, kv_heads=2, head_dim=8)
    prompt, output, trials = 64, 4000, 3
    width, ratio = shape.cache_per_token, 2
    compute = traffic = 0.0
    for step in range(output):
        compute += trials * (2 * shape.parameters + 2 * ratio * (prompt + step) * width)
        traffic += 2 * prompt * width + trials * 2 * step * width

    found = kinetics.dense(shape, prompt, output, trials)

    assert found.compute == pytest.approx(compute, rel=1e-3)
    assert found.traffic == pytest.approx(traffic, rel=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_recommended_configuration_is_on_the_frontier(seed):
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = [
        {
            "name": str(n),
            "latency": float(random.integers(1, 9)),
            "energy": float(random.integers(1, 9)),
        }
        for n in range(12)
    ]
    target = float(random.integers(1, 9))

    answer = analyses.run("recommendation", {"configurations": rows, "target": target}).found

    allowed = [row for row in rows if row["latency"] <= target]
    if not allowed:
        assert answer["recommended"] is None
    else:
        best = min(allowed, key=lambda row: (row["energy"], row["latency"]))
        assert answer["energy"] == best["energy"]
        assert answer["recommended"] in answer["frontier"]


def test_a_limit_on_the_first_token_sets_aside_what_is_not_known():
    rows = [
        {"name": "a", "energy": 1.0, "latency": 1.0, "ttft": None},
        {"name": "b", "energy": 2.0, "latency": 1.0, "ttft": 0.5},
    ]

    assert [row["name"] for row in configurations.feasible(rows, 2.0, 1.0)] == ["b"]
    assert [row["name"] for row in configurations.feasible(rows, 2.0, None)] == ["a", "b"]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ranges_of_a_router_agree_with_its_choices(seed):
    random = np.random.default_rng(seed)
    models = [
        {"model": str(n), "quality": float(random.random()), "cost": float(random.random())}
        for n in range(6)
    ]
    ranges = analyses.run("routing", {"models": models}).found["ranges"]

    assert (ranges[0]["start"], ranges[-1]["end"]) == (0, 1)
    for mu in random.random(40):
        (here,) = [each["model"] for each in ranges if each["start"] < mu <= each["end"]]
        assert analyses.run("routing", {"models": models, "mu": float(mu)}).found["choice"] == here


@pytest.mark.parametrize("seed", SEEDS)
def test_essentialness_is_the_frontier_s_rise_without_the_model(seed):
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = [
        {
            "model": model,
            "problem": str(problem),
            "cost": Interval.exact(float(random.uniform(0.1, 2))),
            "success": Interval.exact(float(random.uniform(0.1, 1))),
        }
        for model in "abc"
        for problem in range(4)
    ]
    table = attempts.standing(rows)

    def total(models):
        costs = [
            min(
                row["cost"].value / row["success"].value
                for row in rows
                if row["problem"] == str(problem) and row["model"] in models
            )
            for problem in range(4)
        ]
        return sum(costs) / 4

    expected = (total("bc") - total("abc")) / total("bc")

    assert attempts.essential(table, "a", None).value == pytest.approx(expected)


def test_a_score_without_its_metric_is_missing_and_not_zero():
    systems = [
        {"system": "a", "scores": {"accuracy": 1, "speed": 5}},
        {"system": "b", "scores": {"accuracy": 2, "speed": 3}},
        {"system": "c", "scores": {"accuracy": 3}},
    ]

    answer = analyses.run("dynascores", {"systems": systems, "performance": "accuracy"}).found

    assert answer["scores"]["c"] is None
    assert set(answer["ranking"]) == {"a", "b"}
    assert answer["weights"] == {"accuracy": 0.5, "speed": 0.5}


def test_a_metric_that_never_changes_has_no_rate():
    rows = [{"system": name, "scores": {"p": float(n), "q": 1.0}} for n, name in enumerate("abc")]

    with pytest.raises(Missing, match="does not change"):
        dynascore.comparison(rows, "p", None, None).rate("q")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_integral_of_samples_is_numpy_s(seed):
    random = np.random.default_rng(seed)
    times, values = np.sort(random.random(9)).tolist(), random.random(9).tolist()

    area = samples.integral(times, values, "values")

    assert area == pytest.approx(float(np.trapezoid(values, times)))
    mean = samples.time_average(times, values, "values")
    assert mean == pytest.approx(area / (times[-1] - times[0]))


@pytest.mark.parametrize("seed", SEEDS)
def test_bounds_hold_for_every_point_inside_the_operands(seed):
    random = np.random.default_rng(seed)
    a, b = (Interval(2.0, *sorted((2 - random.random(), 2 + random.random()))) for _ in "ab")

    found = spread(lambda x, y: x**3 / y, a, b)

    for _ in range(100):
        x, y = random.uniform(a.low, a.high), random.uniform(b.low, b.high)
        assert found.low <= x**3 / y <= found.high


def test_all_measured_leaves_nothing_to_measure():
    rows = [{"method": "a", "mean": 1.0, "n": 5, "total": 5}]
    cells = [{"method": m, "example": e, "score": 1} for m in "ab" for e in "xy"]

    assert analyses.run("measure_next", {"methods": rows}).found["order"] == []
    assert analyses.run("measure_next_cells", {"scores": cells}).reason == "everything is measured"


def test_a_nearly_empty_table_is_warmed_up_first():
    cells = [
        {"method": str(m), "example": str(e), "score": 1.0 if m == e == 0 else None}
        for m in range(5)
        for e in range(10)
    ]

    answer = analyses.run("measure_next_cells", {"scores": cells, "batch": 4}).found

    assert answer["is_warming_up"]
    assert len(answer["examples"]) == 4


def test_chance_is_seeded():
    runs = [{"value": v, "score": s} for v, s in (("a", 0.1), ("a", 0.4), ("b", 0.3), ("b", 0.2))]

    one, two, other = (
        analyses.run("hyperparameter_bootstrap", {"runs": runs, "seed": seed}).found
        for seed in (1, 1, 2)
    )

    assert one == two != other


def test_a_ranking_that_needs_all_items_is_stable_late():
    """The order turns with the last item alone."""
    scores = [
        {"system": system, "item": str(item), "score": 100.0 * flip * (item == 9) + tiny}
        for system, flip, tiny in (("a", 0, 0.2), ("b", 1, 0.1), ("c", 2, 0.0))
        for item in range(10)
    ]

    answer = analyses.run("ranking_stability", {"scores": scores, "draws": 200}).found

    assert answer["stable_from"] == 1.0
    assert [point["items"] for point in answer["curve"]] == list(range(1, 11))
