"""Fixtures for all tests: a real worker, a real browser, the real data."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from deploy import processes
from efficiency_site.celery import app

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = [
    "--no-sandbox",  # CI runs as root.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
QUEUES = ("ingest", "frontier")
SETTLE_S = 20
CALM = 6  # times in a row
WORKER_PATIENCE_S = 30


class Worker:
    """A Celery worker in a process of its own, on the test database."""

    def __init__(self, log: Path, **environ: str) -> None:
        self.log = log
        self.name = f"{log.stem}@tests"
        self.environ = {**os.environ, "DATABASE_URL": database_url(), **environ}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start the worker and wait until it takes tasks."""
        self.kill()  # Children of one that was killed may live on.
        command = [sys.executable, "-m", "celery", "-A", "efficiency_site.celery:app", "worker"]
        command += ["--queues", ",".join(QUEUES), "--concurrency", "2", "--hostname", self.name]
        command += ["--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        with self.log.open("ab") as output:
            self.process = processes.spawn(command, output=output, cwd=ROOT, environ=self.environ)
        deadline = time.monotonic() + WORKER_PATIENCE_S
        while not app.control.ping(destination=[self.name], timeout=0.3):
            if not self.lives() or time.monotonic() > deadline:
                self.kill()
                pytest.fail(f"The worker does not start:\n{self.text()}", pytrace=False)

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Let it finish its tasks and go."""
        if self.process is not None:
            processes.stop(self.process, patience_s=20)
            self.kill()

    def text(self) -> str:
        """What it wrote so far."""
        return self.log.read_text(errors="replace")


def database_url() -> str:
    """DATABASE_URL with the name that pytest-django gave the database."""
    name = connection.settings_dict["NAME"]
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()


@pytest.fixture
def start_worker(
    transactional_db: None, tmp_path: Path, shared_worker: Worker
) -> Iterator[Callable[..., Worker]]:
    """A function that starts a worker; its keywords are environment variables for it.

    It is the only one: the shared worker would take its tasks.
    """
    shared_worker.kill()
    workers: list[Worker] = []

    def start(**environ: str) -> Worker:
        worker = Worker(tmp_path / f"worker{len(workers)}.log", **environ)
        workers.append(worker)
        worker.start()
        return worker

    empty_queues()
    yield start
    for worker in workers:
        worker.kill()


@pytest.fixture(scope="session")
def shared_worker(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Worker]:
    worker = Worker(tmp_path_factory.mktemp("worker") / "shared.log")
    yield worker
    worker.stop()


@pytest.fixture
def worker(transactional_db: None, shared_worker: Worker) -> Worker:
    """A worker that takes tasks. Tests share it, and may kill it."""
    if not shared_worker.lives():
        empty_queues()
        shared_worker.start()
    return shared_worker


@pytest.fixture(autouse=True)
def settled(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a worker come to an end before the database is emptied under it."""
    marker = request.node.get_closest_marker("django_db")
    if marker is None or not marker.kwargs.get("transaction"):
        yield
        return
    request.getfixturevalue("transactional_db")
    yield
    empty_queues()
    deadline = time.monotonic() + SETTLE_S
    calm = 0
    # Between two tasks a worker rests for a moment, so once is not enough.
    while calm < CALM and time.monotonic() < deadline:
        others, busy = others_and_busy()
        if not others:
            return
        calm = 0 if busy else calm + 1
        time.sleep(0.05)


def others_and_busy() -> tuple[int, int]:
    """How many other connections the database has, and how many are in the middle of something."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE state <> 'idle') FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        others, busy = cursor.fetchone()
    return others, busy


def empty_queues() -> None:
    """Forget the tasks of tests that had no worker."""
    with app.connection_for_write() as broker:
        for queue in QUEUES:
            broker.default_channel.queue_purge(queue)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Result files as their authors published them. They are not part of the repository."""
    folder = ROOT.parent / "shared" / "real-data"
    if not folder.is_dir():
        pytest.skip("real-data not here")
    return folder


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium of the machine, not one that Playwright would download."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        sentence = (
            "Browser tests need Chromium. Install it (Debian: apt-get install chromium), or skip "
            "them with ALLOW_NO_BROWSER=1."
        )
        if os.environ.get("ALLOW_NO_BROWSER") == "1":
            pytest.skip(sentence)
        pytest.fail(sentence, pytrace=False)
    return {**browser_type_launch_args, "executable_path": found, "args": BROWSER_ARGUMENTS}


@pytest.fixture
def watched(page):
    """A page whose complaints are collected."""
    page.complaints = []
    page.on(
        "console",
        lambda message: (
            page.complaints.append(message.text) if message.type in ("error", "warning") else None
        ),
    )
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    return page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser, so that `-m 'not browser'` leaves it out."""
    for item in items:
        if "browser_type_launch_args" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
