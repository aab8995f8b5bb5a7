"""What somebody sent, laid end to end in one temporary file, for the child that reads it."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

PIECE = 2**20


@dataclass(frozen=True)
class Part:
    """Where one file of those sent lies in the spool; `path` is relative, with `/` in it."""

    path: str
    offset: int
    size: int


@dataclass(frozen=True)
class Spool:
    """The bytes of all files sent together. Nothing is unpacked; the file has no name."""

    file: IO[bytes]
    parts: tuple[Part, ...]

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)


@contextmanager
def spooled(sent: Iterable[tuple[str, Iterable[bytes]]]) -> Iterator[Spool]:
    """Files as (path, pieces of bytes) in a spool that is gone when the caller leaves."""
    with tempfile.TemporaryFile() as file:
        parts, offset = [], 0
        for path, pieces in sent:
            size = sum(file.write(piece) for piece in pieces)
            parts.append(Part(path, offset, size))
            offset += size
        file.flush()
        yield Spool(file, tuple(parts))


def pieces_of(stream: IO[bytes]) -> Iterator[bytes]:
    """A stream from where it stands, piece by piece."""
    while piece := stream.read(PIECE):
        yield piece
