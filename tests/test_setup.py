"""`make run` from a fresh copy, and the servers it brings along."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from deploy.clone import ROOT
from deploy.embedded import Postgres, Services
from deploy.processes import Refused, working_in

PATIENCE_S = 60
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "var", "__pycache__", ".*_cache", ".hypothesis"
)
OWN_ENVIRONMENT = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "VAR_DIR",
    "STATIC_ROOT",
    "STATICFILES_STORAGE",
)


class Copy:
    """A copy of the repository, to start and stop."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.environ = {k: v for k, v in os.environ.items() if k not in OWN_ENVIRONMENT}
        shutil.copytree(ROOT, folder, ignore=NOT_COPIED)
        for shared in (".venv", "node_modules"):
            (folder / shared).symlink_to(ROOT / shared)

    def run(self, *command: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [".venv/bin/python", "-m", *command],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def start(self) -> tuple[subprocess.Popen[str], list[str]]:
        """Start the site; returns when it says that it is ready, or ends."""
        site = self.run("deploy.run", "--port", str(self.port))
        assert site.stdout is not None
        lines = []
        for line in site.stdout:
            lines.append(line.rstrip())
            if line.startswith("Ready:"):
                break
        return site, lines

    def ask(self, *command: str) -> str:
        """What a command prints when it runs with this copy's servers."""
        return self.run("deploy.with_services", *command).communicate(timeout=PATIENCE_S)[0].strip()

    def sql(self, statement: str) -> None:
        with psycopg.connect(self.ask("printenv", "DATABASE_URL"), autocommit=True) as connection:
            connection.execute(statement)

    def processes(self) -> list[str]:
        """The command lines of all living processes that come from this copy."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = process.joinpath("cmdline").read_text().replace("\0", " ")
                folder = os.readlink(process / "cwd")
            except OSError:
                continue
            if command and (f"{self.folder}/" in command or folder.startswith(str(self.folder))):
                found.append(command)
        return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """A copy whose site has run once already, and has a table more since."""
    copy = Copy(tmp_path_factory.mktemp("clone") / "frontier")
    site, lines = copy.start()
    assert lines[-1] == f"Ready: http://127.0.0.1:{copy.port}/", "\n".join(lines)
    copy.sql("CREATE TABLE kept ()")
    assert stopped(site, signal.SIGINT) == 0
    yield copy
    shutil.rmtree(copy.folder)


def test_the_site_starts_again_with_its_data_and_leaves_nothing_behind(copy: Copy) -> None:
    key = (copy.folder / "var" / "secret_key").read_text()

    site, lines = copy.start()
    sockets = Path(copy.ask("printenv", "REDIS_URL").removeprefix("unix://")).parent

    assert lines[-1] == f"Ready: http://127.0.0.1:{copy.port}/"
    assert status(copy.port, "/healthz") == 200
    assert status(copy.port, "/") == 200
    copy.sql("SELECT FROM kept")
    assert (copy.folder / "var" / "secret_key").read_text() == key
    assert sockets.is_dir()

    assert stopped(site) == 0

    assert copy.processes() == []
    assert not sockets.exists()


def test_a_clone_starts_once_and_starts_again_after_its_launcher_was_killed(copy: Copy) -> None:
    site, _ = copy.start()
    twin, lines = copy.start()
    assert twin.wait() == 1
    assert "in use already" in lines[-1]

    site.kill()
    site.wait()
    site, lines = copy.start()

    assert lines[-1].startswith("Ready:"), "\n".join(lines)
    assert stopped(site) == 0
    wait_until(lambda: copy.processes() == [])


def test_a_busy_port_is_told_before_anything_starts(copy: Copy) -> None:
    with socket.create_server(("127.0.0.1", copy.port)):
        site, lines = copy.start()

    assert site.wait() == 1
    assert lines[-1].startswith(f"Cannot listen on 127.0.0.1 port {copy.port}: ")
    assert copy.processes() == []


def test_a_command_starts_the_servers_itself_when_the_site_is_down(copy: Copy) -> None:
    version = copy.ask(".venv/bin/python", "manage.py", "migrate", "--check", "--verbosity", "0")

    assert version == ""
    assert copy.processes() == []


def test_embedded_servers_start_again_on_the_same_data(tmp_path: Path) -> None:
    with Services((), data=tmp_path, durable=False) as services:
        with psycopg.connect(services.urls["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept ()")
        folder = services.folder
    assert not folder.exists()

    with Services((), data=tmp_path, durable=False) as services:
        with psycopg.connect(services.urls["DATABASE_URL"]) as connection:
            connection.execute("DROP TABLE kept")
        assert redis.Redis.from_url(services.urls["REDIS_URL"]).ping()


def test_embedded_servers_end_with_their_owner_and_start_after_that(tmp_path: Path) -> None:
    script = (
        "import sys, time; from pathlib import Path; from deploy.embedded import Services\n"
        f"with Services((), data=Path({str(tmp_path)!r}), durable=False): print(flush=True);"
        "time.sleep(99)"
    )
    owner = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    owner.stdout.readline()
    assert working_in(tmp_path / "postgres", "postgres")

    owner.kill()
    owner.communicate()

    wait_until(lambda: not working_in(tmp_path / "postgres", "postgres"))
    # A leftover that names a living process of somebody else.
    (tmp_path / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with Services(("REDIS_URL",), data=tmp_path, durable=False) as services:
        assert list(services.urls) == ["DATABASE_URL"]


def test_data_of_another_postgresql_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text("9\n")
    server = Postgres(data=data, sockets=tmp_path, log=tmp_path / "log", durable=False)

    with pytest.raises(Refused, match="was made by PostgreSQL 9, and this is 18"):
        server.start()


def stopped(site: subprocess.Popen[str], how: signal.Signals = signal.SIGTERM) -> int:
    """Stop a site and return its exit code."""
    site.send_signal(how)
    site.communicate(timeout=PATIENCE_S)
    return site.returncode


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    return connection.getresponse().status


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
