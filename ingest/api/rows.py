"""The rows of a submission: read, fixed cell by cell or all alike, taken away and brought back."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, JSONField

from ingest import fixing, pipeline, takeaway
from ingest.api import bodies, shapes
from ingest.api.submissions import owned, seen
from ingest.report import public
from leaderboard.api.accounts import StrictSerializer
from leaderboard.api.asking import (
    PAGED,
    Asked,
    Parameter,
    checked,
    cut,
    key_of,
    one_of,
    paged,
    problems,
    reads,
)
from leaderboard.api.parsers import ShallowJSONParser
from leaderboard.api.problems import Problem, complaint, refused
from leaderboard.models import Submission
from leaderboard.models.submissions import SubmissionRowQuerySet

STATUS = Parameter(
    "status",
    "Only rows with an error, a warning or an info; only fine ones; only those with a fixed cell.",
    one_of(*SubmissionRowQuerySet.STATES),
)
Q = Parameter("q", "Only rows with this text in a cell.")
PATH = Parameter("path", "The file, where several have a row of this number.")


class AlikeSerializer(StrictSerializer):
    """One problem, and what mends it in all rows that have it."""

    code = CharField(help_text="Of the issue, such as number.invalid.")
    column = CharField(help_text="Of the issue.", trim_whitespace=False)
    given = CharField(
        required=False, allow_blank=True, trim_whitespace=False, help_text="Of the issue."
    )
    cells = JSONField(required=False, help_text="Column → what to write; null puts back.")
    rename = CharField(required=False, help_text="Read the column under this name instead.")


@reads(paged(shapes.RowSerializer), tag="Submissions", parameters=(*PAGED, STATUS, Q))
def rows(request: Request, asked: Asked, public_id: UUID):
    """The file's records as they were sent, with what was fixed and the problems of each."""
    found = chosen(seen(request, public_id), asked)
    if asked["cursor"]:
        row, _, name = key_of(asked["cursor"], str).partition(" ")
        if not (row.isascii() and row.isdigit() and len(row) < 10):
            raise refused(
                [complaint("cursor.invalid", "This cursor is not one of ours.", "cursor")]
            )
        found = found.after(name, int(row))
    page = list(found.in_order()[: asked["limit"] + 1])
    return cut(request, asked, page, lambda row: f"{row.row} {row.path}")


def chosen(submission: Submission, asked: Asked) -> SubmissionRowQuerySet:
    """The rows that were asked for."""
    found = submission.rows.of(asked["status"] or "")
    return found.holding(asked["q"]) if asked["q"] else found


@extend_schema(
    methods=["GET"],
    operation_id="row_table",
    tags=["Submissions"],
    parameters=[STATUS.documented, Q.documented],
    responses={(200, "text/csv"): OpenApiTypes.STR} | problems(400, 404),
)
@extend_schema(
    methods=["PUT"],
    operation_id="bring_back",
    tags=["Submissions"],
    request={"text/csv": OpenApiTypes.STR},
    responses={200: shapes.FixedSerializer} | problems(400, 401, 403, 404, 409, 413),
)
@api_view(["GET", "PUT"])
@parser_classes([bodies.WholeBody])
def table(request: Request, public_id: UUID) -> HttpResponseBase:
    """The rows as CSV with a column `errors`; the table mended and put back fixes their cells.

    Rows are known by the columns `row` and `path`. Cells that differ become fixes, all or none;
    rows and columns that you leave out stay as they are.
    """
    if request.method == "PUT":
        checked(request.query_params, ())
        found = owned(request, public_id)
        bodies.refuse_length(request)
        body = bodies.spooled(request.data).read(fixing.TABLE_BYTES + 1)
        return Response(fixed(found, lambda: fixing.bring_back(found.pk, table=body)))
    asked = checked(request.query_params, (STATUS, Q))
    submission = seen(request, public_id)
    response = StreamingHttpResponse(
        takeaway.table(submission, chosen(submission, asked)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = takeaway.disposition(submission, asked["status"] or "")
    return response


@extend_schema(
    methods=["GET"],
    operation_id="row",
    tags=["Submissions"],
    parameters=[PATH.documented],
    responses={200: shapes.RowSerializer} | problems(400, 404),
)
@extend_schema(
    methods=["PATCH"],
    operation_id="fix_row",
    tags=["Submissions"],
    parameters=[PATH.documented],
    request={"application/json": OpenApiTypes.OBJECT},
    responses={200: shapes.FixedRowSerializer} | problems(400, 401, 403, 404, 409),
)
@api_view(["GET", "PATCH"])
@parser_classes([ShallowJSONParser])
def row(request: Request, public_id: UUID, number: int) -> Response:
    """One record. PATCH writes over its cells: `{"energy": "44.6"}`; null puts back what was sent.

    Possible while the submission is checked, held or rejected. Afterwards it stops at `checked`
    and is published by its sender. Small submissions are checked in the answer; with
    `is_checked` false the problems told are those from before: ask for a check when you are done.
    """
    asked = checked(request.query_params, [PATH])
    if request.method == "GET":
        return Response(shapes.RowSerializer(one(request, public_id, number, asked["path"])).data)
    found = owned(request, public_id)
    cells = body_of(request)
    one(request, public_id, number, asked["path"])
    answer = fixed(found, lambda: fixing.fix(found.pk, row=number, path=asked["path"], cells=cells))
    mended = one(request, public_id, number, asked["path"])
    return Response(shapes.FixedRowSerializer({"row": mended, **answer}).data)


def one(request: Request, public_id: UUID, number: int, name: str | None):
    """One row that this reader may see. Raises a Problem that names the files to choose from."""
    try:
        return fixing.row_of(seen(request, public_id), number, name)
    except fixing.Unfit as unfit:
        has_choice = bool(unfit.issues[0].expected)
        raise Problem(
            400 if has_choice else 404, str(unfit), errors=list(map(public, unfit.issues))
        ) from None


@extend_schema(
    operation_id="fix_alike",
    tags=["Submissions"],
    request={"application/json": AlikeSerializer},
    responses={200: shapes.FixedSerializer} | problems(400, 401, 403, 404, 409),
)
@api_view(["POST"])
@parser_classes([ShallowJSONParser])
@permission_classes([IsAuthenticated])
def fixes(request: Request, public_id: UUID) -> Response:
    """Mend one problem in all rows that have it: write `cells`, or `rename` the column.

    `{"code": "number.invalid", "column": "latency [s]", "given": "n/m", "cells": {"latency [s]":
    ""}}` leaves those cells empty; `{"code": "unit.missing", "column": "energy", "rename":
    "node_energy [kWh]"}` says the unit that a header lacks.
    """
    checked(request.query_params, ())
    found = owned(request, public_id)
    wish = AlikeSerializer(data=body_of(request))
    wish.is_valid(raise_exception=True)
    said = wish.validated_data
    if ("cells" in said) == ("rename" in said) or not isinstance(said.get("cells", {}), dict):
        message = "Send either cells, an object of column → value, or rename."
        raise refused([complaint("field.invalid", message, "cells")])
    return Response(fixed(found, lambda: fixing.fix_alike(found.pk, **said)))


def body_of(request: Request) -> dict[str, Any]:
    """The body, which is a JSON object. Raises a Problem."""
    if not isinstance(request.data, Mapping):
        raise refused([complaint("body.invalid", "Send a JSON object.")])
    return dict(request.data)


def fixed(submission: Submission, make: Callable[[], int]) -> dict[str, Any]:
    """Make fixes, check them at once where that is quick, and tell what it came to."""
    try:
        changed = make()
        is_checked = fixing.check_at_once(submission.pk, at=timezone.now())
    except fixing.Unfit as unfit:
        raise Problem(400, str(unfit), errors=list(map(public, unfit.issues))) from None
    except pipeline.NotAllowed as error:
        raise Problem(409, str(error)) from None
    submission.refresh_from_db()
    answer = {
        "changed": changed,
        "is_checked": is_checked or "unchecked" not in submission.summary,
        "status": submission.state.lower(),
        "counts": shapes.counts(submission.summary),
    }
    return shapes.FixedSerializer(answer).data


urlpatterns = [
    path("submissions/<uuid:public_id>/rows/", rows, name="api-submission-rows"),
    path("submissions/<uuid:public_id>/rows.csv", table, name="api-submission-table"),
    path("submissions/<uuid:public_id>/rows/<int:number>/", row, name="api-submission-row"),
    path("submissions/<uuid:public_id>/fixes/", fixes, name="api-submission-fixes"),
]
