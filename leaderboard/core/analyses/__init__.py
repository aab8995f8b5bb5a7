"""Every analysis, one file each; the folder is the registry.

An analysis answers a question about many rows at once: a fit, a scenario, a recommendation, how
far a ranking can be trusted. A file states its `ANALYSIS` and one pure function under
`@ANALYSIS.by`, whose parameters are its inputs and whose result is plain: names, numbers, lists of
them. Chance is seeded. The file's docstring is the analysis's page.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from leaderboard.core import formulas
from leaderboard.core.contract import (
    BADGES,
    Example,
    Infinite,
    Input,
    InputError,
    Missing,
    Source,
    is_finite,
    read_all,
)

FOUND, MISSING, INFINITE = "found", "missing", "infinite"
Formula = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Analysis:
    """What it answers, from what, by which formula and source."""

    slug: str
    label: str
    inputs: tuple[Input, ...]
    # What it finds, by name, in words.
    outputs: Mapping[str, str]
    written: str
    badge: str
    sources: tuple[Source, ...]
    examples: tuple[Example, ...]
    edges: tuple[str, ...] = ()
    _formulas: list[Formula] = field(default_factory=list, compare=False, repr=False)

    def by(self, formula: Formula) -> Formula:
        """Register the function."""
        names = tuple(each.name for each in self.inputs)
        if names != tuple(inspect.signature(formula).parameters):
            raise ImportError(f"{self.slug} must take exactly {', '.join(names)}")
        self._formulas.append(formula)
        return formula

    @property
    def formula(self) -> Formula:
        (formula,) = self._formulas
        return formula

    @property
    def doc(self) -> str:
        return inspect.getdoc(importlib.import_module(f"{__name__}.{self.slug}")) or ""

    @property
    def head(self) -> str:
        return " ".join(self.doc.partition("\n\n")[0].split())

    @property
    def mathml(self) -> str:
        symbols = {each.name: each.symbol for each in self.inputs if each.symbol}
        return formulas.mathml(self.written, symbols)

    @property
    def formula_text(self) -> str:
        return formulas.plain(self.written)


@dataclass(frozen=True)
class Finding:
    """What was found, or why nothing was."""

    state: str
    found: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    field: str = ""
    is_data_error: bool = False


def run(slug: str, inputs: Mapping[str, Any]) -> Finding:
    """The analysis of these inputs.

    Raises KeyError for an unknown analysis and InputError for inputs of a wrong shape.
    """
    analysis = ALL[slug]
    try:
        given = read_all(analysis.inputs, inputs)
        with np.errstate(all="ignore"):
            found = analysis.formula(**given)
        if not is_finite(found):
            raise OverflowError("the result is beyond the largest number")
        return Finding(FOUND, found)
    except InputError:
        raise
    except Missing as missing:
        why = missing.reason, missing.field, missing.is_data_error
        return Finding(MISSING, {}, *why)
    except Infinite as infinite:
        return Finding(INFINITE, reason=infinite.reason)
    except ZeroDivisionError:
        return Finding(MISSING, reason="a divisor is or can be zero", is_data_error=True)
    except (OverflowError, ValueError, ArithmeticError) as error:
        return Finding(MISSING, reason=str(error), is_data_error=True)


def _load() -> Iterator[tuple[str, Analysis]]:
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda module: module.name):
        analysis = importlib.import_module(f"{__name__}.{module.name}").ANALYSIS
        if analysis.slug != module.name:
            raise ImportError(f"analysis {analysis.slug} must live in {analysis.slug}.py")
        if analysis.badge not in BADGES:
            raise ImportError(f"{analysis.slug} has an unknown badge “{analysis.badge}”")
        yield analysis.slug, analysis


ALL: dict[str, Analysis] = {}
ALL.update(_load())
