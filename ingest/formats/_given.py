"""Tables that this site gave out: rows of a submission, and what is wrong with each.

They begin with the columns `row` and `path` and end with `errors`. Sent back, they are read
without these, and without the apostrophes that kept a spreadsheet from taking texts for formulas.
"""

import re

from ingest.readings import INFO, Issue

ROW, PATH, ERRORS = "row", "path", "errors"
# What a spreadsheet takes for a formula, unless it is a number with a sign.
_FORMULA = re.compile(r"(?![+-]?[\d.]+(?:[eE][+-]?\d+)?\Z)'*\s*[=+@\t\r-]", re.ASCII)


def columns(header: list[str]) -> list[str]:
    """The columns of a header that are ours: the last one, `errors`, and the first two with it."""
    if not header or header[-1].strip() != ERRORS:
        return []
    return [ROW, PATH, ERRORS] if header[:2] == [ROW, PATH] else [ERRORS]


def inside(record: list[str], ours: list[str], width: int) -> list[str]:
    """The cells of a record without those in columns of ours, which a header of that width has."""
    if not ours:
        return record
    return list(map(unmarked, record[len(ours) - 1 : width - 1] + record[width:]))


def left_out(ours: list[str]) -> Issue:
    message = f"Left out, as columns of a table downloaded here: {', '.join(ours)}."
    return Issue("column.ignored", message, column=ERRORS, severity=INFO)


def marked(cell: str) -> str:
    """A cell to give out: an apostrophe keeps a text from being a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unmarked(cell: str) -> str:
    """The cell that `marked` gave out."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell
