"""All systems in one ranking with the reader's weights, each metric in units of performance.

The ranking changes with the weights and with the set of systems; that is the point of showing it.
"""

from leaderboard.core import dynascore, papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import Example, Missing
from leaderboard.core.dynascore import (
    DIRECTIONS,
    EXAMPLE,
    OFFSETS,
    PERFORMANCE,
    SYSTEMS,
    WEIGHTS,
)

ANALYSIS = Analysis(
    "dynascores",
    "Ranking by Dynascore",
    (SYSTEMS, PERFORMANCE, WEIGHTS, DIRECTIONS, OFFSETS),
    {
        "scores": "Dynascore by system, nothing where it lacks a metric that has a weight",
        "ranking": "the systems with a score, best first",
        "rates": "average marginal rate of substitution by metric",
        "weights": "weights as shares of one",
    },
    'S[s] = sum(w[M] / sum(w) * x[s, M] / AMRS[M] for M in "metrics")',
    "verified in text",
    (papers.DYNABOARD, papers.RETRIEVAL),
    (
        Example(
            EXAMPLE
            | {
                "weights": {
                    "performance": 4,
                    "throughput": 1,
                    "memory": 1,
                    "fairness": 1,
                    "robustness": 1,
                }
            },
            {
                "scores": {"DeBERTa": 38.730978, "ALBERT": 37.548582, "T5": 37.539321},
                "rates": {"memory": 12.017132, "fairness": 5.510660, "robustness": 6.481070},
            },
            "T14a",
            5e-7,
        ),
    ),
    edges=("A metric without a rate of substitution: no score, not 0.",),
)


@ANALYSIS.by
def ranked(systems, performance, weights, directions, offsets):
    compared = dynascore.comparison(systems, performance, directions, offsets)
    shares = compared.weights(weights)
    rates = {metric: compared.rate(metric) for metric in shares}
    scores: dict[str, float | None] = {}
    for system in compared.scores:
        try:
            scores[system] = compared.score(system, shares, rates)
        except Missing:
            scores[system] = None
    known = {system: score for system, score in scores.items() if score is not None}
    return {
        "scores": scores,
        "ranking": sorted(known, key=lambda system: -known[system]),
        "rates": rates,
        "weights": shares,
    }
