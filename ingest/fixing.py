"""Story: cells of a submission's rows are written over; what was sent stays beside them.

A fix checks nothing. One check follows a batch of fixes when somebody asks for it, or each fix at
once where the submission is small.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from ingest import pipeline, writing
from ingest.formats import File, _limits, _table
from ingest.readings import Issue, Unreadable
from ingest.resolve import near_names
from leaderboard.models import Submission, SubmissionRow

# What is checked within a request.
SMALL_ROWS, SMALL_BYTES = 200, 2 * 2**20
TABLE_BYTES = 8 * 2**20
ISSUES_TOLD = 50
LARGEST_ROW = 2_147_483_647
# Column → what to write; None puts back what was sent.
Cells = Mapping[str, Any]


class Unfit(ValueError):
    """Fixes that can't be made. `issues` say why, by row and column; nothing was changed."""

    def __init__(self, *issues: Issue):
        super().__init__(" ".join(issue.message for issue in issues[:3]))
        self.issues = issues[:ISSUES_TOLD]


@transaction.atomic
def fix(submission_id: int, *, row: int, cells: Cells, path: str | None = None) -> int:
    """Write over cells of one row. Returns how many changed. Raises NotAllowed and Unfit."""
    submission = opened(submission_id)
    return keep(submission, [(row_of(submission, row, path), cells)])


@transaction.atomic
def fix_alike(
    submission_id: int,
    *,
    code: str,
    column: str,
    given: str | None = None,
    cells: Cells | None = None,
    rename: str = "",
) -> int:
    """Mend one problem in all rows that have it. Returns how many cells changed.

    The rows are those with an issue of this code and column, and with what was given there if that
    is told. Either `cells` are written, or the column is read under another name, `rename`, as
    for a unit that its header lacks. Raises NotAllowed and Unfit.
    """
    submission = opened(submission_id)
    wanted = {"code": code, "column": column}
    if given is not None:
        wanted["given"] = given
    rows = list(submission.rows.filter(issues__contains=[wanted]).in_order())
    if not rows:
        raise Unfit(Issue("row.nowhere", "No row has this problem.", column=column))
    if not rename:
        return keep(submission, [(row, cells or {}) for row in rows])
    if any(rename in row.cells or column not in row.cells for row in rows):
        message = f"A row has a column “{rename[:60]}” already, or none called “{column[:60]}”."
        raise Unfit(Issue("cell.nowhere", message, column=rename[:60]))
    return keep(
        submission,
        [(row, {column: "", rename: row.cells[column]}) for row in rows],
        added=rename,
    )


@transaction.atomic
def bring_back(submission_id: int, *, table: bytes) -> int:
    """Take a downloaded table back: its cells that differ become fixes. Returns how many.

    Raises NotAllowed and Unfit; then no row of the table is taken.
    """
    submission = opened(submission_id)
    if len(table) > TABLE_BYTES:
        raise Unfit(Issue("file.limits", f"At most {TABLE_BYTES // 2**20} MiB are taken back."))
    try:
        returned = list(_table.returned(File.of(table)))
    except Unreadable as unreadable:
        raise Unfit(unreadable.issue) from None
    numbers = {number(row) for row, _, _ in returned}
    rows = {(row.path, row.row): row for row in submission.rows.filter(row__in=numbers)}
    wishes: dict[tuple[str, int], tuple[SubmissionRow, Cells]] = {}
    issues = []
    for written_row, path, cells in returned:
        place = (path, number(written_row))
        row = rows.get(place)
        if row is None or place in wishes:
            issues.append(misplaced(*place, is_known=row is not None))
        else:
            wishes[place] = (row, changed(row, cells))
    if issues:
        raise Unfit(*issues)
    return keep(submission, wishes.values())


def misplaced(path: str, row: int, *, is_known: bool) -> Issue:
    """Why a line of a table stands for no row."""
    if is_known:
        return Issue("row.repeated", f"The table has row {row} twice.", row=row, path=path)
    message = f"The submission has no row {row} in “{path[:60]}”."
    return Issue("row.nowhere", message, row=row, path=path)


def changed(row: SubmissionRow, cells: Mapping[str, str | None]) -> Cells:
    """The cells that differ from the row's; a line that ends early says nothing of the rest."""
    now = row.cells
    return {
        column: text
        for column, text in cells.items()
        if text is not None and (column not in now or written(now[column]) != unbroken(text))
    }


def check_at_once(submission_id: int, *, at: datetime) -> bool:
    """Check a small submission after a fix. False when it is left for its sender to ask for.

    Nothing is published by it: a submission with fixes stops after its check.
    """
    submission = Submission.objects.get(pk=submission_id)
    rows = submission.summary.get("rows", 0)
    if "unchecked" not in submission.summary or rows > SMALL_ROWS or submission.size > SMALL_BYTES:
        return False
    pipeline.recheck(submission_id, at=at, context=submission.context)
    pipeline.ingest(submission_id, at=at)
    return True


def opened(submission_id: int) -> Submission:
    """The submission, locked. Raises NotAllowed unless its cells may be written over now."""
    submission = pipeline.locked(submission_id)
    if submission.state not in pipeline.CHANGEABLE:
        state = submission.state.lower()
        raise pipeline.NotAllowed(f"Cells of a submission that is {state} can't be fixed.")
    return submission


def row_of(submission: Submission, row: int, path: str | None = None) -> SubmissionRow:
    """One row; without a path the only one of that number. Raises Unfit."""
    rows = submission.rows.filter(row=min(row, LARGEST_ROW))
    if path is not None:
        rows = rows.filter(path=path)
    found = list(rows.in_order()[:ISSUES_TOLD])
    if len(found) == 1:
        return found[0]
    if not found:
        message = f"The submission has no row {row}."
        raise Unfit(Issue("row.nowhere", message, row=min(row, LARGEST_ROW), path=path or ""))
    paths = tuple(one.path for one in found)
    raise Unfit(
        Issue("row.nowhere", f"Several files have a row {row}: name one.", row=row, expected=paths)
    )


def keep(
    submission: Submission, wishes: Iterable[tuple[SubmissionRow, Cells]], added: str = ""
) -> int:
    """Write fixes down. Returns how many cells changed; with none nothing is written.

    `added` is a column that rows may get though they lack it. Raises Unfit.
    """
    patches: dict[tuple[str, int], dict[str, str]] = {}
    issues, count = [], 0
    for row, cells in wishes:
        issues += [issue for column in cells for issue in faults(row, column, cells[column], added)]
        if issues:
            continue
        patch = patched(row, cells)
        before = row.patched or {}
        differing = {
            column for column in {*patch, *before} if patch.get(column) != before.get(column)
        }
        if differing:
            count += len(differing)
            patches[row.path, row.row] = patch
    if issues:
        raise Unfit(*issues)
    if patches:
        writing.write_patches(submission, patches)
        submission.summary["unchecked"] = submission.summary.get("unchecked", 0) + count
        # What an editor approved were other numbers, and nobody has seen the effect of these.
        submission.publish, submission.is_approved = Submission.Publish.NO, False
        submission.save(update_fields=["summary", "publish", "is_approved"])
    return count


def patched(row: SubmissionRow, cells: Cells) -> dict[str, str]:
    """The row's fixes after these; a cell that is as it was sent is none."""
    patch = dict(row.patched or {})
    for column, value in cells.items():
        text = "" if value is None else written(value)
        if value is None or (column in row.sent and text == written(row.sent[column])):
            patch.pop(column, None)
        else:
            patch[column] = text
    return patch


def faults(row: SubmissionRow, column: str, value: Any, added: str) -> list[Issue]:
    """What stands against writing this value into this cell."""
    place = partial(Issue, row=row.row, path=row.path, column=column[:200])
    if not (column == added or column in row.cells or is_key(row, column)):
        near = near_names(column, row.cells)
        message = f"Row {row.row} has no column “{column[:60]}”."
        return [place("cell.nowhere", message, expected=near)]
    if column == added and not is_storable(column, _limits.NAME_CHARS):
        return [place("cell.nowhere", "This can't be the name of a column.")]
    if value is None or (isinstance(value, str | int | float) and is_storable(written(value))):
        return []
    message = "A cell takes a text, a number, true or false; null puts back what was sent."
    return [place("value.unfit", message, given=str(value)[:200])]


def is_key(row: SubmissionRow, column: str) -> bool:
    """True for the pointer of a key that a JSON record may get; a table's columns are fixed."""
    is_pointer = column.startswith("/") and any(name.startswith("/") for name in row.sent)
    return is_pointer and is_storable(column, _limits.NAME_CHARS)


def is_storable(text: str, longest: int = _limits.CELL_CHARS) -> bool:
    has_broken = "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text)
    return len(text) <= longest and not has_broken


def written(value: Any) -> str:
    """A cell as the text that a form or a table shows of it."""
    if isinstance(value, str):
        return unbroken(value)
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def unbroken(text: str) -> str:
    """The text with the one kind of line break that browsers and spreadsheets agree on."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def number(text: str) -> int:
    """A row's number as a table has it; 0, which no row has, for anything else."""
    digits = text.strip().removesuffix(".0")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0
