"""Story: what follows from the measurements is worked out anew, after a formula or a fact changed.

What was written in files stays; only measurements with a recipe are replaced. The order and its
batches stand in the database, so neither a lost message nor a killed worker loses any of it.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, QuerySet

from leaderboard import estimates
from leaderboard.core import metrics
from leaderboard.core.derive import derive, following
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts
from leaderboard.faults import fault
from leaderboard.models import Estimate, Measurement, Rederivation, RederivationBatch, Run
from leaderboard.moves import Bounds, Moves, Recipes, moves, together

# Runs of one batch, a little more where the last entry has several.
BATCH = 5_000
# A batch younger than this is with its first messenger still.
PATIENCE_S = 30
COLUMNS = (
    "run_id, metric, origin, value, low, high, recipe, raw_value, raw_unit, divisor, "
    '"column", instrument'
)
Derived = tuple[int, str, str, float, float, float, str]
# The metrics that are replaced; None is everything that has a recipe.
Only = frozenset[str] | None
WHO = (
    "pk",
    "entry_id",
    "entry__hardware__slug",
    "entry__device_count",
    "region",
    "entry__task__slug",
    "entry__model__slug",
)


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
    slugs = sorted(asked_for(metric) or metrics.ALL)
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


def asked_for(metric: str) -> Only:
    """A metric and what follows from it."""
    return following(metric) if metric else None


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
        first, last = batch.first_entry, batch.last_entry
        runs = (
            Run.objects.filter(entry__gte=first, entry__lte=last).order_by("pk").values_list(*WHO)
        )
        metric = Rederivation.objects.values_list("metric", flat=True).get(pk=batch.rederivation_id)
        boards, batch.moved = replace(list(runs), Facts(), asked_for(metric))
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
def replace(runs: list[tuple], facts: Facts, only: Only) -> tuple[set[int], Moves]:
    """Replace the derived measurements of these runs where they differ.

    Returns the boards to refresh, and what moved of the estimates of their entries.
    """
    entries = {run[0]: run[1] for run in runs}
    estimates.lock(sorted(set(entries.values())))
    before, given = known(list(entries), only)
    changed: dict[int, list[Derived]] = {}
    recipes: Recipes = {}
    for run, _, *place in runs:
        then = before.get(run, [])
        now = list(worked_out(run, given.get(run, {}), facts.of(*place), only))
        if sorted(now) != sorted(then):
            changed[run] = now
            count_recipes(then, now, recipes)
    moving = {entries[run] for run in changed}
    held = bounds(moving, only)
    derived = Measurement.objects.filter(run__in=changed).exclude(recipe="")
    about(derived, only).delete()
    fault("mid_rederivation")
    write(row for now in changed.values() for row in now)
    boards = estimates.refresh(moving) if moving else set()
    return boards, moves(held, bounds(moving, only), recipes)


def known(
    runs: list[int], only: Only
) -> tuple[dict[int, list[Derived]], dict[int, dict[str, Interval]]]:
    """Run → its derived measurements of `only`, and run → all others by metric."""
    rows = Measurement.objects.filter(run__in=runs).order_by("run_id", "metric")
    fields = ("run_id", "metric", "origin", "value", "low", "high", "recipe")
    derived: dict[int, list[Derived]] = {}
    given: dict[int, dict[str, Interval]] = {}
    for run, found in groupby(rows.values_list(*fields), key=itemgetter(0)):
        for row in found:
            if row[-1] and (only is None or row[1] in only):
                derived.setdefault(run, []).append(row)
            else:
                given.setdefault(run, {})[row[1]] = Interval(*row[3:6])
    return derived, given


def about(rows: QuerySet, only: Only) -> QuerySet:
    """Those of the metrics that are replaced."""
    return rows if only is None else rows.filter(metric__in=only)


def worked_out(run: int, given: dict[str, Interval], facts: dict, only: Only) -> Iterator[Derived]:
    for metric, (interval, recipe) in derive(given, facts, only or metrics.ALL).items():
        yield (run, metric, recipe.origin, interval.value, interval.low, interval.high, recipe.name)


def write(rows: Iterable[Derived]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY leaderboard_measurement ({COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((*row, "", "", 1, "", ""))


def bounds(entries: Collection[int], only: Only) -> dict[tuple[str, int], Bounds]:
    """(metric, entry) → its estimate."""
    rows = about(Estimate.objects.filter(entry__in=entries), only)
    found = rows.values_list("metric", "entry_id", "value", "low", "high")
    return {(metric, entry): (value, low, high) for metric, entry, value, low, high in found}


def count_recipes(then: list[Derived], now: list[Derived], recipes: Recipes) -> None:
    """Count a run whose metric comes by another recipe than before."""
    before = {row[1]: row[-1] for row in then}
    for _, metric, *_, recipe in now:
        if before.get(metric, recipe) != recipe:
            change = f"{before[metric]} → {recipe}"
            counted = recipes.setdefault(metric, {})
            counted[change] = counted.get(change, 0) + 1
