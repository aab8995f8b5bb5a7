"""How likely each row is to be on the Pareto frontier, given intervals instead of numbers.

Values are drawn between their bounds, half of the draws on each side of the value and fewer towards
the bound, all independently and seeded. A row that some other beats whatever the values are within
their bounds has the chance 0, one that none can beat 1; both without draws and without an error.
"""

import numpy as np

from leaderboard.core import chance, papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import MAPPING, NAME, TABLE, Example, Input, Missing

EQUALS = {"scores": {"x": 5}, "low": {"x": 4}, "high": {"x": 6}}

ANALYSIS = Analysis(
    "frontier_chance",
    "Chance of being on the frontier",
    (
        Input(
            "rows",
            "names with a number and its bounds by axis",
            "1",
            TABLE,
            columns=(
                Input("name", "the row", shape=NAME),
                Input("scores", "its number by axis", shape=MAPPING, most=50),
                Input(
                    "low", "lower bound by axis, where not the number", shape=MAPPING, default=None
                ),
                Input("high", "upper bound by axis, likewise", shape=MAPPING, default=None),
            ),
            most=1_000,
        ),
        Input("directions", "1 (higher is better) or -1 by chosen axis", "1", MAPPING, most=6),
    ),
    {
        "chances": "probability of being on the frontier",
        "errors": "standard error of each; 0 where the bounds alone decide",
        "draws": "how many draws were made",
        "not_shown": "rows that lack an axis",
    },
    'chance = "share of draws in which no row dominates"',
    "project extension",
    (papers.GREEN,),
    (
        Example(
            {
                "rows": [
                    {"name": "a", **EQUALS},
                    {"name": "b", **EQUALS},
                    {"name": "c", "scores": {"x": 3}, "high": {"x": 3.5}},
                    {"name": "d", "scores": {"y": 9}},
                ],
                "directions": {"x": 1},
            },
            {"chances": {"a": 0.5, "b": 0.5, "c": 0.0}, "not_shown": 1},
            "two equals share the chance",
            0.08,
        ),
    ),
    edges=("A row without one of the axes takes no part and is counted.",),
)


@ANALYSIS.by
def drawn(rows, directions):
    axes = list(directions)
    if not axes or any(abs(each) != 1 for each in directions.values()):
        raise Missing(
            "each axis has a direction of 1 or -1", field="directions", is_data_error=True
        )
    complete = [row for row in rows if all(axis in row["scores"] for axis in axes)]
    value, low, high = (
        np.array([bounds(row, side, axes) for row in complete], float).reshape(-1, len(axes))
        for side in ("scores", "low", "high")
    )
    if not ((low <= value) & (value <= high)).all():
        raise Missing("bounds must hold their number", field="rows", is_data_error=True)
    found = chance.of_frontier(value, low, high, [int(directions[axis]) for axis in axes])
    names = [row["name"] for row in complete]
    return {
        "chances": dict(zip(names, found.probability.tolist(), strict=True)),
        "errors": dict(zip(names, found.standard_error.tolist(), strict=True)),
        "draws": found.draws,
        "not_shown": len(rows) - len(complete),
    }


def bounds(row, side, axes):
    """One side of a row by axis; the number itself where a bound is not given."""
    given = row[side] or {}
    return [given.get(axis, row["scores"][axis]) for axis in axes]
