"""What the workers do about boards and metrics, and the one way to ask them for anything."""

import logging
from collections.abc import Callable
from functools import wraps

from celery import Task, shared_task
from celery.signals import heartbeat_sent
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from leaderboard import chances, frontiers, rederivation, room
from leaderboard.core.chance import RECIPE
from leaderboard.models import Board, Change

log = logging.getLogger(__name__)
HEARTBEAT = "worker-heartbeat"


def later(task: Task, *args) -> None:
    """Queue a task after commit. A broker that is down is logged; the sweep finds the work."""

    def send():
        try:
            task.delay(*args)
        except Exception as error:  # every transport raises its own
            log.warning("could not queue %s%s: %s", task.name, args, error)

    transaction.on_commit(send, robust=True)


def where_there_is_room(work: Callable[[int], None]) -> Callable[[int], None]:
    """Leave the work where it waits while the disk is full; the sweep finds it again."""

    @wraps(work)
    def worked(pk: int) -> None:
        if room.is_enough():
            work(pk)

    return worked


@shared_task
@where_there_is_room
def refresh_board(board_id: int) -> None:
    """Bring a board up to date."""
    frontiers.refresh(board_id, at=timezone.now())
    later(draw_chances, board_id)


@shared_task
@where_there_is_room
def draw_chances(board_id: int) -> None:
    """Work out how likely each entry is to be on the frontier of a board."""
    chances.work_out(board_id, at=timezone.now())


@shared_task
@where_there_is_room
def rederive_batch(batch_id: int) -> None:
    """Work some entries of a rederivation out anew."""
    for board_id in rederivation.work(batch_id, at=timezone.now()):
        later(refresh_board, board_id)
    rederivation.finish(at=timezone.now())


@shared_task
def sweep() -> None:
    """Queue the boards that have changes or draws waiting, and what waits of rederivations."""
    rederivation.finish(at=timezone.now())
    for batch_id in rederivation.waiting(at=timezone.now()):
        later(rederive_batch, batch_id)
    for board_id in Change.objects.order_by().values_list("board_id", flat=True).distinct():
        later(refresh_board, board_id)
    for board_id in Board.objects.without_chances(RECIPE).values_list("pk", flat=True):
        later(draw_chances, board_id)


@heartbeat_sent.connect
def heard(**_) -> None:
    """Say that a worker is alive; the health page looks at it.

    The worker's main process says so, not a task: a worker busy with large files is not dead.
    """
    cache.set(HEARTBEAT, timezone.now().timestamp(), timeout=300)
