"""Tables: CSV with comma, semicolon or tab, streamed row by row.

Lines end in LF or CRLF; quoted cells may hold line breaks. Only one record is in memory at a
time, whatever the file does. Tables in other containers come in as `records`. Of a table that
this site gave out only the file's own columns are read.
"""

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TextIO

from ingest.formats import _encoding, _given, _limits
from ingest.formats._file import File
from ingest.formats._head import delimiter, told_delimiter
from ingest.readings import INFO, Issue, Row, Unreadable

_COUNTS = "The first column has no name and only numbers the rows, so it is left out."

# The header first, then one list of cells for each record.
Records = Callable[[File], Iterator[list[str]]]

EXTRA = "(beyond the header)"
# What a data frame calls its numbers of rows when it saves them as a first column.
INDEX = ("", "Unnamed: 0", "__index_level_0__")


def delimited(file: File) -> Iterator[list[str]]:
    """The records of a text whose cells are separated by comma, semicolon or tab."""
    with _encoding.opened(file) as text:
        yield from _records(_Lines(text))


def rows(
    file: File,
    *,
    name: Callable[[str], str] = str,
    check: Callable[[list[str]], None] = lambda header: None,
    records: Records = delimited,
) -> Iterator[Row]:
    """The records under their header's columns, numbered from 1; blank ones are no records.

    `name` says which headers mean the same column, `check` may refuse a header. A cell that the
    line ends before is None; cells beyond the header are joined under `EXTRA`.
    """
    for number, cells, issues in _told(records(file), name, check):
        yield Row(number, cells, file.path, issues)


def returned(file: File) -> Iterator[tuple[str, str, dict[str, str | None]]]:
    """The records of a table that we gave out: row and path as it has them, and its own cells.

    Raises Unreadable, also for any other table.
    """
    records = delimited(file)
    written = _header_of(records)
    ours = _given.columns(written)
    if _given.ROW not in ours:
        message = "This is not a table that was downloaded here: columns of ours are missing."
        hint = "Keep row and path as the first columns, and errors as the last."
        expected = (_given.ROW, _given.PATH, _given.ERRORS)
        raise Unreadable(Issue("column.missing", message, expected=expected, hint=hint))
    header = _header(_given.inside(written, ours, len(written)), str)
    for _, record in _numbered(records, written):
        row, path = map(_given.unmarked, [*record, ""][:2])
        yield row, path, _cells(header, _given.inside(record, ours, len(written)))


def require(header: Iterable[str], wanted: Iterable[str], name: Callable[[str], str] = str) -> None:
    """Refuse a header that lacks one of the wanted columns, naming all that it lacks."""
    given = {name(column) for column in header}
    missing = tuple(column for column in wanted if name(column) not in given)
    if missing:
        raise Unreadable(
            Issue(
                "column.missing",
                f"The table lacks {_listed('column', missing)}.",
                column=missing[0],
                expected=missing,
            )
        )


def numbered(
    records: Iterator[list[str]],
    name: Callable[[str], str] = str,
    check: Callable[[list[str]], None] = lambda header: None,
) -> Iterator[tuple[int, dict[str, str | None]]]:
    """The records after the first by its columns, numbered from 1. Raises Unreadable."""
    for number, cells, _ in _told(records, name, check):
        yield number, cells


def _told(
    records: Iterator[list[str]],
    name: Callable[[str], str],
    check: Callable[[list[str]], None],
) -> Iterator[tuple[int, dict[str, str | None], tuple[Issue, ...]]]:
    written = _header_of(records)
    ours = _given.columns(written)
    header = _header(_given.inside(written, ours, len(written)), name)
    check([column for column in header if column])
    issues = (_given.left_out(ours),) if ours else ()
    for number, record in _numbered(records, written):
        cells = _cells(header, _given.inside(record, ours, len(written)))
        if number == 1 and _is_indexed(header, record) and not ours:
            issues = (Issue("column.ignored", _COUNTS, column=written[0], severity=INFO),)
        yield number, cells, tuple(issue.at(row=number) for issue in issues)
        issues = ()


def _header_of(records: Iterator[list[str]]) -> list[str]:
    header = next((record for record in records if any(map(str.strip, record))), [])
    if not header:
        raise Unreadable(Issue("file.empty", "The file is empty: it has no header."))
    return header


def _numbered(records: Iterator[list[str]], header: list[str]) -> Iterator[tuple[int, list[str]]]:
    """The records that hold something, counted from 1. Raises Unreadable where there is none."""
    number = 0
    for record in records:
        # A header in the middle is where somebody put one table after another.
        if not any(map(str.strip, record)) or record == header:
            continue
        number += 1
        if number > _limits.ROWS:
            message = f"The table has more than {_limits.ROWS:,} rows."
            raise Unreadable(Issue("rows.excess", message, row=number))
        _check_lengths(header, record, number, _limits.CELL_CHARS)
        if _begins_another(header, record):
            message = f"Another table with other columns begins at record {number}."
            hint = "Send each table as a file of its own."
            raise Unreadable(Issue("table.repeated", message, row=number, hint=hint))
        yield number, record
    if not number:
        raise Unreadable(Issue("rows.missing", "The table has a header but no rows."))


def _begins_another(header: list[str], record: list[str]) -> bool:
    """True for a header of the same kind, as stands where files of two versions were joined."""
    names = {column.strip() for column in header} - {""}
    same = names & {cell.strip() for cell in record}
    return len(same) > 2 and 2 * len(same) >= len(names)


def _header(record: list[str], name: Callable[[str], str]) -> list[str]:
    if len(record) > _limits.COLUMNS:
        raise Unreadable(
            Issue("columns.excess", f"The table has more than {_limits.COLUMNS:,} columns.")
        )
    _check_lengths(record, record, 0, _limits.NAME_CHARS)
    counted = Counter(name(column) for column in record if column.strip())
    repeated = tuple(dict.fromkeys(c for c in record if c.strip() and counted[name(c)] > 1))
    if repeated:
        raise Unreadable(
            Issue(
                "column.repeated",
                f"The table has more than one column for {_listed('', repeated)}.",
                column=repeated[0],
                hint="Keep one of them, or give them different names.",
            )
        )
    is_index = record[:1] and record[0].strip() in INDEX
    named = ["", *record[1:]] if is_index else record
    return [column if column.strip() else "" for column in named]


def _is_indexed(header: list[str], record: list[str]) -> bool:
    """True if a first column without a name of its own has the number of the row."""
    return header[:1] == [""] and bool(record) and record[0].strip().isdecimal()


def _check_lengths(header: list[str], record: list[str], number: int, longest: int) -> None:
    for position, cell in enumerate(record):
        if len(cell) > longest:
            column = header[position] if position < len(header) else EXTRA
            message = f"A cell is longer than {longest:,} characters."
            raise Unreadable(
                Issue("cell.long", message, row=number, column=column[: _limits.SHOWN_CHARS])
            )


def _cells(header: list[str], record: list[str]) -> dict[str, str | None]:
    if _is_indexed(header, record):
        header, record = header[1:], record[1:]
    cells: dict[str, str | None] = dict(zip(header, record, strict=False))
    if len(record) < len(header):
        cells |= dict.fromkeys(header[len(record) :], None)
    unnamed = cells.pop("", None) is not None
    if unnamed or len(record) > len(header):
        beyond = [c for h, c in zip(header, record, strict=False) if not h] + record[len(header) :]
        if any(map(str.strip, beyond)):
            cells[EXTRA] = " | ".join(beyond)[: _limits.CELL_CHARS]
    return cells


def _records(lines: "_Lines") -> Iterator[list[str]]:
    """What the csv module makes of the lines; its errors as Unreadable."""
    try:
        filled = (line for line in lines if line.strip())
        first = next(filled, "")
        told = told_delimiter(first)
        if told:
            first = next(filled, "")
        mark = told or delimiter(first)
        for record in csv.reader(chain([first], lines), delimiter=mark, strict=True):
            yield record
            lines.taken = 0
    except csv.Error as error:
        raise Unreadable(
            Issue(
                "table.broken",
                f"The table can't be split into cells near line {lines.count}: {error}.",
                hint='Look for a quotation mark that is not closed; inside quotes write "".',
            )
        ) from None


class _Lines:
    """Lines of a text, counted so that no record, quoted breaks included, fills the memory."""

    def __init__(self, text: TextIO):
        self.text = text
        self.count = 0
        self.taken = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self.text.readline(_limits.RECORD_CHARS + 1)
        if not line:
            raise StopIteration
        self.count += 1
        if self.count > _limits.LINES:
            message = f"The table has more than {_limits.LINES:,} lines."
            raise Unreadable(Issue("rows.excess", message))
        self.taken += len(line)
        if self.taken > _limits.RECORD_CHARS:
            raise Unreadable(
                Issue(
                    "record.long",
                    f"The record at line {self.count} is longer than "
                    f"{_limits.RECORD_CHARS:,} characters.",
                    hint="Look for a quotation mark that is not closed.",
                )
            )
        if "\0" in line:
            raise Unreadable(
                Issue("file.binary", f"Line {self.count} holds a zero byte: this is no text file.")
            )
        return line


def _listed(noun: str, names: tuple[str, ...]) -> str:
    plural = f"{noun}s" if noun and len(names) > 1 else noun
    return " ".join(filter(None, [plural, ", ".join(n.strip() for n in names)]))
