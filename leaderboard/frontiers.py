"""Story: changed entries become a new frontier.

Two facts, both checked by brute force in the tests, keep a frontier instead of recomputing it:
the first K layers of A ∪ B are the first K layers of (first K layers of A) ∪ B; and only when a
placed entry changed or vanished may points hidden below layer K rise.
"""

from datetime import datetime

import numpy as np
from django.db import connection, transaction

from leaderboard.core import metrics, pareto
from leaderboard.models import (
    Board,
    Change,
    Estimate,
    Frontier,
    Objective,
    Placement,
    Task,
)
from leaderboard.models.evidence import Points

DEFAULT_OBJECTIVES = ("quality", "energy", "material", "cost")


@transaction.atomic
def refresh(board_id: int, *, at: datetime, rebuild: bool = False) -> Frontier | None:
    """Bring a board up to date with its changed entries. Safe to call at any time.

    Returns the new frontier, or None when nothing moved.
    """
    board = Board.objects.select_for_update(no_key=True).get(pk=board_id)
    changed = Change.objects.take(board)
    if not (changed or rebuild):
        return None

    objectives = ranked_by(board)
    live = board.placements.live().points(board, len(objectives))
    latest = board.frontiers.filter(number=board.latest).first()
    rebuild = rebuild or latest is None or tuple(latest.objectives) != objectives

    fresh = None if rebuild else eligible(board, objectives, changed)
    if rebuild or moved(live, fresh, changed):
        pool = eligible(board, objectives)
    else:
        pool = merged(live, fresh)
    layer = pareto.layers(pool.value, directions(objectives), board.depth) if objectives else None

    board.revision += 1
    frontier = publish(board, objectives, live, pool, layer, at=at) if objectives else None
    board.save(update_fields=["revision", "latest"])
    return frontier


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


def moved(live, fresh: Points, changed: set[int]) -> bool:
    """Whether a placed entry among the changed ones has another point now, or none."""
    now = dict(zip(fresh.entries.tolist(), fresh.value.tolist(), strict=True))
    return any(
        now.get(entry) != point
        for entry, point in zip(live.entries.tolist(), live.value.tolist(), strict=True)
        if entry in changed
    )


def merged(live, fresh: Points) -> Points:
    """The placed points and the new ones beside them."""
    new = ~np.isin(fresh.entries, live.entries)
    entries = np.concatenate([live.entries, fresh.entries[new]])
    value = np.concatenate([live.value, fresh.value[new]])
    return Points(entries, fresh.metrics, value, value, value, np.zeros(value.shape, np.int16))


def publish(board, objectives, live, pool, layer, *, at) -> Frontier | None:
    """Close the placements that no longer hold and open the new ones, as one new version."""
    placed = layer > 0
    before = {
        entry: (layer, point)
        for entry, layer, point in zip(
            live.entries.tolist(), live.layer.tolist(), live.value.tolist(), strict=True
        )
    }
    now = {
        entry: (layer, point)
        for entry, layer, point in zip(
            pool.entries[placed].tolist(),
            layer[placed].tolist(),
            pool.value[placed].tolist(),
            strict=True,
        )
    }
    closed = [entry for entry in before if before[entry] != now.get(entry)]
    opened = {entry: now[entry] for entry in now if before.get(entry) != now[entry]}
    latest = board.frontiers.filter(number=board.latest).first()
    if not closed and not opened and latest and tuple(latest.objectives) == objectives:
        return None

    board.latest += 1
    first_before = {entry for entry, (layer, _) in before.items() if layer == 1}
    first_now = {entry for entry, (layer, _) in now.items() if layer == 1}
    frontier = Frontier.objects.create(
        board=board,
        number=board.latest,
        published_at=at,
        objectives=list(objectives),
        entries=len(first_now),
        entered=len(first_now - first_before),
        left=len(first_before - first_now),
    )
    board.placements.live().filter(entry__in=closed).update(until=board.latest)
    Placement.objects.open(board, opened)
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
