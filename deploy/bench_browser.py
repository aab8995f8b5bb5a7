"""Boards in Chromium, ours and a gradio_leaderboard of the same rows: part of `make bench`."""

import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from deploy import bench_boards, bench_sites, clone
from deploy.bench_boards import FACETS, RANKED
from leaderboard import snapshots
from leaderboard.facets import FACETS as DIMENSIONS
from leaderboard.facets import NONE, Facets
from leaderboard.models import Board

GRADIO = ("gradio_leaderboard==0.0.14", "gradio==5.50.0")
CHROMIUM = "/usr/bin/chromium"
# Nothing is asked of any other machine.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
REPEATS = 5
WIDE = {"width": 1440, "height": 900}
PATIENCE_MS = 120_000
OURS_DRAWN = """
    () => document.querySelector("#table tbody tr")
        && document.querySelector(".plot.is-drawn .plotly-box[data-crowd=drawn]")"""
# Rows are there when a cell holds one's text.
THEIRS_DRAWN = """
    () => [...document.querySelectorAll("td")].some((cell) => /Model \\d+/.test(cell.textContent))"""
APP = """
import sys, gradio, pandas
from gradio_leaderboard import ColumnFilter, Leaderboard, SearchColumns, SelectColumns
rows = pandas.read_csv(sys.argv[1], keep_default_na=False)
facets = sys.argv[3].split(",")
with gradio.Blocks() as page:
    Leaderboard(
        rows,
        select_columns=SelectColumns(default_selection=list(rows.columns)),
        search_columns=SearchColumns(primary_column="model", secondary_columns=[]),
        filter_columns=[ColumnFilter(facet, type="dropdown") for facet in facets],
    )
page.launch(server_name="127.0.0.1", server_port=int(sys.argv[2]))
"""


def board_browser(options, rng) -> Iterator[dict]:
    """Navigation to table and chart drawn, and bytes on the way, with cold caches, in turns."""
    board = bench_board(options.browser_entries)
    ours: list[tuple[float, int]] = []
    theirs: list[tuple[float, int]] = []
    with bench_sites.ours() as site, gradio(board) as peer, browsing() as browser:
        bench_sites.fetched(f"{site.address}/boards/{board.slug}/")
        for _ in range(REPEATS):
            ours.append(opened(browser, f"{site.address}/boards/{board.slug}/", OURS_DRAWN))
            theirs.append(opened(browser, peer, THEIRS_DRAWN))
    (our_s, our_bytes), (peer_s, peer_bytes) = medians(ours), medians(theirs)
    common = {"entries": options.browser_entries, "load": round(os.getloadavg()[0], 1)}
    yield {
        "bench": "board-browser",
        **common,
        "seconds": our_s,
        "peer_seconds": peer_s,
        "ratio": our_s / peer_s,
        "limit": 1 / 3,
    }
    yield {
        "bench": "board-bytes",
        **common,
        "bytes": our_bytes,
        "peer_bytes": peer_bytes,
        "ratio": our_bytes / peer_bytes,
        "limit": 1 / 5,
    }


def bench_board(entries: int) -> Board:
    slug = f"bench-board-{entries}"
    return Board.objects.filter(slug=slug).first() or bench_boards.board_of(entries, slug)


def medians(runs: list[tuple[float, int]]) -> tuple[float, float]:
    seconds, sizes = zip(*runs, strict=True)
    return statistics.median(seconds), statistics.median(sizes)


@contextmanager
def browsing() -> Iterator[Browser]:
    # Its loop must not make Django refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))


@contextmanager
def visiting(browser: Browser, url: str, **context: Any) -> Iterator[Page]:
    """A page in a window of its own, with nothing in its caches."""
    window = browser.new_context(viewport=WIDE, **context)
    try:
        page = window.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto("about:blank")
        yield page
    finally:
        window.close()


def opened(browser: Browser, url: str, is_drawn: str) -> tuple[float, int]:
    """Seconds from the start of a navigation until something is drawn, and bytes received."""
    with visiting(browser, url) as page:
        sizes: list[int] = []
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda one: sizes.append(one["encodedDataLength"]))
        start = time.perf_counter()
        page.goto(url, wait_until="commit")
        page.wait_for_function(is_drawn)
        seconds = time.perf_counter() - start
        page.wait_for_timeout(500)
        return seconds, int(sum(sizes))


@contextmanager
def gradio(board: Board) -> Iterator[str]:
    """The address of a gradio_leaderboard of the board's rows."""
    programs = bench_sites.installed("gradio", *GRADIO)
    rows = bench_sites.PEERS / f"{board.slug}.csv"
    as_csv(board, rows)
    port = bench_sites.free_port()
    command = [programs / "python", "-c", APP, rows, str(port), ",".join(FACETS)]
    with bench_sites.serving(command, port, cwd=clone.VAR) as server:
        yield server.address


def as_csv(board: Board, path: Path) -> None:
    """What our table shows and filters by: names, the ranked metrics with their bounds, runs."""
    snapshot = snapshots.of(board)
    facets = Facets(snapshot, "")
    columns: dict[str, list[str]] = {}
    for facet in FACETS:
        texts = ["" if slug == NONE else text for slug, text in facets.values(facet)]
        columns[facet] = [texts[code] for code in facets.code(DIMENSIONS[facet]).tolist()]
    columns["devices"] = list(map(str, snapshot.parts["count"].tolist()))
    for metric in RANKED:
        for part in ("value", "low", "high"):
            numbers = snapshot.part(part, metric).tolist()
            columns[f"{metric} {part}"] = [f"{number:.4g}" for number in numbers]
    columns["runs"] = list(map(str, snapshot.parts["runs"].tolist()))
    lines = [",".join(columns), *map(",".join, zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines))


# Frames

# Times of all frames since it was called.
COUNT_FRAMES = """
    () => {
      window.frames_ = [];
      const next = (now) => { window.frames_.push(now); requestAnimationFrame(next); };
      requestAnimationFrame(next);
    }"""
DRAWN = 20_000
CROWDED = 200_000


def board_frames(options, rng) -> Iterator[dict]:
    """Frames a second while the pointer sweeps over 20,000 points and draws boxes to go into."""
    board = bench_board(DRAWN)
    with bench_sites.ours() as site, browsing() as browser:
        url = f"{site.address}/boards/{board.slug}/"
        bench_sites.fetched(url)
        for name, act in (("hover", sweep), ("zoom", zoom)):
            yield {"bench": f"board-frames-{name}", "points": DRAWN, **frames(browser, url, act)}
        crowded = bench_board(CROWDED)
        with visiting(browser, url) as page:
            page.goto(f"{site.address}/boards/{crowded.slug}/")
            told = page.locator("figcaption").first.inner_text()
        if f"of {CROWDED:,} entries are drawn" not in told:
            raise SystemExit(f"the page does not say that it thins: {told}")


def frames(browser: Browser, url: str, act: Callable[[Page, dict[str, float]], None]) -> dict:
    with visiting(browser, url) as page:
        page.goto(url)
        page.wait_for_function(OURS_DRAWN)
        # The plot in the middle of the window, and time for what follows drawing.
        page.locator(".plotly-box").scroll_into_view_if_needed()
        page.wait_for_timeout(1000)
        box = page.locator(".plotly-box .nsewdrag").first.bounding_box()
        assert box is not None
        page.evaluate(COUNT_FRAMES)
        act(page, dict(box))
        times = np.array(page.evaluate("() => window.frames_"))
    gaps = np.diff(times)
    return {
        "load": round(os.getloadavg()[0], 1),
        "frames_per_second": float(1000 * len(gaps) / (times[-1] - times[0])),
        "slowest_frame_ms": float(gaps.max()),
        "p95_frame_ms": float(np.percentile(gaps, 95)),
        "at_least": 30,
    }


def sweep(page: Page, box: dict[str, float]) -> None:
    """The pointer goes across the plot, back and forth, for some seconds."""
    for turn in range(6):
        down = box["y"] + box["height"] * (0.2 + 0.1 * turn)
        left, right = box["x"] + 10, box["x"] + box["width"] - 10
        page.mouse.move(left, down)
        page.mouse.move(right, down, steps=120)


def zoom(page: Page, box: dict[str, float]) -> None:
    """Boxes are drawn to go in, and a double click goes back."""
    for _ in range(4):
        page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.2 * box["height"])
        page.mouse.down()
        page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.8 * box["height"], steps=60)
        page.mouse.up()
        page.wait_for_timeout(200)
        page.mouse.dblclick(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
        page.wait_for_timeout(400)


# Lighthouse

LIGHTHOUSE = "lighthouse@12.8.2"
CATEGORIES = ("performance", "accessibility", "best-practices")


def lighthouse(options, rng) -> Iterator[dict]:
    """Lighthouse's scores of the home page, a board and an entry, on a desk and on a phone."""
    board = bench_board(options.browser_entries)
    entry = board.placements.live().order_by("layer", "entry").values_list("entry", flat=True)[0]
    program = bench_sites.installed_script("lighthouse", LIGHTHOUSE)
    with bench_sites.ours() as site:
        for path in ("/", f"/boards/{board.slug}/", f"/entries/{entry}/"):
            bench_sites.fetched(site.address + path)
            for form in ("mobile", "desktop"):
                command = lighthouse_command(program, site.address + path, form)
                report = subprocess.check_output(
                    command, env=os.environ | {"CHROME_PATH": CHROMIUM}
                )
                scores = json.loads(report)["categories"]
                yield {
                    "bench": "lighthouse",
                    "page": path,
                    "form": form,
                    "load": round(os.getloadavg()[0], 1),
                    **{name: round(100 * scores[name]["score"]) for name in CATEGORIES},
                    "at_least": 95,
                }


def lighthouse_command(program: Path, url: str, form: str) -> list[str]:
    flags = " ".join([*FLAGS[:-1], "--headless=new"])
    return [
        str(program),
        url,
        "--quiet",
        "--no-enable-error-reporting",
        "--output=json",
        f"--only-categories={','.join(CATEGORIES)}",
        f"--chrome-flags={flags}",
        *(["--preset=desktop"] if form == "desktop" else []),
    ]
