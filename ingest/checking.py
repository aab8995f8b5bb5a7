"""One pass over what was sent, from its bytes to plans and problems. Writes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from ingest import formats, parsing
from ingest.against import WRITTEN, Against
from ingest.normalise import Normaliser, Planned
from ingest.plausibility import Doubts
from ingest.readings import Issue, Reading, Row
from ingest.report import Report
from ingest.resolve import Catalogue, Resolver
from ingest.spool import Spool
from ingest.unhurried import after_batch
from leaderboard.facts import Facts
from leaderboard.faults import fault

BATCH = 5_000


@dataclass
class Pass:
    """Reads a spool once from start to end: plans, problems and the records as sent.

    `against` says what the runs mean beside the store; without it all are new.
    """

    spool: Spool
    format: str
    context: dict[str, Any]
    patches: parsing.Patches = field(default_factory=dict)
    against: Against | None = None
    # Whether models and methods that the context proposes are made.
    creates: bool = False
    # Called with the report and the bytes read, now and then.
    told: Callable[[Report, int], None] = lambda report, bytes_read: None

    def __post_init__(self):
        self.report = Report(settings.LIMITS["max_issues_kept"])
        self.resolver = Resolver(Catalogue(), self.context, self.creates)
        self.report.asked = self.resolver.asked
        self.normaliser = Normaliser(self.resolver)
        self.doubts = Doubts(Facts())
        self.records: list[Row] = []

    def batches(self) -> Iterator[list[Planned]]:
        """The runs that would be written, batch by batch; what stands against others is reported.

        A batch comes for each few thousand records, also when it holds no run.
        """
        fault("in_parse", file=next((part.path for part in self.spool.parts), ""))
        for readings in self.readings():
            planned = [plan for plan in map(self.plan, readings) if plan]
            for issue in self.doubts.of(planned):
                self.report.add(issue)
            yield [plan for plan in self.judged(planned) if plan.fate in WRITTEN]
            del readings, planned
            after_batch()
        for issue in self.doubts.whole():
            self.report.add(issue)
        if not (self.report.planned or self.report.unwritten or self.report.has_errors):
            message = "The file holds no result that could be published."
            self.report.add(Issue("results.missing", message))

    def readings(self) -> Iterator[list[Reading]]:
        """The readings of the child, in batches."""
        if self.format and self.format not in formats.FORMATS:
            message = f"No format is called “{self.format}”."
            self.report.add(Issue("format.unknown", message, expected=tuple(formats.FORMATS)))
            return
        waiting: list[Reading] = []
        for frame in parsing.frames(self.spool, format=self.format, patches=self.patches):
            self.records += frame.rows
            self.report.saw(frame)
            self.told(self.report, frame.bytes_read)
            waiting += frame.readings
            if max(len(waiting), len(self.records)) >= BATCH:
                yield waiting
                waiting = []
        yield waiting

    def plan(self, reading: Reading) -> Planned | None:
        planned, issues = self.normaliser.plan(reading)
        for issue in issues:
            self.report.add(issue)
        return planned

    def judged(self, planned: list[Planned]) -> list[Planned]:
        """The same runs with their fates, counted."""
        found = []
        judged = self.against.judged(planned) if self.against else [(one, None) for one in planned]
        for one, issue in judged:
            if issue:
                self.report.add(issue)
            self.report.count(one)
            found.append(one)
        return found

    def taken(self) -> list[Row]:
        """The records read since the last call."""
        records, self.records = self.records, []
        return records
