"""What the companions of a file state, as cells of the file's rows.

A cell is named after the companion and its column or JSON pointer: `score.csv:arc`,
`models.json:/params`. A companion that is missing or can't be read states nothing.
"""

from typing import Any

from ingest.formats import _document, _table
from ingest.formats._file import File
from ingest.readings import Unreadable


def table(file: File | None) -> list[dict[str, Any]]:
    """The records of a companion that is a table, with headers without outer blanks."""
    if file is None:
        return []
    try:
        return [
            {column.strip(): cell for column, cell in row.cells.items()}
            for row in _table.rows(file)
        ]
    except Unreadable:
        return []


def document(file: File | None) -> Any:
    """A companion that is JSON; None when there is none."""
    if file is None:
        return None
    try:
        return _document.document(file)
    except Unreadable:
        return None


def cells(name: str, record: Any) -> dict[str, Any]:
    """The leaves of a companion's record under the companion's name."""
    return {f"{name}:{pointer}": leaf for pointer, leaf in _document.leaves(record)}
