"""The API's description of itself: OpenAPI, and a page of ours made from it."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator

METHODS = ("get", "post", "put", "patch", "delete")


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema calls our tokens."""

    target_class = "leaderboard.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


@cache
def schema() -> dict[str, Any]:
    """The whole description, made once per process."""
    return SchemaGenerator().get_schema(request=None, public=True)


@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The description for programs."""
    return HttpResponse(json.dumps(schema()), content_type="application/json")


@dataclass(frozen=True)
class Operation:
    """One method of one address, as the page shows it."""

    method: str
    path: str
    told: dict[str, Any]

    @property
    def anchor(self) -> str:
        return self.told["operationId"]

    @property
    def paragraphs(self) -> list[SafeString]:
        return [marked(part) for part in self.told.get("description", "").split("\n\n")]

    @property
    def parameters(self) -> list[tuple[str, SafeString]]:
        """Those of the query; the path's stand in the address."""
        parameters = self.told.get("parameters", [])
        return [
            (one["name"], marked(one["description"])) for one in parameters if one["in"] == "query"
        ]

    @property
    def bodies(self) -> list[tuple[str, str]]:
        """Media type and shape of what is sent."""
        content = self.told.get("requestBody", {}).get("content", {})
        return [(media, shape_of(told.get("schema", {}))) for media, told in content.items()]

    @property
    def answers(self) -> list[tuple[str, str]]:
        """Status and shape of what comes back."""
        return [
            (status, " or ".join(shape_of(body["schema"]) for body in answer["content"].values()))
            if "content" in answer
            else (status, "")
            for status, answer in self.told["responses"].items()
        ]

    @property
    def needs_account(self) -> bool:
        return {} not in self.told.get("security", [{}])


def marked(text: str) -> SafeString:
    """A text whose `code` is set as such."""
    pieces = enumerate(text.split("`"))
    return format_html_join(
        "",
        "{}",
        ((format_html("<code>{}</code>", piece) if at % 2 else piece,) for at, piece in pieces),
    )


def shape_of(told: dict[str, Any]) -> str:
    """The name of a shape, or its plain type."""
    if "$ref" in told:
        return str(told["$ref"]).rpartition("/")[2]
    for parts in ("allOf", "oneOf"):
        if parts in told:
            return " or ".join(shape_of(part) for part in told[parts])
    if told.get("type") == "array":
        return f"list of {shape_of(told['items'])}"
    if isinstance(more := told.get("additionalProperties"), dict) and more:
        return f"object of {shape_of(more)}"
    return str(told.get("format") or told.get("type", ""))


@dataclass(frozen=True)
class Shape:
    """One kind of object, as the page shows it."""

    name: str
    told: dict[str, Any]

    @property
    def fields(self) -> list[tuple[str, str, SafeString]]:
        """Name, type and meaning."""
        return [
            (name, shape_of(told), marked(told.get("description", "")))
            for name, told in self.told.get("properties", {}).items()
        ]


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The description for people."""
    groups: dict[str, list[Operation]] = {}
    for path, methods in schema()["paths"].items():
        for method in METHODS:
            if method in methods:
                operation = Operation(method.upper(), path, methods[method])
                groups.setdefault(methods[method]["tags"][0], []).append(operation)
    shapes = [Shape(name, told) for name, told in schema()["components"]["schemas"].items()]
    return render(request, "api/docs.html", {"groups": groups, "shapes": shapes})
