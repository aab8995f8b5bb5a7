"""Rows of a submission as a table to take away: the file's own columns, and what is wrong."""

import csv
from collections.abc import Iterator

from django.utils.http import content_disposition_header

from ingest.fixing import written
from ingest.formats import _given
from leaderboard.models import Submission, SubmissionRow
from leaderboard.models.submissions import SubmissionRowQuerySet

CHUNK = 2_000
ERRORS_CHARS = 2_000


class Echo:
    """A file that hands back what is written to it."""

    def write(self, text: str) -> str:
        return text


def columns_of(submission: Submission) -> list[str]:
    """The columns in the order of the files, and behind them those that fixes added."""
    columns = dict.fromkeys(submission.summary.get("columns", []))
    if not columns:
        for sent in submission.rows.in_order().values_list("sent", flat=True)[:100]:
            columns |= dict.fromkeys(sent)
    return list(columns | dict.fromkeys(sorted(submission.rows.fixed_columns())))


def table(submission: Submission, rows: SubmissionRowQuerySet) -> Iterator[str]:
    """CSV, line by line: number and file of each row, its cells as they are now, its problems."""
    columns = columns_of(submission)
    writer = csv.writer(Echo())
    yield writer.writerow([_given.ROW, _given.PATH, *map(_given.marked, columns), _given.ERRORS])
    for row in rows.in_order().iterator(chunk_size=CHUNK):
        cells = row.cells
        texts = [row.path, *(written(cells.get(column)) for column in columns), errors_of(row)]
        yield writer.writerow([row.row, *map(_given.marked, texts)])


def disposition(submission: Submission, state: str) -> str:
    """The head that names the table after its file and the state of its rows."""
    stem = submission.filename.rpartition(".")[0] or submission.filename
    return content_disposition_header(True, f"{stem[:150]}-{state or 'rows'}.csv") or ""


def errors_of(row: SubmissionRow) -> str:
    """What is wrong with a row, in one cell."""
    told = [
        f"{issue['column']}: {issue['message']}" if issue["column"] else issue["message"]
        for issue in row.issues
        if issue["severity"] != "info"
    ]
    return " | ".join(told)[:ERRORS_CHARS]
