"""Bulk writes of one file's facts: COPY for what is new, one upsert for entries.

Part of the story `pipeline`; nothing else writes these tables.
"""

import json
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec
from django.db import connection
from django.db.models import Exists, OuterRef

from ingest import keys
from ingest.normalise import Planned
from ingest.parsing import Patches
from ingest.readings import Row
from ingest.report import Report
from leaderboard import estimates
from leaderboard.copying import Table, array_of
from leaderboard.facts import Facts
from leaderboard.faults import is_protected
from leaderboard.models import Run, Submission
from leaderboard.models.evidence import ORIGIN_CODES

IN_ORDER = f"ORDER BY {keys.COLUMNS}"
# Settings come as one JSON array, in the order of the keys.
ENTRIES_SQL = f"""
    INSERT INTO leaderboard_entry (id, {keys.COLUMNS}, settings)
    SELECT id, {keys.COLUMNS}, settings
    FROM (SELECT * FROM ROWS FROM (
        unnest(%s::bigint[]), {keys.UNNEST}, jsonb_array_elements(%s::jsonb)
    ) AS wanted(id, {keys.COLUMNS}, settings)) wanted
    {IN_ORDER}
    ON CONFLICT DO NOTHING
    RETURNING id
"""
FIND_SQL = f"""
    SELECT id, {keys.COLUMNS} FROM leaderboard_entry JOIN {keys.WANTED} USING ({keys.COLUMNS})
"""
RUNS = Table(
    "leaderboard_run",
    {
        "id": "int8",
        "entry_id": "int8",
        "submission_id": "int8",
        "path": "text",
        "row": "int4",
        "measured_on": "text",
        "region": "text",
        "samples": "int8",
        "external_id": "text",
        "citation": "text",
    },
)
MEASUREMENTS = Table(
    "leaderboard_measurement",
    {
        "run_id": "int8",
        "metric": "text",
        "origin": "text",
        "value": "float8",
        "low": "float8",
        "high": "float8",
        "raw_value": "text",
        "raw_unit": "text",
        "divisor": "float8",
        "column": "text",
        "instrument": "text",
    },
)
stored_json = msgspec.json.Encoder(enc_hook=str).encode


@dataclass
class Touched:
    """The entries that a file's runs are of. Those of `fresh` have their estimates already."""

    # A million in an array take a tenth of the memory of a set.
    fresh: "array[int]" = field(default_factory=lambda: array("q"))
    others: set[int] = field(default_factory=set)
    facts: Facts = field(default_factory=Facts)


def write(submission: Submission, batch: list[Planned], touched: Touched, *, public: bool) -> None:
    """Write the runs of a batch with their entries and measurements, and note the entries.

    If they are `public` they take the place of the runs that they replace, and entries that were
    made just now, with one run, get their estimates.
    """
    entries, made = entry_ids(batch)
    numbered = list(zip(new_ids("leaderboard_run", len(batch)), batch, strict=True))
    RUNS.copy(run_rows(submission, numbered, entries))
    MEASUREMENTS.copy(measurement_rows(numbered))
    if not public:
        return
    times = Counter(planned.key for planned in batch)
    fresh = {key: entry for key, entry in made.items() if times[key] == 1}
    estimates.write(estimate_rows(batch, fresh, touched.facts))
    # An entry that comes again in a later batch has more than one run.
    touched.others |= set(entries.values()) - set(fresh.values()) | replace(numbered)
    touched.fresh.extend(fresh.values())


def estimate_rows(batch: list[Planned], fresh: dict[tuple, int], facts: Facts) -> Iterator[tuple]:
    """The estimates of entries with a single run: its numbers, and what follows from them."""
    tasks, asked = {}, []
    for planned in batch:
        entry = fresh.get(planned.key)
        if entry is None:
            continue
        task = tasks[entry] = planned.identity.task.pk
        asked.append((entry, planned.identity.place, planned.numbers))
        for one in planned.measurements:
            yield (entry, one.metric, task, ORIGIN_CODES[one.origin], *one.bounds, 1, "")
    for follows in estimates.follow(asked, facts):
        yield estimates.Row.derived(follows.entry, tasks[follows.entry], 1, follows)


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


def new_ids(table: str, count: int) -> list[int]:
    """Ids that no row of the table has or will have."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(%s::regclass) FROM generate_series(1, %s)",
            [f"{table}_id_seq", count],
        )
        return [number for (number,) in cursor.fetchall()]


def entry_ids(batch: list[Planned]) -> tuple[dict[tuple, int], dict[tuple, int]]:
    """Key → id of every entry of the batch, and of those that were made."""
    settings = {planned.key: planned.settings for planned in batch}
    is_ordered = is_protected("order")
    wanted = sorted(settings) if is_ordered else list(settings)
    statement = ENTRIES_SQL if is_ordered else ENTRIES_SQL.replace(IN_ORDER, "")
    ids = new_ids("leaderboard_entry", len(wanted))
    texts = f"[{','.join(settings[key] for key in wanted)}]"
    with connection.cursor() as cursor:
        cursor.execute(statement, [array_of(ids), *keys.arrays(wanted), texts])
        inserted = {entry for (entry,) in cursor.fetchall()}
    made = {key: entry for key, entry in zip(wanted, ids, strict=True) if entry in inserted}
    return made if len(made) == len(wanted) else made | found_entries(wanted), made


def found_entries(wanted: list[tuple]) -> dict[tuple, int]:
    """Key → id of the entries that there are."""
    with connection.cursor() as cursor:
        cursor.execute(FIND_SQL, keys.arrays(wanted))
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


def measurement_rows(numbered) -> Iterator[tuple]:
    """The columns of the table are those of a `Measured`; two of them have less room."""
    for run, planned in numbered:
        for one in planned.measurements:
            yield (run, *one[:-2], one.column[:120], one.instrument[:120])


def write_rows(submission: Submission, rows: list[Row], patches: Patches) -> None:
    """Keep records as they were sent, and beside them what was written over their cells."""

    def lines() -> Iterable[tuple]:
        for row in rows:
            patch = patches.get(row.path, {}).get(row.number)
            patched = stored(patch) if patch else None
            yield submission.pk, row.path, row.number, stored(row.cells), patched, "[]", ""

    columns = "submission_id, path, row, sent, patched, issues, fate"
    statement = f"COPY leaderboard_submissionrow ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as target:
        for line in lines():
            target.write_row(line)


def stored(cells: dict) -> str:
    """Cells as JSON, without the zero character, which PostgreSQL's can't hold."""
    text = stored_json(cells).decode()
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
