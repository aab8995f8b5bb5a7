"""The editors' queue: what waits for a decision, and the decision."""

from django.contrib import messages
from django.contrib.admin.views.decorators import staff_member_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from ingest import pipeline, tasks
from leaderboard.models import Decision, Submission
from leaderboard.tasks import later

PAGE = 50
REASON_CHARS = 2_000


@never_cache
@require_safe
@staff_member_required(login_url="login")
def queue(request: HttpRequest) -> HttpResponse:
    """Everything that is held, the oldest first."""
    held = Submission.objects.filter(state=Submission.State.HELD).select_related("submitted_by")
    page = Paginator(held.order_by("received_at"), PAGE).get_page(request.GET.get("page"))
    decided = Decision.objects.select_related("submission", "decided_by").order_by("-decided_at")
    return render(
        request,
        "ingest/review.html",
        {"rows": page, "decided": decided[:10], "now": timezone.now()},
    )


@require_POST
@staff_member_required(login_url="login")
def decide(request: HttpRequest, public_id) -> HttpResponse:
    """Approve, return or reject one, with a reason that its sender and everybody can read."""
    submission = get_object_or_404(Submission, public_id=public_id)
    verdict = request.POST.get("verdict", "")
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:REASON_CHARS]
    if verdict not in Decision.Verdict.values:
        messages.error(request, "Choose approve, return or reject.")
        return redirect(submission)
    try:
        pipeline.decide(submission.pk, verdict, by=request.user, at=timezone.now(), reason=reason)
    except pipeline.NotAllowed as refused:
        messages.error(request, str(refused))
        return redirect(submission)
    later(tasks.ingest, submission.pk)
    return redirect("review")
