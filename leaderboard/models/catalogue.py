"""What things are called and what is known of them. Hundreds to thousands of rows."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from leaderboard.core import techniques
from leaderboard.models.constraints import interval_is_finite_and_ordered


class Named(models.Model):
    """Something with one canonical name, a slug for addresses, and the other names files use."""

    slug = models.SlugField(max_length=120, unique=True)
    name = models.CharField(max_length=200)
    aliases = ArrayField(models.CharField(max_length=300), default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name


class Source(models.Model):
    """Where a fact or a claim was published."""

    class Kind(models.TextChoices):
        PAPER = "PAPER"
        DATASET = "DATASET"
        VENDOR = "VENDOR", "vendor document"
        TOOL = "TOOL", "software"
        STATISTICS = "STATISTICS"
        SUBMITTER = "SUBMITTER"

    slug = models.SlugField(max_length=120, unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    title = models.TextField()
    url = models.URLField(max_length=500, blank=True)
    doi = models.CharField(max_length=120, blank=True)
    arxiv = models.CharField(max_length=20, blank=True)
    arxiv_is_checked = models.BooleanField(default=False)
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    licence = models.CharField(max_length=120, blank=True)
    summary = models.TextField(blank=True)
    categories = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    role = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["url"], condition=~Q(url=""), name="source_url_unique_when_present"
            ),
            models.UniqueConstraint(
                fields=["doi"], condition=~Q(doi=""), name="source_doi_unique_when_present"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return f"/sources/{self.slug}/"


class Task(Named):
    """What is done, and the functional unit that makes two numbers about it comparable."""

    class Kind(models.TextChoices):
        ANSWERING = "ANSWERING"
        GENERATION = "GENERATION"
        TRAINING = "TRAINING"

    kind = models.CharField(max_length=12, choices=Kind)
    functional_unit = models.CharField(max_length=120)
    # One of the unit, for "J per problem".
    unit_noun = models.CharField(max_length=40)
    quality_metric = models.CharField(max_length=120)
    summary = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(functional_unit="") & ~Q(unit_noun=""),
                name="task_states_its_functional_unit",
            )
        ]

    def get_absolute_url(self):
        return f"/tasks/{self.slug}/"


class AIModel(Named):
    """A model that can be entered. Not called Model: that word is Django's."""

    developer = models.CharField(max_length=120, blank=True)
    family = models.CharField(max_length=80, blank=True)
    parameters_total = models.FloatField(null=True, blank=True)
    parameters_active = models.FloatField(null=True, blank=True)
    # A year, a month or a day, as precise as the source says.
    released = models.CharField(max_length=10, blank=True)
    has_open_weights = models.BooleanField(null=True, blank=True)
    # A sender brought it with a file, and no editor has looked at it yet.
    is_proposed = models.BooleanField(default=False)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)

    def get_absolute_url(self):
        return f"/models/{self.slug}/"


TECHNIQUES = [(kind.value, kind.label) for kind in techniques.KINDS]


class Method(Named):
    """A technique applied to a model, for example a quantisation. `baseline` is none of them."""

    BASELINE, OTHER = "BASELINE", "OTHER"
    KINDS = [(BASELINE, "baseline"), *TECHNIQUES, (OTHER, "other")]

    kind = models.CharField(max_length=24, choices=KINDS)
    summary = models.TextField(blank=True)
    # A sender brought it with a file, and no editor has looked at it yet.
    is_proposed = models.BooleanField(default=False)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    kind__in=["BASELINE", *(kind.value for kind in techniques.KINDS), "OTHER"]
                ),
                name="method_is_of_a_known_kind",
            )
        ]

    def get_absolute_url(self):
        return f"/methods/{self.slug}/"


def device_words(kind: str) -> str:
    """“GPU”, “SoC”, “Superchip”: a kind of device as it is read."""
    return {"soc": "SoC"}.get(kind, kind.upper() if len(kind) <= 4 else kind.capitalize())


class Hardware(Named):
    """A device: what one of `device_count` is. `unspecified` is for runs on hidden hardware."""

    vendor = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    # Bare names ("A100") that could mean several devices and are taken as this one.
    generic_names = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    released = models.CharField(max_length=10, blank=True)
    tdp_w = models.FloatField(null=True, blank=True)
    memory_b = models.FloatField(null=True, blank=True)
    memory_type = models.CharField(max_length=30, blank=True)
    memory_bandwidth_bps = models.FloatField(null=True, blank=True)
    # Peak dense rates in FLOP/s or OP/s by number format.
    fp32_flops = models.FloatField(null=True, blank=True)
    tf32_flops = models.FloatField(null=True, blank=True)
    bf16_flops = models.FloatField(null=True, blank=True)
    fp8_flops = models.FloatField(null=True, blank=True)
    int8_ops = models.FloatField(null=True, blank=True)
    die_area_mm2 = models.FloatField(null=True, blank=True)
    process_nm = models.FloatField(null=True, blank=True)
    spec_source = models.TextField(blank=True)
    spec_check = models.TextField(blank=True)
    note = models.TextField(blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)

    class Meta:
        verbose_name_plural = "hardware"

    def get_absolute_url(self):
        return f"/hardware/{self.slug}/"


class ModelFact(models.Model):
    """One published figure about a model: a seller's price, or its size or training as stated."""

    class Kind(models.TextChoices):
        INPUT_PRICE = "INPUT_PRICE", "price of an input token, USD"
        OUTPUT_PRICE = "OUTPUT_PRICE", "price of an output token, USD"
        CACHED_INPUT_PRICE = "CACHED_INPUT_PRICE", "price of a cached input token, USD"
        IMAGE_PRICE = "IMAGE_PRICE", "price of an image, USD"
        INPUT_SECOND_PRICE = "INPUT_SECOND_PRICE", "price of a second of input, USD"
        OUTPUT_SECOND_PRICE = "OUTPUT_SECOND_PRICE", "price of a second of output, USD"
        PARAMETERS_TOTAL = "PARAMETERS_TOTAL", "parameters"
        PARAMETERS_ACTIVE = "PARAMETERS_ACTIVE", "active parameters"
        TRAINING_COMPUTE = "TRAINING_COMPUTE", "training compute, FLOP"

    model = models.ForeignKey(AIModel, models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    # Who asks that price, and what the source calls the model.
    seller = models.CharField(max_length=80, blank=True)
    written = models.CharField(max_length=300)
    # The day, month or year of the figure.
    dated = models.CharField(max_length=10, blank=True)
    citation = models.TextField()
    licence = models.CharField(max_length=60, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, related_name="model_facts")

    class Meta:
        constraints = [
            interval_is_finite_and_ordered("model_fact_finite_and_ordered"),
            models.UniqueConstraint(
                fields=["model", "kind", "source", "written", "dated"],
                name="model_fact_once_per_source_and_date",
            ),
            models.CheckConstraint(condition=~Q(citation=""), name="model_fact_is_cited"),
        ]

    def __str__(self):
        return f"{self.model}: {self.value:g} {self.get_kind_display()}"


class HardwareFact(models.Model):
    """One published figure about a device. Several of a kind are a range with its sources."""

    class Kind(models.TextChoices):
        EMBODIED_CARBON = "EMBODIED_CARBON", "embodied carbon, kg CO2e"
        ABIOTIC_DEPLETION = "ABIOTIC_DEPLETION", "abiotic depletion, kg Sb eq"
        MODULE_MASS = "MODULE_MASS", "mass of card or module, kg"
        ANALYSED_MASS = "ANALYSED_MASS", "mass whose elements were analysed, kg"
        DEVICE_HOUR_PRICE = "DEVICE_HOUR_PRICE", "on-demand price, USD per device hour"
        LIST_PRICE = "LIST_PRICE", "list price, USD"
        RATED_POWER = "RATED_POWER", "rated power, W"
        MEMORY = "MEMORY", "memory, byte"
        MEMORY_BANDWIDTH = "MEMORY_BANDWIDTH", "memory bandwidth, byte/s"
        DIE_AREA = "DIE_AREA", "die area, mm²"
        PROCESS_SIZE = "PROCESS_SIZE", "process size, nm"

    hardware = models.ForeignKey(Hardware, models.CASCADE, related_name="facts")
    kind = models.CharField(max_length=20, choices=Kind)
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    # The one that stands for the device where a single number is needed.
    is_preferred = models.BooleanField()
    # The day, month or year a price was read.
    dated = models.CharField(max_length=10, blank=True)
    citation = models.TextField()
    licence = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            interval_is_finite_and_ordered("hardware_fact_finite_and_ordered"),
            models.UniqueConstraint(
                fields=["hardware", "kind", "citation"], name="hardware_fact_once_per_citation"
            ),
            models.UniqueConstraint(
                fields=["hardware", "kind"],
                condition=Q(is_preferred=True),
                name="hardware_fact_one_preferred",
            ),
            models.CheckConstraint(condition=~Q(citation=""), name="hardware_fact_is_cited"),
        ]

    def __str__(self):
        return f"{self.hardware}: {self.value:g} {self.get_kind_display()}"


class Composition(models.Model):
    """How much of an element or part is in a device. Mass, or a share of its unit, or a rank."""

    class Level(models.TextChoices):
        TOTAL = "TOTAL"
        COMPONENT = "COMPONENT"
        GROUP = "GROUP"
        ELEMENT = "ELEMENT"

    hardware = models.ForeignKey(
        Hardware, models.CASCADE, related_name="composition", null=True, blank=True
    )
    # What the row is of where no single device of the catalogue is meant (a generic board).
    unit_name = models.CharField(max_length=120)
    level = models.CharField(max_length=10, choices=Level)
    part = models.CharField(max_length=120)
    element = models.CharField(max_length=3, blank=True)
    mass_kg = models.FloatField(null=True, blank=True)
    high_kg = models.FloatField(null=True, blank=True)
    fraction = models.FloatField(null=True, blank=True)
    fraction_low = models.FloatField(null=True, blank=True)
    fraction_high = models.FloatField(null=True, blank=True)
    basis = models.TextField(blank=True)
    citation = models.TextField()
    confidence = models.CharField(max_length=30, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit_name", "level", "part", "element", "basis"],
                name="composition_once_per_part",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(mass_kg=None) | Q(mass_kg__gte=0), name="composition_mass_not_negative"
            ),
        ]

    def __str__(self):
        return f"{self.unit_name}: {self.part}"


class Factor(models.Model):
    """A fact of place and date: the intensity of a grid, a price, a PUE."""

    class Kind(models.TextChoices):
        GRID_INTENSITY = "GRID_INTENSITY", "kg CO2e per J"
        PUE = "PUE", "power usage effectiveness"
        ELECTRICITY_PRICE = "ELECTRICITY_PRICE", "USD per J"
        GRID_DEPLETION = "GRID_DEPLETION", "kg Sb eq per J"
        GRID_WATER = "GRID_WATER", "L per J"
        PRIMARY_ENERGY = "PRIMARY_ENERGY", "J of primary energy per J"

    kind = models.CharField(max_length=20, choices=Kind)
    region = models.CharField(max_length=60)
    region_name = models.CharField(max_length=120)
    valid_from = models.DateField()
    value = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    basis = models.TextField(blank=True)
    citation = models.TextField()
    licence = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            interval_is_finite_and_ordered("factor_finite_and_ordered"),
            models.UniqueConstraint(
                fields=["kind", "region", "valid_from"], name="factor_once_per_region_and_date"
            ),
            models.CheckConstraint(condition=~Q(citation=""), name="factor_is_cited"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} in {self.region_name} from {self.valid_from}"


class Claim(models.Model):
    """What a source says of a subject relative to a baseline. Never mixed with measurements."""

    class Kind(models.TextChoices):
        ABSOLUTE = "ABSOLUTE"
        CHANGE = "CHANGE"
        RATIO = "RATIO"
        RANGE = "RANGE"

    source = models.ForeignKey(Source, models.CASCADE, related_name="claims")
    position = models.PositiveSmallIntegerField()
    subject = models.TextField()
    quantity = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.FloatField(null=True, blank=True)
    low = models.FloatField(null=True, blank=True)
    high = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=40)
    direction = models.CharField(max_length=10)
    is_upper_bound = models.BooleanField(default=False)
    is_lower_bound = models.BooleanField(default=False)
    baseline = models.TextField(blank=True)
    task = models.TextField(blank=True)
    model = models.TextField(blank=True)
    hardware = models.TextField(blank=True)
    note = models.TextField(blank=True)
    technique = models.CharField(max_length=24, choices=TECHNIQUES, blank=True)
    # The number that other numbers of the source make, in the unit of the claim.
    recomputed = models.FloatField(null=True, blank=True)
    # How the two differ, in a sentence. Empty where nothing speaks against the claim.
    contradiction = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "position"], name="claim_numbered_in_source"),
            models.CheckConstraint(
                condition=Q(value__isnull=False) | Q(low__isnull=False, high__isnull=False),
                name="claim_has_a_value_or_a_range",
            ),
        ]

    def __str__(self):
        return f"{self.subject}: {self.quantity}"

    def get_absolute_url(self):
        return f"/sources/{self.source.slug}/#claim-{self.position}"
