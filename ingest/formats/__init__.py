"""The result formats. Each module of this folder whose name has no leading _ is one.

A format has `LABEL`, `SLUG` and three functions:

- `matches(head)` says how sure it is, from 0 to 1, that a file is of this format;
- `rows(file)` gives the file's own records, one by one, or raises Unreadable;
- `reading(row)` says what one record means, also after somebody patched its cells.

It may have three more:

- `settle(readings)` applies rules that need several records, over all files of a submission;
- `companion(head)` says in a sentence what a file is that belongs to the format but holds no
  results;
- `advice(head)` says in a sentence how a file that is of no format could become one of this.

A module that does not keep to this stops the start.
"""

import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from types import ModuleType

from ingest.formats._file import File
from ingest.formats._head import Head
from ingest.readings import Reading

__all__ = ["FORMATS", "File", "Head", "advice", "companion", "detect", "get", "settle"]

_PARTS = ("LABEL", "SLUG", "matches", "rows", "reading")


def _scan() -> dict[str, ModuleType]:
    found: dict[str, ModuleType] = {}
    for entry in pkgutil.iter_modules(__path__):
        if entry.name.startswith("_"):
            continue
        module = import_module(f"{__name__}.{entry.name}")
        lacking = [part for part in _PARTS if not hasattr(module, part)]
        if lacking:
            raise ImportError(f"The format {module.__name__} lacks {', '.join(lacking)}.")
        if module.SLUG in found:
            raise ImportError(f"Two formats have the slug {module.SLUG}.")
        found[module.SLUG] = module
    return found


def get(slug: str) -> ModuleType:
    """The format with this slug; KeyError if there is none."""
    return FORMATS[slug]


def detect(head: Head) -> list[tuple[float, ModuleType]]:
    """The formats that a file may be of, the likeliest first."""
    scored = [(module.matches(head), module) for module in FORMATS.values()]
    return sorted((pair for pair in scored if pair[0] > 0), key=lambda pair: -pair[0])


def companion(head: Head) -> str:
    """What a file is that belongs to a format but holds no results; empty for all others."""
    return _said("companion", head)


def advice(head: Head) -> str:
    """How a file that is of no format could become one that we read; empty for most."""
    return _said("advice", head)


def settle(module: ModuleType, readings: Iterable[Reading]) -> Iterator[Reading]:
    """The readings after the format's rules across records. Their order may change."""
    return getattr(module, "settle", iter)(readings)


def _said(what: str, head: Head) -> str:
    """The first sentence that a format has about a file."""
    sayings = (getattr(module, what, _nothing)(head) for module in FORMATS.values())
    return next(filter(None, sayings), "")


def _nothing(head: Head) -> str:
    return ""


FORMATS = _scan()
