"""What leaves the API is made of these: numbers with units, and parts worked out from a row."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import CharField, Field, FloatField, ListField, Serializer

from leaderboard.core import metrics

BETTER = {metrics.HIGHER: "higher", metrics.LOWER: "lower", metrics.NEITHER: "neither"}


def quantity(
    value: float, unit: str, low: float | None = None, high: float | None = None
) -> dict[str, Any]:
    """A number with its unit."""
    return {"value": value, "low": low, "high": high, "unit": unit}


def known(value: float | None, unit: str, *bounds: float | None) -> dict[str, Any] | None:
    """A number with its unit, or None for one that is missing."""
    return None if value is None else quantity(value, unit, *bounds)


class QuantitySerializer(Serializer):
    """A number in its canonical unit, with bounds where they are known."""

    value = FloatField()
    low = FloatField(allow_null=True)
    high = FloatField(allow_null=True)
    unit = CharField()


class Worked(Field):
    """A field that a function works out from the row."""

    def __init__(self, of: Callable[[Any], Any], **options: Any):
        super().__init__(source="*", read_only=True, **options)
        self.of = of

    def to_representation(self, row: Any) -> Any:
        return self.of(row)


@extend_schema_field(QuantitySerializer(allow_null=True))
class QuantityField(Worked):
    """A number with bounds and unit."""


@extend_schema_field(CharField())
class TextField(Worked):
    """A text."""


@extend_schema_field(ListField(child=CharField()))
class TextsField(Worked):
    """Texts."""


class NumberField(QuantityField):
    """A plain column of a known unit, without bounds."""

    def __init__(self, column: str, unit: str):
        super().__init__(lambda row: known(getattr(row, column), unit))


@extend_schema_field({"type": "string", "format": "uri"})
class PageField(Field):
    """The address of a row's page, or another one of the row, with scheme and host."""

    def __init__(self, source: str = "get_absolute_url", **options: Any):
        super().__init__(read_only=True, source=source, **options)

    def to_representation(self, value: str) -> str:
        return self.context["request"].build_absolute_uri(value)


class NameSerializer(Serializer):
    """A row of the catalogue in short."""

    slug = CharField()
    name = CharField()
