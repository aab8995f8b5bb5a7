"""What the page of a source and its twin show: its claims, and all that comes from it."""

from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from leaderboard import literature
from leaderboard.claim_words import said
from leaderboard.core import claims as core
from leaderboard.core import metrics
from leaderboard.models import Board, Claim, Entry, Run, Source, Submission
from leaderboard.models.evidence import EntryQuerySet

FILES = 20


class SourcePage:
    """A source with what it claims, and what the site has from it."""

    def __init__(self, row: Source):
        self.row = row

    @property
    def role(self) -> str:
        return literature.ROLES.get(self.row.role, "")

    @property
    def categories(self) -> list[tuple[str, str]]:
        """Each term with its name."""
        return [(term, literature.CATEGORIES.get(term, term)) for term in self.row.categories]

    @cached_property
    def claims(self) -> list[Claim]:
        return list(Claim.objects.filter(source=self.row).order_by("position"))

    @property
    def metrics(self) -> list[metrics.Metric]:
        return [metric for metric in metrics.ALL.values() if cites(metric, self.row)]

    @property
    def runs(self) -> QuerySet:
        """The runs that published files brought from it."""
        published = Submission.State.PUBLISHED
        return Run.objects.filter(submission__source=self.row, submission__state=published)

    @property
    def entries(self) -> EntryQuerySet:
        return Entry.objects.filter(Exists(self.runs.filter(entry=OuterRef("pk"))))

    @property
    def boards(self) -> QuerySet:
        """The boards on which it has entries, or whose task it set."""
        has_entries = Exists(self.runs.filter(entry__task=OuterRef("task")))
        rows = Board.objects.filter(has_entries) | Board.objects.filter(task__source=self.row)
        return rows.order_by("position", "title")

    @property
    def files(self) -> QuerySet:
        """The newest published files from it."""
        published = self.row.submission_set.filter(state=Submission.State.PUBLISHED)
        return published.order_by("-received_at")[:FILES]

    @cached_property
    def taken(self) -> list[tuple[str, list]]:
        """What the catalogue has from it, up to a few of each."""
        found = [
            ("Tasks", self.row.task_set.order_by("name")),
            ("Methods", self.row.method_set.order_by("name")),
            ("Devices", self.row.hardware_set.order_by("name")),
            ("Models", self.row.aimodel_set.order_by("name")),
        ]
        return [(name, list(rows[:FILES])) for name, rows in found if rows]

    # The twin

    def twin(self) -> dict[str, Any]:
        """The page for scripts, without its entries."""
        names = ("slug", "title", "kind", "url", "doi", "arxiv", "year", "licence", "summary")
        return {name: getattr(self.row, name) for name in names} | {
            "role": self.row.role,
            "categories": self.row.categories,
            "claims": [claim_twin(claim) for claim in self.claims],
            "metrics": [metric.slug for metric in self.metrics],
            "files": [
                {"submission": str(file.public_id), "filename": file.filename}
                for file in self.files
            ],
            "catalogue": {name.lower(): [one.slug for one in rows] for name, rows in self.taken},
            "on_boards": [board.slug for board in self.boards],
        }


def claim_twin(claim: Claim) -> dict[str, Any]:
    """A claim in its source's unit; a number that it does not state is null."""
    return {
        "id": claim.pk,
        "in_words": said(claim),
        "topic": core.topic_of(claim.quantity).slug,
        "technique": literature.slug_of(claim.technique),
        "kind": claim.kind,
        "value": claim.value,
        "low": claim.low,
        "high": claim.high,
        "unit": claim.unit,
        "contradiction": claim.contradiction,
    }


def cites(metric: metrics.Metric, row: Source) -> bool:
    """Whether a metric comes from a source: by its slug here, or by its arXiv id."""
    return any(
        (cited.slug and cited.slug == row.slug) or (cited.arxiv and cited.arxiv == row.arxiv)
        for cited in metric.all_sources
    )
