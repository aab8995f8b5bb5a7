"""How numbers are written: one unit per column, three digits or what the interval allows.

Tables, charts and sentences share it, so that a number looks alike wherever it stands.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from leaderboard.core import metrics

NBSP, MINUS, EN_DASH, MISSING = "\u00a0", "\u2212", "\u2013", "\u2014"
DIGITS = 3
# Whole numbers up to here are written in full.
IN_FULL_BELOW = 10_000

# Canonical unit → what one of each written unit is in it, from small to large.
LADDERS: dict[str, tuple[tuple[float, str], ...]] = {
    "J": (
        (1e-6, "µJ"),
        (1e-3, "mJ"),
        (1, "J"),
        (1e3, "kJ"),
        (3.6e6, "kWh"),
        (3.6e9, "MWh"),
        (3.6e12, "GWh"),
        (3.6e15, "TWh"),
    ),
    "s": ((1e-6, "µs"), (1e-3, "ms"), (1, "s"), (3600, "h")),
    "kg": ((1e-9, "µg"), (1e-6, "mg"), (1e-3, "g"), (1, "kg"), (1e3, "t"), (1e6, "kt")),
    "USD": ((1, "USD"), (1e6, "million USD"), (1e9, "billion USD")),
    "W": ((1e-3, "mW"), (1, "W"), (1e3, "kW"), (1e6, "MW")),
    "byte": ((1, "B"), (1e6, "MB"), (1e9, "GB"), (1e12, "TB")),
    "L": ((1e-6, "µL"), (1e-3, "mL"), (1, "L"), (1e3, "m³")),
    "FLOP": (
        (1, "FLOP"),
        (1e9, "10⁹ FLOP"),
        (1e12, "10¹² FLOP"),
        (1e15, "10¹⁵ FLOP"),
        (1e18, "10¹⁸ FLOP"),
        (1e21, "10²¹ FLOP"),
        (1e24, "10²⁴ FLOP"),
    ),
    "FLOP/s": ((1e9, "GFLOP/s"), (1e12, "TFLOP/s"), (1e15, "PFLOP/s")),
    "B/s": ((1e9, "GB/s"), (1e12, "TB/s")),
    "1/W": ((1e-6, "per MW"), (1e-3, "per kW"), (1, "per W")),
    "1/J": ((1e-9, "per GJ"), (1e-6, "per MJ"), (1e-3, "per kJ"), (1, "per J")),
}
# Steps of a share of a life that is told as a count.
LIVES = tuple(
    (10.0**power, f"× 10{mark} device lives" if mark else "device lives")
    for power, mark in ((-12, "⁻¹²"), (-9, "⁻⁹"), (-6, "⁻⁶"), (-3, "⁻³"), (0, ""))
)
# Units without a ladder, and what stands behind one.
WORDS = {
    "1": "",
    "count": "",
    "token": "tokens",
    "token/s": "tokens/s",
    "token/J": "tokens/J",
    "image/s": "images/s",
    "1/token": "per token",
}
SUBSTANCES = {"CO2e": " CO₂e", "Sbeq": " Sb eq"}
NOUNS = {"gpu_lives": "device lives", "arena_rating": "points"}
# What is no amount per functional unit of the task, though its unit has no denominator.
HELD = {"quality", "power", "memory", "arena_rating"}


@dataclass(frozen=True)
class Scale:
    """The unit a column is written in: `factor` is one of it in the canonical unit."""

    factor: float
    unit: str
    decimals: int | None = None

    def shown(self, value):
        """A number or an array in this unit."""
        return value / self.factor

    def number(self, value: float, *, low: float | None = None, high: float | None = None) -> str:
        """“1,059”: a canonical value in this unit, without the unit."""
        width = None if low is None or high is None else (high - low) / self.factor
        value = value / self.factor
        return number(value, decimals_of(value, width) if self.decimals is None else self.decimals)

    def range(self, low: float, high: float) -> str:
        """“57.0–63.1”."""
        return f"{self.number(low)}{EN_DASH}{self.number(high)}"

    def quantity(self, value: float, *, low: float | None = None, high: float | None = None) -> str:
        """“19.7 Wh”."""
        text = self.number(value, low=low, high=high)
        # A power of ten is multiplied, a unit is not: “2.58 × 10²⁴ FLOP”.
        times = f"×{NBSP}" if self.unit.startswith("10") else ""
        return f"{text}{NBSP}{times}{self.unit}" if self.unit else text

    def bounded(self, value: float, low: float, high: float) -> str:
        """“494 Wh (477–512)”, without bounds where they are the value."""
        text = self.quantity(value, low=low, high=high)
        return text if low == high else f"{text} ({self.range(low, high)})"


PERCENT = Scale(0.01, "%", decimals=1)


def scale(metric: str, values: Iterable[float]) -> Scale:
    """The unit that fits a column of one metric: the middle value is at least one of it."""
    return scale_of_unit(metrics.get(metric).unit, values, metric)


def scale_of_unit(unit: str, values: Iterable[float], metric: str = "") -> Scale:
    if metric == "quality":
        return PERCENT
    if metric == "gpu_lives":
        ladder, of = LIVES, ""
    else:
        ladder, of = climbed(unit)
    if not ladder:
        return Scale(1, NOUNS.get(metric, WORDS.get(unit, unit)))
    sizes = np.abs(np.fromiter(values, dtype=np.float64))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    # The lower of two middle values: an even number of entries must not pick a third unit.
    middle = np.quantile(sizes, 0.5, method="lower") if len(sizes) else 1
    # A hair of tolerance: 3.6e9 J written as 1 MWh must not come out as 1,000 kWh.
    factor, text = next(
        (rung for rung in reversed(ladder) if rung[0] <= middle * (1 + 1e-9)), ladder[0]
    )
    return Scale(factor, text + of)


def climbed(unit: str) -> tuple[tuple[tuple[float, str], ...], str]:
    """A unit's ladder and what stands behind each rung: “ CO₂e” of kgCO2e, “/token” of J/token."""
    if unit in LADDERS:
        return LADDERS[unit], ""
    top, slash, below = unit.partition("/")
    code = next((code for code in SUBSTANCES if top.endswith(code)), "")
    return LADDERS.get(top.removesuffix(code), ()), SUBSTANCES.get(code, "") + slash + below


def decimals_of(value: float, width: float | None) -> int:
    """How many decimals show the digits that the interval allows.

    That is three; one more where it is that narrow, one less where it is as wide as the value.
    """
    if not value or not math.isfinite(value):
        return 0
    decimals = DIGITS - 1 - math.floor(math.log10(abs(value)) + 1e-12)
    if width and decimals >= 0 and width < 2 * 10**-decimals:
        decimals += 1
    elif width and width >= abs(value):
        decimals -= 1
    return decimals


def number(value: float, decimals: int) -> str:
    """With commas and a true minus; negative decimals round the whole part."""
    if decimals < 0 and abs(value) < IN_FULL_BELOW:
        decimals = 0
    text = f"{abs(round(value, decimals)):,.{max(decimals, 0)}f}"
    negative = value < 0 and text.strip("0.,") != ""
    return f"{MINUS}{text}" if negative else text


def plain(value: float) -> str:
    """A number that no column decides about: three digits, in words of ten beyond reason."""
    if value and not 1e-4 <= abs(value) < 1e12:
        mantissa, _, exponent = f"{value:.2e}".partition("e")
        return f"{number(float(mantissa), 2)}{NBSP}×{NBSP}10{superscript(int(exponent))}"
    return number(value, decimals_of(value, None))


def exact(value: float) -> str:
    """A number as it was given, to ten digits: “584,013”, “1.7316 × 10²⁵”."""
    mantissa, _, exponent = f"{value:,.10g}".partition("e")
    text = mantissa.replace("-", MINUS)
    return f"{text}{NBSP}×{NBSP}10{superscript(int(exponent))}" if exponent else text


def superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def alone(metric: str, value: float) -> str:
    """One value of a metric in the unit that fits it, “494 kJ”."""
    return scale(metric, [value]).quantity(value)


def of_metric(metric: str, value: float, low: float, high: float) -> str:
    """A value of a metric with its bounds in the unit that fits it."""
    return scale(metric, [value]).bounded(value, low, high)


def per(metric: str, unit_noun: str) -> str:
    """“per question”, or nothing where the metric is a rate or a share."""
    is_rate = metric in HELD or "/" in metrics.get(metric).unit
    return "" if is_rate else f"per {unit_noun}"


def pad(text: str, decimals: int) -> str:
    """The digits that are missing behind the decimal point, to be set but not seen."""
    have = len(text.partition(".")[2])
    if have >= decimals:
        return ""
    return ("" if have else ".") + "0" * (decimals - have)


def ranks(best: int, worst: int) -> str:
    """“4” or “4–8”."""
    return f"{best:,}" if best == worst else f"{best:,}{EN_DASH}{worst:,}"


def count(number: int, singular: str, plural: str = "") -> str:
    """“1 entry”, “26 entries”."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def signed(value: float, decimals: int) -> str:
    """“+4.3” or “−26.3”."""
    text = number(value, decimals)
    return text if text.startswith(MINUS) else f"+{text}"


def ratio(value: float, base: float) -> str:
    """“0.79” times; a dash where there is nothing to divide by."""
    if not base:
        return MISSING
    return number(value / base, decimals_of(value / base, None))
