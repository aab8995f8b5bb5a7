"""The published entries of one thing, chosen, ordered and a page at a time.

    task= model= method= hardware=   slugs, of what the entries are besides
    sort=<metric> | -<metric>        within each task, `-quality` unless told
    after=…                          where the page begins

Entries of different tasks are never ordered against each other: each task stands by itself. Of a
thing with very many entries all are listed as they came, for counting and sorting them takes longer
than a reader waits; boards sort theirs.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from django.db.models import Count, F, FilteredRelation, FloatField, Q, Value
from django.http import QueryDict

from leaderboard.core import metrics
from leaderboard.models import Entry, Estimate, Placement
from leaderboard.models.evidence import EntryQuerySet

HEADLINES = ("quality", *metrics.ENERGIES, "cost", "material", "carbon", "latency")
FACETS = {"task": "Task", "model": "Model", "method": "Method", "hardware": "Hardware"}
PER_PAGE, MOST_OPTIONS = 100, 200
USUAL = "-quality"
LARGE = 50_000
LARGEST_KEY = 2**63 - 1


@dataclass(frozen=True)
class Option:
    """A value of a facet and how many entries of the thing have it."""

    value: str
    label: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True)
class Place:
    """Behind which entry a page begins: its task, its value of the sorting metric, its key."""

    task: int
    value: float | None
    entry: int

    @classmethod
    def read(cls, text: str) -> "Place":
        """The place that a text names. Raises ValueError where it is none of ours."""
        task, value, entry = text.split("~")
        keys = [int(key) for key in (task, entry) if key.isascii() and key.isdigit()]
        if len(keys) != 2 or max(keys) > LARGEST_KEY:
            raise ValueError(text)
        number = float(value) if value else None
        if number is not None and not math.isfinite(number):
            raise ValueError(text)
        return cls(keys[0], number, keys[1])

    def __str__(self) -> str:
        return f"{self.task}~{'' if self.value is None else repr(self.value)}~{self.entry}"


@dataclass(frozen=True)
class Use:
    """An entry with its headline numbers by metric, and whether it is on a frontier."""

    entry: Entry
    estimates: dict[str, Estimate]
    is_first: bool
    place: Place

    def cells(self, columns: Sequence[metrics.Metric]) -> list[Estimate | None]:
        return [self.estimates.get(column.slug) for column in columns]


@dataclass
class Uses:
    """The entries of a thing under a reader's choices. What can't be used is listed."""

    entries: EntryQuerySet
    query: QueryDict
    # What the thing is, so that it is no choice: “model” on the page of a model.
    of: str = ""
    # How many there are, where that is known already.
    counted: int | None = None
    ignored: list[str] = field(default_factory=list)

    @property
    def is_large(self) -> bool:
        return (self.counted or 0) > LARGE

    @cached_property
    def options(self) -> dict[str, list[Option]]:
        """For each facet its commonest values with their entries."""
        names = () if self.is_large else (name for name in FACETS if name != self.of)
        return {name: self._options(name) for name in names}

    def _options(self, name: str) -> list[Option]:
        columns = (f"{name}__slug", f"{name}__name")
        rows = self.entries.published().order_by().values_list(*columns)
        counted = rows.annotate(entries=Count("pk")).order_by("-entries", columns[1])
        asked = self.query.get(name, "")
        return [
            Option(slug, label, number, slug == asked)
            for slug, label, number in counted[:MOST_OPTIONS]
        ]

    @cached_property
    def total(self) -> int:
        """How many entries the thing has."""
        if self.counted is not None and self.is_large:
            return self.counted
        options = next(iter(self.options.values()))
        if len(options) < MOST_OPTIONS:
            return sum(option.count for option in options)
        return self.entries.published().count()

    @cached_property
    def chosen(self) -> dict[str, str]:
        """Facet → slug, of those that the thing has."""
        found = {}
        if self.is_large:
            asked_for = [name for name in FACETS if name != self.of and self.query.get(name)]
            self.ignored += [f"{name}: too many entries to choose among" for name in asked_for]
        for name, options in self.options.items():
            asked = self.query.get(name, "").replace("\0", "")
            if not asked:
                continue
            is_listed = any(option.is_chosen for option in options)
            if is_listed or (
                len(options) == MOST_OPTIONS
                and self.entries.published().filter(**{f"{name}__slug": asked}).exists()
            ):
                found[name] = asked
            else:
                self.ignored.append(f"{name}={asked[:40]}: none of its entries")
        return found

    @cached_property
    def sort(self) -> str:
        asked = self.query.get("sort", "")
        if self.is_large:
            self.ignored += [f"sort={asked[:40]}: too many entries"] if asked else []
            return ""
        if asked.removeprefix("-") in HEADLINES:
            return asked
        if asked:
            self.ignored.append(f"sort={asked[:40]}: no column here")
        return USUAL

    @property
    def sorted_by(self) -> str:
        return self.sort.removeprefix("-")

    @property
    def descends(self) -> bool:
        return self.sort.startswith("-")

    @cached_property
    def after(self) -> Place | None:
        asked = self.query.get("after", "")
        try:
            return Place.read(asked) if asked else None
        except ValueError:
            self.ignored.append(f"after={asked[:40]}: no page begins there")
            return None

    @cached_property
    def found(self) -> EntryQuerySet:
        """All entries that the choices leave."""
        slugs = {f"{name}__slug": slug for name, slug in self.chosen.items()}
        return self.entries.published().filter(**slugs)

    @cached_property
    def rows(self) -> list[Use]:
        """The entries of the page."""
        entries = self._fetched[:PER_PAGE]
        estimates: dict[int, dict[str, Estimate]] = defaultdict(dict)
        for estimate in Estimate.objects.filter(entry__in=entries, metric__in=HEADLINES):
            estimates[estimate.entry_id][estimate.metric] = estimate
        first = set(
            Placement.objects.live()
            .filter(layer=1, entry__in=entries)
            .values_list("entry", flat=True)
        )
        return [
            Use(
                entry,
                estimates[entry.pk],
                entry.pk in first,
                Place(entry.task_id, entry.sort_value, entry.pk),
            )
            for entry in entries
        ]

    @cached_property
    def _fetched(self) -> list:
        """The entries of the page and one more, so that it is known whether there is a next."""
        if not self.is_large:
            return list(self._sorted(self.found).named()[: PER_PAGE + 1])
        rows = self.found.annotate(sort_value=Value(None, FloatField())).order_by("pk")
        rows = rows.filter(pk__gt=self.after.entry) if self.after else rows
        return list(rows.named()[: PER_PAGE + 1])

    def _sorted(self, rows: EntryQuerySet) -> EntryQuerySet:
        """Task by task in the order of the sorting metric, from where the page begins."""
        relation = FilteredRelation("estimates", condition=Q(estimates__metric=self.sorted_by))
        rows = rows.annotate(sorting=relation, sort_value=F("sorting__value"))
        if self.after:
            rows = rows.filter(behind(self.after, descends=self.descends))
        value = F("sort_value")
        ordered = value.desc(nulls_last=True) if self.descends else value.asc(nulls_last=True)
        return rows.order_by("task_id", ordered, "pk")

    @property
    def next_place(self) -> Place | None:
        return self.rows[-1].place if len(self._fetched) > PER_PAGE else None

    @cached_property
    def columns(self) -> list[metrics.Metric]:
        """The headline metrics that any entry of the page has."""
        present = {metric for row in self.rows for metric in row.estimates}
        return [metrics.get(metric) for metric in HEADLINES if metric in present]

    @property
    def by_task(self) -> list[tuple]:
        """The page's entries under their tasks."""
        groups: dict[int, list[Use]] = defaultdict(list)
        for row in self.rows:
            groups[row.entry.task_id].append(row)
        return [(rows[0].entry.task, rows) for rows in groups.values()]


def behind(place: Place, *, descends: bool) -> Q:
    """The entries that come after a place: those without a value are the last of a task."""
    missing = Q(sort_value__isnull=True)
    if place.value is None:
        within = missing & Q(pk__gt=place.entry)
    else:
        further = {f"sort_value__{'lt' if descends else 'gt'}": place.value}
        same = Q(sort_value=place.value, pk__gt=place.entry)
        within = Q(**further) | same | missing
    return Q(task_id__gt=place.task) | (Q(task_id=place.task) & within)
