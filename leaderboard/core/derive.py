"""Fill in what formulas can work out from what was measured."""

from collections.abc import Mapping
from functools import lru_cache

from leaderboard.core import metrics
from leaderboard.core.interval import Interval


@lru_cache(maxsize=1)
def _in_order() -> tuple[str, ...]:
    """The metrics that have formulas, each after the metrics that its formulas ask for."""
    order: list[str] = []

    def visit(slug: str) -> None:
        if slug in order or slug not in metrics.ALL:
            return
        for recipe in metrics.ALL[slug].recipes:
            for name in recipe.inputs:
                visit(name)
        order.append(slug)

    for slug in metrics.ALL:
        visit(slug)
    return tuple(slug for slug in order if metrics.ALL[slug].recipes)


def derive(
    measured: Mapping[str, Interval], facts: Mapping[str, Interval]
) -> dict[str, tuple[Interval, metrics.Recipe]]:
    """Metric slug → value and the recipe that gave it, for all that `measured` lacks.

    The first recipe of a metric whose inputs are all there is taken. A formula that can't be
    worked out (a divisor that can be zero) gives no value: missing is never zero.
    """
    known = {**facts, **measured}
    found = {}
    for slug in _in_order():
        if slug in measured:
            continue
        for recipe in metrics.ALL[slug].recipes:
            if not all(name in known for name in recipe.inputs):
                continue
            try:
                value = recipe.formula(**{name: known[name] for name in recipe.inputs})
            except (ZeroDivisionError, ValueError, OverflowError):
                continue
            found[slug] = (value, recipe)
            known[slug] = value
            break
    return found
