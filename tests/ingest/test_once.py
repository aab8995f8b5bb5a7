"""One request under one key, sent as often as its sender likes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ingest import once
from leaderboard.models import ApiToken, SentKey, Submission, SubmissionChunk
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, row
from tests.ingest.test_races import together

pytestmark = pytest.mark.django_db
URL = "/api/v1/submissions/"


@pytest.fixture
def client() -> Client:
    make_catalogue()
    _, token = ApiToken.objects.issue(make_user(), name="test")
    return Client(headers={"Authorization": f"Bearer {token}"})


def send(client: Client, key: str, content: bytes = b"", **fields):
    form = {"file": SimpleUploadedFile("results.csv", content or csv())} | fields
    return client.post(URL, form, headers={"Idempotency-Key": key})


def test_the_same_request_again_is_the_same_submission(client):
    first, again = send(client, '"8e03978e-40d5"'), send(client, "8e03978e-40d5")

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["id"] == again.json()["id"]
    assert first["Location"] == again["Location"]
    Submission.objects.update(state="PUBLISHED")
    assert send(client, "8e03978e-40d5").status_code == 200
    assert Submission.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "fields"),
    [(csv(row(2)), {}), (b"", {"hardware": "card-9"}), (b"", {"publish": "no"})],
    ids=["file", "context", "choice"],
)
def test_another_request_under_a_used_key_is_refused_and_keeps_nothing(client, content, fields):
    send(client, "once")

    other = send(client, "once", content, **fields)

    assert (other.status_code, other.json()["code"]) == (422, "key.reused")
    assert (Submission.objects.count(), SubmissionChunk.objects.count()) == (1, 1)
    assert send(client, "twice", content, **fields).status_code in (200, 202)


def test_a_key_is_its_senders_own(client):
    _, token = ApiToken.objects.issue(make_user(), name="other")
    other = Client(headers={"Authorization": f"Bearer {token}"})

    assert send(client, "once").json()["id"] != send(other, "once", csv(row(2))).json()["id"]


def test_a_new_key_for_the_same_file_leads_to_its_submission(client):
    assert send(client, "a").json()["id"] == send(client, "b").json()["id"]
    assert SentKey.objects.count() == 2


def test_a_rejected_file_is_not_tried_again_under_its_key(client):
    send(client, "once")
    Submission.objects.update(state="REJECTED")

    assert send(client, "once").json()["status"] == "rejected"
    assert send(client, "").json()["status"] == "received"


def test_a_refused_request_has_not_used_its_key(client):
    assert send(client, "once", format="none").status_code == 400

    assert send(client, "once").status_code == 202


def test_a_dry_run_uses_no_key(client):
    form = {"file": SimpleUploadedFile("results.csv", csv())}
    client.post(f"{URL}?dry_run=true", form, headers={"Idempotency-Key": "once"})

    assert not SentKey.objects.exists()


@pytest.mark.parametrize("key", ['""', "two words", "é", "x" * 256, 'a"b'])
def test_a_key_of_another_form_is_refused(client, key):
    answer = send(client, key)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "key.invalid"
    assert answer.json()["errors"][0]["column"] == "Idempotency-Key"
    assert not Submission.objects.exists()


def test_the_answer_comes_again_when_the_day_has_no_files_left(client, settings):
    settings.LIMITS = settings.LIMITS | {"uploads_per_day": 1}
    first = send(client, "once")

    assert send(client, "other", csv(row(2))).status_code == 429
    assert send(client, "once").json()["id"] == first.json()["id"]


@pytest.mark.django_db(transaction=True)
def test_of_different_files_at_once_under_one_key_one_is_kept():
    """Each thread sends a file of its own; who is later is told so and leaves nothing."""
    make_catalogue()
    sender, at = make_user(), timezone.now()

    def attempt(number: int) -> None:
        file = SimpleUploadedFile("results.csv", csv(row(1, energy=1 + number)))
        once.receive("once", [("results.csv", file)], filename="results.csv", by=sender, at=at)

    raised = together(*(lambda number=number: attempt(number % 2) for number in range(12)))

    assert {type(error) for error in raised} == {once.Reused}
    assert len(raised) == 6
    assert (Submission.objects.count(), SubmissionChunk.objects.count()) == (1, 1)
    assert SentKey.objects.get().submission == Submission.objects.get()
