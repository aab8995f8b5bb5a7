"""One score of several metrics, each in units of performance, with the reader's weights.

Each metric is divided by its average marginal rate of substitution. Half the weight is on
performance unless said otherwise. The score depends on the set of systems: it is worked out anew
when the set changes, and never compared between sets.
"""

from leaderboard.core import dynascore, papers
from leaderboard.core.contract import NAME, Detailed, Example, Input, Missing
from leaderboard.core.dynascore import (
    DIRECTIONS,
    EXAMPLE,
    OFFSETS,
    PERFORMANCE,
    SYSTEMS,
    WEIGHTS,
)
from leaderboard.core.metrics import HIGHER, Metric

METRIC = Metric(
    "dynascore",
    "Dynascore",
    "1",
    HIGHER,
    symbol="S_dyn",
    at_least=float("-inf"),
    sources=(papers.DYNABOARD, papers.RETRIEVAL),
    edges=("A metric without a rate of substitution: the score is missing, not 0.",),
)
WEIGHTED = EXAMPLE | {
    "weights": {"performance": 4, "throughput": 1, "memory": 1, "fairness": 1, "robustness": 1}
}


@METRIC.computed(
    "dynascore.of_systems/1",
    [
        SYSTEMS,
        PERFORMANCE,
        Input("system", "whose score", shape=NAME, symbol="s"),
        WEIGHTS,
        DIRECTIONS,
        OFFSETS,
    ],
    written='sum(w[M] / sum(w) * x[s, M] / AMRS[M] for M in "metrics")',
    badge="verified in text",
    examples=[
        Example(WEIGHTED | {"system": "DeBERTa"}, 38.730978, "T14a", 5e-7),
        Example(WEIGHTED | {"system": "RoBERTa"}, 38.492792, "T14a", 5e-7),
    ],
)
def of_systems(systems, performance, system, weights, directions, offsets):
    compared = dynascore.comparison(systems, performance, directions, offsets)
    if system not in compared.scores:
        raise Missing(f"{system} has no {performance}", field="system")
    shares = compared.weights(weights)
    rates = {metric: compared.rate(metric) for metric in shares}
    return Detailed(compared.score(system, shares, rates), {"rates": rates, "weights": shares})
