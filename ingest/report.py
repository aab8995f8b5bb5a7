"""What a check found: all problems of a file at once, folded where they repeat."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any

from ingest.against import NEW, WRITTEN
from ingest.frames import Frame, Told
from ingest.normalise import Planned
from ingest.readings import ERROR, WARNING, Issue

ROWS_NAMED = 50
FILES_NAMED = 300
# Rows whose issues are kept with the row itself.
ROWS_KEPT = 10_000
COLUMNS_KEPT = 400


@dataclass
class Report:
    """Grows while a file is read. `groups` holds one issue of a kind and the rows alike."""

    limit: int
    rows: int = 0
    # An error of a file, not of a row: then rows may be missing.
    is_broken: bool = False
    planned: int = 0
    fates: Counter = field(default_factory=Counter)
    # Path and row → fate, for runs that are not simply new.
    fate_of: dict[tuple[str, int], str] = field(default_factory=dict)
    # Path → what each of the files sent is; rows of each format.
    files: list[Told] = field(default_factory=list)
    rows_of: Counter = field(default_factory=Counter)
    # The files' columns in the order of the files: the database forgets it.
    columns: dict[str, None] = field(default_factory=dict)
    counts: Counter = field(default_factory=Counter)
    groups: dict[tuple, dict[str, Any]] = field(default_factory=dict)
    by_row: dict[tuple[str, int], list[dict]] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)
    # Hashes of the entries' keys: a file may have a million.
    entries: set[int] = field(default_factory=set)
    asked: dict[str, dict[str, int]] = field(default_factory=dict)
    # What publishing would do to the boards (`ingest.effect`); empty where nobody asked.
    effect: dict[str, Any] = field(default_factory=dict)

    @property
    def has_errors(self) -> bool:
        return self.counts[ERROR] > 0

    @property
    def has_warnings(self) -> bool:
        return self.counts[WARNING] > 0

    def count(self, planned: Planned) -> None:
        """Count a run by what becomes of it; one without a fate has an error."""
        if planned.fate:
            self.fates[planned.fate] += 1
        if planned.fate in WRITTEN:
            self.planned += 1
            self.tasks.add(planned.identity.task.slug)
            self.entries.add(hash(planned.key))
        if planned.fate != NEW:
            self.fate_of[planned.reading.path, planned.reading.row] = planned.fate

    @property
    def unwritten(self) -> int:
        """Runs that are good but are not written again."""
        return sum(self.fates[fate] for fate in self.fates if fate not in WRITTEN)

    def saw(self, frame: Frame) -> None:
        """Count what the reading child tells."""
        self.files += frame.files
        self.rows += len(frame.rows)
        self.rows_of.update(row.path for row in frame.rows)
        for row in frame.rows:
            if len(self.columns) < COLUMNS_KEPT and not row.cells.keys() <= self.columns.keys():
                self.columns |= dict.fromkeys(row.cells)
        told = (issue for row in frame.rows for issue in row.issues)
        for issue in (*frame.issues, *told):
            self.add(issue)

    @property
    def format(self) -> str:
        """The format of most files."""
        known = Counter(file.format for file in self.files if file.format)
        return known.most_common(1)[0][0] if known else ""

    def add(self, issue: Issue) -> None:
        """Count an issue, and keep it or fold it into the first of its kind."""
        self.counts[issue.severity] += 1
        self.is_broken |= issue.severity == ERROR and not issue.row
        if issue.row and len(self.by_row) < ROWS_KEPT:
            self.by_row.setdefault((issue.path, issue.row), []).append(public(issue))
        key = (issue.code, issue.column, kind_of(issue))
        if key in self.groups:
            group = self.groups[key]
            group["count"] += 1
            if issue.path == group["path"]:
                if len(group["also_rows"]) < ROWS_NAMED:
                    group["also_rows"].append(issue.row)
            elif len(group["also_paths"]) < ROWS_NAMED and issue.path not in group["also_paths"]:
                group["also_paths"].append(issue.path)
        elif len(self.groups) < self.limit:
            self.groups[key] = public(issue) | {"count": 1, "also_rows": [], "also_paths": []}

    @property
    def issues(self) -> list[dict[str, Any]]:
        """Errors first, then in the order of the file."""
        order = {ERROR: 0, WARNING: 1}
        return sorted(
            self.groups.values(), key=lambda issue: (order.get(issue["severity"], 2), issue["row"])
        )

    @property
    def summary(self) -> dict[str, Any]:
        return {
            "rows": self.rows,
            "runs": self.planned,
            "entries": len(self.entries),
            "errors": self.counts[ERROR],
            "warnings": self.counts[WARNING],
            "tasks": sorted(self.tasks),
            "fates": dict(self.fates),
            "asked": self.asked,
            "columns": list(self.columns)[:COLUMNS_KEPT],
            "files": [
                {**asdict(file), "rows": self.rows_of[file.path]}
                for file in self.files[:FILES_NAMED]
            ],
            "file_count": len(self.files),
        }


def kind_of(issue: Issue) -> str:
    """What tells two issues of one code and column apart: the unknown name, else nothing."""
    return issue.given if issue.code.endswith(".unknown") else ""


def public(issue: Issue) -> dict[str, Any]:
    """The error object of API, pages and command line."""
    shown = asdict(issue)
    shown["expected"] = list(issue.expected)
    shown["doc"] = f"/help/errors/{issue.code}/"
    return shown
