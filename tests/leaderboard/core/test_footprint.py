"""Cases T01a to T01p and T08i, T08j of the metric specification, and the edges."""

from typing import Any

import pytest

from leaderboard.core import footprint
from leaderboard.core.elements import elements, toxic
from leaderboard.core.footprint import YEAR_S, Card, Impact
from leaderboard.core.interval import Interval

GPT_4 = footprint.training_compute(222e9, 13e12)
A100_PCIE_40GB = Card(
    mass_kg=1.230,
    heatsink_kg=0.609,
    casing_kg=0.387,
    board_cm2=234.36,
    die_mm2=826,
    memory_die_mm2=86.25,
)


def near(expected, *, within):
    return pytest.approx(expected, abs=within, rel=0)


def lives(compute, mfu, years):
    return footprint.lives(compute, mfu=mfu, life=years * YEAR_S)


def test_T01a_gpt_4_uses_up_8800_gpus_at_a_fifth_of_the_peak_and_one_year():
    assert pytest.approx(1.7316e25, rel=1e-6) == GPT_4
    assert lives(GPT_4, 0.20, 1) == near(8799.467, within=5e-4)
    assert footprint.printed(lives(GPT_4, 0.20, 1)) == 8800


@pytest.mark.parametrize(("mfu", "years"), [(0.50, 3), (0.60, 2.5), (0.30, 5)])
def test_T01b_any_product_of_one_and_a_half_gives_1174_gpus(mfu, years):
    assert lives(GPT_4, mfu, years) == near(1173.26, within=5e-3)
    assert footprint.printed(lives(GPT_4, mfu, years)) == 1174


def test_T01c_the_base_scenario_gives_2515_gpus():
    assert lives(GPT_4, 0.35, 2) == near(2514.13, within=5e-3)
    assert footprint.printed(lives(GPT_4, 0.35, 2)) == 2515


def test_T01d_five_years_at_a_fifth_of_the_peak_give_1760_gpus():
    assert footprint.printed(lives(GPT_4, 0.20, 5)) == 1760


def test_T01e_llama_2_70b_uses_up_122_gpus():
    compute = footprint.training_compute(70e9, 2e12)

    assert compute == pytest.approx(8.4e23, rel=1e-6)
    assert lives(compute, 0.35, 2) == near(121.96, within=5e-3)
    assert footprint.printed(lives(compute, 0.35, 2)) == 122


def test_T01f_the_popular_figure_for_gpt_4_does_not_give_8800():
    assert footprint.printed(lives(2.1e25, 0.20, 1)) == 10_672


def test_T01g_the_low_scenario_for_gpt_4_gives_420_gpus():
    compute = footprint.training_compute(37e9, 13e12)

    assert compute == pytest.approx(2.886e24, rel=1e-6)
    assert footprint.printed(lives(compute, 0.35, 2)) == 420


def test_T01h_tripling_the_utilisation_saves_two_thirds():
    saved = footprint.saving(mfu=0.60, life=1, mfu_before=0.20, life_before=1)

    assert saved == near(0.66667, within=5e-6)


def test_T01i_tripling_the_life_saves_two_thirds():
    saved = footprint.saving(mfu=0.20, life=3, mfu_before=0.20, life_before=1)

    assert saved == near(0.66667, within=5e-6)


def test_T01j_both_together_save_89_percent_and_not_93():
    saved = footprint.saving(mfu=0.60, life=3, mfu_before=0.20, life_before=1)

    assert saved == near(0.88889, within=5e-6)


def test_T01k_2515_gpus_weigh_about_3750_kg():
    assert footprint.material(2515, footprint.A100_ANALYSED_KG) == near(3749.9, within=0.05)


def test_T01l_8800_gpus_hold_up_to_seven_tonnes_of_toxic_elements():
    assert footprint.material(8800, footprint.A100_TOXIC_AT_MOST_KG) == near(7000, within=0.5)


def test_T01m_the_chip_is_most_of_an_a100s_carbon():
    parts = footprint.a100_components()
    whole = footprint.total(parts).climate

    assert whole == near(126.775, within=5e-4)
    assert parts["main_dies"].climate / whole == near(0.828, within=5e-4)


def test_T01n_the_copper_heatsink_is_most_of_an_a100s_depletion():
    parts = footprint.a100_components()
    whole = footprint.total(parts).elements

    assert whole == near(0.00634212, within=5e-9)
    assert parts["heatsink"].elements / whole == near(0.801, within=5e-4)


def test_T01o_an_hour_uses_up_grams_of_carbon_and_milligrams_of_hardware():
    life = 3 * YEAR_S

    assert footprint.share_per_hour(0.126775e6, life=life) == near(4.824, within=5e-4)
    assert footprint.share_per_hour(1491.0, life=life) == near(0.05674, within=5e-6)


def test_T01p_the_parametric_model_gives_the_page_of_the_a100_pcie_40gb():
    impact = footprint.parametric(A100_PCIE_40GB)

    assert footprint.effective_area(826) == near(2875.47, within=5e-3)
    assert footprint.effective_area(86.25) == near(132.61, within=5e-3)
    assert impact.climate == near(180.63, within=5e-3)
    assert impact.elements == near(0.006896, within=5e-7)


def test_T08i_opt_175b_draws_346_mwh_by_rating():
    busy = 992 * 33 * 24 * 3600

    energy = footprint.rated_energy(busy, rated_power_w=400, pue=1.1)

    assert energy / 3.6e9 == near(345.69, within=5e-3)


def test_T08j_tnlg_530b_draws_1703_mwh_by_rating():
    busy = 4480 * 36 * 24 * 3600

    energy = footprint.rated_energy(busy, rated_power_w=400, pue=1.1)

    assert energy / 3.6e9 == near(1703.1, within=0.05)
    assert energy / 3.6e6 * 0.238 / 1000 == near(405.3, within=0.05)


def test_published_hours_beat_the_estimate_and_divide_by_the_life():
    assert footprint.lives_from_hours(8760 * 10, life=2 * YEAR_S) == pytest.approx(5)


def test_an_uncertain_utilisation_and_life_give_a_range():
    count: Any = footprint.lives(GPT_4, mfu=footprint.MFU, life=footprint.LIFE)

    assert count.value == pytest.approx(lives(GPT_4, 0.35, 2))
    assert count.low == pytest.approx(lives(GPT_4, 0.60, 5))
    assert count.high == pytest.approx(lives(GPT_4, 0.20, 1))


def test_the_constants_of_the_a100_agree_with_its_component_table():
    whole = footprint.total(footprint.a100_components())

    assert whole.climate == pytest.approx(footprint.A100_EMBODIED_CARBON_KG.value)
    assert whole.elements == pytest.approx(footprint.A100_ABIOTIC_DEPLETION_KG.value, rel=1e-5)


def test_more_memory_dies_weigh_more():
    one = footprint.parametric(A100_PCIE_40GB)
    forty = footprint.parametric(
        Card(1.230, 0.609, 0.387, 234.36, die_mm2=826, memory_die_mm2=86.25, memory_dies=40)
    )

    assert forty.climate > one.climate


def test_elements_add_up_and_the_toxic_ones_are_a_part():
    masses = footprint.material_by_element(2, {"Cu": 0.5, "Pb": 0.01, "Si": 0.02})

    assert masses == {"Cu": 1.0, "Pb": 0.02, "Si": 0.04}
    assert footprint.material_of(masses, {"Pb", "Hg"}) == pytest.approx(0.02)


def test_impacts_add_and_scale():
    assert Impact(1, 2) + Impact(3, 4) * 2 == Impact(7, 10)


@pytest.mark.parametrize(
    "nonsense",
    [
        {"compute": 0, "mfu": 0.35, "life": YEAR_S},
        {"compute": -1, "mfu": 0.35, "life": YEAR_S},
        {"compute": 1e24, "mfu": 0, "life": YEAR_S},
        {"compute": 1e24, "mfu": 0.35, "life": 0},
        {"compute": 1e24, "mfu": Interval(0.3, 0, 0.6), "life": YEAR_S},
    ],
)
def test_compute_utilisation_and_life_must_be_positive(nonsense):
    with pytest.raises(ValueError, match="must be greater than zero"):
        footprint.lives(**nonsense)


@pytest.mark.parametrize("count", [-1, float("inf"), float("nan")])
def test_a_count_of_devices_is_finite_and_not_negative(count):
    with pytest.raises(ValueError, match="finite and not negative"):
        footprint.printed(count)


def test_no_parameters_or_no_tokens_are_an_error():
    with pytest.raises(ValueError, match="tokens must be greater than zero"):
        footprint.training_compute(70e9, 0)


def test_a_mass_is_never_negative():
    with pytest.raises(ValueError, match="mass_kg must not be negative"):
        footprint.material(10, -1.0)


@pytest.mark.parametrize(("area", "why"), [(0, "greater than zero"), (70_000, "does not fit")])
def test_a_die_has_an_area_that_fits_on_a_wafer(area, why):
    with pytest.raises(ValueError, match=why):
        footprint.effective_area(area)


@pytest.mark.parametrize(("utilisation", "why"), [(0, "greater than zero"), (1.5, "at most 1")])
def test_utilisation_is_a_share(utilisation, why):
    with pytest.raises(ValueError, match=why):
        footprint.share_per_hour(1.0, life=YEAR_S, utilisation=utilisation)


def test_every_element_has_a_class_and_copper_counts_as_toxic():
    assert len(elements()) == 68
    assert {element.toxic_class for element in elements().values()} == {"high", "listed", "none"}
    assert all(element.toxic_basis for element in elements().values() if element.is_toxic)
    assert {"Cu", "Pb", "Hg", "Cd"} <= toxic()
    assert "Si" not in toxic()
