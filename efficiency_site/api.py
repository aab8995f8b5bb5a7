"""Where everything of the API is: /api/v1/."""

from django.urls import path, re_path
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.reverse import reverse
from rest_framework.serializers import CharField, DictField, Serializer, URLField

from ingest.api import formats, mappings, rows, submissions
from leaderboard.api import (
    accounts,
    boards,
    catalogue,
    compare,
    entries,
    footprint,
    literature,
    metrics,
    schema,
    search,
    sharing,
)
from leaderboard.api.asking import Asked, reads
from leaderboard.api.problems import Problem

LISTS = (
    "boards",
    "entries",
    "models",
    "methods",
    "hardware-list",
    "tasks",
    "sources",
    "claims",
    "search",
    "metrics",
    "analyses",
    "formats",
    "footprint",
    "submissions",
    "mappings",
    "me",
    "tokens",
    "openapi",
    "docs",
)


class IndexSerializer(Serializer):
    """Where to begin."""

    name = CharField()
    version = CharField()
    links = DictField(child=URLField())


@reads(IndexSerializer, tag="About", statuses=[400])
def index(request: Request, asked: Asked):
    """The API's lists. Each answers without an account, apart from your own things."""
    links = {name.removesuffix("-list"): f"api-{name}" for name in LISTS}
    return {
        "name": "Efficiency Frontier",
        "version": "1",
        "links": {name: reverse(view, request=request) for name, view in links.items()},
    }


@extend_schema(exclude=True)
@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing(request: Request, rest: str):
    """JSON also where nothing is."""
    raise Problem(404, "The API has no such address; /api/v1/ lists those it has.")


urlpatterns = [
    path("", index, name="api-index"),
    path("openapi.json", schema.openapi, name="api-openapi"),
    path("docs/", schema.docs, name="api-docs"),
    *boards.urlpatterns,
    *sharing.urlpatterns,
    *entries.urlpatterns,
    *compare.urlpatterns,
    *catalogue.urlpatterns,
    *search.urlpatterns,
    *metrics.urlpatterns,
    *footprint.urlpatterns,
    *literature.urlpatterns,
    *accounts.urlpatterns,
    *submissions.urlpatterns,
    *rows.urlpatterns,
    *mappings.urlpatterns,
    *formats.urlpatterns,
    re_path(r"^(?P<rest>.*/)$", nothing),
]
