"""Real and made-up folders as they would be sent, every file knowing its companions."""

from collections.abc import Mapping
from functools import partial
from io import BytesIO
from pathlib import Path
from types import ModuleType

from ingest import formats
from ingest.formats import File, Head
from ingest.readings import Reading


def folder_of(root: Path) -> dict[str, File]:
    """All files under a directory by their relative paths."""
    found: dict[str, File] = {}
    for path in sorted(root.rglob("*")):
        if path.is_file():
            name = path.relative_to(root).as_posix()
            found[name] = File(name, partial(BytesIO, path.read_bytes()), found)
    return found


def sent(contents: Mapping[str, str]) -> dict[str, File]:
    """Files with these contents, sent together."""
    found: dict[str, File] = {}
    for name, text in contents.items():
        found[name] = File(name, partial(BytesIO, text.encode()), found)
    return found


def head(file: File) -> Head:
    with file.open() as stream:
        return Head(stream.read(65_536), file.path)


def sorted_out(files: Mapping[str, File]) -> tuple[dict[str, list[str]], dict[str, str]]:
    """The formats that each file may be of, and what is said of those that hold no results."""
    heads = {name: head(file) for name, file in files.items()}
    found = {name: [module.SLUG for _, module in formats.detect(heads[name])] for name in heads}
    return found, {name: formats.companion(heads[name]) for name in heads if not found[name]}


def read(module: ModuleType, *files: File) -> list[Reading]:
    """The settled readings of files of one format, in order of path and row."""
    unsettled = (module.reading(row) for file in files for row in module.rows(file))
    settled = formats.settle(module, unsettled)
    return sorted(settled, key=lambda reading: (reading.path, reading.row))
