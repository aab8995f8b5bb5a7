"""Rows of a submission on a page: which of them, in what order of columns, and one row alone."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.urls import reverse

from ingest import fixing, takeaway
from leaderboard.core import metrics
from leaderboard.models import Submission, SubmissionRow

SEVERITIES = {"error": "error", "warning": "warning", "info": "note"}
STATES = {
    "": "All",
    "error": "Errors",
    "warning": "Warnings",
    "info": "Notes",
    "fine": "Fine",
    "fixed": "Fixed",
}
ROWS, COLUMNS = 50, 24
# Rows up to which those of each state are counted for the page.
COUNTED = 50_000
SHOWN_CHARS, INLINE_CHARS, LINE_CHARS = 60, 500, 100
CELL = "cell:"


@dataclass(frozen=True)
class Cell:
    """One cell as it is read now, and as it was sent where somebody wrote over it."""

    column: str
    now: str
    sent: str
    is_fixed: bool
    is_added: bool
    issues: tuple[dict, ...]

    @property
    def text(self) -> str:
        """The cell, of a length that a table bears."""
        return shortened(self.now)

    @property
    def original(self) -> str:
        return shortened(self.sent) or "empty"

    @property
    def is_wrong(self) -> bool:
        return any(issue["severity"] == "error" for issue in self.issues)

    @property
    def told(self) -> str:
        return " ".join(issue["message"] for issue in self.issues)

    @property
    def is_inline(self) -> bool:
        """Whether it can be edited on one line of a table."""
        return len(self.now) <= INLINE_CHARS and "\n" not in self.now

    @property
    def is_long(self) -> bool:
        return len(self.now) > LINE_CHARS or "\n" in self.now

    @property
    def field(self) -> str:
        return f"{CELL}{self.column}"


def shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARS else f"{line[: SHOWN_CHARS - 1]}…"


def cell_of(row: SubmissionRow, column: str) -> Cell:
    patch = row.patched or {}
    sent = fixing.written(row.sent.get(column))
    return Cell(
        column,
        fixing.written(patch[column]) if column in patch else sent,
        sent,
        column in patch,
        column not in row.sent,
        tuple(issue for issue in row.issues if issue["column"] == column),
    )


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    row: SubmissionRow
    cells: list[Cell]
    address: str
    api: str

    @property
    def worst(self) -> dict:
        """Its gravest issue, or an empty one."""
        return min(self.row.issues, key=gravity, default={"severity": "", "message": ""})

    @property
    def is_worst_here(self) -> bool:
        """Whether a cell of the row has that issue, so that it can be fixed in place."""
        return self.worst.get("column") in self.row.cells


def gravity(issue: Mapping[str, Any]) -> int:
    return list(SEVERITIES).index(issue["severity"])


def has_several(submission: Submission) -> bool:
    """True when rows of several files were read."""
    return sum(1 for file in submission.summary.get("files", []) if file["rows"]) > 1


class Grid:
    """A page of rows. Raises BadRequest for a state or place that there is not."""

    def __init__(
        self,
        submission: Submission,
        *,
        can_change: bool,
        state: str = "",
        text: str = "",
        after: str = "",
        limit: int = ROWS,
    ):
        if state not in STATES or "\0" in text + after:
            raise BadRequest("There are no such rows.")
        self.submission, self.can_change = submission, can_change
        self.state, self.text, self.after, self.limit = state, text.strip()[:200], after, limit

    @cached_property
    def _found(self) -> list[SubmissionRow]:
        rows = self.submission.rows.of(self.state)
        if self.text:
            rows = rows.holding(self.text)
        if self.after:
            rows = rows.after(*place_of(self.after))
        return list(rows.in_order()[: self.limit + 1])

    @property
    def rows(self) -> list[SubmissionRow]:
        return self._found[: self.limit]

    @cached_property
    def all_columns(self) -> list[str]:
        """Those with problems on this page, those with fixes, then as the files have them."""
        columns = takeaway.columns_of(self.submission)
        troubled = {issue["column"] for row in self.rows for issue in row.issues}
        fixed = {column for row in self.rows for column in row.patched or {}}
        return sorted(columns, key=lambda name: (name not in troubled, name not in fixed))

    @property
    def columns(self) -> list[str]:
        return self.all_columns[:COLUMNS]

    @property
    def more_columns(self) -> int:
        return max(len(self.all_columns) - COLUMNS, 0)

    @property
    def has_paths(self) -> bool:
        """Whether several files have rows."""
        return has_several(self.submission)

    @property
    def lines(self) -> list[Line]:
        return [
            Line(
                row,
                [cell_of(row, column) for column in self.columns],
                address_of(row, self.submission),
                address_of(row, self.submission, "api-submission-row"),
            )
            for row in self.rows
        ]

    @cached_property
    def filters(self) -> list[tuple[str, str, str, bool]]:
        """Address, words, number of rows, and whether it is this one; empty states are left out."""
        is_counted = self.submission.summary.get("rows", 0) <= COUNTED
        counts = self.submission.rows.counts() if is_counted else {}
        return [
            (
                self.link(show=state, after=""),
                words,
                f"{counts[state or 'all']:,}" if is_counted else "",
                state == self.state,
            )
            for state, words in STATES.items()
            if counts.get(state or "all", 1) or state in ("", self.state)
        ]

    def link(self, **changes: str) -> str:
        asked = {"show": self.state, "q": self.text, "after": self.after} | changes
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{reverse('rows', args=[self.submission.public_id])}?{query}".rstrip("?")

    @property
    def next(self) -> str:
        """The address of the page after this one, or nothing."""
        if len(self._found) <= self.limit:
            return ""
        last = self.rows[-1]
        return self.link(after=f"{last.row} {last.path}")

    @property
    def first(self) -> str:
        """The address of the first page."""
        return self.link(after="")

    @property
    def table_link(self) -> str:
        query = urlencode({"show": self.state} if self.state else {})
        return f"{reverse('row_table', args=[self.submission.public_id])}?{query}".rstrip("?")


def place_of(after: str) -> tuple[str, int]:
    """Path and row that a page comes after. Raises BadRequest."""
    row, _, path = after.partition(" ")
    if not (row.isascii() and row.isdigit() and len(row) < 10):
        raise BadRequest("There is no such page of rows.")
    return path, int(row)


def address_of(row: SubmissionRow, submission: Submission, view: str = "row") -> str:
    place = reverse(view, args=[submission.public_id, row.row])
    return f"{place}?{urlencode({'path': row.path})}" if row.path else place


class RowPage:
    """One row with all its cells, each with its problems; `posted` are cells that weren't taken."""

    def __init__(
        self,
        submission: Submission,
        row: SubmissionRow,
        *,
        can_change: bool,
        posted: Mapping[str, str] | None = None,
    ):
        self.submission, self.row, self.can_change = submission, row, can_change
        self.posted = posted or {}
        self.address = address_of(row, submission)

    @cached_property
    def cells(self) -> list[Cell]:
        ordered = [one for one in takeaway.columns_of(self.submission) if one in self.row.cells]
        columns = dict.fromkeys([*ordered, *self.row.cells])
        return [cell_of(self.row, column) for column in columns]

    @property
    def fields(self) -> list[tuple[Cell, str]]:
        """Each cell with the text that its field holds."""
        return [(cell, self.posted.get(cell.column, cell.now)) for cell in self.cells]

    @property
    def has_paths(self) -> bool:
        return has_several(self.submission)

    @property
    def fixed_count(self) -> int:
        return len(self.row.patched or {})

    @property
    def other_issues(self) -> list[dict]:
        """Problems of the row that are in none of its cells."""
        return [issue for issue in self.row.issues if issue["column"] not in self.row.cells]

    @cached_property
    def next_error(self) -> str:
        """The address of the next row with an error, or nothing."""
        rows = self.submission.rows.told("error").after(self.row.path, self.row.row)
        following = rows.in_order().first()
        return address_of(following, self.submission) if following else ""


def posted_cells(row: SubmissionRow, post: Any) -> dict[str, Any]:
    """The cells that a form wants to have written: those that differ, and those to put back."""
    stated = {name.removeprefix(CELL): text for name, text in post.items() if name.startswith(CELL)}
    return {**fixing.changed(row, stated), **dict.fromkeys(post.getlist("undo"))}


@dataclass(frozen=True)
class Remedy:
    """What would mend a problem in all rows that have it: one value, or another column's name."""

    is_rename: bool
    column: str
    text: str
    choices: list[str]


# Their expected values are examples of a form, not the value that is meant.
EXAMPLES = ("number.invalid", "date.invalid", "value.contradiction", "interval.order")
RENAMED = ("unit.missing", "unit.unknown", "column.unknown", "metric.unknown")
# Units to choose from where a column lacks its own, by the canonical one of its metric.
UNITS = {
    "J": ("kWh", "Wh", "J"),
    "s": ("s", "ms", "h"),
    "1": ("%", "1"),
    "W": ("W",),
    "kg": ("kg", "g"),
    "USD": ("USD",),
    "count": ("count",),
    "count/s": ("count/s",),
    "byte": ("GB", "GiB", "MB"),
}
ASKED = ("task", "model", "method", "hardware", "samples")


def remedy_of(issue: Mapping[str, Any], columns: list[str]) -> Remedy | None:
    """The remedy that an issue's form begins with; None where none of this kind would help.

    Names and samples are answered once per name. A unit is offered and never filled in: nobody
    here knows it.
    """
    subject, _, problem = issue["code"].partition(".")
    is_asked = subject in ASKED and problem in ("unknown", "missing")
    if not issue["row"] or issue["severity"] == "info" or is_asked:
        return None
    column, choices = issue["column"], list(issue["expected"])
    is_pointer = column.startswith("/")
    if issue["code"] in RENAMED and not is_pointer:
        text, choices = renamed(issue)
        return Remedy(True, column, text, choices)
    if subject == "unit" and is_pointer:
        return Remedy(False, unit_key(column), "", choices)
    if column not in columns:
        return None
    choices = [] if issue["code"] in EXAMPLES else choices
    return Remedy(False, column, choices[0] if len(choices) == 1 else "", choices)


def renamed(issue: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The name that a column is probably meant to have, if it is nearly one; names to choose."""
    column, expected = issue["column"].strip(), list(issue["expected"])
    if issue["code"] == "column.unknown":
        close = fixing.near_names(column, expected)
        return (close[0] if close else ""), [*expected, f"setting:{column}"]
    if issue["code"] == "metric.unknown":
        choices = [column.replace(issue["given"], name) for name in expected]
        return "", choices
    bare = column.partition("[")[0].strip()
    meant = [slug for slug in metrics.ALL if slug == bare or slug.endswith(f"_{bare}")]
    # Of energies those that say what was counted.
    meant = [slug for slug in meant if metrics.get(slug).boundary] or meant
    return "", [
        f"{slug} [{unit}]" for slug in meant for unit in UNITS.get(metrics.get(slug).unit, ())
    ] or [unit if "[" in unit else f"{bare} [{unit}]" for unit in expected]


def unit_key(pointer: str) -> str:
    """Where a JSON record says the unit of the value that a pointer leads to."""
    parts = pointer.split("/")
    return "/".join([*parts[:3], "unit"])


def context_text(context: Mapping[str, Any]) -> str:
    """Saved answers in one line."""
    return "; ".join(
        f"{key} {json.dumps(said, ensure_ascii=False) if isinstance(said, dict) else said}"
        for key, said in context.items()
    )
