"""How far a worker is with a file, for those who wait. Kept in the cache: it may be lost."""

import time
from dataclasses import asdict, dataclass

from django.core.cache import cache

from ingest.report import Report

EVERY_S = 1.0
KEPT_S = 900


@dataclass(frozen=True)
class Progress:
    """What is read and checked of a file so far; `seconds_left` is a guess, or None."""

    rows_read: int
    rows_checked: int
    share: float
    seconds_left: float | None


class Teller:
    """Notes a pass's progress at most once a second."""

    def __init__(self, submission: int, size: int):
        self.submission, self.size = submission, size
        self.began = time.monotonic()
        self.told = self.began

    def __call__(self, report: Report, bytes_read: int) -> None:
        now = time.monotonic()
        if now - self.told < EVERY_S:
            return
        self.told = now
        share = min(1.0, bytes_read / self.size) if self.size else 0.0
        left = (now - self.began) * (1 - share) / share if share > 0.01 else None
        checked = report.planned + report.unwritten
        progress = Progress(report.rows, checked, share, left)
        cache.set(key(self.submission), asdict(progress), timeout=KEPT_S)


def of(submission: int) -> Progress | None:
    """How far the worker is with a submission; None when nobody has said."""
    found = cache.get(key(submission))
    return Progress(**found) if isinstance(found, dict) else None


def key(submission: int) -> str:
    return f"progress:{submission}"
