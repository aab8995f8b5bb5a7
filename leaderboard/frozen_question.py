"""What of a board's question can be asked of a past version: as much as is kept of it.

Names of entries and what their settings say never change, and their values on the objectives are
kept. Bounds of values, origins, other metrics, and what the newest run says are not.
"""

from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from django.http import QueryDict

from leaderboard.facets import FACETS, Named, Value, named, value
from leaderboard.filters import ENERGY, NO_LIMIT, Filters
from leaderboard.models import Board, Entry
from leaderboard.snapshot import CATALOGUE

VERSION, START = "at", "start"
SETTINGS = ("precision", "engine")
FACETS_KEPT = tuple(name for name, of in FACETS.items() if of in (*CATALOGUE, *SETTINGS))
# What may stand in an address beside the version without asking anything of its entries.
LOOKS = ("theme", "width", "zoom", "comments", "after", "cursor", "limit", "entry")


@dataclass(frozen=True)
class Asked:
    """A question to a version, and each parameter that it has no answer to, with the reason."""

    filters: Filters
    # The parameters that hold, in alphabetical order.
    query: QueryDict
    ignored: tuple[str, ...] = ()
    not_kept: tuple[str, ...] = ()

    def address(self, number: int, **more: int) -> str:
        """The query of the same question to a version of that number."""
        query = QueryDict(mutable=True)
        query.update({VERSION: str(number)})
        for name, values in self.query.lists():
            query.setlist(name, values)
        query.update({name: str(value) for name, value in more.items()})
        return f"?{query.urlencode(safe=',')}"


def read(query: QueryDict, board: Board, objectives: tuple[str, ...]) -> Asked:
    """The question in `query` to a version that ranked by `objectives`. Never raises."""
    # The limits that the board has today may not be those that it had.
    bare = copy(board)
    bare.filters = {}
    ignored = Filters.read(query, bare, objectives).ignored
    told = {line.partition("=")[0] for line in ignored}
    held, not_kept = QueryDict(mutable=True), []
    for name in sorted(query):
        values = [text for text in query.getlist(name) if text]
        if not values or name in (VERSION, START, *LOOKS) or name in told:
            continue
        if holds(name, values[-1], bare, objectives):
            held.setlist(name, values)
        else:
            not_kept.append(f"{name}={values[-1][:40]}"[:100])
    return Asked(Filters.read(held, bare, objectives), held, ignored, tuple(not_kept))


def holds(name: str, text: str, board: Board, objectives: tuple[str, ...]) -> bool:
    """Whether a parameter asks for something that is kept."""
    if name in ("x", "y"):
        return metric_of(text, board, objectives) in objectives
    metric, _, side = name.rpartition("_")
    if side in NO_LIMIT:
        return metric_of(metric, board, objectives) in objectives
    return name in ("q", "scale", *FACETS_KEPT)


def metric_of(slug: str, board: Board, objectives: tuple[str, ...]) -> str:
    return Filters.read(QueryDict(), board, objectives).energy if slug == ENERGY else slug


class Names:
    """What facets and words look at: what entries are called, and what their settings say."""

    def __init__(self, entries: list[int]):
        self.entries = entries

    @cached_property
    def rows(self) -> list[tuple[list[Named], Entry]]:
        """In the order of the entries, the catalogue as it is today."""
        found = Entry.objects.named().in_bulk(self.entries)
        return [(names_of(found[entry]), found[entry]) for entry in self.entries]

    def values(self, facet: str) -> list[Value]:
        """The facet's value for each entry."""
        dimension = FACETS[facet]
        if dimension in SETTINGS:
            return [value(str(entry.settings.get(dimension) or "")) for _, entry in self.rows]
        place = CATALOGUE.index(dimension)
        return [names[place].facets[facet] for names, _ in self.rows]

    def mask(self, filters: Filters) -> np.ndarray:
        """Of shape (n,): which entries the facets and words leave."""
        mask = np.ones(len(self.entries), bool)
        for facet, wanted in filters.facets.items():
            mask &= np.array([slug in wanted for slug, _ in self.values(facet)], bool)
        for word in filters.words:
            holds_it = [any(word in one.words for one in names) for names, _ in self.rows]
            mask &= np.array(holds_it, bool)
        return mask


def names_of(entry: Entry) -> list[Named]:
    """Its rows of the catalogue, in the order of `CATALOGUE`."""
    model, method, hardware = entry.model, entry.method, entry.hardware
    size = "" if model.parameters_total is None else str(model.parameters_total)
    is_open = "" if model.has_open_weights is None else str(model.has_open_weights).lower()
    about = (model.developer, model.family, size, is_open, model.released)
    return [
        named("model", model.slug, model.name, *about),
        named("method", method.slug, method.name, method.kind),
        named("hardware", hardware.slug, hardware.name, hardware.vendor, hardware.kind),
    ]
