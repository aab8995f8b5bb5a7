"""The rows of a submission as pages: found, fixed one by one or all alike, taken away, returned."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest import fixing, pipeline, takeaway
from ingest.grid import CELL, Grid, RowPage, address_of, posted_cells
from ingest.submission_page import SubmissionPage
from ingest.views import owned, seen
from leaderboard.models import Submission, SubmissionRow


@never_cache
@require_safe
def rows(request: HttpRequest, public_id) -> HttpResponse:
    """The rows of a submission, by state and text."""
    submission = seen(request, public_id)
    page = SubmissionPage(submission, request.user)
    grid = Grid(
        submission,
        can_change=page.can_change,
        state=request.GET.get("show", ""),
        text=request.GET.get("q", ""),
        after=request.GET.get("after", ""),
    )
    return render(
        request, "ingest/rows.html", {"submission": submission, "page": page, "grid": grid}
    )


@require_safe
def row_table(request: HttpRequest, public_id) -> HttpResponseBase:
    """Rows as CSV, with a column that says what is wrong with each."""
    submission = seen(request, public_id)
    state = request.GET.get("show", "")
    if state not in ("", *SubmissionRow.objects.none().STATES):
        raise BadRequest("There are no such rows.")
    response = StreamingHttpResponse(
        takeaway.table(submission, submission.rows.of(state)),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = takeaway.disposition(submission, state)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def row(request: HttpRequest, public_id, number: int) -> HttpResponse:
    """One row with all its cells: what was sent, what was fixed, and the form that fixes them."""
    submission = seen(request, public_id)
    found = row_or_404(submission, number, request.GET.get("path"))
    page = SubmissionPage(submission, request.user)
    if request.method != "POST":
        return row_page(request, page, RowPage(submission, found, can_change=page.can_change))
    submission = owned(request, public_id)
    cells = posted_cells(found, request.POST)
    try:
        changed = fixing.fix(submission.pk, row=found.row, path=found.path, cells=cells)
    except (fixing.Unfit, pipeline.NotAllowed) as refused:
        stated = {name.removeprefix(CELL): str(text) for name, text in request.POST.items()}
        rejected = RowPage(submission, found, can_change=page.can_change, posted=stated)
        return row_page(request, page, rejected, refused=str(refused))
    tell(request, submission, changed)
    return redirect(address_of(found, submission))


def row_page(
    request: HttpRequest, page: SubmissionPage, shown: RowPage, refused: str = ""
) -> HttpResponse:
    return render(
        request,
        "ingest/row.html",
        {"submission": page.submission, "page": page, "shown": shown, "refused": refused},
        status=400 if refused else 200,
    )


def row_or_404(submission: Submission, number: int, path: str | None) -> SubmissionRow:
    if path is not None and "\0" in path:
        raise Http404("No such row.")
    try:
        return fixing.row_of(submission, number, path)
    except fixing.Unfit as unfit:
        raise Http404(str(unfit)) from None


@login_required
@require_POST
def fix_alike(request: HttpRequest, public_id) -> HttpResponse:
    """Mend one problem in all rows that have it."""
    submission = owned(request, public_id)
    said = {name: request.POST.get(name, "") for name in ("code", "column", "rename", "cell")}
    rename = said["rename"].strip()
    if not (rename or said["cell"]) or any("\0" in text for text in said.values()):
        messages.error(request, "Say what the column is to be called.")
        return redirect(submission)

    def make() -> int:
        return fixing.fix_alike(
            submission.pk,
            code=said["code"],
            column=said["column"],
            given=request.POST.get("given", "").replace("\0", "") or None,
            cells=None if rename else {said["cell"]: request.POST.get("value", "")},
            rename=rename,
        )

    return attempted(request, submission, make)


@login_required
@require_POST
def bring_back(request: HttpRequest, public_id) -> HttpResponse:
    """Take a table of rows back that was downloaded and mended."""
    submission = owned(request, public_id)
    file = request.FILES.get("table")
    if file is None:
        messages.error(request, "Choose the table that you downloaded and mended.")
        return redirect(submission)
    table = file.read(fixing.TABLE_BYTES + 1)
    return attempted(request, submission, lambda: fixing.bring_back(submission.pk, table=table))


def attempted(
    request: HttpRequest, submission: Submission, make: Callable[[], int]
) -> HttpResponse:
    """Make fixes, say what came of it, and go back to the submission."""
    try:
        tell(request, submission, make())
    except (fixing.Unfit, pipeline.NotAllowed) as refused:
        messages.error(request, f"Nothing was changed. {refused}")
    return redirect(submission)


def tell(request: HttpRequest, submission: Submission, changed: int) -> None:
    """Check small submissions at once, and say what the fixes came to."""
    cells = f"{changed:,} {'cell' if changed == 1 else 'cells'}"
    if not changed:
        messages.info(request, "No cell differs from what it was.")
        return
    try:
        is_checked = fixing.check_at_once(submission.pk, at=timezone.now())
    except pipeline.NotAllowed:
        is_checked = False
    submission.refresh_from_db()
    errors = submission.summary.get("errors", 0)
    left = f"Checked again: {errors:,} {'error' if errors == 1 else 'errors'} left."
    messages.info(request, f"{cells} fixed. {left if is_checked else 'Not checked yet.'}")
