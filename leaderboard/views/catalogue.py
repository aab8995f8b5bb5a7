"""Models, hardware, methods, tasks: what is known, and who uses it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from leaderboard import catalogue, literature
from leaderboard.core import techniques
from leaderboard.core.elements import elements
from leaderboard.models import (
    AIModel,
    Claim,
    Hardware,
    HardwareFact,
    Method,
    Source,
    Task,
)
from leaderboard.views.hardware_page import HardwarePage
from leaderboard.views.lists import BY_ENTRIES, CatalogueList, Heading
from leaderboard.views.model_page import ModelPage
from leaderboard.views.thumbnails import thumbnails
from leaderboard.views.uses_page import UsesPage

NAME = Heading("name", "Name")
ENTRIES = Heading(BY_ENTRIES, "Entries", is_number=True)
RELEASED = Heading("released", "Released")
MODEL_HEADS = (
    NAME,
    Heading("developer", "Developer"),
    Heading("family", "Family"),
    Heading("parameters", "Parameters", "parameters_total", is_number=True),
    Heading("active", "Active", "parameters_active", is_number=True),
    RELEASED,
    ENTRIES,
)
HARDWARE_HEADS = (
    NAME,
    Heading("vendor", "Vendor"),
    Heading("kind", "Kind"),
    RELEASED,
    Heading("power", "Rated power", "tdp_w", is_number=True),
    Heading("memory", "Memory", "memory_b", is_number=True),
    Heading("bf16", "bf16", "bf16_flops", is_number=True),
    ENTRIES,
)
METHOD_HEADS = (NAME, Heading("kind", "Kind"), ENTRIES)
TASK_HEADS = (NAME, Heading("kind", "Kind"), ENTRIES)


def listed(request: HttpRequest, question, kind: str, headings) -> CatalogueList:
    heads = {heading.name: heading for heading in headings}
    asked = question.read(request.GET, beside=("page", "sort"))
    return CatalogueList(asked, request.GET, kind, heads)


def models(request: HttpRequest) -> HttpResponse:
    page = listed(request, catalogue.models(), "model", MODEL_HEADS)
    return render(request, "leaderboard/models.html", {"page": page})


def hardware_list(request: HttpRequest) -> HttpResponse:
    page = listed(request, catalogue.hardware(), "hardware", HARDWARE_HEADS)
    return render(request, "leaderboard/hardware_list.html", {"page": page})


def tasks(request: HttpRequest) -> HttpResponse:
    page = listed(request, catalogue.tasks(), "task", TASK_HEADS)
    return render(request, "leaderboard/tasks.html", {"page": page})


def model_page(request: HttpRequest, slug: str) -> tuple[ModelPage, UsesPage]:
    row = get_object_or_404(AIModel.objects.select_related("source"), slug=slug)
    facts = row.facts.select_related("source").order_by("written", "-dated")
    return ModelPage(row, list(facts)), UsesPage.of_row(request, row, "model")


def model(request: HttpRequest, slug: str) -> HttpResponse:
    page, uses = model_page(request, slug)
    context = {"row": page.row, "page": page, "uses": uses}
    return render(request, "leaderboard/model.html", context)


def model_json(request: HttpRequest, slug: str) -> JsonResponse:
    page, uses = model_page(request, slug)
    return twin(page.row, page.twin(), uses)


def hardware_page(request: HttpRequest, slug: str) -> tuple[HardwarePage, UsesPage]:
    row = get_object_or_404(Hardware.objects.select_related("source"), slug=slug)
    facts = HardwareFact.objects.filter(hardware=row).order_by("kind", "-is_preferred", "value")
    page = HardwarePage(row, list(facts), list(row.composition.all()), elements())
    return page, UsesPage.of_row(request, row, "hardware")


def hardware(request: HttpRequest, slug: str) -> HttpResponse:
    page, uses = hardware_page(request, slug)
    context = {"row": page.row, "page": page, "uses": uses}
    return render(request, "leaderboard/hardware.html", context)


def hardware_json(request: HttpRequest, slug: str) -> JsonResponse:
    page, uses = hardware_page(request, slug)
    return twin(page.row, page.twin(), uses)


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
    """The methods by kind; a kind without methods may still be claimed about."""
    page = listed(request, catalogue.methods(), "method", METHOD_HEADS)
    rows: dict[str, list[Method]] = defaultdict(list)
    for row in page.rows:
        rows[row.kind].append(row)
    claimed = literature.by_column("technique")(Claim.objects.all())
    wanted = {slug for kind in techniques.KINDS for slug in kind.surveys}
    surveys = {source.slug: source for source in Source.objects.filter(slug__in=wanted)}
    kinds = [
        kind
        for kind in kinds_of(rows, claimed, surveys)
        if kind.methods or (page.question.is_open and page.rows.number == 1)
    ]
    context = {"page": page, "kinds": kinds, "unsorted": claimed.get("", 0)}
    return render(request, "leaderboard/methods.html", context)


def kinds_of(rows, claimed, surveys) -> Iterator[Kind]:
    for value, label in Method.KINDS:
        told = techniques.BY_VALUE.get(value)
        if told or rows[value]:
            named = [surveys[slug] for slug in told.surveys if slug in surveys] if told else []
            says = told.says if told else ""
            yield Kind(value, label, says, named, rows[value], claimed.get(value, 0))


def method_page(request: HttpRequest, slug: str) -> tuple[Method, UsesPage]:
    row = get_object_or_404(Method.objects.select_related("source"), slug=slug)
    return row, UsesPage.of_row(request, row, "method")


def method(request: HttpRequest, slug: str) -> HttpResponse:
    row, uses = method_page(request, slug)
    claims = literature.CLAIMS.asked({"technique": literature.slug_of(row.kind)}).found()
    is_technique = row.kind in techniques.BY_VALUE
    context = {
        "row": row,
        "uses": uses,
        "kind": techniques.BY_VALUE.get(row.kind),
        "claims": literature.in_order(claims) if is_technique else [],
    }
    return render(request, "leaderboard/method.html", context)


def method_json(request: HttpRequest, slug: str) -> JsonResponse:
    row, uses = method_page(request, slug)
    return twin(row, {"kind": row.kind, "summary": row.summary, "source": source_of(row)}, uses)


def task_page(request: HttpRequest, slug: str) -> tuple[Task, UsesPage]:
    row = get_object_or_404(Task.objects.select_related("source"), slug=slug)
    return row, UsesPage.of_row(request, row, "task")


def task(request: HttpRequest, slug: str) -> HttpResponse:
    row, uses = task_page(request, slug)
    boards = thumbnails(row.boards.all())
    context = {"row": row, "uses": uses, "boards": boards}
    return render(request, "leaderboard/task.html", context)


def task_json(request: HttpRequest, slug: str) -> JsonResponse:
    row, uses = task_page(request, slug)
    told = ("kind", "functional_unit", "unit_noun", "quality_metric", "summary")
    about = {name: getattr(row, name) for name in told}
    return twin(row, about | {"source": source_of(row)}, uses)


def source_of(row: Method | Task) -> str | None:
    return row.source.slug if row.source else None


def twin(row, about: dict[str, Any], uses: UsesPage) -> JsonResponse:
    """A thing with its entries, for scripts."""
    names = {"slug": row.slug, "name": row.name, "aliases": row.aliases}
    return JsonResponse(names | about | uses.twin())
