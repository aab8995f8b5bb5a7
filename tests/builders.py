"""Rows for tests: plain functions that fill in what a test is not about.

`make_entry(board, quality=0.7, energy=12)` gives a published entry with one run; a value is a
number, or low, value and high. Nothing is refreshed by itself but the estimates: call
`refresh(board)` where a test needs the stored frontier.
"""

import itertools
from datetime import UTC, datetime
from functools import cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User

from leaderboard import estimates, frontiers
from leaderboard.core import metrics
from leaderboard.core.interval import Interval
from leaderboard.models import (
    AIModel,
    Board,
    Claim,
    Entry,
    Hardware,
    Measurement,
    Method,
    Objective,
    Run,
    Source,
    Submission,
    Task,
)
from leaderboard.models.evidence import settings_key

NOW = datetime(2026, 11, 12, 9, 40, tzinfo=UTC)
PASSWORD = "correct horse battery staple"
numbers = itertools.count(1)


def make_user(**overrides) -> User:
    """A user whose password is `PASSWORD`."""
    fields = {"username": f"user{next(numbers)}", "password": hashed_password()} | overrides
    return User.objects.create(**fields)


@cache
def hashed_password() -> str:
    """Hashed once: a hash takes longer than most tests."""
    return make_password(PASSWORD)


def make_source(**overrides) -> Source:
    number = next(numbers)
    fields = {
        "slug": f"source-{number}",
        "kind": Source.Kind.PAPER,
        "title": f"Source {number}",
        "url": f"https://example.org/source-{number}",
    }
    return Source.objects.create(**fields | overrides)


def make_claim(**overrides) -> Claim:
    """A claim of 40 % less energy, of a source of its own unless told."""
    number = next(numbers)
    fields = {
        "position": number % 30_000,
        "subject": f"Technique {number}",
        "quantity": "energy",
        "kind": Claim.Kind.CHANGE,
        "value": 40.0,
        "unit": "%",
        "direction": "decrease",
    }
    if "source" not in overrides:
        fields["source"] = make_source()
    return Claim.objects.create(**fields | overrides)


def make_model(name: str = "", **overrides) -> AIModel:
    number = next(numbers)
    fields = {"slug": f"model-{number}", "name": name or f"Model {number}"}
    return AIModel.objects.create(**fields | overrides)


def make_method(name: str = "", **overrides) -> Method:
    number = next(numbers)
    fields = {"slug": f"method-{number}", "name": name or f"Method {number}", "kind": Method.OTHER}
    return Method.objects.create(**fields | overrides)


def make_hardware(name: str = "", **overrides) -> Hardware:
    number = next(numbers)
    fields = {
        "slug": f"hardware-{number}",
        "name": name or f"Device {number}",
        "vendor": "Vendor",
        "kind": "GPU",
    }
    return Hardware.objects.create(**fields | overrides)


def make_task(name: str = "", **overrides) -> Task:
    number = next(numbers)
    fields = {
        "slug": f"task-{number}",
        "name": name or f"Task {number}",
        "kind": Task.Kind.ANSWERING,
        "functional_unit": "one question answered",
        "unit_noun": "question",
        "quality_metric": "share of questions answered correctly",
    }
    return Task.objects.create(**fields | overrides)


def make_board(*objectives: str, task: Task | None = None, **overrides) -> Board:
    """A board that ranks by these metrics, by quality and node energy unless told."""
    number = next(numbers)
    fields = {
        "slug": f"board-{number}",
        "title": f"Board {number}",
        "task": task or make_task(),
    }
    board = Board.objects.create(**fields | overrides)
    Objective.objects.bulk_create(
        Objective(board=board, position=position, metric=metric)
        for position, metric in enumerate(objectives or ("quality", "node_energy"))
    )
    return board


def baseline() -> Method:
    return Method.objects.get_or_create(
        slug="baseline", defaults={"name": "Baseline", "kind": Method.BASELINE}
    )[0]


def unspecified() -> Hardware:
    return Hardware.objects.get_or_create(
        slug="unspecified", defaults={"name": "Unspecified", "vendor": "", "kind": "HIDDEN"}
    )[0]


def make_submission(**overrides) -> Submission:
    """A published file without content."""
    number = next(numbers)
    fields = {
        "state": Submission.State.PUBLISHED,
        "filename": f"results-{number}.csv",
        "sha256": f"{number:064x}",
        "size": 1000,
        "format": "efficiency-frontier-csv",
        "context_key": f"{number:016x}",
        "received_at": NOW,
    }
    fields |= overrides
    fields.setdefault("published_at", fields.get("decided_at"))
    fields.setdefault("submitted_by", None)
    if fields["submitted_by"] is None:
        fields["submitted_by"] = make_user()
    return Submission.objects.create(**fields)


def make_entry(
    board: Board | Task,
    *,
    model: AIModel | str = "",
    method: Method | None = None,
    hardware: Hardware | None = None,
    device_count: int = 1,
    settings: dict | None = None,
    submission: Submission | None = None,
    origin: str = "SENSED",
    origins: dict[str, str] | None = None,
    measured_on: str = "",
    **values,
) -> Entry:
    """An entry of the board's task with one run that measured these values.

    `energy` stands for the energy that the board ranks by. Without a submission it is published.
    """
    task = board.task if isinstance(board, Board) else board
    entry = Entry.objects.create(
        task=task,
        model=model if isinstance(model, AIModel) else make_model(model),
        method=method or baseline(),
        hardware=hardware or unspecified(),
        device_count=device_count,
        settings=settings or {},
        settings_key=settings_key(settings or {}),
    )
    if "energy" in values:
        ranked = board.metrics if isinstance(board, Board) else ()
        energy = next((slug for slug in ranked if slug in metrics.ENERGIES), "node_energy")
        values[energy] = values.pop("energy")
    make_run(
        entry,
        submission=submission,
        origin=origin,
        origins=origins,
        measured_on=measured_on,
        **values,
    )
    return entry


def make_run(
    entry: Entry,
    *,
    submission: Submission | None = None,
    row: int | None = None,
    origin: str = "SENSED",
    origins: dict[str, str] | None = None,
    region: str = "",
    measured_on: str = "",
    **values,
) -> Run:
    """One more run of an entry; its estimates follow. `origins` differ by metric."""
    run = Run.objects.create(
        entry=entry,
        submission=submission or make_submission(),
        row=row or next(numbers),
        region=region,
        measured_on=measured_on,
    )
    Measurement.objects.bulk_create(
        measurement(run, metric, value, (origins or {}).get(metric, origin))
        for metric, value in values.items()
        if value is not None
    )
    estimates.refresh([entry.pk])
    return run


def measurement(run: Run, metric: str, value, origin: str) -> Measurement:
    """As written in the metric's own unit."""
    interval = interval_of(value)
    return Measurement(
        run=run,
        metric=metric,
        origin=origin,
        value=interval.value,
        low=interval.low,
        high=interval.high,
        raw_value=f"{interval.value:g}",
        raw_unit=metrics.get(metric).unit,
        column=metric,
    )


def interval_of(value) -> Interval:
    """A number, or low, value and high."""
    if isinstance(value, tuple):
        low, central, high = value
        return Interval(central, low, high)
    return Interval.exact(float(value))


def refresh(board: Board, *, at: datetime = NOW) -> Board:
    """Bring the stored frontier up to date. Returns the board as it is now."""
    frontiers.refresh(board.pk, at=at)
    board.refresh_from_db()
    return board
