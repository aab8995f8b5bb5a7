"""A small disk of a drill's own, in memory, that can be full."""

import ctypes
import errno
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.processes import Refused

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
PIECES = (2**20, 2**12)


class Disk:
    """A mounted folder, and a file in it that takes the room that the site is to lack."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.ballast = folder, folder / "ballast"

    def fill(self, left: int) -> None:
        """Take all room but that many bytes."""
        with self.ballast.open("wb", buffering=0) as file:
            for size in PIECES:
                with suppress(OSError):
                    while self.left() >= left + size:
                        file.write(bytes(size))

    def free(self) -> None:
        self.ballast.unlink()

    def left(self) -> int:
        """Bytes that are free."""
        room = os.statvfs(self.folder)
        return room.f_bavail * room.f_frsize


@contextmanager
def small_disk(mib: int) -> Iterator[Disk]:
    """A disk of that size that only this process and its children see, gone when they end."""
    see_own_mounts()
    with tempfile.TemporaryDirectory(prefix="frontier-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0700", "tmpfs", folder]
        subprocess.run(mount, check=True)
        try:
            yield Disk(Path(folder))
        finally:
            subprocess.run(["umount", "--lazy", folder], check=False)


def see_own_mounts() -> None:
    """Mount from here on for ourselves alone; who is not root becomes so in a namespace of users.

    Raises Refused where the machine does not allow it.
    """
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | (CLONE_NEWUSER if uid else 0)):
        reason = os.strerror(ctypes.get_errno() or errno.EPERM)
        raise Refused(f"This machine does not let us mount a disk for the drill: {reason}.")
    if uid:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
