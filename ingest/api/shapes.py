"""Every field that leaves the sending half."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from typing import Any

from rest_framework.serializers import (
    BooleanField,
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
    check = URLField()
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


class FixedSerializer(Serializer):
    """What fixes came to."""

    changed = IntegerField(help_text="Cells that changed.")
    is_checked = BooleanField(help_text="False: ask for a check when you are done.")
    status = CharField()
    counts = CountsSerializer()


class FixedRowSerializer(FixedSerializer):
    row = RowSerializer()


class FormatSerializer(Serializer):
    slug = CharField(source="SLUG")
    label = CharField(source="LABEL")
    about = TextField(lambda module: (module.__doc__ or "").strip())


class WordsSerializer(Serializer):
    """What a sender may say. Each word may also be a JSON object of label → word."""

    context = JSONField(required=False, help_text="All of the following in one JSON object.")
    mapping = CharField(required=False, help_text="Name of saved answers; what is said here wins.")
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

    file = FileField(help_text="May be repeated: the files are one submission.")
    path = CharField(
        required=False, help_text="A file's relative path; as often as there are files."
    )
    publish = CharField(required=False, help_text="auto (the default) or no: stop after the check.")
    source = CharField(required=False, help_text="Slug or address of a source in the catalogue.")
