"""Several senders at once, each with a connection of its own."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from ingest import checking, pipeline
from leaderboard import frontiers
from leaderboard.models import Board, Change, Entry, Run, Submission, SubmissionChunk
from tests import oracles
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, received, row

pytestmark = pytest.mark.django_db(transaction=True)


def together(*works: Callable[[], object]) -> list[BaseException]:
    """Run these at once. Returns what they raised."""
    raised: list[BaseException] = []
    start = threading.Barrier(len(works))

    def run(work):
        try:
            start.wait()
            work()
        except BaseException as error:
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_twenty_identical_uploads_at_once_are_one_submission():
    make_catalogue()
    sender = make_user()
    content = csv(row(1), row(2))

    raised = together(*[lambda: received(content, by=sender)] * 20)

    assert raised == []
    assert (Submission.objects.count(), SubmissionChunk.objects.count()) == (1, 1)


def test_one_submission_worked_on_twice_at_once_is_published_once():
    make_catalogue()
    submission = received(csv(*(row(number) for number in range(1, 800))))

    raised = together(*[lambda: pipeline.ingest(submission.pk, at=timezone.now())] * 4)

    assert raised == []
    assert Run.objects.count() == 799
    submission.refresh_from_db()
    assert (submission.state, submission.attempts) == ("PUBLISHED", 1)


def test_files_with_the_same_entries_in_opposite_order_do_not_hinder_each_other():
    make_catalogue()
    numbers = range(1, 6_001)  # more than one batch
    forth = received(csv(*(row(number) for number in numbers)))
    back = received(csv(*(row(number, energy=7 + number) for number in reversed(numbers))))

    raised = together(
        *(
            lambda pk=submission.pk: pipeline.ingest(pk, at=timezone.now())
            for submission in (forth, back)
        )
    )

    assert raised == []
    assert (Entry.objects.count(), Run.objects.count()) == (6_000, 12_000)
    assert set(Submission.objects.values_list("state", flat=True)) == {"PUBLISHED"}


def test_of_two_that_want_each_others_entries_one_lets_the_other_go_on(monkeypatch):
    """Their first batches, of 1,000 rows, have entries in common: each try would end alike."""
    make_catalogue()
    monkeypatch.setattr(checking, "BATCH", 600)
    tries: list[int] = []
    worked = pipeline.worked

    def rest(point: str) -> None:
        if point == "mid_copy":
            time.sleep(2)

    def counted(claimed: Submission, **how: Any) -> set[int]:
        tries.append(claimed.pk)
        return worked(claimed, **how)

    monkeypatch.setattr(pipeline, "fault", rest)
    monkeypatch.setattr(pipeline, "worked", counted)
    numbers = range(1, 1_981)
    forth = received(csv(*(row(number) for number in numbers)))
    back = received(csv(*(row(number, energy=7 + number) for number in reversed(numbers))))

    raised = together(
        *(
            lambda pk=submission.pk: pipeline.ingest(pk, at=timezone.now())
            for submission in (forth, back)
        )
    )

    assert raised == []
    assert len(tries) == 3
    assert (Entry.objects.count(), Run.objects.count()) == (1_980, 3_960)
    assert set(Submission.objects.values_list("state", "attempts")) == {("PUBLISHED", 1)}


def test_eight_publishes_and_their_refreshes_at_once_end_in_the_right_frontier():
    make_catalogue()
    files = [
        received(
            csv(
                *(
                    row(
                        100 * part + number,
                        quality=(part * 37 + number * 11) % 97 + 1,
                        energy=(part * 53 + number * 29) % 101 + 1,
                    )
                    for number in range(1, 60)
                )
            )
        )
        for part in range(8)
    ]

    def published(pk: int) -> None:
        for board in pipeline.ingest(pk, at=timezone.now()):
            frontiers.refresh(board, at=timezone.now())

    raised = together(*(lambda pk=file.pk: published(pk) for file in files))

    assert raised == []
    board = Board.objects.get()
    frontiers.refresh(board.pk, at=timezone.now())
    assert oracles.live(board) == oracles.placements(board)
    assert not Change.objects.exists()
