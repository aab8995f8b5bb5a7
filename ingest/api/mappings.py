"""Saved answers to what files do not say: named once, used for the next file of the kind."""

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, DictField, Serializer

from ingest import mappings as story
from ingest.resolve import ContextError
from leaderboard.api.asking import PAGED, checked, page_of, paged, problems, signed_in
from leaderboard.api.parsers import ShallowJSONParser
from leaderboard.api.problems import complaint, refused


class MappingSerializer(Serializer):
    """Answers under a name."""

    name = CharField()
    context: Any = DictField(help_text="As a submission's context: key → word, or label → word.")


@extend_schema(
    operation_id="mappings",
    tags=["Submissions"],
    parameters=[parameter.documented for parameter in PAGED],
    responses={200: paged(MappingSerializer)} | problems(400, 401),
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def mappings(request: Request) -> Response:
    """Your saved answers. Send a file with `mapping=<name>` to use them."""
    asked = checked(request.query_params, PAGED)
    page = page_of(request, asked, signed_in(request).mappings.all(), by="pk")
    return Response(paged(MappingSerializer)(page).data)


@extend_schema(
    methods=["GET"],
    operation_id="mapping",
    tags=["Submissions"],
    responses={200: MappingSerializer} | problems(400, 401, 404),
)
@extend_schema(
    methods=["PUT"],
    operation_id="save_mapping",
    tags=["Submissions"],
    request={"application/json": OpenApiTypes.OBJECT},
    responses={200: MappingSerializer, 201: MappingSerializer} | problems(400, 401),
)
@extend_schema(
    methods=["DELETE"],
    operation_id="forget_mapping",
    tags=["Submissions"],
    responses={204: None} | problems(400, 401, 404),
)
@api_view(["GET", "PUT", "DELETE"])
@parser_classes([ShallowJSONParser])
@permission_classes([IsAuthenticated])
def mapping(request: Request, name: str) -> Response:
    """Answers under a name. PUT takes a context, such as `{"hardware": {"CITIC": "nvidia-l4"}}`.

    A change is for files to come: a submission keeps the answers that it was sent with.
    """
    checked(request.query_params, ())
    own = signed_in(request).mappings
    if request.method == "PUT":
        return saved(request, name)
    found = None if "\0" in name else own.filter(name=name).first()
    if found is None:
        raise Http404
    if request.method == "DELETE":
        found.delete()
        return Response(status=204)
    return Response(MappingSerializer(found).data)


def saved(request: Request, name: str) -> Response:
    try:
        found, is_new = story.save(signed_in(request), name=name, context=request.data)
    except ContextError as error:
        raise refused([complaint("context.invalid", str(error), "context")]) from None
    return Response(MappingSerializer(found).data, 201 if is_new else 200)


urlpatterns = [
    path("mappings/", mappings, name="api-mappings"),
    path("mappings/<str:name>/", mapping, name="api-mapping"),
]
