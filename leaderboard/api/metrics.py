"""Metrics and analyses: what they are, and their answer to anybody's numbers."""

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import (
    api_view,
    authentication_classes,
    parser_classes,
    permission_classes,
)
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, DictField

from leaderboard import quantities
from leaderboard.api import metric_shapes as shapes
from leaderboard.api.accounts import StrictSerializer
from leaderboard.api.asking import PAGED, Asked, checked, cut, key_of, paged, problems, reads
from leaderboard.api.parsers import ShallowJSONParser
from leaderboard.api.problems import Problem, complaint, unusable
from leaderboard.core import analyses, metrics
from leaderboard.core.compute import Result, compute
from leaderboard.core.contract import InputError
from leaderboard.tokens import TokenAuthentication

TAG = "Metrics and analyses"
MOST_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class InputsSerializer(StrictSerializer):
    """What a metric or an analysis is worked out from."""

    inputs = DictField(
        help_text="By name. A number is in the canonical unit, or a text with its unit "
        "(`44.6 Wh`, `44.6 (40 to 50) Wh`), or an object of value, unit, low and high."
    )


class RecipeInputsSerializer(InputsSerializer):
    recipe = CharField(
        required=False, help_text="Name of a formula; otherwise the first that the inputs fit."
    )


def body(request: Request, sent: type[StrictSerializer]) -> dict[str, Any]:
    """What was sent. Raises a Problem for a body of another shape or size."""
    checked(request.query_params, ())
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or int(length[:20]) > MOST_BYTES:
        raise Problem(413, f"The body may have {MOST_BYTES} bytes.")
    asked = sent(data=request.data)
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def wrong(error: InputError) -> Problem:
    """An input of another shape, by its name."""
    message = f"{error.field}: {error.message}."
    return unusable([complaint("input.invalid", message, error.field)])


def worked_out(view: Callable[..., Response]) -> Callable[..., Response]:
    """Needs no account and changes nothing, so neither does it need a session's protection."""
    for decorate in (
        authentication_classes([TokenAuthentication]),
        permission_classes([AllowAny]),
        parser_classes([ShallowJSONParser]),
    ):
        view = decorate(view)
    return view


@reads(paged(shapes.MetricSerializer), tag=TAG, parameters=PAGED, statuses=[400])
def metric_list(request: Request, asked: Asked):
    """All metrics with their formulas."""
    return in_pages(request, asked, metrics.ALL)


@reads(shapes.MetricDetailSerializer, tag=TAG)
def metric(request: Request, asked: Asked, slug: str):
    """One metric with its formulas, and the boards that use it."""
    return known(metrics.ALL, slug, "metric")


@extend_schema(
    operation_id="compute",
    tags=[TAG],
    request=RecipeInputsSerializer,
    responses={200: shapes.ComputedSerializer} | problems(400, 404, 413, 415, 422),
)
@api_view(["POST"])
@worked_out
def computed(request: Request, slug: str) -> Response:
    """Work a metric out from your own numbers."""
    row = known(metrics.ALL, slug, "metric")
    sent = body(request, RecipeInputsSerializer)
    try:
        result = compute(slug, sent["inputs"], sent.get("recipe", ""))
    except InputError as error:
        raise wrong(error) from error
    return Response(shapes.ComputedSerializer(answer(row, result)).data)


def answer(row: metrics.Metric, result: Result) -> dict[str, Any]:
    """A result under the names of the API's fields."""
    formula = next((each.written for each in row.formulas if each.name == result.recipe), "")
    names = ("state", "unit", "recipe", "reason", "field", "is_data_error", "details")
    found = {name: getattr(result, name) for name in names}
    found |= {"metric": row.slug, "formula": formula, "value": None, "low": None, "high": None}
    if (value := result.value) is None:
        return found | {"shown": ""}
    shown = quantities.of_metric(row.slug, value.value, value.low, value.high)
    return found | {"value": value.value, "low": value.low, "high": value.high, "shown": shown}


@reads(paged(shapes.AnalysisSerializer), tag=TAG, parameters=PAGED, statuses=[400])
def analysis_list(request: Request, asked: Asked):
    """All analyses: fits, scenarios, recommendations, and how far a ranking can be trusted."""
    return in_pages(request, asked, analyses.ALL)


@extend_schema(
    methods=["GET"],
    operation_id="analysis",
    tags=[TAG],
    responses={200: shapes.AnalysisSerializer} | problems(400, 404),
)
@extend_schema(
    methods=["POST"],
    operation_id="analyse",
    tags=[TAG],
    request=InputsSerializer,
    responses={200: shapes.FoundSerializer} | problems(400, 404, 413, 415, 422),
)
@api_view(["GET", "POST"])
@worked_out
def analysis(request: Request, slug: str) -> Response:
    """One analysis with its inputs and a worked example, or what it finds in your own numbers."""
    row = known(analyses.ALL, slug, "analysis")
    if request.method == "GET":
        checked(request.query_params, ())
        return Response(shapes.AnalysisSerializer(row, context={"request": request}).data)
    sent = body(request, InputsSerializer)
    try:
        finding = analyses.run(slug, sent["inputs"])
    except InputError as error:
        raise wrong(error) from error
    return Response(shapes.FoundSerializer({"analysis": slug, **vars(finding)}).data)


def known(registry: Mapping[str, Any], slug: str, noun: str) -> Any:
    if slug not in registry:
        raise Problem(404, f"No {noun} has this slug.")
    return registry[slug]


def in_pages(request: Request, asked: Asked, registry: Mapping[str, Any]) -> dict[str, Any]:
    """A page of a registry in the order of slugs."""
    after = key_of(asked["cursor"], str) if asked["cursor"] else ""
    found = [registry[slug] for slug in sorted(registry) if slug > after]
    return cut(request, asked, found[: asked["limit"] + 1], lambda row: row.slug)


urlpatterns = [
    path("metrics/", metric_list, name="api-metrics"),
    path("metrics/<slug:slug>/", metric, name="api-metric"),
    path("metrics/<slug:slug>/compute/", computed, name="api-compute"),
    path("analyses/", analysis_list, name="api-analyses"),
    path("analyses/<slug:slug>/", analysis, name="api-analysis"),
]
