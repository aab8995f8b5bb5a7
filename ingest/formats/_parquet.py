"""Tables in Parquet, read in batches, every cell as the shortest text of its type."""

import io
from collections.abc import Iterator
from importlib import import_module
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
        yield list(table.schema_arrow.names)
        for batch in table.iter_batches(batch_size=_BATCH, use_threads=False):
            columns = zip(batch.schema, batch.columns, strict=True)
            texts = [_texts(arrow, field, column) for field, column in columns]
            yield from map(list, zip(*texts, strict=True))
    except (arrow.ArrowException, OSError, ValueError) as error:
        reason = str(error).split("\n")[0][: _limits.SHOWN_CHARS]
        message = f"The file is not readable Parquet: {reason}"
        raise Unreadable(Issue("parquet.invalid", message)) from None


def _check(metadata: Any) -> None:
    """Refuse a file that unpacks to more than we read, before anything is unpacked."""
    sizes = (metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups))
    if sum(sizes) > _limits.PARQUET_BYTES:
        message = f"The file unpacks to more than {_limits.PARQUET_BYTES / 2**20:,.0f} MiB."
        raise Unreadable(Issue("file.unpacked", message, hint="Send it in smaller parts."))


def _texts(arrow: ModuleType, field: Any, column: Any) -> list[str]:
    """A column's cells as text; a missing one is empty."""
    types = arrow.types
    kind = field.type.value_type if types.is_dictionary(field.type) else field.type
    if types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind):
        name = field.name[: _limits.SHOWN_CHARS]
        message = f"The column {name} holds {field.type}, not text or numbers."
        raise Unreadable(Issue("parquet.nested", message, column=name))
    texts = column.cast(arrow.string()).to_pylist()
    if any(text and "\0" in text for text in texts):
        message = f"The column {field.name} holds a text with a zero character."
        raise Unreadable(Issue("text.invalid", message, column=field.name))
    return ["" if text is None else text for text in texts]
