"""`manage.py ingest FILE`: the whole way of a file, without a broker."""

import json
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest import files, pipeline
from ingest.resolve import CONTEXT_KEYS, ContextError
from leaderboard import frontiers
from leaderboard.models import Submission


class Command(BaseCommand):
    help = "Check a result file and publish it; prints what was found."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", help="the sender's user name; the only user by default")
        parser.add_argument("--format", default="", help="the format's slug; recognised by default")
        parser.add_argument("--check", action="store_true", help="check only, keep nothing")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        for key in CONTEXT_KEYS:
            parser.add_argument(
                f"--{key.replace('_', '-')}",
                action="append",
                default=[],
                metavar="[LABEL=]WORD",
                help=f"the file's {key.replace('_', ' ')}, for one of its labels or for all of it",
            )

    def handle(self, *, file: Path, **options):
        context = {key: spoken(options[key]) for key in CONTEXT_KEYS if options[key]}
        found: dict[str, Any]
        try:
            if options["check"]:
                with file.open("rb") as stream:
                    report = pipeline.check(
                        [(file.name, stream)],
                        by=AnonymousUser(),
                        context=context,
                        format=options["format"],
                    )
                found = {"status": "checked", "summary": report.summary, "issues": report.issues}
            else:
                found = self.sent(file, context, options)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from error
        except (ContextError, files.TooLarge) as error:
            raise CommandError(str(error)) from error
        self.tell(found, as_json=options["json"])
        if found["summary"].get("errors"):
            raise CommandError("The file has errors; nothing was published.", returncode=2)

    def sent(self, file: Path, context: dict, options: dict) -> dict:
        with file.open("rb") as stream:
            submission, _ = pipeline.receive(
                [(file.name, stream)],
                filename=file.name,
                by=sender(options["user"]),
                context=context,
                format=options["format"],
                at=timezone.now(),
            )
        for board in pipeline.ingest(submission.pk, at=timezone.now()):
            frontiers.refresh(board, at=timezone.now())
        submission = Submission.objects.get(pk=submission.pk)
        return {
            "id": str(submission.public_id),
            "status": submission.state.lower(),
            "summary": submission.summary,
            "issues": submission.issues,
        }

    def tell(self, found: dict, *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(found, indent=1))
            return
        summary = found["summary"]
        self.stdout.write(
            f"{found['status']}: {summary.get('rows', 0)} rows, {summary.get('runs', 0)} runs of "
            f"{summary.get('entries', 0)} entries, {summary.get('errors', 0)} errors, "
            f"{summary.get('warnings', 0)} warnings"
        )
        for issue in found["issues"]:
            place = f"row {issue['row']}" if issue["row"] else "file"
            more = f" and {issue['count'] - 1} more rows" if issue["count"] > 1 else ""
            expected = f" Expected: {', '.join(issue['expected'])}." if issue["expected"] else ""
            self.stdout.write(
                f"{issue['severity']} {issue['code']}, {place}{more}, {issue['column'] or '-'}: "
                f"{issue['message']}{expected} {issue['hint']}".rstrip()
            )


def spoken(words: list[str]) -> str | dict[str, str]:
    """`["A=x", "B=y"]` as a mapping, `["x"]` as the word for all."""
    pairs = dict(word.partition("=")[::2] for word in words if "=" in word)
    if pairs and len(pairs) == len(words):
        return pairs
    if len(words) == 1:
        return words[0]
    raise CommandError("Give one word for the whole file, or LABEL=WORD each time.")


def sender(name: str | None):
    users = get_user_model().objects.filter(is_active=True)
    found = users.filter(username=name) if name else users.exclude(username="efficiency-frontier")
    if len(found) != 1:
        raise CommandError("Say who sends it: --user NAME.")
    return found[0]
