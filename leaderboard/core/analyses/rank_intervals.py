"""How far a ranking can be trusted: intervals of ranks under resampling of the items.

Each draw takes as many items as there are, with repetition, and ranks the systems by mean score.
The similarity of two such rankings gives the reliability of the choice of items (DIoR), its 2.5th
percentile. Adding or removing a weak system can change the leader under mean win rate: the mean
score stands beside it.
"""

import numpy as np
from scipy.stats import rankdata

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import WHOLE, Example, Input, Missing
from leaderboard.core.ranks import mean_win_rates
from leaderboard.core.scoretable import DRAWS, SCORES, SEED, agreement, table

CLEAR = [
    {"system": system, "item": str(item), "score": level + item / 100}
    for system, level in (("a", 3), ("b", 2), ("c", 1))
    for item in range(5)
]
# Published for HELM with 37 models: examples per scenario → how far a rank strays, compute saved.
PUBLISHED = [(10, 5, 400), (20, 4, 200), (50, 3, 80), (200, 2, 20), (1000, 1, 4)]

ANALYSIS = Analysis(
    "rank_intervals",
    "Intervals of ranks",
    (
        SCORES,
        Input("items", "items of a draw; all unless said otherwise", "count", WHOLE, default=None),
        DRAWS,
        SEED,
    ),
    {
        "ranks": "rank of each system with its 95 % interval, mean score and mean win rate",
        "reliability": "2.5th percentile of the similarity of two draws",
        "left_out": "items that not every system has",
    },
    'DIoR = percentile(tau("ranking of a draw", "ranking of another"), 2.5)',
    "verified in text",
    (papers.DIOR,),
    (
        Example(
            {"scores": CLEAR, "draws": 50},
            {
                "ranks": {"a": {"rank": 1.0, "low": 1.0, "high": 1.0}, "b": {"rank": 2.0}},
                "reliability": 1.0,
            },
            "T12b",
        ),
    ),
    edges=("Fewer than three systems, or all scores tied: missing.", "Equal means share a rank."),
)


@ANALYSIS.by
def intervals(scores, items, draws, seed):
    found = table(scores, least=3)
    items = found.size if items is None else items
    if items < 1:
        raise Missing("a draw takes an item", field="items", is_data_error=True)
    found.guard(2 * draws, items)
    random = np.random.default_rng(seed)
    means = [found.means(random.integers(found.size, size=items)) for _ in range(2 * draws)]
    taus = [
        tau
        for a, b in zip(means[::2], means[1::2], strict=True)
        if (tau := agreement(a, b)) is not None
    ]
    if not taus:
        raise Missing("every draw is tied", field="scores")
    low, high = np.quantile([_ranks(each) for each in means], (0.025, 0.975), axis=0)
    whole = found.scores.mean(1)
    wins = mean_win_rates([row | {"scenario": row["item"]} for row in scores])
    ranks = {
        system: {
            "rank": float(_ranks(whole)[place]),
            "low": float(low[place]),
            "high": float(high[place]),
            "mean": float(whole[place]),
            "win_rate": wins.get(system),
        }
        for place, system in enumerate(found.systems)
    }
    reliability = float(np.quantile(taus, 0.025))
    return {"ranks": ranks, "reliability": reliability, "left_out": found.left_out}


def _ranks(means):
    """1 for the highest; equals share the mean of their places."""
    return rankdata(-means)
