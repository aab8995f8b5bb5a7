"""What a reader can change about a board's page: who, by what, within which limits."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import drawings
from leaderboard.core import metrics
from leaderboard.core.own import WISHES
from leaderboard.filters import MOST_LAYERS, STATED, Filters
from leaderboard.views import board_markup

# Of a facet, at most so many values are offered in a select, and in a list of boxes.
OPTIONS = 400
BOXES = 24


@dataclass(frozen=True)
class Words:
    """How a facet is spoken of: before its choice, all of it, by name, and behind a choice."""

    before: str
    everything: str
    label: str
    after: str = ""


# The choices of the sentence, in its order.
SENTENCE = {
    "model": Words("", "all models", "Model"),
    "method": Words("with", "any method", "Method"),
    "hardware": Words("on", "any hardware", "Hardware"),
    "obtained": Words(", with energy", "obtained in any way", "How energy was obtained"),
    "level": Words(", with verification", "of any level", "Verification"),
    "year": Words(", measured in", "any year", "Year of measurement"),
}
# Those behind it, in groups.
MORE = {
    "Models": {
        "developer": Words("by", "any developer", "Developer"),
        "family": Words("of the family", "any family", "Family"),
        "model_size": Words("with", "any size", "Size in parameters", " parameters"),
        "weights": Words("with", "any weights", "Weights"),
        "released": Words("released in", "any year", "Released"),
    },
    "Methods and settings": {
        "technique": Words("with", "any technique", "Kind of technique"),
        "precision": Words("at", "any precision", "Precision"),
        "engine": Words("run by", "any engine", "Engine"),
    },
    "Hardware": {
        "vendor": Words("from", "any vendor", "Vendor"),
        "device": Words("on a", "any class", "Device class"),
    },
    "Evidence": {
        "boundary": Words("measured as", "any boundary", "Widest energy measured"),
        "source": Words("from the source", "any source", "Source"),
        "submitter": Words("sent by", "anybody", "Sent by"),
    },
}
FACET_WORDS = SENTENCE | {name: words for group in MORE.values() for name, words in group.items()}
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
    count: int | None = None


@dataclass(frozen=True)
class Choice:
    """A select: its parameter, its name for those who can't see the sentence, its options.

    `usual` is the value that need not stand in the address.
    """

    name: str
    label: str
    options: list[Option]
    usual: str = ""
    before: str = ""

    @property
    def lead(self) -> str:
        """What stands before it in the sentence, with its spaces."""
        return f"{'' if self.before.startswith(',') else ' '}{self.before}{self.before and ' '}"

    @property
    def markup(self) -> SafeString:
        return board_markup.options(self.options)


@dataclass(frozen=True)
class Boxes:
    """The values of a facet as boxes to tick, the commonest first; `more` are left out."""

    name: str
    label: str
    options: list[Option]
    more: int
    chosen: int

    @property
    def markup(self) -> SafeString:
        return board_markup.boxes(self.name, self.options)


@dataclass(frozen=True)
class Chip:
    """A choice that holds now, in words, and the link that gives it up."""

    words: str
    link: str


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


@dataclass(frozen=True)
class Weight:
    """How much a metric counts inside a layer."""

    metric: metrics.Metric
    name: str
    value: str


@dataclass(frozen=True)
class WishField:
    """A part of the reader's own scenario, as written by them."""

    name: str
    label: str
    value: str
    unit: str


class Controls:
    """The choices of a board's page, each as its form shows it."""

    def __init__(self, page):
        self.page = page

    # Who

    @cached_property
    def choices(self) -> list[Choice]:
        return [self.choice(facet) for facet in SENTENCE if self.is_offered(facet)]

    def is_offered(self, facet: str) -> bool:
        """Whether there is anything to choose between, or a choice to take back."""
        values = set(self.page.standings.facets.values(facet))
        return len(values) > 1 or facet in self.page.filters.facets

    def choice(self, facet: str) -> Choice:
        words, chosen = SENTENCE[facet], self.page.filters.facets.get(facet, ())
        options = [Option("", words.everything, not chosen)]
        if len(chosen) > 1:
            options.append(Option(",".join(chosen), f"{len(chosen)} of them", True))
        found = sorted(self.counted(facet)[:OPTIONS], key=lambda one: one.text.casefold())
        options += [Option(one.value, one.text, chosen == (one.value,), one.count) for one in found]
        return Choice(facet, words.label, options, before=words.before)

    def counted(self, facet: str) -> list[Option]:
        """The values that entries have, the commonest first, and those that are chosen."""
        chosen = self.page.filters.facets.get(facet, ())
        counts = self.page.standings.counts(facet)
        for value in self.page.standings.facets.values(facet):
            if value[0] in chosen:
                counts.setdefault(value, 0)
        found = [
            Option(slug, text, slug in chosen, count) for (slug, text), count in counts.items()
        ]
        return sorted(found, key=lambda one: (not one.is_chosen, -(one.count or 0), one.text))

    @cached_property
    def groups(self) -> list[tuple[str, list[Boxes]]]:
        """The facets behind the sentence that have something to choose between."""
        found = []
        for title, facets in MORE.items():
            boxes = [self.boxes(facet) for facet in facets if self.is_offered(facet)]
            if boxes:
                found.append((title, boxes))
        return found

    def boxes(self, facet: str) -> Boxes:
        found = self.counted(facet)
        chosen = sum(one.is_chosen for one in found)
        shown = max(BOXES, chosen)
        more = max(len(found) - shown, 0)
        return Boxes(facet, FACET_WORDS[facet].label, found[:shown], more, chosen)

    @cached_property
    def chips(self) -> list[Chip]:
        """What was chosen behind the sentence."""
        found = []
        for facet, chosen in self.page.filters.facets.items():
            if facet not in SENTENCE:
                link = self.page.link(**{facet: None})
                found.append(Chip(self.in_words(facet, chosen), link))
        if self.page.filters.words:
            words = " ".join(self.page.filters.words)
            found.append(Chip(f"named “{words}”", self.page.link(q=None)))
        return found

    def in_words(self, facet: str, chosen: tuple[str, ...]) -> str:
        """“from NVIDIA or AMD”."""
        texts = dict(self.page.standings.facets.values(facet))
        named = [texts.get(slug, slug) for slug in chosen]
        if len(named) > 3:
            named = [*named[:2], f"{len(named) - 2} others"]
        words = FACET_WORDS[facet]
        return f"{words.before} {' or '.join(named)}{words.after}".lstrip(", ")

    @cached_property
    def unknown_values(self) -> list[str]:
        """Values of facets that no entry of the board has."""
        return [
            f"{facet}={slug[:40]}: no entry of this board has it"
            for facet, chosen in self.page.filters.facets.items()
            for slug in chosen
            if slug not in dict(self.page.standings.facets.values(facet))
        ]

    @property
    def origins(self) -> Choice:
        measured = self.page.filters.measured_only
        return Choice(
            "origin",
            "Origin",
            [
                Option("", "every value", not measured),
                Option("measured", "only values metered or reported", measured),
            ],
        )

    # By what

    @property
    def axes(self) -> list[Choice]:
        return [
            Choice(name, label, self.metric_options(now, self.page.available), usual)
            for name, label, now, usual in (
                ("y", "Up", self.page.filters.y, self.page.usual.y),
                ("x", "Across", self.page.filters.x, self.usual_x),
            )
        ]

    @property
    def drawn(self) -> list[Choice]:
        """What else of the chart can be chosen from a list."""
        return [self.size, self.layers]

    @property
    def size(self) -> Choice:
        """What the size of a point may tell."""
        now = self.page.filters.size
        options = [Option("", "all alike", not now)]
        return Choice(
            "size", "Size", options + self.metric_options(now, self.page.standings.snapshot.metrics)
        )

    @staticmethod
    def metric_options(now: str, slugs) -> list[Option]:
        return [
            Option(slug, f"{shape_of(slug)} {metrics.get(slug).label}", slug == now)
            for slug in slugs
        ]

    @property
    def layers(self) -> Choice:
        now = self.page.filters.layers
        options = [
            Option(
                str(number), "the frontier" if number == 1 else f"{number} layers", number == now
            )
            for number in range(1, MOST_LAYERS + 1)
        ]
        return Choice("layers", "Lines", options, usual="1")

    @property
    def usual_x(self) -> str:
        """What stands across when the reader says only what stands up."""
        return self.page.read(QueryDict(f"y={self.page.filters.y}")).x

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
    def weights(self) -> list[Weight]:
        """One per objective, and those that are set."""
        weights = self.page.filters.weights
        slugs = dict.fromkeys([*self.page.filters.objectives, *weights])
        return [
            Weight(metrics.get(slug), f"w_{slug}", f"{weights.get(slug, 0):g}") for slug in slugs
        ]

    @property
    def wishes(self) -> list[WishField]:
        query = self.page.query
        return [
            WishField(name, wish.label, query.get(name, "")[:40], wish.unit_words)
            for name, wish in WISHES.items()
        ]

    @property
    def columns(self) -> list[Option]:
        """The columns that the table can have."""
        shown = self.page.table.names
        found = [
            Option(slug, metrics.get(slug).label, slug in shown)
            for slug in self.page.standings.snapshot.metrics
        ]
        # Those that are shown stay in their order when one more is ticked.
        order = {name: place for place, name in enumerate(shown)}
        found.sort(key=lambda one: (order.get(one.value, len(order)), one.text.casefold()))
        return found + [Option(name, label, name in shown) for name, label in STATED.items()]

    @property
    def usual_columns(self) -> str:
        return ",".join(self.page.table.usual_names)

    # Within which limits

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


def shape_of(slug: str) -> str:
    """The sign of a metric's family, for lists that can't hold a drawing."""
    return SHAPES[metrics.get(slug).family]
