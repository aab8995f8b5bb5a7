"""The caller's own account: limits and tokens."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import (
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DictField,
    IntegerField,
    Serializer,
    ValidationError,
)

from leaderboard.api.asking import LARGEST_KEY, PAGED, checked, page_of, paged, problems, signed_in
from leaderboard.api.problems import Problem, complaint
from leaderboard.models import ApiToken


class TokenSerializer(Serializer):
    id = IntegerField(source="pk")
    name = CharField()
    prefix = CharField(help_text="The first characters, to tell tokens apart.")
    created_at = DateTimeField()
    expires_at = DateTimeField(allow_null=True)
    last_used_at = DateTimeField(allow_null=True)


class NewTokenSerializer(TokenSerializer):
    token = CharField(help_text="Shown this once and kept nowhere.")


class AccountSerializer(Serializer):
    username = CharField()
    is_editor = BooleanField(source="is_staff")
    joined_on = DateField()
    submissions = IntegerField()
    limits = DictField(child=IntegerField())
    token = TokenSerializer(allow_null=True, help_text="The token this request came with.")


class InSession(IsAuthenticated):
    """A signed-in person. A token can't make tokens: a leaked one would never end."""

    message = "Sign in on the site for this; a token can't make or end tokens."

    def has_permission(self, request: Request, view: Any) -> bool:
        return super().has_permission(request, view) and request.auth is None


class StrictSerializer(Serializer):
    """Takes what it knows, and refuses everything else by name."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        given = set(data) if hasattr(data, "keys") else set()
        if unknown := sorted(str(name)[:60] for name in given - set(self.fields)):
            raise ValidationError(dict.fromkeys(unknown, "This field is not known here."))
        return super().to_internal_value(data)


class TokenWishSerializer(StrictSerializer):
    name = CharField(max_length=80)
    expires_at = DateTimeField(required=False, allow_null=True, default=None)

    def validate_expires_at(self, value: datetime | None) -> datetime | None:
        if value is not None and value <= timezone.now():
            raise ValidationError("It would be expired already.")
        return value


@extend_schema(
    operation_id="me",
    tags=["Account"],
    responses={200: AccountSerializer} | problems(400, 401),
)
@api_view(["GET"])
@permission_classes([IsAuthenticated])
def me(request: Request) -> Response:
    """Who you are to the API, and your limits."""
    checked(request.query_params, ())
    user = signed_in(request)
    account = {
        "username": user.get_username(),
        "is_staff": user.is_staff,
        "joined_on": user.date_joined.date(),
        "submissions": user.submissions.count(),
        "limits": settings.LIMITS,
        "token": request.auth,
    }
    return Response(AccountSerializer(account).data)


@extend_schema(
    methods=["GET"],
    operation_id="tokens",
    tags=["Account"],
    parameters=[parameter.documented for parameter in PAGED],
    responses={200: paged(TokenSerializer)} | problems(400, 401, 403),
)
@extend_schema(
    methods=["POST"],
    operation_id="make_token",
    tags=["Account"],
    request=TokenWishSerializer,
    responses={201: NewTokenSerializer} | problems(400, 401, 403, 409),
)
@api_view(["GET", "POST"])
@permission_classes([InSession])
def tokens(request: Request) -> Response:
    """Your tokens, or a new one. Its text is shown this once. Signed in on the site only."""
    if request.method == "POST":
        return made(request)
    asked = checked(request.query_params, PAGED)
    page = page_of(request, asked, signed_in(request).api_tokens.all(), by="pk")
    return Response(paged(TokenSerializer)(page).data)


def made(request: Request) -> Response:
    """A new token."""
    checked(request.query_params, ())
    wish = TokenWishSerializer(data=request.data)
    wish.is_valid(raise_exception=True)
    try:
        with transaction.atomic():
            token, text = ApiToken.objects.issue(signed_in(request), **wish.validated_data)
    except IntegrityError:
        message = "You have a token of this name already."
        error = complaint("token.name_taken", message, "name")
        raise Problem(409, message, errors=[error]) from None
    return Response({**TokenSerializer(token).data, "token": text}, 201)


@extend_schema(
    operation_id="end_token",
    tags=["Account"],
    responses={204: None} | problems(400, 401, 403, 404),
)
@api_view(["DELETE"])
@permission_classes([InSession])
def token(request: Request, token_id: int) -> Response:
    """End one of your tokens at once. Signed in on the site only."""
    checked(request.query_params, ())
    own = signed_in(request).api_tokens.filter(pk=min(token_id, LARGEST_KEY))
    if not own.delete()[0]:
        raise Problem(404)
    return Response(status=204)


urlpatterns = [
    path("me/", me, name="api-me"),
    path("tokens/", tokens, name="api-tokens"),
    path("tokens/<int:token_id>/", token, name="api-token"),
]
