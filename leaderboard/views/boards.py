"""The boards: list, page, its twin, and its history."""

from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from leaderboard import charts
from leaderboard.core import metrics
from leaderboard.models import Board, Frontier, Placement, SharedView
from leaderboard.views import conditional
from leaderboard.views.board_page import BoardPage, whole
from leaderboard.views.frozen import frozen_view
from leaderboard.views.thumbnails import thumbnails


def boards(request: HttpRequest) -> HttpResponse:
    """All boards with their small frontiers."""
    return render(request, "leaderboard/boards.html", {"boards": thumbnails(Board.objects.all())})


def dated(slug: str) -> Board:
    """The board with its task, the day of its newest frontier, and its newest short address."""
    newest = Frontier.objects.filter(board=OuterRef("pk"), number=OuterRef("latest"))
    shared = SharedView.objects.filter(board=OuterRef("pk")).order_by("-pk")
    boards = Board.objects.select_related("task").annotate(
        published_at=Subquery(newest.values("published_at")[:1]),
        last_shared=Subquery(shared.values("pk")[:1]),
    )
    return get_object_or_404(boards, slug=slug)


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
        "ignored": list(page.filters.ignored),
        "finding": page.finding,
        "figure": charts.dressed(page.chart.figure()),
        "start": page.table.first_row,
        "rows": [row_object(page, index) for index in range(len(page.table.rows))],
        "next": page.table.pages.get("after"),
    }
    return conditional.tagged(JsonResponse(answer), tag)


def row_object(page: BoardPage, index: int) -> dict:
    """One row with its numbers in canonical units; a missing one is null."""
    row, points = page.table.rows[index], page.table.points
    values = {
        column.metric.slug: bounded(
            *(float(part[index, place]) for part in (points.value, points.low, points.high)),
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


def history(request: HttpRequest, slug: str) -> HttpResponse:
    """The versions of a board; `?at=12` shows the frontier as it was then."""
    board = dated(slug)
    versions = list(board.frontiers.order_by("-number")[:200])
    at = whole(request.GET.get("at")) or board.latest
    shown = next((one for one in versions if one.number == at), None) or (
        board.frontiers.filter(number=at).first()
    )
    if shown is None and "at" in request.GET:
        raise Http404("The board has no such version.")
    return render(
        request,
        "leaderboard/history.html",
        {
            "board": board,
            "versions": versions,
            "shown": shown,
            "objectives": [metrics.get(metric) for metric in (shown.objectives if shown else [])],
            "placements": placed(shown) if shown else [],
        },
    )


def placed(frontier: Frontier) -> list[Placement]:
    """The first layer of a version, with the numbers of its day."""
    placements = (
        frontier.board.placements.at(frontier.number)
        .filter(layer=1)
        .select_related("entry__model", "entry__method", "entry__hardware", "entry__task")
        .order_by("entry")[:500]
    )
    return [with_point(placement, frontier) for placement in placements]


def with_point(placement, frontier: Frontier):
    """The placement with its point written out, each number in its own unit."""
    from_metrics = zip(frontier.objectives, placement.point, strict=False)
    placement.written = [(metrics.get(metric), value) for metric, value in from_metrics]
    return placement
