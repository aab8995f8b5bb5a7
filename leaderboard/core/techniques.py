"""The kinds of techniques that save something, after the surveys among our papers.

They are the kinds of Method and group the claims. `terms` are the words of the papers' categories
that mean the kind; a survey is named by its slug in our catalogue of sources.
`docs/decisions/0007-kinds-of-techniques.md` says why these and no others.
"""

from collections.abc import Iterable
from dataclasses import dataclass

NLP, SPECTRUM, BEYOND = (
    "efficient-nlp-survey",
    "efficiency-spectrum-survey",
    "beyond-efficiency-survey",
)
MOE, CAP, ROUTES = "moe-inference-survey", "cap-principle-serving", "routing-strategies-survey"
ECONOMY, REASONING = "reasoning-economy-survey", "efficient-reasoning-lrm-survey"


@dataclass(frozen=True)
class Family:
    """Kinds that act at the same place; a family has one colour."""

    slug: str
    label: str


TRAINING = Family("training", "Data and training")
DESIGN = Family("design", "Design of the model")
COMPRESSION = Family("compression", "Compression")
INFERENCE = Family("inference", "Inference and serving")
USE = Family("use", "Use of models")
NONE = Family("none", "No single technique")
FAMILIES = (TRAINING, DESIGN, COMPRESSION, INFERENCE, USE, NONE)


@dataclass(frozen=True)
class Kind:
    """One kind: its value in the tables, its name, what belongs to it and who speaks of it."""

    value: str
    label: str
    family: Family
    says: str
    terms: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()

    @property
    def slug(self) -> str:
        """As it stands in an address."""
        return self.value.lower().replace("_", "-")


KINDS = (
    Kind(
        "DATA",
        "data selection",
        TRAINING,
        "Fewer, better or more cheaply annotated examples.",
        ("data-efficiency", "annotation"),
        (NLP, SPECTRUM),
    ),
    Kind(
        "TRAINING",
        "training",
        TRAINING,
        "Recipes, schedules and scaling of training from scratch.",
        ("pretraining", "training-recipe"),
        (NLP, SPECTRUM, BEYOND),
    ),
    Kind(
        "FINE_TUNING",
        "fine-tuning",
        TRAINING,
        "Adapting a trained model: few parameters, or reinforcement learning.",
        ("peft", "reinforcement-learning"),
        (NLP, BEYOND, REASONING),
    ),
    Kind(
        "ARCHITECTURE",
        "architecture",
        DESIGN,
        "Small models, and searching for a better shape.",
        ("small-models", "nas"),
        (NLP, SPECTRUM, BEYOND),
    ),
    Kind(
        "MIXTURE_OF_EXPERTS",
        "mixture of experts",
        DESIGN,
        "Only some of the weights work on each token.",
        ("moe",),
        (MOE, SPECTRUM),
    ),
    Kind(
        "ATTENTION",
        "attention",
        DESIGN,
        "Sparse attention and kernels that move less memory.",
        ("sparse-attention", "long-context"),
        (SPECTRUM, CAP, MOE),
    ),
    Kind(
        "QUANTISATION",
        "quantisation",
        COMPRESSION,
        "Fewer bits per weight, activation or cached value.",
        ("quantization",),
        (NLP, SPECTRUM, MOE),
    ),
    Kind(
        "PRUNING",
        "pruning",
        COMPRESSION,
        "Weights, or tokens, that are left out.",
        ("token-pruning", "compression"),
        (NLP, MOE),
    ),
    Kind(
        "DISTILLATION",
        "distillation",
        COMPRESSION,
        "A smaller model taught by a larger one.",
        ("distillation",),
        (NLP, MOE),
    ),
    Kind(
        "SPECULATIVE_DECODING",
        "speculative decoding",
        INFERENCE,
        "Tokens proposed cheaply and checked by the model.",
        ("speculative-decoding",),
        (SPECTRUM,),
    ),
    Kind(
        "EARLY_EXIT",
        "early exit",
        INFERENCE,
        "Easy inputs leave before the last layer.",
        ("early-exit",),
        (NLP, SPECTRUM),
    ),
    Kind(
        "CACHING",
        "caching and offloading",
        INFERENCE,
        "Work that is kept, and memory that is moved elsewhere.",
        ("caching", "kv-cache", "memory-optimization", "offloading"),
        (CAP, MOE),
    ),
    Kind(
        "SERVING",
        "serving and scheduling",
        INFERENCE,
        "Batching, parallel execution, and what runs where and when.",
        ("serving", "scheduling", "parallelism", "heterogeneous-hardware"),
        (CAP, MOE, BEYOND),
    ),
    Kind(
        "ROUTING",
        "routing",
        USE,
        "Each question goes to the cheapest model that can answer it.",
        ("routing",),
        (ROUTES,),
    ),
    Kind(
        "REASONING_BUDGET",
        "reasoning budget",
        USE,
        "How long a model thinks, and how often it tries.",
        ("test-time-scaling", "reasoning-length"),
        (ECONOMY, REASONING),
    ),
    Kind(
        "RETRIEVAL",
        "retrieval",
        USE,
        "Looking things up where they need not be learnt, and ranking them.",
        ("retrieval",),
        (NLP,),
    ),
    Kind(
        "AGENTS",
        "agents and tools",
        USE,
        "Plans, tools and several models at work together.",
        ("agents", "multi-agent", "tool-use", "planning"),
        (ROUTES,),
    ),
)
BY_VALUE = {kind.value: kind for kind in KINDS}
BY_SLUG = {kind.slug: kind for kind in KINDS}
BY_TERM = {term: kind for kind in KINDS for term in kind.terms}
# How claims and sources without a kind are asked for.
UNSORTED = "none"


def kind_of(categories: Iterable[str]) -> str:
    """The value of the kind that a paper is about: its first category that means one, or nothing.

    The papers list their categories with the most important first.
    """
    return next((BY_TERM[term].value for term in categories if term in BY_TERM), "")


def label_of(value: str) -> str:
    """“quantisation”; words of its own for none."""
    return BY_VALUE[value].label if value in BY_VALUE else NONE.label.lower()


def family_of(value: str) -> Family:
    return BY_VALUE[value].family if value in BY_VALUE else NONE
