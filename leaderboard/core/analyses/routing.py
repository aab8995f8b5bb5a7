"""Which model a router picks, for each trade-off between quality and cost.

With mu from 0 (only quality) to 1 (only cost) it takes the model with the most of
(1 - mu) quality - mu cost; of equals the cheaper. Quality and cost must be on comparable scales:
state the cost's unit.
"""

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NAME, NUMBER, TABLE, Example, Input, Missing

ANALYSIS = Analysis(
    "routing",
    "Routing by quality and cost",
    (
        Input(
            "models",
            "expected quality and cost of each model",
            "1",
            TABLE,
            columns=(
                Input("model", "the model", shape=NAME),
                Input("quality", "expected quality", "1", NUMBER),
                Input("cost", "expected cost", "1", NUMBER, at_least=0),
            ),
            most=1000,
        ),
        Input("mu", "weight of cost", "1", NUMBER, default=0.5, at_least=0, at_most=1, symbol="mu"),
    ),
    {"choice": "the model at this mu", "ranges": "which model from which mu to which"},
    "route = argmax((1 - mu) * quality[m] - mu * cost[m] for m in models)",
    "verified in text",
    (papers.CARROT,),
    (
        Example(
            {
                "models": [
                    {"model": "small", "quality": 0.60, "cost": 0.0004},
                    {"model": "mid", "quality": 0.72, "cost": 0.0030},
                    {"model": "large", "quality": 0.80, "cost": 0.0150},
                ],
                "mu": 0.9,
            },
            {
                "choice": "mid",
                "ranges": [
                    {"model": "large", "start": 0.0, "end": 0.8696},
                    {"model": "mid", "start": 0.8696, "end": 0.9788},
                    {"model": "small", "start": 0.9788, "end": 1.0},
                ],
            },
            "T15a",
            5e-5,
        ),
    ),
)


def choice(models, mu):
    return max(models, key=lambda m: ((1 - mu) * m["quality"] - mu * m["cost"], -m["cost"]))


@ANALYSIS.by
def route(models, mu):
    if not models:
        raise Missing("there are no models", field="models")
    return {"choice": choice(models, mu)["model"], "ranges": list(_ranges(models))}


def _ranges(models):
    """Along mu each model's value is a line; the best ones are their upper envelope."""
    now, start = choice(models, 0.0), 0.0
    while True:
        meets = []
        for other in models:
            steeper = (now["quality"] + now["cost"]) - (other["quality"] + other["cost"])
            if steeper > 0:
                meets.append(((now["quality"] - other["quality"]) / steeper, other))
        crossing = [(mu, other) for mu, other in meets if start <= mu < 1]
        if not crossing:
            yield {"model": now["model"], "start": start, "end": 1.0}
            return
        mu, following = min(
            crossing, key=lambda pair: (pair[0], pair[1]["quality"] + pair[1]["cost"])
        )
        if mu > start:
            yield {"model": now["model"], "start": start, "end": mu}
        now, start = following, mu
