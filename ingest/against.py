"""What the runs of a file mean beside those that its sender and others published before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import connection

from ingest import keys
from ingest.normalise import Planned
from ingest.readings import INFO, Issue
from leaderboard.core import metrics
from leaderboard.models import Measurement, Submission

OnConflict = Submission.OnConflict

NEW, REPEAT, REPLACES, UNCHANGED, SKIPPED = "new", "repeat", "replaces", "unchanged", "skipped"
# Of these a run is written, of the others not.
WRITTEN = (NEW, REPEAT, REPLACES)

EARLIER = f"""
    SELECT r.id, r.external_id, s.submitted_by_id, s.decided_at,
           e.task_id, e.model_id, e.method_id, e.hardware_id, e.device_count, e.settings_key
    FROM leaderboard_entry e
    JOIN {keys.WANTED} USING ({keys.COLUMNS})
    JOIN leaderboard_run r ON r.entry_id = e.id AND r.replaced_by_id IS NULL
    JOIN leaderboard_submission s
        ON s.id = r.submission_id AND s.state = 'PUBLISHED' AND s.id <> %s
  UNION
    SELECT r.id, r.external_id, s.submitted_by_id, s.decided_at,
           e.task_id, e.model_id, e.method_id, e.hardware_id, e.device_count, e.settings_key
    FROM leaderboard_run r
    JOIN leaderboard_submission s
        ON s.id = r.submission_id AND s.state = 'PUBLISHED' AND s.id <> %s
        AND s.submitted_by_id = %s
    JOIN leaderboard_entry e ON e.id = r.entry_id
    WHERE r.external_id <> '' AND r.external_id = ANY(%s) AND r.replaced_by_id IS NULL
"""

# metric → value, low, high, as written in a file and converted
Numbers = dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Earlier:
    """A published run that counts today."""

    id: int
    external_id: str
    owner: int
    published_at: datetime
    key: tuple
    numbers: Numbers = field(default_factory=dict)


@dataclass(frozen=True)
class Against:
    """Compares one sender's runs with the store, a batch at a time."""

    submission: int
    owner: int
    on_conflict: str = OnConflict.ERROR

    def judged(self, batch: Sequence[Planned]) -> list[tuple[Planned, Issue | None]]:
        """The batch with each run's fate and what it replaces, and what there is to say."""
        if not batch:
            return []
        by_key, by_name = self.earlier(batch)
        if not (by_key or by_name):
            return [(planned, None) for planned in batch]
        found = []
        for planned in batch:
            name = planned.reading.external_id[:200]
            own = by_name.get(name) if name else None
            same = by_key.get(planned.key, [])
            own = own or [one for one in same if one.owner == self.owner and not named(one, name)]
            others = [one for one in same if one.owner != self.owner]
            found.append(self.judge(planned, own, others))
        return found

    def judge(
        self, planned: Planned, own: list[Earlier], others: list[Earlier]
    ) -> tuple[Planned, Issue | None]:
        numbers = numbers_of(planned)
        if any(one.numbers == numbers and one.key == planned.key for one in own):
            message = "You published the same numbers before; they count once."
            issue = Issue("run.unchanged", message, severity=INFO)
            return replace(planned, fate=UNCHANGED), placed(issue, planned)
        if own:
            return self.conflicting(planned, own, numbers)
        if any(one.numbers == numbers for one in others):
            message = "Somebody else published the very same numbers; both count as repeats."
            issue = Issue("run.reproduced", message, severity=INFO)
            return replace(planned, fate=REPEAT), placed(issue, planned)
        return replace(planned, fate=REPEAT) if others else planned, None

    def conflicting(
        self, planned: Planned, own: list[Earlier], numbers: Numbers
    ) -> tuple[Planned, Issue | None]:
        """A run of which its sender published other numbers before."""
        match self.on_conflict:
            case OnConflict.SUPERSEDE:
                replaces = tuple(sorted(one.id for one in own))
                return replace(planned, fate=REPLACES, replaces=replaces), None
            case OnConflict.REPLICATE:
                return replace(planned, fate=REPEAT), None
            case OnConflict.SKIP:
                return replace(planned, fate=SKIPPED), None
        latest = max(own, key=lambda one: (one.published_at, one.id))
        issue = Issue(
            "run.conflict",
            f"You published other numbers for this on {latest.published_at:%Y-%m-%d}: "
            f"{difference(latest.numbers, numbers)}.",
            expected=("supersede", "replicate", "skip"),
            hint="Say what to do with such rows: replace the earlier numbers, count both as "
            "repeats, or keep the earlier ones.",
        )
        return replace(planned, fate=""), placed(issue, planned)

    def earlier(
        self, batch: Sequence[Planned]
    ) -> tuple[dict[tuple, list[Earlier]], dict[str, list[Earlier]]]:
        """The runs of the store with these keys, and the sender's own with these names."""
        wanted = keys.arrays(sorted({planned.key for planned in batch}))
        names = sorted({planned.reading.external_id[:200] for planned in batch} - {""})
        with connection.cursor() as cursor:
            cursor.execute(EARLIER, [*wanted, self.submission, self.submission, self.owner, names])
            rows = cursor.fetchall()
        numbers = numbers_of_runs([row[0] for row in rows])
        by_key: dict[tuple, list[Earlier]] = defaultdict(list)
        by_name: dict[str, list[Earlier]] = defaultdict(list)
        for run, external_id, owner, published_at, *key in rows:
            one = Earlier(run, external_id, owner, published_at, tuple(key), numbers[run])
            by_key[one.key].append(one)
            if external_id and owner == self.owner:
                by_name[external_id].append(one)
        return by_key, by_name


def placed(issue: Issue, planned: Planned) -> Issue:
    return issue.at(row=planned.reading.row, path=planned.reading.path)


def named(one: Earlier, name: str) -> bool:
    """Whether both have names of their sender's own: then other names are other runs."""
    return bool(one.external_id and name)


def numbers_of(planned: Planned) -> Numbers:
    return planned.numbers


def numbers_of_runs(runs: list[int]) -> dict[int, Numbers]:
    found: dict[int, Numbers] = {run: {} for run in runs}
    measured = Measurement.objects.filter(run__in=runs)
    for run, metric, *bounds in measured.values_list("run_id", "metric", "value", "low", "high"):
        found[run][metric] = (bounds[0], bounds[1], bounds[2])
    return found


def difference(before: Numbers, after: Numbers) -> str:
    """The numbers that differ, in a few words."""
    changed = [metric for metric in {**before, **after} if before.get(metric) != after.get(metric)]
    words = [
        f"{metrics.get(one).label.lower()} {said(one, before)}, now {said(one, after)}"
        for one in changed
    ]
    more = f" and {len(words) - 3} more" if len(words) > 3 else ""
    return ", ".join(words[:3]) + more


def said(metric: str, numbers: Numbers) -> str:
    if metric not in numbers:
        return "not stated"
    unit = metrics.get(metric).unit
    return f"{numbers[metric][0]:.6g}{f' {unit}' if unit != '1' else ''}"
