"""Logs and reports as plain text: UTF-8 with or without byte order mark, any line ends."""

import re

from ingest.formats import _limits
from ingest.formats._file import File
from ingest.readings import Issue, Unreadable


def lines(file: File) -> list[str]:
    """The lines of a small text without their ends. The caller has limited the file's size."""
    with file.open() as stream:
        source = stream.read()
    if not source.strip():
        raise Unreadable(Issue("file.empty", "The file is empty."))
    if b"\0" in source:
        raise Unreadable(Issue("file.binary", "The file holds a zero byte: this is no text file."))
    try:
        found = re.split(r"\r\n|\n|\r", source.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        message = f"The file is not UTF-8 text at byte {error.start}."
        raise Unreadable(Issue("file.encoding", message)) from None
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
