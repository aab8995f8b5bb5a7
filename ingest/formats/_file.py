"""One file of a submission, and the files that came with it."""

import io
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from posixpath import dirname, join, normpath
from typing import BinaryIO


@dataclass(frozen=True)
class File:
    """A file by its path, relative to what was sent, with `/` between folders.

    `open` gives its bytes from the beginning, as often as needed. `folder` holds all files that
    were sent together, this one included, by path.
    """

    path: str
    open: Callable[[], AbstractContextManager[BinaryIO]]
    folder: "Mapping[str, File]" = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, content: bytes, path: str = "") -> "File":
        """A file alone, from its content."""
        return cls(path, lambda: io.BytesIO(content))

    def beside(self, place: str) -> "File | None":
        """The file at a place relative to this one's folder, such as `../systems/board.json`."""
        return self.folder.get(normpath(join(dirname(self.path), place)))

    def around(self, pattern: str) -> "list[File]":
        """The files of this one's folder whose names match a pattern, in order of their paths."""
        place = dirname(self.path)
        names = [
            path
            for path in sorted(self.folder)
            if dirname(path) == place and fnmatchcase(path.rpartition("/")[2], pattern)
        ]
        return [self.folder[name] for name in names]
