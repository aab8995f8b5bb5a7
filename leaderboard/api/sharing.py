"""Short addresses of views."""

from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import CharField, DateTimeField, Serializer, SlugField

from leaderboard import sharing
from leaderboard.api.accounts import StrictSerializer
from leaderboard.api.asking import Asked, checked, problems, reads
from leaderboard.api.fields import PageField, TextField
from leaderboard.api.problems import Problem, complaint, refused
from leaderboard.models import Board, SharedView
from leaderboard.throttles import NewViews


class SharedViewSerializer(Serializer):
    """A view of a board with its short address."""

    key = CharField()
    board = TextField(lambda view: view.board.slug)
    query = CharField(help_text="Canonical: only what changes the answer, in alphabetical order.")
    url = PageField(help_text="The short address.")
    target = PageField("full_address", help_text="The full address that it leads to.")
    created_at = DateTimeField()


class ViewWishSerializer(StrictSerializer):
    board = SlugField(help_text="The board’s slug.")
    query = CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=8000,
        help_text="As behind the `?` of the board’s page; `at=12` alone is version 12.",
    )


@extend_schema(
    operation_id="share_view",
    tags=["Boards"],
    request=ViewWishSerializer,
    responses={201: SharedViewSerializer, 200: SharedViewSerializer} | problems(400, 404, 429),
)
@api_view(["POST"])
@permission_classes([AllowAny])
def views(request: Request) -> Response:
    """The short address of a view: 201 where it was made now, 200 where there was one."""
    checked(request.query_params, ())
    wish = ViewWishSerializer(data=request.data)
    wish.is_valid(raise_exception=True)
    board = get_object_or_404(Board, slug=wish.validated_data["board"])
    query = canonical(board, wish.validated_data["query"])
    view = sharing.kept(board, query)
    status = 200 if view else 201
    if view is None:
        if not NewViews().allows(request):
            raise Problem(429, sharing.TOO_MANY)
        view = sharing.share(board, query, at=timezone.now())
    return Response(SharedViewSerializer(view, context={"request": request}).data, status)


def canonical(board: Board, text: str) -> str:
    """The question in its one form. Raises a Problem where it gets no short address."""
    try:
        return sharing.canonical(board, QueryDict(text.removeprefix("?")))
    except sharing.Unsharable as error:
        raise refused([complaint("view.invalid", str(error), "query")]) from None


@reads(SharedViewSerializer, tag="Boards")
def shared_view(request: Request, asked: Asked, key: str):
    """What a short address stands for."""
    return get_object_or_404(SharedView.objects.select_related("board"), key=key)


urlpatterns = [
    path("views/", views, name="api-views"),
    path("views/<slug:key>/", shared_view, name="api-view"),
]
