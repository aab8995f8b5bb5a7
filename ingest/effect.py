"""What publishing a file would do to the boards: ranks, frontiers, who would be dominated.

Nothing is written. The runs of the file are pooled with those that count today, and what
follows is derived, as `leaderboard.estimates` would; the functions that make the boards rank them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ingest import writing
from ingest.against import REPLACES
from ingest.normalise import Measured, Planned
from leaderboard import estimates, snapshots
from leaderboard.core import metrics, pareto
from leaderboard.core.columns import Derived
from leaderboard.core.consensus import pooled
from leaderboard.core.interval import Bounds, Interval
from leaderboard.core.ranks import rank_ranges
from leaderboard.facets import Facets
from leaderboard.facts import Facts
from leaderboard.frontiers import ranked_by
from leaderboard.models import Board, Entry, Estimate, Measurement, Run
from leaderboard.models.evidence import Points
from leaderboard.standings import label

LINES = 100  # runs whose numbers are shown with their conversion
RUNS = 50_000  # of a file, at most, are looked at
SHOWN = 200  # rows told of a board, those on the frontier first
NAMED = 5  # entries named where more would be dominated

# Entry key → metric → what each of its runs states.
Pool = dict[tuple, dict[str, list[Interval]]]


@dataclass(frozen=True)
class Standing:
    """Where an entry of the file would stand on a board."""

    row: int
    path: str
    name: str
    fate: str
    layer: int
    # Objective → value, lowest and highest value, best and worst rank.
    values: dict[str, tuple[float, float, float, int, int]]
    dominates: int
    dominated_by: int
    # The nearest of the entries on either side, by name.
    beaten: list[str]
    beating: list[str]


@dataclass
class OnBoard:
    """What a board would look like with the file's entries."""

    board: str
    title: str
    objectives: list[str]
    entries: int
    ranked: int
    # Entries of the file that would be on the frontier, and present members that would leave it.
    enter: int = 0
    leave: list[str] = field(default_factory=list)
    unranked: int = 0
    standings: list[Standing] = field(default_factory=list)


@dataclass
class Effect:
    """Collects the runs of a file, and then says what they would do."""

    pool: Pool = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    # Entry key → the regions of its runs.
    regions: dict[tuple, set[str]] = field(default_factory=lambda: defaultdict(set))
    first: dict[tuple, Planned] = field(default_factory=dict)
    replaced: list[int] = field(default_factory=list)
    shown: list[Planned] = field(default_factory=list)
    runs: int = 0

    def add(self, batch: Iterable[Planned]) -> None:
        for planned in batch:
            self.runs += 1
            if self.runs > RUNS:
                return
            if len(self.shown) < LINES:
                self.shown.append(planned)
            self.first.setdefault(planned.key, planned)
            self.regions[planned.key].add(planned.identity.region)
            for one in planned.measurements:
                self.pool[planned.key][one.metric].append(Interval(*one.bounds))
            if planned.fate == REPLACES:
                self.replaced += planned.replaces

    def found(self) -> dict[str, Any]:
        """The effect on every board of the tasks in the file, as plain data."""
        tasks = {planned.identity.task.pk for planned in self.first.values()}
        boards = Board.objects.filter(task__in=tasks).select_related("task")
        existing, facts = self.join_the_store(), Facts()
        known = self.known(facts)
        return {
            "runs": min(self.runs, RUNS),
            "is_whole": self.runs <= RUNS,
            "lines": list(lines(self.shown, facts)),
            "boards": [
                asdict(self.on(board, existing, known))
                for board in boards.order_by("position", "slug")
            ],
        }

    def known(self, facts: Facts) -> dict[tuple, dict[str, Bounds]]:
        """Entry key → its estimates as they would be."""
        keys = list(self.pool)
        found = [
            {metric: pooled(runs).bounds for metric, runs in self.pool[key].items()} for key in keys
        ]
        asked = [
            (number, self.first[key].identity.within(self.region(key)), found[number])
            for number, key in enumerate(keys)
        ]
        for one in list(estimates.follow(asked, facts)):
            found[one.entry][one.metric] = one.bounds
        return dict(zip(keys, found, strict=True))

    def region(self, key: tuple) -> str:
        """Where all runs of an entry agree that they were; else nothing."""
        regions = self.regions[key]
        return next(iter(regions)) if len(regions) == 1 else ""

    def join_the_store(self) -> dict[tuple, int]:
        """Add what counts of the same entries today. Returns the entries that exist: key → id."""
        if not self.first:
            return {}
        existing = writing.found_entries(sorted(self.first))
        keys = {entry: key for key, entry in existing.items()}
        runs = Run.objects.counting().filter(entry__in=keys).exclude(pk__in=self.replaced)
        for entry, region in runs.values_list("entry_id", "region").distinct():
            self.regions[keys[entry]].add(region)
        rows = Measurement.objects.filter(run__in=runs).values_list(
            "run__entry_id", "metric", "value", "low", "high"
        )
        for entry, metric, *bounds in rows:
            self.pool[keys[entry]][metric].append(Interval(*bounds))
        return existing

    @staticmethod
    def objectives(board: Board, ours: list[dict[str, Bounds]]) -> tuple[str, ...]:
        """What the board would rank by: its metrics that any entry has, also of the file's."""
        brought = set(ranked_by(board)).union(*ours)
        return tuple(metric for metric in board.metrics if metric in brought) or board.metrics

    def on(
        self,
        board: Board,
        existing: dict[tuple, int],
        known: dict[tuple, dict[str, Bounds]],
    ) -> OnBoard:
        keys = [key for key in self.first if key[0] == board.task_id]
        objectives = self.objectives(board, [known[key] for key in keys])
        wanted = tuple(dict.fromkeys([*objectives, *board.bounds]))
        today = Estimate.objects.points(board.task_id, wanted)
        stay = ~np.isin(today.entries, [existing[key] for key in keys if key in existing])
        others = today.where(stay)
        ours = points_of([known[key] for key in keys], wanted)
        found = OnBoard(board.slug, board.title, list(objectives), len(keys), 0)
        ranked = [standing(points, board, objectives) for points in (others, ours)]
        found.ranked = int(ranked[1].sum())
        found.unranked = len(keys) - found.ranked
        self.compare(
            found,
            board,
            others.where(ranked[0]).of(objectives),
            ours.where(ranked[1]).of(objectives),
            [key for key, is_ranked in zip(keys, ranked[1], strict=True) if is_ranked],
        )
        return found

    def compare(
        self, found: OnBoard, board: Board, others: Points, ours: Points, keys: list[tuple]
    ) -> None:
        """Rank the file's entries among the others."""
        if not keys:
            return
        directions = [metrics.get(metric).better for metric in found.objectives]
        layer_today = pareto.layers(others.value, directions, 1)
        value = np.concatenate([others.value, ours.value])
        layer = pareto.layers(value, directions, board.depth)
        n = len(others)
        found.enter = int((layer[n:] == 1).sum())
        names = Facets(snapshots.of(board), "")
        leaving = others.entries[(layer_today == 1) & (layer[:n] != 1)]
        found.leave = [label(names, int(entry)) for entry in leaving[:NAMED].tolist()]
        ranks = self.ranks(found.objectives, others, ours)
        order = np.lexsort([np.arange(len(keys)), np.where(layer[n:] == 0, 999, layer[n:])])
        for place in order[:SHOWN].tolist():
            own = ours.value[place]
            above, below = pareto.dominance(others.value, own, directions)
            planned = self.first[keys[place]]
            found.standings.append(
                Standing(
                    planned.reading.row,
                    planned.reading.path,
                    name_of(planned),
                    planned.fate,
                    int(layer[n + place]),
                    {
                        metric: (
                            float(ours.value[place, column]),
                            float(ours.low[place, column]),
                            float(ours.high[place, column]),
                            int(ranks[metric][place, 0]),
                            int(ranks[metric][place, 1]),
                        )
                        for column, metric in enumerate(found.objectives)
                    },
                    int(below.sum()),
                    int(above.sum()),
                    nearest(names, others, own, below),
                    nearest(names, others, own, above),
                )
            )

    def ranks(
        self, objectives: Sequence[str], others: Points, ours: Points
    ) -> dict[str, np.ndarray]:
        """Objective → best and worst rank of each of the file's entries, of shape (n, 2)."""
        found = {}
        for column, metric in enumerate(objectives):
            low = np.concatenate([others.low[:, column], ours.low[:, column]])
            high = np.concatenate([others.high[:, column], ours.high[:, column]])
            found[metric] = rank_ranges(low, high, metrics.get(metric).better)[len(others) :]
        return found


def points_of(entries: Sequence[dict[str, Bounds]], wanted: tuple[str, ...]) -> Points:
    """Entries by their estimates, with their places for ids."""
    shape = (len(entries), len(wanted))
    value, low, high = (np.full(shape, np.nan) for _ in range(3))
    for place, known in enumerate(entries):
        for column, metric in enumerate(wanted):
            if metric in known:
                value[place, column], low[place, column], high[place, column] = known[metric]
    origin = np.zeros(shape, np.int16)
    return Points(np.arange(len(entries)), wanted, value, low, high, origin)


def standing(points: Points, board: Board, objectives: Sequence[str]) -> np.ndarray:
    """Mask of shape (n,): the points that the board ranks."""
    return pareto.complete(points.of(objectives).value) & points.within(board.bounds)


def nearest(names: Facets, others: Points, own: np.ndarray, mask: np.ndarray) -> list[str]:
    """The names of some entries of a mask, the nearest to a point first."""
    places = pareto.nearest(others.value, own, mask)[:NAMED]
    return [label(names, int(entry)) for entry in others.entries[places].tolist()]


def name_of(planned: Planned) -> str:
    """What the run's entry is or will be called."""
    one = planned.identity
    return str(
        Entry(
            task=one.task,
            model=one.model,
            method=one.method,
            hardware=one.hardware,
            device_count=one.device_count,
            settings=planned.reading.settings,
        )
    )


def lines(shown: list[Planned], facts: Facts) -> Iterator[dict[str, Any]]:
    """Each run: who it is about, its numbers with their conversions, and what follows from it."""
    numbers = [
        [
            number(one, said(one, planned), one.origin, is_derived=False)
            for one in planned.measurements
        ]
        for planned in shown
    ]
    asked = [
        (place, planned.identity.place, planned.numbers) for place, planned in enumerate(shown)
    ]
    for one in estimates.follow(asked, facts):
        of = number(one, one.recipe.name, one.recipe.origin, is_derived=True)
        numbers[one.entry].append(of)
    for planned, told in zip(shown, numbers, strict=True):
        yield {
            "row": planned.reading.row,
            "path": planned.reading.path,
            "name": name_of(planned),
            "fate": planned.fate,
            "numbers": told,
        }


def said(one: Measured, planned: Planned) -> str:
    """A number as the file has it, and by what it is divided."""
    written = f"{one.raw_value} {one.raw_unit}".strip()
    if one.divisor == 1:
        return written
    return f"{written} / {one.divisor:,.10g} {planned.identity.task.functional_unit}s"


def number(one: Measured | Derived, came: str, origin: str, *, is_derived: bool) -> dict[str, Any]:
    """A number in its canonical unit, and in words how it came."""
    metric = metrics.get(one.metric)
    return {
        "metric": one.metric,
        "label": metric.label,
        "says": f"{came} → {one.value:.6g} {metric.unit}",
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "unit": metric.unit,
        "origin": origin,
        "is_derived": is_derived,
    }
