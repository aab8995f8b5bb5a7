"""Test-time scaling that levels off (metrics-spec, section 10)."""

import math

from leaderboard.core.contract import NUMBER, Input, Missing

CHANCE = Input(
    "p", "chance that one more sample or round succeeds", "1", NUMBER, at_least=0, at_most=1
)
CEILING = Input(
    "f_max", "score that is never passed", "1", NUMBER, above=0, at_most=1, symbol="F_max"
)
AMOUNT = Input("n", "samples or rounds", "count", NUMBER, at_least=0, symbol="N")
SMALLEST = Input(
    "eps", "smallest gain worth one more sample, as a share", "1", NUMBER, above=0, symbol="eps"
)


def score(p: float, f_max: float, n: float) -> float:
    return f_max * (1 - (1 - p) ** n)


def saturation(p: float, f_max: float, eps: float) -> int:
    """The smallest N from which one more sample gains at most `eps`."""
    if p == 0:
        raise Missing("the curve is flat: there is no point of saturation", field="p")
    if f_max * p <= eps:
        return 0
    if p == 1:
        return 1
    guess = max(0, math.ceil(math.log(eps / (f_max * p)) / math.log1p(-p)))
    # The logarithms may round to the wrong side of a whole number.
    while guess > 0 and gain(p, f_max, guess - 1) <= eps:
        guess -= 1
    while gain(p, f_max, guess) > eps:
        guess += 1
    return guess


def gain(p: float, f_max: float, n: float) -> float:
    """What one more sample than `n` gains."""
    return f_max * p * (1 - p) ** n


def expected_draws(p: float, n: float) -> float:
    """Samples drawn on average when the first success stops, and `n` at most."""
    return n if p == 0 else (1 - (1 - p) ** n) / p
