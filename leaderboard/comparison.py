"""Two to six entries side by side: who was asked for, what differs, and where it comes from.

Nothing is written. Every value is as the estimates have it; what their intervals allow to say is
`core.contrast`. A fixed number of queries, whatever stands behind the entries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef
from django.http import QueryDict

from leaderboard import kinds
from leaderboard.core import metrics
from leaderboard.core.contrast import Bounds, Contrast, contrast, joined, overlap, ratio
from leaderboard.filters import listed
from leaderboard.formula_words import in_words
from leaderboard.models import Entry, Estimate, Measurement, Run, Submission
from leaderboard.models.evidence import MEASURED_CODES, NOT_STATED, Origin

FEWEST, MOST = 2, 6
# So many of the entries that an address names are looked for.
LOOKED = 20
LETTERS = "ABCDEF"
LARGEST_ID = 2**63 - 1
GONE = (Submission.State.WITHDRAWN, Submission.State.SUPERSEDED)
# In this order a comparison lists metrics that differ by the same ratio.
FAMILIES = ("quality", "energy", "material", "cost", "carbon", "latency", "other")


@dataclass(frozen=True)
class Ignored:
    """A part of the question that was not used, and why. `entry` is set for one with a page."""

    given: str
    why: str
    entry: int | None = None


@dataclass(frozen=True)
class Compared:
    """One entry under its letter, with its estimates by metric."""

    letter: str
    entry: Entry
    estimates: dict[str, Estimate]
    is_comparable: bool


@dataclass(frozen=True)
class Row:
    """One metric of all entries: estimates by letter, and what their intervals allow to say.

    Only entries of the first one's task take part in `contrast` and `ratios`.
    """

    metric: metrics.Metric
    estimates: dict[str, Estimate]
    contrast: Contrast
    ratios: dict[str, Bounds | None]

    @property
    def comparable(self) -> dict[str, Estimate]:
        """The estimates of the entries of the first one's task."""
        letters = {letter for group in self.contrast.groups for letter in group}
        return {letter: one for letter, one in self.estimates.items() if letter in letters}

    @property
    def spread(self) -> float:
        """The largest over the smallest value, 1 where it can't be told."""
        sizes = [abs(one.value) for one in self.comparable.values() if one.value]
        return max(sizes) / min(sizes) if sizes else 1.0

    def is_tied(self, letter: str, base: str) -> bool:
        """Whether a value can't be told apart from the one of another letter."""
        return overlap(bounds(self.estimates[letter]), bounds(self.estimates[base]))


@dataclass(frozen=True)
class Fact:
    """One line of a table of facts: a text for each letter, empty where nobody said it."""

    name: str
    texts: dict[str, str]

    @property
    def differs(self) -> bool:
        return len(set(self.texts.values())) > 1


class Comparison:
    """The entries that a reader asked for, as far as they can be compared."""

    def __init__(self, entries: list[Entry], ignored: list[Ignored]):
        self.ignored = ignored
        self.compared = [
            Compared(
                letter,
                entry,
                {one.metric: one for one in entry.estimates.all()},
                entry.task_id == entries[0].task_id,
            )
            for letter, entry in zip(LETTERS, entries, strict=False)
        ]

    @classmethod
    def read(cls, query: QueryDict) -> "Comparison":
        """What `entry=1&entry=2` or `entry=1,2` asks for. What it can't use it lists."""
        numbers, ignored = asked(query)
        found = (
            Entry.objects.named()
            .published()
            .prefetch_related("estimates")
            .in_bulk(numbers[:LOOKED])
        )
        known = [number for number in numbers if number in found]
        ignored += absent([number for number in numbers[:LOOKED] if number not in found])
        ignored += [
            Ignored(str(number), f"at most {MOST} entries are compared", number)
            for number in [*known[MOST:], *numbers[LOOKED:]][:LOOKED]
        ]
        return cls([found[number] for number in known[:MOST]], ignored)

    def __len__(self):
        return len(self.compared)

    @property
    def is_enough(self) -> bool:
        return len(self) >= FEWEST

    @property
    def is_one_task(self) -> bool:
        return all(one.is_comparable for one in self.compared)

    @property
    def letters(self) -> list[str]:
        return [one.letter for one in self.compared]

    @property
    def ids(self) -> list[int]:
        return [one.entry.pk for one in self.compared]

    # Numbers

    @cached_property
    def rows(self) -> list[Row]:
        """All metrics that any of the entries has, the largest differences first."""
        slugs = dict.fromkeys(slug for one in self.compared for slug in one.estimates)
        rows = [self.row(slug) for slug in slugs]
        return sorted(rows, key=lambda row: (-row.spread, order_of(row.metric)))

    def row(self, slug: str) -> Row:
        metric = metrics.get(slug)
        having = [one for one in self.compared if slug in one.estimates]
        estimates = {one.letter: one.estimates[slug] for one in having}
        values = {one.letter: bounds(one.estimates[slug]) for one in having if one.is_comparable}
        base = values.get(LETTERS[0])
        ratios = {
            letter: ratio(value, base) if base else None
            for letter, value in values.items()
            if letter != LETTERS[0]
        }
        found = None
        if kinds.has_kinds(slug):
            found = {letter: int(kinds.of(estimates[letter].origin)) for letter in values}
        return Row(metric, estimates, contrast(values, metric.better, found), ratios)

    # Facts

    @cached_property
    def settings(self) -> list[Fact]:
        """What each entry is: model, method, hardware and everything that was set."""
        keys = dict.fromkeys(key for one in self.compared for key in sorted(one.entry.settings))
        facts = [self.fact(name, of) for name, of in IDENTITY]
        return facts + [
            self.fact(key.replace("_", " ").capitalize(), lambda e, key=key: said(e, key))
            for key in keys
            if key != "devices"
        ]

    def fact(self, name: str, of: Any) -> Fact:
        return Fact(name, {one.letter: of(one.entry) for one in self.compared})

    @cached_property
    def ways(self) -> dict[tuple[int, str], list[dict[str, str]]]:
        """Entry and metric → origins and instruments of what was measured, or the formula."""
        found: dict[tuple[int, str], list[dict[str, str]]] = {}
        counting = Run.objects.counting().filter(entry__in=self.ids)
        rows = Measurement.objects.filter(run__in=counting).order_by("origin")
        columns = ("run__entry", "metric", "origin", "instrument")
        for entry, metric, origin, instrument in rows.values_list(*columns).distinct():
            way = {"origin": origin, "recipe": "", "instrument": instrument}
            found.setdefault((entry, metric), []).append(way)
        for one in self.compared:
            for metric, estimate in one.estimates.items():
                if estimate.recipe:
                    origin = Origin.values[estimate.origin]
                    way = {"origin": origin, "recipe": estimate.recipe, "instrument": ""}
                    found.setdefault((one.entry.pk, metric), []).append(way)
        return found

    @cached_property
    def levels(self) -> dict[int, Submission.Level]:
        return Run.objects.levels(self.ids)

    @cached_property
    def stays(self) -> dict[int, list[dict[str, Any]]]:
        """Entry → the submissions behind it, each with its runs, days and places."""
        rows = (
            Run.objects.counting()
            .filter(entry__in=self.ids)
            .values(
                "entry",
                "submission__public_id",
                "submission__filename",
                "submission__submitted_by",
                "submission__source__title",
                "submission__source__slug",
            )
            .annotate(
                runs=Count("pk"),
                first=Min("measured_on"),
                last=Max("measured_on"),
                a_region=Min("region"),
                other_region=Max("region"),
            )
            .order_by("entry", "-runs")
        )
        found: dict[int, list[dict[str, Any]]] = {number: [] for number in self.ids}
        for row in rows:
            found[row.pop("entry")].append(row)
        return found

    # Warnings

    @cached_property
    def warnings(self) -> list[str]:
        """Why the entries are not, or not wholly, comparable."""
        return [
            *self.task_warnings(),
            *self.boundary_warnings(),
            *self.origin_warnings(),
            *self.formula_warnings(),
        ]

    def task_warnings(self) -> Iterable[str]:
        first = self.compared[0].entry.task
        for one in self.compared[1:]:
            if not one.is_comparable:
                yield (
                    f"{one.letter} does another task: its numbers are per “{one.entry.task}: "
                    f"{one.entry.task.functional_unit}”, those of A per “{first}: "
                    f"{first.functional_unit}”. No ratio is given."
                )

    def boundary_warnings(self) -> Iterable[str]:
        """Energies that count different things, where the entries have none in common."""
        have = {
            one.letter: [slug for slug in metrics.ENERGIES if slug in one.estimates]
            for one in self.compared
        }
        have = {letter: slugs for letter, slugs in have.items() if slugs}
        shared = set(metrics.ENERGIES).intersection(*have.values()) if have else set()
        if len(have) > 1 and not shared:
            said = [
                f"{letter} counts {', '.join(metrics.get(slug).boundary for slug in slugs)}"
                for letter, slugs in have.items()
            ]
            yield f"Their energies have different boundaries: {'; '.join(said)}."

    def origin_warnings(self) -> Iterable[str]:
        """Qualities and energies that were read off for some and estimated for others."""
        for row in self.rows:
            if row.metric.slug != "quality" and row.metric.slug not in metrics.ENERGIES:
                continue
            read = [letter for letter, one in row.estimates.items() if one.origin in MEASURED_CODES]
            other = [letter for letter in row.estimates if letter not in read]
            if read and other:
                how = joined(sorted({origin_of(row.estimates[letter]) for letter in other}))
                yield (
                    f"{row.metric.label} of {joined(read)} was measured or reported, "
                    f"of {joined(other)} it is {how}."
                )

    def formula_warnings(self) -> Iterable[str]:
        """Metrics that were worked out in different ways."""
        for row in self.rows:
            formulas = {
                one.letter: {
                    way["recipe"]
                    for way in self.ways.get((one.entry.pk, row.metric.slug), [])
                    if way["recipe"]
                }
                for one in self.compared
            }
            stated = {letter: names for letter, names in formulas.items() if names}
            if len(stated) > 1 and not set.intersection(*stated.values()):
                yield (
                    f"{row.metric.label} was worked out in different ways: "
                    f"{'; '.join(ways_told(row.metric, stated))}."
                )


def ways_told(metric: metrics.Metric, stated: dict[str, set[str]]) -> Iterable[str]:
    """“A and C as accelerator time × price of a device hour”: letters by their formulas."""
    alike: dict[frozenset[str], list[str]] = {}
    for letter, names in stated.items():
        alike.setdefault(frozenset(names), []).append(letter)
    for alike_names, letters in alike.items():
        recipes = [(name, metric.recipe(name)) for name in sorted(alike_names)]
        said = [in_words(recipe) if recipe else name for name, recipe in recipes]
        yield f"{joined(letters)} as {' or '.join(said)}"


def asked(query: QueryDict) -> tuple[list[int], list[Ignored]]:
    """The ids in the order asked for, once each, and what is no id."""
    numbers: list[int] = []
    ignored: list[Ignored] = []
    for text in listed(query, "entry"):
        text = text.strip()
        if not (text.isascii() and text.isdigit() and 0 < int(text[:30]) <= LARGEST_ID):
            ignored.append(Ignored(text[:40].replace("\0", " "), "not the number of an entry"))
        elif int(text) in numbers:
            ignored.append(Ignored(text, "asked for twice", int(text)))
        else:
            numbers.append(int(text))
    return numbers, ignored[:LOOKED]


def absent(numbers: list[int]) -> list[Ignored]:
    """Why entries without estimates are left out."""
    if not numbers:
        return []
    gone = dict(
        Entry.objects.filter(
            Exists(Run.objects.filter(entry=OuterRef("pk"), submission__state__in=GONE)),
            pk__in=numbers,
        ).values_list("pk", "runs__submission__state")
    )
    return [
        Ignored(str(number), "withdrawn or replaced; its page says why", number)
        if number in gone
        else Ignored(str(number), "no such entry")
        for number in numbers
    ]


def bounds(estimate: Estimate) -> Bounds:
    return (estimate.low, estimate.value, estimate.high)


def order_of(metric: metrics.Metric) -> tuple[int, str]:
    return (FAMILIES.index(metric.family), metric.label)


def said(entry: Entry, key: str) -> str:
    value = entry.settings.get(key)
    return "" if value is None else str(value)


def parameters(entry: Entry) -> str:
    """“5.1 of 117 B”: active of total."""
    total, active = entry.model.parameters_total, entry.model.parameters_active
    if not total:
        return ""
    billions = f"{total / 1e9:.3g} B"
    return f"{active / 1e9:.3g} of {billions}" if active and active != total else billions


def devices(entry: Entry) -> str:
    if entry.hardware.slug == "unspecified":
        return ""
    return "" if entry.settings.get("devices") == NOT_STATED else f"{entry.device_count:,}"


IDENTITY = (
    ("Task", lambda entry: entry.task.name),
    ("Model", lambda entry: entry.model.name),
    ("Developer", lambda entry: entry.model.developer),
    ("Parameters", parameters),
    ("Released", lambda entry: entry.model.released),
    ("Method", lambda entry: entry.method.name),
    ("Hardware", lambda entry: "" if entry.hardware.slug == "unspecified" else entry.hardware.name),
    ("Devices", devices),
)


def origin_of(estimate: Estimate) -> str:
    return Origin(Origin.values[estimate.origin]).label
