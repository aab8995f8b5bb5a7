"""Logs and reports as plain text: any encoding that can be told, any line ends."""

import re

from ingest.formats import _encoding, _limits
from ingest.formats._file import File
from ingest.readings import Issue, Unreadable


def lines(file: File) -> list[str]:
    """The lines of a small text without their ends. The caller has limited the file's size."""
    with file.open() as stream:
        text = _encoding.decoded(stream.read())
    if not text.strip():
        raise Unreadable(Issue("file.empty", "The file is empty."))
    if "\0" in text:
        raise Unreadable(Issue("file.binary", "The file holds a zero byte: this is no text file."))
    found = re.split(r"\r\n|\n|\r", text)
    for number, line in enumerate(found, 1):
        if len(line) > _limits.CELL_CHARS:
            message = f"Line {number} is longer than {_limits.CELL_CHARS:,} characters."
            raise Unreadable(Issue("record.long", message))
    return found


def readable(file: File | None) -> list[str]:
    """The lines of a companion; none when it is not there or can't be read."""
    try:
        return lines(file) if file else []
    except Unreadable:
        return []
