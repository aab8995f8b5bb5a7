"""Result files made for a test, and the way of one through the pipeline."""

import io
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from ingest import pipeline
from leaderboard import frontiers
from leaderboard.models import Hardware, Submission, Task
from tests.builders import baseline, make_hardware, make_model, make_task, make_user

HEADER = "model,task,hardware,setting:batch,quality [%],node_energy [J],latency [s]"


def make_catalogue() -> Task:
    """One model, one device, one task: what the rows of `csv` are about."""
    baseline()
    make_model("Tiny", slug="tiny", aliases=["acme/tiny"])
    make_hardware("Card 9", slug="card-9", aliases=["ACME Card 9"])
    return make_task("Riddles", slug="riddles")


def row(number: int = 1, **cells) -> str:
    """One line; `number` makes its entry a different one."""
    found = {
        "model": "tiny",
        "task": "riddles",
        "hardware": "card-9",
        "batch": number,
        "quality": 50 + number % 50,
        "energy": 100 + number,
        "latency": 0.5,
    }
    return ",".join(str(cell) for cell in (found | cells).values())


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *(rows or [row()])]).encode()


def received(
    content: bytes,
    *,
    by: User | None = None,
    at: datetime | None = None,
    filename: str = "results.csv",
    **more: Any,
) -> Submission:
    """The file as its sender left it, with nobody at work on it yet."""
    submission, _ = pipeline.receive(
        [(filename, io.BytesIO(content))],
        filename=filename,
        by=by or make_user(),
        at=at or timezone.now(),
        **more,
    )
    return submission


def sent(content: bytes, **more) -> Submission:
    """The file after everything that follows from sending it, without a broker."""
    submission = received(content, **more)
    for board in pipeline.ingest(submission.pk, at=timezone.now()):
        frontiers.refresh(board, at=timezone.now())
    submission.refresh_from_db()
    return submission


def three_devices() -> dict[str, str]:
    """The three machines of the LLM-Energy-Benchmark, as devices of the catalogue."""
    labels = ("CITIC", "Workstation", "Spark")
    slugs = Hardware.objects.exclude(slug="unspecified").order_by("slug").values_list("slug")
    return {label: slug for label, (slug,) in zip(labels, slugs, strict=False)}
