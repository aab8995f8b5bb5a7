"""A board's published versions: who stood on each frontier, and how far its points ever reached."""

from dataclasses import dataclass

import numpy as np
from django.db import connection

from leaderboard.core import pareto
from leaderboard.frontiers import directions
from leaderboard.models import Board, Entry, Frontier

# The first layer of one version, as binary columns: one query, whatever its size.
LAYER_SQL = """
    SELECT string_agg(int8send(entry_id), ''::bytea ORDER BY entry_id),
           string_agg(int8send(coalesce(until, 0)), ''::bytea ORDER BY entry_id) {columns}
    FROM leaderboard_placement
    WHERE board_id = %s AND layer = 1 AND since <= %s AND (until IS NULL OR until > %s)
      AND array_length(point, 1) = %s
"""
# All placements in first layers of versions with the same objectives.
EVER_SQL = """
    SELECT string_agg(int8send(since), ''::bytea ORDER BY id),
           string_agg(int8send(coalesce(until, 0)), ''::bytea ORDER BY id) {columns}
    FROM leaderboard_placement
    WHERE board_id = %s AND layer = 1 AND since >= %s AND array_length(point, 1) = %s
"""


@dataclass(frozen=True)
class Stays:
    """Placements of first layers: arrays of shape (n,) and points of shape (n, m).

    `first` are ids of entries, or the versions since which the stays last; `until` is 0 for those
    that still do.
    """

    first: np.ndarray
    until: np.ndarray
    value: np.ndarray

    def __len__(self):
        return len(self.first)

    def where(self, mask: np.ndarray) -> "Stays":
        return Stays(self.first[mask], self.until[mask], self.value[mask])

    def at(self, number: int) -> np.ndarray:
        """The points that stood at a version, where `first` are versions."""
        return self.value[(self.first <= number) & ((self.until == 0) | (self.until > number))]


def first_layer(frontier: Frontier) -> Stays:
    """The entries and points on a frontier."""
    count = len(frontier.objectives)
    number = frontier.number
    return stays(LAYER_SQL, count, [frontier.board_id, number, number, count])


def ever_first(board: Board, since: int, objectives: int) -> Stays:
    """All stays in first layers that began with this version or later."""
    return stays(EVER_SQL, objectives, [board.pk, since, objectives])


def stays(sql: str, count: int, parameters: list) -> Stays:
    order = "id" if "ORDER BY id" in sql else "entry_id"
    columns = "".join(
        f", string_agg(float8send(point[{place}]), ''::bytea ORDER BY {order})"
        for place in range(1, count + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(sql.format(columns=columns), parameters)
        first, until, *points = cursor.fetchone()
    value = [np.frombuffer(point or b"", ">f8").astype(np.float64) for point in points]
    return Stays(
        np.frombuffer(first or b"", ">i8").astype(np.int64),
        np.frombuffer(until or b"", ">i8").astype(np.int64),
        np.column_stack(value) if value else np.zeros((0, 0)),
    )


def same_objectives_since(frontier: Frontier) -> int:
    """The first version from which on, up to this one, the board ranked by the same objectives."""
    other = (
        frontier.board.frontiers.filter(number__lt=frontier.number)
        .exclude(objectives=frontier.objectives)
        .order_by("-number")
        .values_list("number", flat=True)
        .first()
    )
    return (other or 0) + 1


def worth_drawing(stays: Stays, objectives: list[str], most: int, keep: set[int]) -> np.ndarray:
    """Mask: all of them, or the steps of the first two objectives, `keep`, and an even sample."""
    if len(stays) <= most:
        return np.ones(len(stays), dtype=bool)
    steps = pareto.frontier(stays.value[:, :2], directions(tuple(objectives[:2])))
    mask = steps | np.isin(stays.first, list(keep))
    rest = np.flatnonzero(~mask)
    room = max(most - int(mask.sum()), 0)
    mask[rest[:: max(1, len(rest) // max(room, 1))][:room]] = True
    return mask


def names_of(entries: list[int]) -> dict[int, str]:
    """Entry → its name, in one query."""
    return {pk: str(entry) for pk, entry in Entry.objects.named().in_bulk(entries).items()}
