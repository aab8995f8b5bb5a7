"""The rows of a view as files: CSV, JSON and Parquet, written in stretches of rows.

Each writer takes a `Sheet` and gives pieces of a file one by one; nothing holds more than one
stretch, so a million rows need no more memory than ten thousand. Numbers are in canonical units.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import numpy as np
import orjson

from leaderboard.citation import Citation
from leaderboard.core import metrics
from leaderboard.models import Run
from leaderboard.models.evidence import Origin, Points
from leaderboard.spreadsheets import Echo, safe, written
from leaderboard.standings import Standings, Who

ROWS_AT_ONCE = 10_000
ORIGINS = list(Origin.values)
# Columns of every file before those of the metrics.
COLUMNS = (
    *("entry", "layer", "rank_low", "rank_high", "model", "method", "hardware"),
    *("device_count", "settings", "level"),
)
Pieces = Iterator[bytes]
# Value, low, high and the code of the origin.
Number = tuple[float, float, float, int]


@dataclass(frozen=True)
class Block:
    """Some rows side by side. `ranks` is of shape (n, 2), or None where ranks are not kept."""

    points: Points
    layer: np.ndarray
    ranks: np.ndarray | None
    who: list[Who]
    # How far each row was verified; None where that is not kept.
    levels: list[int | None]


class Sheet(Protocol):
    """Ranked rows in their order, and what goes along with them."""

    citation: Citation
    metrics: tuple[str, ...]

    def blocks(self) -> Iterator[Block]: ...


class ViewSheet:
    """All ranked entries of a reader's view."""

    def __init__(
        self, standings: Standings, wanted: tuple[str, ...], ranked_on: str, citation: Citation
    ):
        self.standings, self.metrics = standings, wanted
        self.ranked_on, self.citation = ranked_on, citation

    def blocks(self) -> Iterator[Block]:
        standings, order = self.standings, self.standings.order.all
        # For all at once: each stretch alone would count through all the others again.
        ranks = standings.ranks(self.ranked_on)
        for start in range(0, len(order), ROWS_AT_ONCE):
            places = order[start : start + ROWS_AT_ONCE]
            points = standings.at(places).of(self.metrics)
            named = standings.who(points.entries)
            entries = points.entries.tolist()
            who, levels = [named[entry] for entry in entries], Run.objects.levels(entries)
            known = [int(levels[entry]) if entry in levels else None for entry in entries]
            yield Block(points, standings.layer[places], ranks[places], who, known)


# CSV


def csv_pieces(sheet: Sheet, *, has_comments: bool = False) -> Pieces:
    """A head and one line per row; before it, where asked, what goes along as comments."""
    writer = csv.writer(Echo())
    if has_comments:
        for name, said in sheet.citation.fields().items():
            yield f"# {name}: {' '.join(said.split())}\r\n".encode()
    yield writer.writerow(csv_head(sheet)).encode()
    for block in sheet.blocks():
        yield "".join(map(writer.writerow, csv_lines(block))).encode()


def csv_head(sheet: Sheet) -> list[str]:
    head = list(COLUMNS)
    for slug in sheet.metrics:
        unit = metrics.get(slug).unit
        head += [f"{slug} ({unit})", f"{slug} low ({unit})", f"{slug} high ({unit})"]
        head.append(f"{slug} origin")
    return head


def csv_lines(block: Block) -> Iterator[list[Any]]:
    for who, layer, ranks, numbers, level in rows_of(block):
        line: list[Any] = [who.entry, layer or "", *(ranks or ("", ""))]
        line += [safe(text) for text in (who.model.name, who.method.name, who.hardware.name)]
        line += [who.count, safe(", ".join(who.settings)), "" if level is None else level]
        for value, low, high, origin in numbers:
            line += [written(value), written(low), written(high), origin_of(origin) or ""]
        yield line


def rows_of(
    block: Block,
) -> Iterator[tuple[Who, int, list[int] | None, list[Number], int | None]]:
    """Row by row who it is, its layer, two ranks, numbers and level, as plain values."""
    ranks = [None] * len(block.who) if block.ranks is None else block.ranks.tolist()
    numbers = numbers_of(block.points)
    return zip(block.who, block.layer.tolist(), ranks, numbers, block.levels, strict=True)


def numbers_of(points: Points) -> Iterator[list[Number]]:
    """Row by row the value, bounds and origin of each metric, as plain numbers."""
    parts = [part.tolist() for part in (points.value, points.low, points.high, points.origin)]
    for row in zip(*parts, strict=True):
        yield list(zip(*row, strict=True))


def origin_of(code: int) -> str | None:
    return ORIGINS[code] if code >= 0 else None


# JSON


def json_pieces(sheet: Sheet) -> Pieces:
    """One object: what goes along, and `rows`."""
    about = {
        **sheet.citation.fields(),
        "version": sheet.citation.version,
        "metrics": {slug: {"unit": metrics.get(slug).unit} for slug in sheet.metrics},
    }
    yield orjson.dumps(about)[:-1] + b',"rows":['
    is_first = True
    for block in sheet.blocks():
        rows = b",\n".join(orjson.dumps(row) for row in json_rows(block, sheet.metrics))
        yield (b"\n" if is_first else b",\n") + rows
        is_first = False
    yield b"\n]}\n"


def json_rows(block: Block, slugs: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    units = [metrics.get(slug).unit for slug in slugs]
    for who, layer, ranks, numbers, level in rows_of(block):
        yield {
            "entry": who.entry,
            "layer": layer or None,
            "rank": ranks and {"low": ranks[0], "high": ranks[1]},
            "model": who.model.name,
            "method": who.method.name,
            "hardware": who.hardware.name,
            "device_count": who.count,
            "settings": list(who.settings),
            "level": level,
            "values": {
                slug: number_of(*number, unit)
                for slug, unit, number in zip(slugs, units, numbers, strict=True)
            },
        }


def number_of(value: float, low: float, high: float, origin: int, unit: str) -> dict | None:
    """The one shape of a number; a bound that is not known is null."""
    if value != value:
        return None
    # NaN leaves orjson as null.
    return {"value": value, "low": low, "high": high, "unit": unit, "origin": origin_of(origin)}


# Parquet


class Drain(io.RawIOBase):
    """A file that is written to the end and emptied on the way."""

    def __init__(self) -> None:
        self.held: list[bytes] = []
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.held.append(bytes(piece))
        self.size += len(self.held[-1])
        return len(self.held[-1])

    def tell(self) -> int:
        return self.size

    def taken(self) -> bytes:
        """All that came since the last time."""
        pieces, self.held = self.held, []
        return b"".join(pieces)


def parquet_pieces(sheet: Sheet) -> Pieces:
    """Typed columns in row groups; the schema's metadata holds what goes along."""
    arrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    schema, drain = parquet_schema(arrow, sheet), Drain()
    with parquet.ParquetWriter(drain, schema, compression="zstd") as writer:
        for block in sheet.blocks():
            columns = parquet_columns(arrow, block)
            arrays = [
                arrow.array(column, field.type, mask=mask)
                for (column, mask), field in zip(columns, schema, strict=True)
            ]
            writer.write_table(arrow.Table.from_arrays(arrays, schema=schema))
            yield drain.taken()
    yield drain.taken()


def parquet_schema(arrow: Any, sheet: Sheet) -> Any:
    whole, text = arrow.int64(), arrow.string()
    small = arrow.int32()
    kinds = [whole, small, whole, whole, text, text, text, small, text, small]
    fields = [arrow.field(name, kind) for name, kind in zip(COLUMNS, kinds, strict=True)]
    for slug in sheet.metrics:
        metric = metrics.get(slug)
        about = {"unit": metric.unit, "label": metric.label}
        for name in (slug, f"{slug}_low", f"{slug}_high"):
            fields.append(arrow.field(name, arrow.float64(), metadata=about))
        fields.append(arrow.field(f"{slug}_origin", text))
    return arrow.schema(fields, metadata=sheet.citation.fields())


def parquet_columns(arrow: Any, block: Block) -> Iterator[tuple[Any, np.ndarray | None]]:
    """Each column with the mask of its missing cells, in the order of the schema."""
    who, points = block.who, block.points
    yield points.entries, None
    yield block.layer, block.layer == 0
    missing = np.ones(len(who), bool)
    for side in range(2):
        ranks = np.zeros(len(who), np.int64) if block.ranks is None else block.ranks[:, side]
        yield ranks, missing if block.ranks is None else None
    yield [one.model.name for one in who], None
    yield [one.method.name for one in who], None
    yield [one.hardware.name for one in who], None
    yield [one.count for one in who], None
    yield [", ".join(one.settings) for one in who], None
    yield block.levels, None
    for place in range(len(points.metrics)):
        for part in (points.value, points.low, points.high):
            yield part[:, place], np.isnan(part[:, place])
        yield [origin_of(code) for code in points.origin[:, place].tolist()], None
