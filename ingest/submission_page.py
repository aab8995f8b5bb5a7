"""What a submission's page shows: its state in words, its problems, and what it still asks for."""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from ingest import pipeline, progress
from ingest.formats import FORMATS
from ingest.forms import ASKED
from ingest.grid import SEVERITIES, Grid, Remedy, remedy_of
from ingest.resolve import KINDS, NAMES, PROPOSABLE, Catalogue
from leaderboard import quantities
from leaderboard.core import metrics
from leaderboard.models import Board, Entry, Submission

State = Submission.State
ROWS = 25
ENTRIES = 50
LABELS = 60
PATH_PARTS = 24
NEAR = 5
# How like a name a word of a path must be to be taken for it.
SURE = 0.85
WORDS = {
    State.RECEIVED: "Waiting for the check. It takes seconds; this page looks again by itself.",
    State.CHECKED: "Checked. Nothing is on a board before you publish it.",
    State.PUBLISHED: "Published. Its numbers count on the boards below.",
    State.HELD: "Waiting for an editor, who looks at the warnings below.",
    State.EMBARGOED: "Ready. Its numbers are yours alone until the embargo ends.",
    State.REJECTED: "Not published: it has errors. Nothing of it is on a board.",
    State.QUARANTINED: "Set aside: reading it ended the worker three times. It is kept.",
    State.WITHDRAWN: "Withdrawn. This page stays, and its numbers count for nothing.",
    State.SUPERSEDED: "Replaced by a later submission. This page stays.",
}
STANDINGS = 20
FATES = {
    "new": "new run",
    "repeat": "repeat of something published,repeats of something published",
    "replaces": "replaced run",
    "unchanged": "run published before,runs published before",
    "skipped": "skipped run",
}
STEPS = ("1 Send", "2 Check", "3 Publish")
SAMPLES_WORDS = {
    "samples": ("Number of samples", "How many functional units one run did"),
    "region": ("Region", "Country code of the grid, such as DEU or USA"),
    "device_count": ("Number of devices", ""),
}


@dataclass(frozen=True)
class Asked:
    """One thing the file does not say, or says with a name that nobody knows."""

    name: str
    kind: str
    label: str
    rows: int
    near: list[str]
    said: str

    @property
    def words(self) -> str:
        thing = NAMES.get(self.kind) or SAMPLES_WORDS.get(self.kind, (self.kind, ""))[0].lower()
        if not self.label:
            return f"{thing[:1].upper()}{thing[1:]}"
        if self.kind in NAMES:
            return f"“{self.label}” is the {thing}"
        return f"{thing[:1].upper()}{thing[1:]} of “{self.label}”"

    @property
    def is_number(self) -> bool:
        return self.kind in ("samples", "device_count")


@dataclass(frozen=True)
class SentFile:
    """One of the files sent: what it was taken for, how surely, and what else it may have been."""

    path: str
    label: str
    sure: str
    rival: str
    rows: int
    note: str


class SubmissionPage:
    def __init__(self, submission: Submission, user):
        self.submission, self.user = submission, user
        self.is_own = user.is_authenticated and submission.submitted_by_id == user.pk

    # State

    @property
    def words(self) -> str:
        if self.submission.state == State.CHECKED and self.submission.summary.get("errors"):
            return "Checked. Nothing is on a board, and it can be published when it has no errors."
        return self.progress or WORDS[State(self.submission.state)]

    @property
    def progress(self) -> str:
        """How far the worker is with a file that takes longer."""
        told = progress.of(self.submission.pk) if self.is_waiting else None
        if told is None:
            return ""
        rows = f"{told.rows_read:,} rows read, {told.rows_checked:,} checked ({told.share:.0%})"
        if told.seconds_left is None:
            return f"{rows}."
        return f"{rows}; about {max(told.seconds_left, 1):,.0f} s left."

    @property
    def title(self) -> str:
        one, errors = self.submission, self.submission.summary.get("errors", 0)
        if one.state == State.RECEIVED:
            return f"{one.filename} is being checked"
        if errors:
            return f"{one.filename}: {errors:,} {'error' if errors == 1 else 'errors'}"
        return f"{one.filename}: {one.get_state_display().lower()}"

    @property
    def is_waiting(self) -> bool:
        return self.submission.state == State.RECEIVED

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each step with its class: done, now, or empty."""
        now = {State.RECEIVED: 1, State.PUBLISHED: 3, State.WITHDRAWN: 3}.get(
            State(self.submission.state), 2 if self.can_publish else 1
        )
        return [
            (text, "done" if place < now else "now" if place == now else "")
            for place, text in enumerate(STEPS)
        ]

    @property
    def may_act(self) -> bool:
        return self.is_own or self.user.is_staff

    @property
    def can_publish(self) -> bool:
        """Whether there is anything that could be published, perhaps without some rows."""
        one = self.submission
        return self.may_act and one.state in (State.CHECKED, State.REJECTED) and self.has_some

    @property
    def has_some(self) -> bool:
        return bool(self.runs) or self.has_conflicts or not self.has_errors

    @property
    def has_errors(self) -> bool:
        return bool(self.submission.summary.get("errors"))

    @property
    def has_conflicts(self) -> bool:
        return any(issue["code"] == "run.conflict" for issue in self.problems)

    @property
    def conflict_choices(self) -> list[tuple[str, str]]:
        return [(value.lower(), label) for value, label in Submission.OnConflict.choices]

    @property
    def reasons(self) -> list[tuple[str, str]]:
        return Submission.Reason.choices

    @property
    def can_decide(self) -> bool:
        """Whether this reader is an editor who may decide about it."""
        return self.submission.state == State.HELD and self.user.is_staff and not self.is_own

    @property
    def decisions(self):
        return self.submission.decisions.all()

    @property
    def can_change(self) -> bool:
        return self.may_act and self.submission.state in pipeline.CHANGEABLE

    @property
    def can_withdraw(self) -> bool:
        gone = (State.WITHDRAWN, State.SUPERSEDED)
        return self.may_act and self.submission.state not in gone

    @property
    def has_raw(self) -> bool:
        """Whether this reader may have the file as it was sent."""
        return self.may_act or self.submission.state == State.PUBLISHED

    @property
    def format_label(self) -> str:
        module = FORMATS.get(self.submission.format)
        return module.LABEL if module else self.submission.format

    @property
    def formats(self) -> list[tuple[str, str, bool]]:
        known = sorted((module.LABEL, slug) for slug, module in FORMATS.items())
        known = [("By its content", ""), *known]
        return [(slug, label, slug == self.submission.asked_format) for label, slug in known]

    @property
    def runs(self) -> int:
        return self.submission.summary.get("runs", 0)

    # Problems

    @property
    def problems(self) -> list[dict]:
        return self.submission.issues

    @property
    def remedies(self) -> list[tuple[dict, Remedy | None]]:
        """Each problem with what would mend it in all its rows."""
        columns = self.submission.summary.get("columns", [])
        return [
            (issue, remedy_of(issue, columns) if self.can_change else None)
            for issue in self.problems
        ]

    @property
    def asked_codes(self) -> set[str]:
        """The codes of problems that an answer of the sender's mends."""
        return {f"{one.kind}.{word}" for one in self.asked for word in ("unknown", "missing")}

    @property
    def problem_counts(self) -> list[tuple[int, str]]:
        """How many kinds of errors, warnings and notes there are."""
        found = Counter(issue["severity"] for issue in self.problems)
        return [(found[kind], name) for kind, name in SEVERITIES.items() if found[kind]]

    @property
    def more_problems(self) -> int:
        """Issues beyond those that are kept."""
        told = sum(issue.get("count", 1) for issue in self.problems)
        summary = self.submission.summary
        return max(summary.get("errors", 0) + summary.get("warnings", 0) - told, 0)

    # What publishing would do

    @cached_property
    def effect(self) -> dict:
        """The check's preview, for those who may act on it; numbers as text."""
        found = self.submission.effect
        if not (
            self.may_act and found.get("runs") and self.submission.state in pipeline.CHANGEABLE
        ):
            return {}
        return found | {"boards": [board_effect(board) for board in found["boards"]]}

    @property
    def fates(self) -> list[tuple[str, int]]:
        counts = self.submission.summary.get("fates", {})
        return [(words, counts[fate]) for fate, words in FATES.items() if counts.get(fate)]

    # Context

    @cached_property
    def asked(self) -> list[Asked]:
        """One field per distinct label, the commonest first."""
        if not self.can_change:
            return []
        found = []
        for kind, labels in self.submission.summary.get("asked", {}).items():
            if not isinstance(labels, dict):
                labels = {"": self.submission.summary.get("rows", 0)}
            for label, rows in islice(sorted(labels.items(), key=lambda pair: -pair[1]), LABELS):
                found.append(self.field(kind, label, rows))
        return found

    def field(self, kind: str, label: str, rows: int) -> Asked:
        # A task's samples are asked for by the task as the file writes it.
        near = list(self.catalogue.near(kind, label)) if kind in KINDS and label else []
        if kind in KINDS:
            near = list(dict.fromkeys([*near, *self.named_by_path(kind)]))[:NEAR]
        said = self.submission.context.get(kind, "")
        said = said.get(label, "") if isinstance(said, dict) else said
        return Asked(f"{ASKED}{kind}:{label}", kind, label, rows, near, str(said))

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
        if not self.user.is_authenticated:
            return []
        return list(self.user.mappings.order_by("name").values_list("name", flat=True))

    @cached_property
    def catalogue(self) -> Catalogue:
        return Catalogue()

    @property
    def can_be_new(self) -> list[tuple[str, str]]:
        """The kinds of names that a sender may bring, where some are asked for."""
        asked = {field.kind for field in self.asked if field.label}
        return [(kind, f"{NAMES[kind]}s") for kind in PROPOSABLE if kind in asked]

    @property
    def lists(self) -> list[tuple[str, list[str]]]:
        """Suggestions by kind: all slugs of the catalogue, for kinds that are asked for."""
        kinds = {field.kind for field in self.asked if field.kind in KINDS}
        return [
            (kind, sorted({row.slug for row in self.catalogue.rows[kind].values()}))
            for kind in sorted(kinds)
        ]

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """What the sender said: key, label, value."""
        found = []
        for key, value in self.submission.context.items():
            pairs = value.items() if isinstance(value, dict) else [("", value)]
            found += [(key, label, str(text)) for label, text in pairs]
        return found

    # Files and rows

    @property
    def files(self) -> list[SentFile]:
        return [sent_file(told) for told in self.submission.summary.get("files", [])]

    @property
    def file_count(self) -> int:
        return self.submission.summary.get("file_count", 1)

    @property
    def unchecked(self) -> int:
        """Cells that were fixed since the last check."""
        return self.submission.summary.get("unchecked", 0)

    @cached_property
    def has_rows(self) -> bool:
        return self.submission.rows.exists()

    @cached_property
    def grid(self) -> Grid:
        """The first rows with errors, else with warnings, else all."""
        summary = self.submission.summary
        state = "error" if summary.get("errors") else "warning" if summary.get("warnings") else ""
        if state and not self.submission.rows.told(state).exists():
            state = ""
        return Grid(self.submission, can_change=self.can_change, state=state, limit=ROWS)

    # What became of it

    @property
    def boards(self):
        tasks = self.submission.summary.get("tasks", [])
        return Board.objects.filter(task__slug__in=tasks).order_by("position", "title")

    @cached_property
    def entries(self) -> list[Entry]:
        if self.submission.state not in (State.PUBLISHED, State.WITHDRAWN):
            return []
        entries = Entry.objects.named().filter(runs__submission=self.submission)
        return list(entries.distinct().order_by("pk")[:ENTRIES])


def board_effect(board: dict) -> dict:
    """What would become of a board, with numbers as text."""
    scales = {
        slug: quantities.scale(slug, [line["values"][slug][0] for line in board["standings"]])
        for slug in board["objectives"]
    }
    lines = [
        line
        | {
            "cells": [
                (
                    scales[slug].quantity(value, low=low, high=high),
                    quantities.ranks(int(best), int(worst)),
                )
                for slug, (value, low, high, best, worst) in line["values"].items()
            ]
        }
        for line in board["standings"][:STANDINGS]
    ]
    labels = [metrics.get(slug).label for slug in board["objectives"]]
    more = board["ranked"] - len(lines)
    return board | {"labels": labels, "lines": lines, "more": more}


def sent_file(told: dict) -> SentFile:
    """A file as its submission's summary tells it."""
    scores = sorted(told.get("scores", {}).items(), key=lambda pair: -pair[1])
    label = FORMATS[told["format"]].LABEL if told["format"] in FORMATS else ""
    sure = dict(scores).get(told["format"])
    rivals = [
        f"{FORMATS[slug].LABEL} {score:.0%}"
        for slug, score in scores[:2]
        if slug in FORMATS and slug != told["format"]
    ]
    return SentFile(
        told["path"],
        label,
        "" if sure is None else f"{sure:.0%}",
        rivals[0] if rivals else "",
        told.get("rows", 0),
        told.get("note", ""),
    )
