"""The boards: list, page and its twin."""

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from leaderboard import dressing
from leaderboard.models import Board, SharedView
from leaderboard.views import board_why, conditional
from leaderboard.views.board_page import BoardPage, whole
from leaderboard.views.frozen import frozen_view
from leaderboard.views.thumbnails import thumbnails


def boards(request: HttpRequest) -> HttpResponse:
    """All boards with their small frontiers."""
    return render(request, "leaderboard/boards.html", {"boards": thumbnails(Board.objects.all())})


def dated(slug: str) -> Board:
    """The board with its task, the day of its newest frontier, and its newest short address."""
    shared = SharedView.objects.filter(board=OuterRef("pk")).order_by("-pk")
    boards = Board.objects.select_related("task").dated()
    last_shared = Subquery(shared.values("pk")[:1])
    return get_object_or_404(boards.annotate(last_shared=last_shared), slug=slug)


def board(request: HttpRequest, slug: str) -> HttpResponse:
    board = dated(slug)
    if at := request.GET.get("at"):
        return frozen_view(request, board, whole(at))
    tag = conditional.etag(request, board)
    if (same := conditional.unchanged(request, tag)) is not None:
        return same
    page = BoardPage(board, request.GET)
    return conditional.tagged(
        render(request, "leaderboard/board.html", {"board": board, "page": page}), tag
    )


def board_json(request: HttpRequest, slug: str) -> HttpResponse:
    """The figure and the rows of the page, for scripts of this site and the curious."""
    board = dated(slug)
    tag = conditional.etag(request, board)
    if (same := conditional.unchanged(request, tag)) is not None:
        return same
    page = BoardPage(board, request.GET)
    answer = {
        "board": board.slug,
        "version": board.latest,
        "view": page.this_view,
        "entries": page.standings.total,
        "ranked": len(page),
        "ignored": page.ignored,
        "unmatched": page.choices.unknown_values,
        "finding": page.finding,
        "kinds": [
            {"kind": group.kind.slug, "count": group.count, "is_shown": group.is_shown}
            for group in page.kinds.groups
        ],
        "figure": dressing.dressed(page.chart.figure()),
        "start": page.table.first_row,
        "rows": [row_object(page, index) for index in range(len(page.table.rows))],
        "next": page.table.pages.get("after"),
    }
    return conditional.tagged(JsonResponse(answer), tag)


def board_crowd(request: HttpRequest, slug: str) -> HttpResponse:
    """The dominated entries of a large chart, for the page's script: see `Scatter.crowd`."""
    board = dated(slug)
    tag = conditional.etag(request, board)
    if (same := conditional.unchanged(request, tag)) is not None:
        return same
    page = BoardPage(board, request.GET)
    return conditional.tagged(JsonResponse(page.chart.crowd()), tag)


def told(request: HttpRequest, slug: str) -> board_why.Why:
    """The entry that `entry` names, in the board's view. Raises Http404."""
    page = BoardPage(dated(slug), request.GET)
    found = board_why.of(page, whole(request.GET.get("entry")))
    if found is None:
        raise Http404("The view has no such entry.")
    return found


def board_who(request: HttpRequest, slug: str) -> HttpResponse:
    """One entry of the view in words, for the strip below the chart."""
    return JsonResponse(told(request, slug).as_json())


def why(request: HttpRequest, slug: str) -> HttpResponse:
    """Who beats an entry in the view, by how much, and what it would need."""
    found = told(request, slug)
    context = {"board": found.page.board, "page": found.page, "why": found}
    return render(request, "leaderboard/why.html", context)


def row_object(page: BoardPage, index: int) -> dict:
    """One row with its numbers in canonical units; a missing one is null."""
    row, points = page.table.rows[index], page.table.points
    values = {
        column.metric.slug: bounded(
            float(points.value[index, place]),
            float(points.low[index, place]),
            float(points.high[index, place]),
            column.metric.unit,
        )
        for place, column in enumerate(page.table.columns)
    }
    return {
        "entry": row.who.entry,
        "model": row.who.model.slug,
        "name": str(row.who),
        "layer": row.layer or None,
        "rank": row.rank,
        "runs": row.runs,
        "values": values,
    }


def bounded(value: float, low: float, high: float, unit: str) -> dict | None:
    return None if value != value else {"value": value, "low": low, "high": high, "unit": unit}
