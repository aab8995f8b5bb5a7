"""Web, API and command line: the same file becomes the same entry whichever way it comes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from ingest import pipeline
from leaderboard.models import Entry, Run, Submission
from leaderboard.models.accounts import ApiToken
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, row

pytestmark = pytest.mark.django_db


def work():
    for submission in Submission.objects.filter(state="RECEIVED"):
        pipeline.ingest(submission.pk, at=timezone.now())


def by_the_page(client, content):
    user = make_user()
    client.force_login(user)
    file = SimpleUploadedFile("results.csv", content)
    client.post("/submit/", {"file": file, "publish": "NO"})
    work()
    submission = user.submissions.get()
    assert submission.state == "CHECKED"
    client.post(f"{submission.get_absolute_url()}publish/")
    work()


def by_the_api(client, content):
    _, secret = ApiToken.objects.issue(make_user(), name="script")
    client.logout()
    answer = client.post(
        "/api/v1/submissions/?filename=results.csv",
        content,
        content_type="text/csv",
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.status_code == 202
    work()


def by_the_command_line(tmp_path, content):
    (tmp_path / "results.csv").write_bytes(content)
    user = make_user()
    call_command("ingest", str(tmp_path / "results.csv"), user=user.username)


def test_three_ways_lead_to_one_entry(client, tmp_path):
    make_catalogue()
    content = csv(row(1))

    by_the_page(client, content)
    by_the_api(client, content)
    by_the_command_line(tmp_path, content)

    assert set(Submission.objects.values_list("state", flat=True)) == {"PUBLISHED"}
    assert Entry.objects.count() == 1
    numbers = {
        tuple(run.measurements.order_by("metric").values_list("metric", "value", "raw_value"))
        for run in Run.objects.all()
    }
    assert (Run.objects.count(), len(numbers)) == (3, 1)
