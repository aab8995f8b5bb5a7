"""After a fact changed, what follows from it follows again; what was written stays."""

import pytest

from leaderboard.models import Board, Estimate, Hardware, HardwareFact, Measurement
from leaderboard.rederivation import rederive
from tests.ingest.files import csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db
HEADER = "model,task,hardware,setting:batch,quality [%],node_energy [J],run_time [s]"


def price(usd_per_hour: float) -> None:
    HardwareFact.objects.update_or_create(
        hardware=Hardware.objects.get(slug="card-9"),
        kind=HardwareFact.Kind.DEVICE_HOUR_PRICE,
        defaults={
            "value": usd_per_hour,
            "low": usd_per_hour,
            "high": usd_per_hour,
            "is_preferred": True,
            "citation": "a price list",
        },
    )


def cost() -> float:
    return Estimate.objects.get(metric="cost").value


def test_a_new_price_reaches_the_estimates_and_the_board_is_told():
    make_catalogue()
    price(3.6)
    sent(csv(row(latency=10), header=HEADER))
    assert cost() == pytest.approx(10 * 3.6 / 3600)
    written = set(Measurement.objects.filter(recipe="").values_list("metric", "value"))
    price(7.2)

    boards = rederive()

    assert cost() == pytest.approx(10 * 7.2 / 3600)
    assert boards == {Board.objects.get().pk}
    assert set(Measurement.objects.filter(recipe="").values_list("metric", "value")) == written


def test_without_a_change_nothing_is_written():
    make_catalogue()
    price(3.6)
    sent(csv(row(1), row(2), header=HEADER))
    before = set(Measurement.objects.values_list("run", "metric", "value", "low", "high", "recipe"))

    assert rederive() == set()

    after = set(Measurement.objects.values_list("run", "metric", "value", "low", "high", "recipe"))
    assert after == before


def test_what_no_longer_follows_is_gone():
    make_catalogue()
    price(3.6)
    sent(csv(row(), header=HEADER))
    HardwareFact.objects.all().delete()

    rederive()

    assert not Estimate.objects.filter(metric="cost").exists()
    assert not Measurement.objects.filter(metric="cost").exists()
