"""Columns of boards: in memory and in files alike, patched and read anew alike, and never stale."""

from typing import Any

import numpy as np
import pytest

from leaderboard import estimates, snapshots
from leaderboard.core import metrics
from leaderboard.models import Board, Estimate, Submission
from tests.builders import make_board, make_entry, make_method, make_model, make_run, refresh

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.SNAPSHOT_DIR = tmp_path
    snapshots.remembered.clear()
    return tmp_path


@pytest.fixture
def in_files(monkeypatch):
    """Every board with an entry counts as large."""
    monkeypatch.setattr(snapshots, "IN_FILES_FROM", 1)


def some_board() -> Board:
    board = make_board("quality", "node_energy")
    qwen, awq = make_model("Qwen", family="Qwen"), make_method("AWQ")
    make_entry(board, model=qwen, quality=(0.4, 0.5, 0.6), energy=5)
    make_entry(board, model=qwen, method=awq, quality=0.7, energy=9, settings={"precision": "int4"})
    make_entry(board, quality=0.6, latency=2)
    return board


def plain(snapshot) -> dict:
    """Entry → everything that is known of it, codes resolved."""
    rows = {}
    for place, entry in enumerate(snapshot.entries.tolist()):
        row: dict[str, Any] = {"runs": int(snapshot.parts["runs"][place])}
        for dimension in ("model", "method", "precision", "level", "submitter", "boundary"):
            row[dimension] = snapshot.tables[dimension][snapshot.code(dimension)[place]]
        for metric in snapshot.metrics:
            if np.isfinite(value := snapshot.part("value", metric)[place]):
                bounds = [float(snapshot.part(part, metric)[place]) for part in ("low", "high")]
                row[metric] = (float(value), *bounds, int(snapshot.part("origin", metric)[place]))
        rows[entry] = row
    return rows


def test_columns_hold_what_the_estimates_say():
    board = some_board()
    snapshot = snapshots.of(board)
    found = plain(snapshot)

    stored = Estimate.objects.filter(task=board.task)
    assert {
        (entry, metric) for entry, row in found.items() for metric in row if metric in metrics.ALL
    } == {(one.entry_id, one.metric) for one in stored}
    for one in stored:
        assert found[one.entry_id][one.metric] == (one.value, one.low, one.high, one.origin)
    by_precision = {entry: row["precision"] for entry, row in found.items()}
    assert sorted(by_precision.values()) == ["", "", "int4"]
    assert snapshot.part("value", "water").shape == (3,)
    assert np.isnan(snapshot.part("value", "water")).all()


def test_orders_are_by_value_and_leave_out_what_is_missing():
    snapshot = snapshots.of(some_board())
    assert snapshot.part("value", "quality")[snapshot.order("quality")].tolist() == [0.5, 0.6, 0.7]
    assert snapshot.part("value", "node_energy")[snapshot.order("node_energy")].tolist() == [5, 9]


def test_files_hold_what_memory_does(in_files):
    board = some_board()
    refresh(board)
    board.refresh_from_db()
    expected = plain(snapshots.in_memory(board))
    folder = snapshots.take(board)

    assert folder is not None
    assert plain(snapshots.opened(folder)) == expected
    assert plain(snapshots.of(board)) == expected
    assert snapshots.opened(folder).order("quality").tolist() == (
        snapshots.in_memory(board).order("quality").tolist()
    )


def test_a_patched_revision_is_the_one_read_anew(in_files):
    board = some_board()
    refresh(board)
    board.refresh_from_db()
    first = snapshots.take(board)
    assert first is not None
    gone, changed, *_ = list(snapshots.opened(first).entries.tolist())
    new = make_entry(board, model=make_model("Newcomer"), quality=0.9, energy=1, throughput=7)
    make_run(board.task.entries.get(pk=changed), quality=0.8)
    Submission.objects.filter(runs__entry=gone).update(state=Submission.State.WITHDRAWN)
    estimates.refresh([gone])
    refresh(board)
    board.refresh_from_db()

    second = snapshots.take(board, {gone, changed, new.pk})
    assert second is not None

    patched, anew = snapshots.opened(second), snapshots.in_memory(board)
    assert plain(patched) == plain(anew)
    assert gone not in plain(patched)
    assert set(patched.metrics) >= {"throughput"}
    for metric in anew.metrics:
        assert patched.order(metric).tolist() == anew.order(metric).tolist()


def test_a_small_board_shows_numbers_that_no_frontier_has_taken_in_yet():
    board = some_board()
    assert len(snapshots.of(board)) == 3
    refresh(board)
    board.refresh_from_db()
    assert len(snapshots.of(board)) == 3
    make_entry(board, quality=0.1, energy=1)
    assert len(snapshots.of(board)) == 4


def test_a_large_board_shows_its_last_stored_revision_until_the_next_is_there(in_files):
    board = some_board()
    refresh(board)
    board.refresh_from_db()
    snapshots.take(board)
    make_entry(board, quality=0.1, energy=1)
    assert len(snapshots.of(board)) == 3
    refresh(board)
    board.refresh_from_db()
    assert len(snapshots.of(board)) == 3
    assert snapshots.of(board).revision < board.revision
    snapshots.take(board)
    assert len(snapshots.of(board)) == 4
    assert snapshots.of(board).revision == board.revision


def test_old_revisions_and_those_of_boards_that_shrank_are_taken_away(in_files, monkeypatch):
    board = some_board()
    for number in range(4):
        make_entry(board, quality=0.2, energy=number + 1)
        refresh(board)
        board.refresh_from_db()
        snapshots.take(board)
    home = snapshots.home(board)
    assert sorted(int(one.name) for one in home.iterdir()) == [board.revision - 1, board.revision]

    monkeypatch.setattr(snapshots, "IN_FILES_FROM", 1_000)
    assert snapshots.take(board) is None
    assert not home.exists()
