"""What a reader can change about a board's page: who, by what, within which limits."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import drawings
from leaderboard.core import metrics
from leaderboard.filters import Filters

OPTIONS = 400
FACET_WORDS = {
    "model": ("all models", "Model"),
    "technique": ("any technique", "Kind of technique"),
    "method": ("any method", "Method"),
    "hardware": ("any hardware", "Hardware"),
    "vendor": ("any vendor", "Vendor"),
}
SHAPES = {
    "quality": "●",
    "energy": "◆",
    "material": "⬢",
    "cost": "■",
    "carbon": "▲",
    "latency": "⧗",
    "other": "·",
}


@dataclass(frozen=True)
class Option:
    value: str
    text: str
    is_chosen: bool = False


@dataclass(frozen=True)
class Choice:
    """A select: its parameter, its name for those who can't see the sentence, its options.

    `usual` is the value that need not stand in the address.
    """

    name: str
    label: str
    options: list[Option]
    usual: str = ""


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


class Controls:
    """The choices of a board's page, each as its form shows it."""

    def __init__(self, page):
        self.page = page

    @cached_property
    def choices(self) -> list[Choice]:
        return [self.choice(facet) for facet in FACET_WORDS if len(self.options(facet)) > 1]

    def choice(self, facet: str) -> Choice:
        everything, label = FACET_WORDS[facet]
        chosen = self.page.filters.facets.get(facet, ())
        options = [Option("", everything, not chosen)]
        if len(chosen) > 1:
            options.append(Option(",".join(chosen), f"{len(chosen)} of them", True))
        options += [
            Option(slug, text, chosen == (slug,)) for slug, text in self.options(facet)[:OPTIONS]
        ]
        return Choice(facet, label, options)

    def options(self, facet: str) -> list[tuple[str, str]]:
        """The values that the published entries of the board have, as a select offers them."""
        found = set(self.page.standings.facets.values(facet))
        return sorted(found, key=lambda option: option[1].casefold())

    @property
    def origins(self) -> Choice:
        measured = self.page.filters.measured_only
        return Choice(
            "origin",
            "Origin",
            [
                Option("", "in any way", not measured),
                Option("measured", "by meter, sensor or report", measured),
            ],
        )

    @property
    def axes(self) -> list[Choice]:
        return [
            Choice(
                name,
                label,
                [
                    Option(
                        slug,
                        f"{shape_of(slug)} {metrics.get(slug).label}",
                        slug == now,
                    )
                    for slug in self.page.available
                ],
                usual,
            )
            for name, label, now, usual in (
                ("y", "Up", self.page.filters.y, self.page.usual.y),
                ("x", "Across", self.page.filters.x, self.usual_x),
            )
        ]

    @property
    def usual_x(self) -> str:
        """What stands across when the reader says only what stands up."""
        query = QueryDict(f"y={self.page.filters.y}")
        return Filters.read(query, self.page.board, self.page.usual.objectives).x

    @property
    def scales(self) -> list[Option]:
        words = (("", "as fits"), ("log", "log"), ("linear", "linear"))
        return [Option(value, text, value == self.page.filters.scale) for value, text in words]

    @property
    def usual_objectives(self) -> str:
        return ",".join(self.page.usual.objectives)

    @property
    def objectives(self) -> list[tuple[metrics.Metric, bool]]:
        """The metrics that rank here, and those that do usually."""
        chosen = self.page.filters.objectives
        return [(metrics.get(slug), slug in chosen) for slug in self.first_objectives]

    @property
    def other_objectives(self) -> list[metrics.Metric]:
        """The other metrics that could."""
        others = [
            metrics.get(slug) for slug in self.page.available if slug not in self.first_objectives
        ]
        return sorted(others, key=lambda metric: metric.label)

    @property
    def first_objectives(self) -> list[str]:
        return list(dict.fromkeys([*self.page.usual.objectives, *self.page.filters.objectives]))

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
        )

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
            ways.append((FACET_WORDS[facet][0].capitalize(), self.page.link(**{facet: None})))
        if self.page.filters.measured_only:
            ways.append(("Numbers obtained in any way", self.page.link(origin=None)))
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


def shape_of(slug: str) -> str:
    """The sign of a metric's family, for lists that can't hold a drawing."""
    return SHAPES[metrics.get(slug).family]
