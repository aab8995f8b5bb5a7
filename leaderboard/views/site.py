"""The pages that belong to no table: theme, help, errors."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from leaderboard import room, searching
from leaderboard.api.problems import RETRY_AFTER_S, ROOM_AFTER_S
from leaderboard.context import THEMES
from leaderboard.models import Submission

NEAR = 5
YEAR_S = 365 * 86_400
# The colours and shapes of the metrics' families.
HUES = [
    ("accuracy", "Quality", "How well the task is done. Higher is better"),
    ("energy", "Energy", "Joules or Wh; the metric says what is counted"),
    ("material", "Material", "Hardware used up, by mass"),
    ("cost", "Cost", "USD at a dated price"),
    ("carbon", "Carbon", "CO₂e of use and of making"),
    ("latency", "Time", "Latency, run time, throughput"),
]


# Anybody may be sent to the other theme; a token would put a cookie on every page.
@csrf_exempt
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Keep the reader's theme in a cookie, and go back."""
    wish = request.POST.get("theme")
    if wish not in THEMES:
        wish = "light" if request.COOKIES.get("theme") == "dark" else "dark"
    back = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()}):
        back = "/"
    response = HttpResponseRedirect(back)
    response.set_cookie("theme", wish, max_age=YEAR_S, samesite="Lax", secure=request.is_secure())
    return response


def how_it_ranks(request: HttpRequest) -> HttpResponse:
    context = {"hues": HUES, "levels": list(Submission.Level)}
    return render(request, "leaderboard/how_it_ranks.html", context)


# Error pages. That of status 500 is static: what broke may be what draws pages.


def bad_request(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception=None) -> HttpResponse:
    return render(request, "403.html", {"reason": str(exception or "")}, status=403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was open too long, or came from another site."""
    return render(request, "403_csrf.html", status=403)


def not_found(request: HttpRequest, exception=None) -> HttpResponse:
    """With the addresses close to the one asked for."""
    parts = [part for part in request.path.split("/") if part]
    words = parts[-1] if parts else ""
    near = searching.search(words, most=NEAR).hits[:NEAR]
    context = {"path": request.get_full_path(), "near": near, "words": words}
    return render(request, "404.html", context, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or 503 where the database is away or the disk full, which will pass."""
    error = sys.exc_info()[1]
    is_full = room.is_missing(error)
    is_away = is_full or isinstance(error, OperationalError | InterfaceError)
    told = {"is_away": is_away, "is_full": is_full}
    response = render(request, "500.html", told, status=503 if is_away else 500)
    if is_away:
        response["Retry-After"] = str(ROOM_AFTER_S if is_full else RETRY_AFTER_S)
    return response
