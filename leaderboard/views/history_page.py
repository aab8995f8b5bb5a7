"""What a board's history shows: one version beside the one before it, and all of them over time."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from django.http import Http404, QueryDict
from django.utils.safestring import SafeString

from leaderboard import quantities, time_drawings, timeline
from leaderboard.axes import Axis
from leaderboard.core import metrics
from leaderboard.frontier_drawings import Dot, FrontierChart
from leaderboard.models import Board, Entry, Frontier
from leaderboard.quantities import Scale
from leaderboard.transitions import Move, Transition
from leaderboard.versions import (
    Stays,
    ever_first,
    first_layer,
    names_of,
    same_objectives_since,
    worth_drawing,
)

VERSIONS, ROWS, DRAWN = 50, 500, 300
LARGEST = 2**31 - 1


@dataclass(frozen=True)
class Told:
    """A move with the names that it speaks of."""

    move: Move
    entry: Entry
    by: list[Entry]

    @property
    def is_dominator_new(self) -> bool:
        return bool(self.by)


class HistoryPage:
    """A board's versions, one of them in full. Raises Http404 for one that never was."""

    def __init__(self, board: Board, query: QueryDict):
        self.board, self.query = board, query
        self.ignored: list[str] = []
        at, self.before = self.number("at") or board.latest, self.number("before")
        self.shown = board.frontiers.filter(number=at).first()
        if self.shown is None and "at" in query and board.latest and not self.ignored:
            raise Http404("The board has no such version.")
        if self.shown is not None:
            self.shown.board = board

    def number(self, name: str) -> int | None:
        """A version's number in the address; anything else is listed as ignored."""
        text = self.query.get(name, "")
        if text.isascii() and text.isdigit() and 0 < int(text[:12]) <= LARGEST:
            return int(text)
        if text:
            self.ignored.append(f"{name}={text[:40]}".replace("\0", " "))
        return None

    # Versions

    @cached_property
    def versions(self) -> list[Frontier]:
        """A page of them, the newest first; one that is asked for stands on its page."""
        before = self.before
        if before is None and self.shown is not None:
            skipped = (self.board.latest - self.shown.number) // VERSIONS * VERSIONS
            before = self.board.latest - skipped + 1
        rows = self.board.frontiers.order_by("-number")
        if before is not None:
            rows = rows.filter(number__lt=before)
        return list(rows[:VERSIONS])

    @property
    def older(self) -> int | None:
        """Where the next page begins."""
        last = self.versions[-1].number if self.versions else 1
        return last if last > 1 else None

    @property
    def newer(self) -> int | None:
        first = self.versions[0].number if self.versions else self.board.latest
        return first + VERSIONS + 1 if first < self.board.latest else None

    @property
    def previous(self) -> int | None:
        return self.shown.number - 1 if self.shown and self.shown.number > 1 else None

    @property
    def next(self) -> int | None:
        if self.shown is None or self.shown.number >= self.board.latest:
            return None
        return self.shown.number + 1

    # One version

    @cached_property
    def transition(self) -> Transition | None:
        return Transition(self.shown) if self.shown else None

    @cached_property
    def moves(self) -> list[tuple[str, int, list[Told]]]:
        """What entered, left and was renewed: heading, how many, and those that are told."""
        step = self.transition
        if step is None or step.before is None:
            return []
        kinds = (("entered", step.entered), ("left", step.left), ("renewed", step.renewed))
        return [(kind, step.count(kind), self.told(moves)) for kind, moves in kinds if moves]

    def told(self, moves: list[Move]) -> list[Told]:
        names = self.transition.names if self.transition else {}
        return [Told(one, names[one.entry], [names[entry] for entry in one.by]) for one in moves]

    @property
    def objectives(self) -> list[metrics.Metric]:
        return [metrics.get(slug) for slug in self.shown.objectives] if self.shown else []

    @property
    def objective_changes(self) -> list[str]:
        """What the board ranks by now and did not before, and the reverse."""
        step = self.transition
        if step is None or step.before is None or step.is_same_question:
            return []
        then, now = step.before.objectives, step.frontier.objectives
        came = [f"{metrics.get(slug).label} came in" for slug in now if slug not in then]
        went = [f"{metrics.get(slug).label} fell away" for slug in then if slug not in now]
        return [*came, *went] or ["their order changed"]

    @cached_property
    def layer(self) -> Stays:
        assert self.shown is not None
        return first_layer(self.shown)

    @cached_property
    def placements(self) -> list[Any]:
        """The entries of the frontier with the numbers of the day."""
        if self.shown is None:
            return []
        rows = (
            self.board.placements.at(self.shown.number)
            .filter(layer=1)
            .select_related("entry__model", "entry__method", "entry__hardware", "entry__task")
            .order_by("entry")[:ROWS]
        )
        for row in rows:
            pairs = zip(self.scales, row.point, strict=False)
            row.written = [scale.number(value) for scale, value in pairs]
        return list(rows)

    @cached_property
    def scales(self) -> list[Scale]:
        """One unit for each objective over all versions, so that columns can be read along."""
        assert self.shown is not None
        return [
            quantities.scale(slug, self.ever.value[:, place].tolist())
            for place, slug in enumerate(self.shown.objectives)
        ]

    @property
    def heads(self) -> list[tuple[metrics.Metric, str]]:
        return (
            [
                (metric, scale.unit)
                for metric, scale in zip(self.objectives, self.scales, strict=True)
            ]
            if self.shown
            else []
        )

    # The chart

    @cached_property
    def ever(self) -> Stays:
        assert self.shown is not None
        since = same_objectives_since(self.shown)
        # Stays that began earlier reach into these versions only where objectives are alike.
        return ever_first(self.board, since, len(self.shown.objectives))

    @cached_property
    def chart(self) -> FrontierChart | None:
        """The first two objectives, on axes that hold all versions."""
        shown, step = self.shown, self.transition
        if shown is None or step is None or len(shown.objectives) < 2 or not len(self.layer):
            return None
        y, x = shown.objectives[:2]
        came, went = set(step.of_kind("entered")), step.of_kind("left")
        keep = self.layer.where(worth_drawing(self.layer, shown.objectives, DRAWN, came))
        # At the first version all are new, and none of them is news.
        came = came if step.before is not None else set()
        names = names_of([*keep.first.tolist(), *went[:DRAWN]])
        dots = [
            Dot(point[1], point[0], names[entry], "entered" if entry in came else "kept")
            for entry, point in zip(keep.first.tolist(), keep.value.tolist(), strict=True)
        ]
        gone: tuple[Dot, ...] = ()
        before = np.zeros((0, 2))
        if step.before is not None and step.is_same_question:
            before = first_layer(step.before).value[:, [1, 0]]
            points = [(entry, step.closed[entry].point) for entry in went[:DRAWN]]
            gone = tuple(Dot(point[1], point[0], names[entry], "left") for entry, point in points)
        return FrontierChart(
            self.axis(x, 1),
            self.axis(y, 0),
            dots,
            before,
            gone,
            f"The frontier of {self.board.title} at version {shown.number}",
            f"{quantities.count(shown.entries, 'entry', 'entries')}; {shown.entered} entered and "
            f"{shown.left} left with this version.",
        )

    def axis(self, slug: str, column: int) -> Axis:
        return Axis.over(slug, self.scales[column], self.ever.value[:, column])

    @property
    def wide(self) -> SafeString | str:
        return self.chart.svg(760, 430, "then-wide", "only-wide") if self.chart else ""

    @property
    def narrow(self) -> SafeString | str:
        return self.chart.svg(358, 320, "then-narrow", "only-narrow") if self.chart else ""

    # Over time

    @cached_property
    def growth(self) -> timeline.Growth | None:
        return timeline.hypervolume(self.board, self.shown) if self.shown else None

    @property
    def box(self) -> list[str]:
        """The box in words: each objective from its best to its worst."""
        box = self.growth.box if self.growth else None
        if box is None or self.growth is None:
            return []
        told = []
        for place, slug in enumerate(self.growth.objectives):
            scale = quantities.scale(slug, [box.best[place]])
            ends = f"{scale.number(box.best[place])} to {scale.quantity(box.worst[place])}"
            log = ", on a log scale" if box.is_log[place] else ""
            told.append(f"{metrics.get(slug).label.lower()} {ends}{log}")
        return told

    @property
    def shares(self) -> SafeString | str:
        if self.growth is None or not self.growth.shares or self.shown is None:
            return ""
        number = self.shown.number
        return time_drawings.shares(self.growth, number, 560, 240, "hv-wide", "only-wide") + (
            time_drawings.shares(self.growth, number, 358, 220, "hv-narrow", "only-narrow")
        )

    @cached_property
    def trend(self) -> timeline.Trend:
        return timeline.trend(self.board)

    @property
    def trend_scale(self) -> Scale:
        assert self.trend.metric is not None
        return quantities.scale(self.trend.metric.slug, [one.value for one in self.trend.records])

    @property
    def records(self) -> SafeString | str:
        if not self.trend.records:
            return ""
        drawn = time_drawings.records
        return drawn(self.trend, self.trend_scale, 560, 260, "ipj-wide", "only-wide") + drawn(
            self.trend, self.trend_scale, 358, 240, "ipj-narrow", "only-narrow"
        )

    @property
    def doubling(self) -> str:
        """“doubles every 0.8 years (95 % interval 0.5 to 1.9), from 7 records”."""
        fit = self.trend.doubling
        if fit is None:
            return ""
        least = quantities.plain(fit.low)
        most = f"{quantities.plain(fit.high)} years" if fit.high else "no growth at all"
        return (
            f"{quantities.plain(fit.years)} years (95 % interval from {least} years to {most}), "
            f"by a line through {fit.count} records"
        )
