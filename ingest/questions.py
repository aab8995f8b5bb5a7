"""What a submission's page asks of its sender: names and numbers that the file leaves open."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.contrib.auth.models import AnonymousUser, User

from ingest.forms import ANSWERED, ASKED
from ingest.problems import Problem
from ingest.resolve import KINDS, NAMES, PROPOSABLE, PROPOSED, Catalogue
from leaderboard import quantities
from leaderboard.models import Submission

LABELS = 60
PATH_PARTS = 24
NEAR = 5
# How like a name a word of a path must be to be taken for it.
SURE = 0.85
UNASKED = ("device_count", "region", "samples", "method")
NUMBERS = {
    "samples": ("Number of samples", "How often one run did what the task counts"),
    "region": ("Region", "Country code of the grid, such as DEU or USA"),
    "device_count": ("Number of devices", ""),
}


@dataclass(frozen=True)
class Question:
    """One thing the file does not say, or says with a name that nobody knows."""

    name: str
    kind: str
    label: str
    rows: int
    near: list[str]
    answer: str
    place: str = ""
    # The answer that was checked, where another one stands in the field.
    checked: str = ""

    @property
    def words(self) -> str:
        thing = NAMES.get(self.kind) or NUMBERS.get(self.kind, (self.kind, ""))[0].lower()
        if not self.label:
            return f"{thing[:1].upper()}{thing[1:]}"
        if self.kind in NAMES:
            return f"“{self.label}” is the {thing}"
        return f"{thing[:1].upper()}{thing[1:]} of “{self.label}”"

    @property
    def told(self) -> str:
        """Question and answer: “model llama-3-8b”."""
        name = self.answer.removeprefix(PROPOSED).strip()
        new = " new" if self.answer.startswith(PROPOSED) else ""
        thing = f"“{self.label}”" if self.label else self.words.lower()
        return f"{thing}: {name or 'as named'}{',' if name and new else ''}{new}"

    @property
    def help(self) -> str:
        return NUMBERS.get(self.kind, ("", ""))[1]

    @property
    def code(self) -> str:
        """What the check calls the problem that an answer mends."""
        return f"{self.kind}.unknown" if self.is_unknown else f"{self.kind}.missing"

    @property
    def is_unknown(self) -> bool:
        """Whether a name was given, and nobody knows it."""
        return self.kind in KINDS and bool(self.label or self.checked)

    @property
    def is_number(self) -> bool:
        return self.kind in ("samples", "device_count")


class Questions:
    """The open questions of a submission, and its answers so far.

    `posted` are answers that could not be taken: they stand in their fields, to be mended.
    """

    def __init__(
        self,
        submission: Submission,
        user: User | AnonymousUser,
        posted: Mapping[str, str] | None = None,
    ):
        self.submission, self.user, self.posted = submission, user, posted or {}

    @cached_property
    def open(self) -> list[Question]:
        """One question per distinct label, what most rows lack first."""
        found = []
        for kind, labels in self.submission.summary.get("asked", {}).items():
            if not isinstance(labels, dict):
                labels = {"": self.submission.summary.get("rows", 0)}
            commonest = sorted(labels.items(), key=lambda pair: -pair[1])[:LABELS]
            found += [self.question(kind, label, rows) for label, rows in commonest]
        return sorted(found, key=lambda question: -question.rows)

    def question(self, kind: str, label: str, rows: int) -> Question:
        said = self.submission.context.get(kind, "")
        said = said.get(label, "") if isinstance(said, dict) else said
        name = f"{ASKED}{kind}:{label}"
        answer = self.posted.get(name, str(said))
        near, place = self.near(kind, label, str(said)), self.place(kind, label, rows)
        return Question(name, kind, label, rows, near, answer, place, str(said))

    def place(self, kind: str, label: str, rows: int) -> str:
        """The rows that a question is about, where the check names them."""
        for issue in self.submission.issues:
            subject, _, problem = issue["code"].partition(".")
            is_its = issue["given"] == label if label else problem == "missing"
            if subject == kind and problem in ("unknown", "missing") and is_its:
                whole = self.submission.summary.get("rows", 0)
                return (
                    quantities.count(rows, "row")
                    if issue.get("also_paths")
                    else Problem(issue, None, whole, has_paths=False).place
                )
        return quantities.count(rows, "row")

    def near(self, kind: str, label: str, said: str) -> list[str]:
        """Slugs of the catalogue that may be meant. Samples are asked for by their task's name."""
        if kind not in KINDS:
            return []
        if name := said.removeprefix(PROPOSED).strip() or label:
            return list(self.catalogue.near(kind, name))
        return list(dict.fromkeys(self.named_by_path(kind)))[:NEAR]

    @property
    def answers(self) -> list[Question]:
        """What the sender said that is not asked for again, to be changed or taken back."""
        asked = {(question.kind, question.label) for question in self.open}
        found = []
        for kind, value in self.submission.context.items():
            pairs = value.items() if isinstance(value, dict) else [("", value)]
            for label, text in pairs:
                if (kind, label) not in asked:
                    name = f"{ANSWERED}{kind}:{label}"
                    text = self.posted.get(name, str(text))
                    found.append(Question(name, kind, label, 0, [], text))
        return found[:LABELS]

    @property
    def more(self) -> list[Question]:
        """What may be said of all rows though nothing asks for it."""
        told = {one.kind for one in [*self.open, *self.answers]}
        names = {kind: f"{ASKED}{kind}:" for kind in UNASKED if kind not in told}
        return [
            Question(name, kind, "", 0, [], self.posted.get(name, ""))
            for kind, name in names.items()
        ]

    @property
    def codes(self) -> set[str]:
        """The codes of problems that an answer mends."""
        return {f"{one.kind}.{word}" for one in self.open for word in ("unknown", "missing")}

    @property
    def asked_codes(self) -> list[str]:
        """The codes of the problems that are asked about."""
        return list(dict.fromkeys(question.code for question in self.open))

    @cached_property
    def path_parts(self) -> list[str]:
        """The words of the files' paths, without their endings."""
        paths = [one["path"] for one in self.submission.summary.get("files", [])]
        words = [
            word
            for path in [self.submission.filename, *paths]
            for word in re.split(r"[/\\_ ]+", re.sub(r"\.[A-Za-z0-9]{1,5}$", "", path))
        ]
        return list(dict.fromkeys(words))[:PATH_PARTS]

    def named_by_path(self, kind: str) -> list[str]:
        """Rows of the catalogue that a folder or file is called after."""
        found = [self.catalogue.near(kind, word, cutoff=SURE) for word in self.path_parts]
        return [slug for slugs in found for slug in slugs]

    @property
    def saved(self) -> list[str]:
        """The names of the user's saved answers."""
        if not isinstance(self.user, User):
            return []
        return list(self.user.mappings.order_by("name").values_list("name", flat=True))

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue()

    @property
    def can_be_new(self) -> list[tuple[str, str, bool]]:
        """The kinds of names that a sender may bring, and whether that was ticked."""
        asked = {question.kind for question in self.open}
        return [
            (kind, f"{NAMES[kind]}s", f"new:{kind}" in self.posted)
            for kind in PROPOSABLE
            if kind in asked
        ]

    @property
    def for_editors(self) -> str:
        """The kinds of names among those asked for that only editors add."""
        asked = {question.kind for question in self.open if question.kind in KINDS}
        return " and ".join(f"{NAMES[kind]}s" for kind in KINDS if kind in asked - set(PROPOSABLE))

    @property
    def lists(self) -> list[tuple[str, list[str]]]:
        """Suggestions by kind: all slugs of the catalogue, for kinds that are asked for."""
        kinds = {one.kind for one in [*self.open, *self.answers, *self.more] if one.kind in KINDS}
        return [
            (kind, sorted({row.slug for row in self.catalogue.rows[kind].values()}))
            for kind in sorted(kinds)
        ]
