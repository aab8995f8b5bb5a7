"""Every field that leaves the sending half."""

# Fields named like attributes of REST framework's classes are no clash: they are taken out.
# mypy: disable-error-code="assignment"

from html import unescape
from typing import Any

from django.utils.html import strip_tags
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateTimeField,
    DictField,
    FileField,
    FloatField,
    IntegerField,
    JSONField,
    ListField,
    Serializer,
    URLField,
)

from leaderboard.api.fields import PageField, TextField
from leaderboard.api.problems import ErrorObjectSerializer

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


class LineNumberSerializer(Serializer):
    """A number as it would be stored."""

    metric = CharField()
    says = CharField(help_text="The conversion in words: `12.4 Wh / 1,000 items → 44.64 J`.")
    value = FloatField()
    low = FloatField()
    high = FloatField()
    unit = CharField()
    origin = CharField()
    is_derived = BooleanField()


class LineSerializer(Serializer):
    """A run as it would be stored."""

    row = IntegerField()
    path = CharField()
    name = CharField()
    fate = CharField(help_text="new, repeat or replaces.")
    numbers = LineNumberSerializer(many=True)


class ProspectSerializer(Serializer):
    """Where an entry of the file would stand on a board."""

    row = IntegerField()
    path = CharField()
    name = CharField()
    fate = CharField()
    layer = IntegerField(help_text="1 is the frontier, 0 deeper than layers are told apart.")
    values = DictField(
        child=ListField(child=FloatField()),
        help_text="Objective → value, lowest, highest, best and worst rank.",
    )
    dominates = IntegerField()
    dominated_by = IntegerField()
    beaten = ListField(child=CharField(), help_text="Some of those that it would dominate.")
    beating = ListField(child=CharField(), help_text="Some of those that would dominate it.")


class BoardEffectSerializer(Serializer):
    """What a board would look like."""

    board = CharField()
    objectives = ListField(child=CharField())
    entries = IntegerField(help_text="Of the file, at the board's task.")
    ranked = IntegerField()
    unranked = IntegerField(help_text="Those that lack an objective, or lie outside its bounds.")
    enter = IntegerField(help_text="Entries of the file that would be on the frontier.")
    leave = ListField(child=CharField(), help_text="Some members that would leave the frontier.")
    standings = ProspectSerializer(many=True, help_text="The first 200, best layers first.")


class EffectSerializer(Serializer):
    """What publishing would do. Nothing is written."""

    runs = IntegerField()
    is_whole = BooleanField(help_text="False where only the first runs were looked at.")
    lines = LineSerializer(many=True, help_text="The first 100 runs.")
    boards = BoardEffectSerializer(many=True)


class CheckSerializer(Serializer):
    """What a dry run found. Nothing of the file is kept."""

    format = CharField()
    counts = CountsSerializer()
    asked = asked_field()
    issues = ErrorObjectSerializer(many=True)
    preview = EffectSerializer()


class SubmissionSerializer(Serializer):
    """A file somebody sent."""

    id = CharField(source="public_id")
    status = CharField(
        help_text="received, checked, published, held, embargoed, rejected, quarantined, withdrawn "
        "or superseded.",
    )
    code = CharField(allow_null=True, help_text="The first error's code.")
    filename = CharField()
    sha256 = CharField()
    size = IntegerField()
    format = CharField()
    received_at = DateTimeField()
    published_at = DateTimeField(allow_null=True, help_text="When its numbers came to count.")
    decided_at = DateTimeField(allow_null=True, help_text="When its state was last decided.")
    counts = CountsSerializer()
    url = PageField()


class LinksSerializer(Serializer):
    """What can be asked or done next."""

    self = URLField()
    rows = URLField()
    preview = URLField()
    entries = URLField()
    context = URLField()
    check = URLField()
    publish = URLField()


class ProgressSerializer(Serializer):
    """How far the worker is. `seconds_left` is a guess."""

    rows_read = IntegerField()
    rows_checked = IntegerField()
    share = FloatField(help_text="Of the bytes sent, from 0 to 1.")
    seconds_left = FloatField(allow_null=True)


class ChoicesSerializer(Serializer):
    """What a sender chooses about publishing."""

    mode = CharField(required=False, help_text="all (the default) or valid.")
    on_conflict = CharField(
        required=False, help_text="error (the default), skip, supersede or replicate."
    )
    reason = CharField(required=False, allow_null=True, help_text="Why numbers are replaced.")
    embargo_until = DateTimeField(required=False, allow_null=True)


class DecisionSerializer(Serializer):
    """An editor's word on a held submission."""

    verdict = CharField(source="get_verdict_display")
    reason = CharField()
    decided_at = DateTimeField()


class SubmissionDetailSerializer(SubmissionSerializer):
    choices = ChoicesSerializer()
    progress = ProgressSerializer(allow_null=True)
    fates = DictField(
        child=IntegerField(),
        help_text="Runs by what becomes of them: new, repeat, replaces, unchanged, skipped.",
    )
    decisions = DecisionSerializer(many=True)
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
    fate = CharField(help_text="repeat, replaces, unchanged, skipped; empty when new or no run.")


class FixedSerializer(Serializer):
    """What fixes came to."""

    changed = IntegerField(help_text="Cells that changed.")
    is_checked = BooleanField(help_text="False: ask for a check when you are done.")
    status = CharField()
    counts = CountsSerializer()


class FixedRowSerializer(FixedSerializer):
    row = RowSerializer()


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
    mode = CharField(required=False, help_text="all (the default) or valid.")
    on_conflict = CharField(
        required=False, help_text="error (the default), skip, supersede or replicate."
    )
    reason = CharField(required=False, help_text="Why earlier numbers are replaced.")
    embargo_until = CharField(required=False, help_text="A date or time.")
