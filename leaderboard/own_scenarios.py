"""A board's numbers in a reader's own scenario: what `core.own` needs, from the database."""

from dataclasses import dataclass

import numpy as np
from django.db import connection

from leaderboard.core import metrics, own
from leaderboard.core.columns import Columns
from leaderboard.core.interval import Interval
from leaderboard.core.units import factor
from leaderboard.facts import SERVICE, Facts
from leaderboard.models import Estimate, Task
from leaderboard.models.evidence import Points

# What the facts of each entry depend on; a region only where all its runs agree on one.
PLACES_SQL = """
    SELECT e.id, h.slug, e.device_count,
           CASE WHEN min(r.region) = max(r.region) THEN min(r.region) ELSE '' END,
           t.slug, m.slug, t.kind
    FROM leaderboard_entry e
    JOIN leaderboard_hardware h ON h.id = e.hardware_id
    JOIN leaderboard_task t ON t.id = e.task_id
    JOIN leaderboard_aimodel m ON m.id = e.model_id
    LEFT JOIN (
        SELECT r.entry_id, r.region FROM leaderboard_run r
        JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
        WHERE r.replaced_by_id IS NULL AND r.entry_id = ANY(%(entries)s)
    ) r ON r.entry_id = e.id
    WHERE e.id = ANY(%(entries)s)
    GROUP BY e.id, h.slug, t.slug, m.slug, t.kind
    ORDER BY e.id
"""


@dataclass(frozen=True)
class Yours:
    """Points with the reader's numbers in place of the catalogue's, and a mask of shape (n, m)."""

    points: Points
    is_own: np.ndarray


def applied(points: Points, task: int, scenario: own.OwnScenario) -> Yours:
    """The points of entries of a task in a scenario, in seven queries whatever their number.

    A number that can't be worked out in the scenario becomes missing. Origins stay as they were.
    """
    is_own = np.zeros(points.value.shape, dtype=bool)
    asked = own.affected_by(scenario) & set(points.metrics)
    if not asked or not len(points):
        return Yours(points, is_own)
    needed = tuple(sorted(own.needed(asked)))
    known = Estimate.objects.points(task, needed, points.entries.tolist())
    found = own.own(columns_at(points.entries, known), facts_of(points.entries), scenario)
    parts = [part.copy() for part in (points.value, points.low, points.high)]
    nothing = Columns.missing(len(points))
    for slug in asked:
        column = points.metrics.index(slug)
        for part, numbers in zip(parts, found.columns.get(slug, nothing).parts, strict=True):
            part[:, column] = numbers
        is_own[:, column] = found.is_own.get(slug, False)
    value, low, high = parts
    return Yours(Points(points.entries, points.metrics, value, low, high, points.origin), is_own)


def columns_at(entries: np.ndarray, known: Points) -> dict[str, Columns]:
    """Metric → the numbers of these entries, in their order; NaN where an entry has none."""
    found = {}
    is_there = np.isin(entries, known.entries)
    places = np.searchsorted(known.entries, entries[is_there])
    for column, slug in enumerate(known.metrics):
        columns = Columns.missing(len(entries))
        for part, numbers in zip(columns.parts, (known.value, known.low, known.high), strict=True):
            part[is_there] = numbers[places, column]
        found[slug] = columns
    return found


def facts_of(entries: np.ndarray) -> own.EntryFacts:
    """What the catalogue knows of these entries, ids in rising order, as columns."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES_SQL, {"entries": entries.tolist()})
        rows = cursor.fetchall()
    places = [tuple(place) for _, *place, _ in rows]
    facts = Facts()
    # Entries share devices, places and models: each combination is looked up once.
    numbers = {place: number for number, place in enumerate(dict.fromkeys(places))}
    row = np.array([numbers[place] for place in places], dtype=np.int64)
    known = side_by_side([facts.of(*place) for place in numbers])
    return own.EntryFacts(
        {name: Columns(*(part[row] for part in columns.parts)) for name, columns in known.items()},
        np.array([is_service(hardware, kind) for _, hardware, *_, kind in rows], dtype=bool),
    )


def is_service(hardware: str, kind: str) -> bool:
    """Whether somebody else runs it for the reader. Nobody sells training runs by the token."""
    return hardware == SERVICE and kind != Task.Kind.TRAINING


def side_by_side(rows: list[dict[str, Interval]]) -> dict[str, Columns]:
    """Fact → its column over all rows, NaN where a row has none."""
    found = {}
    for name in metrics.FACTS:
        one_by_one = [row.get(name) for row in rows]
        bounds = [(one.value, one.low, one.high) if one else (np.nan,) * 3 for one in one_by_one]
        if any(one_by_one):
            found[name] = Columns(*np.array(bounds, dtype=float).T.copy())
    return found


def told(scenario: own.OwnScenario) -> str:
    """The scenario in words: “electricity price 0.3 USD/kWh, PUE 1.1”; empty where none."""
    parts = []
    for name, wish in own.WISHES.items():
        value = getattr(scenario, name.removeprefix(own.PREFIX))
        if value is None:
            continue
        stated = value / (1 if wish.unit == wish.canonical else factor(wish.unit, wish.canonical))
        label = wish.label if wish.label.isupper() else wish.label.lower()
        shown = f"{100 * stated:.4g} %" if name == "own_utilisation" else f"{stated:.4g}"
        parts.append(" ".join(filter(None, [label, shown, wish.unit_words])))
    return ", ".join(parts)
