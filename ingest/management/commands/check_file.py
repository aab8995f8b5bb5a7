"""`manage.py check_file PATH…`: the same check as the site's, and nothing is kept."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError

from ingest import pipeline
from ingest.management import words
from ingest.resolve import ContextError

FINE, WARNINGS, ERRORS, UNREADABLE = range(4)


class Command(BaseCommand):
    help = (
        "Check result files or folders of them as one submission, as the site would. "
        "Exit code 0: fine, 1: warnings, 2: errors, 3: can't be read."
    )

    def add_arguments(self, parser):
        parser.add_argument("path", type=Path, nargs="+")
        parser.add_argument("--format", default="", help="the format's slug; recognised by default")
        parser.add_argument("--json", action="store_true", help="print the report as JSON")
        words.add_context(parser)

    def handle(self, *, path: list[Path], **options):
        try:
            with ExitStack() as opened:
                sent = [
                    (name, opened.enter_context(file.open("rb")))
                    for name, file in words.found_files(path)
                ]
                report = pipeline.check(
                    sent,
                    by=AnonymousUser(),
                    context=words.context_of(options),
                    format=options["format"],
                )
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror}", returncode=UNREADABLE
            ) from None
        except ContextError as error:
            raise CommandError(str(error), returncode=UNREADABLE) from None
        if options["json"]:
            found = {"summary": report.summary, "issues": report.issues, "preview": report.effect}
            self.stdout.write(json.dumps(found, indent=1))
        else:
            for line in words.told("checked", report.summary, report.issues):
                self.stdout.write(line)
        if report.has_errors:
            sys.exit(UNREADABLE if report.is_broken and not report.rows else ERRORS)
        sys.exit(WARNINGS if report.has_warnings else FINE)
