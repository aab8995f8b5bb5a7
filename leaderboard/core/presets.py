"""Ready-made questions: the cheapest, the greenest that is nearly as good as the best, and so on.

A preset names the metric that decides and what limits the choice. `choose` answers from columns;
`leaderboard.recommendations` puts the answer into words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

# Stands for the energy that a board counts.
ENERGY = "energy"


@dataclass(frozen=True)
class Column:
    """One metric of n entries: arrays of shape (n,), NaN where there is no number, and ±1."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    better: int

    @cached_property
    def turned(self) -> np.ndarray:
        """More is better; what is missing is worst of all."""
        return np.nan_to_num(self.value * self.better, nan=-np.inf)

    @cached_property
    def is_known(self) -> np.ndarray:
        return np.isfinite(self.value)

    def overlaps(self, place: int) -> np.ndarray:
        """Mask of shape (n,): whose interval overlaps with that of one; never its own place."""
        with np.errstate(invalid="ignore"):
            mask = (self.low <= self.high[place]) & (self.high >= self.low[place])
        mask[place] = False
        return mask


@dataclass(frozen=True)
class Preset:
    """A question. `decides` and `kept` are metrics; `ENERGY` is the board's.

    With `kept` only entries count that are at most `margin` behind the best on it: in its unit, or
    as a share of the best where `is_relative`. With `limited` the reader gives a limit on a metric.
    """

    slug: str
    label: str
    adjective: str
    decides: str
    kept: str = ""
    margin: float = 0.0
    is_relative: bool = False
    asks_limit: bool = False


PRESETS: Mapping[str, Preset] = {
    preset.slug: preset
    for preset in (
        Preset(
            "greenest-near-best",
            "Greenest within 2 points of the best quality",
            "greenest",
            ENERGY,
            kept="quality",
            margin=0.02,
        ),
        Preset(
            "cheapest-near-best",
            "Cheapest within 2 points of the best quality",
            "cheapest",
            "cost",
            kept="quality",
            margin=0.02,
        ),
        Preset("best", "Best quality", "best", "quality"),
        Preset(
            "best-in-budget", "Best quality within a budget", "best", "quality", asks_limit=True
        ),
        Preset("greenest", "Least energy", "greenest", ENERGY),
        Preset("least-carbon", "Least carbon", "lowest in carbon", "carbon"),
        Preset("cheapest", "Least cost", "cheapest", "cost"),
        Preset("least-material", "Least material", "lightest in material", "material"),
        Preset("fastest", "Least latency", "fastest", "latency"),
    )
}


@dataclass(frozen=True)
class Choice:
    """What was chosen and the numbers that say why.

    `among` is how many entries had the metrics and kept within the limits. `runner_up` is the next
    best of them, `ties` all of them whose interval overlaps with that of the chosen, so that
    nobody can say which is ahead. `reference` is the best on the metric that had to be kept, and
    `threshold` the least that was accepted there.
    """

    place: int
    among: int
    runner_up: int | None = None
    ties: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    reference: int | None = None
    threshold: float | None = None

    @property
    def is_tie(self) -> bool:
        """Whether the runner-up's interval overlaps."""
        return self.runner_up is not None and self.runner_up in self.ties


def choose(
    decides: Column, allowed: np.ndarray | None = None, then: Column | None = None
) -> Choice | None:
    """The best entry on a column among those allowed, a mask of shape (n,); None where none is.

    Of equal ones that with the better `then`, then the first.
    """
    mask = decides.is_known if allowed is None else decides.is_known & allowed
    places = np.flatnonzero(mask)
    if not len(places):
        return None
    first = best_of(places, decides, then)
    others = places[places != first]
    runner_up = best_of(others, decides, then) if len(others) else None
    ties = in_order(others[decides.overlaps(first)[others]], decides, then)
    return Choice(first, len(places), runner_up, ties)


def best_of(places: np.ndarray, decides: Column, then: Column | None) -> int:
    """The first of `in_order`, without putting all of them in order."""
    turned = decides.turned[places]
    return int(in_order(places[turned == turned.max()], decides, then)[0])


def in_order(places: np.ndarray, decides: Column, then: Column | None) -> np.ndarray:
    """These places, ascending, the best first; of equals the better on `then`, then the first."""
    second = np.zeros(len(places)) if then is None else then.turned[places]
    order: np.ndarray = places[np.lexsort((places, -second, -decides.turned[places]))]
    return order


def choose_near_best(
    decides: Column,
    kept: Column,
    margin: float,
    allowed: np.ndarray | None = None,
    *,
    is_relative: bool = False,
) -> Choice | None:
    """The best on one column among those at most `margin` behind the best on another.

    `margin` is in the unit of `kept`, or a share of its best value where `is_relative`. The best is
    looked for among all that are allowed, also those that lack the column that decides.
    """
    if not margin >= 0 or not np.isfinite(margin):
        raise ValueError("a margin is at least zero")
    reference = choose(kept, allowed, decides)
    if reference is None:
        return None
    best = float(kept.turned[reference.place])
    # A hair of tolerance: 0.73 - 0.02 must let 0.71 in.
    threshold = best - (abs(best) * margin if is_relative else margin)
    near = kept.turned >= threshold - 1e-12 * max(abs(best), abs(threshold))
    choice = choose(decides, near if allowed is None else near & allowed, kept)
    if choice is None:
        return None
    return Choice(
        choice.place,
        choice.among,
        choice.runner_up,
        choice.ties,
        reference.place,
        threshold * kept.better,
    )


def choose_within(
    decides: Column,
    limited: Column,
    limit: float,
    allowed: np.ndarray | None = None,
) -> Choice | None:
    """The best on one column among those that are at least as good as a limit on another."""
    with np.errstate(invalid="ignore"):
        inside = limited.is_known & (limited.value * limited.better >= limit * limited.better)
    return choose(decides, inside if allowed is None else inside & allowed, limited)


def answer(
    preset: Preset,
    columns: Mapping[str, Column],
    allowed: np.ndarray | None = None,
    limit: tuple[str, float] | None = None,
) -> Choice | None:
    """The preset's answer from columns by metric; `limit` is a metric and its limit, where asked.

    None where the columns that it needs are not there or nothing satisfies.
    """
    needed = [preset.decides, *filter(None, [preset.kept, limit[0] if limit else ""])]
    if not all(name in columns for name in needed) or (preset.asks_limit and limit is None):
        return None
    decides = columns[preset.decides]
    if preset.kept:
        kept, is_relative = columns[preset.kept], preset.is_relative
        return choose_near_best(decides, kept, preset.margin, allowed, is_relative=is_relative)
    if limit is not None:
        return choose_within(decides, columns[limit[0]], limit[1], allowed)
    return choose(decides, allowed, columns.get("quality"))
