"""Units: read with pint at the edge, stored canonical.

The canonical units are those of SI with a few of our own: J, s, W, kg, L for water, byte, USD,
FLOP and 1. A unit can say of what it is: `kgCO2e`, `kgSbeq`, `token/s`, `J/image`. Where ours does
not, neither may the given one, and another substance or thing is refused: kg of antimony are no
carbon, joules per token no joules. Any of the things counts where ours says `count`.
"""

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
# With a dimension of its own, unlike pint's count: a joule per token is not a joule.
registry.define("piece = [thing]")
registry.define("fraction = [] = frac")

# What a unit may look like: pint evaluates powers, and 9**9**9 would never come back.
UNIT_TEXT = re.compile(
    r"(?!.*\*\*)(?!.*\d\d)(?!.*\^.*\^.*\^)[A-Za-zµμ%1][A-Za-z0-9µμ%/*·^ _-]{0,39}"
)
SPELLED = str.maketrans({"₂": "2", "²": "^2", "³": "^3"})
SUBSTANCE = re.compile(r"(?<=[gt]) ?(CO2|Sb)[ -]?(?:eq|e)(?![A-Za-z])")
THINGS = frozenset(
    ("token", "image", "video", "request", "response", "query", "question", "sample", "parameter")
)
SHORT = {"tok": "token", "param": "parameter", "querie": "query"}
THING = re.compile(rf"(?<![A-Za-z])([kMGT]?)({'|'.join(['count', *SHORT, *THINGS])})s?(?!\w)")


class UnitError(ValueError):
    """A unit that is unknown or does not measure the quantity asked for."""


@lru_cache(maxsize=4096)
def factor(unit: str, to: str) -> float:
    """What a number in `unit` is multiplied by to be in `to`.

    Raises UnitError when `unit` is unknown, empty, of another dimension, or of something else.
    """
    if not unit.strip():
        raise UnitError("no unit")
    given, named = _read(unit)
    wanted, allowed = _read(to)
    if not UNIT_TEXT.fullmatch(given):
        raise UnitError(f"“{unit}” can't be read as a unit")
    if not named <= (allowed | THINGS if "count" in to else allowed):
        raise UnitError(f"“{unit}” is not a unit of {to}")
    # So many is a number: 24 per second are 24 tokens per second where tokens are asked for.
    if given.startswith("1") and wanted.startswith("piece"):
        given = f"piece{given[1:]}"
    elif (given, wanted) == ("piece", "1"):
        given = "1"
    try:
        source = registry.parse_expression("percent" if given == "%" else given)
        return float((1 * source).to("dimensionless" if wanted == "1" else wanted).magnitude)
    except (pint.errors.PintError, AttributeError, ValueError, TypeError, SyntaxError) as error:
        raise UnitError(f"“{unit}” is not a unit of {to}") from error
    except Exception as error:  # pint's tokenizer raises what Python's does
        raise UnitError(f"“{unit}” can't be read as a unit") from error


def _read(unit: str) -> tuple[str, frozenset[str]]:
    """The unit as pint reads it, and the substances and things that it names."""
    named: set[str] = set()

    def substance(found: re.Match[str]) -> str:
        named.add(found[1])
        return ""

    def thing(found: re.Match[str]) -> str:
        if found[2] != "count":
            named.add(SHORT.get(found[2], found[2]))
        return f"{found[1]}piece"

    text = SUBSTANCE.sub(substance, unit.strip().translate(SPELLED).replace("US$", "USD"))
    return THING.sub(thing, text), frozenset(named)
