"""The page of a board as one of its versions published it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.safestring import SafeString

from leaderboard import charts, drawings, fates, quantities
from leaderboard.core import metrics
from leaderboard.fates import Fate
from leaderboard.frozen import Frozen, who_are
from leaderboard.models import Board
from leaderboard.quantities import Scale
from leaderboard.short_names import short_names
from leaderboard.standings import Who
from leaderboard.take_away import OfVersion
from leaderboard.views.board_page import whole

ROWS = 100


@dataclass(frozen=True)
class Row:
    """An entry of a version; `fate` says what became of it since, if anything did."""

    who: Who
    layer: int
    # Each with the digits that line it up with its column.
    numbers: list[tuple[str, str]]
    fate: Fate | None


class FrozenPage:
    """A version of a board, as it was that day."""

    def __init__(self, board: Board, number: int, query: QueryDict, root: str):
        frontier = board.frontiers.filter(number=number).first() if number else None
        if frontier is None:
            raise Http404("The board has no such version.")
        self.board, self.frontier = board, frontier
        self.frozen = Frozen(board, frontier, query)
        self.asked = self.frozen.asked
        self.take = OfVersion(self.frozen, self.heading, root)
        start = max(whole(query.get("start")) - 1, 0)
        self.start = start // ROWS * ROWS if start < len(self.frozen) else 0

    def __len__(self):
        return len(self.frozen)

    @property
    def objectives(self) -> list[metrics.Metric]:
        return [metrics.get(slug) for slug in self.frozen.objectives]

    @property
    def columns(self) -> list[tuple[metrics.Metric, str]]:
        return [(metric, self.scale(metric.slug).unit) for metric in self.objectives]

    @property
    def heading(self) -> str:
        x, y = (metrics.get(slug).label for slug in self.frozen.pair)
        return f"{y} against {x.lower()}"

    @property
    def is_newest(self) -> bool:
        return self.frontier.number == self.board.latest

    def scale(self, slug: str) -> Scale:
        column = self.frozen.objectives.index(slug)
        # Of all, for a filter changes no unit.
        return quantities.scale(slug, self.frozen.all_values[:, column])

    # Chart

    @cached_property
    def chart(self) -> charts.Scatter:
        return charts.Scatter.of(
            self.frozen.drawn.of(self.frozen.pair),
            self.frozen.layer,
            [self.scale(slug) for slug in self.frozen.pair],
            wish=self.asked.filters.scale,
            names=lambda entry: str(self.who[entry]),
            short_names=self.short_names,
        )

    @cached_property
    def who(self) -> dict[int, Who]:
        """Names of everything that is drawn or listed, in one query."""
        drawn = self.chart.points.entries[self.chart.named]
        return who_are(np.union1d(drawn, self.frozen.entries[self.shown]).tolist())

    def short_names(self, entries: Sequence[int]) -> dict[int, str]:
        return short_names([self.who[entry] for entry in entries])

    @property
    def wide(self) -> SafeString:
        return drawings.scatter(self.chart, 1000, 500, "wide", "only-wide", most=14)

    @property
    def narrow(self) -> SafeString:
        return drawings.scatter(self.chart, 358, 320, "narrow", "only-narrow", most=5)

    # Table

    @property
    def shown(self) -> slice:
        return slice(self.start, self.start + ROWS)

    @cached_property
    def rows(self) -> list[Row]:
        entries = self.frozen.entries[self.shown].tolist()
        values = self.frozen.value[self.shown]
        layers = self.frozen.layer[self.shown].tolist()
        columns = [
            self.numbers(slug, values[:, i]) for i, slug in enumerate(self.frozen.objectives)
        ]
        found = fates.since(entries, self.frozen.objectives, values.tolist())
        return [
            Row(self.who[entry], layer, list(numbers), found.get(entry))
            for entry, layer, *numbers in zip(entries, layers, *columns, strict=True)
        ]

    def numbers(self, slug: str, values: np.ndarray) -> list[tuple[str, str]]:
        texts = [self.scale(slug).number(value) for value in values.tolist()]
        most = max((len(text.partition(".")[2]) for text in texts), default=0)
        return [(text, quantities.pad(text, most)) for text in texts]

    @property
    def pages(self) -> dict[str, str]:
        """Links to the rows before and after these."""
        links = {}
        if self.start:
            links["before"] = self.link(start=self.start - ROWS + 1)
        if self.start + ROWS < len(self):
            links["after"] = self.link(start=self.start + ROWS + 1)
        return links

    @property
    def whole_link(self) -> str:
        return f"?at={self.frontier.number}"

    def link(self, **more: int) -> str:
        return self.asked.address(self.frontier.number, **more)


def page_of(request: HttpRequest, board: Board, number: int) -> FrozenPage:
    root = request.build_absolute_uri("/").rstrip("/")
    return FrozenPage(board, number, request.GET, root)


def frozen_view(request: HttpRequest, board: Board, number: int) -> HttpResponse:
    """The board as of a version; 404 where there is none of that number."""
    page = page_of(request, board, number)
    context = {"board": board, "page": page, "take": page.take}
    return render(request, "leaderboard/board_frozen.html", context)
