"""Names as files write them → rows of the catalogue. Never guesses: unknown names are refused,
with the nearest known ones."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.utils.text import slugify

from ingest.readings import Issue, Reading
from leaderboard.facts import Place
from leaderboard.models import AIModel, Hardware, Method, Task

KINDS: dict[str, Any] = {"task": Task, "model": AIModel, "method": Method, "hardware": Hardware}
NAMES = {"task": "task", "model": "model", "method": "method", "hardware": "device"}
# What an identity depends on.
STATED = attrgetter(*KINDS, "device_count", "samples", "region")
ALIKE = 4_096
CONTEXT_KEYS = (*KINDS, "samples", "region", "device_count")


# What the context says in place of a known name to bring a new one: “+” alone takes the file's.
PROPOSED = "+"


def new_model(name: str, label: str) -> AIModel:
    return AIModel(
        slug=slugify(name)[:80], name=name, aliases=aliases(name, label), is_proposed=True
    )


def new_method(name: str, label: str) -> Method:
    return Method(
        slug=slugify(name)[:80],
        name=name,
        aliases=aliases(name, label),
        kind="OTHER",
        is_proposed=True,
    )


PROPOSABLE: dict[str, Any] = {"model": new_model, "method": new_method}


def aliases(name: str, label: str) -> list[str]:
    return [label] if label and label != name else []


def free_slug(row: Any) -> str:
    """The row's slug, with a number if another row has it."""
    taken = type(row).objects.filter(slug__startswith=row.slug).values_list("slug", flat=True)
    numbered = (f"{row.slug}-{number}" for number in range(2, len(taken) + 3))
    return row.slug if row.slug not in taken else next(n for n in numbered if n not in taken)


class ContextError(ValueError):
    """What the sender says about the file can't be used; the text says why."""


def context_of(stated: Any) -> dict[str, Any]:
    """The context in its one form: key → text or {label: text}. Raises ContextError.

    Numbers may come as text, as forms send them; `samples` and `device_count` become integers.
    """
    if not isinstance(stated, Mapping):
        raise ContextError('The context is a JSON object, such as {"hardware": "A100"}.')
    if unknown := sorted(str(key) for key in stated.keys() - set(CONTEXT_KEYS)):
        raise ContextError(
            f"Unknown in the context: {', '.join(unknown)}. Known: {', '.join(CONTEXT_KEYS)}."
        )
    found = {}
    for key, said in stated.items():
        labelled = said if isinstance(said, Mapping) else {"": said}
        cleaned = {legible(key, str(label)): cleaned_of(key, labelled[label]) for label in labelled}
        cleaned = {label: text for label, text in cleaned.items() if text not in ("", None)}
        if cleaned:
            found[key] = cleaned if isinstance(said, Mapping) else cleaned[""]
    return found


def cleaned_of(key: str, said: Any) -> str | int:
    if not isinstance(said, str | int) or isinstance(said, bool):
        raise ContextError(f"{key}: expected a name or a number, or an object of label → name.")
    text = legible(key, str(said).strip())
    if key not in ("samples", "device_count") or not text:
        return text
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:12]) <= 2_147_483_647):
        raise ContextError(f"{key}: expected a whole number from 1, got “{text}”.")
    return int(text)


def legible(key: str, text: str) -> str:
    """The text, if it can be stored: JSON can write halves of characters, and zero ones."""
    if len(text) > 300 or "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ContextError(f"{key}: that is not a name.")
    return text


def folded(name: str) -> str:
    """A name without case and with single blanks: how names are compared."""
    return " ".join(name.casefold().split())


def near_names(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Up to three known names that look like this one, whatever their case."""
    names = {folded(one): one for one in known}
    return tuple(names[close] for close in get_close_matches(folded(name[:200]), names, 3, 0.55))


def joined(base: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """Two contexts in one: answers about labels stand beside each other, and `said` wins."""
    found = {**base, **said}
    for key in base.keys() & said.keys():
        if isinstance(base[key], Mapping) and isinstance(said[key], Mapping):
            found[key] = {**base[key], **said[key]}
    return found


class Catalogue:
    """All names of the catalogue, read once per file."""

    def __init__(self):
        self.rows: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
        for kind, model in KINDS.items():
            for row in model.objects.all():
                # A slug beats a name, a name an alias, an alias a bare generic name.
                generic = getattr(row, "generic_names", [])
                for name in [row.slug, row.name, *row.aliases, *generic]:
                    self.rows[kind].setdefault(folded(name), row)

    def find(self, kind: str, name: str) -> Any | None:
        return self.rows[kind].get(folded(name))

    def near(self, kind: str, name: str, cutoff: float = 0.55) -> tuple[str, ...]:
        """The slugs of up to three rows with a name like this one."""
        names = self.rows[kind]
        close = get_close_matches(folded(name), names, n=6, cutoff=cutoff)
        inside = [known for known in names if len(name) > 2 and folded(name) in known][:3]
        return tuple(dict.fromkeys(names[known].slug for known in [*inside, *close]))[:3]


@dataclass(frozen=True)
class Identity:
    """Who a reading is about: rows of the catalogue."""

    task: Any
    model: Any
    method: Any
    hardware: Any
    device_count: int
    samples: int | None
    region: str

    @cached_property
    def key(self) -> tuple[int, int, int, int, int]:
        """Task, model, method, hardware and device count, as the entries' unique key has them."""
        rows = (self.task, self.model, self.method, self.hardware)
        return (*(row.id for row in rows), self.device_count)

    @cached_property
    def place(self) -> Place:
        """What the facts about it depend on."""
        return self.within(self.region)

    def within(self, region: str) -> Place:
        """The same in another region."""
        return (self.hardware.slug, self.device_count, region, self.task.slug, self.model.slug)


@dataclass
class Resolver:
    """Resolves readings of one file under its context, each distinct label once."""

    catalogue: Catalogue
    context: Mapping[str, Any] = field(default_factory=dict)
    # Whether models and methods that the context proposes are made; otherwise they are only
    # thought of, with ids that no row has.
    creates: bool = False
    # Kind → label as written → number of rows that ask for it.
    asked: dict[str, dict[str, int]] = field(default_factory=dict)
    _found: dict[tuple[str, str], Any] = field(default_factory=dict)
    # Identities of readings alike; a file may have as many as rows.
    _known: dict[tuple, Identity] = field(default_factory=dict)

    def identity(self, reading: Reading, issues: list[Issue]) -> Identity | None:
        """The reading's identity, or None with the issues that say what is unknown."""
        stated = STATED(reading)
        found = self._known.get(stated)
        if found is None:
            found = self._identity(reading, issues)
            if found is not None and len(self._known) < ALIKE:
                self._known[stated] = found
        return found

    def _identity(self, reading: Reading, issues: list[Issue]) -> Identity | None:
        found = {kind: self.row(kind, getattr(reading, kind), issues) for kind in KINDS}
        if any(row is None for row in found.values()):
            return None
        count = reading.device_count or self.said("device_count", reading.hardware) or 1
        samples = reading.samples or self.said("samples", reading.task)
        region = reading.region or self.said("region", reading.hardware) or ""
        return Identity(**found, device_count=count, samples=samples, region=region)

    def row(self, kind: str, label: str, issues: list[Issue]) -> Any | None:
        """The catalogue's row for a label; an issue when there is none."""
        if (kind, label) not in self._found:
            self._found[kind, label] = self._resolved(kind, label)
        found = self._found[kind, label]
        if isinstance(found, Issue):
            self.ask(kind, label)
            issues.append(found)
            return None
        return found

    def ask(self, kind: str, label: str) -> None:
        """Note that a row lacks something that its sender can say."""
        labels = self.asked.setdefault(kind, {})
        labels[label] = labels.get(label, 0) + 1

    def said(self, key: str, label: str) -> Any | None:
        """What the context says under a key about a label."""
        stated = self.context.get(key)
        return stated.get(label) if isinstance(stated, Mapping) else stated

    def _resolved(self, kind: str, label: str) -> Any:
        said = self.said(kind, label)
        if isinstance(said, str) and said.startswith(PROPOSED):
            return self._proposed(kind, said.removeprefix(PROPOSED).strip() or label, label)
        # A mapping of this very label is meant to replace it; a word for the whole file only
        # fills in where the file is silent or uses a label that nobody knows.
        mapped = isinstance(self.context.get(kind), Mapping) and said
        for name in [said, label] if mapped else [label, said]:
            if name and (row := self.catalogue.find(kind, name)) is not None:
                return row
        if kind == "method" and not label and not said:
            return self.catalogue.find(kind, "baseline")
        return self._unknown(kind, said or label, label)

    def _proposed(self, kind: str, name: str, label: str) -> Any:
        """The model or method that the sender brings, unless the catalogue has it."""
        found = self.catalogue.find(kind, name)
        if found is not None:
            return found
        if kind not in PROPOSABLE or not slugify(name):
            return Issue(
                f"{kind}.unknown",
                f"A new {NAMES[kind]} has to be added by an editor."
                if slugify(name)
                else f"“{name}” is no name for a {NAMES[kind]}.",
                column=kind,
                given=label or name,
                expected=self.catalogue.near(kind, name),
            )
        made = PROPOSABLE[kind](name, label)
        if self.creates:
            made.slug = free_slug(made)
            made.save()
        else:
            made.pk = -1 - len(self._found)
        self.catalogue.rows[kind][folded(name)] = made
        return made

    def _unknown(self, kind: str, name: str, label: str) -> Issue:
        if not name:
            return Issue(
                f"{kind}.missing",
                f"The file does not say which {NAMES[kind]} was used.",
                column=kind,
                hint=f"Say it in the context field “{kind}”.",
            )
        near = self.catalogue.near(kind, name)
        return Issue(
            f"{kind}.unknown",
            f"“{name}” is not a {NAMES[kind]} of the catalogue.",
            column=kind,
            given=label or name,
            expected=near,
            hint=f"Map it in the context field “{kind}”"
            + (f", for example to {near[0]}." if near else "."),
        )
