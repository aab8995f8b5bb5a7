"""Tables drawn with vertical bars: Markdown, the output of psql, grids of plain text.

A table is known by the rule under its header (`|---|---|`, `---+---`). Text around it is left
alone; a second table is refused, because it could be of anything.
"""

import re
from collections.abc import Iterable, Iterator

from ingest.formats import _encoding, _limits
from ingest.formats._file import File
from ingest.readings import Issue, Unreadable

_RULE = re.compile(r"(?=[^|+]*[|+])(?=.*(?:--|==))[\s|+:=-]+")
_BAR = re.compile(r"(?<!\\)\|")
_EMPHASIS = re.compile(r"(\*\*|`)(.+)\1")


def columns(text: str) -> tuple[str, ...]:
    """The header of the first table in a text; empty if there is none."""
    try:
        return tuple(next(_records(text.splitlines()), ()))
    except Unreadable:
        return ()


def records(file: File) -> Iterator[list[str]]:
    """The header and the records of the one table in the file."""
    with _encoding.opened(file) as text:
        yield from _records(text)


def _records(lines: Iterable[str]) -> Iterator[list[str]]:
    before, header, is_over = "", "", False
    for number, line in enumerate(lines, 1):
        _check(line, number)
        if _RULE.fullmatch(line.rstrip()):
            if not header and "|" in before:
                header = before
                yield _cells(header, header)
            elif is_over and "|" in before:
                raise Unreadable(
                    Issue(
                        "table.repeated",
                        f"A second table begins at line {number - 1}.",
                        hint="Send each table as a file of its own.",
                    )
                )
        elif header and "|" in line and not is_over:
            yield _cells(line, header)
        elif header:
            is_over = True
        before = line


def _cells(line: str, header: str) -> list[str]:
    """The cells between the bars; outer bars are none if the header has them."""
    text = line.strip()
    if header.strip().startswith("|"):
        text = text.removeprefix("|")
    if header.strip().endswith("|") and not text.endswith("\\|"):
        text = text.removesuffix("|")
    return [_plain(cell.strip().replace("\\|", "|")) for cell in _BAR.split(text)]


def _plain(cell: str) -> str:
    """The cell without the marks that make it bold or code."""
    match = _EMPHASIS.fullmatch(cell)
    return match[2] if match else cell


def _check(line: str, number: int) -> None:
    if len(line) > _limits.RECORD_CHARS:
        message = f"Line {number} is longer than {_limits.RECORD_CHARS:,} characters."
        raise Unreadable(Issue("record.long", message))
    if "\0" in line:
        message = f"Line {number} holds a zero byte: this is no text file."
        raise Unreadable(Issue("file.binary", message))
