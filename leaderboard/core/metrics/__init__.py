"""Every metric, one file each; the folder is the registry.

A file states its `METRIC` and, when the metric can follow from others, one function per way under
`@METRIC.derived("name/version", …)`. The parameter names of such a function are its inputs: slugs
of other metrics of the same run, or facts about its hardware and region (`FACTS`). What needs
inputs that no run has (lists of problems, shapes of models, traces of power) is
`@METRIC.computed("name/version", [Input(…), …], …)`: `leaderboard.core.compute` works it out. The
file's docstring is the metric's page.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from leaderboard.core import formulas
from leaderboard.core.contract import BADGES, QUANTITY, Example, Input, Source

HIGHER, LOWER, NEITHER = 1, -1, 0


@dataclass(frozen=True)
class Fact:
    """Something known of a run's hardware, model, place or date."""

    unit: str
    symbol: str
    meaning: str


ABOUT_FACTS = {
    "device_count": Fact("1", "n_dev", "devices that the run uses"),
    "device_life": Fact("s", "L_dev", "how long a device is used before it is replaced"),
    "device_mass": Fact("kg", "m_dev", "mass of one device: the analysed one, or the module's"),
    "device_analysed_mass": Fact("kg", "m_analysed", "mass of one device that was analysed"),
    "device_embodied_carbon": Fact("kgCO2e", "c_dev", "CO2 equivalent of making one device"),
    "device_abiotic_depletion": Fact("kgSbeq", "a_dev", "antimony equivalent of making one device"),
    "device_toxic_mass": Fact("kg", "m_toxic", "mass of toxic elements in one device"),
    "device_rated_power": Fact("W", "P_rated", "rated power of one device (TDP)"),
    "device_price": Fact("USD/s", "p_dev", "on-demand price of a device's second"),
    "device_peak_flops": Fact("FLOP/s", "F_peak", "peak dense 16-bit rate of one device"),
    "model_active_parameters": Fact("parameter", "P_active", "parameters that work on each token"),
    "grid_intensity": Fact("kgCO2e/J", "I_grid", "CO2 equivalent per energy of the region's grid"),
    "pue": Fact("1", "PUE", "power usage effectiveness of the data centre"),
    "a100_price": Fact("USD/s", "p_A100", "on-demand price of an A100's second"),
    "input_token_price": Fact("USD/token", "p_in", "list price of an input token of the service"),
    "output_token_price": Fact("USD/token", "p_out", "list price of an output token"),
}
# What is known of a run's hardware, place and date, in canonical units.
FACTS = {name: fact.unit for name, fact in ABOUT_FACTS.items()}


@dataclass(frozen=True)
class Recipe:
    """One way to get a metric: `name/version`, its inputs by name and its function.

    `formula_text` is in the language of `leaderboard.core.formulas`.
    """

    name: str
    formula: Callable[..., Any]
    inputs: tuple[str, ...]
    formula_text: str
    badge: str
    examples: tuple[Example, ...] = ()
    edges: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    # Empty for what is derived: then the inputs are metrics and facts.
    asked: tuple[Input, ...] = ()
    # Of the metric: what the formula is equal to.
    symbol: str = ""

    @property
    def origin(self) -> str:
        return "RATED" if "device_rated_power" in self.inputs else "DERIVED"

    @property
    def written(self) -> str:
        """The formula as one line of text."""
        return formulas.plain(self.formula_text)

    @property
    def boundary(self) -> str:
        """What the energy among the inputs counts: a label for whatever ranks by the result."""
        found = (ALL[name].boundary for name in self.inputs if name in ALL)
        return next(filter(None, found), "")

    @property
    def terms(self) -> tuple[Input, ...]:
        """The inputs with symbol, unit and meaning."""
        return self.asked or tuple(map(term, self.inputs))

    @property
    def is_derived(self) -> bool:
        """Whether entries get it; what asks for more is computed on request."""
        return not self.asked

    @property
    def mathml(self) -> str:
        """The metric's symbol = the formula, as a `<math>` element."""
        symbols = {each.name: each.symbol for each in self.terms if each.symbol}
        return formulas.mathml(self.formula_text, symbols, left=self.symbol)


def term(name: str) -> Input:
    """A metric or fact as an input of a formula."""
    if name in ABOUT_FACTS:
        fact = ABOUT_FACTS[name]
        return Input(name, fact.meaning, fact.unit, symbol=fact.symbol, at_least=0)
    metric = ALL[name]
    return Input(
        name, metric.head, metric.unit, symbol=metric.symbol, at_least=0, at_most=metric.at_most
    )


@dataclass(frozen=True)
class Metric:
    """A quantity that an entry can have, in its canonical unit, per functional unit of its task.

    `better` is HIGHER, LOWER or NEITHER; `family` gives its hue and shape in the design;
    `boundary` is what an energy counts: accelerators, node or facility. `recipes` derive it from
    what entries have; `computations` ask for more.
    """

    slug: str
    label: str
    unit: str
    better: int
    family: str = "other"
    boundary: str = ""
    symbol: str = ""
    at_least: float = 0.0
    at_most: float = float("inf")
    sources: tuple[Source, ...] = ()
    edges: tuple[str, ...] = ()
    # Of the metric as a file states it.
    examples: tuple[Example, ...] = ()
    recipes: list[Recipe] = field(default_factory=list, compare=False)
    computations: list[Recipe] = field(default_factory=list, compare=False)

    def derived(
        self,
        name: str,
        *,
        written: str,
        badge: str = "project extension",
        examples: Sequence[Example] = (),
        edges: Sequence[str] = (),
        sources: Sequence[Source] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a formula over metrics and facts, its parameter names."""

        def register(formula: Callable[..., Any]) -> Callable[..., Any]:
            inputs = tuple(inspect.signature(formula).parameters)
            stated = (tuple(examples), tuple(edges), tuple(sources) or self.sources)
            self.recipes.append(
                Recipe(name, formula, inputs, written, badge, *stated, symbol=self.symbol)
            )
            return formula

        return register

    def computed(
        self,
        name: str,
        asked: Sequence[Input],
        *,
        written: str,
        badge: str,
        examples: Sequence[Example],
        edges: Sequence[str] = (),
        sources: Sequence[Source] = (),
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a formula over inputs of its own, one parameter each."""

        def register(formula: Callable[..., Any]) -> Callable[..., Any]:
            names = tuple(each.name for each in asked)
            if names != tuple(inspect.signature(formula).parameters):
                raise ImportError(f"{name} must take exactly what it asks for: {', '.join(names)}")
            stated = (tuple(examples), tuple(edges), tuple(sources) or self.sources)
            self.computations.append(
                Recipe(name, formula, names, written, badge, *stated, tuple(asked), self.symbol)
            )
            return formula

        return register

    def recipe(self, name: str) -> Recipe | None:
        """The recipe of that name and version; None when it is in use no more."""
        return next((one for one in self.recipes if one.name == name), None)

    @property
    def doc(self) -> str:
        return inspect.getdoc(importlib.import_module(f"{__name__}.{self.slug}")) or ""

    @property
    def head(self) -> str:
        """What it is, in the first paragraph of its page."""
        return " ".join(self.doc.partition("\n\n")[0].split())

    @property
    def source(self) -> str:
        return "; ".join(map(str, self.all_sources))

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """Of the metric, then of its formulas, each once."""
        found = [*self.sources, *(source for each in self.formulas for source in each.sources)]
        return tuple(dict.fromkeys(found))

    @property
    def formulas(self) -> list[Recipe]:
        return [*self.recipes, *self.computations]

    @property
    def is_on_entries(self) -> bool:
        """Whether an entry can have it: by being stated, or derived from what entries have."""
        return bool(self.recipes) or not self.computations

    @property
    def badge(self) -> str:
        """The firmest of its formulas'; a measured quantity is so by definition."""
        return min((each.badge for each in self.formulas), key=BADGES.index, default=BADGES[-1])

    @property
    def edge_cases(self) -> tuple[str, ...]:
        """What happens at the edges, in words: the metric's own, then what holds for all."""
        own = [*self.edges, *(edge for each in self.formulas for edge in each.edges)]
        return (*dict.fromkeys(own), *ALWAYS)

    @property
    def stated(self) -> Input:
        """The metric as its own input, where a file states it."""
        return Input(
            self.slug,
            self.head,
            self.unit,
            QUANTITY,
            at_least=self.at_least,
            at_most=self.at_most,
            symbol=self.symbol,
        )


ALWAYS = (
    "An input that is not known makes it missing, never zero; then it is in no ranking.",
    "An input that is not finite or outside its limits is an error in the data: missing, flagged.",
    "So is a divisor that is or can be zero.",
)


def _load() -> Iterator[tuple[str, Metric]]:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        metric = importlib.import_module(f"{__name__}.{module.name}").METRIC
        if metric.slug != module.name:
            raise ImportError(f"metric {metric.slug} must live in {metric.slug}.py")
        yield metric.slug, metric


def _check() -> None:
    known = ALL.keys() | FACTS.keys()
    seen: set[str] = set()
    for metric in ALL.values():
        for recipe in metric.recipes:
            if unknown := set(recipe.inputs) - known:
                raise ImportError(f"{recipe.name} asks for unknown inputs {sorted(unknown)}")
        for recipe in metric.formulas:
            if recipe.name in seen:
                raise ImportError(f"there are two formulas called {recipe.name}")
            if recipe.badge not in BADGES:
                raise ImportError(f"{recipe.name} has an unknown badge “{recipe.badge}”")
            seen.add(recipe.name)


ALL: dict[str, Metric] = {}
ALL.update(_load())
_check()

# Which energy of an entry counts as its energy: the widest boundary that was obtained.
ENERGIES = ("facility_energy", "node_energy", "device_energy")


def get(slug: str) -> Metric:
    """The metric of that slug. Raises KeyError."""
    return ALL[slug]
