"""What an older database holds when derived numbers leave the runs."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from leaderboard import rederivation
from leaderboard.models import Estimate, Measurement, Rederivation
from tests.builders import make_entry, make_run, make_task

OLD = [("leaderboard", "0013_sharing")]
DERIVED = """
    INSERT INTO leaderboard_measurement
        (run_id, metric, origin, value, low, high, raw_value, raw_unit, recipe, divisor, "column",
         instrument)
    VALUES (%s, %s, 'DERIVED', 7, 7, 7, '', '', %s, 1, '', '')
"""
RECIPE = "intelligence_per_joule.from_device/1"


def table() -> set[tuple]:
    columns = ("entry", "metric", "value", "low", "high", "runs", "recipe")
    return set(Estimate.objects.values_list(*columns))


@pytest.mark.django_db(transaction=True)
def test_derived_numbers_move_from_runs_to_entries():
    task = make_task()
    alone = make_entry(task, quality=0.5, device_energy=10)
    joined = make_entry(task, quality=0.5)
    make_run(joined, device_energy=20)
    before = table()
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    MigrationExecutor(connection).migrate(OLD)
    with connection.cursor() as cursor:
        cursor.execute(DERIVED, [alone.runs.get().pk, "intelligence_per_joule", RECIPE])

    MigrationExecutor(connection).migrate(newest)

    assert set(Measurement.objects.values_list("metric", flat=True)) == {
        "quality",
        "device_energy",
    }
    kept = Estimate.objects.get(entry=alone, metric="intelligence_per_joule")
    assert (kept.recipe, kept.value) == (RECIPE, 0.05)
    # The workers do the rest: what nobody derived alone, and all that has changed.
    (ordered,) = Rederivation.objects.all()
    for batch in rederivation.waiting(at=timezone.now() + timedelta(hours=1)):
        rederivation.work(batch, at=timezone.now())
    rederivation.finish(at=timezone.now())
    ordered.refresh_from_db()
    assert (ordered.given_up, ordered.entries) == (0, 2)
    assert table() == before
