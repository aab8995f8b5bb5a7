"""A submission's file in the database, in pieces that stream in and out."""

import hashlib
import io
from collections.abc import Iterator
from typing import BinaryIO

from django.db import connection

from leaderboard.models import Submission

PIECE = 2**20
HEAD = 65_536


class TooLarge(Exception):
    """More bytes than the site takes. Nothing of them is kept."""

    def __init__(self, limit: int):
        super().__init__(f"The file is larger than {limit / 2**20:,.0f} MiB.")
        self.limit = limit


def store(submission: Submission, stream: BinaryIO, *, limit: int) -> tuple[str, int]:
    """Keep the stream's bytes, one piece in memory at a time. Returns SHA-256 and size.

    Raises TooLarge as soon as more than `limit` bytes came.
    """
    digest, size, position = hashlib.sha256(), 0, 0
    while piece := stream.read(PIECE):
        size += len(piece)
        if size > limit:
            raise TooLarge(limit)
        digest.update(piece)
        submission.chunks.create(position=position, bytes=piece)
        position += 1
    return digest.hexdigest(), size


def pieces(submission: Submission) -> Iterator[bytes]:
    """The file's bytes, piece by piece."""
    chunks = submission.chunks.order_by("path", "position")
    for position in chunks.values_list("pk", flat=True):
        yield bytes(chunks.get(pk=position).bytes)


class Stored(io.RawIOBase):
    """A stored file as a readable stream; one piece is in memory at a time."""

    def __init__(self, submission: Submission):
        self._pieces = pieces(submission)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        if not self._rest:
            self._rest = next(self._pieces, b"")
        taken = self._rest[: len(buffer)]
        self._rest = self._rest[len(taken) :]
        buffer[: len(taken)] = taken
        return len(taken)


def opened(submission: Submission) -> BinaryIO:
    """The stored file from its beginning."""
    return io.BufferedReader(Stored(submission), PIECE)


def head(submission: Submission) -> bytes:
    """The file's first bytes, which tell its format."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT substring(bytes FROM 1 FOR %s) FROM leaderboard_submissionchunk
               WHERE submission_id = %s ORDER BY path, position LIMIT 1""",
            [HEAD, submission.pk],
        )
        found = cursor.fetchone()
    return bytes(found[0]) if found else b""
