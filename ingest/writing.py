"""Bulk writes of one file's facts: COPY for what is new, one upsert for entries.

Part of the story `pipeline`; nothing else writes these tables.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Exists, OuterRef

from ingest.normalise import Planned
from ingest.parsing import Patches
from ingest.readings import Row
from ingest.report import Report
from leaderboard import estimates
from leaderboard.estimates import Row as EstimateRow
from leaderboard.facts import Facts
from leaderboard.models import Run, Submission
from leaderboard.models.evidence import ORIGIN_CODES

ENTRIES_SQL = """
    WITH wanted AS (
        SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[],
                             %s::text[], %s::text[])
        AS wanted(task_id, model_id, method_id, hardware_id, device_count, settings_key, settings)
    ), made AS (
        INSERT INTO leaderboard_entry
            (task_id, model_id, method_id, hardware_id, device_count, settings_key, settings)
        SELECT task_id, model_id, method_id, hardware_id, device_count, settings_key,
               settings::jsonb
        FROM wanted ORDER BY task_id, model_id, method_id, hardware_id, device_count, settings_key
        ON CONFLICT DO NOTHING
        RETURNING id, task_id, model_id, method_id, hardware_id, device_count, settings_key
    )
    SELECT * FROM made
"""
FIND_SQL = """
    SELECT e.id, e.task_id, e.model_id, e.method_id, e.hardware_id, e.device_count, e.settings_key
    FROM leaderboard_entry e
    JOIN unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::text[])
        AS wanted(task_id, model_id, method_id, hardware_id, device_count, settings_key)
        USING (task_id, model_id, method_id, hardware_id, device_count, settings_key)
"""
RUN_COLUMNS = (
    "id, entry_id, submission_id, path, row, measured_on, region, samples, external_id, citation"
)
MEASUREMENT_COLUMNS = (
    'run_id, metric, origin, value, low, high, raw_value, raw_unit, divisor, "column", instrument'
)


@dataclass
class Touched:
    """The entries that a file's runs are of. Those of `fresh` have their estimates already."""

    fresh: set[int] = field(default_factory=set)
    others: set[int] = field(default_factory=set)
    facts: Facts = field(default_factory=Facts)


def write(submission: Submission, batch: list[Planned], touched: Touched, *, public: bool) -> None:
    """Write the runs of a batch with their entries and measurements, and note the entries.

    If they are `public` they take the place of the runs that they replace, and entries that were
    made just now, with one run, get their estimates.
    """
    entries, made = entry_ids(batch)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('leaderboard_run', 'id'))"
            " FROM generate_series(1, %s)",
            [len(batch)],
        )
        runs = [run for (run,) in cursor.fetchall()]
    numbered = list(zip(runs, batch, strict=True))
    copy("leaderboard_run", RUN_COLUMNS, run_rows(submission, numbered, entries))
    copy("leaderboard_measurement", MEASUREMENT_COLUMNS, measurement_rows(numbered))
    if not public:
        return
    times = Counter(planned.key for planned in batch)
    fresh = {key: entry for key, entry in made.items() if times[key] == 1}
    estimates.write(estimate_rows(batch, fresh, touched.facts))
    # An entry that comes again in a later batch has more than one run.
    touched.others |= set(entries.values()) - set(fresh.values()) | replace(numbered)
    touched.fresh |= set(fresh.values())


def estimate_rows(
    batch: list[Planned], fresh: dict[tuple, int], facts: Facts
) -> Iterable[EstimateRow]:
    """The estimates of entries with a single run: its numbers, and what follows from them."""
    alone = [planned for planned in batch if planned.key in fresh]
    asked = [(planned.place, planned.numbers) for planned in alone]
    for planned, follows in zip(alone, estimates.follow(asked, facts), strict=True):
        entry, task = fresh[planned.key], planned.identity.task.pk
        for one in planned.measurements:
            bounds = (one.interval.value, one.interval.low, one.interval.high)
            yield EstimateRow(entry, one.metric, task, ORIGIN_CODES[one.origin], *bounds, 1)
        for metric, (interval, recipe) in follows.items():
            yield EstimateRow.derived(entry, task, 1, metric, interval, recipe)


def replace(numbered: list[tuple[int, Planned]]) -> set[int]:
    """Mark the runs that are replaced. Returns their entries."""
    pairs = [(old, run) for run, planned in numbered for old in planned.replaces]
    if not pairs:
        return set()
    old, new = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE leaderboard_run r SET replaced_by_id = pairs.new
               FROM unnest(%s::bigint[], %s::bigint[]) AS pairs(old, new)
               WHERE r.id = pairs.old RETURNING r.entry_id""",
            [old, new],
        )
        return {entry for (entry,) in cursor.fetchall()}


def supersede(submission: Submission) -> None:
    """Close the submissions of which this one's runs replaced the last that counted."""
    replaced = Run.objects.filter(replaced_by__submission=submission).values("submission")
    counting = Run.objects.filter(submission=OuterRef("pk"), replaced_by=None)
    Submission.objects.filter(
        ~Exists(counting), pk__in=replaced, state=Submission.State.PUBLISHED
    ).update(state=Submission.State.SUPERSEDED)


def entry_ids(batch: list[Planned]) -> tuple[dict[tuple, int], dict[tuple, int]]:
    """Key → id of every entry of the batch, and of those that were made, in the keys' order."""
    settings = {planned.key: planned.reading.settings for planned in batch}
    keys = sorted(settings)
    columns = [list(column) for column in zip(*keys, strict=True)]
    texts = [json.dumps(settings[key], ensure_ascii=False) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES_SQL, [*columns, texts])
        made = {tuple(key): entry for entry, *key in cursor.fetchall()}
    return made if len(made) == len(keys) else made | found_entries(keys), made


def found_entries(keys: list[tuple]) -> dict[tuple, int]:
    """Key → id of the entries that there are."""
    columns = [list(column) for column in zip(*keys, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(FIND_SQL, columns)
        return {tuple(key): entry for entry, *key in cursor.fetchall()}


def run_rows(submission, numbered, entries) -> Iterable[tuple]:
    for run, planned in numbered:
        reading, identity = planned.reading, planned.identity
        yield (
            run,
            entries[planned.key],
            submission.pk,
            reading.path,
            reading.row,
            reading.measured_on,
            identity.region,
            identity.samples,
            reading.external_id[:200],
            reading.source,
        )


def measurement_rows(numbered) -> Iterable[tuple]:
    for run, planned in numbered:
        for measured in planned.measurements:
            interval = measured.interval
            yield (
                run,
                measured.metric,
                measured.origin,
                interval.value,
                interval.low,
                interval.high,
                measured.raw_value,
                measured.raw_unit,
                measured.divisor,
                measured.column[:120],
                measured.instrument[:120],
            )


def write_rows(submission: Submission, rows: list[Row], patches: Patches) -> None:
    """Keep records as they were sent, and beside them what was written over their cells."""

    def lines() -> Iterable[tuple]:
        for row in rows:
            patch = patches.get(row.path, {}).get(row.number)
            patched = stored(patch) if patch else None
            yield submission.pk, row.path, row.number, stored(row.cells), patched, "[]", ""

    columns = "submission_id, path, row, sent, patched, issues, fate"
    copy("leaderboard_submissionrow", columns, lines())


def stored(cells: dict) -> str:
    """Cells as JSON, without the zero character, which PostgreSQL's can't hold."""
    text = json.dumps(cells, default=str)
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text


def mark_rows(submission: Submission, report: Report) -> None:
    """Put the issues and fates of rows beside the rows."""
    places = list({**report.by_row, **report.fate_of})
    if not places:
        return
    paths, numbers = zip(*places, strict=True)
    texts = [json.dumps(report.by_row.get(place, [])) for place in places]
    fates = [report.fate_of.get(place, "") for place in places]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE leaderboard_submissionrow r
               SET issues = marked.issues::jsonb, fate = marked.fate
               FROM unnest(%s::text[], %s::int[], %s::text[], %s::text[])
                   AS marked(path, row, issues, fate)
               WHERE r.submission_id = %s AND r.path = marked.path AND r.row = marked.row""",
            [list(paths), list(numbers), texts, fates, submission.pk],
        )


def write_patches(submission: Submission, patches: dict[tuple[str, int], dict[str, str]]) -> None:
    """Keep what was written over cells beside the rows; an empty patch is none."""
    paths, numbers = zip(*patches, strict=True)
    texts = [stored(patch) if patch else None for patch in patches.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE leaderboard_submissionrow r SET patched = fixed.patch::jsonb
               FROM unnest(%s::text[], %s::int[], %s::text[]) AS fixed(path, row, patch)
               WHERE r.submission_id = %s AND r.path = fixed.path AND r.row = fixed.row""",
            [list(paths), list(numbers), texts, submission.pk],
        )


def copy(table: str, columns: str, rows: Iterable[tuple]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as target,
    ):
        for row in rows:
            target.write_row(row)
