"""Which cells to measure next, where methods and examples resemble each other (UCB-E-LRF).

Below 5 % of known cells it asks for a random warm-up. Then an ensemble of rank-1 factorisations,
each with a few known cells dropped, guesses the others: a cell's bound is the ensemble's mean plus
five standard deviations, a method's bound the mean over its cells, and its least certain cells
come first.
"""

import numpy as np

from leaderboard.core import papers
from leaderboard.core.analyses import Analysis
from leaderboard.core.contract import NAME, NUMBER, TABLE, WHOLE, Example, Input, Missing

MEMBERS, DROPPED, RIDGE, WARM, ETA, ROUNDS = 64, 0.05, 0.1, 0.05, 5.0, 10
MOST_CELLS = 200_000

ANALYSIS = Analysis(
    "measure_next_cells",
    "Which cells to measure next",
    (
        Input(
            "scores",
            "the score of a method on an example; empty where it is not measured",
            "1",
            TABLE,
            columns=(
                Input("method", "the method", shape=NAME),
                Input("example", "the example", shape=NAME),
                Input("score", "its score", "1", NUMBER, default=None),
            ),
        ),
        Input("batch", "cells to measure", "count", WHOLE, default=32, at_least=1),
        Input("seed", "of the draws", "1", WHOLE, default=0, at_least=0),
    ),
    {
        "method": "whose cells",
        "examples": "the cells to measure, the least certain first",
        "bounds": "upper bound of each method; a random one is asked for while warming up",
        "known": "share of cells that are known",
    },
    """
    bound[m] = mean(x[m, e] if "known" else mu[m, e] + 5 * sigma[m, e] for e in "examples")
    next = argmax(bound[m] for m in "methods")
    """,
    "verified in text",
    (papers.BANDIT,),
    (
        Example(
            {
                "scores": [
                    {"method": method, "example": str(place), "score": score}
                    for method, scores in (("A", (1, 1, 1, 1)), ("B", (0, None, None, 0)))
                    for place, score in enumerate(scores)
                ]
            },
            {"method": "B", "known": 0.75},
        ),
    ),
    edges=("Everything measured: nothing to do, missing.",),
)


@ANALYSIS.by
def cells(scores, batch, seed):
    methods = list(dict.fromkeys(row["method"] for row in scores))
    examples = list(dict.fromkeys(row["example"] for row in scores))
    if len(methods) * len(examples) > MOST_CELLS:
        raise Missing(f"more than {MOST_CELLS} cells", field="scores")
    table = np.full((len(methods), len(examples)), np.nan)
    row_of = {name: place for place, name in enumerate(methods)}
    column_of = {name: place for place, name in enumerate(examples)}
    for row in scores:
        if row["score"] is not None:
            table[row_of[row["method"]], column_of[row["example"]]] = row["score"]
    known = ~np.isnan(table)
    if known.all():
        raise Missing("everything is measured", field="scores")
    random = np.random.default_rng(seed)
    if known.mean() < WARM:
        return _warm_up(methods, examples, known, batch, random)
    mean, spread = ensemble(table, known, random)
    upper = np.where(known, np.where(known, table, 0.0), mean + ETA * spread).mean(1)
    upper[known.all(1)] = -np.inf
    chosen = int(np.argmax(upper))
    order = np.argsort(-np.where(known[chosen], -1.0, spread[chosen]), kind="stable")
    return {
        "method": methods[chosen],
        "examples": [examples[each] for each in order if not known[chosen, each]][:batch],
        "bounds": {m: float(u) for m, u in zip(methods, upper, strict=True) if np.isfinite(u)},
        "known": float(known.mean()),
        "is_warming_up": False,
    }


def _warm_up(methods, examples, known, batch, random):
    open_rows = np.flatnonzero(~known.all(1))
    chosen = int(random.choice(open_rows))
    open_cells = random.permutation(np.flatnonzero(~known[chosen]))[:batch]
    return {
        "method": methods[chosen],
        "examples": [examples[each] for each in open_cells],
        "bounds": {},
        "known": float(known.mean()),
        "is_warming_up": True,
    }


def ensemble(table, known, random):
    """Mean and standard deviation of what rank-1 factorisations guess for every cell."""
    filled = np.where(known, table, 0.0)
    guesses = np.empty((MEMBERS, *table.shape)) if table.size * MEMBERS < 2**24 else None
    total, squares = np.zeros(table.shape), np.zeros(table.shape)
    for member in range(MEMBERS):
        kept = known & (random.random(table.shape) >= DROPPED)
        guess = _rank_one(filled * kept, kept, random)
        if guesses is not None:
            guesses[member] = guess
        total += guess
        squares += guess**2
    mean = total / MEMBERS
    if guesses is not None:
        return mean, guesses.std(0)
    return mean, np.sqrt(np.maximum(squares / MEMBERS - mean**2, 0.0))


def _rank_one(filled, kept, random):
    columns = random.normal(0.5, 0.1, filled.shape[1])
    for _ in range(ROUNDS):
        rows = filled @ columns / (kept @ columns**2 + RIDGE)
        columns = rows @ filled / (rows**2 @ kept + RIDGE)
    return np.outer(rows, columns)
