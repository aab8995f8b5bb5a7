"""The table of a board: a stretch of its ranked entries, every number with its bounds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np
from django.utils.safestring import SafeString

from leaderboard import drawings, quantities
from leaderboard.axes import Axis
from leaderboard.core import metrics
from leaderboard.facets import FACETS, LEVELS, NONE
from leaderboard.filters import LAYER, SCORE, STATED
from leaderboard.findings import READ_OFF
from leaderboard.models.evidence import Origin, Points
from leaderboard.quantities import Scale
from leaderboard.standings import Selection, Who
from leaderboard.views import board_markup

ROWS = 100
USUALLY_STATED = ("level",)
ORIGINS = [one.label for one in Origin]
STEPS = 4


@dataclass(frozen=True)
class Cell:
    """One number of a row; without text there is no value."""

    text: str
    pad: str = ""
    range: str = ""
    strip: str | SafeString = ""
    origin: str = ""
    is_estimated: bool = False
    # Worked out in the reader's own scenario.
    is_own: bool = False
    # Whether any number of the column has a range, so that the row has a cell for it.
    has_ranges: bool = False
    has_strip: bool = False


@dataclass(frozen=True)
class Column:
    """One metric of the table."""

    metric: metrics.Metric
    scale: Scale
    axis: Axis
    sort_link: str
    aria_sort: str
    # Bounds are drawn for what the chart shows; for the rest they are only written.
    has_strip: bool

    @property
    def css(self) -> str:
        return drawings.css_class(self.metric.family)

    @property
    def has_icon(self) -> bool:
        return self.metric.family != "other"


@dataclass(frozen=True)
class Level:
    """How far a number may be believed, as squares and in words."""

    squares: list[bool]
    words: str


@dataclass(frozen=True)
class Row:
    who: Who
    rank: str
    layer: int
    runs: int
    cells: list[Cell]
    stated: list[str]
    level: Level | None
    # “62 %”, how likely it is to be on the frontier, and how exactly that is known.
    chance: str = ""
    chance_error: str = ""


class Table:
    """A page of rows: behind an entry, or from a row on."""

    def __init__(self, page):
        self.page = page

    @cached_property
    def start(self) -> int:
        """The row that the page begins with, counted from 0."""
        filters = self.page.filters
        if filters.after:
            place = self.page.standings.place_in_order(filters.after)
            return 0 if place is None else place + 1
        start = max(filters.start - 1, 0) // ROWS * ROWS
        return start if start < len(self.page) else 0

    @property
    def is_lost(self) -> bool:
        """Whether the entry to go on behind is not among the rows any more."""
        after = self.page.filters.after
        return bool(after) and self.page.standings.place_of(after) is None

    @property
    def ranked_on(self) -> metrics.Metric:
        sort = self.page.filters.sort
        by = self.page.filters.y if sort in (LAYER, SCORE) else sort.removeprefix("-")
        return metrics.get(by)

    @property
    def is_by_score(self) -> bool:
        """Whether ranks are those of the reader's weights."""
        return self.page.standings.weighed is not None and self.page.filters.sort == SCORE

    @property
    def ordered_by(self) -> str:
        """In words: “quality”, “your weights”."""
        has_weights = self.page.standings.weighed is not None
        if has_weights and self.page.filters.sort in (LAYER, SCORE):
            return "your weights"
        return self.ranked_on.label.lower()

    @property
    def ranked_by(self) -> str:
        """What ranks are about, in words."""
        return "your weights" if self.is_by_score else self.ranked_on.label.lower()

    # Columns

    @cached_property
    def usual_names(self) -> list[str]:
        """The columns of who asks for none: what the view is about."""
        shown = dict.fromkeys(self.page.metrics)
        if self.page.filters.sort not in (LAYER, SCORE):
            shown[self.ranked_on.slug] = None
        return [*shown, *USUALLY_STATED]

    @cached_property
    def names(self) -> list[str]:
        return list(self.page.filters.columns) or self.usual_names

    @cached_property
    def stated(self) -> list[str]:
        """The columns of words; the level has marks of its own."""
        return [name for name in self.names if name in STATED and name != "level"]

    @property
    def stated_labels(self) -> list[str]:
        return [STATED[name] for name in self.stated]

    @property
    def has_level(self) -> bool:
        return "level" in self.names

    @cached_property
    def columns(self) -> list[Column]:
        return [self.column(name) for name in self.names if name not in STATED]

    def column(self, slug: str) -> Column:
        sort = self.page.filters.sort
        is_sorted = sort.removeprefix("-") == slug
        metric = metrics.get(slug)
        best_first = "descending" if metric.better == metrics.HIGHER else "ascending"
        worst_first = "ascending" if metric.better == metrics.HIGHER else "descending"
        return Column(
            metric,
            self.page.scale(slug),
            self.page.axis(slug),
            self.page.link(sort=f"-{slug}" if sort == slug else slug),
            (worst_first if sort.startswith("-") else best_first) if is_sorted else "",
            slug in (self.page.filters.x, self.page.filters.y),
        )

    # Rows

    @cached_property
    def places(self) -> np.ndarray:
        return self.page.standings.order.stretch(self.start, ROWS)

    @cached_property
    def selection(self) -> Selection:
        return self.page.standings.at(self.places)

    @cached_property
    def points(self) -> Points:
        """The numbers of the rows, a column of them per column."""
        return self.selection.of([column.metric.slug for column in self.columns])

    @cached_property
    def rows(self) -> list[Row]:
        entries = self.selection.entries
        standings = self.page.standings
        runs = standings.snapshot.parts["runs"][self.selection.places].tolist()
        if self.is_by_score:
            ranks = standings.weighed.ranks[self.places].tolist()
        else:
            ranks = standings.ranks(self.ranked_on.slug, self.places).tolist()
        stated = [self.words(name) for name in self.stated]
        levels = self.words("level") if self.has_level else None
        layers = standings.layer[self.places].tolist()
        chances = self.chances
        return [
            Row(
                self.page.who[entry],
                quantities.ranks(*ranks[index]),
                layers[index],
                runs[index],
                [cells[index] for cells in self.cells_by_column],
                [column[index] for column in stated],
                level(levels[index]) if levels is not None else None,
                *chances[index],
            )
            for index, entry in enumerate(entries.tolist())
        ]

    @property
    def has_chances(self) -> bool:
        return self.page.chances is not None

    @property
    def chances(self) -> list[tuple[str, str]]:
        """Each row's chance of being on the frontier, and its standard error."""
        if self.page.chances is None:
            return [("", "")] * len(self.places)
        found = self.page.chances.at(self.selection.entries)
        return [chance(*one) for one in zip(*(part.tolist() for part in found), strict=True)]

    def words(self, facet: str) -> list[str]:
        """A facet's value in each row; nothing where it is not stated. A level is its number."""
        values = self.page.standings.facets.values(facet)
        codes = self.page.standings.facets.code(FACETS[facet])[self.selection.places].tolist()
        found = [values[code] for code in codes]
        if facet == "level":
            return [slug for slug, _ in found]
        return ["" if slug == NONE else text for slug, text in found]

    @cached_property
    def cells_by_column(self) -> list[list[Cell]]:
        return [self.cells(column) for column in self.columns]

    def cells(self, column: Column) -> list[Cell]:
        points = self.points.of([column.metric.slug])
        parts = [
            part[:, 0].tolist() for part in (points.value, points.low, points.high, points.origin)
        ]
        own = self.page.standings.snapshot.parts.get(f"own-{column.metric.slug}")
        is_own = [False] * len(self.places) if own is None else own[self.selection.places].tolist()
        texts, ranges = written(column.scale, *parts[:3])
        strips = self.strips(column, points)
        most = max((len(text.partition(".")[2]) for text in texts), default=0)
        ranged = any(ranges)
        return [
            Cell(
                text,
                quantities.pad(text, most) if text else "",
                range,
                strip if text else "",
                ORIGINS[origin] if text else "",
                bool(text) and origin not in READ_OFF,
                mine,
                ranged,
                column.has_strip,
            )
            for text, range, strip, origin, mine in zip(
                texts, ranges, strips, parts[3], is_own, strict=True
            )
        ]

    def strips(self, column: Column, points: Points) -> Sequence[str]:
        """Where the numbers of what the chart shows stand; nothing in any other column."""
        if not column.has_strip:
            return [""] * len(points)
        numbers = points.value[:, 0], points.low[:, 0], points.high[:, 0]
        return drawings.strips(column.axis, *numbers, column.metric.family)

    @property
    def heads(self) -> list[tuple[Column, int]]:
        """The columns of numbers, each with how many cells of bounds follow its number."""
        return [
            (column, column.has_strip + any(cell.has_ranges for cell in cells[:1]))
            for column, cells in zip(self.columns, self.cells_by_column, strict=True)
        ]

    @property
    def groups(self) -> list[tuple[int, SafeString]]:
        """Rows by layer where they stand in that order, else all in one group."""
        if self.page.filters.sort != LAYER:
            return [(-1, board_markup.rows(self, self.rows))]
        groups = groupby(self.rows, lambda row: row.layer)
        return [(layer, board_markup.rows(self, rows)) for layer, rows in groups]

    @property
    def layer_link(self) -> str:
        return self.page.link(sort=None)

    @property
    def density_link(self) -> str:
        return self.page.link(density=None if self.page.filters.is_roomy else "roomy")

    @cached_property
    def pages(self) -> dict[str, str]:
        """Links to the rows before and after these: behind an entry, so that no row is lost."""
        links, standings = {}, self.page.standings
        if self.start:
            before = max(self.start - ROWS, 0)
            first = standings.order.stretch(before - 1, 1) if before else []
            links["before"] = self.page.link(
                after=str(standings.entry_at(first[0])) if before else None
            )
        if self.start + ROWS < len(self.page):
            links["after"] = self.page.link(after=str(standings.entry_at(self.places[-1])))
        return links

    @property
    def first_row(self) -> int:
        return self.start + 1

    @property
    def last_row(self) -> int:
        return min(self.start + ROWS, len(self.page))


def written(
    scale: Scale, value: list[float], low: list[float], high: list[float]
) -> tuple[list[str], list[str]]:
    """Numbers and their ranges as they stand in a column; nothing where there is no number."""
    numbers = list(zip(value, low, high, strict=True))
    return (
        [scale.number(one, low=a, high=b) if math.isfinite(one) else "" for one, a, b in numbers],
        [scale.range(a, b) if b > a else "" for _, a, b in numbers],
    )


def chance(probability: float, error: float) -> tuple[str, str]:
    """“62 %” and “± 1.5”, both empty where nobody knows."""
    if probability != probability:
        return "", ""
    percent = 100 * probability
    told = f"{percent:.0f}" if percent in (0, 100) or 1 <= percent <= 99 else f"{percent:.1f}"
    return f"{told}{quantities.NBSP}%", f"± {100 * error:.1f}" if error else ""


def level(number: str) -> Level:
    reached = int(number)
    squares = [place < reached for place in range(STEPS)]
    return Level(squares, f"Level {number} of {STEPS}, {LEVELS[number]}")
