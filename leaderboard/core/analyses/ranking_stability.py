"""From which coverage on a ranking stays: Kendall's tau between the first items and all (D-MERIT).

For each share of the items, many random draws are ranked and compared with the full ranking. The
error is the share of pairs in the wrong order. Marked is where the mean tau first stays above 0.9.
"""

import numpy as np

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NUMBER, NUMBERS, Example, Input
from leaderboard.core.scoretable import DRAWS, SCORES, SEED, agreement, table

SHARES = tuple(place / 10 for place in range(1, 11))

ANALYSIS = Analysis(
    "ranking_stability",
    "Stability of a ranking",
    (
        SCORES,
        Input(
            "shares",
            "shares of the items",
            "1",
            NUMBERS,
            default=SHARES,
            above=0,
            at_most=1,
            most=50,
        ),
        Input("enough", "tau that is enough", "1", NUMBER, default=0.9, at_least=-1, at_most=1),
        DRAWS,
        SEED,
    ),
    {
        "curve": "for each share: items, mean tau with its 95 % interval, and error rate",
        "stable_from": "the share from which the mean tau stays above what is enough, or nothing",
    },
    """
    tau = (C - D) / (n * (n - 1) / 2)
    error = (1 - tau) / 2
    """,
    "verified in text",
    (papers.D_MERIT,),
    (
        Example(
            {
                "scores": [
                    {"system": system, "item": str(item), "score": level}
                    for system, level in (("a", 3), ("b", 2), ("c", 1))
                    for item in range(5)
                ],
                "shares": [0.2, 1.0],
                "draws": 10,
            },
            {"curve": [{"share": 0.2, "items": 1, "tau": 1.0, "error": 0.0}], "stable_from": 0.2},
        ),
    ),
    edges=("Ties: tau-b.", "Fewer than two systems, or all tied: missing."),
)


@ANALYSIS.by
def stability(scores, shares, enough, draws, seed):
    found = table(scores, least=2)
    whole, random = found.scores.mean(1), np.random.default_rng(seed)
    shares = sorted(set(shares))
    found.guard(draws * len(shares), found.size)
    curve = []
    for share in shares:
        items = max(1, round(share * found.size))
        taus = [
            agreement(found.means(random.permutation(found.size)[:items]), whole)
            for _ in range(1 if items == found.size else draws)
        ]
        # A draw in which all are tied says nothing of the order.
        known = np.array([0.0 if tau is None else tau for tau in taus])
        low, high = np.quantile(known, (0.025, 0.975))
        tau = float(known.mean())
        curve.append(
            {
                "share": share,
                "items": items,
                "tau": tau,
                "low": float(low),
                "high": float(high),
                "error": (1 - tau) / 2,
            }
        )
    stable_from = None
    for point in reversed(curve):
        if point["tau"] <= enough:
            break
        stable_from = point["share"]
    return {"curve": curve, "stable_from": stable_from}
