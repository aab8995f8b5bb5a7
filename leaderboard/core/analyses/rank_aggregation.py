"""One ranking out of many partial ones, where raw scores are not comparable (JointRank).

Every partial ranking is turned into all its pairwise wins. Items are scored by win rate, Bradley-
Terry strength and PageRank; the order is that of the strengths where these are identifiable, and
otherwise of the win rates.
"""

from leaderboard.core import pairwise, papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import RANKINGS, Example, Input, InputError, Missing

MOST = 500

ANALYSIS = Analysis(
    "rank_aggregation",
    "One ranking out of many",
    (
        Input(
            "rankings", "partial rankings, the best first", "1", RANKINGS, symbol="R", most=20_000
        ),
    ),
    {
        "order": "all items, the best first",
        "by": "what the order is by",
        "win_rates": "win rate of each item",
        "strengths": "Bradley-Terry strength of each item, or nothing",
        "page_ranks": "PageRank of each item",
        "note": "what was assumed",
    },
    """
    r[i] = mean(W[i, j] / (W[i, j] + W[j, i]) for j in "opponents met")
    P("i beats j") = s[i] / (s[i] + s[j])
    """,
    "verified in text",
    (papers.JOINTRANK,),
    (
        Example(
            {"rankings": [["0", "1", "2"], ["2", "3", "4"], ["1", "4", "0"], ["3", "0", "4"]]},
            {
                "order": ["1", "3", "2", "0", "4"],
                "win_rates": {"0": 0.5, "1": 0.833333, "2": 0.5, "3": 0.666667, "4": 0.125},
                "strengths": {
                    "0": 0.955038,
                    "1": 2.291230,
                    "2": 1.026090,
                    "3": 1.705818,
                    "4": 0.261091,
                },
            },
            "T18a",
            5e-7,
        ),
    ),
    edges=(
        "Comparisons that are not connected: strengths are not identifiable, order by win rate.",
        "Strengths that would not be finite: half a win and a loss are added per pair that met.",
    ),
)


@ANALYSIS.by
def aggregate(rankings):
    for place, ranking in enumerate(rankings):
        if len(set(ranking)) < len(ranking):
            raise InputError(f"rankings[{place}]", "names an item twice")
    items = list(dict.fromkeys(item for ranking in rankings for item in ranking))
    if len(items) < 2:
        raise Missing("it takes two items to rank", field="rankings")
    if len(items) > MOST:
        raise Missing(f"more than {MOST} items", field="rankings")
    won = pairwise.wins(rankings, items)
    rates, strengths, note = pairwise.win_rates(won), None, ""
    if not pairwise.is_connected(won):
        note = "the comparisons are not connected: ordered by win rate"
    else:
        if not pairwise.has_finite_strengths(won):
            won = pairwise.with_prior(won)
            note = "half a win and half a loss were added for each pair that met"
        strengths = pairwise.bradley_terry(won)
    by_item = {item: place for place, item in enumerate(items)}
    scores = rates if strengths is None else strengths
    return {
        "order": sorted(items, key=lambda item: -float(scores[by_item[item]])),
        "by": "win rate" if strengths is None else "Bradley-Terry strength",
        "win_rates": _named(items, rates),
        "strengths": None if strengths is None else _named(items, strengths),
        "page_ranks": _named(items, pairwise.page_rank(pairwise.wins(rankings, items))),
        "note": note,
    }


def _named(items, scores):
    """Score by item; nothing for an item that met nobody."""
    return {
        item: float(score) if score == score else None
        for item, score in zip(items, scores, strict=True)
    }
