"""Story: the published facts in `leaderboard/data/` → the catalogue.

`load` is idempotent: what the files say is written once, and a second run writes nothing. Rows and
aliases that editors added stay. A name that could mean two rows stops it.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from leaderboard import datafiles
from leaderboard.datafiles import DATA, Row, folded
from leaderboard.models import (
    AIModel,
    Claim,
    Composition,
    Factor,
    Hardware,
    HardwareFact,
    Method,
    Source,
    Task,
)


class Contradiction(ValueError):
    """The files contradict themselves or the catalogue; the text says where."""


@dataclass(frozen=True)
class Count:
    """What became of one table."""

    rows: int
    created: int
    changed: int


@dataclass
class Report:
    """Table → what became of it."""

    tables: dict[str, Count] = field(default_factory=dict)

    @property
    def is_unchanged(self) -> bool:
        return not any(count.created or count.changed for count in self.tables.values())


@transaction.atomic
def load(data: Path = DATA) -> Report:
    """Bring the catalogue up to date with the files. Raises Contradiction."""
    with connection.cursor() as cursor:
        # Two machines may start at once: the second waits and finds everything done.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('leaderboard.reference'))")
    report = Report()

    def put(model: type[models.Model], key: tuple[str, ...], rows: Iterable[Row]) -> None:
        report.tables[str(model._meta.verbose_name_plural)] = store(model, key, list(rows))

    put(Source, ("slug",), datafiles.sources(data))
    source = slugs(Source)
    put(Task, ("slug",), datafiles.tasks(data))
    put(Method, ("slug",), datafiles.methods(data))
    put(AIModel, ("slug",), linked(datafiles.ai_models(data), "source", source))
    put(Hardware, ("slug",), datafiles.hardware(data))
    device = slugs(Hardware)
    put(
        HardwareFact,
        ("hardware_id", "kind", "citation"),
        linked(datafiles.hardware_facts(data), "hardware", device),
    )
    put(
        Composition,
        ("unit_name", "level", "part", "element", "basis"),
        linked(datafiles.composition(data), "hardware", device),
    )
    put(Factor, ("kind", "region", "valid_from"), datafiles.factors(data))
    put(Claim, ("source_id", "position"), linked(datafiles.claims(data), "source", source))
    for model in (Task, Method, AIModel, Hardware):
        require_unique_names(model)
    return report


def store(model: type[models.Model], key: tuple[str, ...], rows: list[Row]) -> Count:
    """Write the rows that are new or differ."""
    stored = {place(vars(row), key): row for row in model._default_manager.all()}
    wanted = {place(row, key): row for row in rows}
    if len(wanted) < len(rows):
        raise Contradiction(f"{model.__name__}: two rows have the same {', '.join(key)}.")
    ours = {folded(name) for row in rows for name in names(row)}
    created = [model(**row) for at, row in wanted.items() if at not in stored]
    changed: list[models.Model] = []
    fields: set[str] = set()
    for at in wanted.keys() & stored.keys():
        if differing := differences(stored[at], wanted[at], ours):
            for name, value in differing.items():
                setattr(stored[at], name, value)
            changed.append(stored[at])
            fields |= differing.keys()
    if changed:
        # One figure of a kind is preferred: its place must be free before another takes it.
        if "is_preferred" in fields:
            touched = model._default_manager.filter(pk__in=[row.pk for row in changed])
            touched.update(is_preferred=False)
        model._default_manager.bulk_update(changed, sorted(fields), batch_size=500)
    model._default_manager.bulk_create(created, batch_size=500)
    return Count(len(wanted), len(created), len(changed))


def place(row: Row, key: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(row[name] for name in key)


def differences(stored: models.Model, row: Row, ours: set[str]) -> Row:
    """What `row` says otherwise than the stored one.

    Aliases that an editor added stay, unless our files give them to some row.
    """
    if "aliases" in row:
        added = [alias for alias in vars(stored)["aliases"] if folded(alias) not in ours]
        row = row | {"aliases": [*row["aliases"], *added]}
    return {name: value for name, value in row.items() if getattr(stored, name) != value}


def names(row: Row) -> list[str]:
    """All names of a row of the catalogue."""
    if "aliases" not in row:
        return []
    return [row["slug"], row["name"], *row["aliases"], *row.get("generic_names", [])]


def require_unique_names(model: type[models.Model]) -> None:
    """No name means two rows, whatever its case. Raises Contradiction with all that do."""
    owners: dict[str, set[str]] = defaultdict(set)
    for row in model._default_manager.all():
        for name in names(vars(row)):
            owners[folded(name)].add(vars(row)["slug"])
    twice = {name: sorted(rows) for name, rows in owners.items() if len(rows) > 1}
    if twice:
        said = "; ".join(f"“{name}” is {' and '.join(rows)}" for name, rows in twice.items())
        raise Contradiction(f"{model.__name__}: {said}.")


def linked(rows: Iterable[Row], name: str, known: dict[str, int]) -> list[Row]:
    """The rows with the slug under `name` replaced by the id of the row that has it."""
    found = []
    for row in rows:
        slug = row[name]
        if slug and slug not in known:
            raise Contradiction(f"There is no {name} “{slug}”.")
        rest = {field: value for field, value in row.items() if field != name}
        found.append(rest | {f"{name}_id": known.get(slug)})
    return found


def slugs(model: type[models.Model]) -> dict[str, int]:
    """Slug → id."""
    return dict(model._default_manager.values_list("slug", "pk"))
