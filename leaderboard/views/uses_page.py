"""The section with the entries of a thing, and its JSON twin."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict

from leaderboard.core import metrics
from leaderboard.holdings import holdings
from leaderboard.models import AIModel, Estimate, Hardware, Method, Task
from leaderboard.models.evidence import EntryQuerySet, Origin
from leaderboard.trade_offs import Standing, standings
from leaderboard.uses import FACETS, PER_PAGE, Option, Place, Uses

BOARDS = 24


@dataclass(frozen=True)
class Column:
    """A metric in the head of the table, with the address that sorts by it."""

    metric: metrics.Metric
    link: str
    aria_sort: str


class UsesPage:
    """Everything about the entries of a thing."""

    def __init__(
        self,
        request: HttpRequest,
        entries: EntryQuerySet,
        of: str = "",
        slug: str = "",
        counted: int | None = None,
    ):
        """`of` is what the thing is, `slug` which one, and `counted` how many entries it has."""
        self.query: QueryDict = request.GET
        self.uses = Uses(entries, request.GET, of, counted)
        self.entries, self.of, self.slug = entries, of, slug
        self.per_page = PER_PAGE

    @classmethod
    def of_row(cls, request: HttpRequest, row: AIModel | Hardware | Method | Task, of: str):
        """Of a row of the catalogue."""
        counted = holdings().count(of, row.pk)
        return cls(request, row.entries.all(), of, row.slug, counted)

    def __len__(self) -> int:
        return self.uses.total

    def link(self, **changes: str) -> str:
        """The address of this page with some of its choices changed."""
        uses = self.uses
        asked = {**uses.chosen, "sort": self.query.get("sort", "")} | changes
        query = QueryDict(mutable=True)
        query.update({name: text for name, text in asked.items() if text})
        return f"?{query.urlencode()}"

    @property
    def facets(self) -> list[tuple[str, str, list[Option]]]:
        """Those with a choice: two values or more."""
        options = self.uses.options
        return [(name, FACETS[name], rows) for name, rows in options.items() if len(rows) > 1]

    @cached_property
    def columns(self) -> list[Column]:
        return [self.column(metric) for metric in self.uses.columns]

    def column(self, metric: metrics.Metric) -> Column:
        """Sorted by the best first, and on the next click by the worst."""
        best = f"{'-' if metric.better == metrics.HIGHER else ''}{metric.slug}"
        worst = metric.slug if best.startswith("-") else f"-{metric.slug}"
        uses = self.uses
        sort = worst if uses.sort == best else best
        is_sorted = uses.sorted_by == metric.slug
        direction = ("descending" if uses.descends else "ascending") if is_sorted else ""
        return Column(metric, self.link(sort=sort), direction)

    @property
    def groups(self) -> list[tuple]:
        """Task and rows; a row is a use and its cells."""
        return [
            (task, [(use, use.cells(self.uses.columns)) for use in rows])
            for task, rows in self.uses.by_task
        ]

    @property
    def width(self) -> int:
        return len(self.columns) + 1

    @property
    def next(self) -> str:
        place: Place | None = self.uses.next_place
        return self.link(after=str(place)) if place else ""

    @property
    def first(self) -> str:
        return self.link() if self.uses.after else ""

    @property
    def ignored(self) -> list[str]:
        """What could not be used; everything has to be read before."""
        uses = self.uses
        _ = uses.chosen, uses.sort, uses.after
        return uses.ignored

    # Boards

    @cached_property
    def all_standings(self) -> list[Standing]:
        return standings(self.entries)

    @property
    def standings(self) -> list[Standing]:
        return self.all_standings[:BOARDS]

    @property
    def more_boards(self) -> int:
        return len(self.all_standings) - len(self.standings)

    @property
    def on_frontiers(self) -> int:
        return sum(bool(one.first) for one in self.all_standings)

    @property
    def board_query(self) -> str:
        """What narrows a board to this thing."""
        return f"?{self.of}={self.slug}" if self.of in ("model", "method", "hardware") else ""

    # The twin

    def twin(self) -> dict[str, Any]:
        """Entries and boards for scripts; numbers are in canonical units."""
        return {
            "total": len(self),
            "ignored": self.ignored,
            "entries": [
                {
                    "entry": use.entry.pk,
                    "name": str(use.entry),
                    "task": use.entry.task.slug,
                    "is_on_a_frontier": use.is_first,
                    "values": {slug: figure(one) for slug, one in use.estimates.items()},
                }
                for use in self.uses.rows
            ],
            "next": self.next or None,
            "facets": {
                name: [{"value": one.value, "label": one.label, "count": one.count} for one in rows]
                for name, rows in self.uses.options.items()
            },
            "boards": [self.board_twin(one) for one in self.all_standings],
        }

    def board_twin(self, one: Standing) -> dict[str, Any]:
        return {
            "board": one.board.slug,
            "ranked_by": list(one.ranked_by),
            "on_frontier": [placed.entry for placed in one.first],
            "nearest": one.nearest.entry if one.nearest else None,
            "layer": one.nearest.layer if one.nearest else None,
            "dominated_by": [placed.entry for placed in one.dominating],
        }


def figure(estimate: Estimate) -> dict[str, Any]:
    return {
        "value": estimate.value,
        "low": estimate.low,
        "high": estimate.high,
        "unit": metrics.get(estimate.metric).unit,
        "origin": Origin.values[estimate.origin],
    }
