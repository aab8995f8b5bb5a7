"""Boards: who is on them, how they rank under any objectives, and their published frontiers."""

import math
import re
from typing import Any

import numpy as np
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from leaderboard import frontiers
from leaderboard.api import board_shapes as shapes
from leaderboard.api.asking import (
    PAGED,
    Asked,
    Parameter,
    key_of,
    next_url,
    one_of,
    page_of,
    paged,
    reads,
    whole,
)
from leaderboard.api.fields import quantity
from leaderboard.api.problems import Problem, complaint, refused
from leaderboard.core import metrics
from leaderboard.filters import ENERGY, FACETS, Filters, listed
from leaderboard.models import Board, Chance, Estimate, Objective, Placement, Run
from leaderboard.models.chances import Chances
from leaderboard.models.evidence import Origin, Points
from leaderboard.standings import Standings

MOST_OBJECTIVES = 6
OF_THE_PAST = Chances.missing("Chances are kept for the newest version.")
SIDES = ("min", "max")
ENTRY_NAMES = ("entry__model", "entry__method", "entry__hardware")
OBJECTIVES = Parameter(
    "objectives",
    f"Metrics to rank by, 1 to {MOST_OBJECTIVES}, comma-separated; `energy` is the board's.",
    may_repeat=True,
)
FILTERS = (
    *(Parameter(f, f"Slugs of the {f}, comma-separated.", may_repeat=True) for f in FACETS),
    Parameter("origin", "`measured`: only what was measured or reported.", one_of("measured")),
    Parameter("q", "Words that the entry's names must hold."),
    Parameter(
        "sort", "`layer`, a metric (best first) or `-` and a metric (worst first).", default="layer"
    ),
    *(
        Parameter(f"{ENERGY}_{side}", f"{word} value, likewise for each metric: `70 %`, `100 kWh`.")
        for side, word in zip(SIDES, ("Lowest", "Highest"), strict=True)
    ),
)
LAYER = Parameter("layer", "Which layer, 1 unless told.", whole(1, 1000), OpenApiTypes.INT, 1)
VERSION = Parameter(
    "at", "A version's number, the newest unless told.", whole(1, 2**31 - 1), OpenApiTypes.INT
)


def is_bound(name: str) -> bool:
    """Whether a parameter is a metric's lowest or highest value."""
    metric, _, side = name.rpartition("_")
    return side in SIDES and (metric == ENERGY or metric in metrics.ALL)


def whole_boards() -> QuerySet:
    objectives = Prefetch("objectives", Objective.objects.order_by("position"))
    return Board.objects.select_related("task").prefetch_related(objectives)


@reads(paged(shapes.BoardSerializer), tag="Boards", parameters=PAGED, statuses=[400])
def boards(request: Request, asked: Asked):
    """All boards."""
    return page_of(request, asked, whole_boards())


@reads(shapes.BoardSerializer, tag="Boards")
def board(request: Request, asked: Asked, slug: str):
    """One board: its task, objectives, caveats and the number of its newest frontier."""
    return get_object_or_404(whole_boards(), slug=slug)


def question(request: Request, board: Board) -> Filters:
    """What the reader asks the board. Raises a Problem where a part can't be used."""
    asked = listed(request.query_params, "objectives")
    if len(set(asked)) > MOST_OBJECTIVES:
        message = f"At most {MOST_OBJECTIVES} objectives can be ranked by."
        raise refused([complaint("objectives.excess", message, "objectives")])
    filters = Filters.read(request.query_params, board, frontiers.ranked_by(board))
    if filters.ignored:
        raise refused(
            [
                complaint("parameter.invalid", f"{said}.", re.split("[=:]", said)[0])
                for said in filters.ignored
            ]
        )
    return filters


class Page:
    """A stretch of the ranked entries that begins after the cursor's."""

    def __init__(self, request: Request, asked: Asked, standings: Standings, order: np.ndarray):
        self.standings = standings
        start = self.start(asked["cursor"], standings.points.entries[order])
        self.places = order[start : start + asked["limit"]]
        self.next = None
        if start + asked["limit"] < len(order):
            self.next = next_url(request, int(standings.points.entries[self.places[-1]]))

    @staticmethod
    def start(cursor: str | None, entries: np.ndarray) -> int:
        """The place after the cursor's entry."""
        if not cursor:
            return 0
        found = np.flatnonzero(entries == key_of(cursor, int))
        if not len(found):
            message = "The board has changed since; the entry of this cursor is gone. Start anew."
            raise refused([complaint("cursor.stale", message, "cursor")])
        return int(found[0]) + 1

    def rows(self) -> list[dict[str, Any]]:
        """The entries of the page with what ranks them."""
        standings = self.standings
        points = standings.at(self.places).of(shown(standings.filters))
        named = standings.named(self.places)
        levels = Run.objects.levels(named)
        ranks = standings.ranks(ranked_on(standings.filters), self.places).tolist()
        layers = standings.layer[self.places].tolist()
        rows = []
        for place, (entry, layer) in enumerate(zip(points.entries.tolist(), layers, strict=True)):
            best, worst = ranks[place]
            rows.append(
                shapes.identity(named[entry], levels)
                | {"rank": {"low": best, "high": worst}, "layer": layer or None}
                | {"on_frontier": layer == 1, "values": values_at(points, place)}
            )
        return rows


def ranked_on(filters: Filters) -> str:
    """The metric that ranks are about: the one sorted by, or the first objective."""
    return filters.objectives[0] if filters.sort == "layer" else filters.sort.removeprefix("-")


def shown(filters: Filters) -> tuple[str, ...]:
    """The metrics of a question: ranked by, sorted by or bounded."""
    return tuple(dict.fromkeys([*filters.objectives, ranked_on(filters), *filters.bounds]))


def values_at(points: Points, place: int) -> dict[str, dict[str, Any] | None]:
    """Metric → the number of the entry at a place; None where it has none."""
    found: dict[str, dict[str, Any] | None] = {}
    for column, metric in enumerate(points.metrics):
        value, low, high = (
            float(part[place, column]) for part in (points.value, points.low, points.high)
        )
        if math.isnan(value):
            found[metric] = None
            continue
        number = quantity(value, metrics.get(metric).unit, low, high)
        found[metric] = number | {"origin": Origin.values[points.origin[place, column]]}
    return found


@reads(
    shapes.StandingsSerializer,
    tag="Boards",
    parameters=(*PAGED, OBJECTIVES, *FILTERS),
    also=is_bound,
)
def board_entries(request: Request, asked: Asked, slug: str):
    """All entries of a board, ranked by any 1 to 6 metrics under any filters.

    `rank` is a range: an entry is certainly ahead of another only where their intervals do not
    overlap. Besides `energy_min` and `energy_max` every metric has such a pair, in its unit.
    """
    board = get_object_or_404(whole_boards(), slug=slug)
    filters = question(request, board)
    standings = Standings(board, filters)
    page = Page(request, asked, standings, standings.order)
    return {
        "board": board.slug,
        "version": board.latest,
        "objectives": filters.objectives,
        "ranked_on": ranked_on(filters),
        "count": len(standings) + standings.outside + len(standings.unranked),
        "ranked": len(standings),
        "outside": standings.outside,
        "not_shown": {metric: len(entries) for metric, entries in standings.lacking.items()},
        "next": page.next,
        "results": page.rows(),
    }


@reads(shapes.FrontierSerializer, tag="Boards", parameters=(*PAGED, OBJECTIVES, LAYER, VERSION))
def board_frontier(request: Request, asked: Asked, slug: str):
    """The entries in one layer of a board, the first unless told.

    Without `objectives` it is what was published, with `at` as of that version. With them it is
    worked out for this answer, under the board's own bounds.
    """
    board = get_object_or_404(whole_boards(), slug=slug)
    if asked["objectives"] is None:
        return published(request, asked, board)
    if asked["at"] is not None:
        message = "Past versions are kept for the board's own objectives only."
        raise refused([complaint("parameter.contradiction", message, "at")])
    return computed(request, asked, board)


def computed(request: Request, asked: Asked, board: Board) -> dict[str, Any]:
    """A layer under objectives that are not the board's."""
    standings = Standings(board, question(request, board))
    layer = standings.order[standings.layer[standings.order] == asked["layer"]]
    page = Page(request, asked, standings, layer)
    return {
        "board": board.slug,
        "version": board.latest,
        "published_at": None,
        "is_published": False,
        "objectives": standings.filters.objectives,
        "layer": asked["layer"],
        "count": len(layer),
        "chance_note": "Chances are worked out for the board's own objectives.",
        "next": page.next,
        "results": [row | {"chance": None} for row in page.rows()],
    }


def published(request: Request, asked: Asked, board: Board) -> dict[str, Any]:
    """A layer of a stored version."""
    number = asked["at"] or board.latest
    frontier = board.frontiers.filter(number=number).first()
    if frontier is None and asked["at"] is not None:
        raise Problem(404, f"The board has no version {number}.")
    placements = board.placements.at(number).filter(layer=asked["layer"])
    page = page_of(request, asked, placements.select_related(*ENTRY_NAMES), by="entry_id")
    objectives = frontier.objectives if frontier else list(board.metrics)
    chances = Chance.objects.of(board) if number == board.latest else OF_THE_PAST
    return {
        "board": board.slug,
        "version": number,
        "published_at": frontier and frontier.published_at,
        "is_published": True,
        "objectives": objectives,
        "layer": asked["layer"],
        "count": placements.count(),
        "chance_note": chances.reason,
        "next": page["next"],
        "results": placed(page["results"], objectives, chances),
    }


def placed(
    placements: list[Placement], objectives: list[str], chances: Chances
) -> list[dict[str, Any]]:
    """Placements with their points. Bounds and origin are today's, where the value still is."""
    entries = [placement.entry_id for placement in placements]
    estimates = {
        (estimate.entry_id, estimate.metric): estimate
        for estimate in Estimate.objects.filter(entry__in=entries, metric__in=objectives)
    }
    rows, levels = list[dict[str, Any]](), Run.objects.levels(entries)
    for placement, chance in zip(placements, chances_of(entries, chances), strict=True):
        values = {}
        for metric, value in zip(objectives, placement.point, strict=True):
            today = estimates.get((placement.entry_id, metric))
            values[metric] = estimated(metric, value, today)
        stands = {"layer": placement.layer, "chance": chance, "values": values}
        rows.append(shapes.identity(placement.entry, levels) | stands)
    return rows


def chances_of(entries: list[int], chances: Chances) -> list[dict[str, Any] | None]:
    """The chance of each entry to be on the frontier; None where they are not known."""
    if chances.reason:
        return [None] * len(entries)
    drawn = {"draws": chances.draws, "recipe": chances.recipe}
    pairs = zip(*(part.tolist() for part in chances.at(np.array(entries, np.int64))), strict=True)
    return [{"value": value, "standard_error": error} | drawn for value, error in pairs]


def estimated(metric: str, value: float, today: Estimate | None) -> dict[str, Any]:
    """A stored value with the estimate's bounds and origin, if it is that estimate's value."""
    unit = metrics.get(metric).unit
    if today is None or today.value != value:
        return quantity(value, unit) | {"origin": ""}
    bounded = quantity(value, unit, today.low, today.high)
    return bounded | {"origin": Origin.values[today.origin]}


urlpatterns = [
    path("boards/", boards, name="api-boards"),
    path("boards/<slug:slug>/", board, name="api-board"),
    path("boards/<slug:slug>/entries/", board_entries, name="api-board-entries"),
    path("boards/<slug:slug>/frontier/", board_frontier, name="api-board-frontier"),
]
