"""Compared entries beside the published frontier of their board."""

from functools import cached_property

import numpy as np

from leaderboard import quantities
from leaderboard.axes import Axis
from leaderboard.comparison import Comparison
from leaderboard.core.contrast import joined
from leaderboard.frontier_drawings import Dot, FrontierChart
from leaderboard.models import Board
from leaderboard.versions import first_layer, names_of, worth_drawing

DRAWN = 300


class BoardPicture:
    """A board's newest frontier on its first two objectives, and where the letters stand."""

    def __init__(self, board: Board, comparison: Comparison):
        self.board, self.comparison = board, comparison

    @cached_property
    def chart(self) -> FrontierChart | None:
        """None where the frontier has a single objective, or no letter has both."""
        frontier = self.board.frontiers.filter(number=self.board.latest).first()
        if frontier is None or len(frontier.objectives) < 2:
            return None
        y, x = frontier.objectives[:2]
        lettered = [
            Dot(one.estimates[x].value, one.estimates[y].value, str(one.entry), "", one.letter)
            for one in self.comparison.compared
            if x in one.estimates and y in one.estimates
        ]
        points = first_layer(frontier)
        if not lettered or not len(points):
            return None
        on = set(points.first.tolist())
        points = points.where(worth_drawing(points, frontier.objectives, DRAWN, set()))
        values = np.concatenate([points.value[:, [1, 0]], [[dot.x, dot.y] for dot in lettered]])
        names = names_of(points.first.tolist())
        dots = [
            Dot(value[1], value[0], names[entry])
            for entry, value in zip(points.first.tolist(), points.value.tolist(), strict=True)
        ]
        return FrontierChart(
            axis(x, values[:, 0]),
            axis(y, values[:, 1]),
            dots,
            others=tuple(lettered),
            title=f"The entries beside the frontier of {self.board.title}",
            sentence=self.sentence(on),
        )

    def sentence(self, first: set[int]) -> str:
        on = [one.letter for one in self.comparison.compared if one.entry.pk in first]
        if not on:
            return "None of them is on the frontier."
        verb = "is" if len(on) == 1 else "are"
        return f"{joined(on)} {verb} on the frontier."

    @property
    def wide(self):
        return self.chart.svg(520, 320, "board-wide", "only-wide") if self.chart else ""

    @property
    def narrow(self):
        return self.chart.svg(358, 300, "board-narrow", "only-narrow") if self.chart else ""


def axis(slug: str, values: np.ndarray) -> Axis:
    return Axis.over(slug, quantities.scale(slug, values.tolist()), values)
