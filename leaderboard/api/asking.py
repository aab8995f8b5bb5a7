"""How an endpoint is asked: its parameters, checked against a list, and its pages.

Unknown parameters are refused, for a filter that is silently ignored gives wrong results.
"""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, wraps
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import api_view
from rest_framework.request import Request
from rest_framework.response import Response

from leaderboard.api.problems import MEDIA_TYPE, ProblemSerializer, complaint, refused

PAGE = 50
LARGEST_KEY = 2**63 - 1
Asked = dict[str, Any]


@dataclass(frozen=True)
class Parameter:
    """One parameter of an address. `read` gives its value, or raises ValueError with a sentence."""

    name: str
    says: str
    read: Callable[[str], Any] = str
    kind: OpenApiTypes = OpenApiTypes.STR
    default: Any = None
    may_repeat: bool = False

    @property
    def documented(self) -> OpenApiParameter:
        return OpenApiParameter(self.name, self.kind, description=self.says, required=False)


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """Reads a whole number within bounds."""

    def read(text: str) -> int:
        if text.isascii() and text.isdigit() and len(text) < 19 and lowest <= int(text) <= highest:
            return int(text)
        raise ValueError(f"expected a whole number from {lowest} to {highest}")

    return read


def one_of(*words: str) -> Callable[[str], str]:
    """Reads one of these words."""

    def read(text: str) -> str:
        if text not in words:
            raise ValueError(f"expected {' or '.join(words)}")
        return text

    return read


CURSOR = Parameter("cursor", "Where the page begins: taken from `next`.")
LIMIT = Parameter(
    "limit",
    f"Rows on a page, {PAGE} unless told.",
    whole(1, settings.LIMITS["page_size_max"]),
    OpenApiTypes.INT,
    PAGE,
)
PAGED = (CURSOR, LIMIT)


def checked(
    query: QueryDict, parameters: Sequence[Parameter], also: Callable[[str], bool] | None = None
) -> Asked:
    """The parameters' values. Raises a Problem that names everything that can't be used.

    `also` says which further names the endpoint reads by itself.
    """
    known = {parameter.name: parameter for parameter in parameters}
    errors = []
    asked = {parameter.name: parameter.default for parameter in parameters}
    for name, values in query.lists():
        if any("\0" in text for text in (name, *values)):
            errors.append(complaint("text.invalid", "A parameter holds a zero character."))
        elif name not in known and not (also and also(name)):
            errors.append(unknown(name, known))
        elif len(values) > 1 and not (name in known and known[name].may_repeat):
            errors.append(complaint("parameter.repeated", f"{name} is given twice.", name))
        elif name in known:
            try:
                asked[name] = known[name].read(values[0])
            except ValueError as error:
                message = f"{name}: {error}."
                errors.append(complaint("parameter.invalid", message, name, given=values[0][:200]))
    if errors:
        raise refused(errors)
    return asked


def unknown(name: str, known: dict[str, Parameter]) -> dict[str, Any]:
    shown = name[:60]
    message = f"“{shown}” is not a parameter of this address."
    return complaint("parameter.unknown", message, shown, expected=sorted(known))


def problems(*statuses: int) -> dict[Any, Any]:
    """What goes into the schema for these statuses."""
    return {(status, MEDIA_TYPE): ProblemSerializer for status in statuses}


def signed_in(request: Request) -> User:
    """The user of a request that its permissions have let through."""
    return cast(User, request.user)


def reads(
    answer: type[serializers.BaseSerializer],
    *,
    tag: str,
    parameters: Sequence[Parameter] = (),
    also: Callable[[str], bool] | None = None,
    statuses: Sequence[int] = (400, 404),
):
    """Make a GET endpoint of a function that takes the request, what was asked, and the path.

    What it returns leaves through `answer`, which lists the fields.
    """

    def decorate(view: Callable[..., Any]):
        @extend_schema(
            operation_id=view.__name__,
            tags=[tag],
            parameters=[parameter.documented for parameter in parameters],
            responses={(200, "application/json"): answer} | problems(*statuses),
        )
        @api_view(["GET"])
        @wraps(view)
        def answered(request: Request, **path: Any) -> Response:
            asked = checked(request.query_params, parameters, also)
            found = view(request, asked, **path)
            return Response(answer(found, context={"request": request}).data)

        return answered

    return decorate


@cache
def paged(row: type[serializers.Serializer]) -> type[serializers.Serializer]:
    """The shape of a page of such rows."""
    shape = inline_serializer(
        row.__name__.removesuffix("Serializer") + "Page",
        {"next": next_field(), "results": row(many=True)},
    )
    return type(shape)


def next_field() -> serializers.Field:
    return serializers.URLField(allow_null=True, help_text="The next page, or null on the last.")


def cursor_of(key: int | str) -> str:
    """An opaque text for the place after a key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def key_of(cursor: str, kind: type) -> Any:
    """The key in a cursor. Raises a Problem when it is not one of ours."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if type(key) is not kind or "\0" in str(key):
            raise ValueError(cursor)
        if isinstance(key, int) and not 0 <= key <= LARGEST_KEY:
            raise ValueError(cursor)
    except (ValueError, binascii.Error, RecursionError):
        message = "This cursor is not one of ours. Take it from `next`."
        raise refused([complaint("cursor.invalid", message, "cursor")]) from None
    return key


def page_of(request: Request, asked: Asked, rows: QuerySet, *, by: str = "slug") -> dict[str, Any]:
    """A page of rows in the order of a unique column, `-pk` for the newest first."""
    column, descends = by.removeprefix("-"), by.startswith("-")
    if asked["cursor"]:
        kind: type = str if column == "slug" else int
        rows = rows.filter(
            **{f"{column}__{'lt' if descends else 'gt'}": key_of(asked["cursor"], kind)}
        )
    found = list(rows.order_by(by)[: asked["limit"] + 1])
    return cut(request, asked, found, lambda row: getattr(row, column))


def cut(
    request: Request, asked: Asked, found: list, key: Callable[[Any], int | str]
) -> dict[str, Any]:
    """A page of rows of which one more than fit was fetched."""
    rows, more = found[: asked["limit"]], len(found) > asked["limit"]
    return {"next": next_url(request, key(rows[-1])) if more else None, "results": rows}


def next_url(request: Request, key: int | str) -> str:
    """The address of this request with the cursor moved on."""
    query = request.query_params.copy()
    query["cursor"] = cursor_of(key)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
