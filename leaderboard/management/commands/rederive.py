"""`manage.py rederive`: after a formula or a fact of the catalogue changed."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from leaderboard import frontiers
from leaderboard.rederivation import rederive


class Command(BaseCommand):
    help = "Work out all derived measurements anew and refresh the boards that they change."

    def handle(self, **options):
        boards = rederive()
        for board in sorted(boards):
            frontiers.refresh(board, at=timezone.now())
        self.stdout.write(f"{len(boards)} boards changed")
