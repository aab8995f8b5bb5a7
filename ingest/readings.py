"""What a format gives: plain dataclasses that know nothing of Django.

A format turns bytes into `Row`s (the file's own cells, kept so that they can be shown and
fixed in place) and a row into a `Reading` (the same facts under our names, still as written:
text and unit, nothing converted).
"""

from dataclasses import dataclass, field, replace
from typing import Any

ERROR, WARNING, INFO = "error", "warning", "info"

# How a number came to be. The words are those of `leaderboard.models.Measurement.Origin`.
METERED = "METERED"  # external meter
SENSED = "SENSED"  # on-board sensor or counter
REPORTED = "REPORTED"  # stated, how it was obtained is not said
ESTIMATED = "ESTIMATED"  # a model of the system gave it
RATED = "RATED"  # constant or rating (TDP) times time


@dataclass(frozen=True, slots=True)
class Issue:
    """One problem of a file: what, where, what was given, what was expected.

    `row` counts records from 1 (the header is not a record); 0 means the file as a whole.
    `code` is two words, `subject.problem`, and has its page under `/help/errors/<code>/`.
    """

    code: str
    message: str
    row: int = 0
    column: str = ""
    given: str = ""
    expected: tuple[str, ...] = ()
    severity: str = ERROR
    hint: str = ""
    path: str = ""

    def at(self, *, row: int, path: str = "") -> "Issue":
        """The same issue with its place filled in."""
        return replace(self, row=row, path=path or self.path)


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the file has it: its number from 1, and its cells by column or key.

    `issues` are about the record before anybody asked what it means.
    """

    number: int
    cells: dict[str, Any]
    path: str = ""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Value:
    """A number as written, with the unit that the file states for it.

    `per` is "unit" when the number is already per functional unit of the task (J per request,
    seconds per problem) and "run" when it is a total of the whole run, to be divided by the
    number of samples. `low` and `high` are the bounds as written, in the same unit, empty when
    the file states none.
    """

    raw: str
    unit: str
    per: str = "unit"
    origin: str = REPORTED
    low: str = ""
    high: str = ""
    column: str = ""
    recipe: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One run as a row states it. Names are as written; empty or None means the file is silent."""

    row: int
    values: dict[str, Value]
    path: str = ""
    model: str = ""
    method: str = ""
    hardware: str = ""
    device_count: int | None = None
    task: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    samples: int | None = None
    region: str = ""
    measured_on: str = ""
    external_id: str = ""
    source: str = ""
    issues: tuple[Issue, ...] = ()


class Unreadable(Exception):
    """The file as a whole can't be read; carries the one Issue that says why."""

    def __init__(self, issue: Issue):
        super().__init__(issue.message)
        self.issue = issue
