"""What became of published entries since: withdrawn, superseded, or other numbers."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from leaderboard.models import Estimate, Run, Submission
from leaderboard.visibility import uncounted

State = Submission.State
PUBLIC = (State.PUBLISHED, State.WITHDRAWN, State.SUPERSEDED)
WITHDRAWN, SUPERSEDED, CHANGED = "withdrawn", "superseded", "changed"


@dataclass(frozen=True)
class Fate:
    """Why an entry is not what it was; `code` is one of the three words above."""

    code: str
    sentence: str


def gone(entries: Collection[int]) -> dict[int, Fate]:
    """Those of the entries of which no run counts any more, in one query."""
    runs: dict[int, list[Run]] = defaultdict(list)
    public = Run.objects.filter(entry__in=entries, submission__state__in=PUBLIC)
    for run in public.select_related("submission", "replaced_by__submission"):
        runs[run.entry_id].append(run)
    return {entry: fate(of) for entry, of in runs.items() if not any(run.counts for run in of)}


def fate(runs: list[Run]) -> Fate:
    """What became of an entry none of whose runs counts."""
    found = uncounted(runs)
    if found.code in (WITHDRAWN, SUPERSEDED):
        return Fate(found.code, found.sentence)
    return Fate(SUPERSEDED, "A later submission took the place of its numbers.")


def since(
    entries: Collection[int], objectives: Iterable[str], values: Iterable[Iterable[float]]
) -> dict[int, Fate]:
    """What became of entries that had these values, a row of them each; without the unchanged."""
    objectives = list(objectives)
    today = Estimate.objects.filter(entry__in=entries, metric__in=objectives)
    now = {
        (entry, metric): value
        for entry, metric, value in today.values_list("entry", "metric", "value")
    }
    found = gone(entries)
    for entry, row in zip(entries, values, strict=True):
        then = zip(objectives, row, strict=True)
        if entry not in found and any(now.get((entry, slug)) != value for slug, value in then):
            found[entry] = Fate(CHANGED, "Its numbers have changed since.")
    return found
