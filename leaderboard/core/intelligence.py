"""Accuracy per mean of what the queries drew: per watt and per joule (metrics-spec, section 3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from leaderboard.core.contract import NUMBER, TABLE, Input
from leaderboard.core.samples import mean

ACCURACY = Input(
    "accuracy", "share of the answer that is right", "1", NUMBER, at_least=0, at_most=1
)


def queries(drawn: Input) -> Input:
    """A table of queries: the accuracy of each and what it drew."""
    meaning = f"each query's accuracy and {drawn.name}"
    return Input("queries", meaning, shape=TABLE, columns=(ACCURACY, drawn), symbol="Q")


def written(drawn: str) -> str:
    return f"mean(accuracy[q] for q in queries) / mean({drawn}[q] for q in queries)"


def per_mean(queries: Sequence[Mapping[str, Any]], drawn: str) -> float:
    """Mean accuracy over mean of what was drawn. Raises Missing without queries."""
    return mean(queries, "accuracy", "queries") / mean(queries, drawn, "queries")
