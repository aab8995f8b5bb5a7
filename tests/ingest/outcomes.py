"""What becomes of every real file: of which format it is, and what is read from it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from ingest import formats, references
from ingest.formats import File, Head, _limits
from ingest.readings import Reading, Unreadable

SURE = 0.5
UNNAMED = "of no format that we read yet"
INTRODUCTION = """# What becomes of every real file

Written by `make outcomes` from result files as their authors published them, which are not part of
this repository. A test holds it against them. Files of a folder that become the same are one line.

- **result** is read: `records` as the file has them, `runs` with at least one value, `values` in
  all, and records that must be mended first (`errors`).
- **companion** belongs to a format and holds no results; readers take from it what it says.
- **reference** is a list of prices, devices, grids or footprints: `values` are the figures that
  the catalogue can take.
- **refused** can't be read as a whole; the code says why.

"""


@dataclass
class Outcome:
    """What one file is, and how much of it is read."""

    path: str
    what: str
    detail: str
    counts: Counter = field(default_factory=Counter)

    @property
    def folder(self) -> str:
        return self.path.split("/")[0]


def outcomes(real_data: Path) -> Iterator[Outcome]:
    """One for each file, folder by folder; sources and licences are no results."""
    for folder in sorted(real_data.iterdir()):
        if folder.is_dir() and folder.name != "LICENSES":
            paths = sorted(path for path in folder.rglob("*") if path.is_file())
            yield from of_folder([path for path in paths if path.name != "SOURCE.md"], real_data)


def of_folder(paths: list[Path], real_data: Path) -> list[Outcome]:
    """The outcomes of files that are sent together."""
    files: dict[str, File] = {}
    for path in paths:
        place = path.relative_to(real_data).as_posix()
        files[place] = File(place, opener(path), files)
    found = {place: first_look(file) for place, file in files.items()}
    for slug in sorted({one.detail for one in found.values() if one.what == "result"}):
        module, readings = formats.get(slug), list[Reading]()
        for place, one in found.items():
            if one.what == "result" and one.detail == slug:
                try:
                    rows = list(module.rows(files[place]))
                except Unreadable as unreadable:
                    found[place] = Outcome(place, "refused", f"`{unreadable.issue.code}`")
                else:
                    one.counts["records"] = len(rows)
                    readings += map(module.reading, rows)
        for reading in formats.settle(module, readings):
            counts = found[reading.path].counts
            counts["runs"] += bool(reading.values)
            counts["values"] += len(reading.values)
            counts["errors"] += any(issue.severity == "error" for issue in reading.issues)
    return list(found.values())


def opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")


def first_look(file: File) -> Outcome:
    """What a file is by its beginning. A reference file is read at once."""
    with file.open() as stream:
        head = Head(stream.read(_limits.HEAD_BYTES), file.path)
    scored = formats.detect(head)
    if scored and scored[0][0] >= SURE:
        return Outcome(file.path, "result", scored[0][1].SLUG)
    if saying := formats.companion(head):
        return Outcome(file.path, "companion", saying)
    module = references.detect(head)
    if module is None:
        return Outcome(file.path, "refused", f"`format.unknown`, {UNNAMED}")
    rows = list(module.rows(file))
    figures = sum(1 for row in rows for _ in module.facts(row))
    return Outcome(file.path, "reference", module.SLUG, Counter(records=len(rows), values=figures))


def table(found: list[Outcome]) -> str:
    """The page: how many there are of what, then one line for files that become the same."""
    total = Counter(one.what for one in found)
    kinds = ", ".join(f"{total[what]} {what}" for what in sorted(total))
    lines = [f"{len(found)} files: {kinds}.", ""]
    lines.append("| folder | file | files | what it is | | records | runs | values | errors |")
    lines.append("|---|---|--:|---|---|--:|--:|--:|--:|")

    def alike(one: Outcome) -> tuple[str, str, str]:
        return one.folder, one.what, one.detail

    for (folder, what, detail), group in groupby(sorted(found, key=alike), key=alike):
        files = list(group)
        counts = sum((one.counts for one in files), Counter())
        name = min(one.path for one in files).removeprefix(f"{folder}/")
        numbers = [shown(counts[kind]) for kind in ("records", "runs", "values", "errors")]
        detail = f"`{detail}`" if what in ("result", "reference") else detail.replace("|", r"\|")
        example = f"`{name}`" if len(files) == 1 else f"such as `{name}`"
        cells = [folder, example, str(len(files)), what, detail, *numbers]
        lines.append(f"| {' | '.join(cells)} |")
    return INTRODUCTION + "\n".join(lines) + "\n"


def shown(count: int) -> str:
    return f"{count:,}" if count else ""
