"""What a board's chart can't show alone: every pair of objectives, and what numbers meet on it."""

from dataclasses import dataclass
from itertools import combinations

from django.utils.safestring import SafeString

from leaderboard import drawings
from leaderboard.core import metrics
from leaderboard.facets import NONE, slug_of
from leaderboard.models.evidence import Origin

# Above this pairs are not drawn side by side.
PAIRS_UP_TO = 2_000
WIDTH, HEIGHT = 344, 250
KINDS = (
    ("measured or reported", (Origin.METERED, Origin.SENSED, Origin.REPORTED)),
    ("worked out from other numbers", (Origin.DERIVED,)),
    ("estimated by a model or from a rating", (Origin.ESTIMATED, Origin.RATED)),
)


@dataclass(frozen=True)
class Pair:
    """A small chart of two objectives."""

    heading: str
    svg: SafeString
    link: str


@dataclass(frozen=True)
class Group:
    """Entries whose energy was obtained in like ways: those that compare without reserve."""

    words: str
    count: int
    link: str


def pairs(page) -> list[Pair]:
    """Every pair of three or more objectives but the one that the large chart shows."""
    objectives = page.filters.objectives
    if len(objectives) < 3 or not 0 < len(page) <= PAIRS_UP_TO:
        return []
    shown = {page.filters.x, page.filters.y}
    return [pair(page, x, y) for y, x in combinations(objectives, 2) if {x, y} != shown]


def pair(page, x: str, y: str) -> Pair:
    heading = f"{metrics.get(y).label} against {metrics.get(x).label.lower()}"
    chart = page.scatter(x, y)
    drawn = drawings.scatter(chart, WIDTH, HEIGHT, f"pair-{x}-{y}", "", most=2)
    return Pair(heading, drawn, page.link(x=x, y=y))


def groups(page) -> list[Group]:
    """The kinds of energy numbers on the board, where there is more than one."""
    energy = page.filters.energy
    if energy not in (*page.filters.objectives, page.filters.x, page.filters.y):
        return []
    counts = {slug: count for (slug, _), count in page.standings.counts("obtained").items()}
    found = []
    for words, origins in KINDS:
        slugs = [slug_of(origin.label) for origin in origins]
        if count := sum(counts.get(slug, 0) for slug in slugs):
            found.append(Group(words, count, page.link(obtained=",".join(slugs))))
    has_others = counts.get(NONE, 0) > 0
    return found if len(found) + has_others > 1 else []
