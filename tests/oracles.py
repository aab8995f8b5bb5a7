"""What the fast code must agree with: definitions, in a few slow lines."""

from collections.abc import Sequence
from typing import Any

from leaderboard.core import metrics
from leaderboard.models import Board, Estimate

Point = Sequence[float]


def dominates(a: Point, b: Point, directions: Sequence[int]) -> bool:
    """Nowhere worse and somewhere better."""
    gains = [(x - y) * d for x, y, d in zip(a, b, directions, strict=True)]
    return min(gains) >= 0 and max(gains) > 0


def peeled(points: Sequence[Point], directions: Sequence[int]) -> list[int]:
    """The layer of every point: take away the ones that nobody dominates, and again."""
    layer = [0] * len(points)
    left = set(range(len(points)))
    number = 0
    while left:
        number += 1
        first = {
            p for p in left if not any(dominates(points[q], points[p], directions) for q in left)
        }
        for p in first:
            layer[p] = number
        left -= first
    return layer


def placements(board: Board) -> dict[int, tuple[int, list[float]]]:
    """What a board's live placements must be: entry → layer and point, from the estimates."""
    values: dict[int, dict[str, float]] = {}
    for entry, metric, value in Estimate.objects.filter(task=board.task).values_list(
        "entry_id", "metric", "value"
    ):
        values.setdefault(entry, {})[metric] = value
    known = {metric for found in values.values() for metric in found}
    objectives = [metric for metric in board.metrics if metric in known]
    ranked = {
        entry: [found[metric] for metric in objectives]
        for entry, found in values.items()
        if all(metric in found for metric in objectives) and inside(board, found)
    }
    directions = [metrics.get(metric).better for metric in objectives]
    layers = peeled(list(ranked.values()), directions) if objectives else []
    return {
        entry: (layer, point)
        for (entry, point), layer in zip(ranked.items(), layers, strict=True)
        if layer <= board.depth
    }


def inside(board: Board, found: dict[str, float]) -> bool:
    """Whether an entry keeps to the board's own bounds."""
    limits: dict[str, Any] = board.filters
    for name, limit in limits.items():
        metric, side = name[:-4], name[-3:]
        if metric not in found:
            return False
        if found[metric] < limit if side == "min" else found[metric] > limit:
            return False
    return True


def live(board: Board) -> dict[int, tuple[int, list[float]]]:
    """What the board's live placements are."""
    rows = board.placements.live().values_list("entry_id", "layer", "point")
    return {entry: (layer, point) for entry, layer, point in rows}
