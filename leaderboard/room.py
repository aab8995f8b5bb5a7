"""Story: what the site does when its disk is full.

A database that finds no room for its journal stops altogether, and then nobody reads either. So the
site stops before that: while less than a reserve is free it takes no files and begins no work, and
work under way is undone. All of it goes on by itself once there is room.
"""

import errno
import os
import sys
import tempfile
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError
from psycopg import errors

from leaderboard.faults import is_protected

FULL = (errno.ENOSPC, errno.EDQUOT)
# How the lack of room shows itself: in our own files, in the database's, or by its end.
SIGNS = (OSError, OperationalError, InterfaceError)


class NoRoom(OSError):
    """Less is free than the reserve."""

    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "The site keeps the room that is left on its disk")


def left() -> int:
    """Bytes that are free where the site writes: its own folder and that of temporary files."""
    return min(free(Path(settings.VAR_DIR)), free(Path(tempfile.gettempdir())))


def free(folder: Path) -> int:
    while not folder.exists():
        folder = folder.parent
    disk = os.statvfs(folder)
    # A file system that tells no size has no end that we could know of.
    return disk.f_bavail * disk.f_frsize if disk.f_blocks else sys.maxsize


def is_enough(more: int = 0) -> bool:
    """Whether the reserve is still there once that many bytes are written."""
    return not is_protected("reserve") or left() - more >= settings.DISK_RESERVE_BYTES


def require(more: int = 0) -> None:
    """Raise NoRoom where there is not enough."""
    if not is_enough(more):
        raise NoRoom


def is_missing(error: BaseException | None) -> bool:
    """Whether it was for want of room that something failed."""
    if isinstance(error, OSError):
        return error.errno in FULL
    return isinstance(getattr(error, "__cause__", None), errors.DiskFull)
