"""Why an entry is on a board, or is not, in one sentence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from django.http import QueryDict

from leaderboard import quantities
from leaderboard.core import metrics
from leaderboard.filters import Filters
from leaderboard.frontiers import ranked_by
from leaderboard.models import Board, Change, Entry, Run, Submission
from leaderboard.standings import Standings

State = Submission.State


@dataclass(frozen=True)
class Visibility:
    """Whether an entry can be seen on a board. `code` is for scripts, `sentence` for people."""

    board: str | None
    is_shown: bool
    code: str
    sentence: str


def of(
    entry: Entry, runs: Iterable[Run], query: QueryDict, asked: Board | None = None
) -> list[Visibility]:
    """What each board of the entry's task, or the one asked for, makes of an entry.

    `runs` are those that the reader may know of, with their submissions; `query` holds the filters
    of the board's address.
    """
    runs = list(runs)
    if not any(run.counts for run in runs):
        return [uncounted(runs)]
    boards = [asked] if asked else list(entry.task.boards.order_by("position", "slug"))
    if not boards:
        sentence = f"No board compares at “{entry.task}” yet."
        return [Visibility(None, False, "board.missing", sentence)]
    return [on(board, entry, query) for board in boards]


def uncounted(runs: list[Run]) -> Visibility:
    """Why none of an entry's runs counts: what became of the last one."""
    last = max(runs, key=lambda run: run.pk)
    one = last.submission
    if last.replaced_by:
        reason = last.replaced_by.submission.get_reason_display()
        code, sentence = "superseded", f"Its sender replaced it by later numbers: {reason}."
    elif one.state == State.HELD:
        since = f" since {one.decided_at:%Y-%m-%d}" if one.decided_at else ""
        code, sentence = "pending", f"It waits for an editor's review{since}."
    elif one.state == State.EMBARGOED:
        day = f"{one.embargo_until:%Y-%m-%d %H:%M}"
        code, sentence = "embargoed", f"It is under embargo until {day} UTC."
    elif one.state == State.WITHDRAWN:
        reason = one.summary.get("reason") or "no reason given"
        day = f" on {one.decided_at:%Y-%m-%d}" if one.decided_at else ""
        code, sentence = "withdrawn", f"Its sender withdrew it{day}: {reason}."
    else:
        code, sentence = "unpublished", "Its submission is not published."
    return Visibility(None, False, code, sentence)


def on(board: Board, entry: Entry, query: QueryDict) -> Visibility:
    """What a board under a reader's filters makes of an entry that counts."""
    hidden = Visibility(board.slug, False, "", "")
    if board.task_id != entry.task_id:
        sentence = f"This board compares at “{board.task}”, not at “{entry.task}”."
        return replace(hidden, code="board.other_task", sentence=sentence)
    filters = Filters.read(query, board, ranked_by(board))
    standings = Standings(board, filters)
    if (place := place_of(standings.points.entries, entry.pk)) is not None:
        return Visibility(board.slug, True, "shown", shown(standings, place))
    if Change.objects.filter(board=board, entry=entry).exists():
        sentence = "Its numbers are new; the board is being worked out again."
        return replace(hidden, code="recomputing", sentence=sentence)
    code, sentence = next(reasons(standings, entry), ("left_out", "The board leaves it out."))
    return replace(hidden, code=code, sentence=sentence)


def shown(standings: Standings, place: int) -> str:
    layer = int(standings.layer[place])
    if layer == 1:
        return "It is on the frontier: no entry beats it on every objective."
    if layer == 0:
        return "It is on the board, deeper than the layers that are told apart."
    return f"It is on the board, on layer {layer}."


def reasons(standings: Standings, entry: Entry) -> Iterator[tuple[str, str]]:
    """What keeps an entry out, the plainest first."""
    filters = standings.filters
    for facet, slugs in filters.facets.items():
        one = replace(filters, facets={facet: slugs}, words=())
        if not holds(standings, standings.chosen(one), entry):
            yield "filtered", f"The filter {facet}={','.join(slugs)} leaves it out."
    if filters.words and not holds(standings, standings.chosen(replace(filters, facets={})), entry):
        yield "filtered", f"Its names do not hold the words “{' '.join(filters.words)}”."
    for slug in filters.objectives:
        if entry.pk in standings.lacking.get(slug, ()):
            label = metrics.get(slug).label
            yield "metric.missing", f"{label} is not known of it, and the board ranks by that."
    for slug, bounds in filters.bounds.items():
        inside = standings.everything.within({slug: bounds})
        if not holds(standings, inside, entry):
            yield "filtered", out_of_bounds(standings, entry, slug, bounds)
    if filters.measured_only:
        yield "filtered", "A ranked value of it is estimated, and only measured ones are asked for."


def holds(standings: Standings, mask: np.ndarray, entry: Entry) -> bool:
    place = place_of(standings.everything.entries, entry.pk)
    return place is None or bool(mask[place])


def place_of(entries: np.ndarray, entry: int) -> int | None:
    found = np.flatnonzero(entries == entry)
    return int(found[0]) if len(found) else None


def out_of_bounds(
    standings: Standings, entry: Entry, slug: str, bounds: tuple[float, float]
) -> str:
    metric = metrics.get(slug)
    place = place_of(standings.everything.entries, entry.pk)
    value = float(standings.everything.of([slug]).value[place, 0])
    if np.isnan(value):
        return f"{metric.label} is not known of it, and a bound is set on it."
    scale = quantities.scale(slug, [value])
    side, bound = ("below", bounds[0]) if value < bounds[0] else ("above", bounds[1])
    said = f"{scale.number(value)} {scale.unit}".strip()
    limit = f"{scale.number(bound)} {scale.unit}".strip()
    return f"{metric.label} is {said}, {side} the bound of {limit}."
