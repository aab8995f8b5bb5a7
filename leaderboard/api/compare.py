"""Entries side by side."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from django.urls import path
from rest_framework.request import Request
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
)

from leaderboard.api.asking import Asked, Parameter, reads
from leaderboard.api.board_shapes import EstimatedSerializer
from leaderboard.api.problems import complaint, refused
from leaderboard.comparison import FEWEST, MOST, Comparison
from leaderboard.comparison_told import told

ENTRY = Parameter(
    "entry", f"Ids of {FEWEST} to {MOST} entries, repeated or comma-separated.", may_repeat=True
)


class ComparedSerializer(Serializer):
    """One entry and the letter that stands for it."""

    letter = CharField()
    id = IntegerField()
    name = CharField()
    task = CharField()
    is_comparable = BooleanField(help_text="False for one of another task than the first.")
    level = IntegerField(
        allow_null=True, help_text="How far it was verified: 0 self-reported, 1 evidence attached."
    )


class ComparedNumberSerializer(EstimatedSerializer):
    runs = IntegerField(help_text="Runs behind the value.")


class RatioSerializer(Serializer):
    """How many times the value of A, with the least and most that the bounds allow."""

    low = FloatField()
    value = FloatField()
    high = FloatField()


class ComparedMetricSerializer(Serializer):
    """One metric of all entries, by letter, and what the bounds allow to say."""

    metric = CharField()
    unit = CharField()
    verdict = CharField(help_text="clear, partly, too_close, same or alone.")
    words = CharField()
    order = ListField(
        child=ListField(child=CharField()),
        help_text="Letters, the best first; those in one list run into each other.",
    )
    values = DictField(child=ComparedNumberSerializer(allow_null=True))
    ratios = DictField(child=RatioSerializer(allow_null=True))


class SettingSerializer(Serializer):
    name = CharField()
    texts = DictField(child=CharField(allow_blank=True), help_text="By letter; empty: not said.")
    differs = BooleanField()


class ComparisonSerializer(Serializer):
    """Two to six entries side by side."""

    entries = ComparedSerializer(many=True)
    warnings = ListField(child=CharField(), help_text="Why they are not wholly comparable.")
    metrics = ComparedMetricSerializer(many=True)
    settings = SettingSerializer(many=True)


@reads(ComparisonSerializer, tag="Entries", parameters=(ENTRY,), statuses=[400])
def compare(request: Request, asked: Asked):
    """Entries side by side: values, ratios against the first, and what their bounds allow to say.

    A pair whose bounds overlap has no order: `verdict` says so, whatever the values are.
    """
    comparison = Comparison.read(request.query_params)
    faults = [
        complaint("entry.ignored", f"Entry {one.given}: {one.why}.", "entry", given=one.given)
        for one in comparison.ignored
    ]
    if not faults and not comparison.is_enough:
        message = f"Name {FEWEST} to {MOST} entries."
        faults = [complaint("entry.missing", message, "entry")]
    if faults:
        raise refused(faults)
    return told(comparison)


urlpatterns = [path("compare/", compare, name="api-compare")]
