"""`manage.py verify_integrity`: is everything that is shown what the stored files say?"""

import json

from django.core.management.base import BaseCommand, CommandError

from ingest import board_integrity, integrity


class Command(BaseCommand):
    help = "Work everything out again from the stored files. Ends with an error if it differs."

    def add_arguments(self, parser):
        parser.add_argument("--json", action="store_true", help="print all that was found as JSON")

    def handle(self, *, json: bool, **options):
        breaches: list[str] = []
        found = {
            "submissions": list(integrity.submissions(breaches)),
            "frontiers": list(board_integrity.frontiers(breaches)),
            # There is no audit log yet.
            "audit": None,
            "orphans": integrity.orphans(breaches),
            "breaches": breaches,
        }
        self.stdout.write(as_text(found) if json else told(found))
        if breaches:
            raise CommandError(f"{len(breaches)} breaches.")


def as_text(found: dict) -> str:
    return json.dumps(found, indent=1)


def told(found: dict) -> str:
    """The same for people."""
    lines = [
        f"{len(found['submissions'])} submissions and {len(found['frontiers'])} boards were read.",
        *found["breaches"],
    ]
    return "\n".join(lines)
