"""How far estimates moved when they were worked out anew, by metric, and in words."""

import math
from collections.abc import Iterable
from typing import Any

from leaderboard.core.interval import Bounds
from leaderboard.quantities import count, number, signed

Moves = dict[str, dict[str, Any]]
# Metric → “old recipe → new recipe” → entries.
Recipes = dict[str, dict[str, int]]


def moves(
    before: dict[tuple[str, int], Bounds],
    after: dict[tuple[str, int], Bounds],
    recipes: Recipes,
) -> Moves:
    """Metric → entries that moved, got it and lost it, and the least, greatest and sum of changes.

    A change is relative to the value before, where that is not zero.
    """
    found: Moves = {}
    for metric, entry in sorted(before.keys() | after.keys()):
        was, now = before.get((metric, entry)), after.get((metric, entry))
        if was == now:
            continue
        of = found.setdefault(metric, nothing())
        of["got" if was is None else "lost" if now is None else "moved"] += 1
        if was and now and was[0]:
            count_change(of, (now[0] - was[0]) / abs(was[0]))
    for metric, changes in recipes.items():
        found.setdefault(metric, nothing())["recipes"] = changes
    return found


def nothing() -> dict[str, Any]:
    counts = {"moved": 0, "got": 0, "lost": 0, "compared": 0, "sum": 0.0}
    return counts | {"least": None, "greatest": None, "recipes": {}}


def count_change(of: dict[str, Any], change: float) -> None:
    if math.isfinite(change):
        of["compared"] += 1
        of["sum"] += change
        of["least"] = change if of["least"] is None else min(of["least"], change)
        of["greatest"] = change if of["greatest"] is None else max(of["greatest"], change)


def together(batches: Iterable[Moves]) -> Moves:
    """What moved in all of them."""
    found: Moves = {}
    for batch in batches:
        for metric, one in batch.items():
            of = found.setdefault(metric, nothing())
            for name in ("moved", "got", "lost", "compared", "sum"):
                of[name] += one[name]
            for name, choose in (("least", min), ("greatest", max)):
                both = [end for end in (of[name], one[name]) if end is not None]
                of[name] = choose(both, default=None)
            for change, entries in one["recipes"].items():
                of["recipes"][change] = of["recipes"].get(change, 0) + entries
    return found


def in_words(of: dict[str, Any]) -> str:
    """“12 entries moved, by −3.0 % to +12.0 %, +4.2 % on average; 1 lost it”."""
    said = [f"{count(of['moved'], 'entry', 'entries')} moved{by_how_much(of)}"]
    said += [f"{number(of[name], 0)} {name} it" for name in ("got", "lost") if of[name]]
    said += [
        f"{change} in {count(entries, 'entry', 'entries')}"
        for change, entries in sorted(of["recipes"].items())
    ]
    return "; ".join(said)


def by_how_much(of: dict[str, Any]) -> str:
    if not of["compared"]:
        return ""
    least, greatest, mean = (
        f"{signed(100 * share, 1)} %"
        for share in (of["least"], of["greatest"], of["sum"] / of["compared"])
    )
    if least == greatest:
        return f", by {least}"
    return f", by {least} to {greatest}, {mean} on average"
