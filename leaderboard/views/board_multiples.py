"""What a board's chart can't show alone: every pair of objectives."""

from dataclasses import dataclass
from itertools import combinations

from django.utils.safestring import SafeString

from leaderboard import drawings
from leaderboard.core import metrics

# Above this pairs are not drawn side by side.
PAIRS_UP_TO = 2_000
WIDTH, HEIGHT = 344, 250


@dataclass(frozen=True)
class Pair:
    """A small chart of two objectives."""

    heading: str
    svg: SafeString
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
