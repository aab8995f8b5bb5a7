"""The footprint of trainings under a scenario, held against the values of the paper."""

from random import Random

import pytest

from leaderboard.core import scenario
from leaderboard.core.compute import MISSING, VALUE, Result
from leaderboard.core.elements import CLASSES
from leaderboard.core.footprint import printed
from leaderboard.core.interval import Interval
from leaderboard.core.scenario import STUDIED, Device, Setting

YEAR_S = 365 * 86_400
A100 = Device(
    peak_flops=Interval.exact(312e12),
    mass=Interval.exact(1.491),
    depletion=Interval(0.0063421, 0.0038, 0.0081),
    carbon=Interval(126.775, 111.0, 319.0),
    power=Interval.exact(400.0),
    price=Interval.exact(2 / 3600),
)


def setting(mfu: float = 0.35, life: float = 2.0, **more) -> Setting:
    return Setting(mfu, life, **more)


def outcomes(work, chosen: Setting, device: Device = A100):
    return scenario.outcomes(work, chosen, device)


@pytest.mark.parametrize(
    ("model", "mfu", "life", "count"),
    [
        ("gpt-4", 0.20, 1.0, 8800),
        ("gpt-4", 0.50, 3.0, 1174),
        ("gpt-4", 0.60, 2.5, 1174),
        ("gpt-4", 0.35, 2.0, 2515),
        ("gpt-4", 0.20, 5.0, 1760),
        ("llama-2-70b", 0.35, 2.0, 122),
        ("gpt-3-5-davinci-002", 0.35, 2.0, 46),
    ],
    ids=["T01a", "T01b", "T01b, another pair", "T01c", "T01d", "T01e", "46 of GPT-3.5"],
)
def test_the_published_counts_come_out_to_the_unit(model, mfu, life, count):
    lives = outcomes(STUDIED[model].compute, setting(mfu, life))["gpu_lives"]

    assert printed(lives.interval.value) == count


def test_T01f_the_popular_compute_of_gpt_4_gives_another_count():
    lives = outcomes(2.1e25, setting(0.20, 1.0))["gpu_lives"]

    assert printed(lives.interval.value) == 10_672


def test_T01g_the_low_end_of_gpt_4_is_its_low_scenario():
    lives = outcomes(STUDIED["gpt-4"].compute.low, setting())["gpu_lives"]

    assert printed(lives.interval.value) == 420


def test_the_base_scenario_weighs_3750_kg():
    mass = outcomes(STUDIED["gpt-4"].compute, setting())["material"].interval

    # The paper rounds the lives up before it weighs them: half a device of 1.491 kg.
    assert mass.value == pytest.approx(3749.9, abs=1.491)
    assert mass.value == pytest.approx(2514.1335 * 1.491, rel=1e-6)


def test_T01j_tripling_both_saves_eight_ninths():
    saved = scenario.saving(setting(0.60, 3.0), 0.20, 1.0)

    assert saved.interval.value == pytest.approx(1 - 1 / 9)


def test_a_run_of_one_device_year_comes_to_what_one_device_takes():
    # One A100 at its peak for one year, which is its life.
    chosen = setting(1.0, 1.0, pue=1.2, grid=0.4 / 3.6e6)

    found = outcomes(312e12 * YEAR_S, chosen)

    kwh = 0.4 * 8760 * 1.2
    assert {slug: result.interval.value for slug, result in found.items()} == {
        "gpu_lives": pytest.approx(1),
        "material": pytest.approx(1.491),
        "abiotic_depletion": pytest.approx(0.0063421),
        "embodied_carbon": pytest.approx(126.775),
        "carbon": pytest.approx(kwh * 0.4),
        "facility_energy": pytest.approx(kwh * 3.6e6),
        "cost": pytest.approx(8760 * 2),
        "accelerator_time": pytest.approx(YEAR_S),
    }
    carbon = found["embodied_carbon"].interval
    assert (carbon.low, carbon.high) == (pytest.approx(111), pytest.approx(319))


def test_a_device_that_idles_half_its_life_uses_up_twice_the_lives_and_no_more_energy():
    busy = outcomes(1e24, setting(pue=1.1))
    idle = outcomes(1e24, setting(pue=1.1, utilisation=0.5))

    assert idle["gpu_lives"].interval.value == pytest.approx(2 * busy["gpu_lives"].interval.value)
    for slug in ("accelerator_time", "facility_energy", "cost"):
        assert idle[slug].interval.value == pytest.approx(busy[slug].interval.value)


@pytest.mark.parametrize("work", [0.0, -1e20, float("nan"), float("inf"), 1e40])
def test_a_compute_that_cannot_be_true_is_an_error_in_every_outcome(work):
    for result in outcomes(work, setting(pue=1.1, grid=1e-7)).values():
        assert (result.state, result.is_data_error, result.value) == (MISSING, True, None)


@pytest.mark.parametrize(("mfu", "life"), [(0.0, 2.0), (-0.1, 2.0), (1.1, 2.0), (0.3, 0.0)])
def test_a_scenario_that_cannot_be_true_is_an_error(mfu, life):
    lives = outcomes(1e24, setting(mfu, life))["gpu_lives"]

    assert (lives.state, lives.is_data_error) == (MISSING, True)


def test_what_is_not_published_is_missing_and_no_error():
    found = outcomes(1e24, setting(), Device(peak_flops=Interval.exact(1e15)))

    assert found["gpu_lives"].state == VALUE
    for slug in ("material", "abiotic_depletion", "embodied_carbon", "carbon", "cost"):
        assert (found[slug].state, found[slug].is_data_error) == (MISSING, False), slug


def test_a_missing_result_hands_on_its_reason():
    lost = Result(MISSING, "FLOP", "", reason="nobody knows", field="flop")

    found = outcomes(lost, setting(pue=1.1, grid=1e-7))

    assert {result.reason for result in found.values()} == {"nobody knows"}


def test_the_grid_has_a_row_for_each_life():
    rows = scenario.grid(STUDIED["gpt-4"].compute.value, setting(), A100, [0.2, 0.6], [1.0, 5.0])

    assert [[printed(cell.interval.value) for cell in row] for row in rows] == [
        [8800, 2934],
        [1760, 587],
    ]


def test_the_chosen_value_stands_among_the_usual_ones_once():
    assert scenario.with_chosen((0.2, 0.4), 0.3) == [0.2, 0.3, 0.4]
    assert scenario.with_chosen((0.2, 0.4), 0.4) == [0.2, 0.4]
    assert scenario.with_chosen((0.2, 0.4), Result(MISSING, "1", "")) == [0.2, 0.4]


@pytest.mark.parametrize("seed", range(20))
def test_bounds_by_rank_hold_for_any_composition(seed):
    random = Random(seed)
    symbols = [f"E{number}" for number in range(scenario.ANALYSED_ELEMENTS)]
    raw = [random.paretovariate(0.7) for _ in symbols]
    masses = sorted((1.491 * each / sum(raw) for each in raw), reverse=True)
    true = dict(zip(symbols, masses, strict=True))
    ranks = {symbol: place for place, symbol in enumerate(symbols[:5], start=1)}

    bounds = scenario.bounds_by_rank(1.491, ranks, symbols[5:])

    assert bounds.keys() == true.keys()
    for symbol, (low, high) in bounds.items():
        assert low * (1 - 1e-12) <= true[symbol] <= high * (1 + 1e-12), symbol


def test_classes_count_their_elements():
    masses = {"Cu": 0.7, "Pb": 0.002, "Au": 0.0003, "Si": 0.1}
    found = {each.slug: scenario.of_class(masses, each) for each in CLASSES}

    assert found["rohs"] == pytest.approx(0.002)
    assert found["epa_priority"] == pytest.approx(0.702)
    assert found["precious"] == pytest.approx(0.0003)
    assert found["heavy"] == pytest.approx(0.7023)
    # Copper and silicon metal are strategic raw materials of the EU.
    assert found["critical"] == pytest.approx(0.8)
    assert found["conflict"] == pytest.approx(0.0003)
