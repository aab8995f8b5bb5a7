"""Which value of a hyper-parameter wins, and how sure that is, from runs of uneven numbers.

Each run weighs one over the number of runs with its value. In each of many resamples the value
that holds the best score wins; equal bests share the win.
"""

from collections import Counter

import numpy as np

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NAME, NUMBER, TABLE, WHOLE, Example, Input, Missing

MOST_DRAWN = 50_000_000

ANALYSIS = Analysis(
    "hyperparameter_bootstrap",
    "Bootstrap of a hyper-parameter",
    (
        Input(
            "runs",
            "the runs",
            "1",
            TABLE,
            columns=(
                Input("value", "its value of the hyper-parameter", shape=NAME),
                Input("score", "its score; higher is better", "1", NUMBER),
            ),
        ),
        Input("draws", "resamples", "count", WHOLE, default=1000, at_least=1, at_most=100_000),
        Input("size", "runs of a resample; as many as there are", "count", WHOLE, default=None),
        Input("seed", "of the draws", "1", WHOLE, default=0, at_least=0),
    ),
    {
        "win_share": "share of resamples that each value wins",
        "interval": "2.5th and 97.5th percentile of its best score, where it was drawn",
        "caution": "values with a single run",
    },
    """
    w[i] = 1 / "runs with the same value"
    share[v] = mean("v holds the best score" for b in "resamples")
    """,
    "verified in text",
    (papers.WEB_AGENT,),
    (
        Example(
            {
                "runs": [
                    {"value": "A", "score": 0.50},
                    {"value": "A", "score": 0.60},
                    {"value": "B", "score": 0.55},
                ],
                "draws": 20_000,
                "size": 3,
            },
            {"win_share": {"A": 0.59375}, "caution": ["B"]},
            "T27a",
            0.012,
        ),
    ),
)


@ANALYSIS.by
def bootstrap(runs, draws, size, seed):
    if not runs:
        raise Missing("there are no runs", field="runs")
    size = len(runs) if size is None else size
    if size < 1 or draws * size > MOST_DRAWN:
        raise Missing("the resamples are empty or too many", field="size", is_data_error=True)
    counts = Counter(row["value"] for row in runs)
    weights = np.array([1 / counts[row["value"]] for row in runs])
    scores = np.array([row["score"] for row in runs])
    drawn = np.random.default_rng(seed).choice(len(runs), (draws, size), p=weights / weights.sum())
    values = np.array([row["value"] for row in runs])
    bests = {
        value: np.where(values[drawn] == value, scores[drawn], -np.inf).max(1) for value in counts
    }
    top = scores[drawn].max(1)
    sharing = sum((best == top).astype(int) for best in bests.values())
    return {
        "win_share": {value: float(((b == top) / sharing).mean()) for value, b in bests.items()},
        "interval": {value: _interval(best) for value, best in bests.items()},
        "caution": sorted(value for value, count in counts.items() if count == 1),
    }


def _interval(best):
    there = best[np.isfinite(best)]
    return [float(each) for each in np.quantile(there, (0.025, 0.975))] if len(there) else None
