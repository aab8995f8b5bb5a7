"""The sentence of a preset holds the numbers that a reader needs, in plain words."""

import numpy as np

from leaderboard.core.presets import ENERGY, PRESETS, Column, answer
from leaderboard.recommendations import Words, sentence

NAMES = ["Qwen3-8B on 1 × H100", "GPT-X", "Small", "Other"]


def column(values, better=-1, width=0.0):
    value = np.array(values, float)
    return Column(value, value * (1 - width), value * (1 + width), better)


def told(slug, columns, limit=None):
    words = Words(columns, NAMES.__getitem__, "request", limit=limit)
    preset = PRESETS[slug]
    return sentence(preset, answer(preset, columns, limit=limit), words).replace("\u00a0", " ")


def test_the_greenest_near_the_best_is_told_with_the_best_and_its_energy():
    columns = {
        "quality": column([0.71, 0.73, 0.5, 0.72], 1),
        ENERGY: column([12.3, 50.43, 1, 30]),
    }

    assert told("greenest-near-best", columns) == (
        "Qwen3-8B on 1 × H100: 71.0 % quality, 12.3 J per request; the greenest of 3 entries that "
        "are within 2 points of the best (73.0 %, GPT-X), which needs 4.1 times the energy. "
        "Next comes Other with 30.0 J per request, 2.4 times as much."
    )


def test_overlapping_intervals_are_too_close_to_call():
    columns = {
        "quality": column([0.7, 0.7, 0.7, 0.7], 1),
        ENERGY: column([10, 10.5, 11, 11.5], -1, 0.1),
    }

    assert told("greenest", columns).endswith(
        "Too close to call with GPT-X, Small and 1 other entry: their intervals overlap."
    )


def test_names_with_commas_are_kept_apart(monkeypatch):
    monkeypatch.setattr(f"{__name__}.NAMES", ["A, max", "B, low", "C, high", "D"])
    columns = {
        "quality": column([0.7, 0.7, 0.7, 0.7], 1),
        ENERGY: column([10, 10.5, 11, 11.5], -1, 0.1),
    }

    assert "Too close to call with B, low; C, high; and 1 other entry:" in told("greenest", columns)


def test_a_budget_is_told():
    columns = {"quality": column([0.9, 0.8, 0.7, np.nan], 1), "cost": column([3, 2, 1, 1])}

    assert told("best-in-budget", columns, ("cost", 2.0)) == (
        "GPT-X: 80.0 % quality, 2.00 USD per request; the best of 2 entries with cost of at most "
        "2.00 USD per request. Next comes Small with 70.0 % quality, 10.0 points less."
    )
    assert told("best-in-budget", columns, ("cost", 1.0)).startswith(
        "Small: 70.0 % quality, 1.00 USD per request; the only entry with cost of at most 1.00 USD"
    )
    assert told("best-in-budget", columns, ("cost", 0.1)) == (
        "Best quality within a budget: no entry satisfies that."
    )


def test_what_is_not_known_of_the_best_is_said_so():
    columns = {"quality": column([0.71, 0.73, 0.5, 0.72], 1), "cost": column([2, np.nan, 1, 3])}

    assert "the best (73.0 %, GPT-X), whose cost is not known." in told(
        "cheapest-near-best", columns
    )


def test_the_best_costs_so_many_times_as_much():
    columns = {"quality": column([0.71, 0.73, 0.5, 0.5], 1), "cost": column([2, 7, 1, 3])}

    assert "of the best (73.0 %, GPT-X), which costs 3.5 times as much." in told(
        "cheapest-near-best", columns
    )


def test_a_metric_that_nobody_has_is_told():
    columns = {"quality": column([0.71, 0.73, 0.5, 0.72], 1)}

    assert told("fastest", columns) == "Least latency: no entry has a number for latency."


def test_the_best_itself_may_be_the_greenest():
    columns = {"quality": column([0.9, 0.1, 0.1, 0.1], 1), ENERGY: column([5, 1, 1, 1])}

    assert told("greenest-near-best", columns) == (
        "Qwen3-8B on 1 × H100: 90.0 % quality, 5.00 J per request; the only entry that is within "
        "2 points of the best, which it is itself."
    )
