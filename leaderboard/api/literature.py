"""Sources and claims: lists under facets, the facets with their counts, and one of each."""

from collections.abc import Sequence

from django.db.models import Count, Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from leaderboard import literature
from leaderboard.api import shapes
from leaderboard.api.asking import (
    LARGEST_KEY,
    PAGED,
    Asked,
    Parameter,
    one_of,
    page_of,
    paged,
    reads,
    whole,
)
from leaderboard.api.problems import Problem
from leaderboard.literature import Question
from leaderboard.models import Claim, Source


def parameters_of(question: Question) -> tuple[Parameter, ...]:
    """The choices of a question as parameters."""
    facets = (
        Parameter(
            facet.name, f"{facet.label}: {listed(list(facet.choices))}.", one_of(*facet.choices)
        )
        for facet in question.facets
    )
    years = (
        Parameter(name, f"{words} year of publication.", whole(1000, 9999), OpenApiTypes.INT)
        for name, words in zip(literature.YEARS, ("Earliest", "Latest"), strict=True)
    )
    return (Parameter("q", "Words that the row must hold."), *facets, *years)


def listed(values: Sequence[str]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def asked_of(question: Question, asked: Asked) -> Question:
    """The question with the parameters of a request."""
    chosen = {facet.name: asked[facet.name] for facet in question.facets if asked[facet.name]}
    years = [asked[name] for name in literature.YEARS]
    return question.asked(chosen, asked["q"] or "", years)


ABOUT_SOURCES = parameters_of(literature.SOURCES)
ABOUT_CLAIMS = parameters_of(literature.CLAIMS)
SOURCE = Parameter("source", "Slug of the source.")


@reads(
    paged(shapes.SourceSerializer),
    tag="Literature",
    parameters=[*PAGED, *ABOUT_SOURCES],
    statuses=[400],
)
def sources(request: Request, asked: Asked):
    """All papers, data sets and documents that facts and claims come from.

    `collection=literature` are the papers of the site's literature.
    """
    rows = asked_of(literature.SOURCES, asked).found()
    return page_of(request, asked, rows.annotate(claimed=Count("claims")))


@reads(shapes.FacetsSerializer, tag="Literature", parameters=ABOUT_SOURCES, statuses=[400])
def source_facets(request: Request, asked: Asked):
    """How many sources each choice leaves, under the other choices."""
    return counted(asked_of(literature.SOURCES, asked))


@reads(shapes.SourceDetailSerializer, tag="Literature")
def source(request: Request, asked: Asked, slug: str):
    """One source and what it claims."""
    claims = Prefetch("claims", Claim.objects.select_related("source").order_by("position"))
    rows = Source.objects.annotate(claimed=Count("claims")).prefetch_related(claims)
    return get_object_or_404(rows, slug=slug)


def of_source(rows: QuerySet, asked: Asked) -> QuerySet:
    return rows.filter(source__slug=asked["source"]) if asked["source"] else rows


@reads(
    paged(shapes.SourcedClaimSerializer),
    tag="Literature",
    parameters=[*PAGED, *ABOUT_CLAIMS, SOURCE],
    statuses=[400],
)
def claims(request: Request, asked: Asked):
    """What sources claim, by quantity and technique. Never mixed with measurements.

    `contradiction` says where the numbers of the same source make another one. As a table:
    `/claims/data.csv` with the same parameters.
    """
    rows = asked_of(literature.CLAIMS, asked).found()
    return page_of(request, asked, of_source(rows, asked), by="pk")


@reads(shapes.FacetsSerializer, tag="Literature", parameters=ABOUT_CLAIMS, statuses=[400])
def claim_facets(request: Request, asked: Asked):
    """How many claims each choice leaves, under the other choices. Topics add up to all of them."""
    return counted(asked_of(literature.CLAIMS, asked))


@reads(shapes.SourcedClaimSerializer, tag="Literature")
def claim(request: Request, asked: Asked, claim_id: int):
    """One claim."""
    if claim_id > LARGEST_KEY:
        raise Problem(404, "No claim has this number.")
    return get_object_or_404(Claim.objects.select_related("source"), pk=claim_id)


def counted(question: Question) -> dict:
    return {"count": question.found().count(), "facets": question.all_options()}


urlpatterns = [
    path("sources/", sources, name="api-sources"),
    path("sources/<slug:slug>/", source, name="api-source"),
    path("claims/", claims, name="api-claims"),
    path("claims/<int:claim_id>/", claim, name="api-claim"),
    path("facets/sources/", source_facets, name="api-source-facets"),
    path("facets/claims/", claim_facets, name="api-claim-facets"),
]
