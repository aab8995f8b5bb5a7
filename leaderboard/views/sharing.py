"""Taking a view away: files, figures, short addresses, frames and badges."""

from collections.abc import Callable

from csp.decorators import csp_replace
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    QueryDict,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from leaderboard import badges, drawings, exports, fates, figures, sharing
from leaderboard.charts import Scatter
from leaderboard.context import THEMES
from leaderboard.models import Board, Entry, Run, SharedView
from leaderboard.take_away import OfView, TakeAway
from leaderboard.throttles import NewViews
from leaderboard.views import conditional
from leaderboard.views.board_page import BoardPage, whole
from leaderboard.views.boards import dated
from leaderboard.views.frozen import page_of

# How a file or frame looks; no part of the question.
LOOKS = ("theme", "width", "zoom", "comments")
MOST_PIXELS = 3200
BADGE_FOR_S = 300


def question(request: HttpRequest) -> QueryDict:
    """What is asked of the board, without how the answer is to look."""
    query = request.GET.copy()
    for name in LOOKS:
        query.pop(name, None)
    return query


def taken(request: HttpRequest, board: Board) -> tuple[Scatter, TakeAway]:
    """The chart of the view at an address, today's or a version's, and all that goes with it."""
    if at := request.GET.get("at"):
        page = page_of(request, board, whole(at))
        return page.chart, page.take
    root = request.build_absolute_uri("/").rstrip("/")
    take = OfView(BoardPage(board, question(request)), root)
    return take.page.chart, take


def tag_of(request: HttpRequest, board: Board) -> str:
    """Of what is alike for all readers; whole addresses stand in it."""
    address = request.build_absolute_uri()
    return conditional.digest(conditional.RELEASE, *conditional.state(board), address)


def unless_known(
    request: HttpRequest, tag: str, make: Callable[[], HttpResponseBase]
) -> HttpResponseBase:
    """The answer, or 304 where the reader has it. Open to pages of other sites: it is public."""
    response = get_conditional_response(request, etag=tag) or make()
    response["ETag"] = tag
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_cache_control(response, public=True, no_cache=True)
    return response


# Files


def rows(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """All rows of the view as a file, streamed."""
    board = dated(slug)

    def make() -> HttpResponseBase:
        sheet = taken(request, board)[1].sheet
        content_type, pieces = {
            "csv": (
                "text/csv; charset=utf-8",
                lambda: exports.csv_pieces(sheet, has_comments=request.GET.get("comments") == "1"),
            ),
            "json": ("application/json", lambda: exports.json_pieces(sheet)),
            "parquet": ("application/vnd.apache.parquet", lambda: exports.parquet_pieces(sheet)),
        }[kind]
        response = StreamingHttpResponse(pieces(), content_type=content_type)
        return named(response, f"{sheet.citation.name}.{kind}")

    return unless_known(request, tag_of(request, board), make)


def named(response: HttpResponseBase, name: str, *, how: str = "attachment") -> HttpResponseBase:
    response["Content-Disposition"] = f'{how}; filename="{name}"'
    return response


def figure(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """The chart of the view as a picture that stands alone."""
    board = dated(slug)

    def make() -> HttpResponseBase:
        chart, take = taken(request, board)
        width = within(request, "width", figures.NARROWEST, figures.WIDEST, figures.WIDTH)
        drawn = figures.svg(chart, take.citation, width=width, theme=theme_of(request) or "light")
        name = f"{take.citation.name}.{kind}"
        if kind == "svg":
            return named(HttpResponse(drawn, content_type="image/svg+xml"), name, how="inline")
        zoom = within(request, "zoom", 1, figures.LARGEST_SCALE, figures.SCALE)
        pixels = figures.png(drawn, scale=min(zoom, MOST_PIXELS // width))
        return named(HttpResponse(pixels, content_type="image/png"), name, how="inline")

    return unless_known(request, tag_of(request, board), make)


def within(request: HttpRequest, name: str, least: int, most: int, default: int) -> int:
    """A whole number of the address; the default where it is none, or beyond what is drawn."""
    asked = whole(request.GET.get(name))
    return asked if least <= asked <= most else default


def theme_of(request: HttpRequest) -> str:
    theme = request.GET.get("theme", "")
    return theme if theme in THEMES else ""


def bibtex(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The citation of the view for BibTeX."""
    board = dated(slug)

    def make() -> HttpResponseBase:
        citation = taken(request, board)[1].citation
        response = HttpResponse(
            citation.bibtex(), content_type="application/x-bibtex; charset=utf-8"
        )
        return named(response, f"{citation.name}.bib")

    return unless_known(request, tag_of(request, board), make)


# Short addresses


# It keeps public addresses only, and a token would put a cookie on pages that need none.
@csrf_exempt
@require_POST
def share(request: HttpRequest) -> HttpResponse:
    """Make the short address of a view, and go back to the view, which then shows it."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return refused(request, "A short link is made on the board’s own page.", 403)
    board = get_object_or_404(Board, slug=request.POST.get("board", "").replace("\0", ""))
    text = request.POST.get("query", "").removeprefix("?")
    try:
        query = QueryDict(text)
        view = shared(request, board, sharing.canonical(board, query))
    except (sharing.Unsharable, ValueError) as error:
        return refused(request, str(error), 400)
    if view is None:
        return refused(request, sharing.TOO_MANY, 429)
    address = f"{board.get_absolute_url()}{text and '?'}{query.urlencode(safe=',')}"
    response = HttpResponseRedirect(f"{address}#take-away")
    response.status_code = 303
    return response


def shared(request: HttpRequest, board: Board, query: str) -> SharedView | None:
    """The short address of a canonical question; None where a visitor made too many new ones."""
    found = sharing.kept(board, query)
    if found is not None:
        return found
    if not NewViews().allows(request):
        return None
    return sharing.share(board, query, at=timezone.now())


def refused(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    return render(request, "400.html", {"reason": reason}, status=status)


def follow(request: HttpRequest, key: str) -> HttpResponse:
    """From the short address to the full one."""
    view = get_object_or_404(SharedView.objects.select_related("board"), key=key)
    return redirect(view.full_address)


# Frames


@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # It forgets the path.
def embed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The chart and its sentence alone, for a frame on any page. It reads no cookie."""
    board = dated(slug)

    def make() -> HttpResponseBase:
        chart, take = taken(request, board)
        context = {
            "board": board,
            "take": take,
            "frame_theme": theme_of(request),
            "has_knee": chart.bend is not None,
            "has_estimates": chart.estimated.any(),
            "wide": drawings.scatter(chart, 1000, 500, "wide", "only-wide", most=14),
            "narrow": drawings.scatter(chart, 358, 320, "narrow", "only-narrow", most=5),
        }
        return render(request, "leaderboard/embed.html", context)

    return unless_known(request, tag_of(request, board), make)


# Badges


def badge(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Where an entry stands on a board, as a picture for the page of whoever sent it."""
    public = Run.objects.filter(entry=pk, submission__state__in=fates.PUBLIC)
    entry = get_object_or_404(Entry, pk=pk)
    if not public.exists():
        raise Http404("No entry that everybody may see.")
    boards = Board.objects.filter(task=entry.task_id).order_by("position", "slug")
    if slug := request.GET.get("board", "").replace("\0", ""):
        boards = boards.filter(slug=slug)
    board = boards.first()
    if board is None:
        raise Http404("The entry is on no such board.")
    drawn = badges.svg(badges.of(entry, board))
    response = unless_known(
        request,
        conditional.digest(drawn),
        lambda: HttpResponse(drawn, content_type="image/svg+xml"),
    )
    response["Cache-Control"] = f"public, max-age={BADGE_FOR_S}"
    return response
