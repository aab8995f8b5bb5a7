"""Whom a board's page shows: the sentence of choices, the facets behind it, and what was chosen."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.utils.safestring import SafeString

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


class Option(NamedTuple):
    """One value of a choice; `entries` is None where nothing is counted."""

    value: str
    text: str
    is_chosen: bool = False
    entries: int | None = None


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


class Choices:
    """The facets of a board's page, each as its form shows it."""

    def __init__(self, page):
        self.page = page

    @cached_property
    def sentence(self) -> list[Choice]:
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
        options += [
            Option(one.value, one.text, chosen == (one.value,), one.entries) for one in found
        ]
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
        return sorted(found, key=lambda one: (not one.is_chosen, -(one.entries or 0), one.text))

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
