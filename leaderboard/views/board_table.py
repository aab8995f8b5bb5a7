"""The table of a board: a stretch of its ranked entries, every number with its bounds."""

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import numpy as np
from django.utils.safestring import SafeString

from leaderboard import drawings, quantities
from leaderboard.axes import Axis
from leaderboard.core import metrics
from leaderboard.findings import READ_OFF
from leaderboard.models.evidence import Origin, Points
from leaderboard.quantities import Scale
from leaderboard.standings import Selection, Who

ROWS = 100
LONG_RANGE = 9


@dataclass(frozen=True)
class Cell:
    """One number of a row; without text there is no value."""

    text: str
    pad: str = ""
    range: str = ""
    strip: str | SafeString = ""
    origin: str = ""
    is_estimated: bool = False
    # Whether any range of the column needs more room, so that the strips line up.
    is_long: bool = False


@dataclass(frozen=True)
class Column:
    """One metric of the table."""

    metric: metrics.Metric
    scale: Scale
    axis: Axis
    sort_link: str
    aria_sort: str
    is_objective: bool

    @property
    def css(self) -> str:
        return drawings.css_class(self.metric.family)

    @property
    def has_icon(self) -> bool:
        return self.metric.family != "other"


@dataclass(frozen=True)
class Row:
    who: Who
    rank: str
    layer: int
    runs: int
    cells: list[Cell]


class Table:
    """The rows from `start`, counted from 0."""

    def __init__(self, page, start: int):
        self.page = page
        self.start = start // ROWS * ROWS if start < len(page) else 0

    @property
    def ranked_on(self) -> metrics.Metric:
        sort = self.page.filters.sort
        return metrics.get(self.page.filters.y if sort == "layer" else sort.removeprefix("-"))

    @cached_property
    def columns(self) -> list[Column]:
        shown = dict.fromkeys(self.page.metrics)
        if self.page.filters.sort != "layer":
            shown[self.page.filters.sort.removeprefix("-")] = None
        return [self.column(slug) for slug in shown]

    def column(self, slug: str) -> Column:
        sort = self.page.filters.sort
        metric = metrics.get(slug)
        up = (metric.better == metrics.LOWER) != sort.startswith("-")
        sorted_by_it = sort.removeprefix("-") == slug
        return Column(
            metric,
            self.page.scale(slug),
            self.page.axis(slug),
            self.page.link(sort=f"-{slug}" if sort == slug else slug),
            ("ascending" if up else "descending") if sorted_by_it else "",
            slug in self.page.filters.objectives,
        )

    @cached_property
    def places(self) -> np.ndarray:
        return self.page.standings.page(self.start, ROWS)

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
        runs = self.page.standings.snapshot.parts["runs"][self.selection.places].tolist()
        ranks = self.page.standings.ranks(self.ranked_on.slug, self.places).tolist()
        cells = [self.cells(column) for column in self.columns]
        layers = self.page.standings.layer[self.places].tolist()
        return [
            Row(
                self.page.who[entry],
                quantities.ranks(*ranks[index]),
                layers[index],
                runs[index],
                [column[index] for column in cells],
            )
            for index, entry in enumerate(entries.tolist())
        ]

    def cells(self, column: Column) -> list[Cell]:
        points = self.points.of([column.metric.slug])
        parts = [
            part[:, 0].tolist() for part in (points.value, points.low, points.high, points.origin)
        ]
        cells = [cell(column, *numbers) for numbers in zip(*parts, strict=True)]
        most = max((len(one.text.partition(".")[2]) for one in cells), default=0)
        is_long = any(len(one.range) > LONG_RANGE for one in cells)
        return [
            replace(one, pad=quantities.pad(one.text, most) if one.text else "", is_long=is_long)
            for one in cells
        ]

    @property
    def groups(self) -> list[tuple[int, list[Row]]]:
        """Rows by layer where they stand in that order, else all in one group."""
        if self.page.filters.sort != "layer":
            return [(-1, self.rows)]
        return [(layer, list(rows)) for layer, rows in groupby(self.rows, lambda row: row.layer)]

    @property
    def layer_link(self) -> str:
        return self.page.link(sort=None)

    @property
    def pages(self) -> dict[str, str]:
        """Links to the rows before and after these."""
        links = {}
        if self.start:
            links["before"] = with_start(self.page.link(), self.start - ROWS + 1)
        if self.start + ROWS < len(self.page):
            links["after"] = with_start(self.page.link(), self.start + ROWS + 1)
        return links

    @property
    def first_row(self) -> int:
        return self.start + 1

    @property
    def last_row(self) -> int:
        return min(self.start + ROWS, len(self.page))


def cell(column: Column, value: float, low: float, high: float, origin: int) -> Cell:
    if not np.isfinite(value):
        return Cell("")
    scale = column.scale
    drawn = drawings.strip(column.axis, value, low, high, column.metric.family)
    return Cell(
        scale.number(value, low=low, high=high),
        range=scale.range(low, high) if high > low else "",
        strip=drawn if column.is_objective else "",
        origin=Origin(Origin.values[origin]).label,
        is_estimated=origin not in READ_OFF,
    )


def with_start(link: str, start: int) -> str:
    return f"{link}{'' if link.endswith('?') else '&'}start={start}"
