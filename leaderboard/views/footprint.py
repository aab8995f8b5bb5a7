"""The footprint explorer: its page and what can be taken away from it."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from leaderboard import footprint_figure, footprint_sheet
from leaderboard.api.footprint import FootprintSerializer, told
from leaderboard.core import composition
from leaderboard.core.contract import InputError
from leaderboard.footprint_question import Question
from leaderboard.footprints import Explorer
from leaderboard.views.footprint_page import FootprintPage


def explorer(request: HttpRequest) -> HttpResponse:
    return shown(request, FootprintPage(request.GET))


def shown(request: HttpRequest, page: FootprintPage, status: int = 200) -> HttpResponse:
    return render(request, "leaderboard/footprint.html", {"page": page}, status=status)


# It keeps nothing; a token would put a cookie on a page that needs none.
@csrf_exempt
@require_POST
def table(request: HttpRequest) -> HttpResponse:
    """Read a table of elements that a reader sends, and go to the address that holds it."""
    sent = request.FILES.get("table")
    if sent is None:
        return shown(request, FootprintPage(request.GET, "no file was chosen"), status=422)
    try:
        found = composition.of_csv(sent.read(composition.MOST_BYTES + 1))
    except InputError as error:
        return shown(request, FootprintPage(request.GET, error.message), status=422)
    address = FootprintPage(request.GET).address(composition=found.text)
    response = HttpResponseRedirect(f"{reverse('footprint')}{address}#made-of")
    response.status_code = 303
    return response


def answer(request: HttpRequest) -> Explorer:
    return Explorer(Question.read(request.GET))


def data_json(request: HttpRequest) -> JsonResponse:
    return JsonResponse(dict(FootprintSerializer(told(answer(request))).data))


def data_csv(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(
        footprint_sheet.text(answer(request)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="footprint.csv"'
    return response


def figure(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(
        footprint_figure.figure(answer(request)), content_type="image/svg+xml; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="footprint.svg"'
    return response
