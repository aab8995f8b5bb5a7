"""Story: the published runs of entries become their estimates, and their boards are told."""

from collections.abc import Iterable, Iterator

from django.db import connection, transaction

from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts
from leaderboard.models import Entry, Estimate, Run
from leaderboard.models.evidence import ORIGIN_CODES

ORIGIN_CODE = "CASE m.origin {} END".format(
    " ".join(f"WHEN '{origin}' THEN {code}" for origin, code in ORIGIN_CODES.items())
)

MANY = 1_000
LOCK = """
    SELECT id FROM leaderboard_entry WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
FORGET = "DELETE FROM leaderboard_estimate WHERE entry_id = ANY(%s)"
# The set-based twin of `core.consensus.pooled`. What was written in a file beats what we derived;
# greatest and least keep the interpolated median between its bounds in the last digit.
POOL = f"""
    INSERT INTO leaderboard_estimate (entry_id, metric, task_id, origin, value, low, high, runs)
    SELECT entry_id, metric, min(task_id), min(origin),
           greatest(min(low), least(max(high), percentile_cont(0.5) WITHIN GROUP (ORDER BY value))),
           min(low), max(high), count(*)
    FROM (
        SELECT r.entry_id, e.task_id, m.metric, {ORIGIN_CODE} AS origin,
               m.value, m.low, m.high, m.recipe = '' AS is_written,
               bool_or(m.recipe = '') OVER (PARTITION BY r.entry_id, m.metric) AS any_written
        FROM leaderboard_run r
        JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
        JOIN leaderboard_entry e ON e.id = r.entry_id
        JOIN leaderboard_measurement m ON m.run_id = r.id
        WHERE r.entry_id = ANY(%s) AND r.replaced_by_id IS NULL
    ) measured
    WHERE is_written = any_written
    GROUP BY entry_id, metric
"""
# Entries whose runs that count did not all measure the same.
JOINED = """
    SELECT entry_id FROM (
        SELECT r.entry_id, array_agg(m.metric ORDER BY m.metric) AS measured
        FROM leaderboard_run r
        JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
        JOIN leaderboard_measurement m ON m.run_id = r.id AND m.recipe = ''
        WHERE r.entry_id = ANY(%s) AND r.replaced_by_id IS NULL
        GROUP BY r.id
    ) runs
    GROUP BY entry_id HAVING count(DISTINCT measured) > 1
"""
TELL = """
    INSERT INTO leaderboard_change (board_id, entry_id)
    SELECT b.id, e.id FROM leaderboard_entry e JOIN leaderboard_board b ON b.task_id = e.task_id
    WHERE e.id = ANY(%s)
"""
BOARDS = """
    SELECT DISTINCT b.id FROM leaderboard_entry e JOIN leaderboard_board b ON b.task_id = e.task_id
    WHERE e.id = ANY(%s)
"""


@transaction.atomic
def refresh(entries: Iterable[int]) -> set[int]:
    """Work out the estimates of these entries anew. Returns the boards to refresh."""
    ids = sorted(entries)
    pool(ids)
    return tell(ids)


def lock(ids: list[int]) -> None:
    """Hold these entries, in the order of their ids, so two uploads can't deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [ids])


def pool(ids: list[int]) -> None:
    """Write the estimates of these entries."""
    lock(ids)
    with connection.cursor() as cursor:
        # Rows just written have no statistics yet, and the planner would loop over them.
        cursor.execute(f"SET LOCAL enable_nestloop = {'off' if len(ids) > MANY else 'on'}")
        for statement in (FORGET, POOL):
            cursor.execute(statement, [ids])
        cursor.execute("SET LOCAL enable_nestloop = on")
        cursor.execute(JOINED, [ids])
        joined = [entry for (entry,) in cursor.fetchall()]
    join(joined)


def join(ids: list[int]) -> None:
    """Add what follows from numbers that different runs of an entry brought.

    No single run gives it: quality came with one file, energy with another.
    """
    facts = Facts()
    rows = []
    for entry, known in known_of(ids):
        depended = place_of(entry)
        for slug, (interval, recipe) in derive(known, facts.of(*depended)).items():
            bounds = (interval.value, interval.low, interval.high)
            origin = ORIGIN_CODES[recipe.origin]
            rows.append(
                Estimate(
                    entry=entry,
                    task_id=entry.task_id,
                    metric=slug,
                    origin=origin,
                    runs=0,
                    **dict(zip(("value", "low", "high"), bounds, strict=True)),
                )
            )
    Estimate.objects.bulk_create(rows)


def known_of(ids: list[int]) -> Iterator[tuple[Entry, dict[str, Interval]]]:
    """Each entry with its estimates by metric."""
    for entry in Entry.objects.named().filter(pk__in=ids).prefetch_related("estimates"):
        estimates = entry.estimates.all()
        yield entry, {one.metric: Interval(one.value, one.low, one.high) for one in estimates}


def place_of(entry: Entry) -> tuple[str, int, str, str, str]:
    """What the facts of an entry depend on; its region only where all its runs agree on one."""
    regions = set(Run.objects.counting().filter(entry=entry).values_list("region", flat=True))
    return (
        entry.hardware.slug,
        entry.device_count,
        regions.pop() if len(regions) == 1 else "",
        entry.task.slug,
        entry.model.slug,
    )


def tell(ids: list[int]) -> set[int]:
    """Put these entries on the to-do lists of their tasks' boards. Returns those boards."""
    with connection.cursor() as cursor:
        for statement in (TELL, BOARDS):
            cursor.execute(statement, [ids])
        return {board for (board,) in cursor.fetchall()}
