"""A submission's files in the database, in pieces that stream in and out."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from posixpath import commonpath
from typing import IO

from ingest.spool import PIECE, Spool, pieces_of, spooled
from leaderboard.models import Submission

# Files sent together, each with its relative path.
Sent = Iterable[tuple[str, IO[bytes]]]


class TooLarge(Exception):
    """More bytes than the site takes. Nothing of them is kept."""

    def __init__(self, limit: int):
        super().__init__(f"The file is larger than {limit / 2**20:,.0f} MiB.")
        self.limit = limit


class PathError(ValueError):
    """Paths of files that can't be told apart, or not matched with their files."""


def store(submission: Submission, sent: Sent, *, limit: int) -> tuple[str, int]:
    """Keep the files' bytes, one piece in memory at a time. Returns SHA-256 and size.

    The sum is the file's own where there is one, and that over all paths and sums where there are
    more. Raises TooLarge as soon as more than `limit` bytes came.
    """
    sums, size = {}, 0
    for name, stream in sent:
        path = path_of(name)
        digest = hashlib.sha256()
        for position, piece in enumerate(pieces_of(stream)):
            size += len(piece)
            if size > limit:
                raise TooLarge(limit)
            digest.update(piece)
            submission.chunks.create(path=path, position=position, bytes=piece)
        sums[path] = digest.hexdigest()
    return digest_of(sums), size


def path_of(name: str) -> str:
    """A file's name or relative path as we keep it: with `/`, and nothing that leads upwards."""
    parts = name.replace("\0", "").replace("\\", "/").split("/")
    kept = "/".join(part for part in parts if part not in ("", ".", ".."))
    return kept[-300:].lstrip("/") or "unnamed"


def paths_for(names: list[str], count: int) -> list[str]:
    """The paths of that many files sent together. Raises PathError."""
    if len(names) != count:
        raise PathError(f"There are {count} files but {len(names)} paths.")
    paths = [path_of(name) for name in names]
    if repeated := next((path for path in paths if paths.count(path) > 1), ""):
        raise PathError(f"Two files are called “{repeated[-100:]}”: send their paths as well.")
    return paths


def called(paths: list[str]) -> str:
    """What files sent together are called: their folder, or the first and how many more."""
    first = paths[0]
    if len(paths) == 1:
        return first.rpartition("/")[2]
    folder = commonpath(paths)
    return folder or f"{first[:150]} and {len(paths) - 1} more"


def digest_of(sums: dict[str, str]) -> str:
    """One SHA-256 for files sent together: path → sum."""
    if len(sums) == 1:
        return next(iter(sums.values()))
    lines = "".join(f"{sums[path]}  {path}\n" for path in sorted(sums))
    return hashlib.sha256(lines.encode()).hexdigest()


def paths(submission: Submission) -> list[str]:
    """The files that were sent together."""
    return list(
        submission.chunks.filter(position=0).order_by("path").values_list("path", flat=True)
    )


def pieces(submission: Submission, path: str) -> Iterator[bytes]:
    """One file's bytes, piece by piece."""
    chunks = submission.chunks.filter(path=path).order_by("position")
    for position in chunks.values_list("pk", flat=True):
        yield bytes(chunks.get(pk=position).bytes)


def kept(submission: Submission) -> AbstractContextManager[Spool]:
    """All files of a submission in a spool. One that is empty is a file too."""
    names = paths(submission) or [submission.filename]
    return spooled((name, pieces(submission, name)) for name in names)


def whole(submission: Submission) -> Iterator[bytes]:
    """The file as it was sent; several as a zip."""
    names = paths(submission)
    if len(names) <= 1:
        for name in names:
            yield from pieces(submission, name)
        return
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                with archive.open(zipfile.ZipInfo(name), "w") as member:
                    for piece in pieces(submission, name):
                        member.write(piece)
        file.seek(0)
        while piece := file.read(PIECE):
            yield piece
