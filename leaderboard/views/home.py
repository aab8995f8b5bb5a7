"""The home page: what this is, where the frontiers are, what changed, and how to take part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import F, Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from leaderboard.cache import tallied
from leaderboard.core import metrics
from leaderboard.findings import READ_OFF
from leaderboard.holdings import holdings, revisions
from leaderboard.models import (
    AIModel,
    Board,
    Entry,
    Estimate,
    Frontier,
    Hardware,
    Placement,
    Run,
    Source,
)
from leaderboard.views import conditional
from leaderboard.views.site import HUES
from leaderboard.views.thumbnails import thumbnails

FEATURED, CHANGES, NAMED, EXAMPLES = 6, 6, 2, 2


def home(request: HttpRequest) -> HttpResponse:
    """Answers 304 in five queries while no board and no count has changed."""
    featured = thumbnails(Board.objects.filter(latest__gt=0), most=FEATURED)
    newest = Frontier.objects.aggregate(pk=Max("pk"))["pk"]
    facts = tallied("site-facts", (revisions(), newest), site_facts)
    states = [one.key for one in featured]
    tag = conditional.page_tag(request, states, newest, sorted(facts.items()))
    if (same := conditional.unchanged(request, tag)) is not None:
        return same
    changes = cache.get_or_set(f"latest-changes-{newest}", latest_changes)
    context = {"thumbnails": featured, "facts": facts, "changes": changes, "hues": HUES}
    return conditional.tagged(render(request, "leaderboard/home.html", context), tag)


def site_facts() -> dict[str, Any]:
    """What the store holds. Only what is published counts."""
    estimates, held = Estimate.objects.all(), holdings()
    energies = estimates.filter(metric__in=metrics.ENERGIES)
    return {
        "entries": held.entries,
        "runs": Run.objects.counting().count(),
        "boards": Board.objects.count(),
        "models": AIModel.objects.count(),
        "models_used": held.used("model"),
        "devices": Hardware.objects.exclude(slug="unspecified").count(),
        "devices_used": held.used("hardware"),
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


@dataclass(frozen=True)
class Change:
    """One new version of a board, and those of its new entries that are worth a name."""

    frontier: Frontier
    named: list[Entry]

    @property
    def more(self) -> int:
        return self.frontier.entered - len(self.named)


def latest_changes() -> list[Change]:
    """The newest versions of all boards, in three queries."""
    frontiers = list(
        Frontier.objects.select_related("board").order_by("-published_at", "-pk")[:CHANGES]
    )
    came = newcomers([frontier for frontier in frontiers if frontier.number > 1])
    named = Entry.objects.named().in_bulk({key for keys in came.values() for key in keys})
    return [
        Change(frontier, [named[key] for key in came.get(frontier.pk, [])])
        for frontier in frontiers
    ]


def newcomers(frontiers: Sequence[Frontier]) -> dict[int, list[int]]:
    """For each version up to two entries that came into the first layer with it."""
    touched = Q(pk=None)
    for frontier in frontiers:
        number = Q(since=frontier.number) | Q(until=frontier.number)
        touched |= Q(board=frontier.board_id) & number
    rows = Placement.objects.filter(touched, layer=1).order_by("entry")
    since: dict[tuple[int, int], list[int]] = {}
    until: dict[tuple[int, int | None], set[int]] = {}
    for board, entry, start, end in rows.values_list("board", "entry", "since", "until"):
        since.setdefault((board, start), []).append(entry)
        if end is not None:
            until.setdefault((board, end), set()).add(entry)
    return {
        frontier.pk: [
            entry
            for entry in since.get((frontier.board_id, frontier.number), [])
            if entry not in until.get((frontier.board_id, frontier.number), set())
        ][:NAMED]
        for frontier in frontiers
    }
