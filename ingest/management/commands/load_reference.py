"""`manage.py load_reference`: the catalogue and the first boards, from the data that we ship."""

from io import BytesIO
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest import first_boards, pipeline
from leaderboard import chances, reference
from leaderboard.datafiles import DATA
from leaderboard.models import Board, Objective, Run, Submission, Task
from leaderboard.rederivation import rederive

State = Submission.State
SYSTEM_USER = "efficiency-frontier"
FORMAT = "efficiency-frontier-json"
TEXTS = ("title", "blurb", "counted", "left_out", "mixing", "filters", "position")


class Command(BaseCommand):
    help = "Load the published reference data and the first boards. Safe to run at any time."

    def add_arguments(self, parser):
        parser.add_argument("--data", type=Path, default=DATA, help="folder of the data files")

    def handle(self, *, data: Path, **options):
        try:
            report = reference.load(data)
        except reference.Contradiction as error:
            raise CommandError(str(error)) from error
        for table, count in report.tables.items():
            self.stdout.write(
                f"{table}: {count.rows} rows, {count.created} new, {count.changed} changed"
            )
        if not report.is_unchanged:
            # What follows from the facts of the catalogue follows anew.
            chances.settle(rederive(at=timezone.now()), at=timezone.now())
        for told in first_boards.boards(data):
            board = set_up(told)
            submission, news = fill(board, first_boards.file_of(board.slug, data))
            self.stdout.write(
                f"board {board.slug}: {submission.summary['entries']} entries, {news}"
            )


def set_up(told: dict) -> Board:
    """The board, made as `told` unless it is there: what editors changed stays."""
    board, created = Board.objects.get_or_create(
        slug=told["slug"],
        defaults={
            **{name: told[name] for name in TEXTS},
            "caveats": "\n".join(told["caveats"]),
            "task": Task.objects.get(slug=told["task"]),
        },
    )
    if created:
        Objective.objects.bulk_create(
            Objective(board=board, position=position, metric=metric)
            for position, metric in enumerate(told["objectives"])
        )
    return board


def fill(board: Board, file: bytes) -> tuple[Submission, str]:
    """Publish the board's file unless it is published, and take back what it replaces."""
    user = system_user()
    filename = f"first-board-{board.slug}.json"
    submission, _ = pipeline.receive(
        [(filename, BytesIO(file))],
        filename=filename,
        by=user,
        format=FORMAT,
        at=timezone.now(),
        # Our own data: seen by an editor, and the earlier file is taken back in the same breath.
        is_approved=True,
        on_conflict=Submission.OnConflict.REPLICATE,
    )
    news = "unchanged" if submission.state == State.PUBLISHED else "published"
    if submission.state == State.WITHDRAWN:
        # The data are again what they were once: their runs are written anew.
        Run.objects.filter(submission=submission).delete()
        pipeline.reopen(submission)
    stale = pipeline.ingest(submission.pk, at=timezone.now())
    submission.refresh_from_db()
    if submission.state != State.PUBLISHED:
        problems = "; ".join(issue["message"] for issue in submission.errors[:3])
        raise CommandError(f"{filename} is {submission.state.lower()}: {problems}")
    earlier = Submission.objects.filter(
        submitted_by=user, filename=filename, state=State.PUBLISHED
    ).exclude(pk=submission.pk)
    for replaced in earlier:
        stale |= pipeline.withdraw(
            replaced.pk, at=timezone.now(), reason="Replaced by newer reference data."
        )
        news = f"{news}, replacing the file of {replaced.received_at:%Y-%m-%d}"
    chances.settle(stale | {board.pk}, at=timezone.now())
    return submission, news


def system_user():
    """Who sends our own files. Nobody can log in as it; an editor, so that nothing is held."""
    user, created = get_user_model().objects.get_or_create(
        username=SYSTEM_USER, defaults={"is_staff": True}
    )
    if created:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
