"""The result formats that are read, and how large a file may be."""

from django.conf import settings
from django.urls import path
from rest_framework.request import Request
from rest_framework.serializers import DictField, IntegerField, Serializer

from ingest import documentation
from ingest.api.shapes import FormatSerializer
from ingest.formats import _limits
from leaderboard.api.asking import Asked, reads


class FormatsSerializer(Serializer):
    """All formats, and what no file may exceed."""

    limits = DictField(child=IntegerField())
    results = FormatSerializer(many=True)


def limits() -> dict[str, int]:
    """What no file may exceed."""
    return {
        "max_upload_bytes": settings.LIMITS["max_upload_bytes"],
        "max_rows": _limits.ROWS,
        "max_columns": _limits.COLUMNS,
        "max_cell_chars": _limits.CELL_CHARS,
        "max_json_depth": _limits.JSON_DEPTH,
    }


@reads(FormatsSerializer, tag="Submissions", statuses=[400])
def formats(request: Request, asked: Asked):
    """The result formats that are recognised, and the limits of a file."""
    found = documentation.formats()
    return {"limits": limits(), "results": [found[slug] for slug in sorted(found)]}


urlpatterns = [path("formats/", formats, name="api-formats")]
