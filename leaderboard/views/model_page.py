"""What is published about a model, in the units in which people quote it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leaderboard.models import ModelFact
from leaderboard.quantities import plain

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


def figures(facts: Iterable[ModelFact]) -> Iterator[Figure]:
    """The facts in the order of the titles, those of one kind by seller."""
    order = list(TITLES)
    for fact in sorted(facts, key=lambda fact: (order.index(Kind(fact.kind)), fact.seller)):
        title, unit, scale = TITLES[Kind(fact.kind)]
        low, high = plain(fact.low * scale), plain(fact.high * scale)
        bounds = "" if low == high else f"{low} to {high}"
        yield Figure(title, unit, plain(fact.value * scale), bounds, fact)
