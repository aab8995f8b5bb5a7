"""Every field that leaves the API's reading half, listed one by one.

A number with a unit is always {value, low, high, unit} in its canonical unit. Bounds are null
where nobody states them, and a number that nobody knows is null.
"""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from collections.abc import Callable
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DictField,
    Field,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
)

from leaderboard.core import metrics
from leaderboard.models import Entry, HardwareFact, ModelFact

BETTER = {metrics.HIGHER: "higher", metrics.LOWER: "lower", metrics.NEITHER: "neither"}
Kind = HardwareFact.Kind
FACT_UNITS = {
    Kind.EMBODIED_CARBON: "kg",
    Kind.ABIOTIC_DEPLETION: "kg",
    Kind.MODULE_MASS: "kg",
    Kind.ANALYSED_MASS: "kg",
    Kind.DEVICE_HOUR_PRICE: "USD/h",
    Kind.LIST_PRICE: "USD",
    Kind.RATED_POWER: "W",
    Kind.MEMORY: "B",
    Kind.MEMORY_BANDWIDTH: "B/s",
    Kind.DIE_AREA: "mm^2",
    Kind.PROCESS_SIZE: "nm",
}


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


class EstimatedSerializer(QuantitySerializer):
    """A number of an entry, with how it came to be."""

    origin = CharField(
        help_text="METERED, SENSED, REPORTED, DERIVED, ESTIMATED or RATED, the best first."
    )


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
    """The address of a row's page, with scheme and host."""

    def __init__(self):
        super().__init__(read_only=True, source="get_absolute_url")

    def to_representation(self, value: str) -> str:
        return self.context["request"].build_absolute_uri(value)


def source_field() -> CharField:
    return CharField(source="source.slug", allow_null=True, help_text="Slug of the source.")


# Catalogue


class NameSerializer(Serializer):
    """A row of the catalogue in short."""

    slug = CharField()
    name = CharField()


class NamedSerializer(NameSerializer):
    aliases = ListField(child=CharField(), help_text="Other names that files use.")
    url = PageField()


class ModelSerializer(NamedSerializer):
    developer = CharField()
    family = CharField()
    parameters_total = NumberField("parameters_total", "1")
    parameters_active = NumberField("parameters_active", "1")
    released = CharField(help_text="A year, a month or a day, as precise as the source says.")
    has_open_weights = BooleanField(allow_null=True)
    note = CharField()
    source = source_field()


class ModelFactSerializer(Serializer):
    """A published figure about a model: a seller's price, or what a source says of its making."""

    kind = CharField()
    means = CharField(source="get_kind_display")
    quantity = QuantityField(lambda f: quantity(f.value, unit_of(f.kind), f.low, f.high))
    seller = CharField()
    written = CharField(help_text="What the source calls the model.")
    dated = CharField()
    citation = CharField()
    licence = CharField()
    source = source_field()


class ModelDetailSerializer(ModelSerializer):
    facts = ModelFactSerializer(many=True)


def unit_of(kind: str) -> str:
    """The unit of a model's figure."""
    if kind == ModelFact.Kind.TRAINING_COMPUTE:
        return "FLOP"
    return "1" if kind.startswith("PARAMETERS") else "USD"


class MethodSerializer(NamedSerializer):
    kind = CharField()
    summary = CharField()
    source = source_field()


class TaskSerializer(NamedSerializer):
    kind = CharField(help_text="ANSWERING, GENERATION or TRAINING.")
    functional_unit = CharField(help_text="What every number of the task is per.")
    unit_noun = CharField()
    quality_metric = CharField()
    summary = CharField()
    source = source_field()
    boards = TextsField(lambda task: [board.slug for board in task.boards.all()])


class HardwareSerializer(NamedSerializer):
    vendor = CharField()
    kind = CharField()
    generic_names = ListField(child=CharField())
    released = CharField()
    rated_power = NumberField("tdp_w", "W")
    memory = NumberField("memory_b", "byte")
    memory_type = CharField()
    memory_bandwidth = NumberField("memory_bandwidth_bps", "byte/s")
    fp32 = NumberField("fp32_flops", "FLOP/s")
    tf32 = NumberField("tf32_flops", "FLOP/s")
    bf16 = NumberField("bf16_flops", "FLOP/s")
    fp8 = NumberField("fp8_flops", "FLOP/s")
    int8 = NumberField("int8_ops", "FLOP/s")
    die_area = NumberField("die_area_mm2", "mm^2")
    process = NumberField("process_nm", "nm")
    specification_source = CharField(source="spec_source")
    note = CharField()
    source = source_field()


class FactSerializer(Serializer):
    """A published figure about a device. Several of a kind disagree; all are shown."""

    kind = CharField()
    means = CharField(source="get_kind_display")
    quantity = QuantityField(lambda f: quantity(f.value, FACT_UNITS[f.kind], f.low, f.high))
    is_preferred = BooleanField()
    dated = CharField()
    citation = CharField()
    licence = CharField()


class CompositionSerializer(Serializer):
    """How much of an element or part is in a device, as mass or as a share of its unit."""

    unit_name = CharField()
    level = CharField(help_text="TOTAL, COMPONENT, GROUP or ELEMENT.")
    part = CharField()
    element = CharField()
    mass = QuantityField(lambda part: known(part.mass_kg, "kg", None, part.high_kg))
    fraction = QuantityField(
        lambda part: known(part.fraction, "1", part.fraction_low, part.fraction_high)
    )
    basis = CharField()
    citation = CharField()
    confidence = CharField()
    note = CharField()


class HardwareDetailSerializer(HardwareSerializer):
    facts = FactSerializer(many=True)
    composition = CompositionSerializer(many=True)


class SourceSerializer(Serializer):
    slug = CharField()
    kind = CharField()
    title = CharField()
    address = CharField(source="url", help_text="Where it was published.")
    doi = CharField()
    arxiv = CharField()
    year = IntegerField(allow_null=True)
    licence = CharField()
    summary = CharField()
    categories = ListField(child=CharField())
    url = PageField()


class ClaimedSerializer(QuantitySerializer):
    """A number, or a range without one."""

    value = FloatField(allow_null=True)


class ClaimSerializer(Serializer):
    """What a source says of a subject relative to a baseline. Never mixed with measurements."""

    subject = CharField()
    quantity = CharField()
    kind = CharField(help_text="ABSOLUTE, CHANGE, RATIO or RANGE.")
    figure = ClaimedSerializer(source="*")
    direction = CharField()
    is_upper_bound = BooleanField()
    is_lower_bound = BooleanField()
    baseline = CharField()
    task = CharField()
    model = CharField()
    hardware = CharField()
    note = CharField()


class SourceDetailSerializer(SourceSerializer):
    claims = ClaimSerializer(many=True)


class FormulaSerializer(Serializer):
    """One way to work a metric out. The first whose inputs are known is taken."""

    name = CharField(help_text="The recipe that a derived number names, with its version.")
    written = CharField()
    inputs = ListField(child=CharField())
    badge = CharField()
    origin = CharField()


class MetricSerializer(Serializer):
    slug = CharField()
    label = CharField()
    unit = CharField()
    better = TextField(lambda metric: BETTER[metric.better], help_text="higher, lower or neither.")
    family = CharField()
    boundary = CharField(help_text="What an energy counts: accelerators, node or facility.")
    source = CharField()
    meaning = CharField(source="doc")
    formulas = FormulaSerializer(source="recipes", many=True)


# Boards and entries


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
    task = NameSerializer()
    functional_unit = CharField(source="task.functional_unit")
    objectives = ObjectiveSerializer(many=True)
    filters = DictField(help_text="What the board shows unless the reader says otherwise.")
    depth = IntegerField(help_text="How many layers are kept.")
    version = IntegerField(source="latest", help_text="The newest published frontier's number.")
    url = PageField()


def identity(entry: Entry) -> dict[str, Any]:
    """What an entry is, to be joined with what is known of it."""
    return {
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
    url = PageField()


def values_field(**options: Any) -> DictField:
    return DictField(child=EstimatedSerializer(allow_null=True), help_text="By metric.", **options)


class RankSerializer(Serializer):
    """The best and the worst rank that the intervals allow."""

    low = IntegerField()
    high = IntegerField()


class StandingSerializer(EntryNameSerializer):
    """One entry of a board as the reader's question ranks it."""

    rank = RankSerializer()
    layer = IntegerField(allow_null=True, help_text="1 is the frontier; null is deeper than told.")
    on_frontier = BooleanField()
    values = values_field()


class StandingsSerializer(Serializer):
    """A board under a reader's objectives and filters."""

    board = CharField()
    version = IntegerField()
    objectives = ListField(child=CharField(), help_text="The metrics ranked by.")
    ranked_on = CharField(help_text="The metric that `rank` is about.")
    count = IntegerField(help_text="Entries of the board's task that the facets leave.")
    ranked = IntegerField(help_text="Those with a number on every objective, inside all bounds.")
    outside = IntegerField(help_text="Those outside a bound, or not measured where that is asked.")
    not_shown = DictField(
        child=IntegerField(), help_text="Objective → how many entries lack a number for it."
    )
    next = CharField(allow_null=True, help_text="The next page, or null on the last.")
    results = StandingSerializer(many=True)


class PlacementSerializer(EntryNameSerializer):
    layer = IntegerField()
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
    next = CharField(allow_null=True, help_text="The next page, or null on the last.")
    results = PlacementSerializer(many=True)


class EntrySerializer(EntryNameSerializer):
    task = NameSerializer()
    values = values_field()


class MeasurementSerializer(Serializer):
    """One number of a run, and where it comes from: a cell of a file, or a recipe."""

    metric = CharField()
    quantity = QuantityField(lambda m: quantity(m.value, metrics.get(m.metric).unit, m.low, m.high))
    origin = CharField()
    raw_value = CharField(help_text="As written in the file; empty where it was derived.")
    raw_unit = CharField()
    divisor = FloatField(help_text="Functional units that the written total was divided by.")
    column = CharField()
    instrument = CharField()
    recipe = CharField(help_text="The formula that gave it; empty where it was written.")


class ProvenanceSerializer(Serializer):
    """The submission that a run came with."""

    id = CharField(source="public_id")
    status = TextField(lambda submission: submission.state.lower())
    filename = CharField()
    sha256 = CharField()
    format = CharField()
    received_at = DateTimeField()
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


# Accounts


class TokenSerializer(Serializer):
    id = IntegerField(source="pk")
    name = CharField()
    prefix = CharField(help_text="The first characters, to tell tokens apart.")
    created_at = DateTimeField()
    expires_at = DateTimeField(allow_null=True)
    last_used_at = DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    token = CharField(help_text="Shown this once and kept nowhere.")


class AccountSerializer(Serializer):
    username = CharField()
    is_editor = BooleanField(source="is_staff")
    joined_on = DateField()
    submissions = IntegerField()
    limits = DictField(child=IntegerField())
    token = TokenSerializer(allow_null=True, help_text="The token this request came with.")
