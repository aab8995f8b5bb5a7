"""Everything a board's page shows, in the fewest queries: one question, one answer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from django.db.models import prefetch_related_objects
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import (
    charts,
    drawings,
    own_scenarios,
    quantities,
    sentence,
    snapshots,
    yours,
)
from leaderboard.axes import Axis
from leaderboard.core import hypervolume, metrics
from leaderboard.core.own import WISHES
from leaderboard.filters import Filters
from leaderboard.findings import finding
from leaderboard.models import Board, Chance
from leaderboard.models.chances import Chances
from leaderboard.quantities import Scale
from leaderboard.short_names import short_names
from leaderboard.standings import Standings, Who
from leaderboard.views import board_multiples
from leaderboard.views.board_advice import Advice, Weighing
from leaderboard.views.board_choices import Choices
from leaderboard.views.board_controls import Controls
from leaderboard.views.board_kinds import Kinds
from leaderboard.views.board_limits import Limits
from leaderboard.views.board_parts import Parts
from leaderboard.views.board_table import Table

NAMED_AS_MISSING = 25


@dataclass(frozen=True)
class Lacking:
    """The entries without a value for one objective."""

    metric: metrics.Metric
    count: int
    named: list[Who]
    # The page that lists all of them.
    link: str

    @property
    def more(self) -> int:
        return self.count - len(self.named)


class BoardPage:
    """A board under a reader's question."""

    def __init__(self, board: Board, query: QueryDict):
        self.board, self.query = board, query
        prefetch_related_objects([board], "objectives")
        self.snapshot = snapshots.of(board)
        self.available = self.snapshot.available
        self.ranked_by = tuple(one for one in board.metrics if one in self.available)
        self.filters = self.read(query)
        self.usual = self.read(QueryDict())
        asked = [*self.filters.objectives, self.filters.y, self.filters.x, *self.ranked_by]
        self.metrics = [
            metric
            for metric in dict.fromkeys(asked)
            if metric in self.available or metric in self.filters.objectives
        ]
        self.standings = Standings(board, self.filters, self.snapshot)
        self.known_axes: dict[str, Axis] = {}
        self.choices, self.limits, self.controls = Choices(self), Limits(self), Controls(self)
        self.table = Table(self)

    def __len__(self):
        return len(self.standings)

    def read(self, query: QueryDict) -> Filters:
        """The question in `query`; an axis that it leaves open gets a metric that most have."""
        filters = Filters.read(query, self.board, self.ranked_by)
        is_open = "x" not in query and filters.x not in self.available
        across = is_open and self.snapshot.commonest(besides=filters.y)
        return replace(filters, x=across) if across else filters

    @property
    def is_drawn(self) -> bool:
        """Whether there are two metrics with values, to be drawn against each other."""
        return self.filters.x != self.filters.y and self.filters.x in self.available

    # Addresses

    def link(self, **changes: str | None) -> str:
        """The query of this page with some parameters changed; None takes one away."""
        query = self.query.copy()
        for name in ("start", "after", "entry"):
            query.pop(name, None)
        for name, value in changes.items():
            query.pop(name, None)
            if value is not None:
                query[name] = value
        for name in [name for name, values in query.lists() if not any(values)]:
            del query[name]
        return f"?{query.urlencode(safe=',')}" if query else "?"

    def address(self, page: str = "") -> str:
        """A page of the board under this view."""
        return self.board.get_absolute_url() + page + self.link().rstrip("?")

    @property
    def this_view(self) -> str:
        return self.address()

    @property
    def csv_link(self) -> str:
        return self.address("data.csv")

    @property
    def json_link(self) -> str:
        return self.address("data.json")

    @cached_property
    def question(self) -> str:
        """The query of this view without the order and the columns of its rows."""
        return self.link(sort=None, columns=None, density=None)

    @property
    def crowd_link(self) -> str:
        return self.board.get_absolute_url() + "crowd.json" + self.question.rstrip("?")

    @property
    def who_link(self) -> str:
        return self.board.get_absolute_url() + "who.json" + self.question.rstrip("?")

    @cached_property
    def why_link(self) -> str:
        """The page that tells why an entry stands where it does; its id comes at the end."""
        query = self.question.lstrip("?")
        return f"{self.board.get_absolute_url()}why/?{query}{query and '&'}entry="

    @property
    def api_link(self) -> str:
        return f"/api/v1/boards/{self.board.slug}/frontier/{self.link().rstrip('?')}"

    @property
    def no_scenario_link(self) -> str:
        return self.link(**dict.fromkeys(WISHES))

    @property
    def score_link(self) -> str:
        return self.link(sort="score")

    @property
    def ranks_link(self) -> str:
        return self.link(ranks=None if self.filters.has_single_ranks else "points")

    @cached_property
    def is_behind(self) -> bool:
        """Whether results wait that this page does not show yet."""
        return self.standings.snapshot.revision < self.board.revision

    @property
    def is_default(self) -> bool:
        """Whether the reader asked for nothing in particular."""
        return self.filters == replace(self.usual, scale=self.filters.scale)

    @property
    def ignored(self) -> list[str]:
        """What of the address could not be used, and why."""
        if self.filters.own and not self.standings.is_own:
            own = [f"own scenario: it is worked out for up to {yours.UP_TO:,} entries"]
        else:
            own = []
        lost = [f"after={self.filters.after}: the entry is not among the rows any more"]
        return [
            *self.filters.ignored,
            *own,
            *(lost if self.table.is_lost else []),
        ]

    @cached_property
    def parts(self) -> Parts:
        """Parts of the page that other pages of its question share."""
        return Parts(self)

    # Words

    @property
    def heading(self) -> str:
        y, x = metrics.get(self.filters.y), metrics.get(self.filters.x)
        return f"{y.label} against {x.label.lower()}"

    @property
    def finding(self) -> str:
        is_told = "x" in self.query or self.filters.x in self.filters.objectives
        if not (self.is_drawn and is_told):
            return ""
        return self.parts.shared("finding", lambda: finding(self.chart))

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

    # Chart

    @cached_property
    def who(self) -> dict[int, Who]:
        """Names of everything that is named, in one query."""
        rows = self.table.selection.entries
        advised = self.standings.points.entries[self.advice.named_places]
        lacking = [ids[:NAMED_AS_MISSING] for ids in self.standings.lacking.values()]
        # A chart that was drawn for another page of the question has its names.
        is_kept = self.parts.has("figure") and self.parts.has("finding")
        is_needed = self.is_drawn and not is_kept
        drawn = [self.chart.points.entries[self.chart.named]] if is_needed else []
        return self.standings.who(np.unique(np.concatenate([rows, advised, *drawn, *lacking])))

    def drawn_as(self, entries: Sequence[int]) -> list[Who]:
        """Names of entries of a chart, this page's or that of another pair of metrics."""
        if unknown := [entry for entry in entries if entry not in self.who]:
            self.who.update(self.standings.who(np.unique(unknown)))
        return [self.who[entry] for entry in entries]

    @cached_property
    def chart(self) -> charts.Scatter:
        return self.scatter(self.filters.x, self.filters.y)

    def scatter(self, x: str, y: str) -> charts.Scatter:
        """The ranked entries on two metrics."""
        places = self.standings.drawn(x, y, charts.DRAWN_UP_TO)
        drawn, size = self.standings.at(places), self.filters.size
        has_both = self.standings.count_with([x, y])
        return charts.Scatter.of(
            drawn.of([x, y]),
            self.standings.layer[places],
            [self.scale(metric) for metric in (x, y)],
            wish=self.filters.scale,
            names=lambda entry: str(self.drawn_as([entry])[0]),
            short_names=self.short_names,
            left_out=len(self.standings) - has_both,
            thinned_out=has_both - len(places),
            lines=self.filters.layers,
            sized=drawn.part("value", size) if size else None,
        )

    def short_names(self, entries: Sequence[int]) -> dict[int, str]:
        return short_names(self.drawn_as(entries))

    @cached_property
    def figure(self) -> dict:
        return self.chart.figure()

    @property
    def wide(self) -> SafeString:
        return drawings.scatter(self.chart, 1000, 500, "wide", "only-wide", most=14)

    @property
    def narrow(self) -> SafeString:
        return drawings.scatter(self.chart, 358, 320, "narrow", "only-narrow", most=5)

    @property
    def drawable(self) -> int:
        """How many entries have both values of the chart."""
        return len(self.chart) + self.chart.thinned_out

    @property
    def sized_by(self) -> str:
        """What the size of a point tells, in words."""
        return sentence.label(self.filters.size) if self.filters.size else ""

    @property
    def has_estimates(self) -> bool:
        return bool(self.chart.estimated.any())

    @property
    def has_others(self) -> bool:
        """Entries on the frontier of all objectives that are not on the line of the two shown."""
        return self.chart.has_others

    # What it comes to

    @cached_property
    def advice(self) -> Advice:
        return Advice(self)

    @cached_property
    def weighing(self) -> Weighing:
        return Weighing(self)

    @cached_property
    def knee(self) -> Who | None:
        """The entry at which the frontier of the two metrics shown bends."""
        if self.chart.bend is None:
            return None
        return self.drawn_as([int(self.chart.points.entries[self.chart.bend])])[0]

    @cached_property
    def covered(self) -> str:
        """How much of the box between worst and best the frontier covers, “63.2 %”."""
        standings = self.standings
        if standings.is_published_layer or not len(self):
            return ""
        objectives = self.filters.objectives
        points, directions = standings.points.values(objectives), self.filters.directions
        log = [
            self.axis(slug).is_log and bool((points[:, place] > 0).all())
            for place, slug in enumerate(objectives)
        ]
        box = hypervolume.box(points, directions, log)
        share = hypervolume.covered(points[standings.on_frontier], directions, box).share
        return "" if share is None else quantities.PERCENT.quantity(share)

    @cached_property
    def scenario(self) -> str:
        """The reader's own scenario in words."""
        return own_scenarios.told(self.filters.own) if self.standings.is_own else ""

    @cached_property
    def chances(self) -> Chances | None:
        """How likely entries are to be on the frontier; None under another question."""
        if not self.filters.ranks_like(self.usual) or not self.board.latest:
            return None
        found = Chance.objects.of(self.board)
        return None if found.reason else found

    @cached_property
    def pairs(self) -> list[board_multiples.Pair]:
        return board_multiples.pairs(self)

    @cached_property
    def kinds(self) -> Kinds:
        return Kinds(self)

    # Units

    def scale(self, slug: str) -> Scale:
        return self.axis(slug).scale

    def values(self, slug: str) -> np.ndarray:
        """What stands for all values that the board's entries have: a filter changes no unit."""
        return self.standings.snapshot.spread(slug)

    def value_of(self, entry: int, slug: str) -> str:
        """A number of an entry with its bounds, “68.4 % (66.5–70.3)”, or that there is none."""
        place = self.standings.snapshot.at(np.array([entry]))
        value, low, high = (
            float(self.standings.snapshot.part(part, slug)[place][0])
            for part in ("value", "low", "high")
        )
        label = metrics.get(slug).label.lower()
        if not np.isfinite(value):
            return f"no {label}"
        return f"{self.scale(slug).bounded(value, low, high)} {label}"

    def axis(self, slug: str) -> Axis:
        if slug not in self.known_axes:
            values = self.values(slug)
            scale = quantities.scale(slug, values)
            self.known_axes[slug] = Axis.over(slug, scale, values)
        return self.known_axes[slug]

    @cached_property
    def lacking(self) -> list[Lacking]:
        return [
            Lacking(
                metrics.get(slug),
                len(entries),
                [self.who[entry] for entry in entries[:NAMED_AS_MISSING].tolist()],
                f"{self.board.get_absolute_url()}missing/{self.link(lacks=slug)}",
            )
            for slug, entries in self.standings.lacking.items()
        ]


def whole(text: str | None) -> int:
    """A number from an address; 0 for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
