"""The reference formats: published lists of prices, devices, grids and footprints, no results.

Each module of this folder whose name has no leading _ is one. It has `LABEL`, `SLUG`, `ORIGIN` and
four functions:

- `matches(head)` says how sure it is, from 0 to 1, that a file is of this kind;
- `about(head)` says in a sentence what the file holds;
- `rows(file)` gives the file's own records, one by one, or raises Unreadable;
- `facts(row)` gives the figures of one record that the catalogue has a place for.
"""

import pkgutil
from importlib import import_module
from types import ModuleType

from ingest.formats import Head

__all__ = ["REFERENCES", "companion", "detect"]

SURE = 0.5


def detect(head: Head) -> ModuleType | None:
    """The reference format of a file, or None."""
    scored = [(module.matches(head), module) for module in REFERENCES.values()]
    score, module = max(scored, key=lambda pair: pair[0])
    return module if score >= SURE else None


def companion(head: Head) -> str:
    """What a file of reference data is and what to do with it; empty for all others."""
    module = detect(head)
    if module is None:
        return ""
    return (
        f"{module.about(head)} It is reference data, from which runs get prices, intensities and "
        "footprints; an editor takes it into the catalogue."
    )


def _scan() -> dict[str, ModuleType]:
    names = [entry.name for entry in pkgutil.iter_modules(__path__) if entry.name[0] != "_"]
    modules = [import_module(f"{__name__}.{name}") for name in names]
    return {module.SLUG: module for module in modules}


REFERENCES = _scan()
