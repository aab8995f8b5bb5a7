"""Story: a file of reference data → facts of the catalogue.

Names are looked up, never made up: what the catalogue does not know is counted and left out,
unless devices and models are to be created under the file's own names. A fact of another source is
never overwritten.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from types import ModuleType
from typing import Any

from django.db import models, transaction

from ingest.formats import File
from ingest.references._fact import HARDWARE, MODEL, PLACE, Fact, Origin
from leaderboard.datafiles import slug_of
from leaderboard.models import AIModel, Factor, Hardware, HardwareFact, ModelFact, Source
from leaderboard.reference import folded, names

TABLES: dict[str, type[models.Model]] = {MODEL: AIModel, HARDWARE: Hardware}
FIGURE = ("value", "low", "high", "licence", "citation")
# Kinds whose figures mean nothing without a date.
DATED_KINDS = frozenset({*Factor.Kind.values, *(k for k in ModelFact.Kind.values if "PRICE" in k)})

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)

Key = tuple[Any, ...]


class Undated(ValueError):
    """The file does not say of when its figures are, and nobody else did."""


@dataclass
class Summary:
    """What became of a file's figures."""

    label: str
    records: int = 0
    figures: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    created: list[str] = field(default_factory=list)
    # Names that the catalogue does not have → how many figures they carry.
    unknown: Counter = field(default_factory=Counter)
    # Places and dates for which the catalogue has a figure of another source.
    kept: list[str] = field(default_factory=list)

    @property
    def is_unchanged(self) -> bool:
        return not (self.new or self.changed or self.created)


@transaction.atomic
def take(
    module: ModuleType, file: File, *, dated: str = "", create: bool = False, dry_run: bool = False
) -> Summary:
    """Bring the catalogue's facts up to date with a file. Raises Undated and Unreadable.

    `dated` is the year, month or day of figures whose date the file does not say. Taking the same
    file twice changes nothing; a dry run changes nothing at all.
    """
    summary = Summary(module.LABEL)
    facts: list[Fact] = []
    for row in module.rows(file):
        summary.records += 1
        facts += module.facts(row)
    summary.figures = len(facts)
    facts = [_dated(fact, dated) for fact in facts]
    source = _source(module.ORIGIN)
    catalogue = {about: _Names(table) for about, table in TABLES.items()}
    if create:
        for about, known in catalogue.items():
            summary.created += known.create(_unknown(facts, about, known), about, source)
    rows = list(_merged(_rows(facts, catalogue, module.ORIGIN, source, summary)))
    _store(ModelFact, ("model_id", "kind", "source_id", "written", "dated"), rows, summary)
    _store(HardwareFact, ("hardware_id", "kind", "citation"), rows, summary)
    _store(Factor, ("kind", "region", "valid_from"), rows, summary)
    if dry_run:
        transaction.set_rollback(True)
    return summary


class _Names:
    """The rows of a table by all their names, bare generic names apart."""

    def __init__(self, table: type[models.Model]):
        self.table = table
        self.found: dict[str, int] = {}
        for row in table._default_manager.all():
            own = {**vars(row), "generic_names": []}
            self.found |= {folded(name): row.pk for name in names(own)}

    def of(self, fact: Fact) -> int | None:
        """The row that a fact is about, or None."""
        return next((pk for name in fact.names if (pk := self.found.get(folded(name)))), None)

    def create(self, facts: Iterable[Fact], about: str, source: Source) -> list[str]:
        """Add rows under the file's shortest name of each; returns the names."""
        rows: dict[str, Any] = {}
        for fact in facts:
            name = min(fact.names, key=len) if about == MODEL else fact.name
            slug = slug_of(name)
            if slug and len(slug) <= 120 and len(name) <= 200 and slug not in self.found:
                made: dict[str, Any] = {"slug": slug, "name": name, "source": source}
                if about == HARDWARE:
                    made["vendor"] = fact.vendor[:80] or "not stated"
                    made["kind"] = fact.device_kind[:20] or "other"
                rows.setdefault(slug, self.table(**made))
        created = self.table._default_manager.bulk_create(rows.values())
        for row in created:
            self.found |= {folded(name): row.pk for name in (vars(row)["slug"], vars(row)["name"])}
        return [vars(row)["name"] for row in created]


def _unknown(facts: list[Fact], about: str, known: _Names) -> Iterator[Fact]:
    return (fact for fact in facts if fact.about == about and known.of(fact) is None)


def _source(origin: Origin) -> Source:
    """The publisher's row, made if it is not there."""
    found = Source.objects.filter(slug=origin.slug) | Source.objects.filter(url=origin.url)
    return found.first() or Source.objects.create(
        slug=origin.slug,
        kind=origin.kind,
        title=origin.title,
        url=origin.url,
        licence=origin.licence,
    )


def _dated(fact: Fact, said: str) -> Fact:
    """The fact with its own date, or the one that somebody said, if its kind needs one."""
    if fact.kind not in DATED_KINDS or day_of(fact.dated):
        return fact
    if not day_of(said):
        raise Undated(f"The file does not say of when its figures are (such as “{fact.name}”).")
    return replace(fact, dated=said)


def day_of(text: str) -> date | None:
    """The first day of a year or month, or a day; None for anything else."""
    match = _DATE.fullmatch(text)
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        return None


def _rows(
    facts: list[Fact],
    catalogue: dict[str, _Names],
    origin: Origin,
    source: Source,
    summary: Summary,
) -> Iterator[models.Model]:
    """The facts as rows of their tables. What is about something unknown is counted."""
    for fact in facts:
        figure = {
            "kind": fact.kind,
            "value": fact.value,
            "low": fact.low,
            "high": fact.high,
            "licence": origin.licence[:60],
        }
        if fact.about == PLACE:
            begin = day_of(fact.dated)
            assert begin, "kinds of places are dated"
            yield Factor(
                **figure,
                region=fact.name[:60],
                region_name=(fact.title or fact.name)[:120],
                valid_from=begin,
                basis=fact.note,
                citation=origin.title,
            )
            continue
        pk = catalogue[fact.about].of(fact)
        if pk is None:
            summary.unknown[fact.name] += 1
        elif fact.about == HARDWARE:
            yield HardwareFact(
                **figure,
                hardware_id=pk,
                is_preferred=False,
                dated=fact.dated[:10],
                citation=f"{origin.title}: {fact.name}",
            )
        else:
            yield ModelFact(
                **figure,
                model_id=pk,
                seller=fact.seller[:80],
                written=fact.name[:300],
                dated=fact.dated[:10],
                citation=f"{origin.title}: {fact.note}" if fact.note else origin.title,
                source=source,
            )


def _merged(rows: Iterable[models.Model]) -> Iterator[models.Model]:
    """The rows, those of one name and kind as one: the first value between lowest and highest."""
    found: dict[Key, Any] = {}
    for row in rows:
        place = tuple(
            (name, content)
            for name, content in vars(row).items()
            if name not in ("_state", "value", "low", "high", "basis")
        )
        known = found.setdefault((type(row), *place), row)
        figures = vars(row)
        known.low = min(known.low, figures["low"])
        known.high = max(known.high, figures["high"])
    yield from found.values()


def _store(
    table: type[models.Model], key: tuple[str, ...], rows: list[models.Model], summary: Summary
) -> None:
    """Write the rows of this table that are new or differ, apart from those of other sources."""
    wanted = {_place(row, key): row for row in rows if isinstance(row, table)}
    if not wanted:
        return
    stored = {_place(row, key): row for row in table._default_manager.all()}
    changed = []
    for at in wanted.keys() & stored.keys():
        old, new = vars(stored[at]), vars(wanted[at])
        if table is Factor and old["citation"] != new["citation"]:
            summary.kept.append(f"{new['region']} from {new['valid_from']}, {new['kind']}")
        elif any(old[name] != new[name] for name in FIGURE):
            for name in FIGURE:
                setattr(stored[at], name, new[name])
            changed.append(stored[at])
        else:
            summary.unchanged += 1
    created = [row for at, row in wanted.items() if at not in stored]
    table._default_manager.bulk_create(created, batch_size=500)
    if changed:
        table._default_manager.bulk_update(changed, FIGURE, batch_size=500)
    summary.new += len(created)
    summary.changed += len(changed)


def _place(row: models.Model, key: tuple[str, ...]) -> Key:
    return tuple(vars(row)[name] for name in key)
