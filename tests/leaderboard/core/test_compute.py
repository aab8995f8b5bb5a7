"""One entry point for every metric: what comes back for good, missing, absurd and broken inputs."""

import copy
import math
import time

import numpy as np
import pytest

from leaderboard.core import analyses, metrics
from leaderboard.core.compute import INFINITE, MISSING, STATED, VALUE, compute
from leaderboard.core.contract import InputError, is_finite
from leaderboard.core.interval import Interval

COMPUTED = [
    pytest.param(metric.slug, recipe, id=recipe.name)
    for metric in metrics.ALL.values()
    for recipe in metric.formulas
]
ANALYSES = list(analyses.ALL)
ABSURD = [0, -1, math.nan, math.inf, -math.inf, 1e308, 1e-308, 10**400, True, "x", [], {}, None]


def test_a_metric_is_computed_by_the_formula_that_its_inputs_fit():
    derived = compute("energy_per_token", {"device_energy": 10, "tokens_out": 5})
    by_power = compute("energy_per_token", {"power": 10, "throughput": 5})

    assert (derived.state, derived.value) == (VALUE, Interval.exact(2))
    assert derived.recipe == "energy_per_token.from_device/1"
    assert by_power.recipe == "energy_per_token.from_power/1"
    assert derived.unit == "J/token"


def test_bounds_of_inputs_reach_the_result():
    result = compute("cost_of_pass", {"cost": {"value": 2, "low": 1, "high": 3}, "quality": 0.5})

    assert result.value == Interval(4, 2, 6)


def test_a_unit_is_converted():
    result = compute(
        "node_intelligence_per_joule",
        {
            "quality": {"value": 50, "unit": "%"},
            "node_energy": {"value": 1, "unit": "Wh"},
        },
    )

    assert result.interval.value == pytest.approx(0.5 / 3600)


def test_a_metric_as_stated_is_checked_and_converted():
    result = compute("latency", {"latency": {"value": 250, "unit": "ms"}})

    assert (result.recipe, result.value) == (STATED, Interval.exact(0.25))


def test_a_year_has_365_days():
    years = {"impact": 1, "lifespan_years": {"value": 365, "unit": "day"}}

    found = compute("footprint_per_device_hour", years)

    assert found.interval.value == pytest.approx(1 / 8760)


def test_an_input_that_is_not_there_is_missing_and_named():
    result = compute("cost_of_pass", {"cost": 2})

    assert (result.state, result.field) == (MISSING, "quality")
    assert not result.is_data_error


@pytest.mark.parametrize("quality", [-0.1, 1.1, math.nan, math.inf])
def test_a_number_that_cant_be_true_is_flagged(quality):
    result = compute("cost_of_pass", {"cost": 2, "quality": quality})

    assert (result.state, result.field, result.is_data_error) == (MISSING, "quality", True)


def test_division_by_what_is_no_success_rate_is_an_error_in_the_data():
    result = compute("tokens_per_joule", {"throughput": 5, "power": 0})

    assert (result.state, result.reason) == (MISSING, "power is or can be zero")
    assert (result.field, result.is_data_error) == ("power", True)


def test_a_success_rate_that_may_be_zero_has_no_bound():
    rate = {"value": 0.1, "low": 0, "high": 0.2}

    result = compute("cost_of_pass", {"cost": 2, "quality": rate})

    assert (result.state, result.is_data_error) == (MISSING, False)


def test_an_infinite_cost_is_a_state_and_no_number():
    result = compute("cost_of_pass", {"attempts": [{"cost": 1, "success": 0}]})

    assert (result.state, result.value) == (INFINITE, None)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("44.6 Wh", Interval.exact(160_560)),
        ("44.6Wh", Interval.exact(160_560)),
        ("160560", Interval.exact(160_560)),
        ("1.6056e5 J", Interval.exact(160_560)),
        ("44.6 (40 to 50) Wh", Interval(160_560, 144_000, 180_000)),
        ("44.6 Wh (40–50)", Interval(160_560, 144_000, 180_000)),
        ({"value": 44.6, "unit": "Wh", "low": 40, "high": 50}, Interval(160_560, 144_000, 180_000)),
    ],
)
def test_a_number_is_written_with_its_unit_and_bounds(written, expected):
    found = compute("node_energy", {"node_energy": written}).interval

    assert (found.value, found.low, found.high) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )


@pytest.mark.parametrize(
    "written",
    ["", "Wh", "44,6 Wh", "1,000 Wh", "44.6 W", "44.6 Wh (40 to 50) J", "44.6 (40 Wh)", "4" * 400],
)
def test_what_can_not_be_read_for_certain_is_refused(written):
    with pytest.raises(InputError) as refused:
        compute("node_energy", {"node_energy": written})

    assert refused.value.field == "node_energy"


def test_numbers_in_a_table_may_have_units_too():
    tokens = [{"kind": "input", "count": "20 ktoken", "price": "2 USD/Mtoken"}]

    assert compute("cost", {"tokens": tokens}).interval.value == pytest.approx(0.04)


def test_a_bare_number_takes_no_bounds():
    with pytest.raises(InputError, match="without bounds"):
        compute("idealised_runtime", {"model": "ada", "prompt_tokens": "5 (4 to 6)"})


def test_attempts_without_a_cost_are_left_out_and_counted():
    tried = [{"cost": 1, "success": 1}, {"success": 0}]

    result = compute("cost_of_pass", {"attempts": tried})

    assert (result.value, result.details["left_out"]) == (Interval.exact(1), 1)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"cost": "much", "quality": 1}, "cost"),
        ({"cost": True, "quality": 1}, "cost"),
        ({"cost": {"value": 1, "unit": "kg"}, "quality": 1}, "cost"),
        ({"cost": {"value": 1, "unit": 3}, "quality": 1}, "cost"),
        ({"cost": {"value": 1, "mean": 3}, "quality": 1}, "cost"),
        ({"cost": 1, "quality": 1, "colour": 1}, "colour"),
        ({"attempts": 3}, "attempts"),
        ({"attempts": [3]}, "attempts[0]"),
        ({"attempts": [{"cost": 1, "success": "often"}]}, "attempts[0].success"),
        ({"attempts": [{"cost": 1, "success": 1, "colour": 1}]}, "attempts[0].colour"),
    ],
)
def test_an_input_of_another_shape_is_refused_by_its_name(inputs, field):
    with pytest.raises(InputError) as refused:
        compute("cost_of_pass", inputs)

    assert refused.value.field == field


def test_an_unknown_metric_and_an_unknown_recipe_are_refused():
    with pytest.raises(KeyError):
        compute("happiness", {})
    with pytest.raises(InputError, match="has no recipe"):
        compute("cost", {}, "cost.by_guess/1")


@pytest.mark.parametrize(("slug", "recipe"), COMPUTED)
def test_no_absurd_input_breaks_a_formula_or_gives_a_number_that_is_none(slug, recipe):
    for inputs in spoilt(recipe.examples[0].inputs):
        result = answer(lambda given: compute(slug, given, recipe.name), inputs)
        if result is None:
            continue
        if result.state == VALUE:
            assert is_finite([result.interval.low, result.interval.high, result.details])
        else:
            assert result.value is None
            assert result.reason


@pytest.mark.parametrize("slug", ANALYSES)
def test_no_absurd_input_breaks_an_analysis(slug):
    example = dict(analyses.ALL[slug].examples[0].inputs)
    if "draws" in example:
        example["draws"] = 20
    for inputs in spoilt(example):
        finding = answer(lambda given: analyses.run(slug, given), inputs)
        if finding is not None:
            assert finding.state == analyses.FOUND or finding.reason
            assert is_finite(finding.found)


def answer(ask, inputs):
    """What comes back, or nothing where the inputs were refused."""
    try:
        return ask(inputs)
    except InputError:
        return None


def spoilt(inputs):
    """The inputs with each part in turn replaced by something absurd."""
    for path in paths(inputs):
        for absurd in ABSURD:
            changed = copy.deepcopy(dict(inputs))
            place = changed
            for step in path[:-1]:
                place = place[step]
            place[path[-1]] = absurd
            yield changed


def paths(part, so_far=()):
    """Every part; of a list only the first and the last."""
    if isinstance(part, dict):
        steps = list(part)
    elif isinstance(part, list):
        steps = sorted({0, len(part) - 1}) if part else []
    else:
        return
    for step in steps:
        yield (*so_far, step)
        yield from paths(part[step], (*so_far, step))


@pytest.mark.parametrize("slug", ["eflops", "idealised_runtime", "device_saving", "arena_score"])
def test_a_central_value_lies_inside_its_bounds(slug):
    """Over random bounds of every input that may have some."""
    random = np.random.default_rng(7)
    recipe = metrics.get(slug).formulas[0]
    asked = {each.name for each in recipe.terms if each.shape == "quantity"}
    for _ in range(50):
        inputs = dict(recipe.examples[0].inputs)
        for name in asked & inputs.keys():
            low, high = sorted(inputs[name] * random.uniform(0.5, 1.0, 2))
            inputs[name] = {"value": (low + high) / 2, "low": low, "high": high}
        result = compute(slug, inputs, recipe.name)
        assert result.interval.low <= result.interval.value <= result.interval.high


@pytest.mark.parametrize("slug", ANALYSES)
def test_no_input_that_is_let_in_keeps_an_analysis_busy_for_long(slug):
    """The first row over and over, with names and numbers that differ, as often as is allowed."""
    inputs = dict(analyses.ALL[slug].examples[0].inputs)
    for asked in analyses.ALL[slug].inputs:
        if asked.shape == "table" and asked.name in inputs:
            inputs[asked.name] = [
                varied(inputs[asked.name][0], place) for place in range(min(asked.most, 20_000))
            ]
    started = time.process_time()

    answer(lambda given: analyses.run(slug, given), inputs)

    assert time.process_time() - started < 20


def varied(row, place):
    """Names gain a number, and numbers a little."""
    return {
        name: f"{part}{place % 700}"
        if isinstance(part, str)
        else part * (1 + place / 1e6)
        if isinstance(part, float)
        else part
        for name, part in row.items()
    }
