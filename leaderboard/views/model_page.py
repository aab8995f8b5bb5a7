"""What is published about a model, in the units in which people quote it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leaderboard.models import AIModel, ModelFact
from leaderboard.quantities import plain
from leaderboard.templatetags.quantities import size

Kind = ModelFact.Kind
MILLION = 1e6
# Kind → title, unit of the page, and how many canonical units one of them has.
TITLES = {
    Kind.INPUT_PRICE: ("Input", "USD per million tokens", MILLION),
    Kind.OUTPUT_PRICE: ("Output", "USD per million tokens", MILLION),
    Kind.CACHED_INPUT_PRICE: ("Input from a cache", "USD per million tokens", MILLION),
    Kind.IMAGE_PRICE: ("Image", "USD", 1.0),
    Kind.INPUT_SECOND_PRICE: ("Second of input", "USD", 1.0),
    Kind.OUTPUT_SECOND_PRICE: ("Second of output", "USD", 1.0),
    Kind.PARAMETERS_TOTAL: ("Parameters", "million", 1 / MILLION),
    Kind.PARAMETERS_ACTIVE: ("Active parameters", "million", 1 / MILLION),
    Kind.TRAINING_COMPUTE: ("Training compute", "FLOP", 1.0),
}


@dataclass(frozen=True)
class Figure:
    title: str
    unit: str
    value: str
    bounds: str
    fact: ModelFact


@dataclass(frozen=True)
class Spread:
    """All figures of one kind at a glance: from the lowest to the highest, and of when."""

    title: str
    unit: str
    range: str
    number: int
    sources: int
    dates: str


def figures(facts: Iterable[ModelFact]) -> Iterator[Figure]:
    """The facts in the order of the titles, those of one kind by seller."""
    order = list(TITLES)
    for fact in sorted(facts, key=lambda fact: (order.index(Kind(fact.kind)), fact.seller)):
        title, unit, scale = TITLES[Kind(fact.kind)]
        low, high = plain(fact.low * scale), plain(fact.high * scale)
        bounds = "" if low == high else f"{low} to {high}"
        yield Figure(title, unit, plain(fact.value * scale), bounds, fact)


def spreads(facts: Iterable[ModelFact]) -> Iterator[Spread]:
    """One line for each kind of figures."""
    by_kind: dict[str, list[ModelFact]] = defaultdict(list)
    for fact in facts:
        by_kind[fact.kind].append(fact)
    for kind, (title, unit, scale) in TITLES.items():
        rows = by_kind.get(kind, [])
        if rows:
            low = plain(min(fact.low for fact in rows) * scale)
            high = plain(max(fact.high for fact in rows) * scale)
            dates = sorted({fact.dated for fact in rows if fact.dated})
            yield Spread(
                title,
                unit,
                low if low == high else f"{low} to {high}",
                len(rows),
                len({fact.source_id for fact in rows}),
                " to ".join(dict.fromkeys([*dates[:1], *dates[-1:]])),
            )


class ModelPage:
    """A model with what is stated about it."""

    def __init__(self, row: AIModel, facts: list[ModelFact]):
        self.row, self.facts = row, facts

    @property
    def specifications(self) -> list[tuple[str, str]]:
        """Property and value, of what is known; all of it is from the model's source."""
        row = self.row
        weights = {True: "open", False: "closed", None: ""}[row.has_open_weights]
        told = [
            ("Developer", row.developer),
            ("Family", row.family),
            ("Released", row.released),
            ("Parameters", size(row.parameters_total)),
            ("Active parameters", size(row.parameters_active)),
            ("Weights", weights),
        ]
        return [(name, value) for name, value in told if value]

    @cached_property
    def figures(self) -> list[Figure]:
        return list(figures(self.facts))

    @property
    def spreads(self) -> list[Spread]:
        return list(spreads(self.facts))

    def twin(self) -> dict[str, Any]:
        """For scripts; numbers are in canonical units."""
        row = self.row
        return {
            "developer": row.developer,
            "family": row.family,
            "released": row.released,
            "parameters_total": row.parameters_total,
            "parameters_active": row.parameters_active,
            "has_open_weights": row.has_open_weights,
            "source": row.source.slug if row.source else None,
            "facts": [
                {
                    "kind": fact.kind,
                    "value": fact.value,
                    "low": fact.low,
                    "high": fact.high,
                    "seller": fact.seller,
                    "dated": fact.dated,
                    "citation": fact.citation,
                    "source": fact.source.slug,
                }
                for fact in self.facts
            ],
        }
