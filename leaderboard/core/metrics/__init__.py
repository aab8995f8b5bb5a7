"""Every metric, one file each; the folder is the registry.

A file states its `METRIC` and, when the metric can follow from others, one function per way
under `@METRIC.derived("name/version", …)`. The parameter names of such a function are its inputs:
slugs of other metrics of the same run, or facts about its hardware and region (`FACTS`).
The file's docstring is the metric's page.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field

from leaderboard.core.interval import Interval

HIGHER, LOWER, NEITHER = 1, -1, 0

# What is known of a run's hardware, place and date, in canonical units.
FACTS = {
    "device_count": "1",
    "device_life": "s",
    "device_mass": "kg",
    "device_analysed_mass": "kg",
    "device_embodied_carbon": "kg",
    "device_abiotic_depletion": "kg",
    "device_rated_power": "W",
    "device_price": "USD/s",
    "grid_intensity": "kg/J",
    "pue": "1",
    "a100_price": "USD/s",
}


@dataclass(frozen=True)
class Recipe:
    """One way to derive a metric: `name/version`, its inputs by name and its function."""

    name: str
    formula: Callable[..., Interval]
    inputs: tuple[str, ...]
    written: str
    badge: str

    @property
    def origin(self) -> str:
        return "RATED" if "device_rated_power" in self.inputs else "DERIVED"


@dataclass(frozen=True)
class Metric:
    """A quantity that an entry can have, in its canonical unit, per functional unit of its task.

    `better` is HIGHER, LOWER or NEITHER; `family` gives its hue and shape in the design;
    `boundary` is what an energy counts: accelerators, node or facility.
    """

    slug: str
    label: str
    unit: str
    better: int
    family: str = "other"
    boundary: str = ""
    source: str = ""
    recipes: list[Recipe] = field(default_factory=list, compare=False)

    def derived(self, name: str, *, written: str, badge: str = "project extension"):
        """Register a formula for this metric. `written` is the formula in words and signs."""

        def register(formula: Callable[..., Interval]) -> Callable[..., Interval]:
            inputs = tuple(inspect.signature(formula).parameters)
            self.recipes.append(Recipe(name, formula, inputs, written, badge))
            return formula

        return register

    @property
    def doc(self) -> str:
        return inspect.getdoc(importlib.import_module(f"{__name__}.{self.slug}")) or ""


def _load() -> dict[str, Metric]:
    found = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        metric = importlib.import_module(f"{__name__}.{module.name}").METRIC
        if metric.slug != module.name:
            raise ImportError(f"metric {metric.slug} must live in {metric.slug}.py")
        found[metric.slug] = metric
    known = found.keys() | FACTS.keys()
    for metric in found.values():
        for recipe in metric.recipes:
            if unknown := set(recipe.inputs) - known:
                raise ImportError(f"{recipe.name} asks for unknown inputs {sorted(unknown)}")
    return found


ALL: dict[str, Metric] = {}
ALL.update(_load())

# Which energy of an entry counts as its energy: the widest boundary that was obtained.
ENERGIES = ("facility_energy", "node_energy", "device_energy")


def get(slug: str) -> Metric:
    """The metric of that slug. Raises KeyError."""
    return ALL[slug]
