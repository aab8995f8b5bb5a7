"""How templates write numbers; all of it is in `leaderboard.quantities`."""

from django import template

from leaderboard import claim_words, quantities
from leaderboard.core import metrics, techniques
from leaderboard.drawings import css_class
from leaderboard.findings import READ_OFF
from leaderboard.models.catalogue import device_words

register = template.Library()


@register.filter
def quantity(estimate) -> str:
    """“494 Wh (477–512)”: an estimate or a measurement in the unit that fits it."""
    return quantities.of_metric(estimate.metric, estimate.value, estimate.low, estimate.high)


@register.filter
def amount(estimate) -> str:
    """“494 Wh”: an estimate without its bounds."""
    scale = quantities.scale(estimate.metric, [estimate.value])
    return scale.quantity(estimate.value, low=estimate.low, high=estimate.high)


@register.filter
def is_read_off(estimate) -> bool:
    """Whether it was measured or reported, and not worked out."""
    return estimate.origin in READ_OFF


@register.filter
def bounds(estimate) -> str:
    """“477–512”: the bounds of an estimate in the unit of `amount`."""
    return quantities.scale(estimate.metric, [estimate.value]).range(estimate.low, estimate.high)


@register.filter
def in_unit(value: float, metric: metrics.Metric) -> str:
    """A canonical value of a metric in the unit that fits it."""
    return quantities.alone(metric.slug, value)


@register.filter
def plain(value: float | None) -> str:
    """A bare number with three digits; nothing where there is none."""
    return "" if value is None else quantities.plain(value)


@register.filter
def in_si(value: float | None, unit: str) -> str:
    """A canonical value in a fitting unit of its ladder: `{{ gpu.memory_b|in_si:"byte" }}`."""
    return "" if value is None else quantities.scale_of_unit(unit, [value]).quantity(value)


@register.filter
def hue(metric: metrics.Metric) -> str:
    """The class of a metric's family: its colour, and the name of its shape."""
    return css_class(metric.family)


@register.filter
def written_unit(metric: metrics.Metric) -> str:
    """The canonical unit as a page writes it; of a bare number nothing."""
    return quantities.scale(metric.slug, [1]).unit


@register.filter
def counted(number: int, noun: str) -> str:
    """“26 entries”: `{{ n|counted:"entry,entries" }}`."""
    singular, _, plural = noun.partition(",")
    return quantities.count(number or 0, singular, plural)


@register.filter
def hue_of(slug: str) -> str:
    return css_class(metrics.get(slug).family)


@register.filter
def label_of(slug: str) -> str:
    return metrics.get(slug).label


@register.filter
def percent(fraction: float | None) -> str:
    """A share as a bare number of per cent; nothing where there is none."""
    return "" if fraction is None else quantities.plain(100 * fraction)


@register.filter
def size(parameters: float | None) -> str:
    """“8.19 B”, as models are called."""
    if parameters is None:
        return ""
    for factor, unit in ((1e12, "T"), (1e9, "B"), (1e6, "M")):
        if parameters >= factor:
            return f"{quantities.plain(parameters / factor)}{quantities.NBSP}{unit}"
    return quantities.plain(parameters)


@register.filter
def first_line(text: str) -> str:
    """The first paragraph of a docstring."""
    return text.partition("\n\n")[0]


@register.filter
def kind_words(kind: str) -> str:
    """“GPU”, “Superchip”: a kind of hardware as it is read."""
    return device_words(kind)


@register.filter
def said(claim) -> str:
    """“up to 93 % less”: the number of a claim."""
    return claim_words.said(claim)


@register.filter
def said_of(claim) -> str:
    """“memory of the key-value cache”: what the number of a claim counts."""
    return claim_words.of(claim)


@register.filter
def conditions(claim) -> str:
    """Where a claim holds, and what we noted about it."""
    return claim_words.conditions(claim)


@register.filter
def technique_words(value: str) -> str:
    """“quantisation”: a kind of techniques by its value."""
    return techniques.label_of(value)


@register.filter
def technique_family(value: str) -> str:
    """The class that colours a kind of techniques."""
    return f"{techniques.family_of(value).slug}-hue"
