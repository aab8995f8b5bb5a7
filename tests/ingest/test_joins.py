"""Numbers of one entry that came with different files."""

import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from ingest import pipeline
from leaderboard.models import Entry, Estimate, ModelFact
from tests.builders import make_hardware, make_model, make_source, make_task, make_user
from tests.ingest.files import csv, make_catalogue, sent

pytestmark = pytest.mark.django_db
WHO = "model,task,hardware,setting:batch"
QUALITY = f"{WHO},quality [%]"
ENERGY = f"{WHO},device_energy [J],run_time [s]"


@pytest.fixture(autouse=True)
def catalogue():
    make_catalogue()


def integrity(capsys) -> dict:
    call_command("verify_integrity", json=True)
    return json.loads(capsys.readouterr().out)


def test_quality_of_one_file_meets_energy_of_another(capsys):
    sent(csv("tiny,riddles,card-9,8,60", header=QUALITY))
    assert not Estimate.objects.filter(metric="intelligence_per_joule").exists()

    sent(csv("tiny,riddles,card-9,8,200,2", header=ENERGY), by=make_user())

    joined = Estimate.objects.get(metric="intelligence_per_joule")
    # 60 % for 200 J, and no single run says so.
    assert joined.value == pytest.approx(0.6 / 200)
    assert joined.runs == 0
    assert Entry.objects.count() == 1
    assert integrity(capsys)["orphans"]["rows"] == 0


@pytest.mark.parametrize("other", ["card-9,9", "card-9,8.5"])
def test_other_settings_are_another_entry(other):
    sent(csv("tiny,riddles,card-9,8,60", header=QUALITY))

    sent(csv(f"tiny,riddles,{other},200,2", header=ENERGY), by=make_user())

    assert Entry.objects.count() == 2
    assert not Estimate.objects.filter(metric="intelligence_per_joule").exists()


def test_what_follows_takes_all_numbers_of_the_entry():
    both = f"{WHO},quality [%],device_energy [J],run_time [s]"
    sent(csv("tiny,riddles,card-9,8,60,200,2", header=both))

    sent(csv("tiny,riddles,card-9,8,70", header=QUALITY), by=make_user())

    found = Estimate.objects.get(metric="intelligence_per_joule")
    # The middle of 60 % and 70 %; the energy is of one of the two runs.
    assert (found.value, found.runs) == (pytest.approx(0.65 / 200), 0)
    alone = Estimate.objects.get(metric="device_time")
    assert (alone.value, alone.runs) == (pytest.approx(2), 1)


def test_repeats_that_measured_the_same_are_told_as_their_number():
    both = f"{WHO},quality [%],device_energy [J],run_time [s]"
    sent(csv("tiny,riddles,card-9,8,60,200,2", header=both))

    sent(csv("tiny,riddles,card-9,8,70,100,2", header=both), by=make_user())

    found = Estimate.objects.get(metric="intelligence_per_joule")
    assert (found.value, found.runs) == (pytest.approx(0.65 / 150), 2)


def test_the_entry_says_that_it_is_joined(client):
    sent(csv("tiny,riddles,card-9,8,60", header=QUALITY))
    sent(csv("tiny,riddles,card-9,8,200,2", header=ENERGY), by=make_user())

    address = Entry.objects.get().get_absolute_url()
    page = client.get(address, {"metric": "intelligence_per_joule"}).content.decode()

    assert "joined from" in page
    assert "which stand in different runs" in page
    assert "intelligence_per_joule.from_device/1" in page
    told = client.get(f"/api/v1{address}").json()["values"]["intelligence_per_joule"]
    assert (told["runs"], told["recipe"]) == (0, "intelligence_per_joule.from_device/1")


def test_tokens_of_a_service_and_list_prices_give_its_cost(real_data, tmp_path):
    """HELM v4 with the price list: 84.31 tokens in and one out are 0.000437 USD per request."""
    make_model("GPT-4o (May 2024)", slug="gpt-4o-may", aliases=["gpt-4o-2024-05-13"])
    make_task("BBQ", slug="bbq")
    make_hardware("Unspecified", slug="unspecified")
    prices = real_data / "model-prices-json/tokencost/model_prices.json"
    call_command("import_reference", str(prices), dated="2026-01-01", verbosity=0)
    folder = next((real_data / "helm-run-json/v4").glob("*gpt-4o-2024-05-13"))
    files = [(f"{folder.name}/{one.name}", one.open("rb")) for one in sorted(folder.iterdir())]
    submission, _ = pipeline.receive(
        files,
        filename=folder.name,
        by=make_user(),
        at=timezone.now(),
        context={"hardware": "unspecified", "model": "gpt-4o-may", "task": "bbq"},
    )

    pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.state == "PUBLISHED", submission.issues
    cost = Estimate.objects.get(metric="cost")
    assert cost.value == pytest.approx(0.000437, abs=5e-7)
    found = {one.metric: one.value for one in Entry.objects.get().estimates.all()}
    assert found["quality"] == pytest.approx(0.95)
    assert found["latency"] == pytest.approx(0.3999, abs=5e-5)


def test_tokens_on_devices_of_ones_own_have_no_list_price():
    model = make_model("Served", slug="served")
    source = make_source()
    for kind, price in (("INPUT_PRICE", 1e-6), ("OUTPUT_PRICE", 2e-6)):
        ModelFact.objects.create(
            model=model,
            kind=kind,
            value=price,
            low=price,
            high=price,
            written="served",
            citation="made up",
            source=source,
        )
    header = f"{WHO},quality [%],tokens_in [count],tokens_out [count]"

    sent(csv("served,riddles,card-9,8,60,100,10", header=header))

    assert not Estimate.objects.filter(metric="cost").exists()
