"""Small frontiers of boards, for the home page and the list of boards."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import charts, drawings
from leaderboard.axes import Axis, range_text
from leaderboard.core import metrics
from leaderboard.findings import finding, knee
from leaderboard.models import Board
from leaderboard.quantities import alone
from leaderboard.views.board_page import BoardPage
from leaderboard.views.conditional import RELEASE, digest, state

EMPTY = QueryDict()
BEST_WORDS = {
    "quality": "Most accurate",
    "latency": "Fastest",
    "material": "Least material",
    "cost": "Least cost",
    "carbon": "Least carbon",
    "energy": "Least energy",
}


@dataclass(frozen=True)
class Leader:
    """The best on one metric, or the one where the frontier bends."""

    words: str
    css: str
    family: str
    name: str
    path: str
    value: str


class Thumbnail:
    """One board in a list."""

    def __init__(self, board: Board):
        self.board = board

    @property
    def key(self) -> str:
        """Under which the drawing is kept: it changes with the board and with the release."""
        return digest(RELEASE, *state(self.board))

    @cached_property
    def page(self) -> BoardPage:
        return BoardPage(self.board, EMPTY)

    @property
    def chart(self) -> charts.Scatter:
        return self.page.chart

    @property
    def svg(self) -> SafeString:
        return drawings.thumbnail(self.chart, f"board-{self.board.pk}")

    @property
    def finding(self) -> str:
        """What the frontier comes to, in a sentence."""
        return finding(self.chart)

    @property
    def axes(self) -> list[tuple[metrics.Metric, str, str]]:
        """Metric, class and range of y and x."""
        values = self.chart.points.value
        return [
            (
                metrics.get(axis.metric),
                drawings.css_class(metrics.get(axis.metric).family),
                range_text(axis.scale, values[:, column]),
            )
            for axis, column in ((self.chart.y, 1), (self.chart.x, 0))
        ]

    @cached_property
    def leaders(self) -> list[Leader]:
        if not len(self.chart.steps):
            return []
        found = [self.best(self.chart.y, 1), self.best(self.chart.x, 0)]
        bend = knee(self.chart)
        if len(self.chart.steps) > 2:
            found.append(self.leader("Where it bends", bend, self.chart.y, 1))
        return found

    def best(self, axis: Axis, column: int) -> Leader:
        metric = metrics.get(axis.metric)
        values = self.chart.points.value[:, column] * axis.better
        words = BEST_WORDS.get(metric.family, f"Best {metric.label.lower()}")
        if metric.better == metrics.HIGHER and metric.family != "quality":
            words = f"Most {metric.label.lower()}"
        return self.leader(words, int(np.argmax(values)), axis, column)

    def leader(self, words: str, place: int, axis: Axis, column: int) -> Leader:
        metric = metrics.get(axis.metric)
        entry = int(self.chart.points.entries[place])
        value = self.chart.points.value[place, column]
        return Leader(
            words,
            drawings.css_class(metric.family),
            metric.family,
            str(self.page.drawn_as([entry])[0]),
            f"/entries/{entry}/",
            alone(metric.slug, float(value)),
        )


def thumbnails(boards: QuerySet[Board], *, most: int | None = None) -> list[Thumbnail]:
    """The boards in their order, each as readers find it. Nothing is read before it is drawn."""
    ordered = boards.select_related("task").prefetch_related("objectives")
    return [Thumbnail(board) for board in ordered.order_by("position", "title")[:most]]
