"""Within which limits a board's page shows entries, and the ways out where nothing is left."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import drawings
from leaderboard.core import metrics
from leaderboard.filters import Filters
from leaderboard.views.board_choices import FACET_WORDS


@dataclass(frozen=True)
class Slider:
    """A range control beside a limit's field: its ends in the unit shown, and its place."""

    low: str
    high: str
    is_log: bool
    unit: str
    # In thousandths of the way.
    place: int


@dataclass(frozen=True)
class Bound:
    """A limit of the controls: “Quality, at least”."""

    metric: metrics.Metric
    words: str
    name: str
    value: str
    example: str
    is_default: bool
    ticks: SafeString | str
    css: str
    slider: Slider


class Limits:
    """The limits of a board's page, each as its form shows it."""

    def __init__(self, page):
        self.page = page

    @cached_property
    def bounds(self) -> list[Bound]:
        """The limits that this page offers: one per objective, and those that are set."""
        sides = [
            (slug, "min" if metrics.get(slug).better == metrics.HIGHER else "max")
            for slug in self.page.filters.objectives
        ]
        for slug, (low, high) in self.page.filters.bounds.items():
            sides += [(slug, "min")] if np.isfinite(low) else []
            sides += [(slug, "max")] if np.isfinite(high) else []
        return [self.bound(slug, side) for slug, side in dict.fromkeys(sides)]

    def bound(self, slug: str, side: str) -> Bound:
        metric, name = metrics.get(slug), f"{slug}_{side}"
        limit = self.page.filters.bounds.get(slug, (-np.inf, np.inf))[side == "max"]
        has_default = name in self.page.board.filters
        is_default = has_default and limit == self.page.board.filters[name]
        scale, values = self.page.scale(slug), self.page.values(slug)
        text = ""
        if np.isfinite(limit):
            # In the reader's own words, which rounding would change.
            text = self.page.query.get(name) or scale.quantity(float(limit))
        elif has_default:
            text = "any"
        example = scale.quantity(float(np.median(values))) if len(values) else ""
        return Bound(
            metric,
            "at least" if side == "min" else "at most",
            name,
            text,
            example,
            is_default,
            self.ticks(slug),
            drawings.css_class(metric.family),
            self.slider(slug, side, float(limit)),
        )

    def slider(self, slug: str, side: str, limit: float) -> Slider:
        axis = self.page.axis(slug)
        place = float(np.clip(axis.place(limit), 0, 1)) if np.isfinite(limit) else side == "max"
        ends = f"{axis.low:.6g}", f"{axis.high:.6g}"
        return Slider(*ends, axis.is_log, axis.scale.unit, round(1000 * place))

    @property
    def default_bounds(self) -> list[tuple[Bound, str]]:
        """The board's own limits that hold now, each with the link that lifts it."""
        return [
            (bound, self.page.link(**{bound.name: "any"}))
            for bound in self.bounds
            if bound.is_default
        ]

    def ticks(self, slug: str) -> SafeString | str:
        """Where the entries stand, as a strip of ticks."""
        values = self.page.values(slug)
        if not len(values):
            return ""
        return drawings.tick_strip(self.page.axis(slug), values, metrics.get(slug).family)

    @property
    def ways_out(self) -> list[tuple[str, str, int]]:
        """What to give up, the link that does it, and how many entries there are then."""
        ways = []
        for facet in self.page.filters.facets:
            words = FACET_WORDS[facet].everything.capitalize()
            ways.append((words, self.page.link(**{facet: None})))
        if self.page.filters.measured_only:
            ways.append(("Every value, estimated ones too", self.page.link(origin=None)))
        if self.page.filters.words:
            ways.append(("Names with any words", self.page.link(q=None)))
        for bound in self.bounds:
            if bound.value and bound.value != "any":
                ways.append(
                    (f"Any {bound.metric.label.lower()}", self.page.link(**{bound.name: "any"}))
                )
        counted = [(words, link, self.left_by(link)) for words, link in ways]
        return sorted((way for way in counted if way[2]), key=lambda way: -way[2])

    def left_by(self, link: str) -> int:
        query = QueryDict(link.lstrip("?"))
        return self.page.standings.left_by(
            Filters.read(query, self.page.board, self.page.filters.objectives)
        )
