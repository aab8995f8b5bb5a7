"""The log of the site as a page, and as Atom feeds: of all, of a board, of a search."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.dateparse import parse_datetime

from leaderboard.changes import KINDS, Question
from leaderboard.literature import words_of
from leaderboard.models import Board
from leaderboard.views.conditional import digest, tagged, unchanged
from leaderboard.views.feeds import ChangesFeed

PAGE = 50
Key = tuple[datetime, str, int]


@dataclass(frozen=True)
class Asked:
    """A question to the log, read from an address. What can't be used is listed."""

    question: Question
    before: Key | None
    ignored: list[str]
    text: str

    @classmethod
    def read(cls, query: QueryDict) -> "Asked":
        ignored: list[str] = []
        slug = query.get("board", "").replace("\0", " ")
        board = Board.objects.select_related("task").filter(slug=slug).first() if slug else None
        if slug and board is None:
            ignored.append(f"board={slug[:40]}: no such board")
        kind = query.get("kind", "")
        if kind and kind not in KINDS:
            ignored.append(f"kind={kind[:40]}: no such kind".replace("\0", " "))
        before = key_of(query.get("before", ""))
        if query.get("before") and before is None:
            ignored.append("before: not a place in the log")
        words = words_of(query.get("q", ""))
        question = Question(board, kind if kind in KINDS else "", words)
        return cls(question, before, ignored, " ".join(words))

    def address(self, name: str, **more: str) -> str:
        """The question as an address."""
        query = QueryDict(mutable=True)
        board = self.question.board
        asked = {"board": board.slug if board else "", "kind": self.question.kind, "q": self.text}
        query.update({key: value for key, value in (asked | more).items() if value})
        return f"{name}?{query.urlencode()}" if query else name


class ChangesPage:
    """A stretch of the log."""

    def __init__(self, query: QueryDict):
        self.asked = Asked.read(query)
        found = self.asked.question.page(PAGE + 1, before=self.asked.before)
        self.events, self.has_more = found[:PAGE], len(found) > PAGE

    @property
    def next(self) -> str:
        if not self.has_more:
            return ""
        return self.asked.address("/changes/", before=text_of(self.events[-1].key))

    @property
    def feed(self) -> str:
        return self.asked.address("/changes/feed.atom")

    @property
    def boards(self) -> list[tuple[Board, bool]]:
        chosen = self.asked.question.board
        return [(one, one == chosen) for one in Board.objects.order_by("position", "title")]

    @property
    def kinds(self) -> list[tuple[str, str, bool]]:
        return [(kind, words, kind == self.asked.question.kind) for kind, words in KINDS.items()]


def text_of(key: Key) -> str:
    """A place in the log as it stands in an address."""
    at, letter, number = key
    return f"{at.astimezone(UTC).strftime('%Y-%m-%dT%H:%M:%S.%fZ')}~{letter}~{number}"


def key_of(text: str) -> Key | None:
    """The place that `text_of` wrote, or None."""
    parts = text.split("~")
    if len(parts) != 3 or parts[1] not in ("f", "s", "w") or len(parts[2]) > 18:
        return None
    try:
        at = parse_datetime(parts[0])
    except ValueError:
        return None
    if at is None or at.tzinfo is None or not (parts[2].isascii() and parts[2].isdigit()):
        return None
    return at, parts[1], int(parts[2])


def changes(request: HttpRequest) -> HttpResponse:
    """What happened on the site, the newest first."""
    page = ChangesPage(request.GET)
    return render(request, "leaderboard/changes.html", {"page": page, "asked": page.asked})


def changes_feed(request: HttpRequest) -> HttpResponse:
    """The newest events that a question leaves, as Atom."""
    asked = Asked.read(request.GET)
    return feed_of(request, asked.question, asked.address("/changes/"))


def board_feed(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest events of a board, as Atom."""
    board = get_object_or_404(Board.objects.select_related("task"), slug=slug)
    return feed_of(request, Question(board), f"{board.get_absolute_url()}history/")


def feed_of(request: HttpRequest, question: Question, page: str) -> HttpResponse:
    """The feed, or 304 where the reader has it: its tag is that of its text."""
    response = ChangesFeed(question, page)(request)
    tag = digest(response.content)
    same = unchanged(request, tag)
    return same if same is not None else tagged(response, tag)
