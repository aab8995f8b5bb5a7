"""Why an entry stands where it does in a board's view: who beats it, and what it would take."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from leaderboard import kinds, quantities
from leaderboard.core import metrics, reach
from leaderboard.standings import Who

SHOWN = 50


@dataclass(frozen=True)
class Rival:
    """An entry that is at least as good on every objective."""

    who: Who
    # Per objective its value, and how far ahead it is.
    values: list[tuple[str, str]]
    # Whether it is ahead whatever the values are within their bounds.
    is_certain: bool
    compare_link: str


@dataclass(frozen=True)
class Step:
    """What the entry would need on one objective, all else as it is."""

    metric: metrics.Metric
    now: str
    need: str
    change: str


class Why:
    """One ranked entry among the others of the view."""

    def __init__(self, page, entry: int, place: int):
        self.page, self.entry, self.place = page, entry, place
        self.objectives = page.filters.objectives
        self.points = page.standings.points.of(self.objectives)

    @property
    def directions(self) -> list[int]:
        return self.page.filters.directions

    @cached_property
    def found(self) -> reach.Dominators:
        points = self.points
        found = reach.dominators(points.value, points.low, points.high, self.directions, self.place)
        return replace(found, is_certain=found.is_certain & self.compares[found.places].all(axis=1))

    @cached_property
    def compares(self) -> np.ndarray:
        """Of shape (n, m): whose numbers are of one kind with this entry's."""
        found = np.ones(self.points.value.shape, bool)
        for column, metric in enumerate(self.objectives):
            if kinds.has_kinds(metric):
                kind = kinds.of(self.points.origin[:, column])
                found[:, column] = kind == kind[self.place]
        return found

    @property
    def count(self) -> int:
        return len(self.found.places)

    @property
    def more(self) -> int:
        return max(self.count - SHOWN, 0)

    @property
    def is_across(self) -> bool:
        """Whether an entry that beats it has an energy of another kind."""
        return not bool(self.compares[self.found.places].all())

    @property
    def certain(self) -> int:
        return int(self.found.is_certain.sum())

    @cached_property
    def named(self) -> dict[int, Who]:
        places = np.r_[self.found.places[:SHOWN], self.place].astype(int)
        return self.page.standings.who(self.points.entries[places])

    @property
    def who(self) -> Who:
        return self.named[self.entry]

    @property
    def layer(self) -> int:
        return int(self.page.standings.layer[self.place])

    @property
    def labels(self) -> list[metrics.Metric]:
        return [metrics.get(slug) for slug in self.objectives]

    @property
    def own(self) -> list[tuple[metrics.Metric, str]]:
        """Its value on each objective."""
        values = (self.value(self.place, column) for column in range(len(self.objectives)))
        return list(zip(self.labels, values, strict=True))

    def value(self, place: int, column: int) -> str:
        points = self.points
        bounds = (float(part[place, column]) for part in (points.value, points.low, points.high))
        return self.page.scale(self.objectives[column]).bounded(*bounds)

    @cached_property
    def rivals(self) -> list[Rival]:
        found = self.found
        rows = zip(found.places[:SHOWN].tolist(), found.is_certain.tolist(), strict=False)
        return [
            Rival(
                self.named[int(self.points.entries[place])],
                [
                    (self.value(place, column), self.lead(row, column))
                    for column in range(len(self.objectives))
                ],
                is_certain,
                f"/compare/?entry={self.entry}&entry={int(self.points.entries[place])}",
            )
            for row, (place, is_certain) in enumerate(rows)
        ]

    def lead(self, row: int, column: int) -> str:
        """“+4.3 points”, “26 times less”, “equal”; and what leaves the order open."""
        found = self.found
        difference = float(found.difference[row, column])
        if not difference:
            return "equal"
        overlap = "; bounds overlap" if found.overlaps[row, column] else ""
        if not self.compares[found.places[row], column]:
            overlap += "; another kind of number"
        if self.objectives[column] == "quality":
            return f"{quantities.signed(100 * difference, 1)} points{overlap}"
        ratio = float(found.ratio[row, column])
        if not np.isfinite(ratio) or not ratio:
            return f"{quantities.MISSING}{overlap}"
        by = max(ratio, 1 / ratio)
        told = quantities.number(by, quantities.decimals_of(by, None))
        return f"{told} times {'more' if ratio > 1 else 'less'}{overlap}"

    @cached_property
    def needs(self) -> list[reach.Need | None]:
        """What it would need on each objective, all else as it is."""
        limits = [
            1.0 if slug == "quality" else np.inf if better > 0 else 0.0
            for slug, better in zip(self.objectives, self.directions, strict=True)
        ]
        return reach.needs(self.points.value, self.directions, self.place, limits)

    @cached_property
    def steps(self) -> list[Step]:
        """Nothing for an entry that is on the frontier already."""
        if not self.count:
            return []
        return [self.step(column, need) for column, need in enumerate(self.needs)]

    def step(self, column: int, need: reach.Need | None) -> Step:
        slug = self.objectives[column]
        metric, scale = metrics.get(slug), self.page.scale(slug)
        now = scale.quantity(float(self.points.value[self.place, column]))
        if need is None:
            return Step(metric, now, "no possible value is enough", "")
        side = "more than" if metric.better == metrics.HIGHER else "less than"
        side = side if need.is_beyond else "at least" if metric.better > 0 else "at most"
        change = ""
        if slug == "quality":
            more = 100 * (need.value - float(self.points.value[self.place, column]))
            change = f"{quantities.signed(more, 1)} points"
        elif need.change is not None:
            change = f"{quantities.signed(100 * need.change, 1)}{quantities.NBSP}%"
        return Step(metric, now, f"{side} {scale.quantity(need.value)}", change)

    @property
    def rank(self) -> str:
        ranked = self.page.table.ranked_on
        ranks = self.page.standings.ranks(ranked.slug, np.array([self.place]))[0].tolist()
        return f"{quantities.ranks(*ranks)} of {len(self.page):,} by {ranked.label.lower()}"

    @property
    def chance(self) -> str:
        """How likely it is to be on the frontier, where workers have drawn it."""
        if self.page.chances is None:
            return ""
        probability, error = self.page.chances.at(np.array([self.entry]))
        told = f"{100 * probability[0]:.0f}{quantities.NBSP}%"
        return f"{told}, give or take {100 * error[0]:.1f} points" if error[0] else told

    def as_json(self) -> dict:
        """For the strip below the chart."""
        page = self.page
        return {
            "entry": self.entry,
            "name": str(self.who),
            "path": self.who.path,
            "why": f"{page.why_link}{self.entry}",
            "values": [page.value_of(self.entry, one) for one in (page.filters.y, page.filters.x)],
            "layer": self.layer or None,
            "beaten_by": [
                {"name": str(rival.who), "path": rival.who.path} for rival in self.rivals[:3]
            ],
            "beaten_by_count": self.count,
        }


def of(page, entry: int) -> Why | None:
    """None where the view does not rank the entry."""
    place = page.standings.place_of(entry)
    return None if place is None else Why(page, entry, place)
