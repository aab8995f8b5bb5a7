"""Run a command with a database and a broker: python -m deploy.with_services [--scratch] COMMAND…

Those that the environment names, else those of the running site, else this clone's own, started
for as long as the command takes. With --scratch: fresh and empty ones, thrown away at the end.
"""

import signal
import subprocess
import sys

from deploy import clone, processes
from deploy.embedded import Services


def main() -> int:
    scratch = sys.argv[1:2] == ["--scratch"]
    command = sys.argv[2:] if scratch else sys.argv[1:]
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        if scratch:
            with Services(clone.given()) as services:
                return run(command, services.urls)
        return run_on_clone(command)
    except processes.Refused as refused:
        print(refused, file=sys.stderr)
        return 1


def run_on_clone(command: list[str]) -> int:
    """Run a command on this clone's data, whether or not the site runs."""
    given = clone.given()
    if len(given) == len(clone.ADDRESSES):
        return run(command, given)
    try:
        with (
            clone.claimed("a command"),
            Services(given, data=clone.VAR, logs=clone.VAR / "log") as services,
        ):
            return run(command, services.urls)
    except clone.InUse:
        urls = clone.announced()
        if not urls:
            raise  # It starts or stops just now.
        return run(command, urls | given)


def run(command: list[str], urls: dict[str, str]) -> int:
    """Run a command in the foreground; Ctrl-C is for it to answer, not for us."""
    process = subprocess.Popen(command, env=clone.environment(urls))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    return process.wait()


if __name__ == "__main__":
    sys.exit(main())
