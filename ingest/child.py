"""The process that reads what strangers sent: `python -m ingest.child`.

It has no settings, no database and no secrets, and limits of its own. The request stands on
standard input as JSON, the bytes in the open file that it names; frames of what was found go to
standard output. Whatever happens to it, its parent gets on.
"""

import json
import logging
import resource
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain
from types import ModuleType
from typing import Any

import msgspec

from ingest import archives, formats, references
from ingest.formats import File, Head
from ingest.frames import Frame, Told
from ingest.readings import ERROR, INFO, Issue, Reading, Row, Unreadable
from ingest.unhurried import after_batch, unhurried

ROWS = 500  # of a frame
BYTES = 2**20  # read from the spool between two frames, at most
SURE = 0.5
log = logging.getLogger("ingest.child")


def main() -> None:
    request = json.load(sys.stdin.buffer)
    restrict(request["limits"])
    output = sys.stdout.buffer
    encoder = msgspec.msgpack.Encoder()

    def send(frame: Frame) -> None:
        payload = encoder.encode(frame)
        output.write(struct.pack(">I", len(payload)) + payload)
        output.flush()

    Child(request, send).run()


def restrict(limits: dict[str, int]) -> None:
    """Bound memory and time; write no file and leave no core."""
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["parse_seconds"]),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


class Child:
    """One request: the folder that was sent, and the frame that is being filled."""

    def __init__(self, request: dict[str, Any], send: Callable[[Frame], None]):
        self.send = send
        self.format: str = request["format"]
        # Path → row as text → column → what somebody wrote over it.
        self.patches: dict[str, dict[str, dict[str, Any]]] = request["patches"]
        self.spool = archives.Spooled(request["spool"], request["limits"])
        self.parts: list[dict[str, Any]] = request["parts"]
        self.frame = Frame()
        self.flushed = 0

    def run(self) -> None:
        with unhurried():
            for reading in self.readings():
                self.frame.readings.append(reading)
                self.flush_full()
            self.frame.is_last = True
            self.flush()

    def flush_full(self) -> None:
        """Send the frame if it holds enough: many rows or readings, or few that are long."""
        most = max(len(self.frame.readings), len(self.frame.rows))
        if most >= ROWS or self.spool.read - self.flushed > BYTES:
            self.flush()

    def flush(self) -> None:
        self.flushed, self.frame.bytes_read = self.spool.read, self.spool.place
        self.send(self.frame)
        self.frame = Frame()
        after_batch()

    def readings(self) -> Iterator[Reading]:
        """The readings of all files, those of one format settled together."""
        folder: dict[str, File] = {}
        with self.problems(""):
            folder = archives.unpacked(self.spool, self.parts)
        for module, files in self.recognised(folder).items():
            with self.problems(files[0].path):
                read = chain.from_iterable(self.file_readings(module, file) for file in files)
                yield from formats.settle(module, read)

    def file_readings(self, module: ModuleType, file: File) -> Iterator[Reading]:
        patches = self.patches.get(file.path, {})
        with self.problems(file.path):
            for row in module.rows(file):
                self.frame.rows.append(row)
                self.flush_full()
                yield module.reading(patched(row, patches.get(str(row.number))))

    def recognised(self, folder: dict[str, File]) -> dict[ModuleType, list[File]]:
        """Format → its files. What is of none is told, and is an error if nothing else is."""
        found: dict[ModuleType, list[File]] = {}
        unread: list[Issue] = []
        for path, file in sorted(folder.items()):
            with self.problems(path):
                module, issue = self.look(file, alone=len(folder) == 1)
                if module:
                    found.setdefault(module, []).append(file)
                elif issue:
                    unread.append(issue)
        severity = INFO if found else ERROR
        if found:
            # Beside results it needs no advice.
            unread = [replace(issue, expected=(), hint="") for issue in unread]
        self.frame.issues += [replace(issue, severity=severity) for issue in unread]
        return found

    def look(self, file: File, *, alone: bool) -> tuple[ModuleType | None, Issue | None]:
        """The format of a file, or why it is not read."""
        head = Head.of(file)
        if archives.is_packed(head.data):
            self.frame.files.append(Told(file.path))
            return None, packed(file.path)
        scored = formats.detect(head)
        sayings = formats.companion(head) or references.companion(head)
        scores = {module.SLUG: round(score, 2) for score, module in scored}
        told = Told(file.path, scores=scores)
        self.frame.files.append(told)
        if self.format and (alone or not sayings):
            told.format = self.format
            return formats.get(self.format), None
        if scored and scored[0][0] >= SURE:
            told.format = scored[0][1].SLUG
            return scored[0][1], None
        told.note = sayings
        return None, not_read(file.path, head, sayings)

    @contextmanager
    def problems(self, path: str) -> Iterator[None]:
        """Turn what stops the reading of a file into an issue, so that the others are read."""
        try:
            yield
        except Unreadable as unreadable:
            self.frame.issues.append(replace(unreadable.issue, path=path))
        except MemoryError:
            message = "Reading this file takes more memory than one file may."
            self.frame.issues.append(Issue("file.limits", message, path=path))
        except Exception:
            log.exception("reading %s failed", path)
            message = "Our reader of this format failed at this file. This is our mistake."
            hint = "The file is kept. Please tell us the address of this page."
            self.frame.issues.append(Issue("format.failed", message, path=path, hint=hint))


def patched(row: Row, cells: dict[str, Any] | None) -> Row:
    """The row with what somebody wrote over its cells."""
    return replace(row, cells={**row.cells, **cells}) if cells else row


def packed(path: str) -> Issue:
    """Why an archive gives no rows."""
    message = "This is an archive, and only one that is sent by itself is opened: zip, tar or gzip."
    hint = "Unpack it and send its files, or send it alone."
    return Issue("archive.nested", message, hint=hint, path=path)


def not_read(path: str, head: Head, sayings: str) -> Issue:
    """Why a file gives no rows."""
    if sayings:
        return Issue("file.companion", f"This file holds no results: {sayings}", path=path)
    if head.text.startswith("version https://git-lfs.github.com/spec/"):
        message = "This is a pointer of Git LFS, which stands for the file and is not the file."
        return Issue("file.pointer", message, hint="Fetch it with git lfs pull.", path=path)
    if head.text[:20].casefold().startswith(("<!doctype html", "<html")):
        message = "This is a web page, perhaps one that shows the file."
        return Issue("file.page", message, hint="On GitHub, “Raw” gives the file.", path=path)
    message = "This is not a file of a format that we read." if head.data else "The file is empty."
    advice = formats.advice(head)
    labels = () if advice else tuple(module.LABEL for module in formats.FORMATS.values())
    hint = advice or "Choose the format yourself, or use our template."
    return Issue("format.unknown", message, expected=labels, hint=hint, path=path)


if __name__ == "__main__":
    main()
