"""Drills: a real site of its own is harmed while files come in, and must lose none: `make drill`.

    make drill ARGS='--case 15 --rows 20000'
    make drill ARGS='--case 21 --off attempts'   # without a protection it must fail

Each drill starts scratch servers, web server, worker and clock, all as in supervisord.conf, and is
told by one line. In the end everything is worked out again from the stored files. docs/drills.md
lists the cases.
"""

import argparse
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from deploy.clone import ROOT
from deploy.drill_disk import filled
from deploy.drill_site import Memory, Seen, Site, at_once, scratch_site, until
from deploy.embedded import Postgres, Valkey, last_lines
from leaderboard.faults import PROTECTIONS

PICK_UP_S = 60
SMALL = 5  # rows
WARM = 10  # uploads before memory is measured
# What the database holds by itself → its table. `--off` takes these away, too.
CONSTRAINTS = {
    "submission_sent_once": "leaderboard_submission",
    "run_once_per_row": "leaderboard_run",
}


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
    parser.add_argument("--off", default="", help="protections to lack; docs/drills.md lists them")
    options = parser.parse_args()
    options.off = set(filter(None, options.off.split(",")))
    if unknown := options.off - PROTECTIONS.keys() - CONSTRAINTS.keys():
        parser.error(f"no protection is called {', '.join(sorted(unknown))}")
    return options


@dataclass
class Drill:
    """One case of the list; `rows` is the size of its large file, `disk_mib` that of a small disk
    under all that the site writes."""

    case: int
    title: str
    play: Callable[[Site, Seen, int], None]
    rows: int = SMALL
    environ: dict[str, str] = field(default_factory=dict)
    disk_mib: int = 0


def played(drill: Drill, options: argparse.Namespace) -> Seen:
    """The drill on a site of its own; a drill that breaks off has failed."""
    seen = Seen()
    off = ",".join(options.off & PROTECTIONS.keys())
    lacking = {"ENABLE_FAULTS": "1", "FAULT_OFF": off} if off else {}
    with scratch_site({**drill.environ, **lacking}, drill.disk_mib) as site:
        for name in options.off & CONSTRAINTS.keys():
            site.lose(name, CONSTRAINTS[name])
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


# The drills


def fuzzed(site: Site, seen: Seen, rows: int) -> None:
    """Every reader on so many random and so many damaged files, Parquet on half as many more."""
    tests = "random_bytes or damaged_sample or damaged_file"
    command = [sys.executable, "-m", "pytest", "-q", "-k", tests]
    paths = [f"tests/ingest/formats/test_{name}.py" for name in ("contract", "parquet")]
    environ = site.environ | {"PARSER_EXAMPLES": str(rows)}
    began = time.monotonic()
    done = subprocess.run(
        [*command, *paths], cwd=ROOT, env=environ, check=False, capture_output=True, text=True
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
    answers = {page: site.get(page) for page in site.pages}
    files = [site.send(site.table(rows, 1000 * number)) for number in range(3)]
    failed = {page: status for page, (status, _) in answers.items() if status != 200}
    seen.equal(f"of {len(answers)} pages failed", failed, {})
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


def outlived(site: Site, seen: Seen, rows: int) -> None:
    """Work that takes longer than its lease, so that its file is queued again and again."""
    site.start("web", "worker", "beat")
    file = site.send(site.table(rows))
    began = time.monotonic()
    is_over = "SELECT lease_until < now() FROM leaderboard_submission"
    until(lambda: site.ask(is_over) is True, 60)
    seen.equal("state when its lease is over", site.state(file), "RECEIVED")
    published_once(site, seen, rows, began, limit_s=180)
    # Whoever began meanwhile may end later.
    until(site.is_quiet, 60)
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
    """Two people's files of one batch with the same new entries in opposite order."""
    seen.equal("deadlocks", deadlocks(site, seen, rows), 0)


def entangled(site: Site, seen: Seen, rows: int) -> None:
    """The same in more batches, of which each file's first holds what the other's last wants."""
    count = deadlocks(site, seen, rows)
    seen.note(f"deadlocks {count}, at least 1", count > 0)


def deadlocks(site: Site, seen: Seen, rows: int) -> int:
    """How many there are when two people's files with the same new entries are published at once,
    one from the end to the start."""
    site.start("web", "worker", "beat")
    forth = partial(site.send, site.table(rows))
    back = partial(site.send, site.table(rows, backwards=True), by="demo-other")
    with site.meeting(2):
        files = at_once([forth, back])
    until(site.is_settled, 600)
    seen.equal("states", [site.state(file) for file in files], ["PUBLISHED"] * 2)
    seen.equal("attempts", [site.attempts(file) for file in files], [1, 1])
    seen.equal("entries", site.count("entry"), rows)
    seen.equal("runs", site.count("run"), 2 * rows)
    count = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    # A server process tells its own in its own time.
    until(lambda: site.ask(count) > 0, 15)
    return int(site.ask(count))


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
# What fits on a small disk.
ROOMY = 40_000
SLOWLY = {"ENABLE_FAULTS": "1", "FAULT_POINT": "mid_copy:sleep:5"}
# Between taking a file up and holding its row: here the lease alone keeps others away.
LATE = {"ENABLE_FAULTS": "1", "FAULT_POINT": "after_claim:sleep:20"}
BRIEF_LEASE = {"LEASE_SECONDS": "5", "SWEEP_SECONDS": "5"}
STEADY = {"ENABLE_FAULTS": "1", "FAULT_POINT": "mid_copy:sleep:2"} | BRIEF_LEASE
BRIEF = {"LEASE_SECONDS": "2", "SWEEP_SECONDS": "2"}
DRILLS = [
    Drill(1, "disk nearly full, then freed", partial(filled, 2**27), ROOMY, STEADY, 1024),
    Drill(1, "disk full, then freed", partial(filled, 0), ROOMY, STEADY, 1024),
    Drill(10, "random and damaged files", fuzzed, 2_000),
    Drill(11, "a file as large as may be", large, 1_000_000),
    Drill(12, "bodies too large and broken off", oversized),
    *(Drill(15, f"kill -9 at {point}", partial(killed, point), LARGE) for point in POINTS),
    Drill(17, "broker emptied", flushed),
    Drill(18, "broker away", brokerless),
    Drill(20, "messages repeated", repeated, 10_000, LATE),
    Drill(20, "work longer than its lease", outlived, 10_000, SLOWLY | BRIEF),
    Drill(21, "poison", poisoned, environ=BRIEF_LEASE),
    Drill(25, "worker stopped while it publishes", stopped, LARGE),
    Drill(27, "fifty identical uploads at once", identical),
    Drill(28, "the same entries in opposite order, one batch", crossed, 4_000),
    Drill(28, "the same entries in opposite order, more batches", entangled, 10_000, SLOWLY),
    Drill(31, "database restarted", restarted, LARGE),
]

if __name__ == "__main__":
    sys.exit(main())
