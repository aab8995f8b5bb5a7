"""What entries have in common: the choices of a board's sentence, their names and their counts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
from django.db import connection
from django.utils.text import slugify

from leaderboard.core import metrics
from leaderboard.models import Method
from leaderboard.models.catalogue import device_words
from leaderboard.models.evidence import Origin
from leaderboard.models.submissions import Submission
from leaderboard.snapshot import CATALOGUE, Snapshot

METHOD_KINDS = dict(Method.KINDS)
NONE = "not-stated"
# Facet → the dimension that it is read from.
FACETS = {
    "model": "model",
    "family": "model",
    "developer": "model",
    "model_size": "model",
    "weights": "model",
    "released": "model",
    "technique": "method",
    "method": "method",
    "hardware": "hardware",
    "vendor": "hardware",
    "device": "hardware",
    "precision": "precision",
    "engine": "engine",
    "obtained": "obtained",
    "boundary": "boundary",
    "level": "level",
    "source": "source",
    "submitter": "submitter",
    "year": "year",
}
LEVELS = dict(Submission.Level.choices)
# Upper ends of the classes of sizes, in parameters.
SIZES = (
    (1e9, "under-1b", "under 1 B"),
    (4e9, "1b-4b", "1 to 4 B"),
    (10e9, "4b-10b", "4 to 10 B"),
    (40e9, "10b-40b", "10 to 40 B"),
    (150e9, "40b-150b", "40 to 150 B"),
    (float("inf"), "over-150b", "over 150 B"),
)
# Up to so many codes are compared with one after the other, which is faster than to look each up.
ONE_BY_ONE = 4
# Every write of a row gives it another place or writer, so the sum is another one, too; it takes a
# fraction of reading the rows.
EDITION_SQL = " || ' ' || ".join(
    f"""(SELECT count(*) || '/' || coalesce(sum(hashtext(xmin::text || ctid::text)), 0)
         FROM leaderboard_{table} WHERE id = ANY(%({kind})s))"""
    for kind, table in zip(CATALOGUE, ("aimodel", "method", "hardware"), strict=True)
)
NAMES_SQL = f"""
    SELECT 'edition', 0, {EDITION_SQL}, '', '', '', '', '', ''
    UNION ALL
    SELECT 'model', id, slug, name, developer, family, parameters_total::text,
           has_open_weights::text, released
    FROM leaderboard_aimodel WHERE id = ANY(%(model)s)
    UNION ALL
    SELECT 'method', id, slug, name, kind, '', '', '', ''
    FROM leaderboard_method WHERE id = ANY(%(method)s)
    UNION ALL
    SELECT 'hardware', id, slug, name, vendor, kind, '', '', ''
    FROM leaderboard_hardware WHERE id = ANY(%(hardware)s)
"""

Value = tuple[str, str]


@dataclass(frozen=True)
class Named:
    """A catalogue row as a board needs it; `group` is the developer, kind or vendor."""

    slug: str
    name: str
    group: str
    # Facet → slug and words of its value.
    facets: dict[str, Value] = field(default_factory=dict, compare=False)

    @cached_property
    def words(self) -> str:
        return f"{self.name} {self.slug} {self.group}".casefold()


@lru_cache(maxsize=8192)
def named(kind: str, slug: str = "", name: str = "", *more: str) -> Named:
    """A row of the catalogue with the facets that can be read from it."""
    facets = {kind: (slug, name)}
    group, *others = more or [""] * 5
    if kind == "model":
        family, parameters, is_open, released = others
        facets |= {
            "developer": value(group),
            "family": value(family),
            "model_size": size(parameters),
            "weights": weights(is_open),
            "released": value(released[:4]),
        }
    elif kind == "method":
        facets["technique"] = (slug_of(group), METHOD_KINDS.get(group, group))
    else:
        device = (slug_of(others[0]), device_words(others[0])) if others[0] else value("")
        facets |= {"vendor": value(group), "device": device}
    return Named(slug, name, group, facets)


def value(text: str) -> Value:
    return (slug_of(text), text) if text else (NONE, "not stated")


@lru_cache(maxsize=4096)
def slug_of(text: str) -> str:
    """A value as it stands in an address."""
    return slugify(text.replace("_", "-"), allow_unicode=True) or NONE


def size(parameters: str | None) -> Value:
    if not parameters:
        return (NONE, "not stated")
    return next((slug, words) for top, slug, words in SIZES if float(parameters) < top)


def weights(is_open: str | None) -> Value:
    if not is_open:
        return (NONE, "not stated")
    return ("open", "open weights") if is_open == "true" else ("closed", "closed weights")


class Facets:
    """The facets of a snapshot. `energy` is the metric whose way of being obtained counts."""

    def __init__(self, snapshot: Snapshot, energy: str):
        self.snapshot, self.energy = snapshot, energy
        self.known: dict[str, list[Value]] = {}

    @cached_property
    def now(self) -> tuple[str, dict[str, list[Named]]]:
        """What the catalogue says now of what the entries are: a key of it, and the names."""
        known = self.snapshot.named
        if known is None or known[0] != self.asked(f"SELECT {EDITION_SQL}")[0][0]:
            known = self.snapshot.named = self.read_names()
        return known

    @property
    def edition(self) -> str:
        """A key of what the catalogue says now."""
        return self.now[0]

    @property
    def names(self) -> dict[str, list[Named]]:
        """For each table of the catalogue its rows in the order of the codes, as they are now."""
        return self.now[1]

    def read_names(self) -> tuple[str, dict[str, list[Named]]]:
        rows = {(kind, pk): more for kind, pk, *more in self.asked(NAMES_SQL)}
        edition = rows.pop(("edition", 0))[0]
        found = {(kind, pk): named(kind, *more) for (kind, pk), more in rows.items()}
        # A row that was taken out of the catalogue since has no entries any more.
        return edition, {
            kind: [found.get((kind, one)) or named(kind) for one in self.snapshot.tables[kind]]
            for kind in CATALOGUE
        }

    def asked(self, sql: str) -> list[tuple]:
        with connection.cursor() as cursor:
            cursor.execute(sql, {kind: self.snapshot.tables[kind] for kind in CATALOGUE})
            return cursor.fetchall()

    def code(self, dimension: str) -> np.ndarray:
        if dimension != "obtained":
            return self.snapshot.code(dimension)
        return self.snapshot.part("origin", self.energy)

    def values(self, facet: str) -> list[Value]:
        """The facet's value for each code of its dimension."""
        if facet not in self.known:
            self.known[facet] = self.read(facet)
        return self.known[facet]

    def read(self, facet: str) -> list[Value]:
        dimension = FACETS[facet]
        if dimension in CATALOGUE:
            return [one.facets[facet] for one in self.names[dimension]]
        if dimension == "obtained":
            # The last stands for -1.
            labels = [Origin(one).label for one in Origin.values]
            return [*((slug_of(label), label) for label in labels), (NONE, "no energy")]
        table = self.snapshot.tables[dimension]
        if facet == "boundary":
            return [
                (slug_of(one), metrics.get(one).label) if one else (NONE, "no energy measured")
                for one in table
            ]
        if facet == "level":
            return [(one, LEVELS[one]) for one in table]
        return [value(one) for one in table]

    def mask(self, facet: str, wanted: Iterable[str]) -> np.ndarray:
        """Of shape (n,): the entries with one of these values."""
        wanted = set(wanted)
        allowed = np.array([slug in wanted for slug, _ in self.values(facet)], bool)
        return among(self.code(FACETS[facet]), allowed)

    def holding(self, word: str) -> np.ndarray:
        """Mask of shape (n,): the entries with the word in one of their names."""
        hit = np.zeros(len(self.snapshot), bool)
        for kind in CATALOGUE:
            holds = np.array([word in one.words for one in self.names[kind]], bool)
            hit |= among(self.snapshot.code(kind), holds)
        return hit

    def counts(self, facet: str, tally: list[int]) -> dict[Value, int]:
        """How many entries each value has, by how often each code of the dimension stands."""
        found: dict[Value, int] = {}
        for one, count in zip(self.values(facet), tally, strict=True):
            if count:
                found[one] = found.get(one, 0) + count
        return found

    def tally(self, dimension: str, places: np.ndarray) -> list[int]:
        """How often each code of a dimension stands at these places; -1 counts as the last."""
        codes = self.code(dimension)
        if len(places) < len(codes):
            codes = codes[places]
        if dimension != "obtained":
            return np.bincount(codes, minlength=len(self.snapshot.tables[dimension])).tolist()
        size = len(Origin.values) + 1
        return np.bincount(np.where(codes < 0, size - 1, codes), minlength=size).tolist()


def among(codes: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Mask: the places whose code is allowed; a code of -1 stands for the last."""
    wanted = np.flatnonzero(allowed)
    if len(wanted) > ONE_BY_ONE:
        return allowed[codes]
    found = np.zeros(len(codes), bool)
    for one in wanted.tolist():
        found |= codes == one
    if codes.dtype.kind == "i" and len(allowed) and allowed[-1]:
        found |= codes == -1
    return found
