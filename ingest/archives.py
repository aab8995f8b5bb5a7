"""Folders and archives as files by path. Nothing is ever unpacked to disk.

Limits hold for what comes out of an archive, never for what its headers claim.
"""

import gzip
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from posixpath import normpath
from typing import Any, BinaryIO

from ingest.formats import File
from ingest.readings import Issue, Unreadable

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
EMPTY_ZIP = b"PK\x05\x06"
# What is not opened inside an archive, or not at all: also 7z, RAR, bzip2, xz and Zstandard.
PACKED = (
    ZIP,
    EMPTY_ZIP,
    GZIP,
    b"7z\xbc\xaf",
    b"Rar!\x1a",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
)
# Those that come out piece by piece; of the others a few bytes fill all memory at once.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
WORKBOOK = "xl/workbook.xml"
PATH_CHARS = 300
# A tar has no table of contents and is held in memory; a zip streams.
TAR_BYTES = 64 * 2**20
# What operating systems put beside people's files.
LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


class Spooled:
    """The spool's open file, how much was read of it and up to where, and what archives gave.

    A text is read twice, first for its encoding, so only the place tells how far the rows are.
    """

    def __init__(self, descriptor: int, limits: dict[str, int]):
        self.descriptor, self.limits = descriptor, limits
        self.read = 0
        self.place = 0
        self.decoded = 0

    def slice(self, offset: int, size: int) -> BinaryIO:
        return io.BufferedReader(Slice(self, offset, size), 2**16)

    def count(self, decoded: int, packed: int) -> None:
        """Note bytes that came out of an archive of that size. Raises Unreadable past a limit."""
        self.decoded += decoded
        ratio = self.limits["max_ratio"]
        if self.decoded > self.limits["max_decoded_bytes"]:
            most = self.limits["max_decoded_bytes"] / 2**20
            raise refused("archive.bomb", f"The archive holds more than {most:,.0f} MiB.")
        if self.decoded > 2**22 and self.decoded > packed * ratio:
            raise refused("archive.bomb", f"The archive grows more than {ratio}-fold.")


class Slice(io.RawIOBase):
    """One file within the spool; any number of them can be open at a time."""

    def __init__(self, spool: Spooled, offset: int, size: int):
        self.spool, self.offset, self.size = spool, offset, size
        self.place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        self.place = max(0, start + place)
        return self.place

    def tell(self) -> int:
        return self.place

    def readinto(self, buffer: Any) -> int:
        wanted = max(0, min(len(buffer), self.size - self.place))
        found = os.pread(self.spool.descriptor, wanted, self.offset + self.place)
        buffer[: len(found)] = found
        self.place += len(found)
        self.spool.read += len(found)
        self.spool.place = self.offset + self.place
        return len(found)


class Counted(io.RawIOBase):
    """A member of an archive as it comes out, counted against the limits."""

    def __init__(self, spool: Spooled, packed: int, stream: Any):
        self.spool, self.packed, self.stream = spool, packed, stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            found = self.stream.read(len(buffer))
        except BROKEN as error:
            raise refused("archive.broken", f"The archive can't be read: {error}.") from None
        self.spool.count(len(found), self.packed)
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self.stream.close()
        super().close()


def unpacked(spool: Spooled, parts: list[dict[str, Any]]) -> dict[str, File]:
    """Path → file, for all that was sent; of archives their members. Raises Unreadable."""
    folder: dict[str, File] = {}
    for part in parts:
        for path, opened in opened_parts(spool, part):
            if path in folder:
                raise refused("archive.repeated", f"The path “{path}” occurs twice.")
            if len(folder) >= spool.limits["max_members"]:
                most = spool.limits["max_members"]
                raise refused("archive.members", f"More than {most:,} files in one submission.")
            folder[path] = File(path, opened, folder)
    if not folder:
        raise refused("archive.empty", "The archive holds no files.")
    return folder


def opened_parts(
    spool: Spooled, part: dict[str, Any]
) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    """A sent file, or the members if it is an archive: path and how to open each."""
    path, offset, size = part["path"], part["offset"], part["size"]
    head = os.pread(spool.descriptor, min(size, 512), offset)
    if head.startswith((ZIP, EMPTY_ZIP)):
        yield from zipped(spool, offset, size)
    elif head.startswith(GZIP):
        yield from gzipped(spool, path, offset, size)
    elif head[257:262] == b"ustar":
        yield from tarred(spool, size, lambda: spool.slice(offset, size))
    else:
        yield path, lambda: spool.slice(offset, size)


def zipped(spool: Spooled, offset: int, size: int) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    try:
        archive = zipfile.ZipFile(spool.slice(offset, size))
    except BROKEN as error:
        raise refused("archive.broken", f"The zip file can't be read: {error}.") from None
    members = archive.infolist()
    if any(member.filename == WORKBOOK for member in members):
        raise refused("file.spreadsheet", "This is an Excel workbook, not a text file.")
    for member in members[: spool.limits["max_members"] + 1]:
        if member.is_dir() or is_litter(member.filename):
            continue
        if member.flag_bits & 1:
            raise refused("archive.encrypted", f"“{member.filename[:200]}” is encrypted.")
        if member.compress_type not in METHODS:
            message = f"“{member.filename[:200]}” is packed in a way that is not read."
            raise refused("archive.method", message)
        if (member.external_attr >> 16) & 0o170000 not in (0, 0o100000):
            raise refused("archive.member", f"“{member.filename[:200]}” is not a plain file.")
        opened = opener(spool, size, archive, member)
        bare = ungzipped(member.filename)
        if bare and bare not in archive.NameToInfo:
            yield safe(bare), gunzipper(spool, size, opened)
        else:
            yield safe(member.filename), opened


def opener(
    spool: Spooled, packed: int, archive: zipfile.ZipFile, member: zipfile.ZipInfo
) -> Callable[[], BinaryIO]:
    def opened() -> BinaryIO:
        try:
            stream = archive.open(member)
        except BROKEN as error:
            raise refused("archive.broken", f"The zip file can't be read: {error}.") from None
        return io.BufferedReader(Counted(spool, packed, stream), 2**16)

    return opened


def ungzipped(name: str) -> str:
    """The name of what a gzip of one file holds; nothing for a tar and for other names."""
    folded = name.casefold()
    is_one = folded.endswith(".gz") and not folded.endswith(".tar.gz")
    return name[: -len(".gz")] if is_one else ""


def gunzipper(
    spool: Spooled, packed: int, opened: Callable[[], BinaryIO]
) -> Callable[[], BinaryIO]:
    """What opens the one file in a gzip that is a member of an archive."""
    return lambda: io.BufferedReader(Counted(spool, packed, gzip.GzipFile(fileobj=opened())), 2**16)


def gzipped(
    spool: Spooled, path: str, offset: int, size: int
) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    """A gzip: the tar in it, or the one file."""

    def opened() -> BinaryIO:
        stream = gzip.GzipFile(fileobj=spool.slice(offset, size))
        return io.BufferedReader(Counted(spool, size, stream), 2**16)

    with opened() as stream:
        is_tar = stream.read(512)[257:262] == b"ustar"
    if is_tar:
        yield from tarred(spool, size, opened)
    else:
        name = path.rpartition("/")[2]
        yield path[: -len(".gz")] if name.casefold().endswith(".gz") else path, opened


def tarred(
    spool: Spooled, packed: int, opened: Callable[[], BinaryIO]
) -> Iterator[tuple[str, Callable[[], BinaryIO]]]:
    """The members of a tar, held in memory."""
    held = 0
    try:
        with opened() as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                if member.isdir() or is_litter(member.name):
                    continue
                if not member.isreg():
                    raise refused("archive.member", f"“{member.name[:200]}” is not a plain file.")
                path = safe(member.name)
                content = archive.extractfile(member)
                data = content.read(TAR_BYTES - held + 1) if content else b""
                held += len(data)
                if held > TAR_BYTES:
                    message = f"The tar holds more than {TAR_BYTES // 2**20} MiB. Send a zip."
                    raise refused("archive.bomb", message)
                yield path, lambda data=data: io.BytesIO(data)  # type: ignore[misc]
    except BROKEN as error:
        raise refused("archive.broken", f"The tar can't be read: {error}.") from None


def safe(name: str) -> str:
    """A member's path in our own spelling. Raises Unreadable for one that leads elsewhere."""
    path = normpath(name.replace("\\", "/"))
    shown = name[:200].encode("ascii", "backslashreplace").decode()
    leads_out = path.startswith(("/", "../")) or path == ".." or path[1:2] == ":"
    if leads_out or "\0" in name or any("\ud800" <= sign <= "\udfff" for sign in name):
        raise refused("archive.path", f"“{shown}” is not a path inside the archive.")
    if len(path) > PATH_CHARS:
        raise refused("archive.path", f"A path is longer than {PATH_CHARS} characters: {shown}.")
    return path


def is_packed(beginning: bytes) -> bool:
    """True for the first bytes of an archive or of a compressed file."""
    return beginning.startswith(PACKED)


def is_litter(name: str) -> bool:
    return name.startswith(LITTER[0]) or name.rpartition("/")[2] in LITTER


def refused(code: str, message: str) -> Unreadable:
    return Unreadable(Issue(code, message))
