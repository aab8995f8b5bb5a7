"""A reader's own table of what a device is made of: elements with masses, or shares of its mass.

As text it is `Cu:716g,Fe:92g` or `Cu:48%,Fe:6.2%`, short enough for an address. As a file it is CSV
whose head names the columns and the unit: `element,mass (g)` or `element,share (%)`.
"""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass

from leaderboard.core import units
from leaderboard.core.contract import InputError
from leaderboard.core.elements import elements

MOST_ROWS = 200
MOST_BYTES = 64 * 1024
FIELD = "composition"
PART = re.compile(r"\s*([A-Za-z]+)\s*:\s*(.+)", re.DOTALL)
HEAD = re.compile(r"(mass|share)[\s_]*[(\[]?\s*([^)\]]*?)\s*[)\]]?", re.IGNORECASE)
SYMBOL_HEADS = ("element", "symbol")
# A share of everything, with room for rounded shares to add up.
WHOLE = 1.0005


@dataclass(frozen=True)
class Composition:
    """Symbol → kg in one device, or its share of the device's mass; and the text that says so."""

    amounts: dict[str, float]
    are_shares: bool
    text: str

    def masses_kg(self, device_kg: float | None) -> dict[str, float] | None:
        """Symbol → kg in one device; None for shares of a mass that is not known."""
        if not self.are_shares:
            return self.amounts
        if device_kg is None:
            return None
        return {symbol: share * device_kg for symbol, share in self.amounts.items()}


def of_text(text: str) -> Composition:
    """The table that an address holds. Raises InputError with the part that can't be used."""
    rows = []
    for part in filter(str.strip, text.split(",")):
        found = PART.fullmatch(part)
        if found is None:
            raise InputError(FIELD, f"“{part.strip()[:40]}” is not like Cu:716g")
        rows.append((found[1], found[2].strip()))
    return of_rows(rows)


def of_csv(content: bytes) -> Composition:
    """The table in a file. Raises InputError with the row that can't be used."""
    if len(content) > MOST_BYTES:
        raise InputError(FIELD, f"the file is larger than {MOST_BYTES // 1024} KiB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputError(FIELD, "the file is not text in UTF-8") from None
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        lines = list(csv.reader(io.StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(FIELD, f"the file can't be read as CSV: {error}") from None
    names = [name.strip() for name in lines[0]] if lines else []
    symbol = next((place for place, name in enumerate(names) if name.lower() in SYMBOL_HEADS), None)
    heads = [HEAD.fullmatch(name) for name in names]
    amount = next((place for place, found in enumerate(heads) if found), None)
    if symbol is None or amount is None:
        raise InputError(FIELD, "the first line must name “element” and “mass (g)” or “share (%)”")
    kind, unit = heads[amount][1], heads[amount][2]  # type: ignore[index]
    if not unit:
        raise InputError(FIELD, f"say the unit in the first line, such as “{kind} (g)”")
    rows = []
    for line in filter(any, lines[1:]):
        if len(line) != len(names):
            said = delimiter.join(line)[:40]
            raise InputError(FIELD, f"“{said}” has {len(line)} cells, not {len(names)}")
        rows.append((line[symbol].strip(), f"{line[amount].strip()} {unit}"))
    found = of_rows(rows)
    if found.are_shares != (kind.lower() == "share"):
        raise InputError(FIELD, f"“{unit}” is no unit of a {kind.lower()}")
    return found


def of_rows(rows: Iterable[tuple[str, str]]) -> Composition:
    """The table of (symbol, amount with unit). An element that stands twice is added up."""
    found: dict[str, float] = {}
    kinds = set()
    for place, (symbol, written) in enumerate(rows):
        if place == MOST_ROWS:
            raise InputError(FIELD, f"the table has more than {MOST_ROWS} rows")
        if symbol not in elements():
            raise InputError(FIELD, f"“{symbol[:40]}” is no symbol of an element that we know")
        value, is_share = amount_of(symbol, written)
        kinds.add(is_share)
        found[symbol] = found.get(symbol, 0.0) + value
    if not found:
        raise InputError(FIELD, "the table has no rows")
    if len(kinds) == 2:
        raise InputError(FIELD, "the table mixes masses and shares")
    are_shares = kinds == {True}
    if are_shares and sum(found.values()) > WHOLE:
        raise InputError(FIELD, f"the shares add up to {100 * sum(found.values()):.4g} %")
    return Composition(found, are_shares, text_of(found, are_shares))


def amount_of(symbol: str, written: str) -> tuple[float, bool]:
    """The amount in kg, or as a share, and which of the two it is."""
    is_share = written.rstrip().endswith(("%", "percent"))
    try:
        value = units.amount(written, "1" if is_share else "kg")
    except ValueError as error:
        raise InputError(FIELD, f"{symbol}: “{written[:40]}”: {error}") from None
    if re.fullmatch(r"[^A-Za-zµμ%]*([eE][^A-Za-zµμ%]*)?", written):
        raise InputError(FIELD, f"{symbol}: “{written[:40]}” has no unit")
    if value < 0:
        raise InputError(FIELD, f"{symbol}: an amount is not negative")
    return value, is_share


def text_of(amounts: dict[str, float], are_shares: bool) -> str:
    """The table as an address holds it, in g or per cent."""
    factor, unit = (100, "%") if are_shares else (1000, "g")
    return ",".join(f"{symbol}:{factor * value:.9g}{unit}" for symbol, value in amounts.items())
