"""Marginal rates of substitution and the score they give (metrics-spec, section 14)."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from leaderboard.core.contract import MAPPING, NAME, TABLE, Input, Missing

# A pair of neighbours counts when their performance differs by more than this share of the best.
APART = 1e-4

SYSTEMS = Input(
    "systems",
    "the systems with their scores by metric",
    shape=TABLE,
    columns=(
        Input("system", "the system", shape=NAME),
        Input("scores", "its score by metric", shape=MAPPING, most=50),
    ),
    most=5000,
    symbol="S",
)
PERFORMANCE = Input("performance", "which metric is performance", shape=NAME)
DIRECTIONS = Input(
    "directions", "1 or -1 by metric; 1 unless said otherwise", shape=MAPPING, default=None
)
OFFSETS = Input("offsets", "what is added, by metric", shape=MAPPING, default=None)
WEIGHTS = Input(
    "weights",
    "weight by metric; half on performance and the rest even unless said otherwise",
    shape=MAPPING,
    default=None,
    at_least=0,
    symbol="w",
)
# The table of a class notebook (T14a): it does not turn memory round, so it is arithmetic only.
NOTEBOOK = {
    "DeBERTa": (69.54, 7.41, 5.71, 91.97, 75.70),
    "RoBERTa": (69.07, 9.23, 4.82, 90.94, 74.82),
    "ALBERT": (67.29, 9.60, 2.18, 89.94, 74.12),
    "T5": (67.16, 7.10, 10.62, 91.89, 73.47),
    "BERT": (64.82, 9.39, 4.13, 92.11, 66.38),
    "Majority": (32.41, 77.33, 1.15, 100.0, 100.0),
    "FastText": (31.29, 73.94, 2.20, 83.23, 69.14),
}
NAMES = ("performance", "throughput", "memory", "fairness", "robustness")
EXAMPLE = {
    "systems": [
        {"system": system, "scores": dict(zip(NAMES, scores, strict=True))}
        for system, scores in NOTEBOOK.items()
    ],
    "performance": "performance",
    "offsets": {"memory": 16},
}


@dataclass(frozen=True)
class Comparison:
    """Converted scores by system, and which metric is performance."""

    scores: Mapping[str, Mapping[str, float]]
    performance: str

    @property
    def metrics(self) -> list[str]:
        return sorted({metric for scores in self.scores.values() for metric in scores})

    def rate(self, metric: str) -> float:
        """How much of the metric one unit of performance is worth. Raises Missing."""
        if metric == self.performance:
            return 1.0
        ordered = sorted(
            (scores for scores in self.scores.values() if metric in scores),
            key=lambda scores: scores[self.performance],
        )
        if len(ordered) < 2:
            raise Missing(f"fewer than two systems have {metric}", field="systems")
        apart = APART * max(scores[self.performance] for scores in ordered)
        rates = [
            abs(above[metric] - below[metric]) / step
            for below, above in pairwise(ordered)
            if (step := above[self.performance] - below[self.performance]) > apart
        ]
        if not rates or not math.fsum(rates):
            raise Missing(f"{metric} does not change with performance", field="systems")
        return math.fsum(rates) / len(rates)

    def weights(self, given: Mapping[str, float] | None) -> dict[str, float]:
        """Shares of one by metric."""
        others = [metric for metric in self.metrics if metric != self.performance]
        if given is None:
            given = {metric: 0.5 / len(others) for metric in others}
            given[self.performance] = 0.5
        if strangers := given.keys() - set(self.metrics):
            raise Missing(
                f"no system has {min(strangers)}",
                field=f"weights.{min(strangers)}",
                is_data_error=True,
            )
        whole = math.fsum(given.values())
        if not whole:
            raise Missing("all weights are zero", field="weights", is_data_error=True)
        return {metric: weight / whole for metric, weight in given.items() if weight}

    def score(self, system: str, weights: Mapping[str, float], rates: Mapping[str, float]) -> float:
        """Raises Missing where the system lacks a metric that has a weight."""
        scores = self.scores[system]
        if lacking := weights.keys() - scores.keys():
            raise Missing(f"{system} has no {min(lacking)}", field="systems")
        return math.fsum(weights[each] * scores[each] / rates[each] for each in weights)


def comparison(
    rows: Sequence[Mapping[str, Any]],
    performance: str,
    directions: Mapping[str, float] | None,
    offsets: Mapping[str, float] | None,
) -> Comparison:
    """Scores turned so that higher is better. A system without performance is left out."""
    directions, offsets = directions or {}, offsets or {}
    scores = {
        row["system"]: {
            metric: directions.get(metric, 1.0) * value + offsets.get(metric, 0.0)
            for metric, value in row["scores"].items()
        }
        for row in rows
        if performance in row["scores"]
    }
    if len(scores) < 2:
        raise Missing("it takes two systems with that performance", field="systems")
    return Comparison(scores, performance)
