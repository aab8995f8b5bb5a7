"""Sending a file, watching its check, and deciding about it."""

from typing import cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db import IntegrityError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseForbidden,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ingest import documentation, files, mappings, pipeline, quota, tasks
from ingest.choices import ChoiceError, choices_of
from ingest.errors import ERRORS
from ingest.formats import __path__ as formats_path
from ingest.forms import SubmitForm, context_from
from ingest.grid import context_text
from ingest.references import REFERENCES
from ingest.resolve import ContextError, context_of, joined
from ingest.submission_page import SubmissionPage
from leaderboard import room
from leaderboard.models import AIModel, Hardware, Mapping, Method, Submission, Task
from leaderboard.tasks import later, refresh_board

# Room for the other fields of the form beside the file.
FORM_BYTES = 65_536
SUGGESTED = 500
TEMPLATES = {"csv": "text/csv; charset=utf-8", "json": "application/json"}


# The length is looked at before anything reads the body, as the check of the token would.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """The page that takes a file. Everybody may read it, users may send."""
    limit = settings.LIMITS["max_upload_bytes"]
    size = int(request.META.get("CONTENT_LENGTH") or 0)
    if size > limit + FORM_BYTES:
        return render(request, "ingest/too_large.html", {"limit": limit}, status=413)
    if request.method == "POST":
        # It is laid down twice, in a temporary file and in the database.
        room.require(2 * size)
    return protected_submit(request)


@csrf_protect
def protected_submit(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return submit_page(request, SubmitForm())
    if not request.user.is_authenticated:
        return redirect_to_login(reverse("submit"))
    form = SubmitForm(request.POST, request.FILES)
    if not form.is_valid():
        return submit_page(request, form, status=400)
    sent = form.cleaned_data
    left = quota.of(request.user, at=timezone.now())
    if not left.left:
        form.add_error(None, f"You may send {left.per_day} files a day. Go on tomorrow (UTC).")
        return submit_page(request, form, status=429)
    try:
        saved = mappings.saved(user_of(request), sent["mapping"])
        submission, is_new = pipeline.receive(
            sent["sent"],
            filename=files.called([path for path, _ in sent["sent"]]),
            by=request.user,
            at=timezone.now(),
            context=joined(saved, context_of(form.context)),
            publish=sent["publish"],
            format=sent["format"],
        )
    except (ContextError, files.TooLarge) as refused:
        form.add_error(None, str(refused))
        return submit_page(request, form, status=400)
    if not is_new:
        messages.info(request, "You sent this very file before; this is its submission.")
    later(tasks.ingest, submission.pk)
    return redirect(submission)


def user_of(request: HttpRequest) -> User:
    """The user of a request that was let in."""
    return cast(User, request.user)


def submit_page(request: HttpRequest, form: SubmitForm, status: int = 200) -> HttpResponse:
    recent = (
        Submission.objects.filter(submitted_by_id=request.user.pk).order_by("-received_at")[:5]
        if request.user.is_authenticated
        else []
    )
    return render(
        request,
        "ingest/submit.html",
        {
            "form": form,
            "formats": documentation.formats().values(),
            "limit": settings.LIMITS["max_upload_bytes"],
            "recent": recent,
            "quota": quota.of(request.user, at=timezone.now())
            if request.user.is_authenticated
            else None,
            "mappings": names_of_mappings(request),
            "review": settings.REVIEW,
            "lists": [
                ("hardware", slugs(Hardware)),
                ("model", slugs(AIModel)),
                ("task", slugs(Task)),
                ("method", slugs(Method)),
            ],
        },
        status=status,
    )


def names_of_mappings(request: HttpRequest) -> list[str]:
    """What the user's saved answers are called."""
    return list(own_mappings(request).values_list("name", flat=True))


def own_mappings(request: HttpRequest):
    return Mapping.objects.filter(owner_id=request.user.pk).order_by("name")


def slugs(model) -> list[str]:
    return list(model.objects.order_by("slug").values_list("slug", flat=True)[:SUGGESTED])


@require_safe
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """Our own format, to be filled in."""
    path = f"{formats_path[0]}/templates/efficiency-frontier.{kind}"
    with open(path, "rb") as file:
        response = HttpResponse(file.read(), content_type=TEMPLATES[kind])
    response["Content-Disposition"] = f'attachment; filename="efficiency-frontier.{kind}"'
    return response


@require_safe
def formats(request: HttpRequest) -> HttpResponse:
    """All formats that are read, and what each gives and leaves open."""
    references = sorted(REFERENCES.values(), key=lambda module: module.LABEL.casefold())
    return render(
        request,
        "ingest/formats.html",
        {
            "formats": documentation.formats().values(),
            "references": [
                (module.LABEL, documentation.first_paragraph(module)) for module in references
            ],
        },
    )


@require_safe
def format(request: HttpRequest, slug: str) -> HttpResponse:
    """One format: what it gives, what must be asked, and its quirks."""
    if slug not in documentation.formats():
        raise Http404("There is no such format.")
    found = documentation.formats()[slug]
    return render(request, "ingest/format.html", {"format": found})


@login_required
def submissions(request: HttpRequest) -> HttpResponse:
    """The user's own."""
    own = Submission.objects.filter(submitted_by_id=request.user.pk).order_by("-received_at")
    page = Paginator(own, 50).get_page(request.GET.get("page"))
    saved = [(one, context_text(one.context)) for one in own_mappings(request)]
    return render(request, "ingest/submissions.html", {"rows": page, "mappings": saved})


@login_required
@require_POST
def forget_mapping(request: HttpRequest) -> HttpResponse:
    """Delete saved answers; submissions that used them keep theirs."""
    name = request.POST.get("name", "").replace("\0", "")
    if own_mappings(request).filter(name=name).delete()[0]:
        messages.info(request, f"The saved answers “{name}” are deleted.")
    return redirect("submissions")


def seen(request: HttpRequest, public_id) -> Submission:
    """The submission, if this reader may see it; others are told that there is none."""
    visible = Submission.objects.visible_to(request.user).select_related("source", "submitted_by")
    return get_object_or_404(visible, public_id=public_id)


def owned(request: HttpRequest, public_id) -> Submission:
    """The submission, for its sender or an editor."""
    submission = seen(request, public_id)
    if submission.submitted_by_id != request.user.pk and not request.user.is_staff:
        raise Http404("Not yours.")
    return submission


@never_cache
@require_safe
def submission(request: HttpRequest, public_id) -> HttpResponse:
    return submission_page(request, SubmissionPage(seen(request, public_id), request.user))


def submission_page(request: HttpRequest, page: SubmissionPage, refused: str = "") -> HttpResponse:
    return render(
        request,
        "ingest/submission.html",
        {"submission": page.submission, "page": page, "refused": refused},
        status=400 if refused else 200,
    )


@login_required
@require_POST
def recheck(request: HttpRequest, public_id) -> HttpResponse:
    """Take what the sender says now, and check the file again."""
    submission = owned(request, public_id)
    try:
        saved = mappings.saved(user_of(request), request.POST.get("mapping", ""))
        context = context_from(request.POST, joined(submission.context, saved))
        if name := request.POST.get("save_as", "").strip():
            mappings.save(user_of(request), name=name, context=context)
        pipeline.recheck(
            submission.pk,
            at=timezone.now(),
            context=context,
            format=request.POST.get("format"),
        )
    except ContextError as refused:
        # Nothing that was typed is lost.
        page = SubmissionPage(submission, request.user, posted=request.POST)
        return submission_page(request, page, refused=str(refused))
    except pipeline.NotAllowed as refused:
        messages.error(request, str(refused))
    except IntegrityError:
        messages.error(request, "You sent this file with these answers already.")
    else:
        later(tasks.ingest, submission.pk)
    return redirect(submission)


@login_required
@require_POST
def publish(request: HttpRequest, public_id) -> HttpResponse:
    submission = owned(request, public_id)
    try:
        chosen = choices_of(request.POST)
        pipeline.publish(submission.pk, by=request.user, **chosen)
    except ChoiceError as refused:
        page = SubmissionPage(submission, request.user, posted=request.POST)
        return submission_page(request, page, refused=str(refused))
    except pipeline.NotAllowed as refused:
        messages.error(request, str(refused))
    else:
        later(tasks.ingest, submission.pk)
    return redirect(submission)


@login_required
@require_POST
def withdraw(request: HttpRequest, public_id) -> HttpResponse:
    submission = owned(request, public_id)
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:300]
    for board in pipeline.withdraw(submission.pk, at=timezone.now(), reason=reason):
        later(refresh_board, board)
    return redirect(submission)


@require_safe
def raw(request: HttpRequest, public_id) -> HttpResponseBase:
    """The file as it was sent, never to be opened by a browser on this site."""
    submission = seen(request, public_id)
    if not SubmissionPage(submission, request.user).has_raw:
        return HttpResponseForbidden("The file of a withdrawn submission is not given out.")
    response = StreamingHttpResponse(
        files.whole(submission), content_type="application/octet-stream"
    )
    several = len(files.paths(submission)) > 1
    filename = f"{submission.filename}.zip" if several else submission.filename
    response["Content-Disposition"] = content_disposition_header(True, filename)
    if not several:
        response["Content-Length"] = submission.size
    response["X-Content-Type-Options"] = "nosniff"
    # This answer's own policy; the site's middleware leaves an existing one alone.
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@require_safe
def error(request: HttpRequest, code: str) -> HttpResponse:
    """What an error's code means and what to do about it."""
    if code not in ERRORS:
        raise Http404("There is no such error.")
    title, text = ERRORS[code]
    return render(request, "ingest/error.html", {"code": code, "title": title, "text": text})


@require_safe
def errors(request: HttpRequest) -> HttpResponse:
    rows = [(code, *texts) for code, texts in sorted(ERRORS.items())]
    return render(request, "ingest/errors.html", {"rows": rows})
