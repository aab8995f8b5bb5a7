"""One pass over what was sent, from its bytes to plans and problems. Writes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from ingest import formats, parsing
from ingest.normalise import Normaliser, Planned
from ingest.readings import Issue, Row
from ingest.report import Report
from ingest.resolve import Catalogue, Resolver
from ingest.spool import Spool
from leaderboard.facts import Facts
from leaderboard.faults import fault


@dataclass
class Pass:
    """Reads a spool once from start to end: plans, problems and the records as sent."""

    spool: Spool
    format: str
    context: dict[str, Any]
    patches: parsing.Patches = field(default_factory=dict)
    # Called with the report and the bytes read, now and then.
    told: Callable[[Report, int], None] = lambda report, bytes_read: None

    def __post_init__(self):
        self.report = Report(settings.LIMITS["max_issues_kept"])
        self.resolver = Resolver(Catalogue(), self.context)
        self.report.asked = self.resolver.asked
        self.normaliser = Normaliser(self.resolver, Facts())
        self.records: list[Row] = []

    def plans(self) -> Iterator[Planned | None]:
        """A plan for each record that is a run, None for each that is not or has an error."""
        fault("in_parse")
        if self.format and self.format not in formats.FORMATS:
            known = tuple(formats.FORMATS)
            message = f"No format is called “{self.format}”."
            self.report.add(Issue("format.unknown", message, expected=known))
            return
        for frame in parsing.frames(self.spool, format=self.format, patches=self.patches):
            self.records += frame.rows
            self.report.saw(frame)
            self.told(self.report, frame.bytes_read)
            for reading in frame.readings:
                planned, issues = self.normaliser.plan(reading)
                for issue in issues:
                    self.report.add(issue)
                if planned:
                    self.report.planned += 1
                    self.report.tasks.add(planned.identity.task.slug)
                    self.report.entries.add(hash(planned.key))
                yield planned
        complete(self.report)

    def taken(self) -> list[Row]:
        """The records read since the last call."""
        records, self.records = self.records, []
        return records


def complete(report: Report) -> None:
    """A file without a single run has at least one issue that says so."""
    if not report.planned and not report.has_errors:
        report.add(Issue("results.missing", "The file holds no result that could be published."))
