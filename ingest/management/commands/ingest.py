"""`manage.py ingest PATH…`: the whole way of files, without a broker."""

import json
from contextlib import ExitStack
from pathlib import Path

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest import files, pipeline
from ingest.choices import WORDS, ChoiceError, choices_of
from ingest.management import words
from ingest.resolve import ContextError
from leaderboard import chances
from leaderboard.models import Submission


class Command(BaseCommand):
    help = "Check result files or folders of them and publish them; prints what was found."

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, nargs="+")
        parser.add_argument("--user", help="the sender's user name; the only user by default")
        parser.add_argument("--format", default="", help="the format's slug; recognised by default")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        for word in WORDS:
            parser.add_argument(f"--{word.replace('_', '-')}", default="", help="as in the API")
        words.add_context(parser)

    def handle(self, *, path: list[Path], **options):
        try:
            submission = sent(path, options)
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error
        except (ContextError, ChoiceError, files.TooLarge) as error:
            raise CommandError(str(error)) from error
        status = submission.state.lower()
        if options["json"]:
            found = {
                "id": str(submission.public_id),
                "status": status,
                "summary": submission.summary,
                "issues": submission.issues,
            }
            self.stdout.write(json.dumps(found, indent=1))
        else:
            for line in words.told(status, submission.summary, submission.issues):
                self.stdout.write(line)
        if submission.state == Submission.State.REJECTED:
            raise CommandError("The file has errors; nothing was published.", returncode=2)


def sent(paths: list[Path], options: dict) -> Submission:
    """The submission of these files after everything that follows from sending them."""
    with ExitStack() as opened:
        found = [
            (name, opened.enter_context(file.open("rb"))) for name, file in words.found_files(paths)
        ]
        submission, _ = pipeline.receive(
            found,
            filename=paths[0].name,
            by=sender(options["user"]),
            context=words.context_of(options),
            format=options["format"],
            at=timezone.now(),
            **choices_of(options),
        )
    chances.settle(pipeline.ingest(submission.pk, at=timezone.now()), at=timezone.now())
    submission.refresh_from_db()
    return submission


def sender(name: str | None):
    users = get_user_model().objects.filter(is_active=True)
    found = users.filter(username=name) if name else users.exclude(username="efficiency-frontier")
    if len(found) != 1:
        raise CommandError("Say who sends it: --user NAME.")
    return found[0]
