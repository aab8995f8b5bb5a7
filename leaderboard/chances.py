"""Story: how likely each entry is to be on a board's frontier is drawn anew.

The draws belong to a revision of the board. They are worked out without holding it; when it has
moved on meanwhile they are dropped, because whoever moved it on asks for new ones.
"""

from collections.abc import Iterable
from datetime import datetime

import numpy as np
from django.db import transaction

from leaderboard import frontiers
from leaderboard.core import chance
from leaderboard.models import Board, Chance, ChanceDraw
from leaderboard.models.evidence import Points

# So many take a worker a quarter of a minute where all are near the frontier.
MOST_CANDIDATES = 10_000


def settle(boards: Iterable[int], *, at: datetime) -> None:
    """Bring boards and their chances up to date, here and without workers."""
    for board in sorted(boards):
        frontiers.refresh(board, at=at)
        work_out(board, at=at)


def work_out(board_id: int, *, at: datetime) -> ChanceDraw | None:
    """Draw the chances of a board's entries, unless that is done. Safe to call at any time.

    Returns how they were drawn, or None when the board has moved on meanwhile.
    """
    board = Board.objects.get(pk=board_id)
    if (done := current(board)) is not None:
        return done
    objectives = frontiers.ranked_by(board)
    points = frontiers.eligible(board, objectives)
    candidates, found = drawn(points, frontiers.directions(objectives))
    return keep(board, points.entries, candidates, found, at=at)


def current(board: Board) -> ChanceDraw | None:
    """How the chances of the board as it stands were drawn, if they were."""
    return ChanceDraw.objects.filter(
        board=board, revision=board.revision, recipe=chance.RECIPE
    ).first()


def drawn(points: Points, directions: list[int]) -> tuple[int, chance.Chance | None]:
    """How many can be on the frontier, and the chances, unless there are too many."""
    parts = points.value, points.low, points.high
    candidates = chance.candidates(*parts, directions)
    if candidates > MOST_CANDIDATES:
        return candidates, None
    return candidates, chance.of_frontier(*parts, directions)


@transaction.atomic
def keep(
    board: Board,
    entries: np.ndarray,
    candidates: int,
    found: chance.Chance | None,
    *,
    at: datetime,
) -> ChanceDraw | None:
    """Store the chances for the revision that they were drawn for, if it still stands."""
    if frontiers.locked(board.pk).revision != board.revision:
        return None
    if (done := current(board)) is not None:
        return done
    if found is None:
        Chance.objects.filter(board=board).delete()
    else:
        Chance.objects.replace(board, entries, found)
    draw, _ = ChanceDraw.objects.update_or_create(
        board=board,
        defaults={
            "revision": board.revision,
            "recipe": chance.RECIPE,
            "seed": chance.SEED,
            "draws": chance.DRAWS,
            "candidates": candidates,
            "drawn_at": at,
            "reason": "" if found else too_many(candidates),
        },
    )
    return draw


def too_many(candidates: int) -> str:
    return (
        f"{candidates:,} entries may be on the frontier within their intervals; chances are worked "
        f"out for up to {MOST_CANDIDATES:,}."
    )
