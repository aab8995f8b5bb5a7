"""Fill in what formulas can work out from what was measured."""

from collections.abc import Collection, Mapping
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


@lru_cache(maxsize=4096)
def workable(
    measured: frozenset[str], facts: frozenset[str]
) -> tuple[tuple[str, tuple[metrics.Recipe, ...]], ...]:
    """Metric → the recipes whose inputs can be there, in the order of working them out."""
    reachable = set(measured | facts)
    plan = []
    for slug in _in_order():
        recipes = tuple(
            recipe
            for recipe in metrics.ALL[slug].recipes
            if slug not in measured and reachable.issuperset(recipe.inputs)
        )
        if recipes:
            plan.append((slug, recipes))
            reachable.add(slug)
    return tuple(plan)


@lru_cache(maxsize=512)
def following(slug: str) -> frozenset[str]:
    """The metric and all that is derived from it, directly or through others."""
    found = {slug}
    for name in _in_order():
        if any(found.intersection(recipe.inputs) for recipe in metrics.ALL[name].recipes):
            found.add(name)
    return frozenset(found)


def derive(
    measured: Mapping[str, Interval],
    facts: Mapping[str, Interval],
    only: Collection[str] = metrics.ALL.keys(),
) -> dict[str, tuple[Interval, metrics.Recipe]]:
    """Metric slug → value and the recipe that gave it, for all of `only` that `measured` lacks.

    The first recipe of a metric whose inputs are all there is taken. A formula that can't be
    worked out (a divisor that can be zero) gives no value: missing is never zero.
    """
    known = {**facts, **measured}
    found = {}
    for slug, recipes in workable(frozenset(measured), frozenset(facts)):
        for recipe in recipes if slug in only else ():
            inputs = {name: known[name] for name in recipe.inputs if name in known}
            if len(inputs) < len(recipe.inputs):
                continue
            try:
                value = recipe.formula(**inputs)
            except (ZeroDivisionError, ValueError, OverflowError):
                continue
            known[slug] = value
            found[slug] = (value, recipe)
            break
    return found
