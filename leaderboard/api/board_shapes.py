"""Every field of boards and entries that leaves the API, listed one by one."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from typing import Any

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

from leaderboard.api.fields import (
    BETTER,
    NameSerializer,
    PageField,
    QuantityField,
    QuantitySerializer,
    TextField,
    TextsField,
    quantity,
)
from leaderboard.core import metrics
from leaderboard.models import Entry, Submission


class EstimatedSerializer(QuantitySerializer):
    """A number of an entry, with how it came to be."""

    origin = CharField(
        help_text="METERED, SENSED, REPORTED, DERIVED, ESTIMATED or RATED, the best first."
    )


class TracedSerializer(EstimatedSerializer):
    """The same with what stands behind it."""

    runs = IntegerField(
        help_text="The runs that its numbers came from; 0 where it follows from numbers that "
        "different runs brought."
    )
    recipe = CharField(help_text="The formula that gave it; empty where runs state it.")


class ObjectiveSerializer(Serializer):
    metric = CharField()
    label = TextField(lambda objective: metrics.get(objective.metric).label)
    unit = TextField(lambda objective: metrics.get(objective.metric).unit)
    better = TextField(lambda objective: BETTER[metrics.get(objective.metric).better])


class BoardSerializer(Serializer):
    slug = CharField()
    title = CharField()
    blurb = CharField()
    counted = CharField()
    left_out = CharField()
    caveats = TextsField(lambda board: board.caveats.splitlines())
    mixing = CharField(help_text="Why kinds of energy numbers meet on it; empty if undecided.")
    task = NameSerializer()
    functional_unit = CharField(source="task.functional_unit")
    objectives = ObjectiveSerializer(many=True)
    filters = DictField(help_text="What the board shows unless the reader says otherwise.")
    depth = IntegerField(help_text="How many layers are kept.")
    version = IntegerField(source="latest", help_text="The newest published frontier's number.")
    url = PageField()


def identity(entry: Entry, levels: dict[int, Submission.Level]) -> dict[str, Any]:
    """What an entry is, to be joined with what is known of it."""
    return {
        "level": int(levels[entry.pk]) if entry.pk in levels else None,
        "pk": entry.pk,
        "model": entry.model,
        "method": entry.method,
        "hardware": entry.hardware,
        "device_count": entry.device_count,
        "settings": entry.settings,
        "get_absolute_url": entry.get_absolute_url(),
    }


class EntryNameSerializer(Serializer):
    """What is ranked: a model, by a method, on hardware, with settings."""

    id = IntegerField(source="pk")
    model = NameSerializer()
    method = NameSerializer()
    hardware = NameSerializer()
    device_count = IntegerField()
    settings = DictField()
    level = IntegerField(
        allow_null=True,
        help_text="How far it was verified: 0 self-reported, 1 evidence attached; null where no "
        "run counts.",
    )
    url = PageField()


def values_field(**options: Any) -> DictField:
    return DictField(child=EstimatedSerializer(allow_null=True), help_text="By metric.", **options)


class RankSerializer(Serializer):
    """The best and the worst rank that the intervals allow."""

    low = IntegerField()
    high = IntegerField()


class ScoreSerializer(Serializer):
    """A score by the reader's weights, with the least and most that bounds allow."""

    value = FloatField(help_text="1 is the best on the frontier on everything, 0 the worst.")
    low = FloatField()
    high = FloatField()


class ChanceSerializer(Serializer):
    """How likely an entry is to be on the frontier, given its intervals."""

    value = FloatField(help_text="Probability, from 0 to 1.")
    standard_error = FloatField(help_text="Of the draws; 0 where the bounds alone decide.")
    draws = IntegerField()
    recipe = CharField()


class RecommendationSerializer(Serializer):
    """The answer to a ready-made question."""

    pick = CharField()
    entry = IntegerField(allow_null=True, help_text="Its id; null where nothing satisfies.")
    sentence = CharField()


class StandingSerializer(EntryNameSerializer):
    """One entry of a board as the reader's question ranks it."""

    rank = RankSerializer()
    layer = IntegerField(allow_null=True, help_text="1 is the frontier; null is deeper than told.")
    on_frontier = BooleanField()
    score = ScoreSerializer(allow_null=True, help_text="Null without weights, or lacking one.")
    chance = ChanceSerializer(allow_null=True)
    is_own = BooleanField(help_text="Whether a number follows from the scenario in `own_…`.")
    values = values_field()


class KindSerializer(Serializer):
    """Entries whose energy was obtained in like ways."""

    kind = CharField(help_text="`measured`, `worked-out` or `estimated`.")
    label = CharField()
    count = IntegerField()


class StandingsSerializer(Serializer):
    """A board under a reader's objectives and filters."""

    board = CharField()
    version = IntegerField()
    objectives = ListField(child=CharField(), help_text="The metrics ranked by.")
    ranked_on = CharField(help_text="The metric that `rank` is about.")
    count = IntegerField(help_text="Entries of the board's task that the facets leave.")
    ranked = IntegerField(help_text="Those with a number on every objective, inside all bounds.")
    outside = IntegerField(help_text="Those outside a bound, or not measured where that is asked.")
    kinds = KindSerializer(
        many=True,
        help_text="The kinds of energy numbers that rank; with more than one the view mixes them.",
    )
    sentence = CharField(help_text="The view in words, as its downloads have it.")
    not_shown = DictField(
        child=IntegerField(), help_text="Objective → how many entries lack a number for it."
    )
    recommendation = RecommendationSerializer(allow_null=True, help_text="Of `pick`.")
    chance_note = CharField(help_text="Why the entries have no chance; empty where they have one.")
    next = CharField(allow_null=True, help_text="The next page, or null on the last.")
    results = StandingSerializer(many=True)


class BoardFacetSerializer(Serializer):
    value = CharField(help_text="As the address takes it.")
    label = CharField()
    count = IntegerField(help_text="Ranked entries that it would leave.")


class BoardFacetsSerializer(Serializer):
    """The choices of a view. A facet's own choice is set aside where its values are counted."""

    board = CharField()
    ranked = IntegerField()
    facets = DictField(child=BoardFacetSerializer(many=True), help_text="By facet.")


class LeadSerializer(Serializer):
    """How far a dominator is ahead on one metric, in its canonical unit."""

    difference = FloatField(help_text="Its value minus the entry's.")
    ratio = FloatField(allow_null=True, help_text="Its value over the entry's.")
    overlaps = BooleanField(help_text="Whether bounds overlap, so that the order is open.")
    is_alike = BooleanField(
        help_text="Whether both numbers are of one kind; energies of two kinds leave it open too."
    )


class DominatorSerializer(Serializer):
    id = IntegerField()
    name = CharField()
    is_certain = BooleanField(help_text="Whether it dominates whatever the bounds allow.")
    values = values_field()
    ahead = DictField(child=LeadSerializer(), help_text="By metric.")


class NeedSerializer(Serializer):
    """What would bring the entry onto the frontier, the other objectives being as they are."""

    value = FloatField()
    unit = CharField()
    is_beyond = BooleanField(help_text="The value itself is not enough, whatever is better is.")
    change = FloatField(allow_null=True, help_text="The value over its own, minus 1.")


class WhySerializer(Serializer):
    """Why an entry stands where it does in a view."""

    board = CharField()
    entry = IntegerField()
    objectives = ListField(child=CharField())
    layer = IntegerField(allow_null=True)
    values = values_field()
    dominated_by = IntegerField()
    certainly = IntegerField(help_text="How many of them dominate whatever the bounds allow.")
    dominators = DominatorSerializer(many=True)
    needs = DictField(child=NeedSerializer(allow_null=True), help_text="By objective.")


class PlacementSerializer(EntryNameSerializer):
    layer = IntegerField()
    chance = ChanceSerializer(allow_null=True)
    values = values_field()


class FrontierSerializer(Serializer):
    """The entries in one layer of a board: as published, or as other objectives give it."""

    board = CharField()
    version = IntegerField()
    published_at = DateTimeField(allow_null=True)
    is_published = BooleanField(help_text="False where it was worked out for this answer.")
    objectives = ListField(child=CharField())
    layer = IntegerField()
    count = IntegerField()
    chance_note = CharField(help_text="Why the entries have no chance; empty where they have one.")
    next = CharField(allow_null=True, help_text="The next page, or null on the last.")
    results = PlacementSerializer(many=True)


class EntrySerializer(EntryNameSerializer):
    task = NameSerializer()
    values = DictField(child=TracedSerializer(), help_text="By metric.")


class MeasurementSerializer(Serializer):
    """One number of a run, and the cell of the file that it comes from."""

    metric = CharField()
    quantity = QuantityField(lambda m: quantity(m.value, metrics.get(m.metric).unit, m.low, m.high))
    origin = CharField()
    raw_value = CharField(help_text="As written in the file.")
    raw_unit = CharField()
    divisor = FloatField(help_text="Functional units that the written total was divided by.")
    column = CharField()
    instrument = CharField()


class ProvenanceSerializer(Serializer):
    """The submission that a run came with."""

    id = CharField(source="public_id")
    status = TextField(lambda submission: submission.state.lower())
    filename = CharField()
    sha256 = CharField()
    format = CharField()
    received_at = DateTimeField()
    level = IntegerField(help_text="0 self-reported, 1 evidence attached.")
    url = PageField()


class RunSerializer(Serializer):
    """One time somebody measured an entry."""

    id = IntegerField(source="pk")
    row = IntegerField()
    path = CharField()
    measured_on = CharField()
    region = CharField()
    samples = IntegerField(allow_null=True)
    external_id = CharField()
    citation = CharField()
    submission = ProvenanceSerializer()
    measurements = MeasurementSerializer(many=True)


class BoardVisibilitySerializer(Serializer):
    """What one board makes of an entry."""

    board = CharField(allow_null=True, help_text="Null when no board is at fault.")
    is_shown = BooleanField()
    code = CharField(
        help_text="shown, recomputing, filtered, metric.missing, board.missing, board.other_task, "
        "pending, embargoed, superseded, withdrawn, unpublished or left_out.",
    )
    sentence = CharField()


class VisibilitySerializer(Serializer):
    """Why an entry is on boards, or is not."""

    boards = BoardVisibilitySerializer(many=True)


class EntryDetailSerializer(EntrySerializer):
    boards = ListField(child=CharField())
    runs_in_all = IntegerField()
    runs_withdrawn = IntegerField(help_text="Runs whose sender took them back.")
    runs_url = CharField(help_text="All runs, page by page.")
    runs = RunSerializer(many=True, help_text="The first of them.")
