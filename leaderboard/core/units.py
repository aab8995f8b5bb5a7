"""Units: read with pint at the edge, stored canonical.

The canonical units are those of SI with a few of our own: J, s, W, kg, m3-free `L` for water,
byte, USD, FLOP, count and 1. Kilograms of CO2 equivalent and of antimony equivalent are kg; the
metric says of what.
"""

import math
import re
from functools import lru_cache
from typing import Any

import pint

registry: pint.UnitRegistry[Any] = pint.UnitRegistry(
    autoconvert_offset_to_baseunit=False, cache_folder=None, on_redefinition="ignore"
)
registry.define("USD = [currency] = usd = dollar")
# Of 365 days: the material-footprint paper needs it, and not pint's 365.25.
registry.define("year = 365 * day = a = yr")
registry.define("FLOP = [operation] = flop")
registry.define("token = count = tokens")
registry.define("fraction = [] = frac")
# Printed by tools and papers for masses with a meaning; the metric carries the meaning.
registry.define("kgCO2e = kilogram = kgCO2eq")
registry.define("gCO2e = gram = gCO2eq")
registry.define("tCO2e = metric_ton = tCO2eq")
registry.define("kgSbeq = kilogram = kgSbe")


# What a unit may look like: pint evaluates powers, and 9**9**9 would never come back.
UNIT_TEXT = re.compile(
    r"(?!.*\*\*)(?!.*\d\d)(?!.*\^.*\^.*\^)[A-Za-zµμ%1][A-Za-z0-9µμ%/*·^ _-]{0,39}"
)


class UnitError(ValueError):
    """A unit that is unknown or does not measure the quantity asked for."""


@lru_cache(maxsize=4096)
def factor(unit: str, to: str) -> float:
    """What a number in `unit` is multiplied by to be in `to`.

    Raises UnitError when `unit` is unknown, empty, or of another dimension.
    """
    if not unit.strip():
        raise UnitError("no unit")
    if not UNIT_TEXT.fullmatch(unit.strip()):
        raise UnitError(f"“{unit}” can't be read as a unit")
    try:
        source = registry.parse_expression("percent" if unit.strip() == "%" else unit.strip())
        return float((1 * source).to("dimensionless" if to == "1" else to).magnitude)
    except (pint.errors.PintError, AttributeError, ValueError, TypeError, SyntaxError) as error:
        raise UnitError(f"“{unit}” is not a unit of {to}") from error
    except Exception as error:  # pint's tokenizer raises what Python's does
        raise UnitError(f"“{unit}” can't be read as a unit") from error


AMOUNT = re.compile(r"([-+\d.eE\u2212]+)\s*(\D.{0,39})?")
# A comma parts thousands and nothing else: “2,1” could be meant as 2.1.
STRAY_COMMA = re.compile(r"(?<!\d),|,(?!\d{3}(?!\d))")
# What Python reads as a number and what is none.
NOT_FINITE = re.compile(r"[-+\u2212]?(inf|infinity|nan)", re.IGNORECASE)


class NotFinite(ValueError):
    """It is written as a number and is none: infinite, or not a number."""


def amount(text: str, to: str) -> float:
    """The number that `text` writes, in `to`: “70 %” is 0.7, “2.1e25” and “2.1e25 FLOP” alike.

    Raises NotFinite, UnitError, or ValueError, each with the reason.
    """
    text = text.strip()
    if NOT_FINITE.fullmatch(text):
        raise NotFinite("not a finite number")
    parts = None if STRAY_COMMA.search(text) else AMOUNT.fullmatch(text.replace(",", ""))
    try:
        value = float(parts[1].replace("\u2212", "-")) if parts else None
    except ValueError:
        value = None
    if parts is None or value is None:
        raise ValueError("not a number")
    if parts[2]:
        # 70 % is 0.7, not a hair above it.
        value = float(f"{value * factor(parts[2].strip(), to):.12g}")
    if not math.isfinite(value):
        raise NotFinite("not a finite number")
    return value
