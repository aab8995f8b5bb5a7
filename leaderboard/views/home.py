"""The home page: what this is, where the frontiers are, what changed, and how to take part."""

from functools import partial
from typing import Any

from django.core.cache import cache
from django.db.models import F, Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leaderboard import changes
from leaderboard.cache import tallied
from leaderboard.core import metrics
from leaderboard.findings import READ_OFF
from leaderboard.holdings import holdings, revisions
from leaderboard.models import (
    AIModel,
    Board,
    Estimate,
    Frontier,
    Hardware,
    Run,
    Source,
)
from leaderboard.views import conditional
from leaderboard.views.site import HUES
from leaderboard.views.thumbnails import thumbnails

FEATURED, CHANGES, EXAMPLES = 6, 6, 2


def home(request: HttpRequest) -> HttpResponse:
    """Answers 304 in five queries while no board and no count has changed."""
    featured = thumbnails(Board.objects.filter(latest__gt=0), most=FEATURED)
    newest = Frontier.objects.aggregate(pk=Max("pk"))["pk"]
    facts = tallied("site-facts", (revisions(), newest), site_facts)
    states = [one.key for one in featured]
    tag = conditional.page_tag(request, states, newest, sorted(facts.items()))
    if (same := conditional.unchanged(request, tag)) is not None:
        return same
    events = cache.get_or_set(f"latest-changes-{newest}", partial(changes.latest, CHANGES))
    context = {"thumbnails": featured, "facts": facts, "events": events, "hues": HUES}
    return conditional.tagged(render(request, "leaderboard/home.html", context), tag)


def site_facts() -> dict[str, Any]:
    """What the store holds. Only what is published counts."""
    estimates, held = Estimate.objects.all(), holdings()
    devices = Hardware.objects.exclude(slug="unspecified")
    energies = estimates.filter(metric__in=metrics.ENERGIES)
    return {
        "entries": held.entries,
        "runs": Run.objects.counting().count(),
        "boards": Board.objects.count(),
        "models": AIModel.objects.count(),
        "models_used": held.used("model"),
        "devices": devices.count(),
        "devices_used": devices.filter(pk__in=held.of.get("hardware", {})).count(),
        "sources": Source.objects.count(),
        "energy_measured": share(energies.filter(origin__in=READ_OFF).count(), energies.count()),
        "with_bounds": share(estimates.filter(low__lt=F("high")).count(), estimates.count()),
        "changed_at": Frontier.objects.aggregate(at=Max("published_at"))["at"],
        "examples": examples(held.of.get("model", {})),
    }


def share(part: int, whole: int) -> int | None:
    """Per cent, or None of nothing."""
    return round(100 * part / whole) if whole else None


def examples(counts: dict[int, int]) -> list[tuple[str, str]]:
    """Name and path of the models with the most entries."""
    most = sorted(counts, key=lambda key: (-counts[key], key))[:EXAMPLES]
    found = AIModel.objects.in_bulk(most)
    return [(found[key].name, found[key].get_absolute_url()) for key in most if key in found]
