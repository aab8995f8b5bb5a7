"""After a fact changed, what follows from it follows again; what was written stays."""

import time
from datetime import timedelta
from io import StringIO

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db.models import F
from django.utils import timezone

from leaderboard import rederivation, tasks
from leaderboard.core import metrics
from leaderboard.core.derive import following
from leaderboard.models import (
    Board,
    Change,
    Entry,
    Estimate,
    Hardware,
    HardwareFact,
    Measurement,
    Rederivation,
    RederivationBatch,
)
from leaderboard.rederivation import rederive
from tests import oracles
from tests.ingest.files import csv, make_catalogue, row, sent
from tests.waiting import within

pytestmark = pytest.mark.django_db
HEADER = "model,task,hardware,setting:batch,quality [%],node_energy [J],run_time [s]"


def price(usd_per_hour: float) -> None:
    HardwareFact.objects.update_or_create(
        hardware=Hardware.objects.get(slug="card-9"),
        kind=HardwareFact.Kind.DEVICE_HOUR_PRICE,
        defaults={
            "value": usd_per_hour,
            "low": usd_per_hour,
            "high": usd_per_hour,
            "is_preferred": True,
            "citation": "a price list",
        },
    )


def cost() -> float:
    return Estimate.objects.get(metric="cost").value


def test_a_new_price_reaches_the_estimates_and_the_board_is_told():
    make_catalogue()
    price(3.6)
    sent(csv(row(latency=10), header=HEADER))
    assert cost() == pytest.approx(10 * 3.6 / 3600)
    written = set(Measurement.objects.values_list("metric", "value"))
    price(7.2)

    boards = rederive(at=timezone.now())

    assert cost() == pytest.approx(10 * 7.2 / 3600)
    assert boards == {Board.objects.get().pk}
    assert set(Measurement.objects.values_list("metric", "value")) == written


def test_without_a_change_nothing_is_written():
    make_catalogue()
    price(3.6)
    sent(csv(row(1), row(2), header=HEADER))
    before = rows()

    assert rederive(at=timezone.now()) == set()

    assert rows() == before


def test_what_no_longer_follows_is_gone():
    make_catalogue()
    price(3.6)
    sent(csv(row(), header=HEADER))
    HardwareFact.objects.all().delete()

    rederive(at=timezone.now())

    assert not Estimate.objects.filter(metric="cost").exists()


def test_what_a_retired_formula_gave_is_gone():
    entries_at(3.6, 1)
    before = rows()
    entry = Entry.objects.get()
    bounds = {"value": 1, "low": 1, "high": 1, "runs": 1, "origin": 3}
    for metric in ("happiness", "memory"):
        Estimate.objects.create(
            entry=entry, task=entry.task, metric=metric, recipe=f"{metric}.by_decree/1", **bounds
        )

    rederive(at=timezone.now())

    assert rows() == before


def rows() -> set[tuple]:
    columns = ("entry", "metric", "value", "low", "high", "runs", "recipe")
    return set(Estimate.objects.values_list(*columns))


def entries_at(dollars: float, count: int) -> None:
    """So many entries of one run each, at that price of a device hour."""
    make_catalogue()
    price(dollars)
    sent(csv(*(row(number) for number in range(1, count + 1)), header=HEADER))


def outdated(metric: str, factor: float) -> None:
    """The metric as an older recipe would have left it."""
    old = Estimate.objects.filter(metric=metric).exclude(recipe="")
    old.update(
        recipe=f"{metric}.from_device_time/0",
        value=F("value") * factor,
        low=F("low") * factor,
        high=F("high") * factor,
    )


def rederived(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("rederive", *arguments, stdout=out)
    return out.getvalue()


def test_one_metric_takes_with_it_what_follows_from_it_and_nothing_else():
    entries_at(3.6, 2)
    before = rows()
    outdated("cost", 0.5)
    outdated("cost_of_pass", 0.5)
    Estimate.objects.filter(metric="device_time").update(value=7, low=7, high=7)

    rederive("cost", at=timezone.now())

    now = rows()
    # Cost follows from the device time as it stands, for that metric was not asked for.
    seven = 7 * 3.6 / 3600
    costs = [value for _, metric, value, *_ in now if metric == "cost"]
    assert costs == [pytest.approx(seven)] * 2
    by_entry = sorted(now, key=lambda one: one[:2])
    passes = [value for _, metric, value, *_ in by_entry if metric == "cost_of_pass"]
    assert passes == [pytest.approx(seven / float(quality)) for quality in qualities()]
    touched = {"cost", "cost_of_pass", "device_time"}
    assert {one for one in now if one[1] not in touched} == {
        one for one in before if one[1] not in touched
    }


def qualities() -> list[float]:
    found = Estimate.objects.filter(metric="quality").order_by("entry")
    return list(found.values_list("value", flat=True))


def test_what_follows_from_a_metric_is_all_that_needs_it():
    """By brute force: whatever has a path of inputs to it."""

    def needs(slug: str, wanted: str) -> bool:
        inputs = {name for recipe in metrics.ALL[slug].recipes for name in recipe.inputs}
        return slug == wanted or any(needs(one, wanted) for one in inputs & metrics.ALL.keys())

    for wanted in metrics.ALL:
        assert following(wanted) == {slug for slug in metrics.ALL if needs(slug, wanted)}


def test_a_new_recipe_is_told_once_with_how_far_entries_moved(client):
    entries_at(3.6, 4)
    outdated("cost", 0.5)

    printed = rederived("cost", "--inline")
    again = rederived("cost", "--inline")

    change = "cost.from_device_time/0 → cost.from_device_time/1"
    assert f"cost: 4 entries moved, by +100.0 %; {change} in 4 entries" in printed
    assert "No entry moved." in again
    told = client.get("/api/v1/metrics/cost/").json()["changes"]
    assert [
        {key: one[key] for key in ("recipes", "moved", "got", "lost", "least", "greatest", "mean")}
        for one in told
    ] == [
        {"recipes": {change: 4}, "moved": 4, "got": 0, "lost": 0}
        | {"least": 1.0, "greatest": 1.0, "mean": 1.0}
    ]
    page = client.get("/metrics/cost/").content.decode()
    assert page.count("4 entries moved, by +100.0 %") == 1


def test_a_new_price_is_no_new_recipe():
    entries_at(3.6, 1)
    price(7.2)

    rederive("cost", at=timezone.now())

    (made,) = Rederivation.objects.all()
    assert (made.moved["cost"]["moved"], made.moved["cost"]["recipes"]) == (1, {})
    assert Rederivation.objects.of_new_recipes("cost") == []


def test_what_is_got_and_lost_is_counted_apart():
    entries_at(3.6, 2)
    HardwareFact.objects.all().delete()

    rederive("cost", at=timezone.now())
    price(3.6)
    rederive("cost", at=timezone.now())

    lost, got = (made.moved["cost"] for made in Rederivation.objects.order_by("pk"))
    assert (lost["lost"], lost["got"], lost["moved"]) == (2, 0, 0)
    assert (got["lost"], got["got"], got["moved"]) == (0, 2, 0)


def test_the_second_order_of_an_open_one_is_the_same(monkeypatch):
    entries_at(3.6, 3)
    monkeypatch.setattr(rederivation, "BATCH", 2)

    first = rederivation.order("cost", at=timezone.now())
    again = rederivation.order("cost", at=timezone.now())

    assert first == again
    entries = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    found = first.batches.order_by("pk").values_list("first_entry", "last_entry")
    assert list(found) == [(entries[0], entries[1]), (entries[2], entries[2])]


def test_an_order_for_older_formulas_gives_way():
    entries_at(3.6, 1)
    old = rederivation.order("cost", at=timezone.now())
    Rederivation.objects.update(recipes=["cost.from_device_time/0"])

    new = rederivation.order("cost", at=timezone.now())

    old.refresh_from_db()
    assert old.finished_at is not None
    assert (new.finished_at, new.batches.count()) == (None, 1)


def test_a_batch_that_fails_three_times_is_given_up_and_said(monkeypatch):
    entries_at(3.6, 1)
    made = rederivation.order("cost", at=timezone.now())
    late = timezone.now() + timedelta(hours=1)
    RederivationBatch.objects.update(attempts=3, lease_until=timezone.now())

    assert rederivation.waiting(at=late) == []
    rederivation.finish(at=late)

    made.refresh_from_db()
    assert made.given_up == 1


@pytest.mark.parametrize(
    ("metric", "said"), [("happiness", "no metric"), ("eflops", "computed on request")]
)
def test_a_metric_that_no_entry_can_have_is_refused(metric, said):
    with pytest.raises(CommandError, match=said):
        rederived(metric)


# Through workers


@pytest.mark.django_db(transaction=True)
def test_the_workers_rebuild_a_metric_and_the_boards_follow(worker):
    entries_at(3.6, 3)
    price(7.2)

    printed = rederived("cost")
    again = rederived("cost")

    assert "1 of 1 batches done" in printed
    assert "cost: 3 entries moved, by +100.0 %" in printed
    assert "No entry moved." in again
    expected = sorted(seconds * 7.2 / 3600 for seconds in device_times())
    found = Estimate.objects.filter(metric="cost").values_list("value", flat=True)
    assert sorted(found) == pytest.approx(expected)
    board = Board.objects.get()
    assert within(20, lambda: not Change.objects.exists())
    assert oracles.live(board) == oracles.placements(board)


def device_times() -> list[float]:
    return list(Estimate.objects.filter(metric="device_time").values_list("value", flat=True))


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_leaves_nothing_half_done(start_worker, monkeypatch):
    entries_at(3.6, 6)
    before = rows()
    price(7.2)
    monkeypatch.setattr(rederivation, "BATCH", 2)
    made = rederivation.order("cost", at=timezone.now())
    first, *_ = made.batches.order_by("pk")
    hurt = start_worker(
        ENABLE_FAULTS="1", FAULT_POINT="mid_rederivation:sleep:60", LEASE_SECONDS="2"
    )
    tasks.rederive_batch.delay(first.pk)
    assert within(20, lambda: RederivationBatch.objects.get(pk=first.pk).attempts == 1)
    time.sleep(1)  # for it to get from its claim into the middle of its transaction
    hurt.kill()
    assert rows() == before
    # The broker forgets it all; what is left stands in the database.
    current_app.control.purge()
    start_worker(LEASE_SECONDS="2")

    def finished() -> bool:
        tasks.sweep()
        return Rederivation.objects.get(pk=made.pk).finished_at is not None

    assert within(60, finished)
    made.refresh_from_db()
    assert (made.given_up, made.moved["cost"]["moved"]) == (0, 6)
    changed = {one for one in rows() if one[1] in following("cost")}
    rederive(at=timezone.now())
    assert {one for one in rows() if one[1] in following("cost")} == changed
    assert changed.isdisjoint(before)
    assert within(20, lambda: not Change.objects.exists())
    assert oracles.live(Board.objects.get()) == oracles.placements(Board.objects.get())


@pytest.mark.django_db(transaction=True)
def test_health_tells_what_is_under_way(client):
    entries_at(3.6, 1)
    rederivation.order("cost", at=timezone.now())

    told = client.get("/healthz").json()["rederiving"]

    assert told == [{"metric": "cost", "done": 0, "batches": 1}]
