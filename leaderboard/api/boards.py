"""Boards: who is on them, how they rank under any objectives, and their published frontiers."""

import math
from typing import Any

import numpy as np
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from leaderboard import sentence
from leaderboard.api import board_shapes as shapes
from leaderboard.api.asking import (
    PAGED,
    Asked,
    Parameter,
    key_of,
    next_url,
    page_of,
    paged,
    reads,
    whole,
)
from leaderboard.api.board_questions import (
    ENTRY,
    OBJECTIVES,
    QUESTION,
    View,
    is_asked,
    whole_boards,
)
from leaderboard.api.fields import quantity
from leaderboard.api.problems import Problem, complaint, refused
from leaderboard.core import metrics, reach
from leaderboard.filters import FACETS
from leaderboard.models import Board, Chance, Estimate, Placement, Run
from leaderboard.models.chances import Chances
from leaderboard.models.evidence import Origin, Points
from leaderboard.views import board_why as why

OF_THE_PAST = Chances.missing("Chances are kept for the newest version.")
ENTRY_NAMES = ("entry__model", "entry__method", "entry__hardware")
LAYER = Parameter("layer", "Which layer, 1 unless told.", whole(1, 1000), OpenApiTypes.INT, 1)
VERSION = Parameter(
    "at", "A version's number, the newest unless told.", whole(1, 2**31 - 1), OpenApiTypes.INT
)


@reads(paged(shapes.BoardSerializer), tag="Boards", parameters=PAGED, statuses=[400])
def boards(request: Request, asked: Asked):
    """All boards."""
    return page_of(request, asked, whole_boards())


@reads(shapes.BoardSerializer, tag="Boards")
def board(request: Request, asked: Asked, slug: str):
    """One board: its task, objectives, caveats and the number of its newest frontier."""
    return get_object_or_404(whole_boards(), slug=slug)


class Page:
    """A stretch of the ranked entries that begins after the cursor's."""

    def __init__(self, request: Request, view: View, places: np.ndarray, *, is_last: bool):
        self.view, self.standings, self.places = view, view.standings, places
        self.next = None if is_last else next_url(request, self.standings.entry_at(places[-1]))

    @classmethod
    def of_all(cls, request: Request, asked: Asked, view: View) -> "Page":
        """In the order asked for."""
        standings, start, size = view.standings, 0, asked["limit"]
        if asked["cursor"]:
            found = standings.place_in_order(key_of(asked["cursor"], int))
            start = known(found) + 1
        places = standings.order.stretch(start, size)
        return cls(request, view, places, is_last=start + size >= len(standings))

    @classmethod
    def of_layer(cls, request: Request, asked: Asked, view: View, places: np.ndarray) -> "Page":
        """Of these places, all of one layer."""
        standings, start, size = view.standings, 0, asked["limit"]
        if asked["cursor"]:
            place = standings.place_of(key_of(asked["cursor"], int))
            found = np.flatnonzero(places == known(place))
            start = known(int(found[0]) if len(found) else None) + 1
        is_last = start + size >= len(places)
        return cls(request, view, places[start : start + size], is_last=is_last)

    def rows(self) -> list[dict[str, Any]]:
        """The entries of the page with what ranks them."""
        standings = self.standings
        points = standings.at(self.places).of(self.view.shown)
        named = standings.named(self.places)
        levels = Run.objects.levels(named)
        ranks = self.view.ranks(self.places)
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

    def with_wishes(self) -> list[dict[str, Any]]:
        """The rows with score, scenario and chance."""
        view, rows = self.view, self.rows()
        chances = chances_of(self.standings.points.entries[self.places].tolist(), view.chances)
        more = zip(view.scores(self.places), view.are_own(self.places), chances, strict=True)
        return [
            row | {"score": score, "is_own": is_own, "chance": chance}
            for row, (score, is_own, chance) in zip(rows, more, strict=True)
        ]


def known(place: int | None) -> int:
    """The place of a cursor's entry. Raises Problem where it is gone."""
    if place is None:
        message = "The board has changed since; the entry of this cursor is gone. Start anew."
        raise refused([complaint("cursor.stale", message, "cursor")])
    return place


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
    parameters=(*PAGED, *QUESTION),
    also=is_asked,
)
def board_entries(request: Request, asked: Asked, slug: str):
    """All entries of a board, ranked by any 1 to 6 metrics under any filters, as on its page.

    `rank` is a range: an entry is certainly ahead of another only where their intervals do not
    overlap. Besides `energy_min`, `energy_max` and `w_energy` every metric has such, in its unit.
    """
    board = get_object_or_404(whole_boards(), slug=slug)
    view = View(request, board)
    standings = view.standings
    page = Page.of_all(request, asked, view)
    return {
        "board": board.slug,
        "version": board.latest,
        "objectives": view.filters.objectives,
        "ranked_on": "score" if view.is_by_score else view.ranked_on,
        "count": len(standings) + standings.outside + len(standings.unranked),
        "ranked": len(standings),
        "outside": standings.outside,
        "kinds": [
            {"kind": one.kind.slug, "label": one.kind.words, "count": one.count}
            for one in standings.kinds_met
        ],
        "sentence": sentence.of_view(standings, board.published_at),
        "not_shown": {metric: len(entries) for metric, entries in standings.lacking.items()},
        "recommendation": view.recommendation,
        "chance_note": view.chances.reason,
        "next": page.next,
        "results": page.with_wishes(),
    }


@reads(shapes.BoardFacetsSerializer, tag="Boards", parameters=QUESTION, also=is_asked)
def board_facets(request: Request, asked: Asked, slug: str):
    """How many ranked entries each value of each facet leaves, all else as it is asked."""
    board = get_object_or_404(whole_boards(), slug=slug)
    standings = View(request, board).standings
    facets = {
        facet: [
            {"value": value, "label": label, "count": count}
            for (value, label), count in sorted(
                standings.counts(facet).items(), key=lambda pair: (-pair[1], pair[0])
            )
        ]
        for facet in FACETS
    }
    return {"board": board.slug, "ranked": len(standings), "facets": facets}


@reads(shapes.WhySerializer, tag="Boards", parameters=(ENTRY, *QUESTION), also=is_asked)
def board_why(request: Request, asked: Asked, slug: str):
    """Who dominates an entry in a view, by how much, and what it would need to be on the frontier.

    Dominators come nearest first, up to 50. What is needed holds for one objective, the others
    being as they are; null is an objective on which no possible value is enough.
    """
    board = get_object_or_404(whole_boards(), slug=slug)
    if asked["entry"] is None:
        raise refused([complaint("entry.missing", "Say which entry.", "entry")])
    view = View(request, board)
    found = why.of(view, asked["entry"])
    if found is None:
        raise Problem(404, "The view does not rank such an entry.")
    return {
        "board": board.slug,
        "entry": found.entry,
        "objectives": found.objectives,
        "layer": found.layer or None,
        "values": values_at(found.points, found.place),
        "dominated_by": found.count,
        "certainly": found.certain,
        "dominators": [dominator(found, row) for row in range(min(found.count, why.SHOWN))],
        "needs": dict(zip(found.objectives, map(need, found.needs, found.objectives), strict=True)),
    }


def dominator(found: why.Why, row: int) -> dict[str, Any]:
    """One entry that dominates, with its values and how far ahead it is."""
    place = int(found.found.places[row])
    entry = int(found.points.entries[place])
    leads = {}
    for column, metric in enumerate(found.objectives):
        ratio = float(found.found.ratio[row, column])
        leads[metric] = {
            "difference": float(found.found.difference[row, column]),
            "ratio": ratio if math.isfinite(ratio) else None,
            "overlaps": bool(found.found.overlaps[row, column]),
            "is_alike": bool(found.compares[place, column]),
        }
    return {
        "id": entry,
        "name": str(found.named[entry]),
        "is_certain": bool(found.found.is_certain[row]),
        "values": values_at(found.points, place),
        "ahead": leads,
    }


def need(needed: reach.Need | None, metric: str) -> dict[str, Any] | None:
    if needed is None:
        return None
    return {
        "value": needed.value,
        "unit": metrics.get(metric).unit,
        "is_beyond": needed.is_beyond,
        "change": needed.change,
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
    view = View(request, board)
    standings = view.standings
    layer = standings.order.sorted(np.flatnonzero(standings.layer == asked["layer"]))
    page = Page.of_layer(request, asked, view, layer)
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
    path("boards/<slug:slug>/facets/", board_facets, name="api-board-facets"),
    path("boards/<slug:slug>/why/", board_why, name="api-board-why"),
    path("boards/<slug:slug>/frontier/", board_frontier, name="api-board-frontier"),
]
