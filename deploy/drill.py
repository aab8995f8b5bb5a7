"""Drills: a real site of its own is harmed while files come in, and must lose none: `make drill`.

    make drill ARGS='--case 15 --rows 20000'
    make drill ARGS='--case 21 --off attempts'   # without a protection it must fail

Each drill starts scratch servers, web server, worker and clock, all as in supervisord.conf, and is
told by one line. In the end everything is worked out again from the stored files. docs/drills.md
lists the cases.
"""

import argparse
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
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import psycopg

from deploy import processes
from deploy.clone import ROOT
from deploy.embedded import Postgres, Server, Services, Valkey, last_lines

PICK_UP_S = 60
SMALL = 5  # rows
WARM = 10  # uploads before memory is measured
SETTLED_SQL = """
    SELECT NOT EXISTS (SELECT 1 FROM leaderboard_submission WHERE state = 'RECEIVED')
       AND NOT EXISTS (SELECT 1 FROM leaderboard_change)
"""


def main() -> int:
    options = arguments()
    failed = 0
    for drill in DRILLS:
        if options.case in (None, drill.case) and options.title in drill.title:
            seen = played(drill, options)
            failed += not seen.passed
            print(f"{drill.case:>2} {seen.verdict}  {drill.title}: {seen}", flush=True)
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--case", type=int, choices=sorted({drill.case for drill in DRILLS}))
    parser.add_argument("--title", default="", help="a part of one's title, such as mid_copy")
    parser.add_argument("--rows", type=int, help="of the large files; each drill has its number")
    parser.add_argument("--log", type=int, default=5, help="lines of each log after a failure")
    parser.add_argument("--off", default="", help="a protection of leaderboard/faults.py to lack")
    return parser.parse_args()


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


@dataclass
class Drill:
    """One case of the list; `rows` is the size of its large file."""

    case: int
    title: str
    play: Callable[["Site", Seen, int], None]
    rows: int = SMALL
    environ: dict[str, str] = field(default_factory=dict)


def played(drill: Drill, options: argparse.Namespace) -> Seen:
    """The drill on a site of its own; a drill that breaks off has failed."""
    seen = Seen()
    off = {"ENABLE_FAULTS": "1", "FAULT_OFF": options.off} if options.off else {}
    with scratch_site({**drill.environ, **off}) as site:
        try:
            drill.play(site, seen, options.rows or drill.rows)
            # Working all out again takes longer than the drill.
            print(f"{drill.case:>2} …     {drill.title}: {seen}", file=sys.stderr, flush=True)
            seen.equal("breaches", site.breaches(), [])
        except Exception as error:
            seen.note(f"{type(error).__name__}: {error}", False)
        if not seen.passed:
            for role in site.roles.values():
                print(last_lines(role.log, options.log), file=sys.stderr)
    return seen


# A site to harm


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
class File:
    """An upload's answer."""

    status: int
    id: str
    seconds: float


class Site:
    """A site that runs on scratch servers."""

    def __init__(self, services: Services, environ: dict[str, str]) -> None:
        self.services = services
        self.folder, self.temporary = services.folder, services.folder / "tmp"
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
        for name in names:
            if until(partial(self.is_at_work, name), 60) > 60:
                raise RuntimeError(f"{name} does not start")

    def is_at_work(self, name: str) -> bool:
        if name == "web":
            return self.get(self.urls["ready"])[0] == 200
        return self.roles[name].says(" ready." if name == "worker" else "beat: Starting")

    def server(self, kind: type[Server]) -> Server:
        return next(server for server in self.services.servers if isinstance(server, kind))

    def get(self, path: str) -> tuple[int, float]:
        """Status and seconds of a page; 0 when nobody answers."""
        status, _, seconds = self.asked("GET", path)
        return status, seconds

    def send(self, content: bytes, name: str = "a.csv", by: str = "demo-sender") -> File:
        """Send a file as a script does."""
        headers = {
            "Authorization": f"Bearer {self.tokens[by]}",
            "Content-Type": "text/csv",
            "Content-Disposition": f'attachment; filename="{name}"',
        }
        status, body, seconds = self.asked("POST", self.urls["upload"], content, headers)
        with suppress(ValueError):
            return File(status, str(json.loads(body).get("id", "")), seconds)
        return File(status, "", seconds)

    def asked(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, bytes, float]:
        began = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read(), time.monotonic() - began
        except (OSError, http.client.HTTPException):
            return 0, b"", time.monotonic() - began
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
def scratch_site(environ: dict[str, str]) -> Iterator[Site]:
    with Services({}) as services:
        site = Site(services, environ)
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


# The drills


def fuzzed(site: Site, seen: Seen, rows: int) -> None:
    """Every reader on so many random and so many damaged files."""
    command = [sys.executable, "-m", "pytest", "-q", "-k", "random_bytes or damaged_sample"]
    path = "tests/ingest/formats/test_contract.py"
    environ = site.environ | {"PARSER_EXAMPLES": str(rows)}
    began = time.monotonic()
    done = subprocess.run(
        [*command, path], cwd=ROOT, env=environ, check=False, capture_output=True, text=True
    )
    seen.note(done.stdout.strip().splitlines()[-1], done.returncode == 0)
    seen.note(f"{rows:,} of each kind in {time.monotonic() - began:.0f} s")


def oversized(site: Site, seen: Seen, rows: int) -> None:
    """A body beyond the limit, and one whose sender goes in the middle of it."""
    site.start("web", "worker", "beat")
    limit = 256 * 2**20
    status, share = site.announced(limit + 2**21, at_most=0.2)
    seen.equal("answer", status, 413)
    seen.most("read before it", 100 * share, 5, "% sent")
    site.announced(50 * 2**20, at_most=0.2, leaves=True)
    until(lambda: False, 10)
    seen.equal("submissions", site.count("submission"), 0)
    seen.equal("pieces", site.count("submissionchunk"), 0)
    seen.equal("temporary files", [path.name for path in site.temporary.glob("tmp*")], [])
    seen.equal("upload after it", site.send(site.table(rows)).status, 202)
    seen.most("settled", until(site.is_settled, 60), PICK_UP_S)


def large(site: Site, seen: Seen, rows: int) -> None:
    """A file of the largest size in, and somebody else's small one past it."""
    site.start("web", "worker", "beat")
    for number in range(WARM):  # What a process loads at its first request is no growth.
        site.send(site.table(SMALL, rows + 1000 * (1 + number)))
    until(site.is_settled, 60)
    content = site.table(rows)
    with Memory(site.roles["web"], site.roles["worker"]) as memory:
        file = site.send(content)
        seen.note(f"{len(content) / 2**20:.0f} MiB sent in {file.seconds:.1f} s")
        seen.equal("answer", file.status, 202)
        seen.most("web", memory.growth("web"), 64, "MiB more")
        began = time.monotonic()
        until(lambda: site.attempts(file) > 0, 30)
        small = site.send(site.table(SMALL, rows), by="demo-other")
        past = until(lambda: site.state(small) == "PUBLISHED", 120)
        is_waiting = site.state(file) == "RECEIVED"
        seen.most("small file answered", small.seconds, 3)
        seen.most(f"and published {'meanwhile' if is_waiting else 'after it'}", past, 10)
        until(lambda: site.state(file) != "RECEIVED", 1800)
        seen.most("published", time.monotonic() - began, 120)
    seen.most("worker", memory.growth("worker"), 600, "MiB more")
    seen.equal("state", site.state(file), "PUBLISHED")
    until(site.is_settled, 60)
    seen.equal("runs", site.count("run"), rows + SMALL * (1 + WARM))


def killed(point: str, site: Site, seen: Seen, rows: int) -> None:
    """The process at work kills itself there with signal 9, and then all of its worker goes."""
    site.start("web", "beat")
    site.start("worker", ENABLE_FAULTS="1", FAULT_POINT=f"{point}:kill")
    site.send(site.table(rows))
    worker = site.roles["worker"]
    if until(lambda: worker.says("signal 9 (SIGKILL)"), 600) > 600:
        raise RuntimeError("it was not killed")
    worker.kill()
    began = time.monotonic()
    site.start("worker")
    published_once(site, seen, rows, began, limit_s=120)


def published_once(site: Site, seen: Seen, rows: int, began: float, *, limit_s: float) -> None:
    """All is final in time, with each row once and one version of the frontier."""
    until(site.is_settled, 600)
    seen.most("settled", time.monotonic() - began, limit_s)
    for table in ("run", "entry"):
        seen.equal(f"rows of {table}", site.count(table), rows)
    seen.equal("frontier versions", site.count("frontier"), 1)


def flushed(site: Site, seen: Seen, rows: int) -> None:
    """The broker forgets all that was queued before a worker sees it."""
    site.start("web")
    files = [site.send(site.table(rows, 1000 * number)) for number in range(10)]
    seen.equal("answers", {file.status for file in files}, {202})
    valkey = site.server(Valkey)
    assert isinstance(valkey, Valkey)
    tell(valkey, b"FLUSHALL\r\n")
    began = time.monotonic()
    site.start("worker", "beat")
    until(site.is_settled, 2 * PICK_UP_S)
    seen.most("10 files settled", time.monotonic() - began, PICK_UP_S)
    seen.equal("states", {site.state(file) for file in files}, {"PUBLISHED"})


def tell(valkey: Valkey, command: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(valkey.socket))
        client.sendall(command)
        client.recv(64)


def brokerless(site: Site, seen: Seen, rows: int) -> None:
    """Pages and uploads while the broker is away, and what becomes of the uploads."""
    site.start("web", "worker", "beat")
    valkey = site.server(Valkey)
    valkey.stop()
    board = {name: site.urls[name].replace("{id}", "demo") for name in ("board", "export")}
    pages = ["/", "/boards/", *board.values(), site.urls["login"], site.urls["openapi"]]
    answers = {page: site.get(page) for page in pages}
    files = [site.send(site.table(rows, 1000 * number)) for number in range(3)]
    failed = {page: status for page, (status, _) in answers.items() if status != 200}
    seen.equal(f"of {len(pages)} pages failed", failed, {})
    seen.most("slowest page", max(seconds for _, seconds in answers.values()), 3)
    seen.note(
        f"uploads {[file.status for file in files]}", all(f.status in (202, 503) for f in files)
    )
    seen.most("slowest upload", max(file.seconds for file in files), 3)
    valkey.start()
    seen.most("settled once it is back", until(site.is_settled, 180), PICK_UP_S)
    kept = [file for file in files if file.status == 202]
    seen.equal("states", {site.state(file) for file in kept}, {"PUBLISHED"} if kept else set())


def repeated(site: Site, seen: Seen, rows: int) -> None:
    """One message ten times, half of them as a broker repeats it while it is worked on."""
    site.start("web", "worker", "beat")
    file = site.send(site.table(rows))
    pk = site.ask("SELECT id FROM leaderboard_submission")
    began = time.monotonic()
    queue = f"from ingest.tasks import ingest; [ingest.delay({pk}) for _ in range(5)]"
    site.manage("shell", "--command", queue)
    until(lambda: site.attempts(file) > 0, 60)
    seen.equal("state while repeated", site.state(file), "RECEIVED")
    site.manage("shell", "--command", queue)
    published_once(site, seen, rows, began, limit_s=180)
    # Those that waited for a process must find nothing to do, too.
    until(lambda: False, 5)
    seen.equal("attempts", site.attempts(file), 1)
    seen.equal("runs in the end", site.count("run"), rows)


def poisoned(site: Site, seen: Seen, rows: int) -> None:
    """A file that kills the process reading it, among ten that do not."""
    site.start("web", "beat")
    site.start("worker", ENABLE_FAULTS="1", FAULT_POINT="in_parse:kill", FAULT_FILE="poison.csv")
    poison = site.send(site.table(rows, 50_000), name="poison.csv")
    others = [site.send(site.table(rows, 1000 * number)) for number in range(10)]
    seen.equal("answers", {file.status for file in [poison, *others]}, {202})
    done = until(lambda: "RECEIVED" not in {site.state(file) for file in others}, 180)
    seen.most("others done", done, PICK_UP_S)
    seen.equal("their states", {site.state(file) for file in others}, {"PUBLISHED"})
    until(lambda: site.state(poison) != "RECEIVED", 90)
    seen.equal("poison", site.state(poison), "QUARANTINED")
    seen.equal("attempts", site.attempts(poison), 3)


def stopped(site: Site, seen: Seen, rows: int) -> None:
    """A new version is installed: the worker is told to end while it publishes."""
    site.start("web", "worker", "beat")
    file = site.send(site.table(rows))
    is_writing = "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%%_measurement%%'"
    until(lambda: site.ask(is_writing + " AND pid <> pg_backend_pid()") is True, 60)
    began = time.monotonic()
    site.roles["worker"].stop(patience_s=20)
    seen.note(f"ended after {time.monotonic() - began:.1f} s, file {site.state(file)}")
    site.start("worker")
    published_once(site, seen, rows, began, limit_s=180)


def identical(site: Site, seen: Seen, rows: int) -> None:
    """Fifty scripts send the same file at the same moment."""
    site.start("web", "worker", "beat")
    content = site.table(rows)
    files = at_once([partial(site.send, content)] * 50)
    statuses = {file.status for file in files}
    seen.note(f"answers {sorted(statuses)}", all(status in (200, 202) for status in statuses))
    seen.most("slowest answer", max(file.seconds for file in files), 30)
    seen.equal("different ids", len({file.id for file in files}), 1)
    seen.equal("submissions", site.count("submission"), 1)
    published_once(site, seen, rows, time.monotonic(), limit_s=PICK_UP_S)


def crossed(site: Site, seen: Seen, rows: int) -> None:
    """Two people's files with the same new entries, one from the end to the start."""
    site.start("web", "worker", "beat")
    forth = partial(site.send, site.table(rows))
    back = partial(site.send, site.table(rows, backwards=True), by="demo-other")
    files = at_once([forth, back])
    until(site.is_settled, 600)
    seen.equal("states", [site.state(file) for file in files], ["PUBLISHED"] * 2)
    seen.equal("attempts", [site.attempts(file) for file in files], [1, 1])
    seen.equal("entries", site.count("entry"), rows)
    seen.equal("runs", site.count("run"), 2 * rows)
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    seen.equal("deadlocks", site.ask(deadlocks), 0)


def restarted(site: Site, seen: Seen, rows: int) -> None:
    """The database is restarted while a large file is published and pages are read."""
    site.start("web", "worker", "beat")
    file = site.send(site.table(rows))
    until(lambda: site.attempts(file) > 0, 60)
    postgres = site.server(Postgres)
    board = site.urls["board"].replace("{id}", "demo")
    began = time.monotonic()
    postgres.stop()
    meanwhile = {site.get(board)[0], site.send(site.table(SMALL, rows), by="demo-other").status}
    postgres.start()
    until(lambda: site.get(board)[0] == 200, 60)
    seen.note(f"answers meanwhile {sorted(meanwhile)}")
    seen.most("served again", time.monotonic() - began, 30)
    seen.equal("upload", site.send(site.table(SMALL, 2 * rows), by="demo-other").status, 202)
    until(site.is_settled, 600)
    seen.most("settled", time.monotonic() - began, 180)
    seen.equal("runs", site.count("run"), rows + SMALL)


POINTS = ("in_parse", "after_claim", "mid_copy", "before_commit", "after_commit", "before_frontier")
LARGE = 100_000
SLOWLY = {"ENABLE_FAULTS": "1", "FAULT_POINT": "mid_copy:sleep:5"}
DRILLS = [
    Drill(10, "random and damaged files", fuzzed, 2_000),
    Drill(11, "a file as large as may be", large, 1_000_000),
    Drill(12, "bodies too large and broken off", oversized),
    *(Drill(15, f"kill -9 at {point}", partial(killed, point), LARGE) for point in POINTS),
    Drill(17, "broker emptied", flushed),
    Drill(18, "broker away", brokerless),
    Drill(20, "messages repeated", repeated, 10_000, SLOWLY),
    Drill(21, "poison", poisoned, environ={"LEASE_SECONDS": "5", "SWEEP_SECONDS": "5"}),
    Drill(25, "worker stopped while it publishes", stopped, LARGE),
    Drill(27, "fifty identical uploads at once", identical),
    Drill(28, "the same entries in opposite order", crossed, 10_000),
    Drill(31, "database restarted", restarted, LARGE),
]

if __name__ == "__main__":
    sys.exit(main())
