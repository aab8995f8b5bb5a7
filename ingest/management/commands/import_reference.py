"""`manage.py import_reference FILE`: prices, devices, grids and footprints into the catalogue."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest import importing, references
from ingest.formats import File, Head, _limits
from ingest.readings import Unreadable
from leaderboard import chances
from leaderboard.rederivation import rederive

LISTED = 20


class Command(BaseCommand):
    help = (
        "Take a file of reference data into the catalogue: "
        + ", ".join(module.LABEL for module in references.REFERENCES.values())
        + ". Safe to repeat."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dated",
            default="",
            metavar="2026-01-31",
            help="year, month or day of figures whose date the file does not say",
        )
        parser.add_argument(
            "--create", action="store_true", help="add the devices and models nobody knows yet"
        )
        parser.add_argument("--dry-run", action="store_true", help="only say what would change")

    def handle(self, *, file: Path, dated: str, create: bool, dry_run: bool, **options):
        self.lists_all = options["verbosity"] > 1
        if not file.is_file():
            raise CommandError(f"There is no file {file}.")
        if dated and importing.day_of(dated) is None:
            raise CommandError(f"“{dated}” is not a date such as 2026-01-31.")
        with file.open("rb") as stream:
            module = references.detect(Head(stream.read(_limits.HEAD_BYTES), file.name))
        if module is None:
            known = "; ".join(module.LABEL for module in references.REFERENCES.values())
            raise CommandError(f"This is no reference data that we know. Known are: {known}.")
        opened = File(file.name, lambda: file.open("rb"))
        try:
            summary = importing.take(module, opened, dated=dated, create=create, dry_run=dry_run)
        except importing.Undated as undated:
            raise CommandError(f"{undated} Say it with --dated 2026-01-31.") from None
        except Unreadable as unreadable:
            raise CommandError(unreadable.issue.message) from None
        self.tell(summary, dry_run=dry_run)
        if not dry_run and not summary.is_unchanged:
            # What follows from the facts of the catalogue follows anew.
            chances.settle(rederive(at=timezone.now()), at=timezone.now())

    def tell(self, summary: importing.Summary, *, dry_run: bool) -> None:
        tense = "would be " if dry_run else ""
        self.stdout.write(
            f"{summary.label}: {summary.records:,} records, {summary.figures:,} figures; "
            f"{summary.new:,} {tense}new, {summary.changed:,} {tense}changed, "
            f"{summary.unchanged:,} unchanged"
        )
        if summary.created:
            self.listed(f"{len(summary.created):,} names {tense}added", summary.created)
        if summary.unknown:
            said = f"{len(summary.unknown):,} names that the catalogue does not have, left out"
            self.listed(said, sorted(summary.unknown))
        if summary.kept:
            said = f"{len(summary.kept):,} figures of another source kept"
            self.listed(said, sorted(summary.kept))

    def listed(self, said: str, names: list[str]) -> None:
        shown = names if self.lists_all else names[:LISTED]
        more = f" and {len(names) - len(shown):,} more (-v 2 lists all)" if shown != names else ""
        self.stdout.write(f"{said}: {'; '.join(shown)}{more}")
