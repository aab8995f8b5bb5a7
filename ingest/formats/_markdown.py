"""Tables in Markdown, with the text around them."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.formats import _limits, _table
from ingest.formats._file import File
from ingest.readings import Issue, Unreadable

_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its records, and the lines since the table before it."""

    above: list[str]
    heading: str
    records: list[dict[str, str | None]]


def text(file: File) -> str:
    """The whole file as text with plain line ends. The caller has limited its size."""
    with file.open() as stream:
        source = stream.read()
    try:
        found = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8 text at byte {error.start}."
        raise Unreadable(Issue("file.encoding", message)) from None
    if "\0" in found:
        raise Unreadable(Issue("file.binary", "The file holds a zero byte: this is no text file."))
    if not found.strip():
        raise Unreadable(Issue("file.empty", "The file is empty."))
    return io.StringIO(found, newline=None).read()


def tables(content: str) -> Iterator[Table]:
    """All tables that have rows, whatever stands between them; code fences do not matter."""
    lines = content.split("\n")
    heading, above, position = "", [], 0
    while position < len(lines):
        line = lines[position]
        if not _begins(lines, position):
            heading = line.lstrip("# ").strip() if line.startswith("#") else heading
            above.append(line)
            position += 1
            continue
        end = position + 2
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            end += 1
        source = [lines[position], *lines[position + 2 : end]]
        if len(source) > 1:
            records = (cells(line) for line in source)
            yield Table(above, heading, [found for _, found in _table.numbered(records)])
        above, position = [], end


def cells(line: str) -> list[str]:
    """The cells of a table's line without outer blanks."""
    if len(line) > _limits.RECORD_CHARS:
        message = f"A line is longer than {_limits.RECORD_CHARS:,} characters."
        raise Unreadable(Issue("record.long", message))
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in _CELL_END.split(inner)]


def _begins(lines: list[str], position: int) -> bool:
    """True for the header of a table: a line of cells with a rule under it."""
    if not lines[position].lstrip().startswith("|") or position + 1 == len(lines):
        return False
    rule = lines[position + 1].strip()
    return rule.startswith("|") and set(rule) <= set("|:- \t") and "-" in rule
