"""A disk that is full: nothing is taken or begun, nothing is blamed, and all goes on afterwards."""

import errno
import io
import os
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from psycopg import errors

from deploy import embedded
from deploy.embedded import Postgres
from ingest import pipeline, tasks, writing
from leaderboard import frontiers, room
from leaderboard import tasks as board_tasks
from leaderboard.models import ApiToken, Change, Run, Submission, SubmissionChunk
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, received, row

pytestmark = pytest.mark.django_db
ALL = 2**60


def full_file(*_, **__):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def full_quota(*_, **__):
    raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))


def full_database(*_, **__):
    raise OperationalError("could not extend file") from errors.DiskFull("could not extend file")


def lost_database(*_, **__):
    raise OperationalError("server closed the connection") from errors.OperationalError()


FULL = [full_file, full_quota, full_database]


@pytest.fixture
def sent_by_script(client):
    """Send a file over the API."""
    _, token = ApiToken.objects.issue(make_user(), name="script")

    def send(content: bytes = csv(row())):
        return client.post(
            "/api/v1/submissions/",
            content,
            content_type="text/csv",
            headers={"Authorization": f"Bearer {token}"},
        )

    return send


def is_told(response) -> bool:
    told = (response.status_code, response["Retry-After"], response.json()["code"])
    return told == (503, "60", "site.full")


def test_while_the_reserve_is_touched_files_are_refused_and_pages_served(
    client, settings, sent_by_script
):
    make_catalogue()
    settings.DISK_RESERVE_BYTES = ALL
    client.raise_request_exception = False

    assert is_told(sent_by_script())
    client.force_login(make_user())
    form = client.post("/submit/", {"file": io.BytesIO(csv(row()))})

    assert (form.status_code, form["Retry-After"]) == (503, "60")
    assert "disk is full" in form.content.decode()
    assert not Submission.objects.exists()
    assert [client.get(page).status_code for page in ("/", "/submit/")] == [200, 200]


def test_a_file_is_refused_that_would_touch_the_reserve(settings, sent_by_script, monkeypatch):
    content = csv(row())
    monkeypatch.setattr(room, "free", lambda folder: settings.DISK_RESERVE_BYTES + len(content))

    assert is_told(sent_by_script(content))


@pytest.mark.parametrize("full", FULL)
def test_a_disk_that_fills_up_while_a_file_is_kept_is_told(sent_by_script, monkeypatch, full):
    monkeypatch.setattr("ingest.files.path_of", full)

    assert is_told(sent_by_script())
    assert not SubmissionChunk.objects.exists()


@pytest.mark.parametrize("full", FULL)
def test_a_form_that_finds_no_room_is_answered_with_a_page(client, monkeypatch, full):
    client.raise_request_exception = False
    client.force_login(make_user())
    monkeypatch.setattr("ingest.files.path_of", full)

    response = client.post("/submit/", {"file": io.BytesIO(csv(row()))})

    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert "disk is full" in response.content.decode()


def test_a_page_without_a_database_says_when_to_come_again(client, monkeypatch):
    client.raise_request_exception = False
    client.force_login(make_user())
    monkeypatch.setattr("ingest.files.path_of", lost_database)

    response = client.post("/submit/", {"file": io.BytesIO(csv(row()))})

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "can’t answer" in response.content.decode()


def test_no_work_is_begun_while_the_reserve_is_touched(settings):
    make_catalogue()
    submission = received(csv(row()))
    settings.DISK_RESERVE_BYTES = ALL

    tasks.ingest(submission.pk)

    submission.refresh_from_db()
    assert (submission.state, submission.attempts, submission.lease_until) == ("RECEIVED", 0, None)
    settings.DISK_RESERVE_BYTES = 0
    boards = pipeline.ingest(submission.pk, at=timezone.now())
    settings.DISK_RESERVE_BYTES = ALL
    for board in boards:
        board_tasks.refresh_board(board)
    assert Change.objects.exists()
    settings.DISK_RESERVE_BYTES = 0
    for board in boards:
        board_tasks.refresh_board(board)
    assert not Change.objects.exists()


def tried(submission: Submission, times: int) -> Submission:
    """The submission after so many tries, each once the lease of the last is over."""
    now = timezone.now()
    for hour in range(times):
        pipeline.ingest(submission.pk, at=now + timedelta(hours=hour))
    submission.refresh_from_db()
    return submission


@pytest.mark.parametrize("full", FULL)
def test_a_file_is_not_blamed_for_a_full_disk(monkeypatch, full):
    make_catalogue()
    submission = received(csv(row(1), row(2)))
    with monkeypatch.context() as patch:
        patch.setattr(writing, "mark_rows", full)
        tried(submission, 5)
    assert (submission.state, submission.attempts, Run.objects.count()) == ("RECEIVED", 0, 0)

    rested = timezone.now() + timedelta(hours=9)
    for board in pipeline.ingest(submission.pk, at=rested):
        frontiers.refresh(board, at=rested)

    submission.refresh_from_db()
    assert (submission.state, submission.attempts, Run.objects.count()) == ("PUBLISHED", 1, 2)


def test_a_file_whose_work_was_undone_is_looked_for_within_a_minute(monkeypatch):
    make_catalogue()
    submission = received(csv(row()))
    monkeypatch.setattr(writing, "mark_rows", full_file)
    pipeline.ingest(submission.pk, at=timezone.now())

    # The sweep looks every 20 s.
    assert pipeline.waiting(at=timezone.now() + timedelta(seconds=10)) == []
    assert pipeline.waiting(at=timezone.now() + timedelta(seconds=40)) == [submission.pk]


def test_work_under_way_is_undone_when_the_reserve_is_touched(settings, monkeypatch):
    make_catalogue()
    submission = received(csv(row(1), row(2)))
    written = writing.write

    def filling(*args, **how):
        written(*args, **how)
        settings.DISK_RESERVE_BYTES = ALL

    monkeypatch.setattr(writing, "write", filling)

    tried(submission, 1)

    assert (submission.state, submission.attempts, Run.objects.count()) == ("RECEIVED", 0, 0)


def test_a_database_that_ended_on_a_full_disk_is_no_fault_of_the_file(settings, monkeypatch):
    make_catalogue()
    submission = received(csv(row()))

    def ended(*_, **__):
        settings.DISK_RESERVE_BYTES = ALL
        lost_database()

    monkeypatch.setattr(writing, "mark_rows", ended)

    assert tried(submission, 1).attempts == 0


def test_other_failures_count(monkeypatch):
    make_catalogue()
    submission = received(csv(row()))
    monkeypatch.setattr(writing, "mark_rows", lost_database)

    with pytest.raises(OperationalError):
        pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.attempts == 1


def test_without_the_protection_a_full_disk_sets_the_file_aside(settings, monkeypatch):
    settings.ENABLE_FAULTS = True
    monkeypatch.setenv("FAULT_OFF", "forgiving")
    make_catalogue()
    submission = received(csv(row()))
    monkeypatch.setattr(writing, "mark_rows", full_file)
    now = timezone.now()
    for hour in range(3):
        with pytest.raises(OSError, match="No space"):
            pipeline.ingest(submission.pk, at=now + timedelta(hours=hour))

    pipeline.ingest(submission.pk, at=now + timedelta(hours=3))

    submission.refresh_from_db()
    assert submission.state == "QUARANTINED"


def test_the_server_keeps_room_and_gives_it_up_to_start(tmp_path, monkeypatch):
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    server = Postgres(
        data=tmp_path / "postgres", sockets=tmp_path, log=tmp_path / "log", durable=False
    )
    left = {"bytes": 16 * embedded.RESERVE_BYTES}
    monkeypatch.setattr(embedded, "free_bytes", lambda folder: left["bytes"])

    server.look_after()
    kept = server.reserve.stat()
    left["bytes"] = embedded.RESERVE_BYTES
    server.prepare()
    assert server.reserve.exists()
    left["bytes"] = 0
    server.prepare()
    server.look_after()

    assert (kept.st_size, kept.st_blocks * 512) >= (embedded.RESERVE_BYTES,) * 2
    assert not server.reserve.exists()
