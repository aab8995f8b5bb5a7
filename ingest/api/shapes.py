"""Every field that leaves the sending half."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from html import unescape
from typing import Any

from django.utils.html import strip_tags
from rest_framework.serializers import (
    CharField,
    DateTimeField,
    DictField,
    FileField,
    IntegerField,
    JSONField,
    ListField,
    Serializer,
    URLField,
)

from leaderboard.api.problems import ErrorObjectSerializer
from leaderboard.api.shapes import PageField, TextField

COUNTS = ("rows", "runs", "entries", "errors", "warnings")


def counts(summary: dict[str, Any]) -> dict[str, int]:
    return {name: summary.get(name, 0) for name in COUNTS}


class CountsSerializer(Serializer):
    """How much a check found."""

    rows = IntegerField()
    runs = IntegerField()
    entries = IntegerField()
    errors = IntegerField()
    warnings = IntegerField()


def asked_field() -> DictField:
    """What nobody said yet: key → label → rows that ask for it. Answer it in the context."""
    return DictField(
        child=DictField(child=IntegerField()),
        help_text="What the file does not say: context key → label → number of rows.",
    )


class CheckSerializer(Serializer):
    """What a dry run found. Nothing of the file is kept."""

    format = CharField()
    counts = CountsSerializer()
    asked = asked_field()
    issues = ErrorObjectSerializer(many=True)


class SubmissionSerializer(Serializer):
    """A file somebody sent."""

    id = CharField(source="public_id")
    status = CharField(
        help_text="received, checked, published, held, rejected, quarantined, withdrawn or "
        "superseded.",
    )
    code = CharField(allow_null=True, help_text="The first error's code.")
    filename = CharField()
    sha256 = CharField()
    size = IntegerField()
    format = CharField()
    received_at = DateTimeField()
    decided_at = DateTimeField(allow_null=True)
    counts = CountsSerializer()
    url = PageField()


class LinksSerializer(Serializer):
    """What can be asked or done next."""

    self = URLField()
    rows = URLField()
    entries = URLField()
    context = URLField()
    publish = URLField()


class SubmissionDetailSerializer(SubmissionSerializer):
    context = DictField(help_text="What the sender says about the file.")
    asked = asked_field()
    issues = ErrorObjectSerializer(many=True, help_text="Alike ones are folded: see also_rows.")
    boards = ListField(child=CharField(), help_text="Boards of the tasks in the file.")
    links = LinksSerializer()


class RowSerializer(Serializer):
    """One record as it was sent, and as somebody patched it."""

    row = IntegerField()
    path = CharField()
    sent = DictField()
    patched = DictField(allow_null=True)
    issues = ErrorObjectSerializer(many=True)


class FormatSerializer(Serializer):
    """A format that is read: what it gives, and what its files leave open."""

    slug = CharField()
    label = CharField()
    about = TextField(lambda format: text_of(format.about))
    file = TextField(lambda format: text_of(format.file))
    gives = TextField(lambda format: text_of(format.gives))
    asks = TextField(lambda format: text_of(format.asks))
    url = PageField()


def text_of(html: str) -> str:
    """A line of HTML as plain text."""
    return unescape(strip_tags(html))


class WordsSerializer(Serializer):
    """What a sender may say. Each word may also be a JSON object of label → word."""

    context = JSONField(required=False, help_text="All of the following in one JSON object.")
    task = CharField(required=False)
    model = CharField(required=False)
    method = CharField(required=False)
    hardware = CharField(required=False)
    samples = CharField(required=False, help_text="How many a run's totals are divided by.")
    region = CharField(required=False)
    device_count = CharField(required=False)
    format = CharField(required=False, help_text="Slug of the format; recognised by default.")


class FormSerializer(WordsSerializer):
    """A file with what its sender says about it."""

    file = FileField()
    publish = CharField(required=False, help_text="auto (the default) or no: stop after the check.")
    source = CharField(required=False, help_text="Slug or address of a source in the catalogue.")
