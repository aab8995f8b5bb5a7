"""An entry: all its numbers and where each of them comes from."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from leaderboard.core import metrics
from leaderboard.models import Entry, Run, Submission
from leaderboard.models.evidence import Origin
from leaderboard.views.entry_page import EntryPage


def seen(request: HttpRequest, pk: int) -> EntryPage:
    """The entry as this reader may see it. Entries of unpublished files are their sender's."""
    submissions = Submission.objects.visible_to(request.user)
    entry = get_object_or_404(Entry.objects.named(), pk=pk)
    if not Run.objects.filter(entry=entry, submission__in=submissions).exists():
        raise Http404("No entry that you may see.")
    return EntryPage(entry, submissions, request.GET)


def entry(request: HttpRequest, pk: int) -> HttpResponse:
    page = seen(request, pk)
    return render(request, "leaderboard/entry.html", {"entry": page.entry, "page": page})


def entry_json(request: HttpRequest, pk: int) -> JsonResponse:
    """All metrics of the entry and every measurement behind them, in canonical units."""
    page = seen(request, pk)
    entry = page.entry
    return JsonResponse(
        {
            "id": entry.pk,
            "name": str(entry),
            "task": entry.task.slug,
            "model": entry.model.slug,
            "method": entry.method.slug,
            "hardware": entry.hardware.slug,
            "device_count": entry.device_count,
            "settings": entry.settings,
            "level": None if page.level is None else int(page.level),
            "estimates": {
                estimate.metric: number(estimate)
                | {
                    "origin": Origin.values[estimate.origin],
                    "runs": estimate.runs,
                    "recipe": estimate.recipe or None,
                }
                for estimate in page.estimates
            },
            "runs": [run_object(run) for run in page.runs],
        }
    )


def run_object(run: Run) -> dict:
    return {
        "id": run.pk,
        "submission": str(run.submission.public_id),
        "state": run.submission.state.lower(),
        "file": run.submission.filename,
        "sha256": run.submission.sha256,
        "format": run.submission.format,
        "level": int(run.submission.level),
        "path": run.path,
        "row": run.row,
        "measured_on": run.measured_on or None,
        "region": run.region or None,
        "citation": run.citation or None,
        "measurements": {
            one.metric: number(one)
            | {
                "origin": one.origin,
                "written": f"{one.raw_value} {one.raw_unit}",
                "column": one.column or None,
                "instrument": one.instrument or None,
                "divisor": one.divisor,
            }
            for one in run.measurements.all()
        },
    }


def number(one) -> dict:
    """The one shape of a number."""
    return {
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "unit": metrics.get(one.metric).unit,
    }
