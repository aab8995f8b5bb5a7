"""A task's published entries as columns: what a board's pages read, whatever their number.

Arrays of length n, one place per entry in the order of ids: `value-<metric>`, `low-`, `high-`
(float64, NaN where missing), `origin-` (int8, -1 where missing), `order-` (places by value, missing
ones left out), and for each dimension `code-<dimension>` (an index into its table, in the smallest
type that holds it). They are held in memory or mapped from files; a reader touches only the columns
that its question names.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property, partial
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from cachetools import LRUCache
from django.db import connection

from leaderboard.core import metrics
from leaderboard.models.evidence import MEASURED_CODES, Estimate, Points
from leaderboard.models.submissions import Submission

# What is kept of every entry beside its numbers; the first three are rows of the catalogue.
CATALOGUE = ("model", "method", "hardware")
STATED = ("precision", "engine", "level", "source", "submitter", "year")
DIMENSIONS = (*CATALOGUE, *STATED, "boundary")
PARTS = ("value", "low", "high")
# How many values stand for all of a metric where only their spread matters.
SPREAD = 2_000
# Bytes for each entry, and beside them, that arrays of the questions asked last may fill; and how
# many counts of a dimension are kept of them.
ROOM_PER_ENTRY, ROOM, TALLIES = 64, 1_000_000, 2_000

# Up to so many entries the numbers of all metrics are held at once.
AT_ONCE = 20_000

SEPARATOR = "\x1f"
TEXTS = (
    "e.settings->>'precision'",
    "e.settings->>'engine'",
    "CASE WHEN s.format = ANY(%(native)s) THEN %(self_reported)s ELSE %(evidence)s END",
    "o.slug",
    "u.username",
    "left(r.measured_on, 4)",
)
ENTRIES_SQL = """
    WITH counting AS (
        SELECT r.entry_id, count(*) AS runs, max(r.id) AS newest
        FROM leaderboard_entry e
        JOIN leaderboard_run r ON r.entry_id = e.id AND r.replaced_by_id IS NULL
        JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
        WHERE e.task_id = %(task)s {only} GROUP BY r.entry_id
    )
    SELECT string_agg(int8send(id), ''::bytea), string_agg(int8send(model_id), ''::bytea),
           string_agg(int8send(method_id), ''::bytea), string_agg(int8send(hardware_id), ''::bytea),
           string_agg(int8send(device_count), ''::bytea), string_agg(int8send(runs), ''::bytea),
           {aggregates}
    FROM (
        SELECT e.id, e.model_id, e.method_id, e.hardware_id, e.device_count,
               coalesce(c.runs, 0) AS runs, {columns}
        FROM leaderboard_entry e
        LEFT JOIN counting c ON c.entry_id = e.id
        LEFT JOIN leaderboard_run r ON r.id = c.newest
        LEFT JOIN leaderboard_submission s ON s.id = r.submission_id
        LEFT JOIN leaderboard_source o ON o.id = s.source_id
        LEFT JOIN auth_user u ON u.id = s.submitted_by_id
        WHERE e.task_id = %(task)s {only}
          AND EXISTS (SELECT 1 FROM leaderboard_estimate WHERE entry_id = e.id)
        ORDER BY e.id
    ) shown
""".replace(
    "{aggregates}",
    ", ".join(f"string_agg(t{place}, %(separator)s)" for place in range(len(TEXTS))),
).replace(
    "{columns}",
    ", ".join(
        f"translate(coalesce({text}, ''), %(separator)s, ' ') AS t{place}"
        for place, text in enumerate(TEXTS)
    ),
)


numbers_of_snapshots = count()


class Snapshot:
    """The columns by name, and what their codes stand for by dimension."""

    def __init__(self, parts: Mapping[str, np.ndarray], tables: dict[str, list], revision: int):
        self.parts, self.tables, self.revision = parts, tables, revision
        # What is kept of a snapshot is kept under its number, for a revision may be read twice.
        self.number = next(numbers_of_snapshots)
        # What the catalogue said last of what the codes stand for, and a key of it (`facets`).
        self.named: tuple[str, dict[str, list[Any]]] | None = None
        self.orders: dict[str, np.ndarray] = {}
        self.spreads: dict[str, np.ndarray] = {}
        room = ROOM + ROOM_PER_ENTRY * len(self)
        self.recent: LRUCache[Hashable, Any] = LRUCache(room, getsizeof=size_of)
        self.tallies: LRUCache[Hashable, Any] = LRUCache(TALLIES)
        # Several threads of a web server ask the same snapshot.
        self.lock = threading.Lock()

    def __len__(self):
        return len(self.entries)

    @cached_property
    def entries(self) -> np.ndarray:
        """Ids, ascending, of shape (n,)."""
        return self.parts["entries"]

    @property
    def metrics(self) -> tuple[str, ...]:
        """Those that any entry has, in the registry's order."""
        return tuple(self.tables["metrics"])

    @cached_property
    def available(self) -> tuple[str, ...]:
        """Those of them that can rank."""
        return tuple(one for one in self.metrics if metrics.get(one).better != metrics.NEITHER)

    def commonest(self, *, besides: str) -> str:
        """The metric that most entries have and that can rank, if it is half of them; else none."""
        counts = {
            metric: int(np.isfinite(self.part("value", metric)).sum())
            for metric in self.available
            if metric != besides
        }
        found = max(counts, key=counts.__getitem__, default="")
        return found if found and 2 * counts[found] >= len(self) else ""

    def part(self, part: str, metric: str) -> np.ndarray:
        """`value`, `low`, `high` or `origin` of a metric; all missing where no entry has it."""
        if metric in self.tables["metrics"]:
            return self.parts[f"{part}-{metric}"]
        if part == "origin":
            return np.full(len(self), -1, np.int8)
        return np.full(len(self), np.nan)

    def code(self, dimension: str) -> np.ndarray:
        return self.parts[f"code-{dimension}"]

    def order(self, metric: str) -> np.ndarray:
        """Places of the entries that have the metric, by value and then by place."""
        if metric in self.orders:
            return self.orders[metric]
        if (name := f"order-{metric}") in self.parts:
            return self.parts[name]
        self.orders[metric] = ordered(self.part("value", metric))
        return self.orders[metric]

    def has(self, metric: str) -> np.ndarray:
        """Mask: the entries with a number."""
        make = partial(np.isfinite, self.part("value", metric))
        return np.asarray(self.recalled(self.recent, ("has", metric), make))

    def recalled(
        self, among: LRUCache[Hashable, Any], key: Hashable, make: Callable[[], Any]
    ) -> Any:
        """What was worked out under a key of late, else worked out now."""
        with self.lock:
            found = among.get(key)
        if found is None:
            found = make()
            with self.lock:
                among[key] = found
        return found

    def spread(self, metric: str) -> np.ndarray:
        """Up to `SPREAD` of a metric's values, ascending and evenly taken, with both ends."""
        if metric not in self.spreads:
            order = self.order(metric)
            taken = np.linspace(0, len(order) - 1, min(len(order), SPREAD)).astype(np.int64)
            self.spreads[metric] = np.asarray(self.part("value", metric)[order[taken]])
        return self.spreads[metric]

    def points(self, wanted: Iterable[str], places: np.ndarray) -> Points:
        """The estimates at these places side by side."""
        wanted = tuple(wanted)
        columns = [
            [self.part(part, metric)[places] for metric in wanted] for part in (*PARTS, "origin")
        ]
        value, low, high, origin = (
            np.column_stack(column) if wanted else np.zeros((len(places), 0)) for column in columns
        )
        return Points(self.entries[places], wanted, value, low, high, origin)

    def at(self, entries: np.ndarray) -> np.ndarray:
        """Places of these entry ids, all of which must be here."""
        return np.searchsorted(self.entries, entries)


def size_of(kept: Any) -> int:
    """Bytes of an array, and about those of the object around it."""
    return 1_000 + getattr(kept, "nbytes", 0)


def ordered(values: np.ndarray) -> np.ndarray:
    """Places of finite values from the least, equals by place."""
    finite = np.flatnonzero(np.isfinite(values)).astype(np.int32)
    return finite[np.argsort(values[finite], kind="stable")]


def read(
    task: int, tables: dict[str, list], only: list[int] | None = None
) -> Iterator[tuple[str, np.ndarray]]:
    """All columns of a task but the orders, one after the other; fills in `tables` on the way.

    `only` names the entries to read; without it, all are.
    """
    with connection.cursor() as cursor:
        named = {
            "task": task,
            "only": only,
            "separator": SEPARATOR,
            "native": list(Submission.NATIVE),
            "self_reported": Submission.Level.SELF_REPORTED.value,
            "evidence": Submission.Level.EVIDENCE.value,
        }
        some = "" if only is None else "AND e.id = ANY(%(only)s)"
        cursor.execute(ENTRIES_SQL.replace("{only}", some), named)
        row = cursor.fetchone()
    ids, *keys, count, runs = (
        np.frombuffer(part or b"", ">i8").astype(np.int64) for part in row[:6]
    )
    texts = row[6:]
    yield "entries", ids
    yield "count", count.astype(np.int32)
    yield "runs", runs.astype(np.int32)
    for dimension, column in zip(CATALOGUE, keys, strict=True):
        table, codes = np.unique(column, return_inverse=True)
        tables[dimension] = table.tolist()
        yield f"code-{dimension}", lean(codes, len(table))
    for dimension, text in zip(STATED, texts, strict=True):
        tables[dimension], codes = encoded(text, len(ids))
        yield f"code-{dimension}", codes
    yield from numbers(task, ids, tables, only)


def numbers(
    task: int, ids: np.ndarray, tables: dict[str, list], only: list[int] | None
) -> Iterator[tuple[str, np.ndarray]]:
    """The columns of every metric, and how far the energy that was measured reaches."""
    # From the narrowest to the widest.
    tables["boundary"] = ["", *reversed(metrics.ENERGIES)]
    boundary = lean(np.zeros(len(ids)), len(tables["boundary"]))
    tables["metrics"] = []
    for metric, points in by_metric(task, len(ids), only):
        tables["metrics"].append(metric)
        # An entry that came since the ids were read is left to the next snapshot.
        is_known = np.isin(points.entries, ids)
        places = np.searchsorted(ids, points.entries[is_known])
        for part in PARTS:
            column = np.full(len(ids), np.nan)
            column[places] = getattr(points, part)[is_known, 0]
            yield f"{part}-{metric}", column
        origin = np.full(len(ids), -1, np.int8)
        origin[places] = points.origin[is_known, 0]
        yield f"origin-{metric}", origin
        if metric in metrics.ENERGIES:
            reach = tables["boundary"].index(metric) * np.isin(origin, MEASURED_CODES)
            boundary = np.maximum(boundary, reach.astype(boundary.dtype))
    yield "code-boundary", boundary


def by_metric(task: int, count: int, only: list[int] | None) -> Iterator[tuple[str, Points]]:
    """The estimates of each metric that any entry has: all at once where they are few."""
    size = len(metrics.ALL) if count <= AT_ONCE else 1
    slugs = list(metrics.ALL)
    for start in range(0, len(slugs), size):
        group = slugs[start : start + size]
        points = Estimate.objects.points(task, group, only)
        for metric in group:
            column = points.of([metric])
            column = column.where(column.origin[:, 0] >= 0)
            if len(column):
                yield metric, column


def encoded(text: str | None, count: int) -> tuple[list[str], np.ndarray]:
    """Texts that stand one after the other as a table of the different ones, and codes."""
    table: dict[str, int] = {}
    if not count:
        return [], np.zeros(0, np.int32)
    parts = (text or "").split(SEPARATOR)
    codes = np.fromiter((table.setdefault(one, len(table)) for one in parts), np.int32, count)
    return list(table), lean(codes, len(table))


def lean(codes: np.ndarray, size: int) -> np.ndarray:
    """Codes into a table of so many in the smallest type: what is small is read fast."""
    return codes.astype(np.min_scalar_type(max(size - 1, 0)))


class Files(Mapping[str, np.ndarray]):
    """Columns in a folder, each mapped when it is first read."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.open: dict[str, np.ndarray] = {}
        self.names = {path.stem for path in folder.glob("*.npy")}

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.names:
            raise KeyError(name)
        if name not in self.open:
            mapped = np.load(self.folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            # A plain array on the same memory: every operation on a memmap costs some more.
            self.open[name] = np.asarray(mapped)
        return self.open[name]

    def __contains__(self, name: object) -> bool:
        return name in self.names

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)
