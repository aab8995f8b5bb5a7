"""Story: the published runs of entries become their estimates, and their boards are told.

What the runs state is pooled; what follows from that (cost, carbon, material) is derived once for
the entry, from its pooled numbers and the facts of its hardware, place and task.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from django.db import connection, transaction

from leaderboard.copying import Table, array_of
from leaderboard.core import metrics
from leaderboard.core.columns import Derived, derive_each
from leaderboard.core.interval import Bounds
from leaderboard.facts import Facts, Place
from leaderboard.models import Estimate
from leaderboard.models.evidence import ORIGIN_CODES

ORIGIN_CODE = "CASE m.origin {} END".format(
    " ".join(f"WHEN '{origin}' THEN {code}" for origin, code in ORIGIN_CODES.items())
)

MANY = 1_000
# Entries whose numbers are held in memory at a time.
AT_ONCE = 10_000
LOCK = """
    SELECT id FROM leaderboard_entry WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE
"""
FORGET = "DELETE FROM leaderboard_estimate WHERE entry_id = ANY(%s::bigint[])"
# The set-based twin of `core.consensus.pooled`. Greatest and least keep the interpolated median
# between its bounds in the last digit.
POOL = f"""
    INSERT INTO leaderboard_estimate
        (entry_id, metric, task_id, origin, value, low, high, runs, recipe)
    SELECT r.entry_id, m.metric, min(e.task_id), min({ORIGIN_CODE}),
           greatest(min(m.low),
                    least(max(m.high), percentile_cont(0.5) WITHIN GROUP (ORDER BY m.value))),
           min(m.low), max(m.high), count(*), ''
    FROM leaderboard_run r
    JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
    JOIN leaderboard_entry e ON e.id = r.entry_id
    JOIN leaderboard_measurement m ON m.run_id = r.id
    WHERE r.entry_id = ANY(%s::bigint[]) AND r.replaced_by_id IS NULL
    GROUP BY r.entry_id, m.metric
"""
# What the facts of an entry depend on; its region only where all its runs agree on one.
PLACES = """
    SELECT e.id, h.slug, e.device_count,
           CASE WHEN min(r.region) = max(r.region) THEN min(r.region) ELSE '' END,
           t.slug, m.slug, e.task_id, count(*)
    FROM leaderboard_run r
    JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
    JOIN leaderboard_entry e ON e.id = r.entry_id
    JOIN leaderboard_hardware h ON h.id = e.hardware_id
    JOIN leaderboard_task t ON t.id = e.task_id
    JOIN leaderboard_aimodel m ON m.id = e.model_id
    WHERE r.entry_id = ANY(%s::bigint[]) AND r.replaced_by_id IS NULL
    GROUP BY e.id, h.slug, t.slug, m.slug
"""
# Which runs measured what.
BEHIND = """
    SELECT r.entry_id, m.metric, array_agg(r.id ORDER BY r.id)
    FROM leaderboard_run r
    JOIN leaderboard_submission s ON s.id = r.submission_id AND s.state = 'PUBLISHED'
    JOIN leaderboard_measurement m ON m.run_id = r.id
    WHERE r.entry_id = ANY(%s::bigint[]) AND r.replaced_by_id IS NULL
    GROUP BY r.entry_id, m.metric
"""
TELL = """
    INSERT INTO leaderboard_change (board_id, entry_id)
    SELECT b.id, e.id FROM leaderboard_entry e JOIN leaderboard_board b ON b.task_id = e.task_id
    WHERE e.id = ANY(%s::bigint[])
"""
BOARDS = """
    SELECT DISTINCT b.id FROM leaderboard_entry e JOIN leaderboard_board b ON b.task_id = e.task_id
    WHERE e.id = ANY(%s::bigint[])
"""
TABLE = Table(
    "leaderboard_estimate",
    {
        "entry_id": "int8",
        "metric": "text",
        "task_id": "int8",
        "origin": "int2",
        "value": "float8",
        "low": "float8",
        "high": "float8",
        "runs": "int4",
        "recipe": "text",
    },
)


class Row(NamedTuple):
    """One estimate as its table has it."""

    entry: int
    metric: str
    task: int
    origin: int
    value: float
    low: float
    high: float
    runs: int
    recipe: str = ""

    @property
    def bounds(self) -> Bounds:
        return self[4:7]

    @classmethod
    def derived(cls, entry: int, task: int, runs: int, one: Derived) -> "Row":
        origin = ORIGIN_CODES[one.recipe.origin]
        return cls(entry, one.metric, task, origin, *one.bounds, runs, one.recipe.name)


class Standing(NamedTuple):
    """What is known of an entry beside its numbers: its place and the runs that count."""

    place: Place
    task: int
    runs: int


@dataclass
class Known:
    """Numbers of an entry from which others follow."""

    numbers: dict[str, Bounds] = field(default_factory=dict)
    # How those came that followed themselves.
    recipes: dict[str, metrics.Recipe] = field(default_factory=dict)
    # How many runs measured each of the others.
    counts: set[int] = field(default_factory=set)


# Metric → the runs that measured it.
Behind = Mapping[str, tuple[int, ...]]


@transaction.atomic
def refresh(entries: Iterable[int]) -> set[int]:
    """Work out the estimates of these entries anew. Returns the boards to refresh."""
    ids = sorted(set(entries))
    pool(ids)
    return tell(ids)


def lock(ids: list[int]) -> None:
    """Hold these entries, in the order of their ids, so two uploads can't deadlock."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [array_of(ids)])


def pool(ids: list[int]) -> None:
    """Write the estimates of these entries."""
    lock(ids)
    with connection.cursor() as cursor:
        # Rows just written have no statistics yet, and the planner would loop over them.
        cursor.execute(f"SET LOCAL enable_nestloop = {'off' if len(ids) > MANY else 'on'}")
        for statement in (FORGET, POOL):
            cursor.execute(statement, [array_of(ids)])
        facts = Facts()
        for start in range(0, len(ids), AT_ONCE):
            write(derived(ids[start : start + AT_ONCE], facts))
        cursor.execute("SET LOCAL enable_nestloop = on")


def derived(
    ids: list[int], facts: Facts, only: Collection[str] = metrics.ALL.keys()
) -> Iterator[Row]:
    """What follows of `only` for these entries from all their other estimates."""
    known = known_of(ids, only)
    standings = standings_of(list(known))
    unlike = [entry for entry, one in standings.items() if known[entry].counts != {one.runs}]
    behind = behind_of(unlike)
    asked = [(entry, one.place, known[entry].numbers) for entry, one in standings.items()]
    found = list(follow(asked, facts, only))
    for one in found:
        if one.entry in behind:
            known[one.entry].recipes[one.metric] = one.recipe
    for one in found:
        standing, runs = standings[one.entry], standings[one.entry].runs
        if one.entry in behind:
            runs = runs_of(one.recipe, known[one.entry].recipes, behind[one.entry])
        yield Row.derived(one.entry, standing.task, runs, one)


def follow(
    entries: Iterable[tuple[int, Place, Mapping[str, Bounds]]],
    facts: Facts,
    only: Collection[str] = metrics.ALL.keys(),
) -> Iterator[Derived]:
    """What follows for each entry, which has a number, from its numbers at its place."""
    neighbours: dict[Place, dict[int, Mapping[str, Bounds]]] = defaultdict(dict)
    for entry, place, numbers in entries:
        neighbours[place][entry] = numbers
    for place, known in neighbours.items():
        yield from derive_each(known, facts.of(*place), only)


def runs_of(recipe: metrics.Recipe, recipes: Mapping[str, metrics.Recipe], behind: Behind) -> int:
    """How many runs gave what a recipe asks for; none where these are not all the same runs."""
    measured = {behind[slug] for slug in grounds(recipe, recipes) if slug in behind}
    return len(measured.pop()) if len(measured) == 1 else 0


def grounds(recipe: metrics.Recipe, recipes: Mapping[str, metrics.Recipe]) -> set[str]:
    """The inputs of a recipe that did not follow from others themselves, at any depth."""
    found = set()
    for name in recipe.inputs:
        found |= grounds(recipes[name], recipes) if name in recipes else {name}
    return found


def known_of(ids: list[int], only: Collection[str]) -> dict[int, Known]:
    """Entry → its estimates, but for those that are to follow."""
    known: dict[int, Known] = defaultdict(Known)
    rows = Estimate.objects.filter(entry__in=ids).order_by("entry_id", "metric")
    columns = ("entry_id", "metric", "value", "low", "high", "runs", "recipe")
    for entry, metric, value, low, high, runs, name in rows.values_list(*columns):
        # What a retired formula of a retired metric gave is no ground for anything.
        if name and (metric in only or metric not in metrics.ALL):
            continue
        known[entry].numbers[metric] = (value, low, high)
        if not name:
            known[entry].counts.add(runs)
        elif recipe := metrics.get(metric).recipe(name):
            known[entry].recipes[metric] = recipe
    return known


def standings_of(ids: list[int]) -> dict[int, Standing]:
    """Entry → its place and runs, of those with a run that counts."""
    with connection.cursor() as cursor:
        cursor.execute(PLACES, [array_of(ids)])
        return {
            entry: Standing((hardware, count, region, task, model), task_id, runs)
            for entry, hardware, count, region, task, model, task_id, runs in cursor.fetchall()
        }


def behind_of(ids: list[int]) -> dict[int, dict[str, tuple[int, ...]]]:
    """Entry → metric → the runs that measured it."""
    found: dict[int, dict[str, tuple[int, ...]]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, [array_of(ids)])
        for entry, metric, runs in cursor.fetchall():
            found[entry][metric] = tuple(runs)
    return found


def write(rows: Iterable[tuple]) -> None:
    """Add these estimates, with the columns of a `Row`."""
    # In the order of the key, so that its index grows at its end.
    TABLE.copy(sorted(rows, key=itemgetter(0)))


def tell(ids: list[int]) -> set[int]:
    """Put these entries on the to-do lists of their tasks' boards. Returns those boards."""
    with connection.cursor() as cursor:
        for statement in (TELL, BOARDS):
            cursor.execute(statement, [array_of(ids)])
        return {board for (board,) in cursor.fetchall()}
