"""Story: changed entries become a new frontier.

Two facts, both checked by brute force in the tests, keep a frontier instead of recomputing it:
the first K layers of A ∪ B are the first K layers of (first K layers of A) ∪ B; and only when a
placed entry changed or vanished may points hidden below layer K rise.
"""

from datetime import datetime

import numpy as np
from django.db import connection, transaction

from leaderboard import snapshots
from leaderboard.core import metrics, pareto
from leaderboard.faults import fault, is_protected
from leaderboard.models import (
    Board,
    Change,
    Estimate,
    Frontier,
    Objective,
    Placement,
    Task,
)
from leaderboard.models.boards import Placed
from leaderboard.models.evidence import Points

DEFAULT_OBJECTIVES = ("quality", "energy", "material", "cost")


@transaction.atomic
def refresh(board_id: int, *, at: datetime, rebuild: bool = False) -> Frontier | None:
    """Bring a board up to date with its changed entries. Safe to call at any time.

    Returns the new frontier, or None when nothing moved.
    """
    board = locked(board_id)
    changed = Change.objects.take(board)
    if not (changed or rebuild):
        return None
    fault("before_frontier")

    objectives = ranked_by(board)
    live = board.placements.live().points(board, len(objectives))
    latest = board.frontiers.filter(number=board.latest).first()
    is_new = latest is None or tuple(latest.objectives) != objectives

    pool = None if rebuild or is_new else with_changes(board, objectives, live, changed)
    if pool is None:
        pool = eligible(board, objectives)
    layer = pareto.layers(pool.value, directions(objectives), board.depth)
    now = Placed(pool.entries, layer, pool.value).where(layer > 0)

    board.revision += 1
    frontier = publish(board, latest, objectives, live, now, at=at)
    board.save(update_fields=["revision", "latest"])
    known = None if rebuild else changed
    transaction.on_commit(lambda: snapshots.take(board, known), robust=True)
    return frontier


def locked(board_id: int) -> Board:
    """The board, held until the transaction ends."""
    boards = Board.objects.all()
    if is_protected("board_lock"):
        boards = boards.select_for_update(no_key=True)
    return boards.get(pk=board_id)


def ranked_by(board: Board) -> tuple[str, ...]:
    """The board's objectives that any entry has. One that nobody has yet is set aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT metric FROM unnest(%s::text[]) WITH ORDINALITY AS wanted(metric, place)
               WHERE EXISTS (SELECT 1 FROM leaderboard_estimate e
                             WHERE e.task_id = %s AND e.metric = wanted.metric)
               ORDER BY place""",
            [list(board.metrics), board.task_id],
        )
        return tuple(metric for (metric,) in cursor.fetchall())


def directions(objectives: tuple[str, ...]) -> list[int]:
    return [metrics.get(metric).better for metric in objectives]


def eligible(board: Board, objectives: tuple[str, ...], entries: set[int] | None = None) -> Points:
    """The points that can be ranked: a number on every objective, inside the board's bounds."""
    wanted = dict.fromkeys([*objectives, *board.bounds])
    points = Estimate.objects.points(board.task_id, wanted, entries)
    points = points.where(pareto.complete(points.value) & points.within(board.bounds))
    return points.of(objectives)


def with_changes(
    board: Board, objectives: tuple[str, ...], live: Placed, changed: set[int]
) -> Points | None:
    """The placed points and the changed ones, or None when hidden points may rise."""
    fresh = eligible(board, objectives, changed)
    return None if moved(live, fresh, changed) else merged(live, fresh)


def moved(live: Placed, fresh: Points, changed: set[int]) -> bool:
    """Whether a placed entry among the changed ones has another point now, or none."""
    looked_at = live.where(np.isin(live.entries, list(changed)))
    placed = np.isin(fresh.entries, looked_at.entries)
    return not np.array_equal(looked_at.entries, fresh.entries[placed]) or not np.array_equal(
        looked_at.value, fresh.value[placed]
    )


def merged(live, fresh: Points) -> Points:
    """The placed points and the new ones beside them."""
    new = ~np.isin(fresh.entries, live.entries)
    entries = np.concatenate([live.entries, fresh.entries[new]])
    value = np.concatenate([live.value, fresh.value[new]])
    return Points(entries, fresh.metrics, value, value, value, np.zeros(value.shape, np.int16))


def publish(
    board: Board,
    latest: Frontier | None,
    objectives: tuple[str, ...],
    live: Placed,
    now: Placed,
    *,
    at: datetime,
) -> Frontier | None:
    """Close the placements that no longer hold and open the new ones, as one new version."""
    kept_live, kept_now = live.kept(now)
    if kept_live.all() and kept_now.all() and latest and tuple(latest.objectives) == objectives:
        return None
    first_before = live.entries[live.layer == 1]
    first_now = now.entries[now.layer == 1]
    board.latest += 1
    frontier = Frontier.objects.create(
        board=board,
        number=board.latest,
        published_at=at,
        objectives=list(objectives),
        entries=len(first_now),
        entered=len(np.setdiff1d(first_now, first_before)),
        left=len(np.setdiff1d(first_before, first_now)),
    )
    closed = live.entries[~kept_live].tolist()
    board.placements.live().filter(entry__in=closed).update(until=board.latest)
    Placement.objects.open(board, now.where(~kept_now))
    return frontier


def default_board(task: Task) -> Board:
    """The task's board, made with the default four objectives when it has none.

    Its energy is the boundary that most of the task's entries have: a board counts one boundary.
    """
    board = task.boards.order_by("pk").first()
    if board is not None:
        return board
    slug = task.slug
    board, created = Board.objects.get_or_create(
        slug=slug,
        defaults={
            "title": task.name,
            "task": task,
            "blurb": task.summary,
            "counted": "",
        },
    )
    if created:
        energy = commonest_energy(task)
        Objective.objects.bulk_create(
            Objective(board=board, position=place, metric=energy if slug == "energy" else slug)
            for place, slug in enumerate(DEFAULT_OBJECTIVES)
        )
    return board


def commonest_energy(task: Task) -> str:
    """The energy metric that most of the task's entries have; the node's when none has any."""
    points = Estimate.objects.points(task.pk, metrics.ENERGIES)
    if not len(points):
        return "node_energy"
    counts = np.isfinite(points.value).sum(axis=0)
    # Among equals the narrowest, which is what the others were derived from.
    return max(zip(counts.tolist(), range(3), metrics.ENERGIES, strict=True))[2]
