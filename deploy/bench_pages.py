"""A page of a board of a million entries, ours and Datasette's: part of `make bench`."""

import math
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

from deploy import bench_boards, bench_sites, clone
from deploy.bench_boards import FACETS, METRICS
from deploy.bench_sites import Server
from leaderboard import snapshots
from leaderboard.core import metrics
from leaderboard.facets import FACETS as DIMENSIONS
from leaderboard.facets import NONE, Facets
from leaderboard.models import Board

DATASETTE = "datasette==0.65.2"
ROWS = 100
PATIENCE_MS = 120_000
SETTINGS = {
    "sql_time_limit_ms": PATIENCE_MS,
    "facet_time_limit_ms": PATIENCE_MS,
    "suggest_facets": "off",
    "default_cache_ttl": 0,
}
PROCESSES = 2  # of our web server


def board_pages(options, rng) -> Iterator[dict]:
    """Pages of the table under random filters and orders, in turns ours and Datasette's."""
    board = Board.objects.filter(slug="bench-board").first()
    board = board or bench_boards.board_of(options.board_entries)
    questions = list(bench_boards.questions(options.pages, options.seed))
    with bench_sites.ours() as our_site, datasette(board) as peer:
        # Each column once in each process, under no filter, so that no disk is measured.
        for asked in [{"sort": f"{sign}{metric}"} for metric in METRICS for sign in ("", "-")]:
            for _ in range(PROCESSES):
                page(our_site, board, asked)
            peer(asked)
        ours, theirs, cpu_s = [], [], 0.0
        for asked in questions:
            before = our_site.cpu_s()
            ours.append(timed(partial(page, our_site, board, asked)))
            cpu_s += our_site.cpu_s() - before
            theirs.append(timed(partial(peer, asked)))
        common = {
            "entries": len(snapshots.of(board)),
            "load": round(os.getloadavg()[0], 1),
            "cpu_ms": round(1000 * cpu_s / len(questions), 1),
            "limit": 0.1,
            "p95_limit_ms": 250,
        }
        is_filtered = [bool(set(asked) & set(FACETS)) for asked in questions]
        yield {"bench": "board-pages", **compared(ours, theirs, [True] * len(ours)), **common}
        yield {"bench": "board-pages-filtered", **compared(ours, theirs, is_filtered), **common}
        yield from repeated(our_site, board, questions)


def repeated(site: Server, board: Board, questions: list[dict[str, str]]) -> Iterator[dict]:
    """The same views once more by a browser that has them: each must be answered 304."""
    seconds, sizes = [], []
    for asked in questions:
        tag = page(site, board, asked)[1]["ETag"]
        start = time.perf_counter()
        status, _, body = page(site, board, asked, {"If-None-Match": tag})
        seconds.append(time.perf_counter() - start)
        if status != 304:
            raise SystemExit(f"{asked}: {status} though nothing has changed")
        sizes.append(len(body))
    yield {"bench": "board-repeated", **told("", seconds), "bytes": max(sizes), "limit": 0}


def page(site: Server, board: Board, asked: dict[str, str], headers=None):
    answer = bench_sites.fetched(f"{site.address}/boards/{board.slug}/?{urlencode(asked)}", headers)
    if answer[0] not in (200, 304):
        raise SystemExit(f"{asked}: {answer[0]}")
    return answer


def timed(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(ours: list[float], theirs: list[float], wanted: list[bool]) -> dict[str, float]:
    own, others = (
        [one for one, is_in in zip(part, wanted, strict=True) if is_in] for part in (ours, theirs)
    )
    ratio = float(np.median(own) / np.median(others))
    return {"pages": len(own), **told("", own), **told("peer_", others), "ratio": round(ratio, 3)}


def told(prefix: str, seconds: list[float]) -> dict[str, float]:
    median, p95 = np.percentile(np.array(seconds) * 1000, [50, 95]).round(1).tolist()
    return {f"{prefix}median_ms": median, f"{prefix}p95_ms": p95}


# Datasette


@contextmanager
def datasette(board: Board) -> Iterator[Callable[[dict[str, str]], None]]:
    """A Datasette of the board's rows; yields what asks it a question of ours."""
    programs = bench_sites.installed("datasette", DATASETTE)
    path = bench_sites.PEERS / f"board-{len(snapshots.of(board))}.db"
    written(board, path)
    port = bench_sites.free_port()
    settings = [
        str(word) for name, value in SETTINGS.items() for word in ("--setting", name, value)
    ]
    command = [str(programs / "datasette"), "serve", "--immutable", str(path), *settings]
    command += ["--port", str(port)]
    slugs = {facet: dict(Facets(snapshots.of(board), "").values(facet)) for facet in FACETS}
    with bench_sites.serving(command, port, cwd=clone.VAR) as server:

        def ask(asked: dict[str, str]) -> None:
            url = f"{server.address}/{path.stem}/entries?{query(asked, slugs)}"
            status, _, body = bench_sites.fetched(url)
            if status != 200 or body.count(b'class="facet-info ') != len(FACETS):
                raise SystemExit(f"{asked}: {status}, or a facet is missing")

        yield ask


def query(asked: dict[str, str], slugs: dict[str, dict[str, str]]) -> str:
    """Our question in Datasette's words, but always the first page, which costs it the least."""
    order = asked["sort"].removeprefix("-")
    is_descending = (metrics.get(order).better == metrics.HIGHER) != asked["sort"].startswith("-")
    filters = [(facet, slugs[facet][asked[facet]]) for facet in FACETS if facet in asked]
    facets = [("_facet", facet) for facet in FACETS]
    sort = ("_sort_desc" if is_descending else "_sort", order)
    return urlencode([*filters, *facets, sort, ("_size", str(ROWS))])


def written(board: Board, path: Path) -> None:
    """The board's rows with their names in one table, indexed as one does for such a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    snapshot = snapshots.of(board)
    facets = Facets(snapshot, "")
    columns = {"id": snapshot.entries.tolist(), "devices": snapshot.parts["count"].tolist()}
    for facet in FACETS:
        texts = [None if slug == NONE else text for slug, text in facets.values(facet)]
        columns[facet] = [texts[code] for code in facets.code(DIMENSIONS[facet]).tolist()]
    for metric in METRICS:
        for part, ending in (("value", ""), ("low", "_low"), ("high", "_high")):
            numbers = snapshot.part(part, metric)
            columns[metric + ending] = [
                one if math.isfinite(one) else None for one in numbers.tolist()
            ]
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    names = ", ".join(f'"{name}"' for name in columns).replace('"id"', '"id" INTEGER PRIMARY KEY')
    with sqlite3.connect(draft) as database:
        database.execute(f"CREATE TABLE entries ({names})")
        holes = ", ".join("?" * len(columns))
        rows = zip(*columns.values(), strict=True)
        database.executemany(f"INSERT INTO entries VALUES ({holes})", rows)
        for name in (*FACETS, *METRICS):
            database.execute(f'CREATE INDEX "by_{name}" ON entries ("{name}")')
        database.execute("ANALYZE")
    draft.rename(path)
