"""Numbers of one entry that came with different files."""

import json

import pytest
from django.core.management import call_command

from leaderboard.models import Entry, Estimate
from tests.builders import make_user
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


def test_what_a_run_gave_alone_is_not_worked_out_again():
    both = f"{WHO},quality [%],device_energy [J],run_time [s]"
    sent(csv("tiny,riddles,card-9,8,60,200,2", header=both))

    sent(csv("tiny,riddles,card-9,8,70", header=QUALITY), by=make_user())

    found = Estimate.objects.get(metric="intelligence_per_joule")
    assert (found.value, found.runs) == (pytest.approx(0.6 / 200), 1)


def test_the_entry_says_that_it_is_joined(client):
    sent(csv("tiny,riddles,card-9,8,60", header=QUALITY))
    sent(csv("tiny,riddles,card-9,8,200,2", header=ENERGY), by=make_user())

    page = client.get(Entry.objects.get().get_absolute_url()).content.decode()

    assert "joined from" in page
