"""Our web server and those of others, for as long as a measurement takes: part of `make bench`."""

import configparser
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from urllib.parse import urlsplit

from deploy import clone, prepare, processes

HOST = "127.0.0.1"
PEERS = clone.VAR / "peers"
READY_PATIENCE_S = 120
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Server:
    """A process that answers at an address, and all that it started."""

    def __init__(self, address: str, process: subprocess.Popen[bytes]):
        self.address, self.process = address, process

    def cpu_s(self) -> float:
        """Processor seconds that it has used so far, children that live included."""
        ticks = 0
        for pid in (self.process.pid, *processes.descendants(self.process.pid)):
            numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(numbers[11]) + int(numbers[12])
        return ticks / TICKS_PER_S


@contextmanager
def ours() -> Iterator[Server]:
    """Our web server as supervisord.conf starts it, with its static files."""
    prepare.collect_static_files()
    port = free_port()
    roles = configparser.RawConfigParser()
    roles.read(clone.ROOT / "deploy" / "supervisord.conf")
    told = {"%(here)s": "deploy", "%(ENV_HOST)s": HOST, "%(ENV_PORT)s": str(port)}
    command = roles["program:web"]["command"]
    for word, value in told.items():
        command = command.replace(word, value)
    with serving(command.split(), port, cwd=clone.ROOT) as server:
        yield server


@contextmanager
def serving(command: Sequence[str | Path], port: int, cwd: Path) -> Iterator[Server]:
    """A server started by a command, from its first answer on."""
    log = clone.VAR / "log" / f"bench-{port}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = processes.spawn(command, output=output, cwd=cwd, environ=dict(os.environ))
        try:
            await_answer(process, port, log)
            yield Server(f"http://{HOST}:{port}", process)
        finally:
            processes.stop(process, patience_s=15)


def await_answer(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + READY_PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            fetched(f"http://{HOST}:{port}/")
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit(f"no answer on port {port}: {log.read_text()[-1000:]}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def fetched(url: str, headers: dict[str, str] | None = None) -> tuple[int, Message, bytes]:
    """Status, headers and body as sent, compressed where the server does."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=120)
    try:
        path = f"{where.path or '/'}{where.query and '?'}{where.query}"
        connection.request("GET", path, headers={"Accept-Encoding": "gzip", **(headers or {})})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


def installed(name: str, *packages: str) -> Path:
    """The folder of programs of an environment with others' packages, made once."""
    home = PEERS / name
    if not (home / "installed").exists():
        uv = [sys.executable, "-m", "uv", "--quiet"]
        subprocess.run([*uv, "venv", "--clear", "--python", sys.executable, home], check=True)
        subprocess.run([*uv, "pip", "install", "--python", home, *packages], check=True)
        (home / "installed").touch()
    return home / "bin"


def installed_script(name: str, package: str) -> Path:
    """A program of an npm package in a folder of its own, installed once."""
    home = PEERS / name
    program = home / "node_modules" / ".bin" / name
    if not program.exists():
        home.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run([*install, package], cwd=home, check=True, stdout=subprocess.DEVNULL)
    return program
