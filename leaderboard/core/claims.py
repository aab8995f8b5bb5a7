"""What a claim is about, on which scale it can be drawn, and whether its own numbers bear it out.

A claim keeps the words and units of its source. Here its number is read: as a factor against the
baseline, as a difference, or as a level. What cannot be read that way says why.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from leaderboard.core.compute import compute

ABSOLUTE, CHANGE, RATIO, RANGE = "ABSOLUTE", "CHANGE", "RATIO", "RANGE"
INCREASE, DECREASE = "increase", "decrease"


class Said(Protocol):
    """The number of a claim, as the source says it."""

    quantity: str
    kind: str
    value: float | None
    low: float | None
    high: float | None
    unit: str
    direction: str
    is_upper_bound: bool
    is_lower_bound: bool


# What claims are about


@dataclass(frozen=True)
class Topic:
    """Quantities that a reader asks for together."""

    slug: str
    label: str
    quantities: tuple[str, ...] = ()
    # Every quantity that begins so.
    prefix: str = ""

    def holds(self, quantity: str) -> bool:
        return quantity in self.quantities or bool(self.prefix and quantity.startswith(self.prefix))


TOPICS = (
    Topic("energy", "Energy", ("energy", "ipw")),
    Topic(
        "tokens",
        "Tokens and length",
        (
            "tokens",
            "output_length",
            "token_budget",
            "context_length",
            "training_tokens",
            "training_tokens_share",
        ),
    ),
    Topic(
        "cost",
        "Cost",
        ("cost", "operational_cost", "cost_of_pass", "annotation_cost", "evaluation_cost"),
    ),
    Topic(
        "latency",
        "Latency and speed",
        (
            "latency",
            "latency_share",
            "ttft",
            "speedup",
            "search_time",
            "training_speed",
            "convergence_speed",
            "web_overhead",
        ),
    ),
    Topic("throughput", "Throughput", ("throughput", "concurrency", "bandwidth")),
    Topic("memory", "Memory and caches", ("memory", "kv_cache_memory", "cache_hit_rate")),
    Topic(
        "compute",
        "Compute and FLOPs",
        (
            "compute",
            "flops",
            "compute_efficiency",
            "compute_share",
            "compute_intensity",
            "evaluation_resources_share",
            "mfu",
            "gpu_hours",
            "gpu_count",
        ),
    ),
    Topic(
        "material",
        "Material and lifetime",
        ("n_elements", "heavy_metal_mass_share", "mass_toxic_elements", "hardware_lifespan"),
    ),
    Topic("calls", "Calls and interactions", ("tool_calls", "search_calls", "interactions")),
    Topic(
        "accuracy",
        "Accuracy and quality",
        (
            "accuracy",
            "performance_score",
            "performance_retention",
            "retrieval_performance",
            "solution_quality",
            "robustness",
            "query_coverage",
            "pass_at_k",
            "mota",
            "map",
            "bleu",
            "ndcg_at_10",
            "mrr_at_10",
            "test_error",
            "mse",
            "rank_correlation",
        ),
    ),
    Topic("combined", "Quality per resource", ("e3_score", "tep")),
    Topic("sales", "Use in a shop", ("ctr", "buyers", "order_volume")),
    Topic(
        "size",
        "Size of models",
        ("parameter_count", "equivalent_model_size", "model_size_ratio", "n_experts"),
    ),
    Topic(
        "study",
        "Size of the study",
        ("dataset_size", "few_shot_examples", "trace_duration"),
        prefix="n_",
    ),
)
OTHER = Topic("other", "Other quantities")
BY_SLUG = {topic.slug: topic for topic in (*TOPICS, OTHER)}


def topic_of(quantity: str) -> Topic:
    """The first topic that holds a quantity; `OTHER` for one we never met."""
    return next((topic for topic in TOPICS if topic.holds(quantity)), OTHER)


# On which scale a claim is drawn


@dataclass(frozen=True)
class Scale:
    """What an axis counts. Claims of one scale can stand on one axis."""

    key: str
    title: str
    # Where nothing changes: 1 for factors, 0 for differences, None for levels.
    neutral: float | None = None


DIFFERENCE = "difference, "
BASELINE = Scale("baseline", "times the baseline", 1.0)
COUNT = Scale("count", "count")
PARAMETERS = Scale("parameters", "parameters")
TOKENS = Scale("tokens", "tokens")
SECONDS = Scale("seconds", "s")
# Units that are a prefix or another word of a scale; any other unit is a scale of its own.
SCALES: dict[str, tuple[Scale, float]] = {
    "B": (PARAMETERS, 1e9),
    "M": (PARAMETERS, 1e6),
    "B tokens": (TOKENS, 1e9),
    "T tokens": (TOKENS, 1e12),
    "M tokens": (TOKENS, 1e6),
    "M image-text pairs": (COUNT, 1e6),
    "M queries": (COUNT, 1e6),
    "s": (SECONDS, 1.0),
    "ms": (SECONDS, 1e-3),
    "minutes": (SECONDS, 60.0),
}
COUNTED = (
    "accelerators",
    "benchmarks",
    "candidate passages",
    "configurations",
    "datasets",
    "domains",
    "elements",
    "examples",
    "experiments",
    "experts",
    "families",
    "GPUs",
    "interactions",
    "labelled passages",
    "languages",
    "lightweight transformers",
    "local models",
    "metrics",
    "model architectures",
    "models",
    "network configurations",
    "pairs",
    "providers",
    "publications",
    "questions",
    "reasoning styles",
    "requests",
    "search problems",
    "studies",
    "task types",
    "tasks",
    "training examples",
    "translations",
    "workloads",
)
SCALES |= dict.fromkeys(COUNTED, (COUNT, 1.0))
UNSTATED_UNITS = ("", "unspecified")


@dataclass(frozen=True)
class Extent:
    """Where a claim stands on its scale: from `low` to `high`, one number where they are equal."""

    scale: Scale
    low: float
    high: float


class Undrawn(ValueError):
    """Why a claim stands on no scale."""


def extent(claim: Said) -> Extent:
    """Where a claim stands. Raises Undrawn with the reason."""
    if claim.unit in UNSTATED_UNITS:
        raise Undrawn("The source states no unit.")
    ends = ends_of(claim)
    if is_relative(claim):
        factors = sorted(factor(end, claim) for end in ends)
        return Extent(BASELINE, factors[0], factors[-1])
    scale, size = SCALES.get(claim.unit, (Scale(claim.unit, claim.unit), 1.0))
    if claim.direction in (INCREASE, DECREASE):
        sign = -1 if claim.direction == DECREASE else 1
        places = sorted(sign * size * end for end in ends)
        return Extent(
            Scale(f"difference {scale.key}", DIFFERENCE + scale.title, 0.0),
            places[0],
            places[-1],
        )
    return Extent(scale, size * ends[0], size * ends[-1])


def ends_of(claim: Said) -> list[float]:
    """The number of a claim, or the two ends of its range. Raises Undrawn without either."""
    ends = [claim.value] if claim.value is not None else [claim.low, claim.high]
    found = [end for end in ends if end is not None and math.isfinite(end)]
    if len(found) < len(ends):
        raise Undrawn("The source gives no number.")
    return found


def is_relative(claim: Said) -> bool:
    """Whether the number is told against a baseline and not as a level or a difference."""
    if claim.kind in (CHANGE, RATIO):
        return True
    return claim.kind == RANGE and claim.direction in (INCREASE, DECREASE) and claim.unit in "%x"


def factor(value: float, claim: Said) -> float:
    """How many times the baseline: 40 % less is 0.6, five times less is 0.2. Raises Undrawn."""
    if claim.unit == "%":
        signs = {INCREASE: 1, DECREASE: -1}
        found = 1 + signs.get(claim.direction, 0) * value / 100
        # A share of the baseline has no direction.
        found = found if claim.direction in signs else value / 100
    elif claim.unit == "x" and claim.direction in (INCREASE, DECREASE):
        found = value if claim.direction == INCREASE else 1 / value if value else 0.0
    elif claim.unit == "x":
        raise Undrawn("The source gives a factor, but not of which of the two.")
    else:
        raise Undrawn(f"A change in “{claim.unit}” has no place on a scale that we know.")
    if found <= 0:
        raise Undrawn(
            "Nothing would be left of the baseline, which a scale of factors cannot show."
        )
    return found


# Whether the numbers of a source agree


@dataclass(frozen=True)
class Check:
    """A claim that follows from other numbers of its source, by one of our metrics.

    An input is a number, a claim's position (“3”), an end of its range (“2.low”), or one of these
    divided by another (“2/0”). Shares are given to the metric as fractions.
    """

    claim: int
    metric: str
    inputs: Mapping[str, Any]
    # With the inputs by name in braces, {result}, and {points} between quantity and reference.
    says: str


@dataclass(frozen=True)
class Verdict:
    """What a check found: the number in the claim's own terms, whether it agrees, and in words."""

    value: float
    agrees: bool
    says: str


def verdict(check: Check, claims: Sequence[Said], written: Callable[[float, str], str]) -> Verdict:
    """The check worked out. `written` writes a number with its unit for people.

    Raises ValueError where a check asks for something that its source does not say.
    """
    claim = claims[check.claim]
    inputs = {name: Operand.read(asked, claims) for name, asked in check.inputs.items()}
    values = {name: operand.value for name, operand in inputs.items()}
    found = compute(check.metric, values).interval.value
    # A saving counts down, a change counts up; a claim says its size and its direction.
    change = -found if check.metric.endswith("_saving") else found
    size = 100 * change * (-1 if claim.direction == DECREASE else 1)
    if claim.kind == RATIO and claim.direction not in (INCREASE, DECREASE):
        size = 100 * (1 + change)
    texts = {name: written(operand.shown, operand.unit) for name, operand in inputs.items()}
    if {"quantity", "reference"} <= inputs.keys():
        apart = abs(inputs["quantity"].shown - inputs["reference"].shown)
        texts["points"] = written(apart, "pp")
    says = check.says.format(result=written(size, "%"), **texts)
    return Verdict(size, agree(claim.value, size), says)


@dataclass(frozen=True)
class Operand:
    """An input of a check: as a metric takes it, and as the source writes it."""

    value: float
    shown: float
    unit: str

    @classmethod
    def read(cls, asked: Any, claims: Sequence[Said]) -> "Operand":
        if isinstance(asked, int | float):
            return cls(float(asked), float(asked), "")
        first, _, second = str(asked).partition("/")
        top = cls.of(first, claims)
        if not second:
            return top
        return cls(top.value / cls.of(second, claims).value, top.shown, top.unit)

    @classmethod
    def of(cls, place: str, claims: Sequence[Said]) -> "Operand":
        position, _, end = place.partition(".")
        claim = claims[int(position)]
        number = getattr(claim, end or "value")
        if number is None:
            raise ValueError(f"claim {place} has no such number")
        size = 0.01 if claim.unit == "%" else SCALES.get(claim.unit, (COUNT, 1.0))[1]
        return cls(size * number, number, claim.unit)


def agree(stated: float | None, found: float) -> bool:
    """Whether a number, rounded to the digits of the stated one, is the stated one."""
    if stated is None:
        return False
    decimals = len(repr(stated).rstrip("0").partition(".")[2]) if stated % 1 else 0
    return abs(found - stated) <= 0.5 * 10**-decimals * (1 + 1e-9)
