"""Sources and what they claim: lists with facets, one source, and the chart of claims."""

import csv
from collections.abc import Iterator
from functools import cached_property

from django.db.models import Count
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, render

from leaderboard import claim_charts, literature
from leaderboard.claim_words import said
from leaderboard.core import claims as core
from leaderboard.core import techniques
from leaderboard.literature import Option
from leaderboard.models import Claim, Source
from leaderboard.spreadsheets import Echo, safe
from leaderboard.views.lists import ListPage
from leaderboard.views.source_page import SourcePage
from leaderboard.views.uses_page import UsesPage

# Sources


def sources(request: HttpRequest) -> HttpResponse:
    page = ListPage(literature.SOURCES.read(request.GET), request.GET)
    rows = page.question.found().annotate(claimed=Count("claims")).order_by("-year", "title")
    return render(
        request,
        "leaderboard/sources.html",
        {
            "page": page,
            "rows": page.paged(rows),
            "papers": Source.objects.exclude(role="").count(),
            "others": Source.objects.filter(role="").count(),
            "categories": by_group(page.options["category"]),
        },
    )


def by_group(options: list[Option]) -> list[tuple[str, list[Option]]]:
    """The categories under the groups of their vocabulary."""
    groups = [
        (group, [option for option in options if option.value in terms.split()])
        for group, terms in literature.GROUPS.items()
    ]
    return [(group, members) for group, members in groups if members]


def source_page(request: HttpRequest, slug: str) -> tuple[SourcePage, UsesPage]:
    page = SourcePage(get_object_or_404(Source, slug=slug))
    return page, UsesPage(request, page.entries)


def source(request: HttpRequest, slug: str) -> HttpResponse:
    page, uses = source_page(request, slug)
    context = {"row": page.row, "page": page, "uses": uses}
    return render(request, "leaderboard/source.html", context)


def source_json(request: HttpRequest, slug: str) -> JsonResponse:
    page, uses = source_page(request, slug)
    return JsonResponse(page.twin() | uses.twin())


# Claims


class ClaimsPage(ListPage):
    """The claims that a reader asked for, as a chart and as a table."""

    @cached_property
    def rows(self) -> list[Claim]:
        return list(literature.in_order(self.question.found()))

    @property
    def topic(self) -> core.Topic | None:
        return core.BY_SLUG.get(self.question.chosen.get("topic", ""))

    @property
    def topics(self) -> list[tuple[Option, str]]:
        """The quantities with the address of each."""
        return [(option, self.address(topic=option.value)) for option in self.options["topic"]]

    @property
    def all_topics(self) -> str:
        return self.address(topic="")

    @property
    def of_all_topics(self) -> int:
        return sum(option.count for option in self.options["topic"])

    @property
    def contradicted(self) -> list[Claim]:
        return [claim for claim in self.rows if claim.contradiction]

    @cached_property
    def drawn(self) -> claim_charts.Drawn:
        """One line per claim under a topic; else a line per topic."""
        if self.topic:
            return claim_charts.drawn(self.rows)
        return claim_charts.glance(self.rows)

    @property
    def families(self) -> list[techniques.Family]:
        """Those that are drawn, for the legend."""
        drawn = {row.family for panel in self.drawn.panels for row in panel.rows if row.marks}
        return [family for family in techniques.FAMILIES if family.slug in drawn]


def claims(request: HttpRequest) -> HttpResponse:
    page = ClaimsPage(literature.CLAIMS.read(request.GET), request.GET)
    figures = {panel.key: panel.figure() for panel in page.drawn.panels}
    return render(
        request,
        "leaderboard/claims.html",
        {"page": page, "rows": page.paged(page.rows), "figures": figures},
    )


def claims_json(request: HttpRequest) -> HttpResponse:
    """The figures of the page, with the claims that stand on none."""
    page = ClaimsPage(literature.CLAIMS.read(request.GET), request.GET)
    return JsonResponse(
        {
            "count": len(page.rows),
            "ignored": list(page.question.ignored),
            "topics": {option.value: option.count for option in page.options["topic"]},
            "panels": [
                {"title": panel.title, "claims": panel.size, "figure": panel.figure()}
                for panel in page.drawn.panels
            ],
            "not_drawn": [
                {"claim": left.claim.get_absolute_url(), "reason": left.reason}
                for left in page.drawn.left
            ],
        }
    )


def claims_csv(request: HttpRequest) -> HttpResponseBase:
    """The claims of the view, as said, and where each is drawn."""
    page = ClaimsPage(literature.CLAIMS.read(request.GET), request.GET)
    writer = csv.writer(Echo())
    response = StreamingHttpResponse(
        (writer.writerow(line) for line in csv_lines(page.rows)),
        content_type="text/csv; charset=utf-8",
    )
    name = f"claims-{page.topic.slug}" if page.topic else "claims"
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


TEXTS = (
    "subject",
    "quantity",
    "unit",
    "direction",
    "baseline",
    "task",
    "model",
    "hardware",
    "note",
)
HEADS = (
    *("source", "title", "year", "position", "topic", "technique", "kind", "in_words"),
    *("value", "low", "high", "is_upper_bound", "is_lower_bound"),
    *TEXTS,
    *("recomputed", "contradiction", "scale", "scale_low", "scale_high", "not_drawn"),
)


def csv_lines(rows: list[Claim]) -> Iterator[list]:
    yield list(HEADS)
    for claim in rows:
        numbers = (claim.value, claim.low, claim.high)
        yield [
            claim.source.slug,
            safe(claim.source.title),
            claim.source.year or "",
            claim.position,
            core.topic_of(claim.quantity).slug,
            literature.slug_of(claim.technique),
            claim.kind,
            safe(said(claim)),
            *("" if number is None else repr(number) for number in numbers),
            int(claim.is_upper_bound),
            int(claim.is_lower_bound),
            *(safe(getattr(claim, name)) for name in TEXTS),
            "" if claim.recomputed is None else repr(claim.recomputed),
            safe(claim.contradiction),
            *scale_cells(claim),
        ]


def scale_cells(claim: Claim) -> tuple[str, str, str, str]:
    """The scale of a claim, its ends there, and why it has none."""
    try:
        extent = core.extent(claim)
    except core.Undrawn as undrawn:
        return "", "", "", str(undrawn)
    return extent.scale.title, repr(extent.low), repr(extent.high), ""
