"""The rows that no other row beats on all chosen axes, in layers.

A row is beaten by one that is nowhere worse and somewhere better. Equal rows don't beat each
other. A row without one of the axes takes no part and is counted.
"""

import numpy as np

from leaderboard.core import papers, pareto
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import MAPPING, NAME, TABLE, Example, Input, Missing

ANALYSIS = Analysis(
    "pareto_frontier",
    "Pareto frontier",
    (
        Input(
            "rows",
            "names with a number by axis",
            "1",
            TABLE,
            columns=(
                Input("name", "the row", shape=NAME),
                Input("scores", "its number by axis", shape=MAPPING, most=50),
            ),
            most=20_000,
        ),
        Input("directions", "1 (higher is better) or -1 by chosen axis", "1", MAPPING, most=6),
    ),
    {
        "frontier": "the rows that no other beats, by the first axis",
        "layers": "layer of each row from 1",
        "not_shown": "rows that lack an axis",
    },
    'frontier = "rows that no row dominates"',
    "verified in text",
    (papers.ML_ENERGY, papers.GREEN),
    (
        Example(
            {
                "rows": [
                    {"name": "a", "scores": {"x": 1, "y": 1}},
                    {"name": "b", "scores": {"x": 2, "y": 1}},
                    {"name": "c", "scores": {"x": 1, "y": 1}},
                    {"name": "d", "scores": {"x": 1}},
                ],
                "directions": {"x": -1, "y": 1},
            },
            {"frontier": ["a", "c"], "layers": {"a": 1, "b": 2, "c": 1}, "not_shown": 1},
        ),
    ),
)


@ANALYSIS.by
def layered(rows, directions):
    axes = list(directions)
    if not axes or any(abs(each) != 1 for each in directions.values()):
        raise Missing(
            "each axis has a direction of 1 or -1", field="directions", is_data_error=True
        )
    complete = [row for row in rows if all(axis in row["scores"] for axis in axes)]
    points = np.array([[row["scores"][axis] for axis in axes] for row in complete], dtype=float)
    points = points.reshape(len(complete), len(axes))
    layers = pareto.all_layers(points, [int(directions[axis]) for axis in axes])
    first = sorted(
        (row for row, layer in zip(complete, layers, strict=True) if layer == 1),
        key=lambda row: row["scores"][axes[0]],
    )
    return {
        "frontier": [row["name"] for row in first],
        "layers": {row["name"]: int(each) for row, each in zip(complete, layers, strict=True)},
        "not_shown": len(rows) - len(complete),
    }
