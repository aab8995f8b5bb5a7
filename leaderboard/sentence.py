"""A view in words: what stands in its figures, its downloads and above what is embedded.

“Graduate science questions: quality against node energy of 26 entries on NVIDIA H100, quality at
least 30.0 %, as of version 37, 12 November 2026”
"""

import math
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from leaderboard import own_scenarios, quantities
from leaderboard.core import metrics
from leaderboard.filters import Filters
from leaderboard.models import Board
from leaderboard.quantities import count
from leaderboard.standings import Standings

if TYPE_CHECKING:
    from leaderboard.frozen import Frozen

# How the values of a facet are said behind “26 entries”; one that is not here stands by its name.
SAID = {
    "model": "of {}",
    "family": "of the family {}",
    "developer": "of models by {}",
    "size": "of models of {} parameters",
    "model_size": "of models of {} parameters",
    "weights": "with {}",
    "released": "of models released in {}",
    "technique": "by techniques of {}",
    "method": "by {}",
    "hardware": "on {}",
    "vendor": "on devices by {}",
    "device": "on devices of kind {}",
    "precision": "at precision {}",
    "engine": "run by {}",
    "obtained": "with energy by {}",
    "boundary": "with energy measured as {}",
    "level": "verified as {}",
    "source": "from the source {}",
    "submitter": "sent by {}",
    "year": "measured in {}",
}
SAID_IN_FULL = 3
LONGEST_WORD = 40


def of_view(standings: Standings, published_at: datetime | None) -> str:
    """What a reader's view shows, with its filters, its version and its day."""
    filters = standings.filters
    shown = " ".join([entries(len(standings)), *facets(standings)])
    parts = [f"{pair(filters.y, filters.x)} of {shown}", *limits(filters), *yours(standings)]
    if set(filters.objectives) != {filters.x, filters.y}:
        parts.append(f"ranked by {listing(label(slug) for slug in filters.objectives)}")
    if standings.is_mixed:
        parts.append(f"mixing {mixed(standings)}")
    return finished(standings.board, parts, standings.board.latest, published_at)


def mixed(standings: Standings) -> str:
    """“2 kinds of energy numbers (30 measured or reported and 4 estimated by a model …)”."""
    met = standings.kinds_met
    return f"{len(met)} kinds of energy numbers ({listing(one.words for one in met)})"


def yours(standings: Standings) -> Iterator[str]:
    """What the reader brought: a scenario of their own, and weights."""
    if standings.is_own:
        yield f"in a reader's scenario ({own_scenarios.told(standings.filters.own)})"
    if weights := standings.filters.weights:
        told = (f"{label(slug)} {weight:g}" for slug, weight in weights.items())
        yield f"in the order of weights ({', '.join(told)})"


def of_version(frozen: "Frozen") -> str:
    """What a stored version shows: the entries of its layers that the reader chose."""
    board, filters, objectives = frozen.board, frozen.asked.filters, frozen.objectives
    layers = "the first layer" if board.depth == 1 else f"the first {board.depth} layers"
    words = chosen(filters, lambda facet: dict(frozen.names.values(facet)))
    shown = " ".join([entries(len(frozen)), *words])
    parts = [f"{pair(filters.y, filters.x)} of {shown} in {layers}", *limits(filters)]
    if set(objectives) != {filters.x, filters.y}:
        parts.append(f"ranked by {listing(label(slug) for slug in objectives)}")
    return finished(board, parts, frozen.frontier.number, frozen.frontier.published_at)


def finished(board: Board, parts: list[str], number: int, at: datetime | None) -> str:
    parts.append(f"as of version {number}, {day(at)}" if at else "not published yet")
    return f"{board.title}: {', '.join(parts)}"


def day(at: datetime) -> str:
    """“12 November 2026”."""
    return f"{at.day} {at:%B %Y}"


def entries(size: int) -> str:
    return count(size, "entry", "entries")


def label(slug: str) -> str:
    """A metric's name inside a sentence: its capital falls unless it is an abbreviation."""
    text = metrics.get(slug).label
    return text if text[:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def pair(y: str, x: str) -> str:
    return label(y) if x == y else f"{label(y)} against {label(x)}"


def facets(standings: Standings) -> Iterator[str]:
    """What each facet that the reader set leaves, as words behind the number of entries."""
    return chosen(standings.filters, lambda facet: dict(standings.facets.values(facet)))


def chosen(filters: Filters, known: Callable[[str], dict[str, str]]) -> Iterator[str]:
    """The same, where `known` gives the names of a facet's values by their slugs."""
    for facet, slugs in filters.facets.items():
        names = known(facet)
        words = [names.get(slug, f"“{shortened(slug)}”") for slug in slugs]
        yield SAID.get(facet, f"with {facet} {{}}").format(listing(words, "or"))
    if filters.words:
        yield f"named “{' '.join(map(shortened, filters.words))}”"


def limits(filters: Filters) -> Iterator[str]:
    """“quality at least 30.0 %”."""
    for slug, (low, high) in filters.bounds.items():
        if math.isfinite(low) and math.isfinite(high):
            bound = f"from {quantities.alone(slug, low)} to {quantities.alone(slug, high)}"
        elif math.isfinite(low):
            bound = f"at least {quantities.alone(slug, low)}"
        else:
            bound = f"at most {quantities.alone(slug, high)}"
        yield f"{label(slug)} {bound}"
    if filters.measured_only:
        yield "measured values only"


def listing(words, joint: str = "and") -> str:
    """“A, B and C”; of many the first and how many more."""
    words = list(words)
    if len(words) > SAID_IN_FULL + 1:
        words = [*words[:SAID_IN_FULL], f"{len(words) - SAID_IN_FULL} others"]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {joint} {words[-1]}"


def shortened(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else f"{word[: LONGEST_WORD - 1]}…"
