"""Models, hardware, methods, tasks, sources, metrics: what is known, and who uses it."""

from collections import defaultdict
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString, mark_safe

from leaderboard.core import metrics
from leaderboard.core.contract import Example, Input
from leaderboard.core.elements import elements
from leaderboard.models import (
    AIModel,
    Board,
    Claim,
    Entry,
    Estimate,
    Hardware,
    HardwareFact,
    Method,
    Objective,
    Source,
    Task,
)
from leaderboard.quantities import plain
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


def metric_list(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "leaderboard/metrics.html",
        {
            "rows": sorted(
                metrics.ALL.values(), key=lambda metric: (FAMILY[metric.family], metric.label)
            )
        },
    )


FAMILY = {
    family: place
    for place, family in enumerate(
        ("quality", "energy", "material", "cost", "carbon", "latency", "other")
    )
}


@dataclass(frozen=True)
class Term:
    """An input of a formula as its page names it."""

    name: str
    letter: str
    index: str
    meaning: str
    unit: str
    is_metric: bool

    @classmethod
    def of(cls, asked: Input) -> "Term":
        letter, _, index = asked.symbol.partition("_")
        meaning = asked.meaning.rstrip(".")
        return cls(asked.name, letter, index, meaning, asked.unit, asked.name in metrics.ALL)


@dataclass(frozen=True)
class FormulaLine:
    """One formula of a metric, ready to be shown."""

    name: str
    badge: str
    mathml: SafeString
    terms: list[Term]
    example: str

    @classmethod
    def of(cls, recipe: metrics.Recipe, symbol: str) -> "FormulaLine":
        terms = [Term.of(each) for each in recipe.terms]
        # Made by us from the formulas of our own code; no reader's text is in it.
        shown = mark_safe(recipe.mathml(symbol))
        return cls(recipe.name, recipe.badge, shown, terms, in_words(recipe.examples))


def in_words(examples: tuple[Example, ...]) -> str:
    """The first example whose inputs are single numbers: “a = 2 and b = 3 give 6”."""
    for example in examples:
        inputs = [getattr(value, "value", value) for value in example.inputs.values()]
        if all(isinstance(value, int | float) for value in [*inputs, example.expected]):
            named = zip(example.inputs, inputs, strict=True)
            said = ", ".join(f"{name} = {plain(value)}" for name, value in named)
            return f"{said} give {plain(example.expected)}"
    return ""


def metric(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in metrics.ALL:
        raise Http404("There is no such metric.")
    row = metrics.get(slug)
    used_by = [one for one in metrics.ALL.values() if any(slug in r.inputs for r in one.recipes)]
    boards = Board.objects.filter(pk__in=Objective.objects.filter(metric=slug).values("board"))
    return render(
        request,
        "leaderboard/metric.html",
        {
            "row": row,
            "head": row.doc.partition("\n\n")[0],
            "rest": [part for part in row.doc.split("\n\n")[1:] if part.strip()],
            "formulas": [FormulaLine.of(recipe, row.symbol) for recipe in row.formulas],
            "used_by": used_by,
            "boards": boards.order_by("position", "title"),
        },
    )
