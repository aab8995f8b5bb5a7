"""What recognition sees of a file: its first bytes and its path."""

import csv
import re
from dataclasses import dataclass
from functools import cached_property

from ingest.formats import _encoding, _limits, _parquet
from ingest.formats._file import File

_KEY = re.compile(r'"((?:[^"\\]|\\.){1,80})"\s*:')
_QUOTED = re.compile(r'"[^"]*"')
_LINE_END = re.compile(r"\r\n|\n|\r")
_DELIMITERS = (",", ";", "\t")
# A first line by which spreadsheets tell each other the delimiter.
_TOLD_DELIMITER = re.compile(r"sep=(.)\s*")


@dataclass(frozen=True)
class Head:
    """The beginning of a file and the path that it had where it was sent from.

    Of Parquet, whose header stands at its end, `end` has that, too.
    """

    data: bytes
    path: str = ""
    end: bytes = b""

    @classmethod
    def of(cls, file: File) -> "Head":
        """What recognition sees of a whole file."""
        with file.open() as stream:
            beginning = stream.read(_limits.HEAD_BYTES)
            end = beginning if beginning.startswith(_parquet.MAGIC) else b""
            while end and (piece := stream.read(_limits.HEAD_BYTES)):
                end = (end + piece)[-_limits.HEAD_BYTES :]
        return cls(beginning, file.path, end)

    @cached_property
    def text(self) -> str:
        """The beginning as text; bytes that can't be told become replacement characters."""
        return _encoding.beginning(self.data[: _limits.HEAD_BYTES]).lstrip()

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The first line read as the header of a table; empty for JSON and for nothing."""
        line, *rest = _LINE_END.split(self.text, maxsplit=2)
        told = told_delimiter(line)
        if told and rest:
            line = rest[0]
        if line.startswith(("{", "[")):
            return ()
        try:
            return tuple(next(csv.reader([line], delimiter=told or delimiter(line)), ()))
        except csv.Error:
            return ()

    @cached_property
    def keys(self) -> frozenset[str]:
        """All keys that a JSON file uses in its beginning, at any depth; empty for the rest."""
        return frozenset(_KEY.findall(self.text) if self.text.startswith(("{", "[")) else ())

    def score(self, content: float, *, name: str = "", folder: str = "") -> float:
        """The content's score, raised a little when the file's name and folders agree."""
        if not content:
            return 0.0
        *folders, last = self.path.casefold().replace("\\", "/").split("/")
        named = bool(name) and name in last
        placed = bool(folder) and folder in folders
        return min(1.0, 0.9 * content + 0.05 * named + 0.03 * placed)


def told_delimiter(line: str) -> str:
    """The delimiter that a line such as `sep=;` tells, or nothing."""
    match = _TOLD_DELIMITER.fullmatch(line)
    return match[1] if match else ""


def delimiter(line: str) -> str:
    """The one of comma, semicolon and tab that a header line uses most outside quotes."""
    bare = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=bare.count)
