"""Entries side by side, and the twin for scripts."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from leaderboard.comparison import Comparison
from leaderboard.comparison_told import told
from leaderboard.views.compare_page import ComparePage


def compare(request: HttpRequest) -> HttpResponse:
    """Two to six entries: differences first, then settings and sources."""
    page = ComparePage(request.GET)
    return render(
        request, "leaderboard/compare.html", {"page": page, "comparison": page.comparison}
    )


def compare_json(request: HttpRequest) -> JsonResponse:
    """The comparison in canonical units; a value that nobody knows is null."""
    return JsonResponse(told(Comparison.read(request.GET)))
