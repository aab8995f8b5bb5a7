"""Story: what follows from the measurements is worked out anew, after a formula or a fact changed.

What the runs state stays; only estimates with a recipe are replaced. The order and its batches
stand in the database, so neither a lost message nor a killed worker loses any of it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from math import isclose

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, QuerySet

from leaderboard import estimates
from leaderboard.core import metrics
from leaderboard.core.derive import following
from leaderboard.estimates import Row
from leaderboard.facts import Facts
from leaderboard.faults import fault
from leaderboard.models import Entry, Estimate, Rederivation, RederivationBatch, Run
from leaderboard.moves import Moves, Recipes, moves, together

# Runs of one batch, a little more where the last entry has several.
BATCH = 5_000
# A batch younger than this is with its first messenger still.
PATIENCE_S = 30
# Metric and entry → what follows.
Rows = dict[tuple[str, int], Row]


def rederive(metric: str = "", *, at: datetime) -> set[int]:
    """Work a metric, or all, out anew here and now. Returns the boards to refresh."""
    boards = set[int]()
    for batch in order(metric, at=at).batches.order_by("pk"):
        boards |= work(batch.pk, at=at)
    finish(at=at)
    return boards


@transaction.atomic
def order(metric: str = "", *, at: datetime) -> Rederivation:
    """A rederivation with its batches; the one that is under way, if the formulas are the same."""
    slugs = sorted(asked_for(metric))
    recipes = [recipe.name for slug in slugs for recipe in metrics.ALL[slug].recipes]
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE leaderboard_rederivation IN SHARE ROW EXCLUSIVE MODE")
    found = Rederivation.objects.filter(metric=metric, finished_at=None).first()
    if found is not None and found.recipes == recipes:
        return found
    if found is not None:
        close(found, at=at)
    sizes = Run.objects.order_by("entry_id").values_list("entry_id").annotate(Count("pk"))
    counted = list(sizes)
    made = Rederivation.objects.create(
        metric=metric, recipes=recipes, ordered_at=at, entries=len(counted)
    )
    RederivationBatch.objects.bulk_create(
        RederivationBatch(rederivation=made, first_entry=first, last_entry=last)
        for first, last in ranges(counted)
    )
    return made


def asked_for(metric: str) -> frozenset[str]:
    """A metric and what follows from it; without one, all."""
    return following(metric) if metric else frozenset(metrics.ALL)


def ranges(sizes: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """First and last entry of batches that hold about as many runs each."""
    first, last, runs = None, 0, 0
    for entry, count in sizes:
        first = entry if first is None else first
        last, runs = entry, runs + count
        if runs >= BATCH:
            yield first, last
            first, runs = None, 0
    if first is not None:
        yield first, last


def waiting(*, at: datetime) -> list[int]:
    """The batches that nobody is at work on."""
    since = at - timedelta(seconds=min(PATIENCE_S, settings.LEASE_SECONDS))
    found = RederivationBatch.objects.waiting(at=at, since=since)
    return list(found.order_by("pk").values_list("pk", flat=True))


def work(batch_id: int, *, at: datetime) -> set[int]:
    """Do a batch, unless it is done or somebody is at work on it. Returns the boards to refresh."""
    if not claim(batch_id, at=at):
        return set()
    with transaction.atomic():
        batch = RederivationBatch.objects.select_for_update(no_key=True).get(pk=batch_id)
        if batch.done_at is not None:
            return set()
        held = Entry.objects.filter(pk__gte=batch.first_entry, pk__lte=batch.last_entry)
        entries = list(held.order_by("pk").values_list("pk", flat=True))
        metric = Rederivation.objects.values_list("metric", flat=True).get(pk=batch.rederivation_id)
        boards, batch.moved = replace(entries, Facts(), asked_for(metric))
        batch.done_at = at
        batch.save(update_fields=["moved", "done_at"])
    return boards


@transaction.atomic
def claim(batch_id: int, *, at: datetime) -> bool:
    """Take a lease on a batch, and count the attempt before anything can go wrong."""
    batch = (
        RederivationBatch.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=batch_id, done_at=None, attempts__lt=settings.MAX_ATTEMPTS)
        .first()
    )
    if batch is None or (batch.lease_until and batch.lease_until > at):
        return False
    batch.attempts += 1
    batch.lease_until = at + timedelta(seconds=settings.LEASE_SECONDS)
    batch.save(update_fields=["attempts", "lease_until"])
    return True


def finish(*, at: datetime) -> None:
    """Close every rederivation of which nothing is left to do."""
    for made in Rederivation.objects.filter(finished_at=None):
        if not made.batches.left().exists():
            with transaction.atomic():
                close(Rederivation.objects.select_for_update().get(pk=made.pk), at=at)


def close(made: Rederivation, *, at: datetime) -> None:
    """Keep what moved, once; the batches go."""
    if made.finished_at is not None:
        return
    made.finished_at = at
    made.given_up = made.batches.filter(done_at=None).count()
    made.moved = together(made.batches.values_list("moved", flat=True))
    made.save(update_fields=["finished_at", "given_up", "moved"])
    made.batches.all().delete()


# One batch


@transaction.atomic
def replace(entries: list[int], facts: Facts, only: frozenset[str]) -> tuple[set[int], Moves]:
    """Replace the derived estimates of these entries where they differ.

    Returns the boards to refresh, and what moved.
    """
    estimates.lock(entries)
    before = stored(entries, only)
    after = {(row.metric, row.entry): row for row in estimates.derived(entries, facts, only)}
    changed = {key for key in before.keys() | after.keys() if not agree(before, after, key)}
    if not changed:
        return set(), {}
    moving = {entry for _, entry in changed}
    derived(moving, only).delete()
    fault("mid_rederivation")
    estimates.write(row for row in after.values() if row.entry in moving)
    then, now = ({key: of[key].bounds for key in changed if key in of} for of in (before, after))
    return estimates.tell(sorted(moving)), moves(then, now, recipes(before, after))


def derived(entries: Iterable[int], only: frozenset[str]) -> QuerySet[Estimate]:
    """What follows of `only` for these entries, as it is stored; of all, also retired metrics."""
    rows = Estimate.objects.filter(entry__in=entries).exclude(recipe="")
    return rows if only >= metrics.ALL.keys() else rows.filter(metric__in=only)


def stored(entries: list[int], only: frozenset[str]) -> Rows:
    rows = derived(entries, only).values_list("entry_id", "metric", "task_id", *Row._fields[3:])
    return {(row[1], row[0]): Row(*row) for row in rows}


def agree(before: Rows, after: Rows, key: tuple[str, int]) -> bool:
    """Whether an estimate is as it was, up to the last digits of columns and single numbers."""
    was, now = before.get(key), after.get(key)
    if was is None or now is None or was[:4] + was[7:] != now[:4] + now[7:]:
        return False
    return all(isclose(a, b, rel_tol=1e-12) for a, b in zip(was.bounds, now.bounds, strict=True))


def recipes(before: Rows, after: Rows) -> Recipes:
    """Metric → which recipe gave way to which, in how many entries."""
    found: Recipes = {}
    for key, now in after.items():
        was = before.get(key)
        if was and was.recipe != now.recipe:
            counted = found.setdefault(now.metric, {})
            change = f"{was.recipe} → {now.recipe}"
            counted[change] = counted.get(change, 0) + 1
    return found
