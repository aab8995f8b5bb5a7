"""How a board's frontier grew: its hypervolume by version, and its best by date of release.

Nothing is stored: the box of the hypervolume holds all versions, so each new version may change the
share of the older ones. What is worked out is kept in the cache under the board's newest version.
"""

import calendar
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.core.cache import cache

from leaderboard.core import growth, metrics
from leaderboard.core.volume import Box
from leaderboard.frontiers import directions
from leaderboard.models import Board, Entry, Estimate, Frontier
from leaderboard.versions import ever_first, same_objectives_since

# So many versions get a share; of more an even choice, the newest always.
VERSIONS = 200
# By number of objectives: how many points of a frontier can be measured within milliseconds.
MOST_POINTS = {1: 50_000, 2: 50_000, 3: 5_000, 4: 3_000, 5: 1_000, 6: 150}
# An amount that spans at least this ratio is measured on a log scale, as the charts draw it.
LOG_FROM = 5
KEPT_S = 24 * 3600
# Intelligence per joule, the widest boundary first.
PER_JOULE = ("node_intelligence_per_joule", "intelligence_per_joule")


@dataclass(frozen=True)
class Share:
    """What a version's frontier dominates of the box."""

    number: int
    published_at: datetime
    share: float


@dataclass(frozen=True)
class Growth:
    """Shares by version, and the box that they are of. `why_not` says why there are none."""

    shares: list[Share]
    objectives: list[str]
    box: Box | None
    skipped: int = 0
    # Versions before the board ranked by these objectives.
    earlier: int = 0
    why_not: str = ""


def hypervolume(board: Board, shown: Frontier) -> Growth:
    """The shares of all versions that rank by the objectives of the one shown."""
    key = f"hypervolume/1/{board.pk}/{board.latest}/{','.join(shown.objectives)}"
    found = cache.get(key)
    if found is None:
        found = measured(board, shown)
        cache.set(key, found, KEPT_S)
    return found


def measured(board: Board, shown: Frontier) -> Growth:
    objectives = list(shown.objectives)
    since = same_objectives_since(shown)
    stays = ever_first(board, since, len(objectives))
    empty = Growth([], objectives, None, earlier=since - 1)
    if not objectives or not len(stays):
        return with_why(empty, "no version has a frontier yet")
    box = Box.around(stays.value, directions(tuple(objectives)), log_scaled(objectives, stays))
    if box.is_flat:
        return with_why(empty, "all points that ever stood on the frontier are alike")
    versions = list(
        board.frontiers.filter(number__gte=since, objectives=objectives)
        .order_by("number")
        .values_list("number", "published_at", "entries")
    )
    chosen = evenly(len(versions))
    most = MOST_POINTS.get(len(objectives), 50)
    if max(entries for _, _, entries in versions) > most:
        return with_why(empty, f"a frontier of more than {most:,} entries is not measured here")
    shares = [
        Share(number, at, box.share(stays.at(number)))
        for number, at, _ in (versions[place] for place in chosen)
    ]
    return Growth(shares, objectives, box, len(versions) - len(chosen), since - 1)


def with_why(growth: Growth, why: str) -> Growth:
    return Growth(growth.shares, growth.objectives, None, 0, growth.earlier, why)


def log_scaled(objectives: list[str], stays) -> list[bool]:
    """Which objectives are amounts that span enough to be measured on a log scale."""
    low, high = stays.value.min(axis=0), stays.value.max(axis=0)
    return [
        slug != "quality" and bool(low[place] > 0) and bool(high[place] / low[place] >= LOG_FROM)
        for place, slug in enumerate(objectives)
    ]


def evenly(count: int) -> list[int]:
    """Places of at most `VERSIONS` of so many versions, the first and the last among them."""
    if count <= VERSIONS:
        return list(range(count))
    return sorted({round(place) for place in np.linspace(0, count - 1, VERSIONS)})


@dataclass(frozen=True)
class Dated:
    """An entry with the release of its model, as a fraction of years, and its value."""

    entry: int
    name: str
    released: str
    year: float
    value: float


@dataclass(frozen=True)
class Trend:
    """The best by date of release. `why_not` says why there is no doubling time."""

    metric: metrics.Metric | None
    points: list[Dated]
    records: list[Dated]
    undated: int
    doubling: growth.Doubling | None
    why_not: str = ""


def trend(board: Board) -> Trend:
    """Intelligence per joule of the task's entries by the release of their models."""
    key = f"trend/1/{board.pk}/{board.latest}/{board.revision}"
    found = cache.get(key)
    if found is None:
        found = fitted(board)
        cache.set(key, found, KEPT_S)
    return found


def fitted(board: Board) -> Trend:
    for slug in PER_JOULE:
        points = Estimate.objects.points(board.task_id, [slug])
        if len(points):
            break
    else:
        return Trend(None, [], [], 0, None, "no entry has both a quality and an energy")
    releases = dict(
        Entry.objects.filter(task=board.task_id)
        .exclude(model__released="")
        .values_list("pk", "model__released")
    )
    years = {entry: year_of(text) for entry, text in releases.items()}
    dated = {entry: year for entry, year in years.items() if year is not None}
    places = [place for place, entry in enumerate(points.entries.tolist()) if entry in dated]
    times = [dated[int(points.entries[place])] for place in places]
    values = points.value[places, 0].tolist()
    best = growth.records(times, values)
    kept = set(best) | set(range(0, len(places), max(1, len(places) // 500)))
    entries = {place: int(points.entries[places[place]]) for place in kept}
    names = {e.pk: str(e) for e in Entry.objects.named().filter(pk__in=entries.values())}
    made = {
        place: Dated(entry, names[entry], releases[entry], times[place], values[place])
        for place, entry in entries.items()
    }
    found = growth.doubling([times[place] for place in best], [values[place] for place in best])
    return Trend(
        metrics.get(slug),
        [made[place] for place in sorted(made)],
        [made[place] for place in best],
        len(points) - len(places),
        found,
        "" if found else reason(len(best)),
    )


def reason(count: int) -> str:
    """Why there is no doubling time."""
    if count < growth.FEWEST:
        dates = "date" if count == 1 else "dates"
        return (
            f"only {count} {dates} of release brought a new best, and a fit needs {growth.FEWEST}"
        )
    return "the records do not grow along a line"


def year_of(text: str) -> float | None:
    """“2025-03-12” as a fraction of years; None for a year alone, which is too coarse to fit.

    A month counts as its middle.
    """
    parts = text.split("-")
    if len(parts) < 2 or not all(part.isdigit() for part in parts):
        return None
    year, month = int(parts[0]), int(parts[1])
    if not 1900 < year < 2200 or not 1 <= month <= 12:
        return None
    day = int(parts[2]) if len(parts) > 2 else 15
    days = 366 if calendar.isleap(year) else 365
    before = sum(calendar.monthrange(year, earlier)[1] for earlier in range(1, month))
    return year + (before + day - 1) / days
