"""Sending a file, and following what becomes of it."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F
from django.http import Http404
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.parsers import FormParser, MultiPartParser
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.views import APIView

from ingest import choices, files, once, pipeline, progress, quota, tasks
from ingest.api import bodies, shapes
from leaderboard.api.asking import (
    PAGED,
    Asked,
    Parameter,
    checked,
    one_of,
    page_of,
    paged,
    problems,
    reads,
    signed_in,
)
from leaderboard.api.parsers import ShallowJSONParser
from leaderboard.api.problems import Problem, complaint, refused
from leaderboard.models import Board, Submission
from leaderboard.tasks import later, refresh_board

# Larger files are checked by a worker: send them with publish=no.
DRY_RUN_BYTES = 8 * 2**20
DRY_RUN = Parameter(
    "dry_run",
    "true: check only, keep nothing.",
    lambda text: one_of("true", "false")(text) == "true",
    OpenApiTypes.BOOL,
    False,
)
CHOICES = (
    Parameter("mode", "all or none of the rows (all), or those without errors (valid)."),
    Parameter(
        "on_conflict",
        "When you published other numbers of the same: error, skip, supersede or replicate.",
    ),
    Parameter("reason", f"Why earlier numbers are replaced: {', '.join(choices.REASONS)}."),
    Parameter("embargo_until", "A date; until then the numbers are yours alone."),
)
WORDS = (
    *(Parameter(word, f"Like the form's field {word}.") for word in bodies.WORDS),
    Parameter("publish", "auto or no.", one_of(*bodies.PUBLISH)),
    *CHOICES,
    Parameter("source", "Slug or address of a source in the catalogue."),
)
KEY = "Idempotency-Key"
KEY_DOCUMENTED = OpenApiParameter(
    KEY,
    str,
    OpenApiParameter.HEADER,
    description="Your name for this request: sent again under it, it answers as before.",
)
FILENAME = Parameter("filename", "The file's name, where the body is the file.")
REASON = Parameter("reason", "Why it is taken back; shown on its page.")


class Submissions(APIView):
    """Your submissions, and the door for new ones."""

    parser_classes = (MultiPartParser, bodies.WholeBody)
    permission_classes = (IsAuthenticated,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse by length, then without an account or allowance: nothing of the body is read."""
        if request.method == "POST":
            bodies.refuse_length(request)
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and not once.is_known(key_of(request), by=request.user):
            left = quota.of(request.user, at=timezone.now())
            if not left.left:
                detail = (
                    f"You may send {left.per_day} files a day, and have. "
                    f"Go on after {left.until:%Y-%m-%d %H:%M} UTC."
                )
                raise Problem(429, detail, code="quota.spent")

    @extend_schema(
        operation_id="submissions",
        tags=["Submissions"],
        parameters=[parameter.documented for parameter in PAGED],
        responses={200: paged(shapes.SubmissionSerializer)} | problems(400, 401),
    )
    def get(self, request: Request) -> Response:
        """Your own submissions, the newest first."""
        asked = checked(request.query_params, PAGED)
        # A submission may have hundreds of issues; the first, an error if there is one, will do.
        own = (
            signed_in(request)
            .submissions.annotate(first=F("issues__0"))
            .defer("issues", "context", "effect")
        )
        page = page_of(request, asked, own, by="-pk")
        page["results"] = [told(submission, submission.first) for submission in page["results"]]
        shape = paged(shapes.SubmissionSerializer)
        return Response(shape(page, context={"request": request}).data)

    @extend_schema(
        operation_id="submit",
        tags=["Submissions"],
        parameters=[
            *(parameter.documented for parameter in (DRY_RUN, FILENAME, *WORDS)),
            KEY_DOCUMENTED,
        ],
        request={
            "multipart/form-data": shapes.FormSerializer,
            "application/json": OpenApiTypes.OBJECT,
            "text/csv": OpenApiTypes.STR,
            "application/octet-stream": OpenApiTypes.BINARY,
        },
        responses={
            200: shapes.SubmissionDetailSerializer,
            202: shapes.SubmissionDetailSerializer,
        }
        | problems(400, 401, 411, 413, 415, 422),
    )
    def post(self, request: Request) -> Response:
        """Send a result file, in a form or as the whole body; in a form also several.

        Several fields `file` are one submission. Their relative paths come in as many fields
        `path`, in the same order, for the name of a form's file has no folders.

        202 and its address when it is new: a worker checks it, and publishes it unless
        `publish=no`. 200 when you sent the same file with the same context before: it is the same
        submission, so sending again is harmless. Under an `Idempotency-Key` the same request is
        answered alike whatever became of it, and another one is 422. With
        `dry_run=true` the file is only checked: 200 with what was found, or 422 with every error;
        nothing is kept.
        """
        words = bodies.words_of(request)
        asked = checked(words, (DRY_RUN, FILENAME, *WORDS))
        sent = bodies.files_of(request)
        said = bodies.said_of(asked, owner=signed_in(request))
        if asked["dry_run"]:
            return dry_run(request.user, sent, said)
        return received(request, sent, said)


def dry_run(user: Any, sent: list[bodies.SentFile], said: bodies.Said) -> Response:
    """Check files and keep nothing of them."""
    if sum(file.seek(0, 2) for _, file in sent) > DRY_RUN_BYTES:
        detail = f"A dry run takes up to {DRY_RUN_BYTES // 2**20} MiB. Send it with publish=no."
        raise Problem(413, detail)
    for _, file in sent:
        file.seek(0)
    report = pipeline.check(sent, by=user, context=said.context, format=said.format, **said.choices)
    if report.has_errors:
        raise Problem(422, "The file has errors; nothing was kept.", errors=report.issues)
    found = {
        "format": report.format,
        "counts": shapes.counts(report.summary),
        "asked": report.asked,
        "issues": report.issues,
        "preview": report.effect,
    }
    return Response(shapes.CheckSerializer(found).data)


def received(request: Request, sent: list[bodies.SentFile], said: bodies.Said) -> Response:
    """Keep files, and ask a worker to look at them."""
    key = key_of(request)
    receive = partial(once.receive, key) if key else pipeline.receive
    try:
        submission, is_new = receive(
            sent,
            filename=files.called([path for path, _ in sent]),
            by=signed_in(request),
            at=timezone.now(),
            context=said.context,
            publish=said.publish,
            format=said.format,
            source=said.source,
            **said.choices,
        )
    except files.TooLarge as error:
        raise Problem(413, str(error)) from None
    except once.Reused:
        detail_of_reuse = "This Idempotency-Key came with another file, or other words about it."
        raise Problem(422, detail_of_reuse, code="key.reused") from None
    is_waiting = submission.state == Submission.State.RECEIVED
    if is_waiting:
        later(tasks.ingest, submission.pk)
    answer = detail(request, submission)
    return Response(
        answer,
        202 if is_new or is_waiting else 200,
        headers={"Location": answer["links"]["self"]},
    )


def key_of(request: Request) -> str:
    """The sender's name for this request; empty where it has none."""
    given = request.headers.get(KEY, "")
    try:
        return once.key_of(given)
    except ValueError as error:
        raise refused([complaint("key.invalid", str(error), KEY, given=given[:80])]) from None


def detail(request: Request, submission: Submission) -> dict[str, Any]:
    """A submission with all that is known of it."""
    own = {"public_id": submission.public_id}
    links = {
        name: reverse(f"api-submission{view}", kwargs=own, request=request)
        for name, view in (
            ("self", ""),
            ("rows", "-rows"),
            ("preview", "-preview"),
            ("context", "-context"),
            ("check", "-check"),
            ("publish", "-publish"),
        )
    }
    entries = f"{reverse('api-entries', request=request)}?submission={submission.public_id}"
    boards = Board.objects.filter(task__slug__in=submission.summary.get("tasks", []))
    is_waiting = submission.state == Submission.State.RECEIVED
    found = told(submission, next(iter(submission.issues), None)) | {
        "context": submission.context,
        "asked": submission.summary.get("asked", {}),
        "issues": submission.issues,
        "choices": {
            "mode": submission.take.lower(),
            "on_conflict": submission.on_conflict.lower(),
            "reason": submission.reason or None,
            "embargo_until": submission.embargo_until,
        },
        "progress": progress.of(submission.pk) if is_waiting else None,
        "fates": submission.summary.get("fates", {}),
        "decisions": list(submission.decisions.all()),
        "boards": list(boards.order_by("position", "slug").values_list("slug", flat=True)),
        "links": links | {"entries": entries},
    }
    return shapes.SubmissionDetailSerializer(found, context={"request": request}).data


def told(submission: Submission, first: dict[str, Any] | None) -> dict[str, Any]:
    """What lists show of a submission, given its first issue."""
    return {
        "public_id": submission.public_id,
        "status": submission.state.lower(),
        "code": first["code"] if first and first["severity"] == "error" else None,
        "filename": submission.filename,
        "sha256": submission.sha256,
        "size": submission.size,
        "format": submission.format,
        "received_at": submission.received_at,
        "published_at": submission.published_at,
        "decided_at": submission.decided_at,
        "counts": shapes.counts(submission.summary),
        "get_absolute_url": submission.get_absolute_url(),
    }


def seen(request: Request, public_id: UUID) -> Submission:
    """The submission, if this reader may know of it. Raises Http404."""
    found = Submission.objects.visible_to(request.user).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def owned(request: Request, public_id: UUID) -> Submission:
    """The submission, if this user may change it."""
    submission = seen(request, public_id)
    if submission.submitted_by_id != request.user.pk and not request.user.is_staff:
        raise Problem(403, "Only its sender and editors may do this.")
    return submission


@extend_schema(
    methods=["GET"],
    operation_id="submission",
    tags=["Submissions"],
    responses={200: shapes.SubmissionDetailSerializer} | problems(400, 404),
)
@extend_schema(
    methods=["DELETE"],
    operation_id="withdraw",
    tags=["Submissions"],
    parameters=[REASON.documented],
    responses={200: shapes.SubmissionDetailSerializer} | problems(400, 401, 403, 404),
)
@api_view(["GET", "DELETE"])
def submission(request: Request, public_id: UUID) -> Response:
    """What became of a file: state, counts, every problem. Its sender can take it back.

    Published ones are everybody's to see, the others their sender's. Withdrawn, its numbers leave
    all boards and its page stays.
    """
    if request.method == "DELETE":
        asked = checked(request.query_params, [REASON])
        found = owned(request, public_id)
        reason = (asked["reason"] or "")[:500]
        refresh(pipeline.withdraw(found.pk, at=timezone.now(), reason=reason))
    else:
        checked(request.query_params, ())
    return Response(detail(request, seen(request, public_id)))


def refresh(boards: set[int]) -> None:
    for board in boards:
        later(refresh_board, board)


@reads(shapes.EffectSerializer, tag="Submissions")
def preview(request: Request, asked: Asked, public_id: UUID):
    """What publishing would do: numbers with their conversion, ranks, frontiers, who is dominated.

    Worked out by the last check and for nobody but its sender and editors; nothing is written.
    Empty for a submission that was published at once.
    """
    found = owned(request, public_id)
    return {"lines": [], "boards": [], "runs": 0, "is_whole": True} | found.effect


@extend_schema(
    operation_id="say_context",
    tags=["Submissions"],
    request={
        "application/json": shapes.WordsSerializer,
        "multipart/form-data": shapes.WordsSerializer,
    },
    responses={202: shapes.SubmissionDetailSerializer} | problems(400, 401, 403, 404, 409),
)
@api_view(["POST"])
@parser_classes([ShallowJSONParser, MultiPartParser, FormParser])
@permission_classes([IsAuthenticated])
def context(request: Request, public_id: UUID) -> Response:
    """Say what the file leaves open, and have it checked again. Replaces what was said before."""
    checked(request.query_params, ())
    found = owned(request, public_id)
    said = bodies.said_of(spoken(request.data), owner=signed_in(request))
    try:
        found = pipeline.recheck(
            found.pk, at=timezone.now(), context=said.context, format=said.format or None
        )
    except pipeline.NotAllowed as error:
        raise Problem(409, str(error)) from None
    except IntegrityError:
        raise Problem(409, "You sent this file with this context already.") from None
    later(tasks.ingest, found.pk)
    return Response(detail(request, found), 202)


def spoken(body: Any, known: tuple[str, ...] = bodies.WORDS) -> dict[str, Any]:
    """The fields of a body that has nothing but words. Raises a Problem that names others."""
    if not isinstance(body, Mapping):
        raise refused([complaint("body.invalid", "Send a JSON object.")])
    unknown = sorted(str(name)[:60] for name in body if name not in (*known, bodies.CSRF_FIELD))
    if unknown:
        raise refused(
            [
                complaint("field.unknown", f"“{name}” is not known here.", name, expected=known)
                for name in unknown
            ]
        )
    return {name: body[name] for name in body if name in known}


@extend_schema(
    operation_id="check",
    tags=["Submissions"],
    request=None,
    responses={202: shapes.SubmissionDetailSerializer} | problems(400, 401, 403, 404, 409),
)
@api_view(["POST"])
@permission_classes([IsAuthenticated])
def check(request: Request, public_id: UUID) -> Response:
    """Have it checked again as it is now, after cells were fixed."""
    checked(request.query_params, ())
    found = owned(request, public_id)
    try:
        pipeline.recheck(found.pk, at=timezone.now(), context=found.context)
    except pipeline.NotAllowed as error:
        raise Problem(409, str(error)) from None
    later(tasks.ingest, found.pk)
    return Response(detail(request, seen(request, public_id)), 202)


@extend_schema(
    operation_id="publish",
    tags=["Submissions"],
    request={
        "application/json": shapes.ChoicesSerializer,
        "multipart/form-data": shapes.ChoicesSerializer,
    },
    responses={202: shapes.SubmissionDetailSerializer} | problems(400, 401, 403, 404, 409),
)
@api_view(["POST"])
@parser_classes([ShallowJSONParser, MultiPartParser, FormParser])
@permission_classes([IsAuthenticated])
def publish(request: Request, public_id: UUID) -> Response:
    """Have a worker publish a checked submission; an editor also one that is held.

    With errors it is published only if `mode=valid` leaves their rows out, or `on_conflict` says
    what to do with them.
    """
    checked(request.query_params, ())
    found = owned(request, public_id)
    words = spoken(request.data or {}, choices.WORDS)
    errors: list[dict[str, Any]] = []
    chosen = bodies.choices_said(words, errors)
    if errors:
        raise refused(errors)
    try:
        pipeline.publish(found.pk, by=request.user, **chosen)
    except pipeline.NotAllowed as error:
        raise Problem(409, str(error)) from None
    later(tasks.ingest, found.pk)
    return Response(detail(request, seen(request, public_id)), 202)


urlpatterns = [
    path("submissions/", Submissions.as_view(), name="api-submissions"),
    path("submissions/<uuid:public_id>/", submission, name="api-submission"),
    path("submissions/<uuid:public_id>/preview/", preview, name="api-submission-preview"),
    path("submissions/<uuid:public_id>/context/", context, name="api-submission-context"),
    path("submissions/<uuid:public_id>/check/", check, name="api-submission-check"),
    path("submissions/<uuid:public_id>/publish/", publish, name="api-submission-publish"),
]
