"""How likely entries are to be on a board's frontier, as workers drew it."""

from dataclasses import dataclass

import numpy as np
from django.db import connection, models
from django.db.models import Q

from leaderboard.core import chance
from leaderboard.models.boards import Board
from leaderboard.models.constraints import Infinity
from leaderboard.models.evidence import Entry

BEING_DRAWN = "The chances are being worked out."

OF_SQL = """
    SELECT d.reason, d.draws, d.recipe,
           string_agg(int8send(c.entry_id), ''::bytea ORDER BY c.entry_id),
           string_agg(float8send(c.probability), ''::bytea ORDER BY c.entry_id),
           string_agg(float8send(c.standard_error), ''::bytea ORDER BY c.entry_id)
    FROM leaderboard_chancedraw d LEFT JOIN leaderboard_chance c ON c.board_id = d.board_id
    WHERE d.board_id = %s AND d.revision = %s
    GROUP BY d.board_id
"""


@dataclass(frozen=True)
class Chances:
    """Chances of a board's entries: arrays of shape (n,), by entry id.

    An entry that the board ranks and that is not among them is off the frontier for certain.
    `reason` says why there are none; it is empty where there are.
    """

    entries: np.ndarray
    probability: np.ndarray
    standard_error: np.ndarray
    draws: int = 0
    recipe: str = ""
    reason: str = ""

    @classmethod
    def missing(cls, reason: str) -> "Chances":
        return cls(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), reason=reason)

    def at(self, entries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Probability and standard error of these ranked entries; NaN where `reason` says why."""
        found = np.full((2, len(entries)), np.nan if self.reason else 0.0)
        if len(self.entries):
            places = np.searchsorted(self.entries, entries).clip(max=len(self.entries) - 1)
            is_kept = self.entries[places] == entries
            found[0, is_kept] = self.probability[places[is_kept]]
            found[1, is_kept] = self.standard_error[places[is_kept]]
        return found[0], found[1]


class ChanceDraw(models.Model):
    """How a board's chances were drawn: for which revision, by which recipe, or why not."""

    board = models.OneToOneField(Board, models.CASCADE, primary_key=True, related_name="drawn")
    revision = models.PositiveIntegerField()
    recipe = models.CharField(max_length=60)
    seed = models.BigIntegerField()
    draws = models.PositiveIntegerField()
    # Entries that are not off the frontier for certain.
    candidates = models.PositiveIntegerField()
    drawn_at = models.DateTimeField()
    # Why there are no chances; empty where there are.
    reason = models.TextField(blank=True)

    def __str__(self):
        return f"{self.recipe} of {self.board}, revision {self.revision}"


class ChanceQuerySet(models.QuerySet):
    def of(self, board: Board) -> Chances:
        """The chances of a board as it stands, in one query."""
        with connection.cursor() as cursor:
            cursor.execute(OF_SQL, [board.pk, board.revision])
            row = cursor.fetchone()
        if row is None or row[0]:
            return Chances.missing(row[0] if row else BEING_DRAWN)
        _, draws, recipe, entries, probability, error = row
        return Chances(
            np.frombuffer(entries or b"", ">i8").astype(np.int64),
            np.frombuffer(probability or b"", ">f8").astype(np.float64),
            np.frombuffer(error or b"", ">f8").astype(np.float64),
            draws,
            recipe,
        )

    def replace(self, board: Board, entries: np.ndarray, found: chance.Chance) -> None:
        """Keep these entries' chances in place of the board's earlier ones."""
        self.filter(board=board).delete()
        is_kept = found.is_drawn | (found.probability > 0)
        parts = entries, found.probability, found.standard_error
        rows = zip(*(part[is_kept].tolist() for part in parts), strict=True)
        with (
            connection.cursor() as cursor,
            cursor.copy(
                "COPY leaderboard_chance (board_id, entry_id, probability, standard_error) "
                "FROM STDIN"
            ) as copy,
        ):
            for row in rows:
                copy.write_row((board.pk, *row))


class Chance(models.Model):
    """The probability that an entry is on a board's frontier, and how exactly it was drawn.

    Entries that can't be on it, whatever their values are within their bounds, have none.
    """

    pk = models.CompositePrimaryKey("board_id", "entry_id")
    # The primary key begins with the board and serves as its index.
    board = models.ForeignKey(Board, models.CASCADE, related_name="chances", db_index=False)
    entry = models.ForeignKey(Entry, models.CASCADE, related_name="+")
    probability = models.FloatField()
    # Zero where the bounds alone decide.
    standard_error = models.FloatField()

    objects = ChanceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(probability__gte=0, probability__lte=1), name="chance_is_a_share"
            ),
            models.CheckConstraint(
                condition=Q(standard_error__gte=0, standard_error__lt=Infinity()),
                name="chance_error_is_finite",
            ),
        ]

    def __str__(self):
        return f"{self.probability:.3f} of entry {self.entry_id} on board {self.board_id}"
