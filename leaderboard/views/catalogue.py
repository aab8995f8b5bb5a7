"""Models, hardware, methods, tasks, sources: what is known, and who uses it."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from leaderboard import literature
from leaderboard.core import metrics, techniques
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


@dataclass(frozen=True)
class Kind:
    """A kind of techniques with its methods, and how often it is claimed to save something."""

    value: str
    label: str
    says: str
    surveys: list[Source]
    methods: list[Method]
    claims: int

    @property
    def slug(self) -> str:
        return literature.slug_of(self.value)


def methods(request: HttpRequest) -> HttpResponse:
    """All methods by kind; a kind without methods may still be claimed about."""
    rows: dict[str, list[Method]] = defaultdict(list)
    for row in with_entries(Method.objects.all()).order_by("-used", "name"):
        rows[row.kind].append(row)
    claimed = literature.by_column("technique")(Claim.objects.all())
    wanted = {slug for kind in techniques.KINDS for slug in kind.surveys}
    surveys = {source.slug: source for source in Source.objects.filter(slug__in=wanted)}
    return render(
        request,
        "leaderboard/methods.html",
        {"kinds": list(kinds_of(rows, claimed, surveys)), "unsorted": claimed.get("", 0)},
    )


def kinds_of(rows, claimed, surveys):
    for value, label in Method.KINDS:
        told = techniques.BY_VALUE.get(value)
        if told or rows[value]:
            named = [surveys[slug] for slug in told.surveys if slug in surveys] if told else []
            says = told.says if told else ""
            yield Kind(value, label, says, named, rows[value], claimed.get(value, 0))


def method(request: HttpRequest, slug: str) -> HttpResponse:
    row = get_object_or_404(Method.objects.select_related("source"), slug=slug)
    found, total = uses(row.entries.all())
    claims = literature.CLAIMS.asked({"technique": literature.slug_of(row.kind)}).found()
    is_technique = row.kind in techniques.BY_VALUE
    return render(
        request,
        "leaderboard/method.html",
        {
            "row": row,
            "uses": found,
            "total": total,
            "kind": techniques.BY_VALUE.get(row.kind),
            "claims": literature.in_order(claims) if is_technique else [],
        },
    )


def tasks(request: HttpRequest) -> HttpResponse:
    rows = with_entries(Task.objects.prefetch_related("boards")).order_by("kind", "name")
    return render(request, "leaderboard/tasks.html", {"rows": paged(request, rows)})


def task(request: HttpRequest, slug: str) -> HttpResponse:
    rows = Task.objects.select_related("source").prefetch_related("boards")
    row = get_object_or_404(rows, slug=slug)
    found, total = uses(row.entries.all())
    return render(request, "leaderboard/task.html", {"row": row, "uses": found, "total": total})
