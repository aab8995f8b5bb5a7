"""A reader's scenario on a board gives what the catalogue would give if it said the same."""

import numpy as np
import pytest
from django.utils import timezone

from leaderboard.core import own
from leaderboard.models import Estimate, Factor, Hardware, HardwareFact, Task
from leaderboard.own_scenarios import applied, told
from leaderboard.rederivation import rederive
from tests.builders import make_entry, make_hardware, make_run, make_task, unspecified
from tests.ingest.files import csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db
HEADER = "model,task,hardware,setting:batch,quality [%],node_energy [J],run_time [s],region"
METRICS = ("quality", "cost", "carbon", "facility_energy", "material", "embodied_carbon")
KIND = HardwareFact.Kind


def fact(kind: str, value: float) -> None:
    HardwareFact.objects.update_or_create(
        hardware=Hardware.objects.get(slug="card-9"),
        kind=kind,
        defaults={
            "value": value,
            "low": 0.8 * value,
            "high": 1.5 * value,
            "is_preferred": True,
            "citation": "a price list",
        },
    )


def factor(kind: str, value: float, region: str) -> None:
    Factor.objects.create(
        kind=kind,
        region=region,
        value=value,
        low=value,
        high=value,
        valid_from="2026-01-01",
        citation="a table",
    )


@pytest.fixture
def task():
    """Six measured entries on a device with a price and a mass, in two regions."""
    task = make_catalogue()
    fact(KIND.DEVICE_HOUR_PRICE, 3.6)
    fact(KIND.MODULE_MASS, 2.0)
    factor(Factor.Kind.GRID_INTENSITY, 1e-7, "Norway")
    factor(Factor.Kind.PUE, 1.3, "Norway")
    regions = ("Norway", "Atlantis")
    sent(csv(*(f"{row(n)},{regions[n % 2]}" for n in range(1, 7)), header=HEADER))
    return task


def points(task):
    return Estimate.objects.points(task.pk, METRICS)


def in_scenario(task, **query):
    read = own.read({f"own_{name}": text for name, text in query.items()})
    assert read.ignored == ()
    return applied(points(task), task.pk, read.scenario)


def test_a_price_gives_what_the_catalogue_would_give_with_it(task):
    before = points(task)

    yours = in_scenario(task, device_price="7.2 USD/h", grid="360 gCO2e/kWh", pue="1.1")

    HardwareFact.objects.filter(kind=KIND.DEVICE_HOUR_PRICE).update(value=7.2, low=7.2, high=7.2)
    Factor.objects.all().delete()
    for region in ("Norway", "Atlantis"):
        factor(Factor.Kind.GRID_INTENSITY, 1e-7, region)
        factor(Factor.Kind.PUE, 1.1, region)
    rederive(at=timezone.now())
    after = points(task)
    for mine, catalogue in zip(
        (yours.points.value, yours.points.low, yours.points.high),
        (after.value, after.low, after.high),
        strict=True,
    ):
        assert np.allclose(mine, catalogue, rtol=1e-12, atol=0, equal_nan=True)
    assert np.isfinite(yours.points.of(["carbon", "cost"]).value).all()
    assert np.isfinite(before.of(["carbon"]).value).sum() == 3
    followed = dict(zip(METRICS, yours.is_own.T.tolist(), strict=True))
    assert {slug for slug, mask in followed.items() if any(mask)} == {
        "cost",
        "carbon",
        "facility_energy",
    }
    assert all(map(all, (followed["cost"], followed["carbon"])))


def test_life_and_utilisation_change_what_making_devices_takes(task):
    before = points(task).of(["material"])

    yours = in_scenario(task, life="4 years", utilisation="50 %").points.of(["material"])

    # Four years half at work are the two years that are taken otherwise, without their range from
    # one to five; what is left is that of the mass.
    assert np.allclose(yours.value, before.value, atol=0)
    assert np.allclose(yours.low, 0.8 * before.value, atol=0)
    assert np.allclose(yours.high, 1.5 * before.value, atol=0)
    assert np.allclose(before.low, 0.8 / 2.5 * before.value, atol=0)


def test_electricity_is_paid_for_what_is_drawn(task):
    energy = points(task).of(["facility_energy"]).value[:, 0]
    node = Estimate.objects.points(task.pk, ["node_energy"]).value[:, 0]

    yours = in_scenario(task, electricity="0.36 USD/kWh").points.of(["cost"])

    widest = np.where(np.isfinite(energy), energy, node)
    assert np.allclose(yours.value[:, 0], widest * 1e-7, atol=0)


def test_without_a_scenario_nothing_changes(task):
    yours = in_scenario(task)

    assert not yours.is_own.any()
    assert np.array_equal(yours.points.value, points(task).value, equal_nan=True)


def test_token_prices_are_for_services_alone():
    task = make_task()
    for hardware in (unspecified(), make_hardware()):
        make_entry(task, hardware=hardware, quality=0.5, tokens_in=1_000, tokens_out=500, cost=1.0)

    yours = in_scenario(task, input_price="3 USD per million tokens", output_price="10")

    costs = yours.points.of(["cost"]).value[:, 0]
    assert costs.tolist() == pytest.approx([0.003 + 0.005, 1.0])
    assert yours.is_own[:, METRICS.index("cost")].tolist() == [True, False]


def test_a_service_is_not_run_at_the_readers_place_but_a_training_is():
    for kind, carbon in ((Task.Kind.ANSWERING, 7.0), (Task.Kind.TRAINING, 1e-5)):
        task = make_task(kind=kind)
        make_entry(task, hardware=unspecified(), node_energy=100, quality=0.5, carbon=7.0)

        yours = in_scenario(task, grid="360 gCO2e/kWh").points.of(["carbon"])

        assert yours.value[:, 0].tolist() == pytest.approx([carbon])


def test_a_region_counts_only_where_all_runs_agree():
    task = make_task()
    factor(Factor.Kind.GRID_INTENSITY, 1e-7, "Norway")
    for regions in (["Norway", "Norway"], ["Norway", "Iceland"]):
        entry = make_entry(task, hardware=make_hardware())
        entry.runs.all().delete()
        for region in regions:
            make_run(entry, region=region, quality=0.5, node_energy=100)

    yours = in_scenario(task, pue="1.5").points.of(["carbon", "facility_energy"])

    # The other's grid is not known, so its carbon isn't either.
    assert yours.value[:, 0] == pytest.approx([1.5e-5, np.nan], nan_ok=True)
    assert yours.value[:, 1].tolist() == [150, 150]


def test_the_number_of_queries_does_not_grow(task, django_assert_num_queries):
    scenario = own.read({"own_pue": "1.1", "own_electricity": "0.3", "own_life": "3"}).scenario
    for numbers in (range(7, 8), range(8, 30)):
        sent(csv(*(f"{row(number)},Norway" for number in numbers), header=HEADER))
        found = points(task)
        with django_assert_num_queries(7):
            applied(found, task.pk, scenario)
    assert len(found) == 29


def test_a_scenario_is_told_in_words():
    scenario = own.read(
        {
            "own_electricity": "0.30 USD/kWh",
            "own_pue": "1.1",
            "own_utilisation": "60 %",
            "own_life": "5 years",
            "own_input_price": "3",
        }
    ).scenario

    assert told(scenario) == (
        "electricity price 0.3 USD/kWh, PUE 1.1, device life 5 years, utilisation 60 %, "
        "price of input tokens 3 USD per million tokens"
    )
    assert told(own.OwnScenario()) == ""
