"""The boards: list, page and its two twins."""

import csv
from collections.abc import Iterator

import numpy as np
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render

from leaderboard import charts
from leaderboard.core import metrics
from leaderboard.models import Board, Frontier
from leaderboard.spreadsheets import safe, written
from leaderboard.views import board_why, conditional
from leaderboard.views.board_page import BoardPage, whole
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
        "ignored": page.ignored,
        "finding": page.finding,
        "figure": charts.dressed(page.chart.figure()),
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
    heads = ["entry", "layer", "model", "method", "hardware", "device_count", "settings"]
    for metric in page.metrics:
        unit = metrics.get(metric).unit
        heads += [f"{metric} ({unit})", f"{metric} low ({unit})", f"{metric} high ({unit})"]
    yield heads
    order = page.standings.order
    for start in range(0, len(order), 1000):
        yield from csv_block(page, order[start : start + 1000])


def csv_block(page: BoardPage, places: np.ndarray) -> Iterator[list]:
    points = page.standings.at(places).of(page.metrics)
    named = page.standings.who(points.entries)
    layers = page.standings.layer[places].tolist()
    for index, (entry, layer) in enumerate(zip(points.entries.tolist(), layers, strict=True)):
        who = named[entry]
        line: list[object] = [entry, layer or ""]
        line += [safe(text) for text in (who.model.name, who.method.name, who.hardware.name)]
        line += [who.count, safe(", ".join(who.settings))]
        for numbers in zip(points.value[index], points.low[index], points.high[index], strict=True):
            line += [written(number) for number in numbers]
        yield line
