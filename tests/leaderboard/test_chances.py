"""Chances of being on the frontier as workers draw and keep them, and as the API tells them."""

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from leaderboard import chances, frontiers, tasks
from leaderboard.core import chance, pareto
from leaderboard.models import Board, Chance, ChanceDraw
from tests.builders import NOW, make_board, make_entry, make_run, refresh
from tests.waiting import within


@pytest.fixture
def board(db):
    return make_board("quality", "node_energy")


def told(board, entry):
    """Probability and standard error of an entry on the board as it stands."""
    board.refresh_from_db()
    probability, error = Chance.objects.of(board).at(np.array([entry.pk]))
    return probability[0], error[0]


def test_chances_are_those_of_draws_of_all_entries(board):
    rng = np.random.default_rng(3)
    value = np.column_stack([rng.uniform(0.4, 0.8, 25), rng.uniform(1, 9, 25)])
    low, high = value * 0.93, value * 1.04
    entries = [
        make_entry(
            board,
            quality=(low[i, 0], value[i, 0], high[i, 0]),
            energy=(low[i, 1], value[i, 1], high[i, 1]),
        )
        for i in range(25)
    ]
    make_entry(board, quality=0.99)
    refresh(board)

    draw = chances.work_out(board.pk, at=NOW)

    hits = np.zeros(25)
    parts = chance.corners(value, low, high, [1, -1])
    for points in np.concatenate(list(chance.drawn(*parts, draws=4_000, seed=11))):
        hits += pareto.frontier(points, [1, 1])
    board.refresh_from_db()
    found = Chance.objects.of(board)
    probability, error = found.at(np.array([entry.pk for entry in entries]))
    drawn = error > 0
    assert 3 < drawn.sum() < 25
    assert (np.abs(probability - hits / 4_000)[drawn] < 5 * error[drawn]).all()
    assert (probability[~drawn] == hits[~drawn] / 4_000).all()
    assert draw is not None
    assert (draw.draws, draw.recipe, draw.revision) == (1_000, "frontier_chance/1", board.revision)
    # Whoever can't be on the frontier is not kept.
    assert draw.candidates == len(found.entries) == Chance.objects.count()


def test_an_entry_outside_the_board_has_no_part(board):
    board.filters = {"quality_min": 0.5}
    board.save()
    best = make_entry(board, quality=0.6, energy=5)
    make_entry(board, quality=0.4, energy=1)
    refresh(board)

    chances.work_out(board.pk, at=NOW)

    assert told(board, best) == (1, 0)
    assert Chance.objects.count() == 1


def test_drawing_again_changes_nothing_until_the_board_moves_on(board):
    first = make_entry(board, quality=(0.5, 0.6, 0.7), energy=5)
    make_entry(board, quality=(0.5, 0.6, 0.7), energy=5)
    refresh(board)
    once = chances.work_out(board.pk, at=NOW)
    before = list(Chance.objects.order_by("entry").values())

    assert chances.work_out(board.pk, at=timezone.now()) == once
    assert ChanceDraw.objects.get().drawn_at == NOW
    assert list(Chance.objects.order_by("entry").values()) == before
    assert told(board, first)[0] == pytest.approx(0.5, abs=0.1)

    make_entry(board, quality=0.9, energy=1)
    refresh(board)

    assert Chance.objects.of(board).reason == "The chances are being worked out."
    assert np.isnan(told(board, first)[0])
    chances.work_out(board.pk, at=NOW)
    assert told(board, first) == (0, 0)
    assert Chance.objects.count() == ChanceDraw.objects.get().candidates == 1


def test_draws_for_a_board_that_moved_on_meanwhile_are_dropped(board, monkeypatch):
    make_entry(board, quality=0.6, energy=5)
    refresh(board)
    draw = chances.drawn

    def slowly(*args):
        make_entry(board, quality=0.9, energy=1)
        refresh(board)
        return draw(*args)

    monkeypatch.setattr(chances, "drawn", slowly)

    assert chances.work_out(board.pk, at=NOW) is None
    assert not Chance.objects.exists()
    assert not ChanceDraw.objects.exists()


def test_too_many_candidates_are_told_and_leave_no_old_chances(board, monkeypatch):
    entry = make_entry(board, quality=0.6, energy=5)
    refresh(board)
    chances.work_out(board.pk, at=NOW)
    make_entry(board, quality=0.7, energy=6)
    refresh(board)
    monkeypatch.setattr(chances, "MOST_CANDIDATES", 1)

    draw = chances.work_out(board.pk, at=NOW)

    assert draw is not None
    assert draw.reason == (
        "2 entries may be on the frontier within their intervals; chances are worked out for up to "
        "1."
    )
    assert not Chance.objects.exists()
    assert np.isnan(told(board, entry)[0])
    assert not Board.objects.without_chances(chance.RECIPE).exists()


def test_a_board_without_entries_has_no_chances(board):
    frontiers.refresh(board.pk, at=NOW, rebuild=True)
    empty = chances.work_out(board.pk, at=NOW)
    make_entry(board, quality=0.6)
    make_entry(board, energy=5)
    refresh(board)

    incomplete = chances.work_out(board.pk, at=NOW)

    for draw in (empty, incomplete):
        assert draw is not None
        assert (draw.candidates, draw.reason) == (0, "")
    assert not Chance.objects.exists()


def test_the_sweep_knows_which_boards_wait(board):
    never = make_board(task=board.task)
    make_entry(board, quality=0.6, energy=5)
    waiting = Board.objects.without_chances(chance.RECIPE)
    assert list(waiting) == []

    refresh(board)
    assert list(waiting.all()) == [board]
    chances.work_out(board.pk, at=NOW)
    assert list(waiting.all()) == []
    assert list(Board.objects.without_chances("frontier_chance/2")) == [board]
    make_run(make_entry(board, quality=0.7, energy=5), latency=1)
    chances.settle([board.pk], at=NOW)
    assert list(waiting.all()) == []
    assert never.revision == 0


@pytest.mark.parametrize("numbers", [{"probability": 1.1}, {"standard_error": float("nan")}])
def test_the_database_refuses_what_is_no_chance(board, numbers):
    entry = make_entry(board, quality=0.6, energy=5)
    fields = {"board": board, "entry": entry, "probability": 0.5, "standard_error": 0.1}

    with pytest.raises(IntegrityError), transaction.atomic():
        Chance.objects.create(**fields | numbers)

    Chance.objects.create(**fields)
    with pytest.raises(IntegrityError), transaction.atomic():
        Chance.objects.create(**fields)


def test_the_frontier_in_the_api_tells_chances(client, board):
    make_entry(board, quality=(0.5, 0.6, 0.7), energy=5)
    make_entry(board, quality=(0.5, 0.6, 0.7), energy=5)
    make_entry(board, quality=(0.3, 0.4, 0.45), energy=6)
    refresh(board)
    address = f"/api/v1/boards/{board.slug}/frontier/"

    waiting = client.get(address).json()
    chances.work_out(board.pk, at=NOW)
    drawn = client.get(address).json()
    behind = client.get(address, {"layer": 2}).json()
    other = client.get(address, {"objectives": "quality"}).json()
    make_entry(board, quality=0.9, energy=1)
    refresh(board)
    past = client.get(address, {"at": 1}).json()

    assert [row["chance"] for row in waiting["results"]] == [None, None]
    assert waiting["chance_note"] == "The chances are being worked out."
    assert drawn["chance_note"] == ""
    one, two = (row["chance"] for row in drawn["results"])
    assert one["value"] + two["value"] == pytest.approx(1)
    assert one["standard_error"] == pytest.approx(np.sqrt(0.25 / 1_000), rel=0.05)
    assert (one["draws"], one["recipe"]) == (1_000, "frontier_chance/1")
    (never,) = behind["results"]
    assert (never["chance"]["value"], never["chance"]["standard_error"]) == (0, 0)
    for answer in (other, past):
        assert all(row["chance"] is None for row in answer["results"])
        assert answer["chance_note"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_draws_after_it_refreshed(worker):
    board = make_board("quality", "node_energy")
    entry = make_entry(board, quality=0.6, energy=5)

    tasks.refresh_board.delay(board.pk)

    assert within(30, lambda: Chance.objects.exists())
    assert told(board, entry) == (1, 0)
