"""The footprint explorer for programs: the parameters of its page, and the same answer."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework.decorators import api_view, parser_classes, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
)

from leaderboard import footprint_figure, footprint_sheet
from leaderboard.api import shapes
from leaderboard.api.asking import Parameter, checked, one_of, problems
from leaderboard.api.parsers import ShallowJSONParser
from leaderboard.api.problems import complaint, refused, unusable
from leaderboard.core.compute import Result
from leaderboard.core.interval import Interval
from leaderboard.core.metrics import get as metric
from leaderboard.footprint_question import NAMES, REPEATED, Question
from leaderboard.footprints import ClassRow, ElementRow, Explorer, Gain, Run, badge
from leaderboard.trainings import Work

FORMATS = ("json", "csv", "svg")
SAYS = {
    "run": "Model whose training is counted, repeated for more; `gpt-4` unless told. At most four.",
    "flop": "An own run by its operations, `2.1e25` or `2.1e25 FLOP`.",
    "parameters": "An own run by the parameters that work on each token, with `tokens`.",
    "tokens": "Tokens of the run whose `parameters` are given.",
    "hardware": "Slug of the device that is used up.",
    "mfu": "Achieved share of the peak rate, above 0 to 1, 0.35 unless told: `0.35`, `35 %`.",
    "life": "Years until a device is replaced, 2 unless told: `2`, `24 months`.",
    "utilisation": "Share of its life in which a device is busy, 1 unless told.",
    "pue": "Power usage effectiveness, 1 to 10; else what published trainings state.",
    "intensity": "Carbon intensity of the electricity with its unit, `400 g/kWh`.",
    "mfu_before": "MFU of the scenario that this one is compared with, 0.2 unless told.",
    "life_before": "Life in years in that scenario, 1 unless told.",
    "grid": "Region of the electricity, `FRA`; the world unless told. `intensity` wins.",
    "composition": "What one device is made of: `Cu:716g,Fe:92g` or `Cu:48%,Fe:6.2%`.",
}
PARAMETERS = (
    *(Parameter(name, SAYS[name], may_repeat=name in REPEATED) for name in NAMES),
    Parameter("format", "`json`, `csv` or `svg`.", one_of(*FORMATS), default="json"),
)


# Shapes


@extend_schema_field(
    {
        "type": "array",
        "items": {"nullable": True, "allOf": [{"$ref": "#/components/schemas/Quantity"}]},
    }
)
class ByRunField(ListField):
    """A number for each run, null where it is missing."""

    child = shapes.QuantitySerializer(allow_null=True)


class ResultSerializer(Serializer):
    """A number with how firmly it stands, or why there is none."""

    state = CharField(help_text="value, missing or infinite")
    value = shapes.QuantitySerializer(allow_null=True)
    badge = CharField(help_text="How firmly the formula and its data stand.")
    recipe = CharField(help_text="Formula: name and version.")
    reason = CharField(help_text="Why there is no number.")
    field = CharField(help_text="Which input is at fault.")
    is_data_error = BooleanField(help_text="Whether that input is wrong rather than absent.")


class WorkSerializer(Serializer):
    """What one source says of a run's compute."""

    value = shapes.QuantitySerializer()
    origin = CharField()
    where = CharField()


class PublishedSerializer(Serializer):
    """What the paper prints for this scenario."""

    count = IntegerField()
    badge = CharField()
    where = CharField()


class FootprintRunSerializer(Serializer):
    """A run, what it uses up, and its device lives over the grid."""

    run = CharField(help_text="Slug of the model; empty for an own run.")
    name = CharField()
    compute = shapes.QuantitySerializer(allow_null=True)
    compute_sources = WorkSerializer(many=True)
    quality = shapes.QuantitySerializer(allow_null=True)
    printed_lives = IntegerField(allow_null=True, help_text="Device lives, rounded up.")
    material_of_printed = shapes.QuantitySerializer(
        allow_null=True, help_text="The printed count times the mass of a device."
    )
    published = PublishedSerializer(allow_null=True)
    results = DictField(child=ResultSerializer())
    from_published_hours = ResultSerializer(allow_null=True)
    grid = ListField(
        child=ListField(child=FloatField(allow_null=True)),
        help_text="Device lives; a row for each of `years`, a column for each of `mfus`.",
    )


class ElementSerializer(Serializer):
    """How much of an element a device holds, and by run; `value` is null where bounds are all."""

    element = CharField()
    name = CharField()
    classes = ListField(child=CharField())
    per_device_low = FloatField(allow_null=True, help_text="kg")
    per_device = FloatField(allow_null=True, help_text="kg")
    per_device_high = FloatField(allow_null=True, help_text="kg")
    how = CharField()
    runs = ByRunField(help_text="kg by run")


class ElementClassSerializer(Serializer):
    """How much of a class of elements a device holds, and by run."""

    slug = CharField()
    label = CharField()
    source = CharField(help_text="The list that says which elements belong to it.")
    elements = ListField(child=CharField())
    badge = CharField()
    how = CharField()
    per_device = shapes.QuantitySerializer(allow_null=True)
    runs = ByRunField(help_text="kg by run")


class GainSerializer(Serializer):
    """Material for each point of quality that one run gained over another."""

    before = CharField()
    after = CharField()
    points = FloatField()
    material_per_point = ResultSerializer()


class ScenarioSerializer(Serializer):
    """The scenario as it was understood; null for what can't be used."""

    mfu = FloatField(allow_null=True)
    life_years = FloatField(allow_null=True)
    utilisation = FloatField(allow_null=True)
    pue = shapes.QuantitySerializer(allow_null=True)
    grid_intensity = shapes.QuantitySerializer(allow_null=True)
    grid = CharField()
    hardware = CharField()
    composition = CharField()


class FootprintSerializer(Serializer):
    """What training runs use up under one scenario."""

    scenario = ScenarioSerializer()
    device = DictField(child=shapes.QuantitySerializer(), help_text="Figures of one device.")
    runs = FootprintRunSerializer(many=True)
    mfus = ListField(child=FloatField())
    years = ListField(child=FloatField())
    saving = ResultSerializer(help_text="Share of devices saved against the scenario before.")
    gains = GainSerializer(many=True)
    elements = ElementSerializer(many=True)
    classes = ElementClassSerializer(many=True)
    ignored = ListField(child=CharField(), help_text="What of the question was not used.")


# What is told


def told(explorer: Explorer) -> dict[str, Any]:
    """The answer as plain objects."""
    setting, asked = explorer.setting, explorer.question
    hardware = explorer.hardware_slug
    return {
        "scenario": {
            "mfu": bare(setting.mfu),
            "life_years": bare(setting.life),
            "utilisation": bare(setting.utilisation),
            "pue": quantity(setting.pue, "1"),
            "grid_intensity": quantity(setting.grid, "kg/J"),
            "grid": explorer.region.region if explorer.region else "",
            "hardware": hardware,
            "composition": asked.composition.text if asked.composition else "",
        },
        "device": {
            name: quantity(explorer.known[name], unit)
            for name, unit in footprint_sheet.DEVICE.items()
            if name in explorer.known
        },
        "runs": [run_told(explorer, run, hardware) for run in explorer.runs],
        "mfus": explorer.mfus,
        "years": explorer.years,
        "saving": result("device_saving", explorer.saving, hardware),
        "gains": [gain_told(gain, hardware) for gain in explorer.gains],
        "elements": [element_told(row, explorer.runs) for row in explorer.element_rows],
        "classes": [class_told(row, explorer.runs) for row in explorer.class_rows],
        "ignored": [str(fault) for fault in explorer.faults],
    }


def bare(number: Any) -> float | None:
    return number if isinstance(number, float) else None


def quantity(number: Any, unit: str) -> dict[str, Any] | None:
    """A number or interval with its unit; null for one that is missing."""
    if isinstance(number, Result):
        number = number.value
    if number is None:
        return None
    value = Interval.of(number)
    return shapes.quantity(value.value, unit, value.low, value.high)


def result(slug: str, found: Result, hardware: str) -> dict[str, Any]:
    return {
        "state": found.state,
        "value": quantity(found.value, metric(slug).unit),
        "badge": badge(slug, found, hardware),
        "recipe": found.recipe,
        "reason": found.reason,
        "field": found.field,
        "is_data_error": found.is_data_error,
    }


def run_told(explorer: Explorer, run: Run, hardware: str) -> dict[str, Any]:
    mass = explorer.device.mass
    printed = run.printed
    return {
        "run": run.training.slug,
        "name": run.name,
        "compute": quantity(run.work, "FLOP"),
        "compute_sources": [work_told(work) for work in run.training.works],
        "quality": quantity(run.training.quality, "1"),
        "printed_lives": printed,
        "material_of_printed": quantity(
            None if printed is None or mass is None else mass * float(printed), "kg"
        ),
        "published": run.published,
        "results": {slug: result(slug, found, hardware) for slug, found in run.outcomes.items()},
        "from_published_hours": run.from_hours and result("gpu_lives", run.from_hours, hardware),
        "grid": [[cell.value and cell.value.value for cell in row] for row in run.cells],
    }


def work_told(work: Work) -> dict[str, Any]:
    return {
        "value": quantity(work.value, "FLOP"),
        "origin": work.origin,
        "where": work.where,
    }


def gain_told(gain: Gain, hardware: str) -> dict[str, Any]:
    return {
        "before": gain.before.name,
        "after": gain.after.name,
        "points": gain.points,
        "material_per_point": result("material_per_point", gain.result, hardware),
    }


def element_told(row: ElementRow, runs: list[Run]) -> dict[str, Any]:
    kg = row.kg
    return {
        "element": row.element.symbol,
        "name": row.element.name,
        "classes": row.classes,
        "per_device_low": kg and kg.low,
        "per_device": None if kg is None or row.is_bound else kg.value,
        "per_device_high": kg and kg.high,
        "how": row.how,
        "runs": [quantity(run.times(kg), "kg") for run in runs],
    }


def class_told(row: ClassRow, runs: list[Run]) -> dict[str, Any]:
    return {
        "slug": row.kind.slug,
        "label": row.kind.label,
        "source": row.kind.source,
        "elements": row.kind.symbols,
        "badge": row.badge,
        "how": row.how,
        "per_device": quantity(row.kg, "kg"),
        "runs": [quantity(run.times(row.kg), "kg") for run in runs],
    }


# The endpoint


@extend_schema(
    methods=["GET"],
    operation_id="footprint",
    tags=["Footprint"],
    parameters=[parameter.documented for parameter in PARAMETERS],
    responses={
        (200, "application/json"): FootprintSerializer,
        (200, "text/csv"): OpenApiTypes.STR,
        (200, "image/svg+xml"): OpenApiTypes.STR,
    }
    | problems(400, 422),
)
@extend_schema(
    methods=["POST"],
    operation_id="footprint_by_body",
    tags=["Footprint"],
    request=OpenApiTypes.OBJECT,
    responses={(200, "application/json"): FootprintSerializer} | problems(400, 415, 422),
)
@api_view(["GET", "POST"])
@permission_classes([AllowAny])
@parser_classes([ShallowJSONParser])
def footprint(request: Request) -> HttpResponseBase:
    """What training runs use up: device lives, material, depletion, carbon, energy and cost.

    A POST takes the same names in a JSON object, lists where one may be repeated, and keeps
    nothing. There `composition` may also be a table: `[{"element": "Cu", "value": 716,
    "unit": "g"}, …]`. An input that can't be used is 422, and named.
    """
    query = request.query_params.copy()
    if request.method == "POST":
        for name, values in of_body(request.data).items():
            query.setlist(name, [*query.getlist(name), *values])
    asked = checked(query, PARAMETERS)
    query.pop("format", None)
    explorer = Explorer(Question.read(query))
    if explorer.faults:
        raise unusable(
            [
                complaint("input.invalid", f"{each}.", each.field, given=each.given[:200])
                for each in explorer.faults
            ]
        )
    if asked["format"] == "csv":
        return HttpResponse(footprint_sheet.text(explorer), content_type="text/csv; charset=utf-8")
    if asked["format"] == "svg":
        return HttpResponse(footprint_figure.figure(explorer), content_type="image/svg+xml")
    return Response(FootprintSerializer(told(explorer)).data)


def of_body(body: Any) -> dict[str, list[str]]:
    """The fields of a body as an address would hold them. Raises a Problem."""
    if not isinstance(body, Mapping):
        raise refused([complaint("body.invalid", "The body must be a JSON object.")])
    found: dict[str, list[str]] = {}
    for name, given in body.items():
        if name == "composition" and isinstance(given, list):
            given = table(given)
        values = given if isinstance(given, list) else [given]
        if not all(isinstance(one, str | int | float) for one in values):
            message = f"{name[:60]}: expected a text or a number, or a list of them."
            raise unusable([complaint("input.invalid", message, name[:60])])
        found[name] = [one if isinstance(one, str) else repr(one) for one in values]
    return found


def table(rows: list[Any]) -> str:
    """A composition of the body as an address holds it."""
    parts = []
    for place, row in enumerate(rows):
        if not isinstance(row, Mapping) or row.keys() != {"element", "value", "unit"}:
            message = f"composition[{place}] must have element, value and unit, and no more."
            raise unusable([complaint("input.invalid", message, "composition")])
        parts.append(f"{row['element']}:{row['value']} {row['unit']}".replace(",", " "))
    return ",".join(parts)


urlpatterns = [path("footprint/", footprint, name="api-footprint")]
