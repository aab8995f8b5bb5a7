"""The drill of a disk that is full and then freed."""

import json
import time
from collections import Counter
from contextlib import suppress

from deploy.drill_site import Answer, Seen, Site, until

PICK_UP_S, AWAY_S = 60, 30
SMALL = 5  # rows
# Long enough for every lease and every attempt to run out.
FULL_S = 60
# Larger than what a web server keeps in memory of an upload.
SPILLED = 20_000
REFUSALS = (503, 507)


def filled(left: int, site: Site, seen: Seen, rows: int) -> None:
    """Under database, spool and logs that many bytes are left while a large file is published."""
    assert site.disk
    site.start("web", "worker", "beat")
    earlier = site.send(site.table(SMALL), "earlier.csv")
    until(site.is_settled, 60)
    seen.equal("ended before", site.revive(), [])
    large = site.send(site.table(rows, 1_000_000), "large.csv")
    is_writing = "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE '%%_measurement%%'"
    until(lambda: site.ask(is_writing + " AND pid <> pg_backend_pid()") is True, 60)
    waiting = site.send(site.table(SMALL, 2_000), "waiting.csv", by="demo-other")
    seen.equal("answers before", [large.status, waiting.status], [202, 202])
    site.disk.fill(left)
    kept = while_full(site, seen)
    seen.note(f"{site.disk.left() / 2**20:.1f} MiB left")
    seen.equal("large file", site.state(large), "RECEIVED")
    site.disk.free()
    began = time.monotonic()
    until(lambda: not site.revive() and site.is_settled(), 180)
    seen.most("settled once there is room", time.monotonic() - began, PICK_UP_S)
    files = [earlier, large, waiting]
    seen.equal("states", [site.state(file) for file in files], ["PUBLISHED"] * 3)
    seen.equal("runs", site.count("run"), rows + 2 * SMALL + sum(kept))
    seen.equal("submissions", site.count("submission"), 3 + len(kept))
    seen.equal("temporary files", [path.name for path in site.temporary.glob("tmp*")], [])
    seen.equal("upload after it", site.send(site.table(SMALL, 3_000)).status, 202)
    until(site.is_settled, 60)


def while_full(site: Site, seen: Seen) -> list[int]:
    """What pages and uploads are answered. Returns the rows of each file that was taken."""
    pages: Counter[int] = Counter()
    uploads: Counter[int] = Counter()
    ended: Counter[str] = Counter()
    slowest = away_s = 0.0
    silent = number = 0
    kept: list[int] = []
    began = time.monotonic()
    while time.monotonic() - began < FULL_S:
        ended.update(site.revive())
        answers = [site.asked("GET", page) for page in site.pages]
        pages.update(answer.status for answer in answers)
        if {answer.status for answer in answers} != {200}:
            away_s = time.monotonic() - began
        slowest = max(slowest, *(answer.seconds for answer in answers))
        for rows, answer in zip((SMALL, SPILLED), sent(site, number := number + 1), strict=True):
            uploads[answer.status] += 1
            kept += [rows] if answer.status == 202 else []
            silent += answer.status in REFUSALS and not is_problem(answer)
        time.sleep(0.5)
    seen.note(f"pages {dict(pages)}", pages.keys() <= {200, 503})
    seen.most("last away", away_s, AWAY_S)
    seen.most("slowest page", slowest, 3)
    seen.note(f"uploads {dict(uploads)}", uploads.keys() <= {202, *REFUSALS})
    seen.equal("refusals that say nothing", silent, 0)
    seen.note(f"ended {dict(ended)}")
    return kept


def is_problem(answer: Answer) -> bool:
    """Whether it says when to come again, and in the one shape of the API why."""
    with suppress(ValueError):
        return "retry-after" in answer.headers and "code" in json.loads(answer.body)
    return False


def sent(site: Site, number: int) -> list[Answer]:
    """Answers to a small body and to a form too large for memory."""
    small = site.table(SMALL, 10_000 + SMALL * number)
    body, headers = form(site.table(SPILLED, 10_000_000 + SPILLED * number))
    token = {"Authorization": f"Bearer {site.tokens['demo-sender']}"}
    url = site.urls["upload"]
    return [
        site.asked("POST", url, small, token | {"Content-Type": "text/csv"}),
        site.asked("POST", url, body, token | headers),
    ]


def form(content: bytes) -> tuple[bytes, dict[str, str]]:
    """The body of a form with that file, and its headers."""
    mark = "a-line-that-no-file-holds"
    head = (
        f"--{mark}\r\nContent-Disposition: form-data; "
        'name="file"; filename="form.csv"\r\nContent-Type: text/csv\r\n\r\n'
    )
    body = head.encode() + content + f"\r\n--{mark}--\r\n".encode()
    return body, {"Content-Type": f"multipart/form-data; boundary={mark}"}
