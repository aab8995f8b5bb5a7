"""Searching the site: the page, and what is suggested while a reader types."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from leaderboard import literature, searching
from leaderboard.names import KINDS
from leaderboard.searching import Found, Hit

OF_ONE_KIND, SUGGESTED, FRESH_S = 100, 8, 60
# One of each kind, for the lines of a list.
SINGULAR = {
    "board": "board",
    "model": "model",
    "hardware": "device",
    "method": "method",
    "task": "task",
    "metric": "metric",
    "source": "source",
}


def search(request: HttpRequest) -> HttpResponse:
    """Boards, models, hardware, methods, tasks, metrics and sources that are called like this."""
    asked, kind = request.GET.get("q", ""), request.GET.get("kind", "")
    ignored = [f"kind={kind[:40]}: no such kind"] if kind and kind not in KINDS else []
    text = searching.text_of(asked)
    if len(asked.strip()) > searching.LONGEST:
        ignored.append(f"q: all after the first {searching.LONGEST} characters")
    found = found_of(text, kind)
    return render(
        request,
        "leaderboard/search.html",
        {
            "found": found,
            "groups": [(one, KINDS[one], hits) for one, hits in found.groups.items()],
            "kind": KINDS.get(kind, ""),
            "ways_out": [] if found.total else searching.ways_out(text),
            "claims": literature.CLAIMS.asked({}, text).found().count() if text else 0,
            "ignored": ignored,
        },
    )


def found_of(text: str, kind: str) -> Found:
    """Of all kinds a few, of a chosen kind many."""
    if kind in KINDS:
        return searching.search(text, kinds=[kind], most=OF_ONE_KIND)
    return searching.search(text)


def suggest(request: HttpRequest) -> JsonResponse:
    """A few things for what has been typed so far, the surest first."""
    found = searching.search(request.GET.get("q", ""), most=SUGGESTED)
    answer = JsonResponse(
        {
            "q": found.text,
            "meant": found.meant,
            "total": found.total,
            "suggestions": [suggestion(hit) for hit in found.hits[:SUGGESTED]],
        }
    )
    patch_cache_control(answer, max_age=FRESH_S)
    return answer


def suggestion(hit: Hit) -> dict:
    return {
        "kind": SINGULAR[hit.thing.kind],
        "name": hit.thing.name,
        "why": hit.why,
        "entries": hit.entries,
        "url": hit.thing.path,
    }
