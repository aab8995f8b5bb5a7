"""Lists under a reader's choices: filtered by facets and words, sorted by a column, in pages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import F, Func, TextField, Value
from django.http import QueryDict

from leaderboard import literature
from leaderboard.holdings import holdings
from leaderboard.literature import Option, Question

PER_PAGE = 100
BY_ENTRIES = "entries"


@dataclass(frozen=True)
class ListPage:
    """A list under a reader's choices, with the address of each other choice."""

    question: Question
    query: QueryDict

    @cached_property
    def options(self) -> dict[str, list[Option]]:
        return self.question.all_options()

    @property
    def more(self) -> str:
        """The choices, to be put behind the number of a page."""
        return f"&{self.address()}" if self.address() else ""

    def address(self, **changes: str) -> str:
        """The choices as a query, with some of them changed."""
        asked = {
            **self.question.chosen,
            "q": self.question.text,
            **dict(zip(literature.YEARS, map(text_of, self.question.years), strict=True)),
        }
        query = QueryDict(mutable=True)
        query.update({name: text for name, text in (asked | changes).items() if text})
        return query.urlencode()

    def paged(self, rows: Any):
        return Paginator(rows, PER_PAGE).get_page(self.query.get("page"))


def text_of(year: int | None) -> str:
    return str(year) if year else ""


@dataclass(frozen=True)
class Heading:
    """A column by which a list is sorted, and what has the greatest first on the first click."""

    name: str
    label: str
    column: str = ""
    is_number: bool = False

    @property
    def first(self) -> str:
        return f"-{self.name}" if self.is_number else self.name


@dataclass(frozen=True)
class SortLink:
    """The head of a column, with the address that sorts by it."""

    heading: Heading
    link: str
    aria_sort: str


@dataclass(frozen=True)
class CatalogueList(ListPage):
    """The things of one kind, with the published entries of each."""

    kind: str
    headings: Mapping[str, Heading]
    told: list[str] = field(default_factory=list)

    @property
    def ignored(self) -> list[str]:
        return [*self.question.ignored, *self.told]

    @cached_property
    def sort(self) -> str:
        """The most used first, unless the reader says otherwise."""
        asked = self.query.get("sort", "")
        if asked.removeprefix("-") in self.headings:
            return asked
        if asked:
            self.told.append(f"sort={asked[:40]}: no such column")
        return f"-{BY_ENTRIES}"

    @cached_property
    def keys(self) -> list[int]:
        """The keys of all things that the choices leave, in their order."""
        name, descends = self.sort.removeprefix("-"), self.sort.startswith("-")
        rows = self.question.found()
        if name == BY_ENTRIES:
            keys = list(rows.order_by("name", "pk").values_list("pk", flat=True))
            counts = holdings().of.get(self.kind, {})
            sign = -1 if descends else 1
            return sorted(keys, key=lambda key: sign * counts.get(key, 0))
        column = known(self.headings[name])
        order = column.desc(nulls_last=True) if descends else column.asc(nulls_last=True)
        return list(rows.order_by(order, "name", "pk").values_list("pk", flat=True))

    @cached_property
    def rows(self) -> Page:
        """The things of the page; each knows its entries as `used`."""
        asked = self.query.get("page", "")
        pages = Paginator(self.keys, PER_PAGE)
        if asked and not (asked.isascii() and asked.isdigit() and int(asked[:9]) > 0):
            self.told.append(f"page={asked[:40]}: no such page")
        page = pages.get_page(asked[:9] or 1)
        found = self.question.rows().in_bulk(list(page.object_list))
        counts = holdings()
        for key, row in found.items():
            row.used = counts.count(self.kind, key)
        page.object_list = [found[key] for key in page.object_list if key in found]
        return page

    def address(self, **changes: str) -> str:
        return super().address(**{"sort": self.query.get("sort", "")} | changes)

    @property
    def heads(self) -> dict[str, SortLink]:
        return {name: self.head(heading) for name, heading in self.headings.items()}

    def head(self, heading: Heading) -> SortLink:
        other = heading.first[1:] if heading.is_number else f"-{heading.name}"
        sort = other if self.sort == heading.first else heading.first
        is_sorted = self.sort.removeprefix("-") == heading.name
        direction = "descending" if self.sort.startswith("-") else "ascending"
        link = f"?{self.address(sort=sort)}"
        return SortLink(heading, link, direction if is_sorted else "")


def known(heading: Heading) -> Any:
    """The value of a column; an empty text is none."""
    column = heading.column or heading.name
    if heading.is_number:
        return F(column)
    return Func(F(column), Value(""), function="NULLIF", output_field=TextField())
