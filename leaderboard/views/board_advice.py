"""What a board's page advises: the card's sentence, and the ranking by the reader's weights."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from leaderboard import quantities
from leaderboard.core import metrics, presets, weights
from leaderboard.core.presets import ENERGY, PRESETS, Choice, Column, Preset
from leaderboard.quantities import MINUS, number
from leaderboard.recommendations import Words, sentence
from leaderboard.snapshot import PARTS
from leaderboard.standings import Selection, Who
from leaderboard.views.board_choices import Option

# Above this a card would take longer than the rest of the page.
ADVISED_UP_TO = 100_000
FIRST_PICK = "greenest-near-best"
PODIUM = 5
REIGNS = 4


class Columns(Mapping[str, Column]):
    """Columns of a selection by the names of presets, each made when it is first asked for."""

    def __init__(self, selection: Selection, slugs: Mapping[str, str]):
        self.selection, self.slugs = selection, slugs
        self.made: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self.made:
            slug = self.slugs[name]
            value, low, high = (self.selection.part(part, slug) for part in PARTS)
            self.made[name] = Column(value, low, high, metrics.get(slug).better)
        return self.made[name]

    def __contains__(self, name: object) -> bool:
        return name in self.slugs

    def __iter__(self) -> Iterator[str]:
        return iter(self.slugs)

    def __len__(self) -> int:
        return len(self.slugs)


class Advice:
    """The card: a ready-made question and its answer among the entries shown."""

    def __init__(self, page):
        self.page = page

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """By the names of presets: the metrics that the entries shown have."""
        standings, energy = self.page.standings, self.page.filters.energy
        names = ("quality", ENERGY, "cost", "carbon", "material", "latency")
        limited = (self.limit[0],) if self.limit else ()
        slugs = {
            name: energy if name == ENERGY else name for name in dict.fromkeys([*names, *limited])
        }
        has = standings.snapshot.metrics
        return Columns(
            standings.points, {name: slug for name, slug in slugs.items() if slug in has}
        )

    @cached_property
    def limit(self) -> tuple[str, float] | None:
        """The first limit on something other than quality, as a budget."""
        for slug, (low, high) in self.page.filters.bounds.items():
            bound = high if metrics.get(slug).better == metrics.LOWER else low
            if slug != "quality" and np.isfinite(bound):
                return slug, float(bound)
        return None

    @property
    def is_given(self) -> bool:
        return 0 < len(self.page) <= ADVISED_UP_TO

    @cached_property
    def questions(self) -> list[Preset]:
        return [
            preset
            for preset in PRESETS.values()
            if preset.decides in self.columns
            and (not preset.kept or preset.kept in self.columns)
            and (not preset.asks_limit or self.limit is not None)
        ]

    @cached_property
    def preset(self) -> Preset | None:
        by_slug = {preset.slug: preset for preset in self.questions}
        wanted = self.page.filters.pick or FIRST_PICK
        return by_slug.get(wanted) or next(iter(self.questions), None)

    @property
    def options(self) -> list[Option]:
        return [Option(one.slug, one.label, one == self.preset) for one in self.questions]

    @property
    def usual(self) -> str:
        return FIRST_PICK

    @cached_property
    def choice(self) -> Choice | None:
        if self.preset is None:
            return None
        limit = self.limit if self.preset.asks_limit else None
        return presets.answer(self.preset, self.columns, None, limit)

    @property
    def named_places(self) -> list[int]:
        """Places of the entries that the sentence names."""
        if not self.is_given or self.choice is None:
            return []
        places = [self.choice.place, self.choice.runner_up, self.choice.reference]
        return [one for one in places if one is not None] + self.choice.ties[:3].tolist()

    @property
    def chosen(self) -> Who | None:
        return None if self.choice is None else self.named(self.choice.place)

    def named(self, place: int) -> Who:
        return self.page.who[self.page.standings.entry_at(place)]

    @property
    def sentence(self) -> str:
        assert self.preset is not None
        limit = self.limit if self.preset.asks_limit else None
        words = Words(
            self.columns,
            lambda place: str(self.named(place)),
            self.page.board.task.unit_noun,
            self.page.filters.energy,
            limit,
        )
        return sentence(self.preset, self.choice, words)


@dataclass(frozen=True)
class Place:
    """One of the first by the reader's weights."""

    who: Who
    rank: str
    score: str
    bounds: str


@dataclass(frozen=True)
class Lean:
    """How a weight would have to change for another to win."""

    metric: metrics.Metric
    share: str
    words: str
    other: Who | None


class Weighing:
    """The ranking that follows from the reader's weights, and what would change it."""

    def __init__(self, page):
        self.page = page
        self.weighed = page.standings.weighed

    def __bool__(self) -> bool:
        return self.weighed is not None

    @property
    def unscored(self) -> int:
        """Ranked entries that lack one of the weighed metrics."""
        return self.weighed.count - len(self.weighed.places)

    @cached_property
    def sensitivity(self) -> list[weights.Sensitivity]:
        return weights.sensitivity(self.weighed.scored.shares, self.weighed.scored.weights)

    @cached_property
    def reigning(self) -> list[weights.Reign]:
        return weights.reigns(self.weighed.scored.shares)[:REIGNS]

    @cached_property
    def who(self) -> dict[int, Who]:
        """Everybody named here, by place among the ranked."""
        turns = [turn for one in self.sensitivity for turn in (one.less, one.more) if turn]
        scored = [turn.winner for turn in turns] + [reign.place for reign in self.reigning]
        places = np.unique(np.r_[self.weighed.places[scored], self.first].astype(int))
        named = self.page.standings.who(self.page.standings.points.entries[places])
        return {place: named[self.page.standings.entry_at(place)] for place in places.tolist()}

    @property
    def first(self) -> np.ndarray:
        return self.weighed.best_first[: min(PODIUM, len(self.weighed.places))]

    @property
    def podium(self) -> list[Place]:
        scored, found = self.weighed.scored, []
        rows = np.searchsorted(self.weighed.places, self.first)
        for place, row in zip(self.first.tolist(), rows.tolist(), strict=True):
            low, high = float(scored.low[row]), float(scored.high[row])
            found.append(
                Place(
                    self.who[place],
                    quantities.ranks(*scored.ranks[row].tolist()),
                    number(100 * float(scored.score[row]), 1),
                    f"{number(100 * low, 1)} to {number(100 * high, 1)}" if high > low else "",
                )
            )
        return found

    @property
    def leans(self) -> list[Lean]:
        found = []
        shares = self.weighed.scored.weights.tolist()
        for slug, share, one in zip(self.weighed.metrics, shares, self.sensitivity, strict=True):
            turn, metric = one.nearest, metrics.get(slug)
            told = f"{100 * share:.0f}{quantities.NBSP}%"
            if turn is None:
                found.append(Lean(metric, told, "whatever it counts, the winner stays", None))
                continue
            change = f"{'+' if turn.change > 0 else MINUS}{abs(100 * turn.change):.1f}"
            words = f"at {100 * turn.weight:.1f}{quantities.NBSP}% ({change} points) the winner is"
            other = self.who[int(self.weighed.places[turn.winner])]
            found.append(Lean(metric, told, words, other))
        return found

    @property
    def reigns(self) -> list[tuple[Who, str]]:
        """Who leads under which share of all possible weights."""
        return [
            (
                self.who[int(self.weighed.places[reign.place])],
                f"{100 * reign.share:.0f}{quantities.NBSP}%",
            )
            for reign in self.reigning
        ]
