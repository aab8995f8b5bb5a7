"""One pass over a file, from its bytes to plans and problems. Writes nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import BinaryIO

from django.conf import settings

from ingest import formats, references
from ingest.normalise import Normaliser, Planned
from ingest.readings import Issue, Reading, Row, Unreadable
from ingest.report import Report
from ingest.resolve import Catalogue, Resolver
from leaderboard.facts import Facts
from leaderboard.faults import fault

# Gives a file from its beginning, as often as needed.
Opened = Callable[[], AbstractContextManager[BinaryIO]]


@dataclass
class Pass:
    """Reads a file once from start to end: plans, problems and the records as sent."""

    opened: Opened
    head: bytes
    filename: str
    format: str
    context: dict

    def __post_init__(self):
        self.report = Report(settings.LIMITS["max_issues_kept"])
        self.resolver = Resolver(Catalogue(), self.context)
        self.report.asked = self.resolver.asked
        self.normaliser = Normaliser(self.resolver, Facts())
        self.records: list[Row] = []

    def plans(self) -> Iterator[Planned | None]:
        """A plan for each record that is a run, None for each that is not or has an error.

        Raises Unreadable when the file can't be read to its end.
        """
        module = self.recognised()
        self.report.format = module.SLUG
        fault("in_parse")
        for reading in formats.settle(module, self.readings(module)):
            planned, issues = self.normaliser.plan(reading)
            for issue in issues:
                self.report.add(issue)
            if planned:
                self.report.planned += 1
                self.report.tasks.add(planned.identity.task.slug)
                self.report.entries.add(hash(planned.key))
            yield planned

    def readings(self, module) -> Iterator[Reading]:
        for row in module.rows(formats.File(self.filename, self.opened)):
            self.report.rows += 1
            self.records.append(row)
            yield module.reading(row)

    def taken(self) -> list[Row]:
        """The records read since the last call."""
        records, self.records = self.records, []
        return records

    def recognised(self):
        """The format asked for, or the one the content shows. Raises Unreadable."""
        if self.format:
            if self.format in formats.FORMATS:
                return formats.get(self.format)
            known = tuple(formats.FORMATS)
            raise Unreadable(
                Issue("format.unknown", f"No format is called “{self.format}”.", expected=known)
            )
        head = formats.Head(self.head, self.filename)
        found = formats.detect(head)
        if found and found[0][0] >= 0.5:
            return found[0][1]
        message = "This is not a file of a format that we read."
        if companion := formats.companion(head) or references.companion(head):
            message = f"This file holds no results: {companion}"
        elif not self.head:
            message = "The file is empty."
        labels = tuple(module.LABEL for module in formats.FORMATS.values())
        raise Unreadable(
            Issue(
                "format.unknown",
                message,
                expected=labels,
                hint="Choose the format yourself, or use our template.",
            )
        )


def complete(report: Report) -> Report:
    """A file without a single run has at least one issue that says so."""
    if not report.planned and not report.has_errors:
        report.add(Issue("results.missing", "The file holds no result that could be published."))
    return report
