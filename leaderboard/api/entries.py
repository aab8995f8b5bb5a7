"""Entries with everything that stands behind their numbers."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import Http404
from django.urls import path, reverse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from leaderboard import visibility
from leaderboard.api import board_shapes as shapes
from leaderboard.api.asking import LARGEST_KEY, PAGED, Asked, Parameter, page_of, paged, reads
from leaderboard.api.board_questions import FILTERS, OBJECTIVES, is_bound
from leaderboard.api.fields import quantity
from leaderboard.api.problems import complaint, refused
from leaderboard.core import metrics
from leaderboard.models import Board, Entry, Estimate, Measurement, Run, Submission
from leaderboard.models.evidence import EntryQuerySet, Origin

# How many runs come with the entry itself; the others have a page of their own.
RUNS_SHOWN = 20


def uuid(text: str) -> UUID:
    """Reads an id of a submission."""
    try:
        return UUID(text)
    except ValueError:
        raise ValueError("expected an id like those of submissions") from None


CHOICES = tuple(
    Parameter(name, f"Slug of the {name}.") for name in ("task", "model", "method", "hardware")
)
BOARD = Parameter("board", "Slug of a board; without it all boards of the entry's task.")
SUBMISSION = Parameter(
    "submission", "Id of the submission that they came with.", uuid, OpenApiTypes.UUID
)
State = Submission.State
# The states in which everybody may see that a run exists.
PUBLIC = (State.PUBLISHED, State.WITHDRAWN, State.SUPERSEDED)


@reads(
    paged(shapes.EntrySerializer),
    tag="Entries",
    parameters=(*PAGED, *CHOICES, SUBMISSION),
    statuses=[400],
)
def entries(request: Request, asked: Asked):
    """All published entries with their estimates."""
    chosen = {f"{choice.name}__slug": asked[choice.name] for choice in CHOICES}
    wanted = {lookup: slug for lookup, slug in chosen.items() if slug is not None}
    found = with_estimates().published().filter(**wanted)
    if asked["submission"]:
        runs = published_of(OuterRef("pk"))
        found = found.filter(Exists(runs.filter(submission__public_id=asked["submission"])))
    page = page_of(request, asked, found, by="pk")
    levels = Run.objects.levels(entry.pk for entry in page["results"])
    return page | {"results": [known(entry, levels) for entry in page["results"]]}


@reads(shapes.EntryDetailSerializer, tag="Entries")
def entry(request: Request, asked: Asked, entry_id: int):
    """One entry: its estimates and its runs, each number down to the cell it was read from.

    An entry whose runs were all withdrawn keeps its page, without numbers.
    """
    found, runs = public(entry_id), published_runs(entry_id)
    withdrawn = Run.objects.filter(entry=found, submission__state__in=PUBLIC[1:])
    boards = Board.objects.filter(task=found.task).order_by("position", "slug")
    runs_path = reverse("api-entry-runs", kwargs={"entry_id": entry_id})
    return known(found, Run.objects.levels([entry_id])) | {
        "boards": boards.values_list("slug", flat=True),
        "runs_in_all": runs.count(),
        "runs_withdrawn": withdrawn.count(),
        "runs_url": request.build_absolute_uri(runs_path),
        "runs": runs.order_by("pk")[:RUNS_SHOWN],
    }


@reads(paged(shapes.RunSerializer), tag="Entries", parameters=PAGED)
def entry_runs(request: Request, asked: Asked, entry_id: int):
    """All published runs of an entry."""
    public(entry_id)
    return page_of(request, asked, published_runs(entry_id), by="pk")


@reads(
    shapes.VisibilitySerializer,
    tag="Entries",
    parameters=(BOARD, OBJECTIVES, *FILTERS),
    also=is_bound,
)
def entry_visibility(request: Request, asked: Asked, entry_id: int):
    """Why the entry is on each board of its task, or is not, in one sentence.

    Takes the parameters of a board's address, so that filters are answered for too. Entries that
    wait for review or for the end of an embargo answer to their sender and to editors.
    """
    submissions = Submission.objects.visible_to(request.user)
    runs = Run.objects.filter(entry=entry_id, submission__in=submissions)
    runs = runs.select_related("submission", "replaced_by__submission")
    if entry_id > LARGEST_KEY or not runs.exists():
        raise Http404
    board = None
    if asked["board"]:
        board = Board.objects.filter(slug=asked["board"]).first()
        if board is None:
            raise refused([complaint("board.unknown", "No board has this slug.", "board")])
    found = Entry.objects.named().get(pk=entry_id)
    return {"boards": visibility.of(found, runs, request.query_params, board)}


def with_estimates() -> EntryQuerySet:
    estimates = Estimate.objects.order_by("metric")
    return Entry.objects.named().prefetch_related(Prefetch("estimates", estimates))


def public(entry_id: int) -> Entry:
    """The entry, if there is or was anything published about it. Raises Http404."""
    seen = Run.objects.filter(entry_id=entry_id, submission__state__in=PUBLIC)
    if entry_id > LARGEST_KEY or not seen.exists():
        raise Http404
    return with_estimates().get(pk=entry_id)


def published_of(entry: Any) -> QuerySet[Run]:
    return Run.objects.filter(entry_id=entry, submission__state=State.PUBLISHED)


def published_runs(entry_id: int) -> QuerySet[Run]:
    measurements = Measurement.objects.order_by("metric")
    return (
        published_of(entry_id)
        .select_related("submission")
        .defer("submission__issues", "submission__summary", "submission__context")
        .prefetch_related(Prefetch("measurements", measurements))
    )


def known(entry: Entry, levels: dict[int, Submission.Level]) -> dict[str, Any]:
    """An entry with what we hold to be true of it."""
    values = {
        estimate.metric: {
            **quantity(
                estimate.value, metrics.get(estimate.metric).unit, estimate.low, estimate.high
            ),
            "origin": Origin.values[estimate.origin],
            "runs": estimate.runs,
            "recipe": estimate.recipe,
        }
        for estimate in entry.estimates.all()
    }
    return shapes.identity(entry, levels) | {"task": entry.task, "values": values}


urlpatterns = [
    path("entries/", entries, name="api-entries"),
    path("entries/<int:entry_id>/", entry, name="api-entry"),
    path("entries/<int:entry_id>/visibility/", entry_visibility, name="api-entry-visibility"),
    path("entries/<int:entry_id>/runs/", entry_runs, name="api-entry-runs"),
]
