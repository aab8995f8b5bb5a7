"""Tables in Parquet, read in batches, every cell as the shortest text of its type."""

import io
from collections.abc import Iterator
from importlib import import_module
from itertools import chain
from types import ModuleType
from typing import Any

from ingest.formats import _limits
from ingest.formats._file import File
from ingest.readings import Issue, Unreadable

MAGIC = b"PAR1"
_BATCH = 1_000


def records(file: File) -> Iterator[list[str]]:
    """The header and the records. Raises Unreadable for lists, records and bytes in cells."""
    # Heavy, and wanted for this alone.
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    with file.open() as stream:
        source = io.BytesIO(stream.read())
    try:
        table = parquet.ParquetFile(source, memory_map=False, pre_buffer=False)
        _check(table.metadata)
        lines = chars = 0
        yield list(table.schema_arrow.names)
        for batch in table.iter_batches(batch_size=_BATCH, use_threads=False):
            columns = zip(batch.schema, batch.columns, strict=True)
            texts = [_texts(arrow, field, column) for field, column in columns]
            lines, chars = lines + batch.num_rows, chars + sum(map(len, chain(*texts)))
            _check_size(lines, chars)
            yield from map(list, zip(*texts, strict=True))
    except (arrow.ArrowException, OSError, ValueError) as error:
        reason = str(error).split("\n")[0][: _limits.SHOWN_CHARS]
        message = f"The file is not readable Parquet: {reason}"
        raise Unreadable(Issue("parquet.invalid", message)) from None


def _check(metadata: Any) -> None:
    """Refuse a file that unpacks to more than we read, before anything is unpacked."""
    sizes = (metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if sum(sizes) > _limits.PARQUET_BYTES:
        raise Unreadable(_unpacked())


def _unpacked() -> Issue:
    message = f"The file unpacks to more than {_limits.PARQUET_BYTES / 2**20:,.0f} MiB."
    return Issue("file.unpacked", message, hint="Send it in smaller parts.")


def _check_size(lines: int, chars: int) -> None:
    """Refuse a file by what came out of it: a few bytes may stand for the same text many times."""
    if lines > _limits.LINES:
        message = f"The table has more than {_limits.LINES:,} lines."
        raise Unreadable(Issue("rows.excess", message))
    if chars > _limits.PARQUET_BYTES:
        raise Unreadable(_unpacked())


def _texts(arrow: ModuleType, field: Any, column: Any) -> list[str]:
    """A column's cells as text; a missing one is empty.

    A span of time is refused: as text it is a number without its unit.
    """
    types = arrow.types
    kind = field.type.value_type if types.is_dictionary(field.type) else field.type
    if types.is_nested(kind) or _is_binary(types, kind) or types.is_duration(kind):
        name = field.name[: _limits.SHOWN_CHARS]
        message = f"The column {name} holds {field.type}, not text or numbers."
        raise Unreadable(Issue("parquet.nested", message, column=name))
    texts = column.cast(arrow.string()).to_pylist()
    if any(text and "\0" in text for text in texts):
        message = f"The column {field.name} holds a text with a zero character."
        raise Unreadable(Issue("text.invalid", message, column=field.name))
    return ["" if text is None else text for text in texts]


def _is_binary(types: ModuleType, kind: Any) -> bool:
    return bool(
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_binary_view(kind)
        or types.is_fixed_size_binary(kind)
    )
