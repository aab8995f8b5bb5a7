"""Presets choose what a plain loop over the entries chooses."""

import math
import random

import numpy as np
import pytest

from leaderboard.core.presets import (
    ENERGY,
    PRESETS,
    Choice,
    Column,
    answer,
    choose,
    choose_near_best,
    choose_within,
)


def column(values, better=-1, width=0.0):
    value = np.array(values, float)
    return Column(value, value - width, value + width, better)


def made(choice: Choice | None) -> Choice:
    assert choice is not None
    return choice


def best_of(places, values, better, then, then_better):
    return min(places, key=lambda p: (-better * values[p], -then_better * then[p], p), default=None)


def test_the_choice_is_that_of_a_loop_over_the_entries():
    rng = random.Random(1)
    answered = 0
    for _ in range(400):
        n = rng.randint(1, 8)
        energy = [rng.choice([math.nan, *range(1, 5)]) for _ in range(n)]
        quality = [rng.choice([math.nan, 0.68, 0.7, 0.71, 0.72, 0.73]) for _ in range(n)]
        allowed = [rng.random() < 0.8 for _ in range(n)]
        held = [p for p in range(n) if allowed[p] and not math.isnan(quality[p])]
        of_best = [math.inf if math.isnan(x) else x for x in energy]
        reference = best_of(held, quality, 1, of_best, -1)
        near = [
            p
            for p in held
            if not math.isnan(energy[p]) and round(quality[reference] - quality[p], 9) <= 0.02
        ]

        found = choose_near_best(column(energy), column(quality, 1), 0.02, np.array(allowed))

        if not near:
            assert found is None
            continue
        answered += 1
        assert found is not None
        expected = best_of(near, energy, -1, quality, 1)
        rest = best_of([p for p in near if p != expected], energy, -1, quality, 1)
        assert (found.place, found.among, found.runner_up) == (expected, len(near), rest)
        assert found.reference == reference
        assert found.threshold == pytest.approx(quality[reference] - 0.02)
        assert set(found.ties) == {p for p in near if energy[p] == energy[expected]} - {expected}
    assert answered > 200


def test_ties_are_those_whose_intervals_overlap_in_their_order():
    found = made(choose(column([5, 4, 4.5, 9], width=0.3)))

    assert (found.place, found.runner_up, found.ties.tolist(), found.is_tie) == (1, 2, [2], True)
    clear = made(choose(column([5, 4, 4.5, 9], width=0.1)))
    assert (clear.place, clear.runner_up, clear.ties.tolist(), clear.is_tie) == (1, 2, [], False)


def test_rounding_does_not_shut_out_who_is_just_within_the_margin():
    quality = column([0.14, 0.12, 0.11], 1)
    assert 0.14 - 0.02 > 0.12

    assert made(choose_near_best(column([3, 2, 1]), quality, 0.02)).place == 1


def test_a_budget_is_a_limit_on_the_better_side():
    quality, cost, speed = column([0.9, 0.8, 0.7], 1), column([3, 2, 1]), column([1, 2, 3], 1)

    assert made(choose_within(quality, cost, 2)).place == 1
    assert made(choose_within(quality, speed, 3)).place == 2
    assert choose_within(quality, cost, 0.5) is None


def test_a_relative_margin_is_a_share_of_the_best():
    latency = column([1.0, 1.09, 1.2])
    energy = column([3, 2, 1])

    found = made(choose_near_best(energy, latency, 0.1, is_relative=True))

    assert (found.place, found.threshold) == (1, pytest.approx(1.1))


def test_every_preset_answers_where_its_columns_are_there():
    columns = {
        name: column([0.9, 0.8], better)
        for name, better in (
            ("quality", 1),
            (ENERGY, -1),
            ("cost", -1),
            ("carbon", -1),
            ("material", -1),
            ("latency", -1),
        )
    }
    for preset in PRESETS.values():
        limit = ("cost", 0.85) if preset.asks_limit else None
        found = answer(preset, columns, limit=limit)
        assert found is not None, preset.slug
        assert found.place == (0 if preset.kept or preset.slug == "best" else 1)
        assert answer(preset, {}, limit=limit) is None
    assert answer(PRESETS["best-in-budget"], columns) is None


@pytest.mark.parametrize("margin", [-0.1, math.nan, math.inf])
def test_an_absurd_margin_is_refused(margin):
    with pytest.raises(ValueError, match="margin"):
        choose_near_best(column([1]), column([1], 1), margin)
