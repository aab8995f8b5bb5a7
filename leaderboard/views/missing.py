"""All entries of a board's view that lack an objective, page by page."""

from functools import cached_property

import numpy as np
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leaderboard.core import metrics
from leaderboard.standings import Who
from leaderboard.views.board_page import BoardPage, whole
from leaderboard.views.boards import dated

PER_PAGE = 100
# What this page asks itself; the rest is the board's question.
OWN = ("lacks", "after")


class Missing:
    """The entries without one objective, by id, from the one after `after`."""

    def __init__(self, page: BoardPage, lacks: str, after: int):
        self.page, self.after = page, after
        self.lacking = page.standings.lacking
        self.slug = lacks if lacks in self.lacking else next(iter(self.lacking), "")

    @property
    def metric(self) -> metrics.Metric | None:
        return metrics.get(self.slug) if self.slug else None

    @property
    def choices(self) -> list[tuple[metrics.Metric, int, str, bool]]:
        """Each objective with how many lack it, the address of those, and whether it is shown."""
        return [
            (metrics.get(slug), len(entries), self.page.link(lacks=slug), slug == self.slug)
            for slug, entries in self.lacking.items()
        ]

    @property
    def total(self) -> int:
        return len(self.lacking[self.slug]) if self.slug else 0

    @cached_property
    def entries(self) -> np.ndarray:
        found = self.lacking.get(self.slug, np.zeros(0, np.int64))
        return found[np.searchsorted(found, self.after, side="right") :]

    @property
    def rows(self) -> list[Who]:
        shown = self.entries[:PER_PAGE]
        named = self.page.standings.who(shown)
        return [named[entry] for entry in shown.tolist()]

    @property
    def next(self) -> str:
        """The address of the next page; empty on the last."""
        if len(self.entries) <= PER_PAGE:
            return ""
        return self.page.link(lacks=self.slug) + f"&after={self.entries[PER_PAGE - 1]}"


def missing(request: HttpRequest, slug: str) -> HttpResponse:
    """Which entries of a view lack an objective, and are not ranked for it."""
    query = request.GET.copy()
    for name in OWN:
        query.pop(name, None)
    page = BoardPage(dated(slug), query)
    found = Missing(page, request.GET.get("lacks", ""), whole(request.GET.get("after")))
    context = {"board": page.board, "page": page, "missing": found}
    return render(request, "leaderboard/missing.html", context)
