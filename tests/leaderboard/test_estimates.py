"""Set-based estimates against the definition in `core.consensus`."""

import random
import threading
from typing import Any

import pytest
from django.db import connection

from leaderboard import estimates
from leaderboard.core.consensus import pooled
from leaderboard.core.interval import Interval
from leaderboard.models import Change, Estimate, Measurement, Submission
from leaderboard.models.evidence import Origin
from tests.builders import make_board, make_entry, make_run, make_submission, make_task

pytestmark = pytest.mark.django_db

ORIGINS = ("METERED", "SENSED", "REPORTED", "DERIVED", "ESTIMATED", "RATED")
METRICS = ("node_energy", "latency", "carbon")
STATES = ("PUBLISHED", "PUBLISHED", "PUBLISHED", "WITHDRAWN", "HELD", "CHECKED")


def expected() -> dict[tuple[int, str], tuple]:
    """(entry, metric) → estimate by the definition: what was written beats what was derived."""
    found: dict[tuple[int, str], list[Measurement]] = {}
    published = Measurement.objects.filter(run__submission__state="PUBLISHED")
    for measurement in published.select_related("run"):
        found.setdefault((measurement.run.entry_id, measurement.metric), []).append(measurement)
    return {key: estimate(measurements) for key, measurements in found.items()}


def estimate(measurements: list[Measurement]) -> tuple:
    written = [m for m in measurements if not m.recipe] or measurements
    pool = pooled([Interval(m.value, m.low, m.high) for m in written])
    best = min(Origin.values.index(m.origin) for m in written)
    return (best, len(written), *(pytest.approx(v) for v in (pool.value, pool.low, pool.high)))


def stored() -> dict[tuple[int, str], tuple]:
    return {
        (e.entry_id, e.metric): (e.origin, e.runs, e.value, e.low, e.high)
        for e in Estimate.objects.all()
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


def test_a_derived_number_yields_to_a_written_one():
    entry = make_entry(make_task(), origin="DERIVED", carbon=5)
    make_run(entry, origin="REPORTED", carbon=1)

    assert stored()[entry.pk, "carbon"] == (Origin.values.index("REPORTED"), 1, 1.0, 1.0, 1.0)


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
