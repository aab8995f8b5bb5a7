"""A comparison as plain values: the page's twin and the API tell the same."""

from typing import Any

from leaderboard.comparison import Comparison, Row
from leaderboard.models import Estimate
from leaderboard.models.evidence import Origin


def told(comparison: Comparison) -> dict[str, Any]:
    """The whole comparison as plain values: for the page's twin and the API."""
    return {
        "entries": [
            {
                "letter": one.letter,
                "id": one.entry.pk,
                "name": str(one.entry),
                "task": one.entry.task.slug,
                "is_comparable": one.is_comparable,
                "level": level_of(comparison, one.entry.pk),
            }
            for one in comparison.compared
        ],
        "warnings": comparison.warnings if comparison.is_enough else [],
        "metrics": [told_row(row, comparison.letters) for row in comparison.rows],
        "settings": [vars(fact) | {"differs": fact.differs} for fact in comparison.settings],
        "ignored": [vars(one) for one in comparison.ignored],
    }


def level_of(comparison: Comparison, entry: int) -> int | None:
    level = comparison.levels.get(entry)
    return None if level is None else int(level)


def told_row(row: Row, letters: list[str]) -> dict[str, Any]:
    unit = row.metric.unit
    return {
        "metric": row.metric.slug,
        "unit": unit,
        "verdict": row.contrast.kind,
        "words": row.contrast.words,
        "order": [list(group) for group in row.contrast.groups],
        "values": {letter: told_value(row.estimates.get(letter), unit) for letter in letters},
        "ratios": {
            letter: dict(zip(("low", "value", "high"), found, strict=True)) if found else None
            for letter, found in row.ratios.items()
        },
    }


def told_value(estimate: Estimate | None, unit: str) -> dict[str, Any] | None:
    if estimate is None:
        return None
    number = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "unit": unit}
    return number | {"origin": Origin.values[estimate.origin], "runs": estimate.runs}
