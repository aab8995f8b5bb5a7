"""What belongs to this clone: its folders, its lock, its secret key, its servers' addresses."""

import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deploy.processes import Refused

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var").resolve()
LOCK = VAR / "run" / "lock"
SERVICES = VAR / "run" / "services.json"
ADDRESSES = ("DATABASE_URL", "REDIS_URL")
LONGEST_SOCKET_FOLDER = 80  # A socket's whole path has at most 107 bytes.
ABANDONED_AFTER_S = 60


class InUse(Refused):
    """Somebody else works with this clone's data."""


@contextmanager
def claimed(purpose: str) -> Iterator[None]:
    """Hold this clone's data for ourselves; `InUse` says who has it if somebody does."""
    try:
        LOCK.parent.mkdir(parents=True, exist_ok=True)
        handle = LOCK.open("a+")
    except PermissionError as error:
        raise Refused(f"{error.filename} belongs to another user. Start as that user.") from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.seek(0)
            raise InUse(f"This clone is in use already: {handle.read().strip()}.") from None
        handle.truncate(0)
        handle.write(f"{purpose}, process {os.getpid()}")
        handle.flush()
        yield


def given() -> dict[str, str]:
    """The addresses of servers that others run for us."""
    return {name: os.environ[name] for name in ADDRESSES if os.environ.get(name)}


def announce(urls: dict[str, str]) -> None:
    """Let other commands of this clone find the servers we started."""
    with open(os.open(SERVICES, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(urls, file)


def withdraw_announcement() -> None:
    SERVICES.unlink(missing_ok=True)


def announced() -> dict[str, str]:
    """The addresses of the servers that the running site uses; empty if it does not say."""
    try:
        urls: dict[str, str] = json.loads(SERVICES.read_text())
    except (OSError, ValueError):
        return {}
    return urls


def secret_key() -> str:
    """The key of this installation, made once."""
    path = VAR / "secret_key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with (
            suppress(FileExistsError),
            open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file,
        ):
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()


def environment(urls: dict[str, str]) -> dict[str, str]:
    """What the site's processes read: our own environment, the servers, the key."""
    inherited = dict(os.environ)
    inherited.setdefault("SECRET_KEY", secret_key())
    return inherited | {"VAR_DIR": str(VAR), "PYTHONUNBUFFERED": "1"} | urls


@contextmanager
def short_folder() -> Iterator[Path]:
    """A private folder with a path short enough for sockets, gone afterwards."""
    parent = tempfile.gettempdir()
    if len(parent) > LONGEST_SOCKET_FOLDER - 20:
        parent = "/tmp"
    _remove_abandoned(Path(parent))
    folder = Path(tempfile.mkdtemp(prefix="frontier-", dir=parent))
    try:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_abandoned(parent: Path) -> None:
    """Remove folders of runs that were killed: nobody holds their locks any more."""
    for path in parent.glob("frontier-*/lock"):
        try:
            if path.stat().st_mtime > time.time() - ABANDONED_AFTER_S:
                continue
            with path.open("a") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path.parent, ignore_errors=True)
        except OSError:
            continue  # In use, or another user's.
