"""Set-based estimates against the definitions in `core.consensus` and `core.derive`."""

import random
import threading
from typing import Any

import pytest
from django.db import connection

from leaderboard import estimates
from leaderboard.core.columns import IN_COLUMNS
from leaderboard.core.consensus import pooled
from leaderboard.core.derive import derive
from leaderboard.core.interval import Interval
from leaderboard.facts import Facts
from leaderboard.models import (
    Change,
    Entry,
    Estimate,
    Factor,
    HardwareFact,
    Measurement,
    Run,
    Submission,
)
from leaderboard.models.evidence import Origin
from tests.builders import (
    make_board,
    make_entry,
    make_hardware,
    make_run,
    make_submission,
    make_task,
)

pytestmark = pytest.mark.django_db

ORIGINS = ("METERED", "SENSED", "REPORTED", "DERIVED", "ESTIMATED", "RATED")
METRICS = ("node_energy", "latency", "carbon")
STATES = ("PUBLISHED", "PUBLISHED", "PUBLISHED", "WITHDRAWN", "HELD", "CHECKED")


def expected() -> dict[tuple[int, str], tuple]:
    """(entry, metric) → estimate by the definition."""
    found: dict[tuple[int, str], list[Measurement]] = {}
    published = Measurement.objects.filter(run__submission__state="PUBLISHED")
    for measurement in published.select_related("run"):
        found.setdefault((measurement.run.entry_id, measurement.metric), []).append(measurement)
    return {key: estimate(measurements) for key, measurements in found.items()}


def estimate(measurements: list[Measurement]) -> tuple:
    pool = pooled([Interval(m.value, m.low, m.high) for m in measurements])
    best = min(Origin.values.index(m.origin) for m in measurements)
    bounds = (pool.value, pool.low, pool.high)
    return (best, len(measurements), *(pytest.approx(v) for v in bounds))


def stored() -> dict[tuple[int, str], tuple]:
    """What is pooled."""
    return {
        (e.entry_id, e.metric): (e.origin, e.runs, e.value, e.low, e.high)
        for e in Estimate.objects.filter(recipe="")
    }


def some_value(rng: random.Random) -> tuple[float, float, float]:
    low, value, high = sorted(rng.choice([0.1, 0.2, 0.3, rng.random()]) for _ in range(3))
    return low, value, high


@pytest.mark.parametrize("seed", range(5))
def test_estimates_of_random_runs_are_the_definitions(seed):
    rng = random.Random(seed)
    board = make_board()
    entries = [make_entry(board, energy=1) for _ in range(4)]
    for _ in range(25):
        values: dict[str, Any] = {m: some_value(rng) for m in METRICS if rng.random() > 0.3}
        make_run(
            rng.choice(entries),
            submission=make_submission(state=rng.choice(STATES)),
            origin=rng.choice(ORIGINS),
            **values,
        )

    estimates.refresh([entry.pk for entry in entries])

    assert stored() == expected()
    assert len(stored()) > 5


def test_the_middle_of_an_odd_number_of_runs_and_the_mean_of_the_two_middle_ones():
    entry = make_entry(make_task(), latency=(1, 2, 3))
    make_run(entry, latency=(3, 4, 9))

    assert stored()[entry.pk, "latency"] == (1, 2, 3.0, 1.0, 9.0)

    make_run(entry, latency=100)
    assert stored()[entry.pk, "latency"] == (1, 3, 4.0, 1.0, 100.0)


STATED = ("quality", "node_energy", "device_energy", "device_time", "run_time", "tokens_out")
REGIONS = ("", "Sweden", "Sweden", "Texas")


def catalogued() -> Any:
    """A device of which facts are known, and grids."""
    device = make_hardware(tdp_w=300)
    for kind, value in (("DEVICE_HOUR_PRICE", 3.6), ("ANALYSED_MASS", 1.5)):
        HardwareFact.objects.create(
            hardware=device,
            kind=kind,
            value=value,
            low=value / 2,
            high=value * 2,
            is_preferred=True,
            citation="x",
        )
    for region, value in (("Sweden", 1e-8), ("Texas", 1e-7)):
        Factor.objects.create(
            kind=Factor.Kind.GRID_INTENSITY,
            region=region,
            region_name=region,
            value=value,
            low=value,
            high=value,
            valid_from="2026-01-01",
            citation="x",
        )
    return device


def followed(entry: Entry, facts: Facts) -> dict[str, tuple]:
    """Metric → recipe, runs and value by the definition, from the runs that count."""
    counting = Run.objects.filter(entry=entry, submission__state="PUBLISHED", replaced_by=None)
    regions = set(counting.values_list("region", flat=True))
    numbers: dict[str, list[Interval]] = {}
    behind: dict[str, set[int]] = {}
    for m in Measurement.objects.filter(run__in=counting):
        numbers.setdefault(m.metric, []).append(Interval(m.value, m.low, m.high))
        behind.setdefault(m.metric, set()).add(m.run_id)
    region = regions.pop() if len(regions) == 1 else ""
    place = (entry.hardware.slug, entry.device_count, region, entry.task.slug, entry.model.slug)
    known = {metric: pooled(of) for metric, of in numbers.items()}
    follows = derive(known, facts.of(*place))

    def stands_on(metric: str) -> set[frozenset[int]]:
        if metric in behind:
            return {frozenset(behind[metric])}
        inputs = follows[metric][1].inputs if metric in follows else ()
        return {runs for name in inputs for runs in stands_on(name)}

    found = {}
    for metric, (interval, recipe) in follows.items():
        sets = stands_on(metric)
        runs = len(sets.pop()) if len(sets) == 1 else 0
        found[metric] = (recipe.name, runs, interval)
    return found


@pytest.mark.parametrize("seed", range(4))
def test_what_follows_is_derived_once_from_the_pooled_numbers(seed):
    """Enough entries alike for columns, and some with runs that measured different things."""
    rng = random.Random(seed)
    task, device = make_task(), catalogued()
    entries = [
        make_entry(task, hardware=device, quality=0.5, node_energy=some_value(rng), run_time=2)
        for _ in range(IN_COLUMNS + 4)
    ]
    for _ in range(12):
        entry = rng.choice(entries[: IN_COLUMNS // 2])
        values: dict[str, Any] = {m: some_value(rng) for m in STATED if rng.random() > 0.4}
        submission = make_submission(state=rng.choice(STATES))
        make_run(entry, submission=submission, region=rng.choice(REGIONS), **values)

    estimates.refresh([entry.pk for entry in entries])

    facts = Facts()
    for entry in entries:
        found = {
            one.metric: (one.recipe, one.runs, Interval(one.value, one.low, one.high))
            for one in Estimate.objects.filter(entry=entry).exclude(recipe="")
        }
        right = followed(entry, facts)
        assert found.keys() == right.keys()
        for metric, (recipe, runs, one) in found.items():
            assert (recipe, runs) == right[metric][:2], metric
            bounds = (right[metric][2].value, right[metric][2].low, right[metric][2].high)
            assert (one.value, one.low, one.high) == pytest.approx(bounds, rel=1e-12)
    names = set(Estimate.objects.exclude(recipe="").values_list("metric", flat=True))
    assert {"cost_of_pass", "material", "intelligence_per_joule"} <= names


def test_a_number_of_repeats_follows_from_their_middle():
    """The middle energy by the middle quality, not the middle of each run's own ratio."""
    entry = make_entry(make_task(), quality=0.5, device_energy=10)
    make_run(entry, quality=0.8, device_energy=80)
    make_run(entry, quality=0.9, device_energy=20)

    found = Estimate.objects.get(entry=entry, metric="intelligence_per_joule")

    assert found.value == pytest.approx(0.8 / 20)
    assert (found.low, found.high) == pytest.approx((0.5 / 80, 0.9 / 10))
    assert found.runs == 3


def test_a_derived_number_yields_to_a_written_one():
    entry = make_entry(make_task(), quality=0.5, device_energy=10)
    make_run(entry, origin="REPORTED", intelligence_per_joule=1)

    found = Estimate.objects.get(entry=entry, metric="intelligence_per_joule")
    assert (found.value, found.recipe, found.runs) == (1.0, "", 1)


def test_an_entry_without_published_runs_has_no_estimates():
    entry = make_entry(make_task(), submission=make_submission(state="HELD"), latency=1)
    assert stored() == {}

    Submission.objects.update(state="PUBLISHED")
    estimates.refresh([entry.pk])
    assert stored().keys() == {(entry.pk, "latency")}

    Submission.objects.update(state="WITHDRAWN")
    estimates.refresh([entry.pk])
    assert stored() == {}


def test_equal_values_stay_inside_their_bounds_to_the_last_digit():
    """The interpolated middle of equal floats may fall outside them by rounding."""
    entry = make_entry(make_task(), latency=0.1)
    for value in (0.1, 0.3, 0.3, 0.1 + 0.2):
        make_run(entry, latency=value)

    found = Estimate.objects.get(entry=entry)
    assert found.low <= found.value <= found.high


def test_the_boards_of_the_task_are_told_and_returned():
    task = make_task()
    boards = {make_board(task=task).pk, make_board("latency", "cost", task=task).pk}
    make_board()
    entry = make_entry(task, latency=1)
    Change.objects.all().delete()

    assert estimates.refresh([entry.pk]) == boards
    assert set(Change.objects.values_list("board_id", "entry_id")) == {
        (board, entry.pk) for board in boards
    }


def test_a_refresh_of_nothing_does_nothing():
    assert estimates.refresh([]) == set()
    assert stored() == {}


def test_refreshing_twice_changes_nothing():
    entry = make_entry(make_task(), latency=(1, 2, 3), energy=4)
    before = stored()

    estimates.refresh([entry.pk, entry.pk])

    assert stored() == before


@pytest.mark.django_db(transaction=True)
def test_two_that_refresh_the_same_entries_in_opposite_order_do_not_deadlock():
    task = make_task()
    entries = [make_entry(task, latency=n + 1).pk for n in range(30)]
    failures = []

    def refresh_often(ids: list[int]) -> None:
        try:
            for _ in range(25):
                estimates.refresh(ids)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=refresh_often, args=[ids]) for ids in (entries, entries[::-1])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert Estimate.objects.count() == 30
