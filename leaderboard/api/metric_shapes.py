"""Every field of metrics and analyses that leaves the API, and what is sent to work them out."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

import math
from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
)

from leaderboard.api.fields import BETTER, TextField, TextsField, Worked, quantity
from leaderboard.core.contract import REQUIRED, Example, Input
from leaderboard.core.interval import Interval
from leaderboard.core.metrics import Metric
from leaderboard.models import Board, Rederivation


@extend_schema_field({"type": "string", "format": "uri"})
class AddressField(Worked):
    """The address of a row's page, by its slug."""

    def __init__(self, page: str):
        super().__init__(lambda row: reverse(page, args=[row.slug]))

    def to_representation(self, row: Any) -> str:
        return self.context["request"].build_absolute_uri(super().to_representation(row))


@extend_schema_field({"type": "number", "nullable": True})
class LimitField(Worked):
    """A limit of an input, or null where there is none."""

    def __init__(self, limit: str, **options: Any):
        super().__init__(lambda asked: finite(getattr(asked, limit)), **options)


@extend_schema_field({"nullable": True})
class AnyField(Worked):
    """A number, a text, a list or an object."""


def finite(limit: float) -> float | None:
    return float(limit) if math.isfinite(limit) else None


def default(asked: Input) -> Any:
    if isinstance(asked.default, Interval):
        bounds = asked.default
        return quantity(bounds.value, asked.unit, bounds.low, bounds.high)
    return None if asked.default is REQUIRED else asked.default


def state(example: Example) -> str:
    if isinstance(example.expected, Mapping):
        return "found"
    if example.expected is None:
        return "missing"
    return "infinite" if example.expected == math.inf else "value"


def expected(example: Example) -> Any:
    return example.expected if state(example) in ("found", "value") else None


class ReferenceSerializer(Serializer):
    """Where a formula stands."""

    arxiv = CharField(help_text="arXiv id, or empty.")
    where = CharField(help_text="Section, equation or file.")
    slug = CharField(help_text="Slug in the catalogue of sources, or empty.")
    title = CharField(help_text="Of what has no arXiv id.")
    text = TextField(str, help_text="All of it in one line.")


class ColumnSerializer(Serializer):
    """One input, or one column of an input that is a table."""

    name = CharField()
    symbol = CharField()
    meaning = CharField()
    unit = CharField(help_text="Its canonical unit; any other of its kind is converted.")
    shape = CharField(
        help_text="quantity, number, whole number, yes or no, name, list of numbers, list of "
        "names, numbers by name, list of rankings or table."
    )
    is_required = BooleanField()
    default = AnyField(default, help_text="Where it is not given; null where it is required.")
    above = LimitField("above", help_text="It must be greater than this; null for any.")
    at_least = LimitField("at_least")
    at_most = LimitField("at_most")
    choices = ListField(child=CharField(), help_text="The names that are taken; empty for any.")


class InputSerializer(ColumnSerializer):
    columns = ColumnSerializer(many=True, help_text="Of a table.")


class ExampleSerializer(Serializer):
    """A worked example, executed by our tests."""

    inputs = DictField(help_text="As they are sent.")
    state = TextField(state, help_text="value, missing or infinite; found for an analysis.")
    expected = AnyField(
        expected, help_text="A number in the metric's unit, or a part of what an analysis finds."
    )
    within = FloatField(help_text="Tolerance; 0 is one in a million of the value.")
    note = CharField(source="about")


class FormulaSerializer(Serializer):
    """One way to work a metric out. The first whose inputs are known is taken."""

    name = CharField(help_text="The recipe that a number names, with its version.")
    written = CharField(help_text="The formula as text.")
    mathml = CharField(help_text="The formula as a `math` element.")
    inputs = InputSerializer(source="terms", many=True)
    badge = CharField()
    origin = CharField(help_text="DERIVED, or RATED where it rests on a rated power.")
    boundary = CharField(help_text="What the energy among its inputs counts.")
    is_derived = BooleanField(help_text="Whether entries get it; otherwise on request only.")
    edges = ListField(child=CharField())
    sources = ReferenceSerializer(many=True)
    examples = ExampleSerializer(many=True)


class MetricSerializer(Serializer):
    slug = CharField()
    label = CharField()
    symbol = CharField()
    unit = CharField()
    better = TextField(lambda metric: BETTER[metric.better], help_text="higher, lower or neither.")
    family = CharField()
    boundary = CharField(help_text="What an energy counts: accelerators, node or facility.")
    badge = CharField(help_text="How firm the firmest of its formulas is.")
    source = CharField()
    sources = ReferenceSerializer(source="all_sources", many=True)
    meaning = CharField(source="doc")
    edges = ListField(child=CharField(), source="edge_cases")
    is_on_entries = BooleanField(help_text="Whether entries can have it and boards rank by it.")
    examples = ExampleSerializer(many=True, help_text="Of the metric as a file states it.")
    formulas = FormulaSerializer(many=True)
    url = AddressField("metric")


class ChangeSerializer(Serializer):
    """What a new formula did to the entries; shares are of the value before."""

    at = DateTimeField()
    recipes = DictField(child=IntegerField(), help_text="“old → new” and its number of runs.")
    moved = IntegerField(help_text="Entries whose value or bounds are others now.")
    got = IntegerField(help_text="Entries that had none.")
    lost = IntegerField(help_text="Entries that have none any more.")
    least = FloatField(allow_null=True)
    greatest = FloatField(allow_null=True)
    mean = FloatField(allow_null=True)


@extend_schema_field(ChangeSerializer(many=True))
class ChangesField(Worked):
    """The rederivations in which a metric came by another recipe."""

    def __init__(self, **options: Any):
        super().__init__(changes, **options)


def changes(metric: Metric) -> list[Any]:
    found = []
    for made in Rederivation.objects.of_new_recipes(metric.slug):
        of = made.moved[metric.slug]
        mean = of["sum"] / of["compared"] if of["compared"] else None
        found.append(ChangeSerializer({**of, "at": made.finished_at, "mean": mean}).data)
    return found


class MetricDetailSerializer(MetricSerializer):
    boards = TextsField(
        lambda metric: list(Board.objects.ranked_by(metric.slug).values_list("slug", flat=True)),
        help_text="Boards that rank by it or bound it.",
    )
    changes = ChangesField(help_text="Changes of its formulas, the newest first.")


class ComputedSerializer(Serializer):
    """What a metric comes to."""

    metric = CharField()
    state = CharField(help_text="value, missing or infinite.")
    value = FloatField(allow_null=True)
    low = FloatField(allow_null=True)
    high = FloatField(allow_null=True)
    unit = CharField()
    shown = CharField(help_text="The number as our pages write it, in the unit that fits it.")
    recipe = CharField()
    formula = CharField()
    reason = CharField(help_text="Why it is missing or infinite.")
    field = CharField(help_text="The input that is missing or can't be true.")
    is_data_error = BooleanField(help_text="Whether an input can't be true, rather than absent.")
    details = DictField(help_text="What else is worth knowing, by name.")


class AnalysisSerializer(Serializer):
    slug = CharField()
    label = CharField()
    meaning = CharField(source="doc")
    badge = CharField()
    sources = ReferenceSerializer(many=True)
    written = CharField(source="formula_text", help_text="The formula as text.")
    mathml = CharField(help_text="The formula as a `math` element.")
    inputs = InputSerializer(many=True)
    outputs = DictField(child=CharField(), help_text="What it finds, by name, in words.")
    edges = ListField(child=CharField())
    examples = ExampleSerializer(many=True)
    url = AddressField("analysis")


class FoundSerializer(Serializer):
    """What an analysis finds."""

    analysis = CharField()
    state = CharField(help_text="found, missing or infinite.")
    found = DictField()
    reason = CharField(help_text="Why nothing was found.")
    field = CharField()
    is_data_error = BooleanField()
