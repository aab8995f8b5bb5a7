"""Tables in Markdown, with the text around them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.formats import _table

_CELL_END = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its records, and the lines since the table before it."""

    above: list[str]
    heading: str
    records: list[dict[str, str | None]]


def tables(lines: list[str]) -> Iterator[Table]:
    """All tables that have rows, whatever stands between them; code fences do not matter."""
    heading, above, position = "", [], 0
    while position < len(lines):
        line = lines[position]
        if not _begins(lines, position):
            heading = line.lstrip("# ").strip() if line.startswith("#") else heading
            above.append(line)
            position += 1
            continue
        start = end = position + 2
        # Where somebody pasted the rows a line below.
        if start + 1 < len(lines) and not lines[start].strip() and not _begins(lines, start + 1):
            start = end = start + 1
        while end < len(lines) and lines[end].lstrip().startswith("|"):
            end += 1
        source = [lines[position], *lines[start:end]]
        if len(source) > 1:
            records = (cells(line) for line in source)
            yield Table(above, heading, [found for _, found in _table.numbered(records)])
        above, position = [], end


def cells(line: str) -> list[str]:
    """The cells of a table's line without outer blanks."""
    inner = line.strip().removeprefix("|").removesuffix("|")
    return [cell.strip() for cell in _CELL_END.split(inner)]


def _begins(lines: list[str], position: int) -> bool:
    """True for the header of a table: a line of cells with a rule under it."""
    if not lines[position].lstrip().startswith("|") or position + 1 == len(lines):
        return False
    rule = lines[position + 1].strip()
    return rule.startswith("|") and set(rule) <= set("|:- \t") and "-" in rule
