"""Story: what follows from the measurements is worked out anew, after a formula or a fact changed.

What was written in files stays; only measurements with a recipe are replaced.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from django.db import connection, transaction

from leaderboard import estimates
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts
from leaderboard.models import Measurement, Run

BATCH = 5_000
COLUMNS = (
    "run_id, metric, origin, value, low, high, recipe, raw_value, raw_unit, divisor, "
    '"column", instrument'
)
Derived = tuple[int, str, str, float, float, float, str]


def rederive() -> set[int]:
    """Work out all derived measurements anew. Returns the boards to refresh.

    Only runs whose derived values differ are written, so doing it twice changes nothing.
    """
    facts, boards, last = Facts(), set[int](), 0
    while runs := list(Run.objects.filter(pk__gt=last).order_by("pk").values_list(*WHO)[:BATCH]):
        boards |= replace(runs, facts)
        last = runs[-1][0]
    return boards


WHO = (
    "pk",
    "entry_id",
    "entry__hardware__slug",
    "entry__device_count",
    "region",
    "entry__task__slug",
    "entry__model__slug",
)


@transaction.atomic
def replace(runs: list[tuple], facts: Facts) -> set[int]:
    """Replace the derived measurements of these runs where they differ."""
    before, written = known([run[0] for run in runs])
    changed, entries = [], set()
    for run, entry, *place in runs:
        now = list(worked_out(run, written.get(run, {}), facts.of(*place)))
        if sorted(now) != sorted(before.get(run, [])):
            changed.append((run, now))
            entries.add(entry)
    Measurement.objects.filter(run__in=[run for run, _ in changed]).exclude(recipe="").delete()
    write(row for _, now in changed for row in now)
    return estimates.refresh(entries)


def known(runs: list[int]) -> tuple[dict[int, list[Derived]], dict[int, dict[str, Interval]]]:
    """Run → its derived measurements, and run → its written ones by metric."""
    rows = Measurement.objects.filter(run__in=runs).order_by("run_id", "metric")
    fields = ("run_id", "metric", "origin", "value", "low", "high", "recipe")
    derived: dict[int, list[Derived]] = {}
    written: dict[int, dict[str, Interval]] = {}
    for run, found in groupby(rows.values_list(*fields), key=itemgetter(0)):
        for row in found:
            if row[-1]:
                derived.setdefault(run, []).append(row)
            else:
                written.setdefault(run, {})[row[1]] = Interval(*row[3:6])
    return derived, written


def worked_out(run: int, written: dict[str, Interval], facts: dict) -> Iterator[Derived]:
    for metric, (interval, recipe) in derive(written, facts).items():
        bounds = (interval.value, interval.low, interval.high)
        yield (run, metric, recipe.origin, *bounds, recipe.name)


def write(rows: Iterable[Derived]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY leaderboard_measurement ({COLUMNS}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row((*row, "", "", 1, "", ""))
