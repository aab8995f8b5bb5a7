"""Every field of the catalogue that leaves the API, listed one by one.

A number with a unit is always {value, low, high, unit} in its canonical unit. Bounds are null
where nobody states them, and a number that nobody knows is null.
"""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from rest_framework.serializers import (
    BooleanField,
    CharField,
    DictField,
    FloatField,
    IntegerField,
    ListField,
    Serializer,
)

from leaderboard import claim_words, literature
from leaderboard.api.fields import (
    NameSerializer,
    NumberField,
    PageField,
    QuantityField,
    QuantitySerializer,
    TextField,
    TextsField,
    known,
    quantity,
)
from leaderboard.core import claims
from leaderboard.models import HardwareFact, ModelFact

Kind = HardwareFact.Kind
FACT_UNITS = {
    Kind.EMBODIED_CARBON: "kgCO2e",
    Kind.ABIOTIC_DEPLETION: "kgSbeq",
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


def source_field() -> CharField:
    return CharField(source="source.slug", allow_null=True, help_text="Slug of the source.")


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
    kind = CharField(help_text="Kind of technique, as the surveys divide them.")
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
    role = CharField(help_text="What a paper of the literature offers; empty for others.")
    claims_count = IntegerField(source="claimed", help_text="How many claims it makes.")
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
    id = IntegerField(source="pk")
    position = IntegerField(help_text="Its place in the source, from 0.")
    topic = TextField(
        lambda claim: claims.topic_of(claim.quantity).slug,
        help_text="What the quantity belongs to, for instance `energy`.",
    )
    technique = TextField(
        lambda claim: literature.slug_of(claim.technique),
        help_text="Kind of technique, or `none`.",
    )
    in_words = TextField(claim_words.said, help_text="“up to 93 % less”.")
    recomputed = QuantityField(
        lambda claim: known(claim.recomputed, claim.unit),
        help_text="What other numbers of the same source make; null where none do.",
    )
    contradiction = CharField(
        help_text="How the claim differs from that; empty where nothing speaks against it."
    )
    url = PageField()


class SourcedClaimSerializer(ClaimSerializer):
    """A claim with the slug of its source."""

    source = CharField(source="source.slug")


class OptionSerializer(Serializer):
    """A value of a choice, and how many rows it leaves."""

    value = CharField()
    label = CharField()
    count = IntegerField()


class FacetsSerializer(Serializer):
    """How many rows are found, and for each parameter what its values would leave."""

    count = IntegerField()
    facets = DictField(child=ListField(child=OptionSerializer()))


class SourceDetailSerializer(SourceSerializer):
    claims = ClaimSerializer(many=True)
