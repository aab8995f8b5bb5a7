"""Finding things by name, whatever kind they are of."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from django.urls import path
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.serializers import CharField, IntegerField, Serializer

from leaderboard import searching
from leaderboard.api.asking import Asked, Parameter, one_of, reads, whole
from leaderboard.api.fields import PageField
from leaderboard.names import KINDS

MOST = 100


def short(text: str) -> str:
    """Reads a search. Raises ValueError where it is too long to be a name."""
    if len(text) > searching.LONGEST:
        raise ValueError(f"expected at most {searching.LONGEST} characters")
    return text


ABOUT_SEARCH = (
    Parameter("q", "Words of a name, also misspelt.", short, default=""),
    Parameter("kind", f"Only things of this kind: {', '.join(KINDS)}.", one_of(*KINDS)),
    Parameter(
        "limit",
        f"Things in the answer, {searching.PER_KIND} unless told.",
        whole(1, MOST),
        OpenApiTypes.INT,
        searching.PER_KIND,
    ),
)


class HitSerializer(Serializer):
    """Something with a page that is called like the search."""

    kind = CharField(source="thing.kind")
    slug = CharField(source="thing.slug")
    name = CharField(source="thing.name")
    found_as = CharField(source="name.text", help_text="The name by which it was found.")
    about = CharField(source="thing.about", help_text="Its developer, vendor, kind or task.")
    entries = IntegerField(
        allow_null=True, help_text="Its published entries; null of what has none."
    )
    url = PageField()


class SearchAnswerSerializer(Serializer):
    """What a search found, the surest first."""

    query = CharField(source="text")
    meant = CharField(help_text="What was searched for where nothing has the words of `q`.")
    count = IntegerField(source="total", help_text="How many there are, also those left out.")
    results = HitSerializer(many=True)


@reads(SearchAnswerSerializer, tag="Catalogue", parameters=ABOUT_SEARCH, statuses=[400])
def search(request: Request, asked: Asked):
    """Boards, models, hardware, methods, tasks, metrics and sources that are called like `q`.

    Names, slugs and other names are looked through. Where none has all words, each word may
    have a slip or, when it is long, two.
    """
    kinds = [asked["kind"]] if asked["kind"] else list(KINDS)
    found = searching.search(asked["q"], kinds=kinds, most=asked["limit"])
    return {
        "text": found.text,
        "meant": found.meant,
        "total": found.total,
        "results": found.hits[: asked["limit"]],
    }


urlpatterns = [path("search/", search, name="api-search")]
