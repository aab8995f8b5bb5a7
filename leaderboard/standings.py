"""A board as one reader asked for it: all its entries, ranked, in arrays.

Nothing is written. The same pure functions that make the stored frontier run over the points
that the reader's filters leave, in a fixed number of queries whatever the board's size.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db import connection

from leaderboard.core import metrics, pareto
from leaderboard.core.ranks import rank_ranges
from leaderboard.filters import Filters
from leaderboard.models import Board, Entry, Estimate
from leaderboard.models.evidence import NOT_STATED, SHOWN_SETTINGS, Origin

# Above this the layers beyond the board's depth are not told apart on reading.
ALL_LAYERS_UP_TO = 20_000
MEASURED = [Origin.values.index(o) for o in (Origin.METERED, Origin.SENSED, Origin.REPORTED)]

# Facets that ask for the group of a catalogue row, and of which table.
GROUPED = {"vendor": "hardware", "technique": "method"}
COLUMNS = ("model_id", "method_id", "hardware_id", "device_count")
ATTRIBUTES_SQL = """
    SELECT string_agg(int8send(id), ''::bytea ORDER BY id), {columns}
    FROM leaderboard_entry WHERE task_id = %s
""".format(
    columns=", ".join(f"string_agg(int8send({name}), ''::bytea ORDER BY id)" for name in COLUMNS)
)
NAMES_SQL = """
    SELECT 'model', m.id, m.slug, m.name, m.developer FROM leaderboard_aimodel m
    WHERE m.id IN (SELECT model_id FROM leaderboard_entry WHERE task_id = %(task)s)
    UNION ALL
    SELECT 'method', m.id, m.slug, m.name, m.kind FROM leaderboard_method m
    WHERE m.id IN (SELECT method_id FROM leaderboard_entry WHERE task_id = %(task)s)
    UNION ALL
    SELECT 'hardware', h.id, h.slug, h.name, h.vendor FROM leaderboard_hardware h
    WHERE h.id IN (SELECT hardware_id FROM leaderboard_entry WHERE task_id = %(task)s)
"""


METRICS_SQL = """
    SELECT metric FROM unnest(%s::text[]) AS known(metric)
    WHERE EXISTS (SELECT 1 FROM leaderboard_estimate e
                  WHERE e.task_id = %s AND e.metric = known.metric)
"""


def available(task: int) -> tuple[str, ...]:
    """The metrics that can rank and that any entry of the task has, in the registry's order."""
    known = [slug for slug, metric in metrics.ALL.items() if metric.better != metrics.NEITHER]
    with connection.cursor() as cursor:
        cursor.execute(METRICS_SQL, [known, task])
        found = {metric for (metric,) in cursor.fetchall()}
    return tuple(slug for slug in known if slug in found)


@dataclass(frozen=True)
class Named:
    """A catalogue row as a board needs it; `group` is the developer, kind or vendor."""

    slug: str
    name: str
    group: str


@dataclass(frozen=True)
class Who:
    """An entry by its names: what is read in a row, a label, a sentence."""

    entry: int
    model: Named
    method: Named
    hardware: Named
    # None where nobody said how many.
    count: int | None
    settings: tuple[str, ...] = ()

    @property
    def device(self) -> str:
        """“2 × H100”, or nothing where the hardware is hidden."""
        if self.hardware.slug == "unspecified":
            return ""
        return f"{self.count} × {self.hardware.name}" if self.count else self.hardware.name

    @property
    def detail(self) -> str:
        """Method, settings and hardware in a few words."""
        method = [] if self.method.slug == "baseline" else [self.method.name]
        return ", ".join([*method, *self.settings, *filter(None, [self.device])])

    @property
    def path(self) -> str:
        return f"/entries/{self.entry}/"

    def __str__(self):
        return f"{self.model.name}{self.detail and ', '}{self.detail}"


def who(
    entry: int, model: Named, method: Named, hardware: Named, count: int, settings: dict
) -> Who:
    shown = tuple(str(settings[key]) for key in SHOWN_SETTINGS if settings.get(key))
    is_stated = settings.get("devices") != NOT_STATED
    return Who(entry, model, method, hardware, count if is_stated else None, shown)


class Entries:
    """Who the entries of a task are: ids into the catalogue, and the names behind them."""

    def __init__(self, task: int):
        with connection.cursor() as cursor:
            cursor.execute(ATTRIBUTES_SQL, [task])
            ids, *columns = (np.frombuffer(part or b"", ">i8") for part in cursor.fetchone())
            cursor.execute(NAMES_SQL, {"task": task})
            self.names: dict[str, dict[int, Named]] = {"model": {}, "method": {}, "hardware": {}}
            for kind, key, *named in cursor.fetchall():
                self.names[kind][key] = Named(*named)
        self.ids = ids.astype(np.int64)
        self.columns = dict(zip(("model", "method", "hardware", "count"), columns, strict=True))

    def at(self, entries: np.ndarray) -> np.ndarray:
        """Places of these entry ids in the columns."""
        return np.searchsorted(self.ids, entries)

    def who(self, entry: int, settings: dict | None = None) -> Who:
        return self.all_of(np.array([entry]), {entry: settings or {}})[entry]

    def all_of(self, entries: np.ndarray, settings: dict[int, dict]) -> dict[int, Who]:
        """These entries by id, with what their settings say that a name shows."""
        places = self.at(entries)
        models, methods, devices, counts = (
            self.columns[kind][places].tolist() for kind in ("model", "method", "hardware", "count")
        )
        return {
            entry: who(
                entry,
                self.names["model"][models[index]],
                self.names["method"][methods[index]],
                self.names["hardware"][devices[index]],
                counts[index],
                settings.get(entry) or {},
            )
            for index, entry in enumerate(entries.tolist())
        }

    def label(self, entry: int) -> str:
        """“Qwen3-8B, 2 × H100”."""
        return str(self.who(entry))

    def chosen(self, facets: dict[str, tuple[str, ...]], words: tuple[str, ...]) -> np.ndarray:
        """Mask over `ids`: the entries that the facets and the words leave."""
        mask = np.ones(len(self.ids), dtype=bool)
        for facet, slugs in facets.items():
            kind = GROUPED.get(facet, facet)
            keys = [
                key
                for key, named in self.names[kind].items()
                if (slug_of(named.group) if facet in GROUPED else named.slug) in slugs
            ]
            mask &= np.isin(self.columns[kind], keys)
        for word in words:
            hit = np.zeros(len(self.ids), dtype=bool)
            for kind, names in self.names.items():
                keys = [
                    key
                    for key, named in names.items()
                    if word in f"{named.name} {named.slug} {named.group}".casefold()
                ]
                hit |= np.isin(self.columns[kind], keys)
            mask &= hit
        return mask


def slug_of(text: str) -> str:
    """A vendor's or a kind's name as it stands in an address."""
    return text.casefold().replace(" ", "-").replace("_", "-")


class Standings:
    """The entries of a board under a reader's filters.

    `points` holds the ranked entries, those with a finite number on every objective; `layer` is
    of shape (n,), 1 for the frontier, 0 for deeper than was told apart. `lacking` says for each
    objective which entries lack it.
    """

    def __init__(self, board: Board, filters: Filters, *, columns: tuple[str, ...] = ()):
        self.board, self.filters = board, filters
        wanted = dict.fromkeys([*filters.metrics, *columns])
        self.entries = Entries(board.task_id)
        self.everything = Estimate.objects.points(board.task_id, wanted)
        self.total = len(self.everything)
        objectives = self.everything.of(filters.objectives)
        complete = pareto.complete(objectives.value)
        chosen, inside = self.chosen(filters), self.inside(filters)
        self.unranked = self.everything.where(chosen & ~complete)
        self.outside = int((chosen & complete & ~inside).sum())
        self.points = self.everything.where(chosen & complete & inside)

    def chosen(self, filters: Filters) -> np.ndarray:
        """Mask over everything: what facets and words leave."""
        mask = self.entries.chosen(filters.facets, filters.words)
        return mask[self.entries.at(self.everything.entries)]

    def inside(self, filters: Filters) -> np.ndarray:
        """Mask over everything: what bounds and origin leave."""
        inside = self.everything.within(filters.bounds)
        if filters.measured_only:
            origin = self.everything.of(filters.objectives).origin
            inside &= np.isin(origin, MEASURED).all(axis=1)
        return inside

    def left_by(self, filters: Filters) -> int:
        """How many entries would be ranked under other filters on the same metrics."""
        values = self.everything.of(filters.objectives).value
        return int((pareto.complete(values) & self.chosen(filters) & self.inside(filters)).sum())

    def __len__(self):
        return len(self.points)

    @cached_property
    def layer(self) -> np.ndarray:
        values = self.points.of(self.filters.objectives).value
        if len(values) <= ALL_LAYERS_UP_TO:
            return pareto.all_layers(values, self.filters.directions)
        return pareto.layers(values, self.filters.directions, self.board.depth)

    @cached_property
    def on_frontier(self) -> np.ndarray:
        """Mask of shape (n,)."""
        return self.layer == 1

    @cached_property
    def order(self) -> np.ndarray:
        """Places of the ranked entries in the order asked for; ties by entry id."""
        sort = self.filters.sort
        by = self.filters.y if sort == "layer" else sort.removeprefix("-")
        keys = [self.points.entries, self.sorted_by(by, worst_first=sort.startswith("-"))]
        if sort == "layer":
            keys.append(np.where(self.layer == 0, np.iinfo(np.int32).max, self.layer))
        return np.lexsort(keys)

    def sorted_by(self, metric: str, *, worst_first: bool = False) -> np.ndarray:
        """The metric's values turned so that the best, or the worst, come first; missing last."""
        value = self.points.of([metric]).value[:, 0]
        sign = metrics.get(metric).better if worst_first else -metrics.get(metric).better
        return np.nan_to_num(sign * value, nan=np.inf)

    def ranks(self, metric: str) -> np.ndarray:
        """Array of shape (n, 2): the best and worst rank on a metric that its interval allows.

        An entry is certainly ahead of another only where their intervals don't overlap.
        """
        column = self.points.of([metric])
        return rank_ranges(column.low[:, 0], column.high[:, 0], metrics.get(metric).better)

    @cached_property
    def lacking(self) -> dict[str, np.ndarray]:
        """Objective → ids of the entries that have no value for it."""
        values = self.unranked.of(self.filters.objectives).value
        return {
            metric: self.unranked.entries[~np.isfinite(values[:, place])]
            for place, metric in enumerate(self.filters.objectives)
            if (~np.isfinite(values[:, place])).any()
        }

    def page(self, start: int, size: int) -> np.ndarray:
        """Places of a stretch of the ranked entries in their order."""
        return self.order[start : start + size]

    def named(self, places: np.ndarray) -> dict[int, Entry]:
        """The entries at these places by id, with everything their names need."""
        return Entry.objects.named().in_bulk(self.points.entries[places].tolist())

    def who(self, entries: np.ndarray) -> dict[int, Who]:
        """Names and settings of these entries by id, in one query."""
        settings = dict(Entry.objects.filter(pk__in=entries.tolist()).values_list("pk", "settings"))
        return self.entries.all_of(entries, settings)
