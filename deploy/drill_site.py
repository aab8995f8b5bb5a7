"""A site of its own for a drill: scratch servers, web server, worker and clock to harm."""

import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from deploy import processes
from deploy.clone import ROOT
from deploy.disk import Disk, small_disk
from deploy.embedded import Server, Services

HELD_UP_SQL = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
QUIET_SQL = """
    SELECT NOT EXISTS (SELECT 1 FROM pg_stat_activity
                       WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid()
                         AND backend_type = 'client backend')
"""
SETTLED_SQL = """
    SELECT NOT EXISTS (SELECT 1 FROM leaderboard_submission WHERE state = 'RECEIVED')
       AND NOT EXISTS (SELECT 1 FROM leaderboard_change)
"""


class Role:
    """Web server, worker or clock."""

    def __init__(self, name: str, log: Path, process: subprocess.Popen[bytes]) -> None:
        self.name, self.log, self.process = name, log, process

    def kill(self) -> None:
        """End it with its children, as a power cut does."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self, patience_s: float) -> None:
        """End it as the supervisor does: ask, and kill what is left in the end."""
        processes.stop(self.process, patience_s=patience_s)
        self.kill()

    def says(self, words: str) -> bool:
        return words in self.log.read_text(errors="replace")


@dataclass
class Answer:
    """What the web server said; status 0 when nobody did."""

    status: int = 0
    body: bytes = b""
    seconds: float = 0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class File:
    """An upload's answer."""

    status: int
    id: str
    seconds: float


class Site:
    """A site that runs on scratch servers."""

    def __init__(self, services: Services, environ: dict[str, str], disk: Disk | None) -> None:
        self.services, self.disk = services, disk
        self.folder = disk.folder if disk else services.folder
        self.temporary = self.folder / "tmp"
        self.port = free_port()
        self.roles: dict[str, Role] = {}
        self.environ = {
            **os.environ,
            **services.urls,
            "VAR_DIR": str(self.folder),
            "TMPDIR": str(self.temporary),
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "SECRET_KEY": "a key for a site that lives some minutes, and for no other",
            "PYTHONUNBUFFERED": "1",
            # The made-up numbers of a drill are not plausible.
            "REVIEW": "none",
            # Nothing here needs the static files.
            "STATICFILES_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            **environ,
        }

    def prepare(self) -> None:
        """Tables, accounts, an empty board, and what a tester from outside is told of the site."""
        (self.folder / "run").mkdir()
        self.temporary.mkdir()
        self.manage("migrate", "--verbosity", "0")
        self.tokens: dict[str, str] = json.loads(self.manage("seed_demo", "--rows", "0", "--json"))[
            "tokens"
        ]
        self.template: dict[str, str] = json.loads(self.manage("seed_demo", "--template", "--json"))
        told = json.loads(self.manage("acceptance_info", "--json"))
        self.urls: dict[str, str] = told["urls"]
        self.commands: dict[str, str] = told["procs"]

    def manage(self, *words: str) -> str:
        """Run a Django command. Returns what it printed."""
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(
            command, cwd=ROOT, env=self.environ, check=False, capture_output=True, text=True
        )
        if done.returncode and not done.stdout:
            raise RuntimeError(f"{words[0]} failed: {done.stderr[-500:]}")
        return done.stdout

    def start(self, *names: str, **environ: str) -> None:
        """Start roles and wait until they are at work; keywords are environment variables."""
        for name in names:
            self.spawn(name, environ)
        for name in names:
            if until(partial(self.is_at_work, name), 60) > 60:
                raise RuntimeError(f"{name} does not start")

    def spawn(self, name: str, environ: dict[str, str]) -> None:
        log = self.folder / f"{name}{len(list(self.folder.glob('*.log')))}.log"
        more = {"STATEMENT_TIMEOUT_MS": "5000"} if name == "web" else {}
        with log.open("ab") as output:
            process = processes.spawn(
                ["sh", "-c", f"exec {self.commands[name]}"],
                output=output,
                cwd=ROOT,
                environ={**self.environ, **more, **environ},
            )
        self.roles[name] = Role(name, log, process)

    def revive(self) -> list[str]:
        """Start again what ended, as `make run` does. Returns the names of those."""
        for server in self.services.servers:
            server.look_after()
        ended = [server for server in self.services.servers if not server.lives()]
        for server in ended:
            with suppress(processes.Refused):
                server.start()
        gone = [name for name, role in self.roles.items() if role.process.poll() is not None]
        for name in gone:
            self.spawn(name, {})
        return [*(server.name for server in ended), *gone]

    def is_at_work(self, name: str) -> bool:
        if name == "web":
            return self.get(self.urls["ready"])[0] == 200
        return self.roles[name].says(" ready." if name == "worker" else "beat: Starting")

    def server(self, kind: type[Server]) -> Server:
        return next(server for server in self.services.servers if isinstance(server, kind))

    @property
    def pages(self) -> list[str]:
        """Pages that anybody reads."""
        board = [self.urls[name].replace("{id}", "demo") for name in ("board", "export")]
        return ["/", "/boards/", *board, self.urls["login"], self.urls["openapi"]]

    def get(self, path: str) -> tuple[int, float]:
        """Status and seconds of a page; 0 when nobody answers."""
        answer = self.asked("GET", path)
        return answer.status, answer.seconds

    def send(self, content: bytes, name: str = "a.csv", by: str = "demo-sender") -> File:
        """Send a file as a script does."""
        headers = {
            "Authorization": f"Bearer {self.tokens[by]}",
            "Content-Type": "text/csv",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        answer = self.asked("POST", self.urls["upload"], content, headers)
        with suppress(ValueError):
            return File(answer.status, str(json.loads(answer.body).get("id", "")), answer.seconds)
        return File(answer.status, "", answer.seconds)

    def asked(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Answer:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.connect()
            with suppress(ConnectionError):
                # Who is refused early hears of it before all is sent.
                connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            body, took = answer.read(), time.monotonic() - began
            return Answer(answer.status, body, took, {k.lower(): v for k, v in answer.getheaders()})
        except (OSError, http.client.HTTPException):
            return Answer(seconds=time.monotonic() - began)
        finally:
            connection.close()

    def announced(self, size: int, *, at_most: float, leaves: bool = False) -> tuple[int, float]:
        """Announce a body and send a part of it, until an answer comes or the sender leaves.

        Returns the answer's status, 0 without one, and the share that was sent.
        """
        head = (
            f"POST {self.urls['upload']} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {self.tokens['demo-sender']}\r\n"
            f"Content-Type: text/csv\r\nContent-Length: {size}\r\n\r\n"
        )
        sent, piece = 0, b"x" * 2**16
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as client:
            client.sendall(head.encode())
            while sent < at_most * size:
                if not leaves and select.select([client], [], [], 0.05)[0]:
                    break
                client.sendall(piece)
                sent += len(piece)
            answer = b"" if leaves else client.recv(64)
        return int(answer.split()[1]) if answer else 0, sent / size

    def ask(self, query: str, *values: Any) -> Any:
        """The first column of the first row of the answer; None when there is no answer."""
        with (
            suppress(psycopg.OperationalError),
            psycopg.connect(self.environ["DATABASE_URL"], autocommit=True) as connection,
        ):
            row = connection.execute(query, values).fetchone()
            return row[0] if row else None

    def lose(self, constraint: str, table: str) -> None:
        """Take a constraint of a table away."""
        with psycopg.connect(self.environ["DATABASE_URL"], autocommit=True) as connection:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")

    @contextmanager
    def meeting(self, workers: int) -> Iterator[None]:
        """For as long as this takes, and until so many want to, nobody can make entries."""
        with psycopg.connect(self.environ["DATABASE_URL"]) as connection:
            connection.execute("LOCK TABLE leaderboard_entry IN SHARE MODE")
            yield
            if until(lambda: self.ask(HELD_UP_SQL) == workers, 60) > 60:
                raise RuntimeError(f"{workers} workers do not meet")

    def state(self, file: File) -> str:
        query = "SELECT state FROM leaderboard_submission WHERE public_id::text = %s"
        return str(self.ask(query, file.id))

    def attempts(self, file: File) -> int:
        query = "SELECT attempts FROM leaderboard_submission WHERE public_id::text = %s"
        return int(self.ask(query, file.id) or 0)

    def count(self, table: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM leaderboard_{table}"))

    def is_settled(self) -> bool:
        """Whether every file has reached a final state and every board knows of it."""
        return self.ask(SETTLED_SQL) is True

    def is_quiet(self) -> bool:
        """Whether nobody is in the middle of a transaction."""
        return self.ask(QUIET_SQL) is True

    def breaches(self) -> list[str]:
        """What is not as the stored files say, by the verification from outside."""
        found: list[str] = json.loads(self.manage("verify_integrity", "--json"))["breaches"]
        return found

    def table(self, rows: int, first: int = 0, *, backwards: bool = False) -> bytes:
        """A file in our own CSV whose first row is on the frontier; another `first`, others."""
        pattern = self.template["row"]
        lines = [
            pattern.replace("{i}", str(i)).replace("{r}", str(1 + i - first) + ".5")
            for i in range(first, first + rows)
        ]
        return "\n".join([self.template["header"], *(lines[::-1] if backwards else lines)]).encode()

    def end(self) -> None:
        for role in self.roles.values():
            role.kill()


@contextmanager
def scratch_site(environ: dict[str, str], disk_mib: int = 0) -> Iterator[Site]:
    with ExitStack() as stack:
        disk = stack.enter_context(small_disk(disk_mib)) if disk_mib else None
        folder = disk.folder if disk else None
        services = stack.enter_context(Services({}, data=folder, logs=folder))
        site = Site(services, environ, disk)
        try:
            site.prepare()
            yield site
        finally:
            site.end()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def until(condition: Callable[[], bool], patience_s: float) -> float:
    """Seconds until the condition is true; infinity when it does not become so."""
    began = time.monotonic()
    while time.monotonic() - began < patience_s:
        if condition():
            return time.monotonic() - began
        time.sleep(0.2)
    return float("inf")


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    """What these return, all begun together."""
    found: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def run(place: int) -> None:
        start.wait()
        found[place] = works[place]()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


class Seen:
    """What a drill saw: measured against limits, and compared with what must be."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.passed = True

    def most(self, name: str, value: float, limit: float, unit: str = "s") -> None:
        """A measured number that may not exceed its limit."""
        self.note(f"{name} {value:.1f} {unit} (limit {limit:g})", value <= limit)

    def equal(self, name: str, value: Any, expected: Any) -> None:
        is_right = value == expected
        self.note(f"{name} {value}" if is_right else f"{name} {value}, not {expected}", is_right)

    def note(self, words: str, is_right: bool = True) -> None:
        self.words.append(words if is_right else f"✗ {words}")
        self.passed &= is_right

    @property
    def verdict(self) -> str:
        return "PASS" if self.passed else "FAIL"

    def __str__(self) -> str:
        return "; ".join(self.words)


class Memory:
    """The memory of some processes and all below them, looked at while a drill goes on."""

    def __init__(self, *roles: Role) -> None:
        self.roles = roles
        self.before = {role.name: self.now(role) for role in roles}
        self.peak = dict(self.before)
        self.is_over = threading.Event()
        self.watcher = threading.Thread(target=self.watch)

    def now(self, role: Role) -> float:
        """MiB in all; what forked processes share counts for each, so growth is never hidden."""
        pids = [role.process.pid, *processes.descendants(role.process.pid)]
        return sum(map(resident_mib, pids))

    def watch(self) -> None:
        while not self.is_over.wait(0.1):
            for role in self.roles:
                self.peak[role.name] = max(self.peak[role.name], self.now(role))

    def growth(self, role: str) -> float:
        return self.peak[role] - self.before[role]

    def __enter__(self) -> "Memory":
        self.watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        self.watcher.join()


def resident_mib(pid: int) -> float:
    with suppress(OSError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
    return 0
