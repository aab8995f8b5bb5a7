"""Measure speed as ratios of two things done side by side: `make bench`.

Prints one JSON line per measurement. Each ratio compares work of ours with the barest way of
getting the same result on the same rows in the same run. Figures are kept in docs/benchmarks.md.
"""

import argparse
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")
django.setup()

import numpy as np  # noqa: E402  (settings first)
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Sum  # noqa: E402
from django.utils import timezone  # noqa: E402

from deploy import bench_browser, bench_pages, peer  # noqa: E402
from ingest import pipeline  # noqa: E402
from leaderboard import estimates, frontiers  # noqa: E402
from leaderboard.core import pareto  # noqa: E402
from leaderboard.models import (  # noqa: E402
    AIModel,
    Board,
    Change,
    Entry,
    Estimate,
    Hardware,
    Measurement,
    Method,
    Objective,
    Run,
    Submission,
    Task,
)

OBJECTIVES = ("quality", "node_energy", "material", "cost")
DIRECTIONS = [1, -1, -1, -1]
REPEATS = 5


def main() -> None:
    options = arguments()
    if options.publish:
        print(json.dumps(published_here(options.publish)))
        return
    call_command("migrate", verbosity=0)
    rng = np.random.default_rng(options.seed)
    for name, measure in MEASURES.items():
        if options.only in ("", name):
            for line in measure(options, rng):
                print(json.dumps(line), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--peer-rows", type=int, default=100_000, help="for import-export")
    parser.add_argument("--default-rows", type=int, default=2_000, help="for it as it starts")
    parser.add_argument("--board-entries", type=int, default=1_000_000, help="for board-pages")
    parser.add_argument("--pages", type=int, default=40, help="for board-pages")
    parser.add_argument("--browser-entries", type=int, default=10_000, help="for board-browser")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", choices=["", *MEASURES])
    parser.add_argument("--publish", type=int, help=argparse.SUPPRESS)  # What a worker is told.
    return parser.parse_args()


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


# Frontier refresh


def frontier_refresh(options, rng) -> Iterator[dict]:
    """Full refresh, from nothing to stored placements, and 200 new entries, over the kernel."""
    board = board_of_points(rng.random((options.entries, len(OBJECTIVES))))
    connection_analysed()
    points = Estimate.objects.points(board.task_id, OBJECTIVES).value
    kernel, full, few = [], [], []
    for _ in range(REPEATS):
        kernel.append(seconds(lambda: pareto.layers(points, DIRECTIONS, board.depth)))
        forget(board)
        full.append(seconds(lambda: frontiers.refresh(board.pk, at=timezone.now(), rebuild=True)))
        add_points(board, rng.random((200, len(OBJECTIVES))))
        few.append(seconds(lambda: frontiers.refresh(board.pk, at=timezone.now())))
    placed = board.placements.live().count()
    common = {"entries": options.entries, "objectives": len(OBJECTIVES), "layers": board.depth}
    yield {
        "bench": "frontier-full",
        **common,
        "placed": placed,
        "seconds": median(full),
        "kernel_seconds": median(kernel),
        "ratio": median(full) / median(kernel),
        "limit": 5,
    }
    yield {
        "bench": "frontier-200-new",
        **common,
        "seconds": median(few),
        "full_seconds": median(full),
        "ratio": median(few) / median(full),
        "limit": 0.05,
    }


def board_of_points(points: np.ndarray) -> Board:
    task = make_task("bench-frontier")
    board = Board.objects.create(slug="bench-frontier", title="Bench", task=task)
    Objective.objects.bulk_create(
        Objective(board=board, position=place, metric=metric)
        for place, metric in enumerate(OBJECTIVES)
    )
    add_points(board, points)
    return board


def add_points(board: Board, points: np.ndarray) -> None:
    """Entries with exactly these estimates, and the board told of them."""
    start = Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    ids = range(start + 1, start + 1 + len(points))
    method = make(Method, "bench", kind=Method.OTHER)
    names = [make(AIModel, "bench").pk, method.pk, make(Hardware, "bench").pk]
    with transaction.atomic(), connection.cursor() as cursor:
        copied(
            cursor,
            "leaderboard_entry (id, task_id, model_id, method_id, hardware_id, device_count,"
            " settings, settings_key)",
            ((pk, board.task_id, *names, 1, "{}", f"{pk:016x}") for pk in ids),
        )
        cursor.execute("SELECT setval('leaderboard_entry_id_seq', %s)", [ids[-1]])
        copied(
            cursor,
            f"leaderboard_estimate ({', '.join(estimates.TABLE.columns)})",
            (
                (pk, metric, board.task_id, 0, value, value, value, 1, "")
                for pk, point in zip(ids, points.tolist(), strict=True)
                for metric, value in zip(OBJECTIVES, point, strict=True)
            ),
        )
        copied(cursor, "leaderboard_change (board_id, entry_id)", ((board.pk, pk) for pk in ids))


def forget(board: Board) -> None:
    """The board as if nothing had ever been ranked."""
    board.placements.all().delete()
    board.frontiers.all().delete()
    Change.objects.filter(board=board).delete()
    Board.objects.filter(pk=board.pk).update(revision=0, latest=0)


def make_task(slug: str) -> Task:
    return Task.objects.create(
        slug=slug,
        name=slug,
        kind=Task.Kind.ANSWERING,
        functional_unit="one answer",
        unit_noun="answer",
        quality_metric="accuracy",
    )


def make(model, slug: str, **more):
    return model.objects.get_or_create(slug=slug, defaults={"name": slug} | more)[0]


def copied(cursor, target: str, rows) -> None:
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def connection_analysed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# Publishing

TABLES = (
    "leaderboard_submission",
    "leaderboard_submissionrow",
    "leaderboard_entry",
    "leaderboard_run",
    "leaderboard_measurement",
    "leaderboard_estimate",
)


def publishing(options, rng) -> Iterator[dict]:
    """A native CSV through the whole pipeline, over a bare COPY of the rows that it made."""
    received = received_file(options.rows, rng)
    worker = published(received)
    with tempfile.TemporaryDirectory() as folder:
        saved = {table: Path(folder) / table for table in TABLES}
        table_rows = sum(dumped(table, received.pk, path) for table, path in saved.items())
        removed(received.pk)
        bare = seconds(lambda: restored(saved))
    removed(received.pk)
    ours = worker["seconds"]
    yield {
        "bench": "publish",
        "rows": options.rows,
        "table_rows": table_rows,
        "seconds": ours,
        "copy_seconds": bare,
        "rows_per_second": options.rows / ours,
        "ratio": ours / bare,
        "limit": 3,
    }
    yield {
        "bench": "publish-memory",
        "rows": options.rows,
        "idle_mib": worker["idle_mib"],
        "peak_mib": worker["peak_mib"],
        "growth_mib": worker["peak_mib"] - worker["idle_mib"],
        "limit": 600,
    }


def received_file(rows: int, rng) -> Submission:
    """A native CSV of new entries, waiting for a worker."""
    if not Task.objects.filter(slug="bench-publish").exists():
        make_task("bench-publish")
    make(Method, "baseline", kind=Method.BASELINE)
    make(AIModel, "bench-model")
    make(Hardware, "bench-device")
    sender, _ = get_user_model().objects.get_or_create(username="bench")
    received, _ = pipeline.receive(
        [("bench.csv", io.BytesIO(native_csv(rows, rng)))],
        filename="bench.csv",
        by=sender,
        at=timezone.now(),
    )
    return received


def published(received: Submission) -> dict[str, float]:
    """What a worker process of its own tells of publishing this file."""
    command = [sys.executable, "-m", "deploy.bench", "--publish", str(received.pk)]
    told: dict[str, float] = json.loads(subprocess.check_output(command))
    received.refresh_from_db()
    if received.state != Submission.State.PUBLISHED:
        raise SystemExit(f"the bench file was not published: {received.issues[:3]}")
    return told


def published_here(submission: int) -> dict[str, float]:
    """Seconds and memory that publishing takes in this process."""
    Submission.objects.exists()
    idle = peak_mib()
    took = seconds(lambda: pipeline.ingest(submission, at=timezone.now()))
    return {"seconds": took, "idle_mib": idle, "peak_mib": peak_mib()}


def peak_mib() -> float:
    """The most memory that this process ever had. `getrusage` would begin with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else float("nan")


def import_export(options, rng) -> Iterator[dict]:
    """Our pipeline's rows a second over those of django-import-export, which leaves the same.

    In bulk both have the same file. As it starts, it has a smaller one, as so many rows
    would take it twenty minutes; ours is the rate of the large file.
    """
    ours = 0.0
    for name, resources, rows, at_least in (
        ("import-export", peer.IN_BULK, options.peer_rows, 20),
        ("import-export-default", peer.AS_IT_STARTS, options.default_rows, None),
    ):
        received = received_file(rows, rng)
        took = published(received)["seconds"]
        ours = ours or rows / took
        theirs = rows / imported_too(received, resources)
        yield {
            "bench": name,
            "rows": rows,
            "our_rows": options.peer_rows,
            "rows_per_second": theirs,
            "our_rows_per_second": ours,
            "ratio": ours / theirs,
            "at_least": at_least,
        }


def imported_too(received: Submission, resources: tuple[Any, ...]) -> float:
    """Seconds that django-import-export takes to leave the same in the place of a published file.

    Nothing of either is left.
    """
    content = b"".join(bytes(chunk.bytes) for chunk in received.chunks.order_by("position"))
    numbers, expected = peer.numbers_of(received), left_behind()
    removed(received.pk)
    other = Submission.objects.create(
        filename=peer.PATH,
        sha256=received.sha256,
        size=0,
        submitted_by=received.submitted_by,
        received_at=timezone.now(),
    )
    took = seconds(lambda: peer.imported(content.decode(), numbers, other, resources))
    if left_behind() != expected:
        raise SystemExit(f"not the same: {left_behind()}, ours {expected}")
    removed(other.pk)
    return took


def left_behind() -> tuple[int, int, int, dict[str, float]]:
    """How many entries, runs and numbers there are, and each metric's sum."""
    sums = Measurement.objects.values_list("metric").annotate(sum=Sum("value")).order_by("metric")
    return (
        Entry.objects.filter(task__slug="bench-publish").count(),
        Run.objects.count(),
        Measurement.objects.count(),
        {metric: float(f"{total:.9g}") for metric, total in sums},
    )


HEADER = (
    "model,task,hardware,device_count,samples,setting:batch,quality [%],node_energy [J],"
    "latency [s],tokens_out [count]"
)


def native_csv(rows: int, rng) -> bytes:
    lines = [HEADER]
    for number, (quality, energy, latency, tokens) in enumerate(rng.random((rows, 4)).tolist()):
        lines.append(
            f"bench-model,bench-publish,bench-device,1,100,{number},{100 * quality:.4f},"
            f"{1 + 1000 * energy:.5f},{0.1 + latency:.5f},{1 + int(1000 * tokens)}"
        )
    return "\n".join(lines).encode()


RUNS = "(SELECT {column} FROM leaderboard_run WHERE submission_id = {{pk}})"
WHERE = {
    "leaderboard_submission": "id = {pk}",
    "leaderboard_submissionrow": "submission_id = {pk}",
    "leaderboard_run": "submission_id = {pk}",
    "leaderboard_measurement": "run_id IN " + RUNS.format(column="id"),
    "leaderboard_entry": "id IN " + RUNS.format(column="entry_id"),
    "leaderboard_estimate": "entry_id IN " + RUNS.format(column="entry_id"),
}


def dumped(table: str, submission: int, path: Path) -> int:
    """Save the rows that the submission made in a table as COPY text. Returns their number."""
    query = f"SELECT * FROM {table} WHERE {WHERE[table].format(pk=submission)}"
    with connection.cursor() as cursor, path.open("wb") as file:
        with cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
            for part in copy:
                file.write(part)
        return cursor.rowcount


def removed(submission: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM leaderboard_change")
        cursor.execute(
            "CREATE TEMP TABLE gone ON COMMIT DROP AS"
            " SELECT entry_id FROM leaderboard_run WHERE submission_id = %s",
            [submission],
        )
        for table in ("leaderboard_measurement", "leaderboard_submissionrow", "leaderboard_run"):
            cursor.execute(f"DELETE FROM {table} WHERE {WHERE[table].format(pk=submission)}")
        cursor.execute(
            "DELETE FROM leaderboard_submissionchunk WHERE submission_id = %s", [submission]
        )
        cursor.execute("DELETE FROM leaderboard_estimate WHERE entry_id IN (SELECT * FROM gone)")
        cursor.execute("DELETE FROM leaderboard_entry WHERE id IN (SELECT * FROM gone)")
        cursor.execute("DELETE FROM leaderboard_submission WHERE id = %s", [submission])


def restored(saved: dict[str, Path]) -> None:
    """The barest way to the same rows: COPY in one transaction, all constraints and indexes on."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, path in saved.items():
            with path.open("rb") as file, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                while part := file.read(2**20):
                    copy.write(part)


MEASURES = {
    "frontier": frontier_refresh,
    "publish": publishing,
    "import-export": import_export,
    "board-pages": bench_pages.board_pages,
    "board-browser": bench_browser.board_browser,
    "board-frames": bench_browser.board_frames,
    "lighthouse": bench_browser.lighthouse,
}

if __name__ == "__main__":
    main()
