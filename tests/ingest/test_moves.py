"""What the pipeline does to a frontier is told with its reason, from the first file to the last."""

import pytest
from django.utils import timezone

from ingest import pipeline
from leaderboard import frontiers
from leaderboard.changes import Question
from leaderboard.models import Board, Run
from leaderboard.transitions import Transition
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db


def step() -> Transition:
    """The board's newest version."""
    board = Board.objects.get()
    return Transition(board.frontiers.get(number=board.latest))


def told(moves) -> list[tuple]:
    return [(move.entry, move.why, move.submission) for move in moves]


def test_files_that_come_replace_and_go_are_the_reasons_of_moves():
    make_catalogue()
    sender = make_user()
    first = sent(csv(row(1, quality=50, energy=10)), by=sender)
    (old,) = first.runs.values_list("entry", flat=True)
    assert told(step().entered) == [(old, "opened", first)]

    better = sent(csv(row(2, quality=60, energy=5)), by=sender)
    (winner,) = better.runs.values_list("entry", flat=True)
    assert told(step().entered) == [(winner, "new_result", better)]
    assert [(one.entry, one.why, one.by) for one in step().left] == [(old, "dominated", (winner,))]

    corrected = sent(
        csv(row(1, quality=70, energy=4)),
        by=sender,
        on_conflict="SUPERSEDE",
        reason="correction",
        is_approved=True,
    )
    assert Run.objects.filter(entry=old, replaced_by__submission=corrected).exists()
    (entered,) = step().entered
    assert (entered.entry, entered.why, entered.submission) == (old, "numbers_changed", corrected)
    assert {one.metric.slug for one in entered.shifts} == {"quality", "node_energy"}

    for board in pipeline.withdraw(corrected.pk, at=timezone.now(), reason="A slip"):
        frontiers.refresh(board, at=timezone.now())
    assert told(step().left) == [(old, "withdrawn", corrected)]
    assert told(step().entered) == [(winner, "dominator_gone", corrected)]

    assert [event.kind for event in Question(Board.objects.get()).page(20)] == [
        *("frontier", "withdrawn", "frontier", "superseded"),
        *("frontier", "published", "board", "published"),
    ]
