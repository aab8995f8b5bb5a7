"""The model that suits a reader's weights: normalised scores on the Pareto set (GREEN).

Rows that miss a minimum or pass a maximum are set aside; then those that another row beats. On
what is left each axis runs from 0 to 1, and the weighted sum decides; of equals the one with less
energy. Scores change when the set changes: never compare them across tasks.
"""

import numpy as np

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import MAPPING, NAME, TABLE, Example, Input, Missing

TOLERANCE = 1e-8
MOST = 5000

ANALYSIS = Analysis(
    "preference",
    "Recommendation by preference",
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
        ),
        Input("directions", "1 (higher is better) or -1 by axis", "1", MAPPING),
        Input("weights", "weight by axis", "1", MAPPING, at_least=0, symbol="w"),
        Input("minimum", "least that is accepted, by axis", "1", MAPPING, default=None),
        Input("maximum", "most that is accepted, by axis", "1", MAPPING, default=None),
        Input("tie_axis", "axis of which less decides a tie", "1", NAME, default="energy"),
    ),
    {
        "recommended": "the best model, or nothing when nothing satisfies",
        "scores": "score of each model of the Pareto set",
        "pareto": "the Pareto set",
    },
    """
    S[m] = sum(w[a] * z[m, a] for a in "axes")
    z[m, a] = (x[m, a] - min(x[a])) / (max(x[a]) - min(x[a])) if "higher is better" else (max(x[a]) - x[m, a]) / (max(x[a]) - min(x[a]))
    """,  # noqa: E501
    "verified in text",
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
                "recommended": "c",
                "scores": {"a": 0.5, "b": 0.787879, "c": 0.807576, "d": 0.5},
                "pareto": ["a", "b", "c", "d"],
            },
            "T16a",
            5e-7,
        ),
    ),
    edges=(
        "An axis on which all are equal counts 1 for all.",
        "Nothing left after filtering: nothing satisfies.",
    ),
)


@ANALYSIS.by
def recommend(models, directions, weights, minimum, maximum, tie_axis):
    axes = _axes(directions, weights)
    whole = sum(weights.values())
    kept = [row for row in models if _satisfies(row["scores"], axes, minimum, maximum)]
    if len(kept) > MOST:
        raise Missing(f"more than {MOST} models satisfy", field="models")
    signs = np.array([directions[axis] for axis in axes])
    points = np.array([[row["scores"][axis] for axis in axes] for row in kept], dtype=float)
    points = points.reshape(len(kept), len(axes)) * signs
    mask = [not _beaten(point, points) for point in points]
    best = [row for row, is_kept in zip(kept, mask, strict=True) if is_kept]
    points = points[mask]
    shares = np.array([weights.get(axis, 0.0) / whole for axis in axes])
    scores = dict(zip((row["model"] for row in best), _normal(points) @ shares, strict=True))
    order = sorted(
        best,
        key=lambda row: (-round(scores[row["model"]], 12), row["scores"].get(tie_axis, 0.0)),
    )
    return {
        "recommended": order[0]["model"] if order else None,
        "scores": {row["model"]: float(scores[row["model"]]) for row in order},
        "pareto": [row["model"] for row in best],
        "set_aside": len(models) - len(kept),
    }


def _axes(directions, weights):
    if not directions or any(abs(each) != 1 for each in directions.values()):
        raise Missing(
            "each axis has a direction of 1 or -1", field="directions", is_data_error=True
        )
    if strangers := weights.keys() - directions.keys():
        field = f"weights.{min(strangers)}"
        raise Missing("no such axis", field=field, is_data_error=True)
    if not sum(weights.values()):
        raise Missing("all weights are zero", field="weights", is_data_error=True)
    return list(directions)


def _satisfies(scores, axes, minimum, maximum):
    return (
        all(axis in scores for axis in axes)
        and all(scores.get(axis, -np.inf) >= least for axis, least in (minimum or {}).items())
        and all(scores.get(axis, np.inf) <= most for axis, most in (maximum or {}).items())
    )


def _beaten(point, points):
    nowhere_worse = (points >= point - TOLERANCE).all(1)
    somewhere_better = (points > point + TOLERANCE).any(1)
    return bool((nowhere_worse & somewhere_better).any())


def _normal(points):
    """Each axis from 0 to 1; 1 for all where they are equal."""
    if not len(points):
        return points
    low, high = points.min(0), points.max(0)
    width = np.where(high > low, high - low, 1.0)
    return np.where(high > low, (points - low) / width, 1.0)
