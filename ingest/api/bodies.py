"""What came with a request: a file, in a form or as the whole body, and words about it."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import QueryDict
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from ingest import files, formats, mappings
from ingest.choices import ChoiceError, choices_of
from ingest.resolve import CONTEXT_KEYS, ContextError, context_of, joined
from leaderboard import room
from leaderboard.api.problems import Problem, complaint, refused
from leaderboard.models import Source

# What a form holds besides its file: boundaries, headers, fields.
FORM_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 2**16
FORM, URL_FORM = "multipart/form-data", "application/x-www-form-urlencoded"
IN_MEMORY = 2**20
WORDS = ("context", "mapping", *CONTEXT_KEYS, "format")
# A file with its path among those sent together.
SentFile = tuple[str, IO[bytes]]
PUBLISH = {"auto": "AUTO", "no": "NO"}
# Django's own, in forms of signed-in people.
CSRF_FIELD = "csrfmiddlewaretoken"


class WholeBody(BaseParser):
    """Leaves the body where it is: the file is the body."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return stream


@dataclass
class Said:
    """What a sender says about a file."""

    context: dict[str, Any] = field(default_factory=dict)
    format: str = ""
    publish: str = "AUTO"
    source: Source | None = None
    choices: dict[str, Any] = field(default_factory=dict)


def refuse_length(request: Request) -> None:
    """Refuse a body by its announced length, before a byte of it is read.

    It is laid down twice, in a temporary file and in the database.
    """
    if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").casefold():
        raise Problem(411, "Send the body with a Content-Length.")
    announced = request.META.get("CONTENT_LENGTH") or "0"
    limit = settings.LIMITS["max_upload_bytes"]
    beside = FORM_BYTES if request.content_type.startswith("multipart/") else 0
    if announced.isdigit() and int(announced[:20]) > limit + beside:
        raise too_large(limit)
    room.require(2 * int(announced) if announced.isdigit() else 0)


def too_large(limit: int) -> Problem:
    return Problem(413, str(files.TooLarge(limit)), code="size.excess")


def files_of(request: Request) -> list[SentFile]:
    """The files of a request with their paths, to be read from their beginnings."""
    if request.content_type.startswith(URL_FORM):
        raise Problem(415, f"Send a form as {FORM} with the field “file”, or the file as body.")
    if not request.content_type.startswith(FORM):
        return [(named(request) or "", spooled(request.data))]
    sent = request.FILES.getlist("file")
    if not sent or len(request.FILES) > 1:
        message = "Send a file in the field “file”, several in as many fields of that name."
        raise refused([complaint("file.missing", message, "file")])
    if sum(file.size for file in sent) > settings.LIMITS["max_upload_bytes"]:
        raise too_large(settings.LIMITS["max_upload_bytes"])
    return list(zip(paths_of(request, sent), sent, strict=True))


def paths_of(request: Request, sent: list[Any]) -> list[str]:
    """The relative paths of a form's files, from its fields `path` or the files' own names."""
    said = request.POST.getlist("path")
    if not said and len(sent) == 1:
        said = [named(request) or sent[0].name]
    paths = said or [file.name for file in sent]
    try:
        return files.paths_for(paths, len(sent))
    except files.PathError as error:
        raise refused([complaint("path.invalid", str(error), "path")]) from None


def spooled(body: Any) -> IO[bytes]:
    """The whole body, kept on disk while the sender takes their time; no transaction waits."""
    if not hasattr(body, "read"):
        raise refused([complaint("file.missing", "The body is empty.", "file")])
    kept = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115, gone with the request
    while piece := body.read(files.PIECE):
        kept.write(piece)
    kept.seek(0)
    return kept


def words_of(request: Request) -> QueryDict:
    """Everything said in the address and in the form's fields."""
    said = request.query_params.copy()
    if request.content_type.startswith("multipart/"):
        for name, values in request.POST.lists():
            if name not in (CSRF_FIELD, "file", "path"):
                for value in values:
                    said.appendlist(name, value)
    return said


def said_of(words: Mapping[str, Any], *, owner: User) -> Said:
    """The words understood. Raises a Problem that names everything that can't be used."""
    errors: list[dict[str, Any]] = []
    context = context_said(words, owner, errors)
    format, publish = str(words.get("format") or ""), str(words.get("publish") or "auto")
    if format and format not in formats.FORMATS:
        message = f"No format is called “{format[:60]}”."
        known = list(formats.FORMATS)
        errors.append(complaint("format.unknown", message, "format", expected=known))
    if publish not in PUBLISH:
        message = "publish: expected auto or no."
        errors.append(complaint("field.invalid", message, "publish", expected=list(PUBLISH)))
    source = source_said(str(words.get("source") or ""), errors)
    choices = choices_said(words, errors)
    if errors:
        raise refused(errors)
    return Said(context, format, PUBLISH[publish], source, choices)


def choices_said(words: Mapping[str, Any], errors: list[dict[str, Any]]) -> dict[str, Any]:
    """What the sender chooses about publishing."""
    try:
        return choices_of(words)
    except ChoiceError as error:
        expected = list(error.expected)
        errors.append(complaint("field.invalid", str(error), error.name, expected=expected))
    return {}


def context_said(
    words: Mapping[str, Any], owner: User, errors: list[dict[str, Any]]
) -> dict[str, Any]:
    """The context from a saved mapping, over it the field `context`, over that those beside it."""
    try:
        saved = mappings.saved(owner, str(words.get("mapping") or ""))
        stated = unpacked(words.get("context") or {})
        if not isinstance(stated, Mapping):
            raise ContextError("The context is a JSON object.")
        beside = {key: unpacked(words[key]) for key in CONTEXT_KEYS if words.get(key)}
        return joined(saved, context_of({**stated, **beside}))
    except ContextError as error:
        errors.append(complaint("context.invalid", str(error), "context"))
    return {}


def unpacked(said: Any) -> Any:
    """A text that is a JSON object as that object, anything else as it is."""
    if not isinstance(said, str) or not said.lstrip().startswith("{"):
        return said
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        raise ContextError("This begins like a JSON object and is none.") from None


def source_said(said: str, errors: list[dict[str, Any]]) -> Source | None:
    """The source of that slug or address; None when nothing is said."""
    if not said:
        return None
    found = None
    if "\0" not in said and said.isprintable():
        sources = Source.objects.filter(slug=said) | Source.objects.filter(url=said)
        found = sources.first()
    if found is None:
        message = "No source of the catalogue has this slug or address."
        errors.append(complaint("source.unknown", message, "source", given=said[:200]))
    return found


def named(request: Request) -> str:
    """A file's name as the address or the head of the request has it."""
    _, disposition = parse_header_parameters(request.META.get("HTTP_CONTENT_DISPOSITION", ""))
    told = request.query_params.get("filename") or disposition.get("filename") or ""
    return told.replace("\\", "/").rsplit("/", 1)[-1]
