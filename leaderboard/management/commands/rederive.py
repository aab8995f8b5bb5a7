"""`manage.py rederive [metric]`: after a formula or a fact of the catalogue changed."""

import time

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from leaderboard import chances, rederivation, tasks
from leaderboard.core import metrics
from leaderboard.models import Rederivation
from leaderboard.moves import in_words
from leaderboard.quantities import count

LOOK_EVERY_S = 0.5
# So long nothing may happen before we ask whether a worker runs.
SILENCE_S = 60


class Command(BaseCommand):
    help = (
        "Work a metric and what follows from it out anew for every entry, or all metrics, through "
        "the workers. Safe to run at any time; stopped, the workers go on."
    )

    def add_arguments(self, parser):
        parser.add_argument("metric", nargs="?", default="", help="slug; all metrics without it")
        parser.add_argument("--inline", action="store_true", help="here, without workers")
        parser.add_argument("--no-wait", action="store_true", help="order it and leave")

    def handle(self, *, metric: str, inline: bool, no_wait: bool, **options):
        if metric and metric not in metrics.ALL:
            raise CommandError(f"There is no metric “{metric}”.")
        if metric and not metrics.ALL[metric].is_on_entries:
            raise CommandError(f"No entry has {metric}: it is computed on request.")
        made = rederivation.order(metric, at=timezone.now())
        if inline:
            chances.settle(rederivation.rederive(metric, at=timezone.now()), at=timezone.now())
        else:
            self.send(made)
            if no_wait:
                return
            self.follow(made)
        self.tell(made)

    def send(self, made: Rederivation) -> None:
        batches = list(made.batches.left().order_by("pk").values_list("pk", flat=True))
        entries = count(made.entries, "entry", "entries")
        self.stdout.write(f"{made}: {entries} in {count(len(batches), 'batch', 'batches')}")
        for pk in batches:
            tasks.later(tasks.rederive_batch, pk)

    def follow(self, made: Rederivation) -> None:
        """Print each step until nothing is left."""
        total, before, silent_since = made.batches.count(), -1, time.monotonic()
        while True:
            rederivation.finish(at=timezone.now())
            made.refresh_from_db()
            done = total - made.batches.left().count()
            if done != before:
                self.stdout.write(f"{done} of {total} batches done")
                before, silent_since = done, time.monotonic()
            if made.finished_at is not None:
                return
            if time.monotonic() - silent_since > SILENCE_S:
                self.stderr.write("Nothing moves. Does a worker run? --inline does without.")
                silent_since = time.monotonic()
            time.sleep(LOOK_EVERY_S)

    def tell(self, made: Rederivation) -> None:
        made.refresh_from_db()
        for metric, of in sorted(made.moved.items()):
            self.stdout.write(f"{metric}: {in_words(of)}")
        if not made.moved:
            self.stdout.write("No entry moved.")
        if made.given_up:
            raise CommandError(f"{made.given_up} batches failed; the workers' log says why.")
