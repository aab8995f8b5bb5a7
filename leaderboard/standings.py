"""A board as one reader asked for it: all its entries, ranked, in arrays.

Nothing is written. The same pure functions that make the stored frontier run over the points
that the reader's filters leave, in a fixed number of queries whatever the board's size.
"""

import json
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db import connection
from django.http import QueryDict

from leaderboard import kinds, snapshots, yours
from leaderboard.core import metrics, pareto
from leaderboard.core.ranks import rank_ranges, rank_ranges_by_kind
from leaderboard.facets import FACETS, Facets, Named, Value
from leaderboard.filters import Filters
from leaderboard.models import Board, Entry
from leaderboard.models.evidence import MEASURED_CODES, NOT_STATED, SHOWN_SETTINGS, Points
from leaderboard.ordering import Order
from leaderboard.snapshot import CATALOGUE, Snapshot
from leaderboard.weighing import Weighed

SETTINGS_SQL = "SELECT id, settings::text FROM leaderboard_entry WHERE id = ANY(%s)"
# Above this the layers beyond the board's depth are not told apart on reading.
ALL_LAYERS_UP_TO = 20_000
# Above this they are the published ones, whatever the filters leave.
LAYERS_UP_TO = 200_000


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
        return f"{self.count:,} × {self.hardware.name}" if self.count else self.hardware.name

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


class Selection:
    """Entries at some places of a snapshot, in the order of their ids. Columns come when asked."""

    def __init__(self, snapshot: Snapshot, places: np.ndarray):
        self.snapshot, self.places = snapshot, places
        self.known: dict[tuple[str, str], np.ndarray] = {}

    def __len__(self):
        return len(self.places)

    @cached_property
    def entries(self) -> np.ndarray:
        return self.snapshot.entries[self.places]

    def values(self, wanted: Iterable[str]) -> np.ndarray:
        """Their values on these metrics, a column each."""
        return np.column_stack([self.part("value", metric) for metric in wanted])

    def of(self, wanted: Iterable[str]) -> Points:
        """Their estimates on these metrics side by side."""
        return self.snapshot.points(wanted, self.places)

    def part(self, part: str, metric: str) -> np.ndarray:
        """One part of one metric: `value`, `low`, `high` or `origin`."""
        key = part, metric
        if key not in self.known:
            column = self.snapshot.part(part, metric)
            is_whole = len(self.places) == len(column)
            self.known[key] = column if is_whole else column[self.places]
        return self.known[key]

    def within(self, bounds: dict[str, tuple[float, float]]) -> np.ndarray:
        """Mask: those inside all bounds. A missing value is outside."""
        return self.of(bounds).within(bounds)

    def where(self, mask: np.ndarray) -> "Selection":
        return Selection(self.snapshot, self.places[mask])


class Standings:
    """The entries of a board under a reader's filters.

    `points` are the ranked entries, those with a finite number on every objective; `layer` is
    of shape (n,), 1 for the frontier, 0 for deeper than was told apart. `lacking` says for each
    objective which entries lack it.
    """

    def __init__(self, board: Board, filters: Filters, snapshot: Snapshot | None = None):
        self.board, self.filters = board, filters
        self.snapshot = snapshots.of(board) if snapshot is None else snapshot
        self.is_own = bool(filters.own) and len(self.snapshot) <= yours.UP_TO
        if self.is_own:
            self.snapshot = yours.of(self.snapshot, board.task_id, filters.own)
        self.facets = Facets(self.snapshot, filters.energy)
        self.total = len(self.snapshot)
        self.ranked = self.recalled(("ranked", *self.about), self.worked_out_ranked)
        self.points = self.selection("points", lambda: self.ranked)

    @classmethod
    def usual(cls, board: Board, snapshot: Snapshot | None = None) -> "Standings":
        """The board as it is shown to who asks for nothing in particular."""
        snapshot = snapshots.of(board) if snapshot is None else snapshot
        ranked_by = tuple(metric for metric in board.metrics if metric in snapshot.available)
        return cls(board, Filters.read(QueryDict(), board, ranked_by), snapshot)

    def worked_out_ranked(self) -> np.ndarray:
        return self.complete & self.asked_for & self.inside(self.filters)

    def selection(self, name: str, mask: Callable[[], np.ndarray]) -> Selection:
        """The entries of a mask that follows from the question."""
        key = (name, *self.about)
        return Selection(self.snapshot, self.recalled(key, lambda: np.flatnonzero(mask())))

    @cached_property
    def complete(self) -> np.ndarray:
        """Mask over everything: a number on every objective."""
        return self.having(self.filters.objectives)

    @cached_property
    def asked_for(self) -> np.ndarray:
        """Mask over everything: what facets and words leave."""
        return self.chosen(self.filters)

    @cached_property
    def unranked(self) -> Selection:
        """Those that the facets leave and that lack an objective."""
        return self.selection("unranked", lambda: self.asked_for & ~self.complete)

    @property
    def outside(self) -> int:
        """How many complete entries that the facets leave are outside the bounds."""
        return int(np.count_nonzero(self.asked_for)) - len(self.unranked) - len(self)

    @cached_property
    def everything(self) -> Selection:
        return Selection(self.snapshot, np.arange(self.total))

    def having(self, objectives: Iterable[str]) -> np.ndarray:
        """Mask over everything: a number on each of these."""
        mask = np.ones(self.total, bool)
        for metric in objectives:
            mask &= self.snapshot.has(metric)
        return mask

    def chosen(self, filters: Filters, *, without: str = "") -> np.ndarray:
        """Mask over everything: what facets and words leave; `without` names a facet set aside."""
        mask = np.ones(self.total, bool)
        for facet, slugs in filters.facets.items():
            if facet != without:
                mask &= self.facets.mask(facet, slugs)
        for word in filters.words:
            mask &= self.facets.holding(word)
        return mask

    def inside(self, filters: Filters) -> np.ndarray:
        """Mask over everything: what bounds and origin leave. A missing value is outside."""
        inside = np.ones(self.total, bool)
        for metric, (low, high) in filters.bounds.items():
            column = self.snapshot.part("value", metric)
            inside &= (column >= low) & (column <= high)
        if filters.measured_only:
            for metric in filters.objectives:
                inside &= np.isin(self.snapshot.part("origin", metric), MEASURED_CODES)
        return inside

    def count_with(self, wanted: Iterable[str]) -> int:
        """How many ranked entries have all of these metrics."""
        return int((self.ranked & self.having(wanted)).sum())

    def left_by(self, filters: Filters) -> int:
        """How many entries would be ranked under other filters on the same metrics."""
        complete = self.having(filters.objectives)
        return int((complete & self.chosen(filters) & self.inside(filters)).sum())

    def counts(self, facet: str) -> dict[Value, int]:
        """How many ranked entries each value of a facet would leave, all else as it is."""
        # Facets of one dimension share a tally, unless their own choice is set aside.
        aside, dimension = facet if facet in self.filters.facets else "", FACETS[facet]
        key = (*self.about, dimension, aside)
        tally = self.snapshot.recalled(
            self.snapshot.tallies,
            key,
            lambda: self.facets.tally(dimension, self.places_without(aside)),
        )
        return self.facets.counts(facet, tally)

    def places_without(self, facet: str) -> np.ndarray:
        """Places in the snapshot of the entries that are ranked when a facet is set aside."""
        if not facet:
            return self.points.places
        others = self.chosen(self.filters, without=facet)
        return np.flatnonzero(self.complete & others & self.inside(self.filters))

    def __len__(self):
        return len(self.points)

    @cached_property
    def is_published_layer(self) -> bool:
        """Whether the layers are those of all entries: there are too many to work out others."""
        return len(self) > LAYERS_UP_TO

    @cached_property
    def layer(self) -> np.ndarray:
        if self.is_published_layer:
            key = ("published layer", *self.about, self.board.revision)
            return self.recalled(key, self.published_layer)
        key = ("layer", *self.about, self.board.depth)
        return self.recalled(key, self.worked_out_layer)

    def worked_out_layer(self) -> np.ndarray:
        values = self.points.values(self.filters.objectives)
        if len(values) <= ALL_LAYERS_UP_TO:
            return pareto.all_layers(values, self.filters.directions)
        return pareto.layers(values, self.filters.directions, self.board.depth)

    def published_layer(self) -> np.ndarray:
        """The layers of the board's newest frontier; 0 for every entry that it does not place."""
        placed = self.board.placements.live().values_list("entry", "layer")
        known = np.array(list(placed), np.int64).reshape(-1, 2)
        entries = self.snapshot.entries
        places = self.snapshot.at(known[:, 0]).clip(max=self.total - 1)
        is_here = entries[places] == known[:, 0]
        layer = np.zeros(self.total, np.int32)
        layer[places[is_here]] = known[is_here, 1]
        return layer if len(self) == self.total else layer[self.points.places]

    @cached_property
    def on_frontier(self) -> np.ndarray:
        """Mask of shape (n,)."""
        return self.layer == 1

    @cached_property
    def weighed(self) -> Weighed | None:
        """The ranking by the reader's weights, where there are any."""
        return Weighed.of(self.points, self.filters.weights) if self.filters.weights else None

    @cached_property
    def order(self) -> Order:
        """The ranked entries in the order asked for."""
        return Order(self)

    def drawn(self, x: str, y: str, most: int) -> np.ndarray:
        """Places of the ranked entries that a chart of two metrics draws.

        All of them, or, of more than `most`, the frontier of the two, the first layer, and of the
        rest a sample, the same for the same entries.
        """
        key = ("drawn", *self.about, x, y, most)
        return self.recalled(key, lambda: self.worked_out_drawn(x, y, most))

    @cached_property
    def about(self) -> tuple:
        """What the ranked entries follow from, as a key."""
        asked = self.filters
        facets, bounds = tuple(asked.facets.items()), tuple(asked.bounds.items())
        # Facets and words are of names, which change.
        edition = self.facets.edition if facets or asked.words else ""
        chosen = facets, asked.words, edition
        return asked.objectives, *chosen, bounds, asked.measured_only, asked.energy

    def recalled(self, key: Hashable, make: Callable[[], np.ndarray]) -> np.ndarray:
        """An array that was worked out for this question of late, else now."""
        return np.asarray(self.snapshot.recalled(self.snapshot.recent, key, make))

    def worked_out_drawn(self, x: str, y: str, most: int) -> np.ndarray:
        values = self.points.values([x, y])
        found = np.flatnonzero(pareto.complete(values))
        if len(found) <= most:
            return found
        rng = np.random.default_rng(len(found))
        sample = rng.choice(len(found), most, replace=False, shuffle=False)
        first = np.flatnonzero(self.layer == 1)
        first = first[pareto.complete(values[first])]
        taken = [first, found[sample]]
        # Of two objectives, drawn against each other, the first layer is their frontier.
        if self.is_published_layer or {x, y} != set(self.filters.objectives):
            directions = [metrics.get(one).better for one in (x, y)]
            taken.append(found[pareto.frontier(values[found], directions)])
        return np.unique(np.concatenate(taken))

    def ranks(self, metric: str, places: np.ndarray | None = None) -> np.ndarray:
        """Array of shape (k, 2): the best and worst rank on a metric that its interval allows.

        Of the ranked entries at these places, or of all. An entry is certainly ahead of another
        only where their intervals don't overlap, and, by energy, their numbers are of one kind; of
        single ranks the value alone decides.
        """
        is_single, better = self.filters.has_single_ranks, metrics.get(metric).better
        parts = ("value", "value") if is_single else ("low", "high")
        low, high = (self.points.part(part, metric) for part in parts)
        if is_single or len(self.kinds_of(metric)) < 2:
            return rank_ranges(low, high, better, places)
        kind = kinds.of(self.points.part("origin", metric))
        return rank_ranges_by_kind(low, high, better, kind, places)

    def kinds_of(self, metric: str) -> list[kinds.Met]:
        """The kinds of numbers that meet among the ranked entries, where the metric has kinds."""
        if not kinds.has_kinds(metric):
            return []
        # Like a facet's count where no way of obtaining energy is chosen.
        key = (*self.about, metric, "obtained", "")
        facets = self.facets if metric == self.facets.energy else Facets(self.snapshot, metric)
        tally = self.snapshot.recalled(
            self.snapshot.tallies, key, lambda: facets.tally("obtained", self.points.places)
        )
        return kinds.met(tally)

    @cached_property
    def kinds_met(self) -> list[kinds.Met]:
        """The kinds of energy numbers that rank the entries or stand on an axis."""
        asked = self.filters
        shown = (*asked.objectives, asked.x, asked.y)
        return self.kinds_of(asked.energy) if asked.energy in shown else []

    @property
    def is_mixed(self) -> bool:
        return len(self.kinds_met) > 1

    @cached_property
    def beaten_across(self) -> np.ndarray:
        """Mask of shape (n,): who would be on the frontier among the entries of its own kind."""
        if not self.is_mixed or self.is_published_layer:
            return np.zeros(len(self), bool)
        return self.recalled(("beaten across", *self.about), self.worked_out_beaten_across)

    def worked_out_beaten_across(self) -> np.ndarray:
        found = np.zeros(len(self), bool)
        values = self.points.values(self.filters.objectives)
        kind = kinds.of(self.points.part("origin", self.filters.energy))
        for one in np.unique(kind):
            mine = np.flatnonzero(kind == one)
            found[mine] = pareto.frontier(values[mine], self.filters.directions)
        return found & ~self.on_frontier

    @cached_property
    def lacking(self) -> dict[str, np.ndarray]:
        """Objective → ids of the entries that have no value for it."""
        found = {}
        for metric in self.filters.objectives:
            is_missing = ~np.isfinite(self.unranked.part("value", metric))
            if is_missing.any():
                found[metric] = self.unranked.entries[is_missing]
        return found

    def at(self, places: np.ndarray) -> Selection:
        """The ranked entries at these places."""
        return Selection(self.snapshot, self.points.places[places])

    def entry_at(self, place: int) -> int:
        return int(self.snapshot.entries[self.points.places[place]])

    def place_of(self, entry: int) -> int | None:
        """Where an entry stands among the ranked ones; None if it does not."""
        place = int(np.searchsorted(self.points.entries, entry))
        return place if place < len(self) and self.entry_at(place) == entry else None

    def place_in_order(self, entry: int) -> int | None:
        """How many rows stand before an entry in the order asked for; None if it is not ranked."""
        place = self.place_of(entry)
        return None if place is None else self.order.before(place)

    def named(self, places: np.ndarray) -> dict[int, Entry]:
        """The entries at these places by id, with everything their names need."""
        return Entry.objects.named().in_bulk(self.points.entries[places].tolist())

    def who(self, entries: np.ndarray) -> dict[int, Who]:
        """Names and settings of these entries by id, in one query."""
        with connection.cursor() as cursor:
            # One parameter, however many there are: a list of ten thousand takes long to read.
            cursor.execute(SETTINGS_SQL, [entries.tolist()])
            settings = {entry: json.loads(text) for entry, text in cursor.fetchall()}
        return all_of(self.facets, entries, settings)


def all_of(facets: Facets, entries: np.ndarray, settings: dict[int, dict]) -> dict[int, Who]:
    """These entries by id, with what their settings say that a name shows."""
    snapshot = facets.snapshot
    places = snapshot.at(entries)
    model, method, hardware = (
        [facets.names[kind][code] for code in snapshot.code(kind)[places].tolist()]
        for kind in CATALOGUE
    )
    counts = snapshot.parts["count"][places].tolist()
    rows = zip(entries.tolist(), model, method, hardware, counts, strict=True)
    return {row[0]: who(*row, settings.get(row[0]) or {}) for row in rows}


def label(facets: Facets, entry: int) -> str:
    """“Qwen3-8B, 2 × H100”, without what its settings say."""
    return str(all_of(facets, np.array([entry]), {})[entry])


def who(
    entry: int, model: Named, method: Named, hardware: Named, count: int, settings: dict
) -> Who:
    shown = tuple(str(settings[key]) for key in SHOWN_SETTINGS if settings.get(key))
    is_stated = settings.get("devices") != NOT_STATED
    return Who(entry, model, method, hardware, count if is_stated else None, shown)
