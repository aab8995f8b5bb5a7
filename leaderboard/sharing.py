"""Story: a short address for a view.

What is kept is the canonical question: of the parameters only those that change what the board
answers, in alphabetical order. So the same view has one key, and nothing that a visitor makes up
is kept. The key follows from the content; making it twice gives the same.
"""

import hashlib
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import BadRequest
from django.db import IntegrityError, transaction
from django.http import QueryDict

from leaderboard import frozen_question, snapshots
from leaderboard.filters import Filters
from leaderboard.models import Board, SharedView
from leaderboard.models.sharing import LONGEST_QUERY

# Without letters and digits that are taken for one another.
ALPHABET = "23456789abcdefghjkmnpqrstvwxyz"
KEY_LENGTH = 10
MOST_PARAMETERS = 100
# Where a page begins is no part of the question.
PLACES = ("start", "after", "cursor", "limit")
# A version, which is not asked of today's entries.
VERSION = "at"
TOO_MANY = "Too many new short links from your address in the last hour. Try again later."


class Unsharable(BadRequest):
    """A view that gets no short address, with a sentence for the reader."""


def canonical(board: Board, query: QueryDict) -> str:
    """The parameters that matter. Raises Unsharable where there is too much, or no such version."""
    if not query:
        return ""
    if VERSION in query:
        return version_of(board, query)
    if len(query) > MOST_PARAMETERS:
        raise Unsharable(f"An address can hold at most {MOST_PARAMETERS} parameters.")
    available = snapshots.of(board).available
    ranked = tuple(slug for slug in board.metrics if slug in available)
    kept = QueryDict(mutable=True)
    for name in sorted(query):
        if name not in PLACES and (values := [value for value in query.getlist(name) if value]):
            kept.setlist(name, values)
    answer = meaning(board, kept, ranked)
    for name in list(kept):
        without = kept.copy()
        del without[name]
        if meaning(board, without, ranked) == answer:
            kept = without
    text = kept.urlencode(safe=",")
    if len(text) > LONGEST_QUERY:
        raise Unsharable(f"The address is longer than {LONGEST_QUERY:,} characters.")
    return text


def meaning(board: Board, query: QueryDict, ranked: tuple[str, ...]) -> Filters:
    return replace(Filters.read(query, board, ranked), ignored=())


def version_of(board: Board, query: QueryDict) -> str:
    """A frozen view: its version, and as much of the question as is kept of it."""
    text = query.get(VERSION, "")
    is_number = text.isascii() and text.isdigit() and len(text) < 10
    version = board.frontiers.filter(number=int(text)).first() if is_number else None
    if version is None:
        raise Unsharable("The board has no such version.")
    objectives = tuple(version.objectives) or board.metrics
    return frozen_question.read(query, board, objectives).address(version.number).lstrip("?")


def known(board: Board, query: QueryDict) -> SharedView | None:
    """The short address that a view has already."""
    try:
        return kept(board, canonical(board, query))
    except Unsharable:
        return None


def kept(board: Board, query: str) -> SharedView | None:
    """The short address that a canonical question has already."""
    return SharedView.objects.filter(board=board, query=query).first()


def share(board: Board, query: str, *, at: datetime) -> SharedView:
    """The short address of a canonical question, made now if there is none."""
    for key in keys(board, query):
        try:
            with transaction.atomic():
                return SharedView.objects.get_or_create(
                    board=board, query=query, defaults={"key": key, "created_at": at}
                )[0]
        except IntegrityError:
            # Another question has this key; the digest has more of them.
            continue
    raise Unsharable("No short address is left for this view.")


def keys(board: Board, query: str) -> list[str]:
    """Keys that the content gives, to be tried in their order."""
    number = int.from_bytes(hashlib.sha256(f"{board.pk}?{query}".encode()).digest())
    signs = []
    for _ in range(4 * KEY_LENGTH):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[sign])
    return ["".join(signs[start::4]) for start in range(4)]
