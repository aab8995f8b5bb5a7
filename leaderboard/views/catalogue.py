"""Models, hardware, methods, tasks, sources: what is known, and who uses it."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from leaderboard.core import metrics
from leaderboard.core.elements import elements
from leaderboard.models import (
    AIModel,
    Claim,
    Entry,
    Estimate,
    Hardware,
    HardwareFact,
    Method,
    Source,
    Task,
)
from leaderboard.views.hardware_page import HardwarePage
from leaderboard.views.model_page import figures

SHOWN = 100
PER_PAGE = 100


@dataclass(frozen=True)
class Use:
    """An entry in a catalogue page: its name and its headline numbers."""

    entry: Entry
    estimates: list[Estimate]


def uses(entries) -> tuple[list[Use], int]:
    """The published entries among these with up to four numbers each, and how many there are."""
    published = entries.published()
    shown = list(published.named().order_by("task__name", "model__name", "pk")[:SHOWN])
    by_entry: dict[int, list[Estimate]] = defaultdict(list)
    for estimate in Estimate.objects.filter(entry__in=shown, metric__in=HEADLINES):
        by_entry[estimate.entry_id].append(estimate)
    order = {slug: place for place, slug in enumerate(HEADLINES)}
    found = [
        Use(entry, sorted(by_entry[entry.pk], key=lambda one: order[one.metric])[:4])
        for entry in shown
    ]
    return found, len(shown) if len(shown) < SHOWN else published.count()


HEADLINES = ("quality", *metrics.ENERGIES, "cost", "material", "latency")


def paged(request: HttpRequest, rows):
    return Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))


def with_entries(rows):
    """With the number of published entries of each."""
    return rows.annotate(
        used=Count("entries", filter=Q(entries__estimates__metric="quality"), distinct=True)
    )


def models(request: HttpRequest) -> HttpResponse:
    rows = with_entries(AIModel.objects.all()).order_by("-used", "name")
    return render(request, "leaderboard/models.html", {"rows": paged(request, rows)})


def model(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(AIModel.objects.select_related("source"), slug=slug)
    found, total = uses(row.entries.all())
    facts = row.facts.select_related("source").order_by("written", "-dated")
    return render(
        request,
        "leaderboard/model.html",
        {"row": row, "figures": list(figures(facts)), "uses": found, "total": total},
    )


def hardware_list(request: HttpRequest) -> HttpResponse:
    rows = with_entries(Hardware.objects.exclude(slug="unspecified"))
    return render(
        request,
        "leaderboard/hardware_list.html",
        {"rows": paged(request, rows.order_by("-used", "vendor", "name"))},
    )


def hardware(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Hardware.objects.select_related("source"), slug=slug)
    facts = HardwareFact.objects.filter(hardware=row).order_by("kind", "-is_preferred", "value")
    page = HardwarePage(row, list(facts), list(row.composition.all()), elements())
    found, total = uses(row.entries.all())
    return render(
        request,
        "leaderboard/hardware.html",
        {"row": row, "page": page, "uses": found, "total": total},
    )


def method(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Method.objects.select_related("source"), slug=slug)
    found, total = uses(row.entries.all())
    return render(request, "leaderboard/method.html", {"row": row, "uses": found, "total": total})


def tasks(request: HttpRequest) -> HttpResponse:
    rows = with_entries(Task.objects.prefetch_related("boards")).order_by("kind", "name")
    return render(request, "leaderboard/tasks.html", {"rows": paged(request, rows)})


def task(request: HttpRequest, slug: str) -> HttpResponse:
    rows = Task.objects.select_related("source").prefetch_related("boards")
    row = get_object_or_404(rows, slug=slug)
    found, total = uses(row.entries.all())
    return render(request, "leaderboard/task.html", {"row": row, "uses": found, "total": total})


def sources(request: HttpRequest) -> HttpResponse:
    kinds = [kind for kind in request.GET.getlist("kind") if kind in Source.Kind.values]
    rows = Source.objects.annotate(claimed=Count("claims")).order_by("-year", "title")
    if kinds:
        rows = rows.filter(kind__in=kinds)
    return render(
        request,
        "leaderboard/sources.html",
        {"rows": paged(request, rows), "kinds": Source.Kind, "chosen": kinds[0] if kinds else ""},
    )


def source(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Source, slug=slug)
    claims = Claim.objects.filter(source=row).order_by("position")
    files = row.submission_set.filter(state="PUBLISHED").order_by("-received_at")[:20]
    return render(
        request, "leaderboard/source.html", {"row": row, "claims": claims, "files": files}
    )
