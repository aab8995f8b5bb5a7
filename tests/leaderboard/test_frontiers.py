"""The stored frontier against brute force, whatever came, changed or went."""

import random
import subprocess
import sys
from typing import Any

import pytest

from leaderboard import estimates, frontiers
from leaderboard.models import Change, Entry, Submission
from tests.builders import (
    NOW,
    make_board,
    make_entry,
    make_hardware,
    make_model,
    make_run,
    make_task,
    refresh,
)
from tests.conftest import ROOT, database_url
from tests.oracles import live, placements

pytestmark = pytest.mark.django_db

METRICS = ("quality", "node_energy", "latency", "cost")


def withdraw(entry) -> None:
    """Take all runs of an entry back."""
    Submission.objects.filter(runs__entry=entry).update(state=Submission.State.WITHDRAWN)
    estimates.refresh([entry.pk])


def some_values(rng: random.Random, metrics) -> dict[str, Any]:
    """Values on a coarse grid, so that ties are the rule; now and then one is missing."""
    return {metric: rng.randint(1, 6) / 10 for metric in metrics if rng.random() > 0.05}


@pytest.mark.parametrize("seed", range(6))
def test_a_kept_frontier_is_the_one_computed_from_scratch(seed):
    rng = random.Random(seed)
    board = make_board(*METRICS[: 1 + seed % 4], depth=rng.randint(1, 3))
    entries = [make_entry(board, **some_values(rng, METRICS)) for _ in range(15)]
    assert live(refresh(board)) == placements(board)

    for _ in range(25):
        match rng.randint(0, 3):
            case 0 | 1:
                entries.append(make_entry(board, **some_values(rng, METRICS)))
            case 2:
                make_run(rng.choice(entries), **some_values(rng, METRICS))
            case 3:
                withdraw(rng.choice(entries))
        if rng.random() < 0.7:
            assert live(refresh(board)) == placements(board)

    assert live(refresh(board)) == placements(board)
    assert not Change.objects.exists()


def test_every_version_can_be_read_again_as_it_was():
    rng = random.Random(7)
    board = make_board()
    versions = {}
    for _ in range(8):
        make_entry(board, quality=rng.random(), energy=rng.random())
        board = refresh(board)
        versions[board.latest] = live(board)

    assert {
        number: {p.entry_id: (p.layer, p.point) for p in board.placements.at(number)}
        for number in versions
    } == versions
    assert len(versions) > 3


def test_withdrawing_the_best_lets_the_hidden_ones_rise():
    board = make_board("node_energy", depth=1)
    best, second, third = (make_entry(board, energy=energy) for energy in (1, 2, 3))
    assert live(refresh(board)) == {best.pk: (1, [1.0])}

    withdraw(best)
    assert live(refresh(board)) == {second.pk: (1, [2.0])}

    withdraw(second)
    assert live(refresh(board)) == {third.pk: (1, [3.0])}


def test_an_entry_that_gets_worse_gives_its_place_up():
    board = make_board("node_energy", depth=1)
    best, second = make_entry(board, energy=1), make_entry(board, energy=2)
    refresh(board)

    make_run(best, node_energy=9)

    assert live(refresh(board)) == {second.pk: (1, [2.0])}


def test_equal_entries_share_the_frontier():
    board = make_board()
    twins = [make_entry(board, quality=0.5, energy=1) for _ in range(3)]

    assert live(refresh(board)) == {twin.pk: (1, [0.5, 1.0]) for twin in twins}


def test_an_objective_that_no_entry_has_is_set_aside_until_one_has_it():
    board = make_board("quality", "node_energy", "cost")
    cheap = make_entry(board, quality=0.5, energy=1)
    board = refresh(board)
    assert board.frontiers.get(number=board.latest).objectives == ["quality", "node_energy"]
    assert live(board) == {cheap.pk: (1, [0.5, 1.0])}

    whole = make_entry(board, quality=0.4, energy=2, cost=1)

    board = refresh(board)
    assert board.frontiers.get(number=board.latest).objectives == ["quality", "node_energy", "cost"]
    assert live(board) == {whole.pk: (1, [0.4, 2.0, 1.0])}


def test_a_missing_value_never_ranks():
    board = make_board()
    whole = make_entry(board, quality=0.1, energy=9)
    make_entry(board, energy=1)
    make_entry(board, quality=0.9)

    assert live(refresh(board)) == {whole.pk: (1, [0.1, 9.0])}


def test_a_boards_own_bounds_keep_entries_out():
    board = make_board(filters={"quality_min": 0.5})
    inside = make_entry(board, quality=0.5, energy=5)
    make_entry(board, quality=0.49, energy=1)

    assert live(refresh(board)) == {inside.pk: (1, [0.5, 5.0])}


def test_a_version_says_who_entered_and_who_left():
    board = make_board("node_energy", depth=2)
    make_entry(board, energy=5)
    refresh(board)
    make_entry(board, energy=1)
    board = refresh(board)

    versions = board.frontiers.order_by("number").values_list("entries", "entered", "left")
    assert list(versions) == [(1, 1, 0), (1, 1, 1)]


def test_a_refresh_without_changes_publishes_nothing():
    board = make_board()
    make_entry(board, quality=0.5, energy=1)
    refresh(board)

    assert frontiers.refresh(board.pk, at=NOW) is None
    assert frontiers.refresh(board.pk, at=NOW, rebuild=True) is None
    assert board.frontiers.count() == 1


def test_an_entry_that_changes_nothing_on_the_frontier_makes_no_version():
    board = make_board("node_energy", depth=1)
    make_entry(board, energy=1)
    board = refresh(board)
    make_entry(board, energy=2)

    assert frontiers.refresh(board.pk, at=NOW) is None
    board.refresh_from_db()
    assert (board.latest, board.revision) == (1, 2)


def test_a_board_that_loses_all_its_entries_is_empty():
    board = make_board()
    only = make_entry(board, quality=0.5, energy=1)
    refresh(board)

    withdraw(only)

    assert live(refresh(board)) == {}


def test_entries_of_other_tasks_stay_out():
    board, other = make_board(), make_board()
    ours, theirs = (make_entry(b, quality=0.5, energy=1) for b in (board, other))

    assert live(refresh(board)).keys() == {ours.pk}
    assert live(refresh(other)).keys() == {theirs.pk}


def test_a_default_board_counts_the_energy_that_most_entries_have():
    task = make_task()
    make_entry(task, quality=0.5, device_energy=1)
    make_entry(task, quality=0.5, device_energy=1)
    make_entry(task, quality=0.5, node_energy=1)

    board = frontiers.default_board(task)

    assert board.metrics == ("quality", "device_energy", "material", "cost")
    assert frontiers.default_board(task) == board


@pytest.mark.django_db(transaction=True)
def test_processes_that_refresh_one_board_at_once_agree_with_brute_force(monkeypatch):
    board = make_board()
    make_entry(board, model=make_model(), hardware=make_hardware(), quality=0.5, energy=5)
    monkeypatch.setenv("DATABASE_URL", database_url())
    command = [sys.executable, "-m", "tests.leaderboard.rival", str(board.pk)]

    rivals = [subprocess.Popen([*command, str(number)], cwd=ROOT) for number in (1, 2, 3)]

    assert [rival.wait(60) for rival in rivals] == [0, 0, 0]
    assert not Change.objects.exists()
    assert Entry.objects.count() > 30
    assert live(board) == placements(board)
    board.refresh_from_db()
    numbers = board.frontiers.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, board.latest + 1))
