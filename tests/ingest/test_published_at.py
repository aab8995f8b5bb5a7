"""When numbers came to count stays known, whatever is decided about them later."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection
from django.utils import timezone

from ingest import pipeline
from leaderboard.changes import Question
from leaderboard.models import Submission
from tests.builders import NOW, make_board, make_entry, make_submission
from tests.ingest.files import csv, make_catalogue, sent

pytestmark = pytest.mark.django_db
State = Submission.State


def test_a_withdrawal_leaves_the_time_of_publication():
    make_catalogue()
    submission = sent(csv())
    published = submission.published_at
    later = timezone.now() + timedelta(days=3)

    pipeline.withdraw(submission.pk, at=later)

    submission.refresh_from_db()
    assert published is not None
    assert (submission.published_at, submission.decided_at) == (published, later)
    told = [(one.kind, one.at) for one in Question().page(9) if one.submission]
    assert told == [("withdrawn", later), ("published", published)]


def test_a_file_that_never_counted_has_no_time_of_publication():
    make_catalogue()
    submission = sent(csv(), publish=Submission.Publish.NO)

    pipeline.withdraw(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert (submission.state, submission.published_at) == (State.WITHDRAWN, None)
    assert not Question().page(9)


def test_the_migration_fills_in_what_is_known():
    board, decided = make_board(), NOW + timedelta(days=1)
    kept, taken, never, held = (
        make_submission(state=state, received_at=NOW, decided_at=decided)
        for state in (State.PUBLISHED, State.WITHDRAWN, State.WITHDRAWN, State.HELD)
    )
    make_entry(board, submission=taken, quality=0.5, energy=1)
    Submission.objects.update(published_at=None)

    with connection.cursor() as cursor:
        cursor.execute(import_module("leaderboard.migrations.0016_published_at").FILL_SQL)

    found = dict(Submission.objects.values_list("pk", "published_at"))
    assert [found[one.pk] for one in (kept, taken, never, held)] == [decided, NOW, None, None]
