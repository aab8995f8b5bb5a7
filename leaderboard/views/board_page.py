"""Everything a board's page shows, in the fewest queries: one question, one answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import numpy as np
from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import charts, quantities
from leaderboard.core import metrics
from leaderboard.filters import FACETS, Filters
from leaderboard.findings import READ_OFF, finding
from leaderboard.models import Board
from leaderboard.models.evidence import Estimate, Origin
from leaderboard.quantities import Scale
from leaderboard.standings import Standings, Who, available, slug_of

ROWS = 100
LONG_RANGE = 9
OPTIONS = 400
NAMED_AS_MISSING = 25
FACET_WORDS = {
    "model": ("all models", "Model"),
    "method": ("any method", "Method"),
    "hardware": ("any hardware", "Hardware"),
    "vendor": ("any vendor", "Vendor"),
}


@dataclass(frozen=True)
class Option:
    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Choice:
    """A select: its parameter, its name for those who can't see the sentence, its options.

    `usual` is the value that need not stand in the address.
    """

    name: str
    label: str
    options: list[Option]
    usual: str = ""


@dataclass(frozen=True)
class Cell:
    """One number of a row; without text there is no value."""

    text: str
    pad: str = ""
    range: str = ""
    strip: str | SafeString = ""
    origin: str = ""
    is_estimated: bool = False
    # Whether any range of the column needs more room, so that the strips line up.
    is_long: bool = False


@dataclass(frozen=True)
class Column:
    """One metric of the table."""

    metric: metrics.Metric
    scale: Scale
    axis: charts.Axis
    sort_link: str
    aria_sort: str
    is_objective: bool

    @property
    def css(self) -> str:
        return charts.css_class(self.metric.family)

    @property
    def has_icon(self) -> bool:
        return self.metric.family != "other"


@dataclass(frozen=True)
class Row:
    who: Who
    rank: str
    layer: int
    runs: int
    cells: list[Cell]


@dataclass(frozen=True)
class Bound:
    """A limit of the controls: “Quality, at least”."""

    metric: metrics.Metric
    words: str
    name: str
    value: str
    example: str
    is_default: bool
    ticks: SafeString | str
    css: str


@dataclass(frozen=True)
class Lacking:
    """The entries without a value for one objective."""

    metric: metrics.Metric
    count: int
    named: list[Who]

    @property
    def more(self) -> int:
        return self.count - len(self.named)


class BoardPage:
    """A board under a reader's question."""

    def __init__(self, board: Board, query: QueryDict):
        self.board, self.query = board, query
        prefetch_related_objects([board], "objectives")
        self.available = available(board.task_id)
        ranked_by = tuple(metric for metric in board.metrics if metric in self.available)
        self.filters = Filters.read(query, board, ranked_by)
        self.usual = Filters.read(QueryDict(), board, ranked_by)
        self.metrics = [
            metric
            for metric in dict.fromkeys(
                [*self.filters.objectives, self.filters.y, self.filters.x, *ranked_by]
            )
            if metric in self.available or metric in self.filters.objectives
        ]
        self.standings = Standings(board, self.filters, columns=tuple(self.metrics))
        self.start = max(whole(query.get("start")) - 1, 0) // ROWS * ROWS

    def __len__(self):
        return len(self.standings)

    # Addresses

    def link(self, **changes: str | None) -> str:
        """The query of this page with some parameters changed; None takes one away."""
        query = self.query.copy()
        query.pop("start", None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        for name in [name for name, values in query.lists() if not any(values)]:
            del query[name]
        return f"?{query.urlencode(safe=',')}" if query else "?"

    @property
    def this_view(self) -> str:
        return self.board.get_absolute_url() + self.link().rstrip("?")

    @property
    def csv_link(self) -> str:
        return f"{self.board.get_absolute_url()}data.csv{self.link().rstrip('?')}"

    @property
    def json_link(self) -> str:
        return f"{self.board.get_absolute_url()}data.json{self.link().rstrip('?')}"

    @property
    def api_link(self) -> str:
        return f"/api/v1/boards/{self.board.slug}/frontier/{self.link().rstrip('?')}"

    @property
    def is_default(self) -> bool:
        """Whether the reader asked for nothing in particular."""
        return self.filters == replace(self.usual, scale=self.filters.scale)

    # Words

    @property
    def heading(self) -> str:
        y, x = metrics.get(self.filters.y), metrics.get(self.filters.x)
        return f"{y.label} against {x.label.lower()}"

    @cached_property
    def finding(self) -> str:
        return finding(self.chart)

    @property
    def caveats(self) -> list[str]:
        return [line for line in self.board.caveats.splitlines() if line.strip()]

    @cached_property
    def on_frontier(self) -> int:
        return int(self.standings.on_frontier.sum())

    @property
    def missing(self) -> int:
        return len(self.standings.unranked)

    @property
    def not_shown(self) -> int:
        return self.standings.total - len(self)

    @property
    def filtered_out(self) -> int:
        """Complete entries that the filters leave out."""
        return self.not_shown - self.missing

    @property
    def per(self) -> str:
        return f"per {self.board.task.unit_noun}"

    @property
    def objective_labels(self) -> list[metrics.Metric]:
        return [metrics.get(metric) for metric in self.filters.objectives]

    @property
    def unavailable(self) -> list[metrics.Metric]:
        """Objectives of the board that no entry has yet."""
        return [metrics.get(slug) for slug in self.board.metrics if slug not in self.available]

    # Controls

    @cached_property
    def choices(self) -> list[Choice]:
        return [self.choice(facet) for facet in FACETS if len(self.options(facet)) > 1]

    def choice(self, facet: str) -> Choice:
        everything, label = FACET_WORDS[facet]
        chosen = self.filters.facets.get(facet, ())
        options = [Option("", everything, not chosen)]
        if len(chosen) > 1:
            options.append(Option(",".join(chosen), f"{len(chosen)} of them", True))
        options += [
            Option(slug, text, chosen == (slug,)) for slug, text in self.options(facet)[:OPTIONS]
        ]
        return Choice(facet, label, options)

    def options(self, facet: str) -> list[tuple[str, str]]:
        """Slugs and names of what the published entries of the board have."""
        entries = self.standings.entries
        kind = "hardware" if facet == "vendor" else facet
        places = entries.at(self.standings.everything.entries)
        keys = np.unique(entries.columns[kind][places]).tolist()
        named = [entries.names[kind][key] for key in keys]
        if facet == "vendor":
            found = {(slug_of(one.group), one.group) for one in named if one.group}
        else:
            found = {(one.slug, one.name) for one in named}
        return sorted(found, key=lambda option: option[1].casefold())

    @property
    def origins(self) -> Choice:
        measured = self.filters.measured_only
        return Choice(
            "origin",
            "Origin",
            [
                Option("", "in any way", not measured),
                Option("measured", "by meter, sensor or report", measured),
            ],
        )

    @property
    def axes(self) -> list[Choice]:
        return [
            Choice(
                name,
                label,
                [
                    Option(slug, f"{SHAPES[metrics.get(slug).family]} {metrics.get(slug).label}", slug == now)
                    for slug in self.available
                ],
                usual,
            )
            for name, label, now, usual in (
                ("y", "Up", self.filters.y, self.usual.y),
                ("x", "Across", self.filters.x, self.usual.x),
            )
        ]

    @property
    def scales(self) -> list[Option]:
        words = (("", "as fits"), ("log", "log"), ("linear", "linear"))
        return [Option(value, text, value == self.filters.scale) for value, text in words]

    @property
    def usual_objectives(self) -> str:
        return ",".join(self.usual.objectives)

    @property
    def objectives(self) -> list[tuple[metrics.Metric, bool]]:
        """The metrics that rank here, and those that do usually."""
        chosen = self.filters.objectives
        return [(metrics.get(slug), slug in chosen) for slug in self.first_objectives]

    @property
    def other_objectives(self) -> list[metrics.Metric]:
        """The other metrics that could."""
        others = [metrics.get(slug) for slug in self.available if slug not in self.first_objectives]
        return sorted(others, key=lambda metric: metric.label)

    @property
    def first_objectives(self) -> list[str]:
        return list(dict.fromkeys([*self.usual.objectives, *self.filters.objectives]))

    @cached_property
    def bounds(self) -> list[Bound]:
        """The limits that this page offers: one per objective, and those that are set."""
        sides = [
            (slug, "min" if metrics.get(slug).better == metrics.HIGHER else "max")
            for slug in self.filters.objectives
        ]
        for slug, (low, high) in self.filters.bounds.items():
            sides += [(slug, "min")] if np.isfinite(low) else []
            sides += [(slug, "max")] if np.isfinite(high) else []
        return [self.bound(slug, side) for slug, side in dict.fromkeys(sides)]

    def bound(self, slug: str, side: str) -> Bound:
        metric, name = metrics.get(slug), f"{slug}_{side}"
        limit = self.filters.bounds.get(slug, (-np.inf, np.inf))[side == "max"]
        has_default = name in self.board.filters
        is_default = has_default and not self.query.get(name)
        scale = self.scale(slug)
        text = scale.quantity(float(limit)) if np.isfinite(limit) else ""
        if has_default and not text:
            text = "any"
        example = scale.quantity(float(np.median(self.values(slug)))) if len(self.values(slug)) else ""
        return Bound(
            metric,
            "at least" if side == "min" else "at most",
            name,
            text,
            example,
            is_default,
            self.ticks(slug),
            charts.css_class(metric.family),
        )

    @property
    def default_bounds(self) -> list[tuple[Bound, str]]:
        """The board's own limits that hold now, each with the link that lifts it."""
        return [
            (bound, self.link(**{bound.name: "any"})) for bound in self.bounds if bound.is_default
        ]

    def ticks(self, slug: str) -> SafeString | str:
        """Where the entries stand, as a strip of ticks."""
        values = self.values(slug)
        if not len(values):
            return ""
        return charts.tick_strip(self.axis(slug), values, metrics.get(slug).family)

    # Chart

    @cached_property
    def who(self) -> dict[int, Who]:
        """Names of everything that is drawn or listed, in one query."""
        drawn = self.chart.points.entries[self.chart.drawn]
        rows = self.standings.points.entries[self.places]
        lacking = [ids[:NAMED_AS_MISSING] for ids in self.standings.lacking.values()]
        return self.standings.who(np.unique(np.concatenate([drawn, rows, *lacking])))

    @cached_property
    def chart(self) -> charts.Scatter:
        pair = (self.filters.x, self.filters.y)
        return charts.Scatter.of(
            self.standings.points.of(pair),
            self.standings.layer,
            [self.scale(metric) for metric in pair],
            wish=self.filters.scale,
            names=lambda entry: str(self.who[entry]),
            short_names=self.short_names,
        )

    def short_names(self, entries: Sequence[int]) -> dict[int, str]:
        return short_names([self.who[entry] for entry in entries])

    @cached_property
    def figure(self) -> dict:
        return self.chart.figure()

    @property
    def wide(self) -> SafeString:
        return self.chart.drawing(1000, 500, "wide", "only-wide", most=14)

    @property
    def narrow(self) -> SafeString:
        return self.chart.drawing(358, 320, "narrow", "only-narrow", most=5)

    @property
    def has_estimates(self) -> bool:
        return bool(self.chart.estimated.any())

    @property
    def has_others(self) -> bool:
        """Entries on the frontier of all objectives that are not on the line of the two shown."""
        return bool(len(self.chart.groups()["other_objectives"]))

    # Table

    def scale(self, slug: str) -> Scale:
        return quantities.scale(slug, self.values(slug))

    def values(self, slug: str) -> np.ndarray:
        """All finite values that the board's entries have, so that a filter changes no unit."""
        if slug not in self.standings.everything.metrics:
            return np.zeros(0)
        values = self.standings.everything.of([slug]).value[:, 0]
        return values[np.isfinite(values)]

    def axis(self, slug: str) -> charts.Axis:
        return charts.Axis.over(slug, self.scale(slug), self.values(slug))

    @property
    def ranked_on(self) -> metrics.Metric:
        sort = self.filters.sort
        return metrics.get(self.filters.y if sort == "layer" else sort.removeprefix("-"))

    @cached_property
    def columns(self) -> list[Column]:
        shown = dict.fromkeys(self.metrics)
        if self.filters.sort != "layer":
            shown[self.filters.sort.removeprefix("-")] = None
        return [self.column(slug) for slug in shown]

    def column(self, slug: str) -> Column:
        sort = self.filters.sort
        metric = metrics.get(slug)
        up = (metric.better == metrics.LOWER) != sort.startswith("-")
        sorted_by_it = sort.removeprefix("-") == slug
        return Column(
            metric,
            self.scale(slug),
            self.axis(slug),
            self.link(sort=f"-{slug}" if sort == slug else slug),
            ("ascending" if up else "descending") if sorted_by_it else "",
            slug in self.filters.objectives,
        )

    @cached_property
    def places(self) -> np.ndarray:
        if self.start >= len(self):
            self.start = 0
        return self.standings.page(self.start, ROWS)

    @cached_property
    def rows(self) -> list[Row]:
        entries = self.standings.points.entries[self.places]
        runs = dict(
            Estimate.objects.filter(
                entry__in=entries.tolist(), metric=self.filters.objectives[0]
            ).values_list("entry", "runs")
        )
        ranks = self.standings.ranks(self.ranked_on.slug)[self.places].tolist()
        cells = [self.cells(column) for column in self.columns]
        layers = self.standings.layer[self.places].tolist()
        return [
            Row(
                self.who[entry],
                quantities.ranks(*ranks[index]),
                layers[index],
                runs.get(entry, 1),
                [column[index] for column in cells],
            )
            for index, entry in enumerate(entries.tolist())
        ]

    def cells(self, column: Column) -> list[Cell]:
        points = self.standings.points.of([column.metric.slug])
        parts = [
            part[self.places, 0].tolist()
            for part in (points.value, points.low, points.high, points.origin)
        ]
        cells = [cell(column, *numbers) for numbers in zip(*parts, strict=True)]
        most = max((len(one.text.partition(".")[2]) for one in cells), default=0)
        is_long = any(len(one.range) > LONG_RANGE for one in cells)
        return [
            replace(
                one, pad=quantities.pad(one.text, most) if one.text else "", is_long=is_long
            )
            for one in cells
        ]

    @property
    def groups(self) -> list[tuple[int, list[Row]]]:
        """Rows by layer where they stand in that order, else all in one group."""
        if self.filters.sort != "layer":
            return [(-1, self.rows)]
        return [(layer, list(rows)) for layer, rows in groupby(self.rows, lambda row: row.layer)]

    @property
    def layer_link(self) -> str:
        return self.link(sort=None)

    @property
    def pages(self) -> dict[str, str]:
        """Links to the rows before and after these."""
        links = {}
        if self.start:
            links["before"] = with_start(self.link(), self.start - ROWS + 1)
        if self.start + ROWS < len(self):
            links["after"] = with_start(self.link(), self.start + ROWS + 1)
        return links

    @property
    def first_row(self) -> int:
        return self.start + 1

    @property
    def last_row(self) -> int:
        return min(self.start + ROWS, len(self))

    @cached_property
    def lacking(self) -> list[Lacking]:
        return [
            Lacking(
                metrics.get(slug),
                len(entries),
                [self.who[entry] for entry in entries[:NAMED_AS_MISSING].tolist()],
            )
            for slug, entries in self.standings.lacking.items()
        ]

    # Where nothing is left

    @property
    def ways_out(self) -> list[tuple[str, str, int]]:
        """What to give up, the link that does it, and how many entries there are then."""
        ways = []
        for facet in self.filters.facets:
            ways.append((FACET_WORDS[facet][0].capitalize(), self.link(**{facet: None})))
        if self.filters.measured_only:
            ways.append(("Numbers obtained in any way", self.link(origin=None)))
        if self.filters.words:
            ways.append(("Names with any words", self.link(q=None)))
        for bound in self.bounds:
            if bound.value and bound.value != "any":
                ways.append((f"Any {bound.metric.label.lower()}", self.link(**{bound.name: "any"})))
        counted = [(words, link, self.left_by(link)) for words, link in ways]
        return sorted((way for way in counted if way[2]), key=lambda way: -way[2])

    def left_by(self, link: str) -> int:
        query = QueryDict(link.lstrip("?"))
        return self.standings.left_by(Filters.read(query, self.board, self.filters.objectives))


SHAPES = {
    "quality": "●",
    "energy": "◆",
    "material": "⬢",
    "cost": "■",
    "carbon": "▲",
    "latency": "⧗",
    "other": "·",
}


def cell(column: Column, value: float, low: float, high: float, origin: int) -> Cell:
    if not np.isfinite(value):
        return Cell("")
    scale = column.scale
    drawn = charts.strip(column.axis, value, low, high, column.metric.family)
    return Cell(
        scale.number(value, low=low, high=high),
        range=scale.range(low, high) if high > low else "",
        strip=drawn if column.is_objective else "",
        origin=Origin(Origin.values[origin]).label,
        is_estimated=origin not in READ_OFF,
    )


def short_names(named: list[Who]) -> dict[int, str]:
    """Names just long enough to tell these entries apart."""
    models = {who.model.name for who in named}
    names = {who.entry: who.model.name for who in named}
    if len(models) == 1 and len(named) > 1:
        return {who.entry: who.detail or who.model.name for who in named}
    for model in models:
        alike = [who for who in named if who.model.name == model]
        if len(alike) > 1:
            names |= {who.entry: f"{model}, {difference(who, alike)}" for who in alike}
    return names


def difference(who: Who, alike: list[Who]) -> str:
    """What sets an entry apart from others of its model."""
    for part in ("device", "method", "settings"):
        if len({str(getattr(other, part)) for other in alike}) == len(alike):
            value = getattr(who, part)
            return ", ".join(value) if part == "settings" else str(getattr(value, "name", value))
    return who.detail


def with_start(link: str, start: int) -> str:
    return f"{link}{'' if link.endswith('?') else '&'}start={start}"


def whole(text: str | None) -> int:
    """A number from an address; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
