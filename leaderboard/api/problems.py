"""What the API says when it can't: one shape, after RFC 9457, with a code to act on."""

import logging
import secrets
from typing import Any

from django.core.exceptions import (
    BadRequest,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions, serializers
from rest_framework.response import Response

from leaderboard import room

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S, ROOM_AFTER_S = 5, 60
NO_ROOM = "site.full"

# Status → code and title, where an exception brings none of its own.
TITLES = {
    400: ("request.invalid", "The request can't be used"),
    401: ("token.required", "Sign in or send a token"),
    403: ("permission.missing", "You may not do this"),
    404: ("address.unknown", "Nothing is here"),
    405: ("method.unknown", "This address does not take that method"),
    406: ("answer.json", "Answers are JSON"),
    409: ("state.conflict", "The state does not permit it"),
    411: ("length.missing", "Say how long the body is"),
    413: ("size.excess", "The body is too large"),
    415: ("media.unknown", "A body of this type is not read here"),
    422: ("results.invalid", "What was sent has errors"),
    429: ("requests.excess", "Too many requests"),
    500: ("site.failed", "This is our fault"),
    503: ("site.busy", "The site can't answer just now"),
}


class Problem(exceptions.APIException):
    """An expected failure, in words for the sender. `errors` are error objects."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        *,
        code: str = "",
        errors: list[dict[str, Any]] | None = None,
    ):
        super().__init__(detail)
        self.status_code = status
        self.sentence, self.code, self.errors = detail, code, errors or []


def complaint(code: str, message: str, column: str = "", **more: Any) -> dict[str, Any]:
    """One error object, like those about rows of a file; `column` names the parameter or field."""
    blank = {"row": 0, "path": "", "given": "", "expected": [], "hint": ""}
    return blank | {"code": code, "severity": "error", "message": message, "column": column} | more


def refused(errors: list[dict[str, Any]]) -> Problem:
    """A request whose parameters or fields have these faults."""
    return Problem(400, " ".join(error["message"] for error in errors), errors=errors)


def unusable(errors: list[dict[str, Any]]) -> Problem:
    """Inputs of a formula or scenario that have these faults, each with the input's name."""
    message = " ".join(error["message"] for error in errors)
    return Problem(422, message, code="input.invalid", errors=errors)


def problem(error: Exception, context: dict[str, Any]) -> Response:
    """The answer to any exception of a view: REST framework's handler, so named in the settings."""
    found = known(error)
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if found.status_code == 503:
        headers["Retry-After"] = str(ROOM_AFTER_S if found.code == NO_ROOM else RETRY_AFTER_S)
    code, title = TITLES.get(found.status_code, TITLES[400])
    body = {
        "code": found.code or code,
        "title": title,
        "detail": found.sentence or f"{title}.",
        "errors": found.errors,
    }
    return Response(sayable(body), found.status_code, headers=headers, content_type=MEDIA_TYPE)


def sayable(body: Any) -> Any:
    """The body with halves of characters spelt out: what was sent may hold them, no answer can."""
    match body:
        case str():
            return body.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {key: sayable(value) for key, value in body.items()}
        case list() | tuple():
            return [sayable(value) for value in body]
    return body


def known(error: Exception) -> Problem:
    """Any exception as a Problem; one that nobody expected is logged under a reference."""
    if room.is_missing(error):
        log.warning("no room: %s", error)
        return Problem(503, "Our disk is full. Nothing of this is kept; try later.", code=NO_ROOM)
    match error:
        case Problem():
            return error
        case exceptions.ValidationError():
            return Problem(400, "Some fields can't be used.", errors=of_fields(error.detail))
        case exceptions.APIException():
            return Problem(error.status_code, sentence(error))
        case Http404():
            return Problem(404)
        case PermissionDenied():
            return Problem(403)
        case RequestDataTooBig():
            return Problem(413, "The fields beside the file are too large.")
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return Problem(400, "The body can't be read.")
        case OperationalError() | InterfaceError():
            log.warning("database: %s", error)
            return Problem(503, "The database does not answer in time. Try again in a moment.")
    reference = secrets.token_hex(6)
    log.error("unexpected failure %s", reference, exc_info=error)
    return Problem(500, f"It is logged; ask about it as {reference}.")


def sentence(error: exceptions.APIException) -> str:
    """What REST framework says, which is one sentence for all but ValidationError."""
    return str(error.detail)


def of_fields(detail: Any) -> list[dict[str, Any]]:
    """REST framework's mapping of fields to complaints as error objects."""
    fields = detail if isinstance(detail, dict) else {"": detail}
    return [
        complaint("field.invalid", str(said), column=str(field))
        for field, sayings in fields.items()
        for said in (sayings if isinstance(sayings, list) else [sayings])
    ]


class ErrorObjectSerializer(serializers.Serializer):
    """One thing that is wrong, and where: of a file's row, a parameter or a field."""

    code = serializers.CharField(help_text="Two words; each has its page under /help/errors/.")
    severity = serializers.CharField(help_text="error, warning or info")
    message = serializers.CharField()
    row = serializers.IntegerField(help_text="From 1; 0 is the file or request as a whole.")
    column = serializers.CharField(help_text="Column, key, parameter or field.")
    path = serializers.CharField(help_text="The file inside an archive.")
    given = serializers.CharField()
    expected = serializers.ListField(child=serializers.CharField())
    hint = serializers.CharField()
    count = serializers.IntegerField(default=1, help_text="How many rows are alike.")
    also_rows = serializers.ListField(child=serializers.IntegerField(), default=list)


class ProblemSerializer(serializers.Serializer):
    """Why a request failed."""

    code = serializers.CharField()
    title = serializers.CharField()
    detail = serializers.CharField()
    errors = ErrorObjectSerializer(many=True)  # type: ignore[assignment]
