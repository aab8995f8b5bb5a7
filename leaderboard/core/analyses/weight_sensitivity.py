"""Which weight changes the winner, and how often each model would win under any weights.

Scores are those of the recommendation by preference: each axis from 0 to 1 on the Pareto frontier,
times its weight. When one weight moves and the others keep their proportions every score is a
straight line, so the weight at which another model wins is exact. How often a model wins is counted
over weights drawn evenly from all that add up to 1.
"""

import numpy as np

from leaderboard.core import papers
from leaderboard.core import weights as weighing
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import MAPPING, NAME, TABLE, Example, Input, Missing

ANALYSIS = Analysis(
    "weight_sensitivity",
    "What changes the winner",
    (
        Input(
            "models",
            "models with a number by axis",
            "1",
            TABLE,
            columns=(
                Input("model", "the model", shape=NAME),
                Input("scores", "its number by axis", shape=MAPPING),
            ),
            most=20_000,
        ),
        Input("directions", "1 (higher is better) or -1 by axis", "1", MAPPING, most=6),
        Input("weights", "weight by axis", "1", MAPPING, at_least=0, symbol="w"),
    ),
    {
        "leaders": "the models with the best score",
        "turns": "by axis the nearest lower and higher weight beyond which another model wins",
        "wins": "share of all possible weights under which a model wins",
        "not_shown": "models that lack an axis",
    },
    """
    S[m] = sum(w[a] * z[m, a] for a in "axes")
    turn = "weight at which another score becomes the highest"
    """,
    "project extension",
    (papers.GREEN,),
    (
        Example(
            {
                "models": [
                    {"model": model, "scores": {"accuracy": accuracy, "energy": energy}}
                    for model, accuracy, energy in (
                        ("a", 0.92, 50),
                        ("b", 0.90, 20),
                        ("c", 0.85, 8),
                        ("d", 0.70, 5),
                        ("e", 0.84, 9),
                    )
                ],
                "directions": {"accuracy": 1, "energy": -1},
                "weights": {"accuracy": 0.5, "energy": 0.5},
            },
            {
                "leaders": ["c"],
                "turns": [
                    {"axis": "accuracy", "weight": 0.0890688, "winner": "d"},
                    {"axis": "accuracy", "weight": 0.5398773, "winner": "b"},
                    {"axis": "energy", "weight": 0.4601227, "winner": "b"},
                    {"axis": "energy", "weight": 0.9109312, "winner": "d"},
                ],
            },
            "the models of T16a",
            5e-7,
        ),
    ),
    edges=(
        "An axis on which all are equal counts 1 for all.",
        "Where the other weights are all zero they share alike what is left.",
        "A model without one of the axes takes no part and is counted.",
    ),
)


@ANALYSIS.by
def turns(models, directions, weights):
    axes = list(directions)
    if not axes or any(abs(each) != 1 for each in directions.values()):
        raise Missing(
            "each axis has a direction of 1 or -1", field="directions", is_data_error=True
        )
    if strangers := weights.keys() - directions.keys():
        field = f"weights.{min(strangers)}"
        raise Missing("no such axis", field=field, is_data_error=True)
    if not any(weights.values()):
        raise Missing("all weights are zero", field="weights", is_data_error=True)
    complete = [row for row in models if all(axis in row["scores"] for axis in axes)]
    points = np.array([[row["scores"][axis] for axis in axes] for row in complete], dtype=float)
    points = points.reshape(len(complete), len(axes))
    signs, given = [int(directions[a]) for a in axes], [weights.get(a, 0.0) for a in axes]
    found = weighing.scored(points, points, points, signs, given)
    names = [row["model"] for row in complete]
    sides = zip(axes, weighing.sensitivity(found.shares, found.weights), strict=True)
    return {
        "leaders": [names[place] for place in found.leaders],
        "turns": [
            {"axis": axis, "weight": turn.weight, "winner": names[turn.winner]}
            for axis, each in sides
            for turn in (each.less, each.more)
            if turn
        ],
        "wins": {names[reign.place]: reign.share for reign in weighing.reigns(found.shares)},
        "not_shown": len(models) - len(complete),
    }
