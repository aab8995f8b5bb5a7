"""An attempt that ended for want of room on the disk, and so says nothing about the file."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from leaderboard import room
from leaderboard.faults import is_protected
from leaderboard.models import Submission

AGAIN_S = 1
log = logging.getLogger(__name__)


@contextmanager
def forgiving(claimed: Submission) -> Iterator[None]:
    """Take an attempt back that fails for want of room; the sweep finds the file again.

    A database that has no room may end, which then is all that there is to see of it.
    """
    try:
        yield
    except room.SIGNS as error:
        if not is_protected("forgiving") or not (room.is_missing(error) or not room.is_enough()):
            raise
        log.warning("no room for submission %s: %s", claimed.pk, error)
        give_back(claimed)


def give_back(claimed: Submission) -> None:
    """Take the attempt of a claim back, as soon as the database can write that down.

    The file rests for a while: it may be this very file that leaves no room. Nothing more is tried
    when the lease is over, as somebody else may then count the file's attempts.
    """
    until = time.monotonic() + settings.LEASE_SECONDS
    ours = Submission.objects.filter(
        pk=claimed.pk, fence=claimed.fence, state=Submission.State.RECEIVED
    )
    while time.monotonic() < until:
        try:
            rest = timezone.now() + timedelta(seconds=settings.LEASE_SECONDS / 2)
            ours.update(attempts=claimed.attempts - 1, lease_until=rest)
            return
        except room.SIGNS:
            connection.close()
            time.sleep(AGAIN_S)
