"""From device time to a share of a device's life, and on to what making the device took."""

from dataclasses import dataclass, field
from functools import cached_property

from leaderboard import quantities
from leaderboard.core import footprint, metrics
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts
from leaderboard.formula_words import in_words
from leaderboard.models import Entry, Estimate, Task
from leaderboard.views.provenance import fact_text

# What a share of a life comes to: material, and what making the devices took.
IMPACTS = ("material", "toxic_material", "embodied_carbon", "abiotic_depletion")
# Metric → the same of the A100 that compute is counted in.
OF_AN_A100 = {
    "material": Interval.exact(footprint.A100_ANALYSED_KG),
    "toxic_material": footprint.A100_TOXIC_KG,
    "embodied_carbon": footprint.A100_EMBODIED_CARBON_KG,
    "abiotic_depletion": footprint.A100_ABIOTIC_DEPLETION_KG,
}
# Metric → the fact about a device that has its unit.
A100_FACTS = {
    "material": "device_mass",
    "toxic_material": "device_toxic_mass",
    "embodied_carbon": "device_embodied_carbon",
    "abiotic_depletion": "device_abiotic_depletion",
}
# Recipe of the share → the metric it begins with.
BEGINNINGS = {
    "gpu_lives.from_hours/1": "accelerator_time",
    "gpu_lives.from_device_time/1": "device_time",
    "gpu_lives.from_compute/1": "training_compute",
}


@dataclass(frozen=True)
class Product:
    """One impact with its range; `words` say what one device has of it, or another formula."""

    metric: metrics.Metric
    words: str
    result: str
    link: str


@dataclass
class LifeShare:
    """The chain of one entry; there is none where nobody knows how long it kept devices busy."""

    entry: Entry
    estimates: dict[str, Estimate]
    # The formula that gave the entry's share.
    recipe: metrics.Recipe
    # How its device time came to be, in a few words.
    how: str = ""
    _facts: Facts = field(default_factory=Facts)

    @cached_property
    def known(self) -> dict[str, Interval]:
        entry = self.entry
        return self._facts.of(entry.hardware.slug, entry.device_count, "", entry.task.slug)

    @property
    def is_by_compute(self) -> bool:
        return self.recipe.name.startswith("gpu_lives.from_compute/")

    @property
    def beginning(self) -> metrics.Metric:
        return metrics.get(BEGINNINGS[self.recipe.name])

    @property
    def time(self) -> str:
        """The device time or compute that it begins with, with its range."""
        estimate = self.estimates.get(self.beginning.slug)
        return ranged(estimate) if estimate else quantities.MISSING

    @property
    def life(self) -> str:
        return fact_text("device_life", self.known["device_life"])

    @property
    def mfu(self) -> str:
        mfu = footprint.MFU
        return f"{100 * mfu.value:g} % ({100 * mfu.low:g} to {100 * mfu.high:g})"

    @property
    def share(self) -> str:
        return ranged(self.estimates["gpu_lives"])

    @property
    def products(self) -> list[Product]:
        """What follows from this share: times what one device has of it."""
        return [
            self.product(slug, self.of_one(one))
            for slug, one in self.impacts.items()
            if self.is_of_share(one)
        ]

    @property
    def others(self) -> list[Product]:
        """What is known of the entry and does not follow from this share, with how it does."""
        return [
            self.product(slug, self.formula_of(one))
            for slug, one in self.impacts.items()
            if not self.is_of_share(one)
        ]

    @property
    def impacts(self) -> dict[str, Estimate]:
        return {slug: self.estimates[slug] for slug in IMPACTS if slug in self.estimates}

    def is_of_share(self, estimate: Estimate) -> bool:
        """Whether its formula begins like the share's, and what one device has of it is known."""
        if way(estimate.recipe) != way(self.recipe.name):
            return False
        return self.is_by_compute or self.fact_of(estimate) in self.known

    def product(self, slug: str, words: str) -> Product:
        result = ranged(self.estimates[slug])
        return Product(metrics.get(slug), words, result, f"?metric={slug}#provenance")

    def of_one(self, estimate: Estimate) -> str:
        """What one device has of it, as text."""
        if self.is_by_compute:
            return fact_text(A100_FACTS[estimate.metric], OF_AN_A100[estimate.metric])
        fact = self.fact_of(estimate)
        return fact_text(fact, self.known[fact])

    def fact_of(self, estimate: Estimate) -> str:
        """The name of the last factor of its formula: a fact about the device."""
        recipe = metrics.get(estimate.metric).recipe(estimate.recipe)
        return recipe.inputs[-1] if recipe else ""

    def formula_of(self, estimate: Estimate) -> str:
        recipe = metrics.get(estimate.metric).recipe(estimate.recipe)
        return f"as {in_words(recipe)}" if recipe else "as a file states it"

    @property
    def lacking(self) -> list[metrics.Metric]:
        """What can't be said, because nothing is published of the device."""
        return [metrics.get(slug) for slug in IMPACTS if slug not in self.estimates]

    @property
    def explorer(self) -> str:
        """The address at which a training can be looked at under other scenarios."""
        if self.entry.task.kind != Task.Kind.TRAINING:
            return ""
        return f"?run={self.entry.model.slug}"


def way(recipe: str) -> str:
    """“from_hours/1”: what is behind the metric in the name of a recipe."""
    return recipe.partition(".")[2]


def ranged(estimate: Estimate) -> str:
    """“15.9 µg (6.34–31.7)”."""
    scale = quantities.scale(estimate.metric, [estimate.value])
    text = scale.quantity(estimate.value, low=estimate.low, high=estimate.high)
    if estimate.low == estimate.high:
        return text
    return f"{text} ({scale.range(estimate.low, estimate.high)})"
