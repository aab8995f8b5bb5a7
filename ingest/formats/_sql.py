"""`INSERT` statements as a table. They are parsed, never executed."""

import re
from collections.abc import Iterator

from ingest.formats import _limits
from ingest.readings import Issue, Unreadable

_INSERT = re.compile(r"INSERT\s+INTO\s+[\w.\"`\[\]]{1,200}\s*\(([^()]*)\)\s*VALUES\s*", re.I)
_VALUE = re.compile(r"\s*(?:'((?:[^']|'')*)'|([^\s',();]+))\s*([,)])")
_NEXT = re.compile(r"\s*,\s*(?=\()")


def inserted(content: str) -> Iterator[dict[str, str | None]]:
    """The rows that the statements would insert, by column. Raises Unreadable."""
    for insert in _INSERT.finditer(content):
        columns = [name.strip(' \t\r\n"`[]') for name in insert[1].split(",")]
        if len(columns) > _limits.COLUMNS:
            message = f"The statement names more than {_limits.COLUMNS:,} columns."
            raise Unreadable(Issue("columns.excess", message))
        position = insert.end()
        while True:
            values, position = _values(content, position)
            if len(values) != len(columns):
                raise _broken(content, position)
            yield dict(zip(columns, values, strict=True))
            following = _NEXT.match(content, position)
            if not following:
                break
            position = following.end()


def _values(content: str, position: int) -> tuple[list[str], int]:
    """The values of one bracket, as text, and where it ends."""
    if not content.startswith("(", position):
        raise _broken(content, position)
    position += 1
    found = []
    while value := _VALUE.match(content, position):
        text = value[2] if value[1] is None else value[1].replace("''", "'")
        if len(text) > _limits.CELL_CHARS:
            message = f"A value is longer than {_limits.CELL_CHARS:,} characters."
            raise Unreadable(Issue("cell.long", message))
        found.append(text)
        position = value.end()
        if value[3] == ")":
            return found, position
    raise _broken(content, position)


def _broken(content: str, position: int) -> Unreadable:
    line = content.count("\n", 0, position) + 1
    message = f"The values of a statement can't be told apart near line {line}."
    return Unreadable(Issue("sql.broken", message, hint="Send the file as the tool wrote it."))
