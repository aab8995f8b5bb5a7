"""Child processes that do not outlive their parent."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Container, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWUSER = 0x10000000
ON_LINUX = sys.platform == "linux"


class Refused(Exception):
    """The machine refuses something we need. Its text is for the terminal."""


def spawn(
    command: Sequence[str | Path],
    *,
    end_with: signal.Signals = signal.SIGTERM,
    as_ordinary: bool = False,
    stdin: int = subprocess.DEVNULL,
    output: IO[bytes] | int | None = None,
    cwd: Path | None = None,
    environ: dict[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a command out of reach of the terminal's Ctrl-C.

    The kernel sends it `end_with` when we die, however we die. Call this in the main thread: the
    signal comes when the thread that started the child ends.
    """
    parent = os.getpid()
    lowered = as_ordinary and os.geteuid() == 0

    def before_command() -> None:
        if lowered:
            become_ordinary()
        tie_to_parent(parent, end_with)  # Last: changing who we are would untie us.

    try:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT if output is not None else None,
            cwd=cwd,
            env=environ,
            start_new_session=True,
            preexec_fn=before_command,
        )
    except subprocess.SubprocessError as error:
        if not lowered:
            raise
        raise Refused(
            "PostgreSQL does not run as root, and this machine refuses the user namespace that "
            "would help. Either start as an ordinary user, or give DATABASE_URL, or allow user "
            "namespaces (sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone; in "
            "a container its seccomp profile). See docs/setup.md."
        ) from error


def tie_to_parent(parent: int, end_with: signal.Signals) -> None:
    """Have the kernel send this process `end_with` when `parent` dies."""
    if not ON_LINUX:
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(end_with), 0, 0, 0)
    if os.getppid() != parent:  # It died before the kernel knew.
        os._exit(1)


def become_ordinary() -> None:
    """Go on as user 1000 of a namespace of our own. On disk we are still who we were."""
    uid, gid = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {gid} 1")


def stop(
    process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM, *, patience_s: float
) -> None:
    """End a process: politely, and after `patience_s` by force."""
    if process.poll() is None:
        process.send_signal(how)
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def send(pid: int, what: signal.Signals) -> None:
    """Signal a process that may be gone."""
    with suppress(ProcessLookupError, PermissionError):
        os.kill(pid, what)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent dies, so that we can end them."""
    if ON_LINUX:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def kill_children(*, but: Container[int] = ()) -> None:
    """Kill our children, those we adopted too, and everything below them."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        doomed = [pid for pid in children(os.getpid()) if pid not in but]
        if not doomed:
            return
        for pid in doomed:
            for each in [*descendants(pid), pid]:
                send(each, signal.SIGKILL)
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.02)


def children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, task.read_text().split())
    return found


def descendants(pid: int) -> list[int]:
    """The children of a process and theirs, deepest first."""
    return [each for child in children(pid) for each in (*descendants(child), child)]


def working_in(directory: Path, program: str) -> list[int]:
    """The processes of `program` whose working directory is `directory`."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        try:
            executable = Path(os.readlink(link.with_name("exe")))
            if Path(os.readlink(link)) == directory and executable.name == program:
                found.append(int(link.parent.name))
        except OSError:
            continue  # Gone, or somebody else's.
    return found
