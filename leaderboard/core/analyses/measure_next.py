"""What to measure next: the method whose upper confidence bound is highest (UCB-E).

A method without any measurement comes first; one that is fully measured never comes again.
"""

import math

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NAME, NUMBER, TABLE, WHOLE, Example, Input, Missing

ANALYSIS = Analysis(
    "measure_next",
    "What to measure next",
    (
        Input(
            "methods",
            "what is known of each method",
            "1",
            TABLE,
            columns=(
                Input("method", "the method", shape=NAME),
                Input("mean", "mean of its scores so far", "1", NUMBER, default=None),
                Input("n", "examples measured", "count", WHOLE, at_least=0),
                Input("total", "examples there are", "count", WHOLE, default=None, at_least=1),
            ),
        ),
        Input("a", "weight of what is not known", "1", NUMBER, default=1.0, at_least=0),
    ),
    {
        "order": "the methods that are not fully measured, the next first",
        "bounds": "upper bound of each; nothing where it is infinite",
        "measured": "share of all cells that are measured, where totals are known",
    },
    "bound[m] = mean[m] + sqrt(a / n[m])",
    "verified in text",
    (papers.BANDIT,),
    (
        Example(
            {
                "methods": [
                    {"method": "A", "mean": 0.80, "n": 100},
                    {"method": "B", "mean": 0.70, "n": 20},
                    {"method": "C", "mean": 0.75, "n": 50},
                ]
            },
            {"order": ["B", "A", "C"], "bounds": {"A": 0.90, "B": 0.923607, "C": 0.891421}},
            "T13a",
            5e-7,
        ),
    ),
    edges=("No measurement: infinite, it comes first. Fully measured: it is left out.",),
)


@ANALYSIS.by
def order(methods, a):
    bounds = {}
    for place, row in enumerate(methods):
        if row["n"] and row["mean"] is None:
            raise Missing("a measured method has a mean", field=f"methods[{place}].mean")
        if row["total"] is not None and row["n"] >= row["total"]:
            continue
        bounds[row["method"]] = row["mean"] + math.sqrt(a / row["n"]) if row["n"] else math.inf
    totals = [row["total"] for row in methods]
    known = all(totals) and len(totals) > 0
    return {
        "order": sorted(bounds, key=lambda method: -bounds[method]),
        "bounds": {m: bound if math.isfinite(bound) else None for m, bound in bounds.items()},
        "measured": sum(row["n"] for row in methods) / sum(totals) if known else None,
    }
