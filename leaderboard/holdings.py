"""How much the store holds: published entries of each thing, counted once per change."""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Sum

from leaderboard.cache import tallied
from leaderboard.models import Board

KINDS = ("model", "method", "hardware", "task")
COUNTS_SQL = """
    SELECT model_id, method_id, hardware_id, task_id, count(*)
    FROM leaderboard_entry entry
    WHERE EXISTS (SELECT FROM leaderboard_estimate estimate WHERE estimate.entry_id = entry.id)
    GROUP BY GROUPING SETS ((model_id), (method_id), (hardware_id), (task_id), ())
"""


@dataclass(frozen=True)
class Holdings:
    """Published entries in all, and for each kind of thing its key → its entries."""

    entries: int = 0
    of: dict[str, dict[int, int]] = field(default_factory=dict)

    def count(self, kind: str, key: int) -> int:
        return self.of.get(kind, {}).get(key, 0)

    def used(self, kind: str) -> int:
        """How many things of a kind have an entry."""
        return len(self.of.get(kind, {}))


def holdings() -> Holdings:
    """The counts as of the newest refresh of any board, or a little older in a large store."""
    found: Holdings = tallied("holdings", revisions(), counted)
    return found


def revisions() -> int:
    """A number that grows whenever any board has consumed changes."""
    return Board.objects.aggregate(sum=Sum("revision"))["sum"] or 0


def counted() -> Holdings:
    """All counts in one pass over the entries."""
    of: dict[str, dict[int, int]] = {kind: {} for kind in KINDS}
    entries = 0
    with connection.cursor() as cursor:
        cursor.execute(COUNTS_SQL)
        for *keys, number in cursor.fetchall():
            kind = kind_of(keys)
            if kind:
                of[kind][keys[KINDS.index(kind)]] = number
            else:
                entries = number
    return Holdings(entries, of)


def kind_of(keys: list[Any]) -> str:
    """The kind whose key is set: a row of the counts has one or, in all, none."""
    return next((kind for kind, key in zip(KINDS, keys, strict=True) if key is not None), "")
