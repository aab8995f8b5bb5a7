"""What things are called and what is known of them."""

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from rest_framework.request import Request

from leaderboard.api import shapes
from leaderboard.api.asking import PAGED, Asked, Parameter, one_of, page_of, paged, reads
from leaderboard.models import (
    AIModel,
    Board,
    Composition,
    Hardware,
    HardwareFact,
    Method,
    ModelFact,
    Task,
)


@reads(paged(shapes.ModelSerializer), tag="Catalogue", parameters=PAGED, statuses=[400])
def models(request: Request, asked: Asked):
    """All models."""
    return page_of(request, asked, AIModel.objects.select_related("source"))


@reads(shapes.ModelDetailSerializer, tag="Catalogue")
def model(request: Request, asked: Asked, slug: str):
    """One model, and the prices and other figures that are published about it."""
    facts = ModelFact.objects.select_related("source").order_by("kind", "written", "dated", "pk")
    models = AIModel.objects.select_related("source").prefetch_related(Prefetch("facts", facts))
    return get_object_or_404(models, slug=slug)


KINDS = [value for value, _ in Method.KINDS]
KIND = Parameter("kind", f"{', '.join(KINDS[:-1])} or {KINDS[-1]}.", one_of(*KINDS))


@reads(paged(shapes.MethodSerializer), tag="Catalogue", parameters=[*PAGED, KIND], statuses=[400])
def methods(request: Request, asked: Asked):
    """All methods, or those of a kind. `baseline` is none of them."""
    rows = Method.objects.select_related("source")
    return page_of(request, asked, rows.filter(kind=asked["kind"]) if asked["kind"] else rows)


@reads(shapes.MethodSerializer, tag="Catalogue")
def method(request: Request, asked: Asked, slug: str):
    """One method."""
    return get_object_or_404(Method.objects.select_related("source"), slug=slug)


def with_boards() -> QuerySet:
    """Tasks with their boards in the order of the site."""
    boards = Board.objects.order_by("position", "slug")
    return Task.objects.select_related("source").prefetch_related(Prefetch("boards", boards))


@reads(paged(shapes.TaskSerializer), tag="Catalogue", parameters=PAGED, statuses=[400])
def tasks(request: Request, asked: Asked):
    """All tasks, each with the functional unit that makes its numbers comparable."""
    return page_of(request, asked, with_boards())


@reads(shapes.TaskSerializer, tag="Catalogue")
def task(request: Request, asked: Asked, slug: str):
    """One task."""
    return get_object_or_404(with_boards(), slug=slug)


@reads(paged(shapes.HardwareSerializer), tag="Catalogue", parameters=PAGED, statuses=[400])
def hardware_list(request: Request, asked: Asked):
    """All devices with their specifications."""
    return page_of(request, asked, Hardware.objects.select_related("source"))


@reads(shapes.HardwareDetailSerializer, tag="Catalogue")
def hardware(request: Request, asked: Asked, slug: str):
    """One device: specifications, published figures with citations, and what it is made of."""
    facts = HardwareFact.objects.order_by("kind", "-is_preferred", "pk")
    parts = Composition.objects.order_by("unit_name", "level", "part", "element", "pk")
    devices = Hardware.objects.select_related("source").prefetch_related(
        Prefetch("facts", facts), Prefetch("composition", parts)
    )
    return get_object_or_404(devices, slug=slug)


urlpatterns = [
    path("models/", models, name="api-models"),
    path("models/<slug:slug>/", model, name="api-model"),
    path("methods/", methods, name="api-methods"),
    path("methods/<slug:slug>/", method, name="api-method"),
    path("tasks/", tasks, name="api-tasks"),
    path("tasks/<slug:slug>/", task, name="api-task"),
    path("hardware/", hardware_list, name="api-hardware-list"),
    path("hardware/<slug:slug>/", hardware, name="api-hardware"),
]
