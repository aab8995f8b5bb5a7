"""What one version of a board changed, and why: who entered its frontier, who left, who moved.

Told from stored placements, so that a later correction does not rewrite the past, and from the
runs and submissions behind the entries. Where the record does not say why, neither do we.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from django.db.models import Q

from leaderboard import quantities
from leaderboard.core import metrics, pareto
from leaderboard.frontiers import directions
from leaderboard.models import Entry, Frontier, Placement, Run, Submission
from leaderboard.versions import Stays, first_layer

State = Submission.State
# So many moves of each kind are told of a version; the rest is counted.
TOLD = 60
RUNS = 2_000
ENTERED, LEFT, RENEWED, DEEPER = "entered", "left", "renewed", "deeper"

# Codes of reasons.
OPENED = "opened"
NEW = "new_result"
NUMBERS = "numbers_changed"
RELEASED = "dominator_gone"
DOMINATED = "dominated"
WITHDRAWN = "withdrawn"
REPLACED = "superseded"
OBJECTIVES = "objectives_changed"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Shift:
    """A metric's value before and after; None where it was not ranked."""

    metric: metrics.Metric
    before: float | None
    after: float | None

    def __str__(self):
        scale = quantities.scale(
            self.metric.slug, [one for one in (self.before, self.after) if one is not None]
        )
        texts = [
            quantities.MISSING if one is None else scale.number(one)
            for one in (self.before, self.after)
        ]
        unit = f"{quantities.NBSP}{scale.unit}" if scale.unit else ""
        return f"{self.metric.label.lower()} {texts[0]} → {texts[1]}{unit}"


@dataclass(frozen=True)
class Move:
    """An entry whose layer or numbers changed; `kind` says what that is to the first layer."""

    entry: int
    kind: str
    # Layers before and after; None where it had no place.
    layer_before: int | None
    layer_after: int | None
    point_before: tuple[float, ...] | None
    point_after: tuple[float, ...] | None
    why: str = UNKNOWN
    # The entries that dominate it now, or that did before, the nearest first.
    by: tuple[int, ...] = ()
    submission: Submission | None = None
    shifts: tuple[Shift, ...] = field(default=(), compare=False)

    @property
    def rises(self) -> bool:
        """Whether it stands higher than before, or came in."""
        if self.layer_after is None:
            return False
        return self.layer_before is None or self.layer_after < self.layer_before


class Transition:
    """One version beside the one before it."""

    def __init__(self, frontier: Frontier, before: Frontier | None = None):
        self.frontier, self.board = frontier, frontier.board
        if before is None and frontier.number > 1:
            before = self.board.frontiers.filter(number=frontier.number - 1).first()
        self.before = before
        self.is_same_question = before is None or before.objectives == frontier.objectives

    @cached_property
    def opened(self) -> dict[int, Placement]:
        return {one.entry_id: one for one in self.touched if one.since == self.frontier.number}

    @cached_property
    def closed(self) -> dict[int, Placement]:
        return {one.entry_id: one for one in self.touched if one.until == self.frontier.number}

    @cached_property
    def touched(self) -> list[Placement]:
        """The placements that this version opened or closed."""
        number = self.frontier.number
        return list(
            Placement.objects.filter(Q(since=number) | Q(until=number), board=self.board).only(
                "entry", "layer", "point", "since", "until"
            )
        )

    @cached_property
    def now(self) -> Stays:
        return first_layer(self.frontier)

    @cached_property
    def entered(self) -> list[Move]:
        return self.explained(self.of_kind(ENTERED))

    @cached_property
    def left(self) -> list[Move]:
        return self.explained(self.of_kind(LEFT))

    @cached_property
    def renewed(self) -> list[Move]:
        return self.explained(self.of_kind(RENEWED))

    def of_kind(self, kind: str) -> list[int]:
        """The entries, in the order of their ids."""
        first_now = {entry for entry, one in self.opened.items() if one.layer == 1}
        first_before = {entry for entry, one in self.closed.items() if one.layer == 1}
        found = {
            ENTERED: first_now - first_before,
            LEFT: first_before - first_now,
            RENEWED: first_now & first_before,
        }
        return sorted(found[kind])

    def count(self, kind: str) -> int:
        return len(self.of_kind(kind))

    def explained(self, entries: list[int]) -> list[Move]:
        told = entries[:TOLD]
        return [self.move(entry) for entry in told]

    def move(self, entry: int) -> Move:
        """What this version did with an entry, in whatever layers it stood."""
        was, now = self.closed.get(entry), self.opened.get(entry)
        before, after = (one.layer if one is not None else None for one in (was, now))
        then, today = (tuple(one.point) if one is not None else None for one in (was, now))
        found = Move(
            entry,
            kind_of(before, after),
            before,
            after,
            then,
            today,
            shifts=tuple(self.shifts(was, now)),
        )
        why, by, submission = self.reason(found)
        return Move(**vars(found) | {"why": why, "by": by, "submission": submission})

    def shifts(self, was: Placement | None, now: Placement | None) -> Iterable[Shift]:
        """The objectives whose numbers are not what they were."""
        if was is None or now is None:
            return
        before = dict(zip(self.before.objectives if self.before else [], was.point, strict=False))
        after = dict(zip(self.frontier.objectives, now.point, strict=False))
        for slug in dict.fromkeys([*before, *after]):
            if before.get(slug) != after.get(slug):
                yield Shift(metrics.get(slug), before.get(slug), after.get(slug))

    # Reasons

    def reason(self, move: Move) -> tuple[str, tuple[int, ...], Submission | None]:
        if self.before is None:
            return OPENED, (), self.news(move.entry)
        if not self.is_same_question:
            return OBJECTIVES, (), None
        if move.shifts:
            by = () if move.rises or move.kind == RENEWED else self.dominators(move.point_after)
            return NUMBERS, by, self.cause(move.entry)
        return self.entering(move) if move.rises else self.leaving(move)

    def entering(self, move: Move) -> tuple[str, tuple[int, ...], Submission | None]:
        """A new result, or one that rose because what dominated it is gone."""
        news = self.news(move.entry)
        if move.layer_before is None and news is not None:
            return NEW, (), news
        freed = self.freed(move.point_after)
        if freed:
            return RELEASED, freed, self.cause(freed[0])
        return UNKNOWN, (), None

    def leaving(self, move: Move) -> tuple[str, tuple[int, ...], Submission | None]:
        """Taken back, replaced, or dominated by what came."""
        if move.layer_after is None:
            ended = self.ended(move.entry)
            if ended is not None:
                return ended[0], (), ended[1]
        by = self.dominators(move.point_before)
        if by:
            return DOMINATED, by, self.cause(by[0])
        return UNKNOWN, (), None

    def dominators(self, point: tuple[float, ...] | None) -> tuple[int, ...]:
        """Entries that dominate a point: those that came or moved first, then the frontier's."""
        if point is None:
            return ()
        own = np.array(point)
        came = sorted(
            (one.layer, entry)
            for entry, one in self.opened.items()
            if self.dominates(one.point, own) and not self.dominated_before(entry, own)
        )
        if came:
            return tuple(entry for _, entry in came[:3])
        return tuple(dominating(self.now, own, self.directions)[:3]) if len(self.now) else ()

    def dominated_before(self, entry: int, own: np.ndarray) -> bool:
        """Whether an entry's former point dominated this one already."""
        was = self.closed.get(entry)
        return was is not None and self.dominates(was.point, own)

    def freed(self, point: tuple[float, ...] | None) -> tuple[int, ...]:
        """Entries whose points, now closed, dominated a point, and whose new ones don't."""
        if point is None:
            return ()
        own = np.array(point)
        found = []
        for entry, was in self.closed.items():
            now = self.opened.get(entry)
            gone = now is None or not self.dominates(now.point, own)
            if gone and self.dominates(was.point, own):
                found.append((was.layer, entry))
        return tuple(entry for _, entry in sorted(found)[:3])

    def dominates(self, point: list[float], own: np.ndarray) -> bool:
        above, _ = pareto.dominance(np.array([point]), own, self.directions)
        return bool(above[0])

    @property
    def directions(self) -> list[int]:
        return directions(tuple(self.frontier.objectives))

    # Submissions

    @cached_property
    def runs(self) -> dict[int, list[Run]]:
        """The runs of the entries that moved, by entry, the newest first."""
        moved = [e for kind in (ENTERED, LEFT, RENEWED) for e in self.of_kind(kind)[:TOLD]]
        around = {*moved, *list(self.opened)[: 2 * TOLD], *list(self.closed)[: 2 * TOLD]}
        found: dict[int, list[Run]] = {}
        rows = (
            Run.objects.filter(entry__in=around, submission__published_at__isnull=False)
            .select_related("submission", "replaced_by__submission")
            .defer("submission__issues", "submission__effect", "submission__context")
            .order_by("-pk")[:RUNS]
        )
        for run in rows:
            found.setdefault(run.entry_id, []).append(run)
        return found

    def is_fresh(self, at: datetime | None) -> bool:
        """Whether something happened after the version before, and not after this one."""
        since = self.before.published_at if self.before else None
        return at is not None and at <= self.frontier.published_at and (since is None or at > since)

    def news(self, entry: int) -> Submission | None:
        """The submission that brought numbers of the entry for this version."""
        brought = [
            run.submission
            for run in self.runs.get(entry, [])
            if self.is_fresh(run.submission.published_at)
        ]
        return brought[-1] if brought else None

    def ended(self, entry: int) -> tuple[str, Submission] | None:
        """How the entry's last numbers went: taken back, or replaced by a later submission's."""
        for run in self.runs.get(entry, []):
            later = run.replaced_by
            if later is not None and self.is_fresh(later.submission.published_at):
                return REPLACED, later.submission
            if run.submission.state == State.WITHDRAWN and self.is_fresh(run.submission.decided_at):
                return WITHDRAWN, run.submission
        return None

    def cause(self, entry: int) -> Submission | None:
        """The submission that changed an entry's numbers for this version."""
        ended = self.ended(entry)
        return ended[1] if ended else self.news(entry)

    # Names

    @cached_property
    def names(self) -> dict[int, Entry]:
        """All entries that the moves speak of."""
        moves = [*self.entered, *self.left, *self.renewed]
        ids = {one.entry for one in moves} | {entry for one in moves for entry in one.by}
        return Entry.objects.named().in_bulk(ids)


def kind_of(before: int | None, after: int | None) -> str:
    """What a change of layers is to the first one."""
    if after == 1:
        return RENEWED if before == 1 else ENTERED
    return LEFT if before == 1 else DEEPER


def dominating(stays: Stays, own: np.ndarray, directions: list[int]) -> list[int]:
    """The entries whose points dominate this one, the nearest first."""
    above, _ = pareto.dominance(stays.value, own, directions)
    return stays.first[pareto.nearest(stays.value, own, above)].tolist()
