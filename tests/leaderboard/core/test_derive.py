"""What follows from what, and what does not."""

import pytest

from leaderboard.core import metrics
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval

YEAR_S = 365 * 86_400


def exact(**values: float) -> dict[str, Interval]:
    return {name: Interval.exact(value) for name, value in values.items()}


def test_a_run_with_throughput_gets_time_material_and_cost_by_chain():
    measured = exact(tokens_out=1000, throughput=500)
    facts = exact(device_count=2, device_life=2 * YEAR_S, device_mass=1.5, device_price=2 / 3600)

    found = {slug: interval.value for slug, (interval, _) in derive(measured, facts).items()}

    # 2 devices for 2 s are 4 device seconds.
    assert found == {
        "device_time": pytest.approx(4),
        "gpu_lives": pytest.approx(4 / (2 * YEAR_S)),
        "material": pytest.approx(4 / (2 * YEAR_S) * 1.5),
        "cost": pytest.approx(4 * 2 / 3600),
    }


def test_a_run_with_energy_and_power_gets_its_share_of_the_devices_lives():
    # 600 J at 300 W are 2 s of both devices: 4 device seconds of the 2 (1 to 5) years of one.
    life = Interval(2 * YEAR_S, YEAR_S, 5 * YEAR_S)
    facts = exact(device_count=2, device_mass=1.5, device_embodied_carbon=100) | {
        "device_life": life
    }

    found = {
        slug: (interval.low, interval.value, interval.high)
        for slug, (interval, _) in derive(exact(device_energy=600, power=300), facts).items()
    }

    share = [4 / (years * YEAR_S) for years in (5, 2, 1)]
    assert found["gpu_lives"] == pytest.approx(share)
    assert found["material"] == pytest.approx([1.5 * one for one in share])
    assert found["embodied_carbon"] == pytest.approx([100 * one for one in share])


def test_the_energy_of_a_node_over_the_power_of_its_devices_is_no_time():
    found = derive(exact(node_energy=600, power=300), exact(device_count=2, device_mass=1))

    assert found.keys() & {"device_time", "gpu_lives", "material"} == set()


def test_what_was_measured_is_never_derived():
    measured = exact(tokens_out=1000, throughput=500, device_time=7, cost=1)

    found = derive(measured, exact(device_count=2, device_price=1))

    assert found.keys() & measured.keys() == set()


def test_the_first_recipe_whose_inputs_are_known_is_taken():
    facts = exact(grid_intensity=0.5)
    widest = derive(exact(facility_energy=3, node_energy=2, device_energy=1), facts)["carbon"]
    narrower = derive(exact(node_energy=2, device_energy=1), facts)["carbon"]

    assert (widest[0].value, widest[1].name) == (1.5, "carbon.from_facility/1")
    assert (narrower[0].value, narrower[1].name) == (1.0, "carbon.from_node/1")


def test_a_derived_value_feeds_the_next_formula():
    found = derive(exact(node_energy=2), exact(pue=1.5, grid_intensity=0.5))

    assert found["facility_energy"][0].value == 3
    assert found["carbon"][0].value == 1.5


def test_without_the_region_there_is_no_carbon():
    assert derive(exact(node_energy=2), {}) == {}


def test_a_divisor_that_can_be_zero_gives_no_value():
    measured = exact(tokens_out=1000) | {"throughput": Interval(5, 0, 10)}

    assert "device_time" not in derive(measured, exact(device_count=1))


def test_a_result_beyond_the_largest_number_gives_no_value():
    assert "carbon" not in derive(exact(node_energy=1e300), exact(grid_intensity=1e300))


def test_bounds_of_facts_reach_the_result():
    facts = {"device_life": Interval(2 * YEAR_S, YEAR_S, 5 * YEAR_S), **exact(device_mass=1.5)}

    mass = derive(exact(device_time=YEAR_S), facts)["material"][0]

    assert (mass.value, mass.low, mass.high) == pytest.approx((0.75, 0.3, 1.5))


def test_a_value_that_rests_on_a_rating_says_so():
    facts = exact(device_rated_power=400, pue=1.1)

    _, recipe = derive(exact(accelerator_time=10), facts)["facility_energy"]

    assert recipe.origin == "RATED"


def test_each_formula_comes_after_those_it_asks_for():
    """Whatever is known, no metric that could have been derived is missed."""
    everything = {
        name: Interval.exact(1.0)
        for recipe in (r for m in metrics.ALL.values() for r in m.recipes)
        for name in recipe.inputs
        if name in metrics.FACTS or not metrics.ALL[name].recipes
    }

    found = derive({}, everything)

    derivable = {slug for slug, metric in metrics.ALL.items() if metric.recipes}
    assert found.keys() == derivable - everything.keys()


def test_an_entry_gets_every_metric_of_which_it_has_the_inputs():
    measured = exact(quality=0.5, device_energy=100, tokens_out=200, run_time=2, cost=0.1)

    found = {slug: value.value for slug, (value, _) in derive(measured, {}).items()}

    assert found == {
        "cost_of_pass": 0.2,
        "e3": 12.5,
        "energy_per_response": 100,
        "energy_per_token": 0.5,
        "intelligence_per_joule": 0.005,
        "intelligence_per_watt": 0.01,
        "tokens_per_joule": 2,
    }


def test_what_is_infinite_is_no_measurement():
    assert "cost_of_pass" not in derive(exact(quality=0, cost=0.1), {})


def test_what_only_lists_or_shapes_can_give_is_never_derived():
    computed = {slug for slug, metric in metrics.ALL.items() if not metric.is_on_entries}

    assert {"eflops", "dynascore", "frontier_cost_of_pass"} <= computed
    assert not computed & {slug for slug, metric in metrics.ALL.items() if metric.recipes}
