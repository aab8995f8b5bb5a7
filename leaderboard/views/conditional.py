"""Pages that answer 304 while nothing has changed."""

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers

from leaderboard.models import Board

PARTS = ("templates", "static", "leaderboard", "ingest")


def newest_change() -> int:
    """When the code of the pages was last changed: a new release makes new pages."""
    files = (path for part in PARTS for path in Path(settings.BASE_DIR, part).rglob("*.*"))
    return max((path.stat().st_mtime_ns for path in files if path.suffix != ".pyc"), default=0)


RELEASE = newest_change()


def etag(request: HttpRequest, dated: Any) -> str:
    """Of one board, as `boards.dated` finds it, under one question for one reader."""
    # A page shows its short address once there is one.
    return page_tag(request, *state(dated), dated.last_shared)


def page_tag(request: HttpRequest, *parts) -> str:
    """Of a page that shows these parts, under one question for one reader.

    The session stands for the user.
    """
    cookies = [request.COOKIES.get(name, "") for name in ("theme", "sessionid", "csrftoken")]
    return digest(RELEASE, *parts, request.get_full_path(), *cookies)


def state(board: Board) -> list:
    """What a board's page shows of the board itself; the rest follows its revision."""
    words = [board.title, board.blurb, board.counted, board.left_out, board.caveats, board.mixing]
    task = [board.task.name, board.task.functional_unit, board.task.unit_noun]
    return [board.pk, board.slug, board.revision, board.latest, board.filters, *words, *task]


def digest(*parts) -> str:
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """The 304 for a reader who has this page already."""
    response = get_conditional_response(request, etag=tag)
    return tagged(response, tag) if response is not None else None


def tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response["ETag"] = tag
    patch_cache_control(response, no_cache=True, private=True)
    patch_vary_headers(response, ["Cookie"])
    return response
