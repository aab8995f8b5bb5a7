"""Responses as sequences of solutions (metrics-spec, section 7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaderboard.core.contract import FLAG, NAME, NUMBER, TABLE, Input, Missing

SOLUTIONS = Input(
    "solutions",
    "the solutions of each response, in order",
    shape=TABLE,
    columns=(
        Input("response", "which response", shape=NAME),
        Input("tokens", "tokens of the solution", "count", NUMBER, at_least=0),
        Input("correct", "whether it is right", shape=FLAG),
        Input("cluster", "its line of thought", shape=NAME),
    ),
)
# The three responses of T07a to T07c: (tokens, correct, cluster) per solution.
RESPONSES = {
    "a": [(100, False, 0), (150, True, 1), (120, True, 1), (80, True, 2)],
    "b": [(200, True, 0), (100, True, 0)],
    "c": [(90, False, 0), (60, False, 1)],
}


def rows(*names: str) -> list[dict[str, Any]]:
    """Those of the responses above as a table."""
    return [
        {"response": name, "tokens": tokens, "correct": correct, "cluster": cluster}
        for name in names
        for tokens, correct, cluster in RESPONSES[name]
    ]


@dataclass
class Response:
    """Tokens of a response: all, up to its first right solution, and of new lines of thought."""

    tokens: float
    to_first_correct: float
    distinct: float


def responses(table: Sequence[Mapping[str, Any]]) -> tuple[list[Response], int]:
    """Each response that has tokens, and how many have none. Raises Missing when none is left."""
    grouped: dict[str, list[Mapping[str, Any]]] = {}
    for row in table:
        grouped.setdefault(row["response"], []).append(row)
    found = [each for each in map(_response, grouped.values()) if each.tokens > 0]
    if not found:
        raise Missing("no response has tokens", field="solutions")
    return found, len(grouped) - len(found)


def _response(solutions: Sequence[Mapping[str, Any]]) -> Response:
    total, first_correct, distinct = 0.0, 0.0, 0.0
    clusters: set[str] = set()
    for solution in solutions:
        total += solution["tokens"]
        if solution["correct"] and not first_correct:
            first_correct = total
        if solution["cluster"] not in clusters:
            clusters.add(solution["cluster"])
            distinct += solution["tokens"]
    return Response(total, first_correct, distinct)
