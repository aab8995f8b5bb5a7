"""What happened to an entry's numbers: each replacement with its reason, field by field."""

from collections.abc import Iterable
from dataclasses import dataclass

from leaderboard import quantities
from leaderboard.core import metrics
from leaderboard.models import Run, Submission


@dataclass(frozen=True)
class Change:
    """One field of a run before and after it was replaced."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Replacement:
    """A run that a later one of the same sender took the place of."""

    old: Run
    new: Run
    reason: str
    changes: list[Change]


FACTS = (
    ("measured on", lambda run: run.measured_on),
    ("region", lambda run: run.region),
    ("samples", lambda run: "" if run.samples is None else f"{run.samples:,}"),
    ("citation", lambda run: run.citation),
    ("entry", lambda run: str(run.entry)),
)


def replacements(runs: Iterable[Run]) -> list[Replacement]:
    """The replacements that these runs took part in, the newest first.

    Their `replaced_by`, entries, submissions and measurements should be loaded already.
    """
    found = []
    for run in runs:
        new = run.replaced_by
        if new is not None:
            reason = Submission.Reason(new.submission.reason).label if new.submission.reason else ""
            found.append(Replacement(run, new, reason, differences(run, new)))
    return sorted(found, key=lambda one: -one.new.pk)


def differences(old: Run, new: Run) -> list[Change]:
    """The written numbers and facts that differ."""
    facts = [Change(name, of(old), of(new)) for name, of in FACTS]
    before, after = written(old), written(new)
    numbers = [
        Change(metrics.get(slug).label.lower(), before.get(slug, ""), after.get(slug, ""))
        for slug in dict.fromkeys([*before, *after])
    ]
    return [change for change in [*numbers, *facts] if change.before != change.after]


def written(run: Run) -> dict[str, str]:
    """Metric → number with its bounds."""
    return {
        one.metric: quantities.of_metric(one.metric, one.value, one.low, one.high)
        for one in run.measurements.all()
    }
