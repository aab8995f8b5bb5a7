"""Measure speed as ratios of two things done side by side: `make bench`.

Prints one JSON line per measurement. Each ratio compares work of ours with the barest way of
getting the same result on the same rows in the same run. Figures are kept in docs/benchmarks.md.
"""

import argparse
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "efficiency_site.settings")
django.setup()

import numpy as np  # noqa: E402  (settings first)
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from ingest import pipeline  # noqa: E402
from leaderboard import frontiers  # noqa: E402
from leaderboard.core import pareto  # noqa: E402
from leaderboard.models import (  # noqa: E402  # noqa: E402
    AIModel,
    Board,
    Change,
    Entry,
    Estimate,
    Hardware,
    Method,
    Objective,
    Task,
)

OBJECTIVES = ("quality", "node_energy", "material", "cost")
DIRECTIONS = [1, -1, -1, -1]
REPEATS = 5


def main() -> None:
    options = arguments()
    call_command("migrate", verbosity=0)
    rng = np.random.default_rng(options.seed)
    for measure in (frontier_refresh, publishing):
        for line in measure(options, rng):
            print(json.dumps(line), flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
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
    names = [make(kind, "bench").pk for kind in (AIModel, Method, Hardware)]
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
            "leaderboard_estimate (entry_id, metric, task_id, origin, value, low, high, runs)",
            (
                (pk, metric, board.task_id, 0, value, value, value, 1)
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


def make(kind, slug: str):
    return kind.objects.get_or_create(slug=slug, defaults={"name": slug})[0]


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
    make_task("bench-publish")
    make(Method, "baseline")
    make(AIModel, "bench-model")
    make(Hardware, "bench-device")
    csv = native_csv(options.rows, rng)
    sender = get_user_model().objects.create_user("bench")
    received, _ = pipeline.receive(
        [("bench.csv", io.BytesIO(csv))], filename="bench.csv", by=sender, at=timezone.now()
    )
    ours = seconds(lambda: pipeline.ingest(received.pk, at=timezone.now()))
    received.refresh_from_db()
    if received.summary.get("runs") != options.rows:
        raise SystemExit(f"the bench file was not published: {received.issues[:3]}")
    saved = {table: dumped(table, received.pk) for table in TABLES}
    removed(received.pk)
    bare = seconds(lambda: restored(saved))
    yield {
        "bench": "publish",
        "rows": options.rows,
        "table_rows": sum(data.count(b"\n") for data in saved.values()),
        "seconds": ours,
        "copy_seconds": bare,
        "rows_per_second": options.rows / ours,
        "ratio": ours / bare,
        "limit": 3,
    }


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


def dumped(table: str, submission: int) -> bytes:
    """The rows that the submission made in a table, as COPY text."""
    query = f"SELECT * FROM {table} WHERE {WHERE[table].format(pk=submission)}"
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as copy:
        return b"".join(bytes(part) for part in copy)


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


def restored(saved: dict[str, bytes]) -> None:
    """The barest way to the same rows: COPY in one transaction, all constraints and indexes on."""
    with transaction.atomic(), connection.cursor() as cursor:
        for table, data in saved.items():
            with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(data)


if __name__ == "__main__":
    main()
