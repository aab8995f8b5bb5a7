"""Start the whole site and keep it running: python -m deploy.run --host HOST --port PORT

Embedded servers, tables and reference data, then the roles of supervisord.conf. One Ctrl-C, or
SIGTERM, stops all of it.
"""

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from supervisor.childutils import getRPCInterface

from deploy import clone, processes
from deploy.embedded import Services, last_lines
from deploy.processes import Refused

LOGS = clone.VAR / "log"
READY_PATIENCE_S = 120
PORT_PATIENCE_S = 15
STOP_PATIENCE_S = 40  # The slowest role, and some.
FAILED = {"BACKOFF", "EXITED", "FATAL", "UNKNOWN"}


def main() -> int:
    arguments = parse()
    end_on_signals()
    processes.adopt_orphans()
    try:
        with clone.claimed(f"`make run` on port {arguments.port}"):
            await_port(arguments.host, arguments.port)
            run(arguments.host, arguments.port)
    except Refused as refused:
        print(f"\n{refused}", file=sys.stderr)
        return 1
    finally:
        processes.kill_children()
    return 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Start the whole site.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    arguments = parser.parse_args()
    if arguments.port not in range(1, 65536):
        parser.error("a port is a number from 1 to 65535")
    return arguments


def end_on_signals() -> None:
    """Turn the first signal into an orderly end, and let nothing disturb that end."""

    def end(number: int, frame: object) -> None:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, lambda *_: None)
        print("\nStopping …", flush=True)
        sys.exit(0)

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # Ignored under nohup.
        signal.signal(signal.SIGHUP, end)


def await_port(host: str, port: int) -> None:
    """Refuse a port that is taken, now rather than after a minute of preparations.

    If our last run was killed, its web server may need a moment to go.
    """
    deadline = time.monotonic() + (PORT_PATIENCE_S if clone.announced() else 0)
    while (reason := why_busy(host, port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    if reason:
        raise Refused(
            f"Cannot listen on {host} port {port}: {reason}. Try `make run PORT={port + 1}`."
        )


def why_busy(host: str, port: int) -> str:
    """The reason why nobody can listen there; empty if somebody can."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def run(host: str, port: int) -> None:
    """Start everything, say so, and watch it until a signal comes."""
    LOGS.mkdir(parents=True, exist_ok=True)
    say("Database and message broker")
    with Services(clone.given(), data=clone.VAR, logs=LOGS) as services:
        environ = clone.environment(services.urls) | {"HOST": host, "PORT": str(port)}
        environ["SUPERVISOR_SOCKET"] = str(services.folder / "supervisor.sock")
        prepare(environ)
        with announced(environ), Roles(environ) as roles:
            say(f"Web server, worker and clock (logs in {LOGS})")
            wait_until_ready(host, port, roles)
            print(f"Ready: {address(host, port)}", flush=True)
            watch(services, roles)


def say(step: str) -> None:
    print(f"{step} …", flush=True)


@contextmanager
def announced(environ: dict[str, str]) -> Iterator[None]:
    """Let `make admin` and its like find the servers while we run."""
    clone.announce({name: environ[name] for name in clone.ADDRESSES})
    try:
        yield
    finally:
        clone.withdraw_announcement()


def prepare(environ: dict[str, str]) -> None:
    """Tables, reference data and static files, up to date."""
    command = [sys.executable, "-m", "deploy.prepare"]
    process = processes.spawn(command, cwd=clone.ROOT, environ=environ)
    try:
        status = process.wait()
    finally:
        processes.stop(process, patience_s=5)
    if status != 0:
        raise Refused("The database could not be prepared; the reason stands above.")


class Roles:
    """The supervisor with web server, worker and clock."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Roles":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            processes.stop(self.process, patience_s=STOP_PATIENCE_S)

    def start(self) -> None:
        Path(self.environ["SUPERVISOR_SOCKET"]).unlink(missing_ok=True)
        configuration = clone.ROOT / "deploy" / "supervisord.conf"
        command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(configuration)]
        if os.geteuid() == 0:
            command += ["--user", "root"]  # As we are; without the word it warns.
        with (LOGS / "supervisord.log").open("ab") as log:
            self.process = processes.spawn(
                command, output=log, cwd=clone.ROOT, environ=self.environ
            )

    def lives(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def call(self, method: str, *arguments: object) -> Any:
        """Ask the supervisor; None if it does not answer."""
        url = "unix://" + self.environ["SUPERVISOR_SOCKET"]
        try:
            rpc = getRPCInterface({"SUPERVISOR_SERVER_URL": url})
            return getattr(rpc.supervisor, method)(*arguments)
        except (OSError, http.client.HTTPException, ValueError):
            return None

    def states(self) -> dict[str, str]:
        """Each role with its state, in the supervisor's words."""
        known = self.call("getAllProcessInfo") or []
        return {role["name"]: role["statename"] for role in known}


def wait_until_ready(host: str, port: int, roles: Roles) -> None:
    """Return when all roles run and the site calls itself healthy."""
    deadline = time.monotonic() + READY_PATIENCE_S
    health = "no answer"
    while time.monotonic() < deadline:
        states = roles.states()
        failed = [name for name, state in states.items() if state in FAILED]
        if failed or not roles.lives():
            logs = [LOGS / f"{name}.log" for name in failed or ["supervisord"]]
            raise Refused("\n\n".join(["The site does not start.", *map(last_lines, logs)]))
        if states and set(states.values()) == {"RUNNING"}:
            health = healthz(host, port)
            if health == "200":
                return
        time.sleep(0.1)
    raise Refused(
        f"The site is not healthy after {READY_PATIENCE_S} s: /healthz says {health}.\n\n"
        + last_lines(LOGS / "web.log")
    )


def healthz(host: str, port: int) -> str:
    """What /healthz answers: the status and, unless all is well, the body."""
    reachable = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    named = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0].lstrip(".")
    headers = {"Host": named if named != "*" else "localhost", "X-Forwarded-Proto": "https"}
    connection = http.client.HTTPConnection(reachable, port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers=headers)
        response = connection.getresponse()
        body = response.read(500).decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return repr(error)
    finally:
        connection.close()
    return "200" if response.status == 200 else f"{response.status} {body}"


def address(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


def watch(services: Services, roles: Roles) -> None:
    """Start again what ends. Only a signal ends this."""
    while True:
        time.sleep(1)
        for server in services.servers:
            server.look_after()
            if not server.lives():
                say(f"{server.name} ended, starting it again")
                try:
                    server.start()
                except Refused as refused:
                    print(refused, flush=True)
        if not roles.lives():
            say("The supervisor ended, starting it again")
            roles.start()
        # A killed role may leave children that still hold the port or the queue.
        ours = [*(server.process for server in services.servers), roles.process]
        processes.kill_children(but={process.pid for process in ours if process})
        for name, state in roles.states().items():
            if state == "FATAL":  # It gave up; we do not.
                say(f"{name} ended too often (see {LOGS / name}.log), starting it again")
                roles.call("startProcess", name, False)


if __name__ == "__main__":
    sys.exit(main())
