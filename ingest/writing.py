"""Bulk writes of one file's facts: COPY for what is new, one upsert for entries.

Part of the story `pipeline`; nothing else writes these tables.
"""

import json
from collections.abc import Iterable

from django.db import connection

from ingest.normalise import Planned
from ingest.parsing import Patches
from ingest.readings import Row
from leaderboard.models import Submission

BATCH = 5_000

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
    "run_id, metric, origin, value, low, high, raw_value, raw_unit, recipe, divisor, "
    '"column", instrument'
)


def write(submission: Submission, batch: list[Planned]) -> set[int]:
    """Write the runs of a batch with their entries and measurements. Returns the entries."""
    entries = entry_ids(batch)
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
    return set(entries.values())


def entry_ids(batch: list[Planned]) -> dict[tuple, int]:
    """Key → id of every entry of the batch; those that are new are made, in the keys' order."""
    settings = {planned.key: planned.reading.settings for planned in batch}
    keys = sorted(settings)
    columns = [list(column) for column in zip(*keys, strict=True)]
    texts = [json.dumps(settings[key], ensure_ascii=False) for key in keys]
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES_SQL, [*columns, texts])
        found = {tuple(key): entry for entry, *key in cursor.fetchall()}
        if len(found) < len(keys):
            cursor.execute(FIND_SQL, columns)
            found |= {tuple(key): entry for entry, *key in cursor.fetchall()}
    return found


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
                measured.recipe,
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
            yield submission.pk, row.path, row.number, stored(row.cells), patched, "[]"

    copy("leaderboard_submissionrow", "submission_id, path, row, sent, patched, issues", lines())


def stored(cells: dict) -> str:
    """Cells as JSON, without the zero character, which PostgreSQL's can't hold."""
    text = json.dumps(cells, default=str)
    return text.replace("\\u0000", "\\ufffd") if "\\u0000" in text else text


def mark_rows(submission: Submission, issues: dict[tuple[str, int], list[dict]]) -> None:
    """Put the issues of rows beside the rows."""
    if not issues:
        return
    paths, numbers = zip(*issues, strict=True)
    texts = [json.dumps(found) for found in issues.values()]
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE leaderboard_submissionrow r SET issues = marked.issues::jsonb
               FROM unnest(%s::text[], %s::int[], %s::text[]) AS marked(path, row, issues)
               WHERE r.submission_id = %s AND r.path = marked.path AND r.row = marked.row""",
            [list(paths), list(numbers), texts, submission.pk],
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
