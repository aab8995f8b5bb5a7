"""Accounts are Django's own; here one is made, and its API tokens."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leaderboard.models import ApiToken

MOST_TOKENS = 20


@never_cache
@require_http_methods(["GET", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """Create an account and sign in with it."""
    form: UserCreationForm = UserCreationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        login(request, form.save(), backend="django.contrib.auth.backends.ModelBackend")
        wish = request.POST.get("next", "")
        safe = url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()})
        return redirect(wish if safe else "submit")
    return render(
        request, "registration/signup.html", {"form": form, "next": request.GET.get("next", "")}
    )


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def tokens(request: HttpRequest) -> HttpResponse:
    """The user's tokens; a new one is shown once, in the answer to the form that made it."""
    own = ApiToken.objects.filter(user=cast(User, request.user)).order_by("-created_at")
    fresh, problem = None, ""
    if request.method == "POST":
        name = request.POST.get("name", "").replace("\0", "").strip()[:80]
        if not name:
            problem = "Give the token a name, such as the machine it is for."
        elif own.filter(name=name).exists():
            problem = f"You have a token called “{name}” already."
        elif own.count() >= MOST_TOKENS:
            problem = f"{MOST_TOKENS} tokens are the most. Revoke one first."
        else:
            _, fresh = ApiToken.objects.issue(request.user, name=name)
    return render(
        request,
        "registration/tokens.html",
        {"tokens": own, "fresh": fresh, "problem": problem},
        status=400 if problem else 200,
    )


@login_required
@require_http_methods(["POST"])
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a token away. That of somebody else does not exist."""
    deleted, _ = ApiToken.objects.filter(user=cast(User, request.user), pk=pk).delete()
    if deleted:
        messages.info(request, "The token is revoked and works no more.")
    return redirect("tokens")
