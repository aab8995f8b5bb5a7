"""The boards: list, page and its two twins."""

import csv
from collections.abc import Iterator

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from leaderboard import charts
from leaderboard.core import metrics
from leaderboard.models import Board, Frontier
from leaderboard.spreadsheets import safe, written
from leaderboard.views import conditional
from leaderboard.views.board_page import BoardPage
from leaderboard.views.thumbnails import thumbnails


def boards(request: HttpRequest) -> HttpResponse:
    """All boards with their small frontiers."""
    return render(request, "leaderboard/boards.html", {"boards": thumbnails(Board.objects.all())})


def dated(slug: str) -> Board:
    """The board with its task, its objectives to follow, and the day of its newest frontier."""
    newest = Frontier.objects.filter(board=OuterRef("pk"), number=OuterRef("latest"))
    boards = Board.objects.select_related("task").annotate(
        published_at=Subquery(newest.values("published_at")[:1])
    )
    return get_object_or_404(boards, slug=slug)


def board(request: HttpRequest, slug: str) -> HttpResponse:
    board = dated(slug)
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
    place, row = int(page.table.places[index]), page.table.rows[index]
    points = page.standings.points
    values = {}
    for column in page.table.columns:
        position = points.metrics.index(column.metric.slug)
        number = float(points.value[place, position])
        values[column.metric.slug] = (
            {
                "value": number,
                "low": float(points.low[place, position]),
                "high": float(points.high[place, position]),
                "unit": column.metric.unit,
            }
            if number == number
            else None
        )
    return {
        "entry": row.who.entry,
        "model": row.who.model.slug,
        "name": str(row.who),
        "layer": row.layer or None,
        "rank": row.rank,
        "runs": row.runs,
        "values": values,
    }


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def board_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All ranked entries of the view, with intervals, in canonical units."""
    board = dated(slug)
    page = BoardPage(board, request.GET)
    writer = csv.writer(Echo())
    response = StreamingHttpResponse(
        (writer.writerow(line) for line in csv_lines(page)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{board.slug}-{board.latest}.csv"'
    return response


def csv_lines(page: BoardPage) -> Iterator[list]:
    points, order = page.standings.points, page.standings.order
    heads = ["entry", "layer", "model", "method", "hardware", "device_count", "settings"]
    for metric in points.metrics:
        unit = metrics.get(metric).unit
        heads += [f"{metric} ({unit})", f"{metric} low ({unit})", f"{metric} high ({unit})"]
    yield heads
    for start in range(0, len(order), 1000):
        places = order[start : start + 1000]
        named = page.standings.who(points.entries[places])
        for place in places.tolist():
            who = named[int(points.entries[place])]
            line: list[object] = [who.entry, int(page.standings.layer[place]) or ""]
            line += [safe(text) for text in (who.model.name, who.method.name, who.hardware.name)]
            line += [who.count, safe(", ".join(who.settings))]
            for value, low, high in zip(
                points.value[place], points.low[place], points.high[place], strict=True
            ):
                line += [written(number) for number in (value, low, high)]
            yield line
