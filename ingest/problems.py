"""What a check found, as a page tells it: where it is, how often, and what would mend it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingest.errors import ERRORS
from ingest.grid import SEVERITIES, Remedy
from leaderboard import quantities

ROWS_LISTED = 12


@dataclass(frozen=True)
class Problem:
    """One issue, with the rows that share it folded into it."""

    issue: dict[str, Any]
    remedy: Remedy | None
    rows: int
    has_paths: bool

    @property
    def count(self) -> int:
        return self.issue.get("count", 1)

    @property
    def path(self) -> str:
        """The file, where several were sent."""
        return self.issue["path"] if self.has_paths and not self.is_everywhere else ""

    @property
    def way_out(self) -> str:
        """What to do about it: its own hint, or what its code's page says."""
        if self.issue["hint"] or self.issue["expected"]:
            return self.issue["hint"]
        return ERRORS.get(self.issue["code"], ("", ""))[1]

    @property
    def is_everywhere(self) -> bool:
        return bool(self.issue["row"]) and self.count == self.rows > 1

    @property
    def place(self) -> str:
        """The rows: “Row 2 and 3 others: 348, 591, 928”. After the file's name in small letters."""
        return self.rows_told if not self.path else self.rows_told.lower()

    @property
    def rows_told(self) -> str:
        row, more = self.issue["row"], self.count - 1
        if not row:
            return "The whole file"
        if self.is_everywhere:
            return f"All {self.rows:,} rows"
        if not more:
            return f"Row {row}"
        if self.issue.get("also_paths"):
            return f"Row {row}, and {quantities.count(more, 'row')} more, also in other files"
        listed = ", ".join(str(number) for number in self.issue.get("also_rows", [])[:ROWS_LISTED])
        others = quantities.count(more, "other")
        return f"Row {row} and {others}: {listed}{' and more' if more > ROWS_LISTED else ''}"


def summed(problems: Iterable[Problem]) -> str:
    """How many there are: “37 errors of 12 kinds, 1 note”."""
    kinds: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for problem in problems:
        kinds[problem.issue["severity"]] += 1
        total[problem.issue["severity"]] += problem.count
    return ", ".join(
        folded(total[severity], noun, kinds[severity])
        for severity, noun in SEVERITIES.items()
        if total[severity]
    )


def folded(total: int, noun: str, kinds: int) -> str:
    found = quantities.count(total, noun)
    return f"{found} of {quantities.count(kinds, 'kind')}" if total > kinds else found
