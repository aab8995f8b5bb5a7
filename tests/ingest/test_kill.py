"""A worker that dies while it publishes, with real processes; and proof that the test would notice.

The protections can be switched off one by one (`leaderboard/faults.py`). With its protection off
each test here must fail, so the negative controls assert exactly that.
"""

from datetime import timedelta

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from ingest import tasks
from ingest.checking import BATCH
from leaderboard.models import Board, Change, Entry, Estimate, Measurement, Run, Submission
from tests.ingest.files import csv, make_catalogue, received, row
from tests.waiting import within

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = BATCH + 1_000  # so that a batch is written before the fault and one is still to come
LEASE_S = 2


def big_file() -> Submission:
    make_catalogue()
    return received(csv(*(row(number) for number in range(1, ROWS + 1))))


def killed_while_publishing(start_worker, submission: Submission, **environ: str):
    """Send the file to a worker that is killed after its first batch."""
    worker = start_worker(
        ENABLE_FAULTS="1", FAULT_POINT="mid_copy:sleep:60", LEASE_SECONDS=str(LEASE_S), **environ
    )
    tasks.ingest.delay(submission.pk)
    assert within(60, lambda: Submission.objects.get(pk=submission.pk).attempts == 1)
    # The fault point holds it in the middle of its transaction; give it time to get there.
    assert within(60, lambda: "mid_copy" in holding())
    worker.kill()


def holding() -> str:
    """What an open transaction of a worker last wrote, as the database sees it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT query FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
        queries = [query for (query,) in cursor.fetchall()]
    return "mid_copy" if any("COPY leaderboard_estimate" in query for query in queries) else ""


def take_up_again(start_worker, submission: Submission, *, seconds: float = 40) -> bool:
    """A new worker and the sweep, as beat calls it; whether the file gets published."""
    start_worker(LEASE_SECONDS=str(LEASE_S))

    def published() -> bool:
        tasks.sweep()
        return Submission.objects.get(pk=submission.pk).state == "PUBLISHED"

    return within(seconds, published)


def test_a_worker_killed_while_publishing_leaves_exactly_the_rows_once(start_worker):
    submission = big_file()
    killed_while_publishing(start_worker, submission)
    assert Run.objects.count() == 0

    assert take_up_again(start_worker, submission)

    assert Run.objects.count() == Entry.objects.count() == ROWS
    assert Measurement.objects.filter(metric="node_energy").count() == ROWS
    assert Estimate.objects.filter(metric="node_energy").count() == ROWS
    board = Board.objects.get()
    assert within(20, lambda: not Change.objects.exists())
    assert board.frontiers.count() == 1
    submission.refresh_from_db()
    assert (submission.attempts, submission.summary["runs"]) == (2, ROWS)


def test_without_one_transaction_the_kill_leaves_a_part_behind(start_worker):
    submission = big_file()

    killed_while_publishing(start_worker, submission, FAULT_OFF="one_transaction")

    assert 0 < Run.objects.count() < ROWS


def test_without_the_sweep_the_killed_file_is_never_taken_up(start_worker, monkeypatch, settings):
    submission = big_file()
    killed_while_publishing(start_worker, submission)
    settings.ENABLE_FAULTS = True
    monkeypatch.setenv("FAULT_OFF", "sweep")
    current_app.control.purge()

    assert not take_up_again(start_worker, submission, seconds=4 * LEASE_S)

    assert Run.objects.count() == 0


def test_a_broker_that_forgets_everything_loses_no_file(start_worker):
    make_catalogue()
    submission = received(csv(row(1), row(2)), at=timezone.now() - timedelta(minutes=1))
    tasks.ingest.delay(submission.pk)
    current_app.control.purge()

    assert take_up_again(start_worker, submission)

    assert Run.objects.count() == 2
