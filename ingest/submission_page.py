"""What a submission's page shows: its state in words, its problems, and what it still asks for."""

from collections.abc import Mapping
from functools import cached_property

from django.utils.formats import date_format

from ingest import pipeline, problems, progress
from ingest.formats import FORMATS
from ingest.grid import Grid, remedy_of
from ingest.problems import Problem
from ingest.questions import Questions
from ingest.sent_files import SentFile, sent_file
from leaderboard import quantities
from leaderboard.core import metrics
from leaderboard.models import Board, Decision, Entry, Run, Submission, Task

State = Submission.State
ROWS = 25
ENTRIES, ENTRIES_OPEN = 50, 12
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
VERDICTS = {
    Decision.Verdict.RETURNED: "An editor returned it. Mend what they say, and publish it again.",
    Decision.Verdict.REJECTED: "An editor rejected it. Nothing of it is on a board.",
}
DONE = dict.fromkeys(State, "checked") | {
    State.PUBLISHED: "published",
    State.QUARANTINED: "set aside",
    State.WITHDRAWN: "withdrawn",
    State.SUPERSEDED: "replaced",
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


class SubmissionPage:
    def __init__(self, submission: Submission, user, posted: Mapping[str, str] | None = None):
        self.submission, self.user, self.posted = submission, user, posted
        self.is_own = user.is_authenticated and submission.submitted_by_id == user.pk

    # State

    @property
    def words(self) -> str:
        if decision := self.verdict:
            return VERDICTS[Decision.Verdict(decision.verdict)]
        if self.is_open and self.has_errors:
            return self.way_out
        return self.progress or WORDS[State(self.submission.state)]

    @property
    def is_open(self) -> bool:
        """Whether it waits for its sender, and this reader may act as one."""
        return self.may_act and self.submission.state in (State.CHECKED, State.REJECTED)

    @property
    def verdict(self) -> Decision | None:
        """The editor's word that holds now, where it was not to publish."""
        last = self.submission.decisions.order_by("-decided_at").first()
        if last is None or self.submission.state not in (State.CHECKED, State.REJECTED):
            return None
        return last if last.decided_at == self.submission.decided_at else None

    @property
    def way_out(self) -> str:
        """What its sender can do about the errors."""
        if self.only_conflicts:
            return "Nothing changes on a board before you say what becomes of the earlier numbers."
        step = "Answer what the file does not say" if self.only_asks else "Mend the errors"
        rest = "or publish it without those rows" if self.can_publish else "and it can be published"
        return f"Nothing is on a board. {step}, {rest}."

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
        if self.only_conflicts and self.is_open:
            return f"{one.filename}: differs from what you published"
        if self.only_asks:
            return f"{one.filename}: {quantities.count(self.asked, 'open question')}"
        if errors and self.submission.state in (State.CHECKED, State.REJECTED):
            return f"{one.filename}: {quantities.count(errors, 'error')}"
        return f"{one.filename}: {one.get_state_display().lower()}"

    @property
    def is_waiting(self) -> bool:
        return self.submission.state == State.RECEIVED

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each step with its class: done, now, or empty."""
        now = {State.RECEIVED: 1, State.PUBLISHED: 3, State.WITHDRAWN: 3}.get(
            State(self.submission.state), 2 if self.can_publish and not self.must_leave_out else 1
        )
        return [
            (text, "done" if place < now else "now" if place == now else "")
            for place, text in enumerate(STEPS)
        ]

    @property
    def outcome(self) -> str:
        """What was last done to it, and when."""
        one = self.submission
        if one.decided_at is None or self.is_waiting:
            return ""
        is_same_day = one.decided_at.date() == one.received_at.date()
        when = (
            f"{one.decided_at:%H:%M}" if is_same_day else date_format(one.decided_at, "j F Y, H:i")
        )
        return f"{DONE[State(one.state)]} {when}"

    @property
    def may_act(self) -> bool:
        return self.is_own or self.user.is_staff

    @property
    def can_publish(self) -> bool:
        """Whether there is anything that could be published, perhaps without some rows."""
        return self.is_open and self.has_some

    @property
    def has_some(self) -> bool:
        return bool(self.runs) or self.has_conflicts or not self.has_errors

    @property
    def has_errors(self) -> bool:
        return bool(self.submission.summary.get("errors"))

    @property
    def has_conflicts(self) -> bool:
        return any(issue["code"] == "run.conflict" for issue in self.issues)

    @property
    def must_leave_out(self) -> bool:
        """Whether it can be published only without some of its rows."""
        errors = [issue for issue in self.issues if issue["severity"] == "error"]
        return any(issue["code"] != "run.conflict" for issue in errors)

    @property
    def only_conflicts(self) -> bool:
        return self.has_conflicts and not self.must_leave_out

    @property
    def conflict_choices(self) -> list[tuple[str, str]]:
        choices = Submission.OnConflict
        return [(one.value.lower(), one.label) for one in choices if one != choices.ERROR]

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
        """The format of the results, and how many more there are in a submission of several."""
        module = FORMATS.get(self.submission.format)
        label = module.LABEL if module else self.submission.format
        others = {file.label for file in self.files} - {"", label}
        more = f"{len(others)} other format{'s' if len(others) > 1 else ''}"
        return f"{label} and {more}" if others else label

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
    def issues(self) -> list[dict]:
        return self.submission.issues

    @cached_property
    def problems(self) -> list[Problem]:
        """Each problem that is not asked about, with what would mend it in all its rows."""
        summary = self.submission.summary
        columns, rows = summary.get("columns", []), summary.get("rows", 0)
        return [
            Problem(
                issue,
                remedy_of(issue, columns) if self.can_change else None,
                rows,
                self.file_count > 1,
            )
            for issue in self.issues
            if issue["code"] not in self.asked_codes
        ]

    @cached_property
    def asked_codes(self) -> set[str]:
        return self.questions.codes if self.can_change else set()

    @property
    def summed(self) -> str:
        return problems.summed(self.problems)

    @property
    def more_problems(self) -> int:
        """Issues beyond those that are kept."""
        told = sum(issue.get("count", 1) for issue in self.issues)
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

    @cached_property
    def questions(self) -> Questions:
        return Questions(self.submission, self.user, self.posted)

    @property
    def asked(self) -> int:
        """How many answers are open that the reader may give."""
        return len(self.questions.open) if self.can_change else 0

    @property
    def only_asks(self) -> bool:
        """Whether answers are all that it takes."""
        errors = [issue for issue in self.issues if issue["severity"] == "error"]
        return bool(self.asked) and all(one["code"] in self.asked_codes for one in errors)

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

    @cached_property
    def tasks(self) -> list[str]:
        """The names of its tasks."""
        slugs = self.submission.summary.get("tasks", [])
        return list(
            Task.objects.filter(slug__in=slugs).order_by("name").values_list("name", flat=True)
        )

    @property
    def boards(self):
        tasks = self.submission.summary.get("tasks", [])
        return Board.objects.filter(task__slug__in=tasks).order_by("position", "title")

    @property
    def replaced(self) -> int:
        """How many of its runs gave way to later ones."""
        return Run.objects.filter(submission=self.submission).exclude(replaced_by=None).count()

    @cached_property
    def entries(self) -> list[Entry]:
        hidden = (State.HELD, State.EMBARGOED) if self.may_act else ()
        if self.submission.state not in (State.PUBLISHED, State.WITHDRAWN, *hidden):
            return []
        entries = Entry.objects.named().filter(runs__submission=self.submission)
        return list(entries.distinct().order_by("pk")[:ENTRIES])

    @property
    def first_entries(self) -> list[Entry]:
        return self.entries[:ENTRIES_OPEN]

    @property
    def further_entries(self) -> list[Entry]:
        return self.entries[ENTRIES_OPEN:]

    @property
    def has_several_tasks(self) -> bool:
        return len(self.tasks) > 1


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
