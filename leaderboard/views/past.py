"""A board's history: how its frontier moved, version by version, and why."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from leaderboard.core import metrics
from leaderboard.views.boards import dated
from leaderboard.views.history_page import HistoryPage, Told


def history(request: HttpRequest, slug: str) -> HttpResponse:
    """The versions of a board; `?at=12` shows the frontier as it was then."""
    board = dated(slug)
    page = HistoryPage(board, request.GET)
    return render(request, "leaderboard/history.html", {"board": board, "page": page})


def history_json(request: HttpRequest, slug: str) -> JsonResponse:
    """One version in canonical units: its frontier, what moved and why, and the growth of all."""
    board = dated(slug)
    page = HistoryPage(board, request.GET)
    growth, trend = page.growth, page.trend
    answer: dict[str, Any] = {"board": board.slug, "latest": board.latest, "ignored": page.ignored}
    if page.shown is not None and growth is not None:
        answer |= version(page)
        answer["hypervolume"] = {
            "objectives": growth.objectives,
            "why_not": growth.why_not or None,
            "box": box(page),
            "shares": [
                {"version": one.number, "published_at": one.published_at, "share": one.share}
                for one in growth.shares
            ],
        }
    answer["trend"] = {
        "metric": trend.metric and trend.metric.slug,
        "undated": trend.undated,
        "why_not": trend.why_not or None,
        "records": [vars(one) for one in trend.records],
        "doubling_years": trend.doubling
        and {name: getattr(trend.doubling, name) for name in ("years", "low", "high", "count")},
    }
    return JsonResponse(answer)


def version(page: HistoryPage) -> dict[str, Any]:
    """The version shown."""
    shown = page.shown
    assert shown is not None
    return {
        "version": shown.number,
        "published_at": shown.published_at,
        "objectives": [
            {"metric": slug, "unit": metrics.get(slug).unit} for slug in shown.objectives
        ],
        "frontier": [
            {"entry": entry, "values": dict(zip(shown.objectives, point, strict=True))}
            for entry, point in zip(
                page.layer.first.tolist(), page.layer.value.tolist(), strict=True
            )
        ],
        "moves": [move(told) for _, _, moves in page.moves for told in moves],
        "counts": {kind: count for kind, count, _ in page.moves},
    }


def move(told: Told) -> dict[str, Any]:
    one = told.move
    return {
        "entry": one.entry,
        "name": str(told.entry),
        "kind": one.kind,
        "why": one.why,
        "by": list(one.by),
        "submission": one.submission and str(one.submission.public_id),
        "layer_before": one.layer_before,
        "layer_after": one.layer_after,
        "changes": {
            shift.metric.slug: {"before": shift.before, "after": shift.after}
            for shift in one.shifts
        },
    }


def box(page: HistoryPage) -> dict[str, Any] | None:
    """Each objective's best and worst value, and whether it is measured on a log scale."""
    growth = page.growth
    if growth is None or growth.box is None:
        return None
    ends = zip(growth.box.best.tolist(), growth.box.worst.tolist(), growth.box.is_log, strict=True)
    return {
        slug: {"best": best, "worst": worst, "is_log": is_log}
        for slug, (best, worst, is_log) in zip(growth.objectives, ends, strict=True)
    }
