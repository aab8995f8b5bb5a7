"""The site's log: frontiers that moved, boards that opened, files that came, went or were replaced.

An event is a row that is there anyway: a version of a board, or a submission that everybody may
see. So the log needs no table, can't disagree with the boards, and an event's name never changes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from leaderboard import naming
from leaderboard.models import Board, Entry, Frontier, Placement, Run, Submission

State = Submission.State
BOARD, FRONTIER = "board", "frontier"
PUBLISHED, REPLACED, WITHDRAWN = "published", "superseded", "withdrawn"
KINDS = {
    FRONTIER: "frontiers that moved",
    BOARD: "new boards",
    PUBLISHED: "new submissions",
    REPLACED: "replaced numbers",
    WITHDRAWN: "withdrawals",
}
NAMED = 4
# The entries that a version brought into the first layer, and those that it took out of it: a few
# of each, for a page of versions at once.
NAMES_SQL = """
    SELECT f.id, moved.kind, moved.entry_id FROM leaderboard_frontier f
    CROSS JOIN LATERAL (
        (SELECT 'entered' AS kind, p.entry_id FROM leaderboard_placement p
         WHERE p.board_id = f.board_id AND p.since = f.number AND p.layer = 1
           AND NOT EXISTS (SELECT 1 FROM leaderboard_placement q
                           WHERE q.board_id = p.board_id AND q.entry_id = p.entry_id
                             AND q.until = f.number AND q.layer = 1)
         ORDER BY p.entry_id LIMIT %(named)s)
        UNION ALL
        (SELECT 'left', p.entry_id FROM leaderboard_placement p
         WHERE p.board_id = f.board_id AND p.until = f.number AND p.layer = 1
           AND NOT EXISTS (SELECT 1 FROM leaderboard_placement q
                           WHERE q.board_id = p.board_id AND q.entry_id = p.entry_id
                             AND q.since = f.number AND q.layer = 1)
         ORDER BY p.entry_id LIMIT %(named)s)
    ) moved
    WHERE f.id = ANY(%(frontiers)s) AND f.number > 1
"""


@dataclass(frozen=True)
class Event:
    """One line of the log. Either `frontier` or `submission` is set, as the kind says."""

    kind: str
    at: datetime
    frontier: Frontier | None = None
    submission: Submission | None = None
    entered: list[Entry] = field(default_factory=list)
    left: list[Entry] = field(default_factory=list)
    # The entries of a submission, and the boards of their tasks.
    entries: list[Entry] = field(default_factory=list)
    boards: list[Board] = field(default_factory=list)
    # Whether the submission is about more entries than are named.
    has_others: bool = False

    @property
    def key(self) -> tuple[datetime, str, int]:
        """Its place in the log, which no other event has."""
        row = self.frontier or self.submission
        assert row is not None
        letter = "f" if self.frontier else "w" if self.kind == WITHDRAWN else "s"
        return (self.at, letter, row.pk)

    @property
    def name(self) -> str:
        """What it is called for ever, without the site: “frontier/board/3”."""
        if self.frontier is not None:
            return f"frontier/{self.frontier.board.slug}/{self.frontier.number}"
        assert self.submission is not None
        return f"submission/{self.submission.public_id}/{self.kind}"

    @property
    def more_entered(self) -> int:
        return self.frontier.entered - len(self.entered) if self.frontier else 0

    @property
    def more_left(self) -> int:
        return self.frontier.left - len(self.left) if self.frontier else 0

    @property
    def address(self) -> str:
        if self.frontier is not None:
            return f"{self.frontier.board.get_absolute_url()}history/?at={self.frontier.number}"
        assert self.submission is not None
        return self.submission.get_absolute_url()


@dataclass(frozen=True)
class Question:
    """Which events a reader wants: of a board, of a kind, about entries whose names hold words."""

    board: Board | None = None
    kind: str = ""
    words: Sequence[str] = ()

    def page(self, size: int, *, before: tuple[datetime, str, int] | None = None) -> list[Event]:
        """The newest events, or those that come after this key in the log."""
        frontiers = list(self.frontiers(before)[:size])
        published = list(self.published(before)[:size])
        withdrawn = list(self.withdrawn(before)[:size])
        events = [
            *(
                Event(BOARD if one.number == 1 else FRONTIER, one.published_at, frontier=one)
                for one in frontiers
            ),
            *(
                Event(kind_of(one), one.published_at, submission=one)
                for one in published
                if one.published_at is not None
            ),
            *(
                Event(WITHDRAWN, one.decided_at, submission=one)
                for one in withdrawn
                if one.decided_at is not None
            ),
        ]
        return told(sorted(events, key=lambda event: event.key, reverse=True)[:size])

    @cached_property
    def holds(self) -> Q:
        return naming.holding(self.words, "entry__")

    def frontiers(self, before: tuple[datetime, str, int] | None) -> QuerySet[Frontier]:
        rows = Frontier.objects.select_related("board__task").order_by("-published_at", "-pk")
        if self.board is not None:
            rows = rows.filter(board=self.board)
        if self.kind:
            first = Q(number=1)
            of_kind = {BOARD: first, FRONTIER: ~first}.get(self.kind)
            rows = rows.filter(of_kind) if of_kind is not None else rows.none()
        if self.words:
            here = Q(since=OuterRef("number")) | Q(until=OuterRef("number"))
            moved = Placement.objects.filter(self.holds, here, board=OuterRef("board"), layer=1)
            rows = rows.filter(Exists(moved))
        return earlier(rows, before, "published_at", "f")

    def published(self, before: tuple[datetime, str, int] | None) -> QuerySet[Submission]:
        """What came to count, whatever became of it since."""
        rows = Submission.objects.filter(
            published_at__isnull=False,
            state__in=(State.PUBLISHED, State.SUPERSEDED, State.WITHDRAWN),
        )
        if self.kind:
            replacing = Q(summary__fates__replaces__gt=0)
            of_kind = {REPLACED: replacing, PUBLISHED: ~replacing}.get(self.kind)
            rows = rows.filter(of_kind) if of_kind is not None else rows.none()
        newest = self.about(rows).order_by("-published_at", "-pk")
        return earlier(newest, before, "published_at", "s")

    def withdrawn(self, before: tuple[datetime, str, int] | None) -> QuerySet[Submission]:
        """What was taken back after it had counted."""
        rows = Submission.objects.filter(
            state=State.WITHDRAWN, published_at__isnull=False, decided_at__isnull=False
        )
        if self.kind not in ("", WITHDRAWN):
            rows = rows.none()
        return earlier(self.about(rows).order_by("-decided_at", "-pk"), before, "decided_at", "w")

    def about(self, rows: QuerySet[Submission]) -> QuerySet[Submission]:
        """Those about the board and the words that are asked for."""
        runs = Run.objects.filter(submission=OuterRef("pk"))
        if self.board is not None:
            rows = rows.filter(summary__tasks__contains=[self.board.task.slug])
        if self.words:
            runs = runs.filter(self.holds)
        return rows.filter(Exists(runs)).defer("issues", "effect", "context")


def latest(count: int) -> list[Event]:
    """The newest moves of frontiers and new boards, for the home page."""
    frontiers = Frontier.objects.select_related("board__task").order_by("-published_at", "-pk")
    return told(
        [
            Event(BOARD if one.number == 1 else FRONTIER, one.published_at, frontier=one)
            for one in frontiers[:count]
        ]
    )


def earlier(
    rows: QuerySet, before: tuple[datetime, str, int] | None, column: str, letter: str
) -> QuerySet:
    """Those that come after a key in the log, whose order is time, letter and number, falling."""
    if before is None:
        return rows
    at, other, number = before
    same = Q(**{column: at})
    if letter == other:
        same &= Q(pk__lt=number)
    elif letter > other:
        same = Q(pk__in=[])
    return rows.filter(Q(**{f"{column}__lt": at}) | same)


def kind_of(submission: Submission) -> str:
    """What its publication was."""
    return REPLACED if submission.summary.get("fates", {}).get("replaces") else PUBLISHED


def told(events: list[Event]) -> list[Event]:
    """The events with the names that they speak of, in a fixed number of queries."""
    moved = names_of_moves([event.frontier.pk for event in events if event.frontier])
    files = [event.submission for event in events if event.submission is not None]
    brought, boards = names_of_files([one.pk for one in files]), boards_of(files)
    ids = {entry for kinds in moved.values() for found in kinds.values() for entry in found}
    ids |= {entry for found in brought.values() for entry in found}
    entries = Entry.objects.named().in_bulk(ids)

    def named(found: Iterable[int]) -> list[Entry]:
        return [entries[entry] for entry in found]

    result = []
    for event in events:
        more: dict[str, Any] = {}
        if event.frontier is not None:
            kinds = moved.get(event.frontier.pk, {})
            more = {kind: named(kinds.get(kind, [])) for kind in ("entered", "left")}
        elif event.submission is not None:
            entry_ids = brought.get(event.submission.pk, [])
            more = {"entries": named(entry_ids[:NAMED])}
            more["boards"] = boards.get(event.submission.pk, [])
            more["has_others"] = len(entry_ids) > NAMED
        result.append(Event(**vars(event) | more))
    return result


def names_of_moves(frontiers: list[int]) -> dict[int, dict[str, list[int]]]:
    """Frontier → “entered” and “left” → a few entries."""
    found: dict[int, dict[str, list[int]]] = {}
    if frontiers:
        with connection.cursor() as cursor:
            cursor.execute(NAMES_SQL, {"named": NAMED, "frontiers": frontiers})
            for frontier, kind, entry in cursor.fetchall():
                found.setdefault(frontier, {}).setdefault(kind, []).append(entry)
    return found


# The entries of the first rows of each submission: reading all would take seconds for a large one.
FILES_SQL = """
    SELECT s.id, r.entry_id FROM leaderboard_submission s
    CROSS JOIN LATERAL (
        SELECT entry_id FROM leaderboard_run WHERE submission_id = s.id
        ORDER BY path, row LIMIT %s
    ) r WHERE s.id = ANY(%s)
"""
FIRST_ROWS = 30


def names_of_files(submissions: list[int]) -> dict[int, list[int]]:
    """Submission → a few of its entries, in the order of its rows."""
    brought: dict[int, dict[int, None]] = {}
    if submissions:
        with connection.cursor() as cursor:
            cursor.execute(FILES_SQL, [FIRST_ROWS, submissions])
            for submission, entry in cursor.fetchall():
                brought.setdefault(submission, {})[entry] = None
    return {submission: list(found)[: NAMED + 1] for submission, found in brought.items()}


def boards_of(submissions: list[Submission]) -> dict[int, list[Board]]:
    """Submission → the boards of its tasks."""
    tasks = {one.pk: one.summary.get("tasks", []) for one in submissions}
    wanted = {slug for slugs in tasks.values() for slug in slugs}
    by_task: dict[str, list[Board]] = {}
    if wanted:
        boards = Board.objects.filter(task__slug__in=wanted).select_related("task")
        for board in boards.order_by("position", "slug"):
            by_task.setdefault(board.task.slug, []).append(board)
    return {
        key: [one for slug in slugs for one in by_task.get(slug, [])]
        for key, slugs in tasks.items()
    }
