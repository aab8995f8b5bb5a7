"""Scores of systems on items, as a table without holes, and rankings over some of its items."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leaderboard.core.contract import NAME, NUMBER, TABLE, WHOLE, Input, Missing
from leaderboard.core.ranks import kendall

SCORES = Input(
    "scores",
    "each system's score on each item; higher is better",
    "1",
    TABLE,
    columns=(
        Input("system", "the system", shape=NAME),
        Input("item", "the item", shape=NAME),
        Input("score", "its score", "1", NUMBER),
    ),
    symbol="S",
)
DRAWS = Input("draws", "random draws", "count", WHOLE, default=1000, at_least=1, at_most=10_000)
SEED = Input("seed", "of the draws", "1", WHOLE, default=0, at_least=0)
# What a call may work through: every draw ranks all systems in pairs.
MOST_DRAWN = 200_000_000


@dataclass(frozen=True)
class ScoreTable:
    """`scores[s, i]`: items that not every system has were left out and counted."""

    systems: list[str]
    scores: np.ndarray
    left_out: int

    @property
    def size(self) -> int:
        return self.scores.shape[1]

    def means(self, items: np.ndarray) -> np.ndarray:
        return self.scores[:, items].mean(1)

    def guard(self, draws: int, items: int) -> None:
        systems = len(self.systems)
        if draws * systems * (items + systems) > MOST_DRAWN:
            raise Missing("too many draws for so many scores", field="draws", is_data_error=True)


def table(rows: Sequence[Mapping[str, Any]], least: int) -> ScoreTable:
    """Raises Missing below `least` systems."""
    by_item: dict[str, dict[str, float]] = {}
    for row in rows:
        by_item.setdefault(row["item"], {})[row["system"]] = row["score"]
    systems = list(dict.fromkeys(row["system"] for row in rows))
    if len(systems) < least:
        raise Missing(f"fewer than {least} systems", field="scores")
    complete = [found for found in by_item.values() if len(found) == len(systems)]
    if not complete:
        raise Missing("no item has a score of every system", field="scores")
    scores = np.array([[found[system] for found in complete] for system in systems], dtype=float)
    if np.ptp(scores.mean(1)) == 0:
        raise Missing("all scores are tied", field="scores")
    return ScoreTable(systems, scores, len(by_item) - len(complete))


def agreement(first: np.ndarray, second: np.ndarray) -> float | None:
    """Kendall's tau of two lists of means; None where all of one are tied."""
    try:
        return kendall(first.tolist(), second.tolist())[0]
    except Missing:
        return None
