"""What the workers do about submissions."""

from celery import shared_task
from django.utils import timezone

from ingest import pipeline
from leaderboard.faults import is_protected
from leaderboard.tasks import later, refresh_board


@shared_task
def ingest(submission_id: int) -> None:
    """Check a file and publish it if it may be."""
    for board_id in pipeline.ingest(submission_id, at=timezone.now()):
        later(refresh_board, board_id)


@shared_task
def sweep() -> None:
    """Queue what is waiting though nobody is at work on it."""
    if not is_protected("sweep"):
        return
    pipeline.release(at=timezone.now())
    for submission_id in pipeline.waiting(at=timezone.now()):
        later(ingest, submission_id)
