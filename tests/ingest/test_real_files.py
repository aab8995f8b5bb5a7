"""Real files of others through the whole pipeline, on the catalogue that the site ships."""

import pytest
from django.http import QueryDict

from leaderboard import reference
from leaderboard.filters import Filters
from leaderboard.models import Board, Measurement, Run
from leaderboard.standings import Standings
from tests.ingest.files import sent, three_devices

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def catalogue(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        reference.load()
    yield
    # Module scope commits; later tests expect an empty catalogue.
    with django_db_blocker.unblock():
        reference.forget()


def test_the_study_with_252_rows_makes_four_boards_with_known_frontiers(catalogue, real_data):
    file = real_data / "llm-energy-benchmark-csv" / "total_limpio.csv"

    submission = sent(file.read_bytes(), filename=file.name, context={"hardware": three_devices()})

    assert submission.state == "PUBLISHED", submission.issues
    assert submission.summary["entries"] == 252
    assert Run.objects.filter(submission=submission).count() == 252
    boards = {
        board.slug: board
        for board in Board.objects.filter(task__entries__runs__submission=submission).distinct()
    }
    assert len(boards) == 4
    query = QueryDict("objectives=quality,node_energy,latency")
    known = {
        "humaneval": (10, (0.732, 298), (0.470, 43)),
        "mmlu": (11, (0.633, 19.4), (0.426, 2.7)),
        "ifeval": (8, None, None),
    }
    for task, (size, best, cheapest) in known.items():
        board = next(board for board in boards.values() if board.task.slug == task)
        standings = Standings(board, Filters.read(query, board, board.metrics))
        assert len(standings) == 63
        front = standings.points.where(standings.on_frontier).of(["quality", "node_energy"]).value
        assert len(front) == size
        if best:
            top, last = front[front[:, 0].argmax()], front[front[:, 1].argmin()]
            assert (round(top[0], 3), round(last[0], 3)) == (
                pytest.approx(best[0], abs=1.1e-3),
                pytest.approx(cheapest[0], abs=1.1e-3),
            )
            assert top[1] == pytest.approx(best[1], rel=0.01)
            assert last[1] == pytest.approx(cheapest[1], rel=0.01)


def test_the_first_row_of_that_study_is_519_joules_per_problem(catalogue, real_data):
    file = real_data / "llm-energy-benchmark-csv" / "total_limpio.csv"
    submission = sent(file.read_bytes(), filename=file.name, context={"hardware": three_devices()})

    first = {
        m.metric: m.value
        for m in Measurement.objects.filter(run__submission=submission, run__row=1)
    }

    assert first["quality"] == pytest.approx(0.7195122, abs=5e-8)
    assert first["node_energy"] == pytest.approx(519.29, abs=0.005)
    assert first["throughput"] == pytest.approx(24.21, abs=0.005)
    assert first["ttft"] == pytest.approx(0.12756, abs=5e-6)
    assert first["energy_per_token"] == pytest.approx(8.0731, abs=5e-5)
