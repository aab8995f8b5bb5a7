"""The API answers what a board's page answers: weights, scenarios, picks, facets, reasons."""

import random
import re
from typing import Any

import numpy as np
import pytest
from django.http import QueryDict
from django.utils import timezone

from leaderboard import chances
from leaderboard.api import schema
from leaderboard.facets import FACETS
from leaderboard.models import Board
from leaderboard.views import board_why
from leaderboard.views.board_page import BoardPage
from tests.builders import make_board, make_entry, make_hardware, refresh
from tests.leaderboard.test_api import check
from tests.leaderboard.test_pages import text_of
from tests.oracles import dominates

pytestmark = pytest.mark.django_db
METRICS = ("quality", "node_energy", "cost")
WEIGHTS = "w_quality=2&w_node_energy=1"


@pytest.fixture
def board() -> Board:
    """Twenty entries with bounds; some lack cost."""
    rng = random.Random(4)
    board = make_board("quality", "node_energy", slug="trivia")
    devices = [make_hardware(name, slug=name.lower()) for name in ("Big", "Small")]
    for number in range(20):
        values: dict[str, Any] = {
            metric: tuple(sorted(rng.randint(1, 99) / 100 for _ in range(3)))
            for metric in METRICS[: 2 + (number % 3 > 0)]
        }
        make_entry(board, hardware=devices[number % 2], device_time=1 + number, **values)
    return refresh(board)


def page(board: Board, query: str = "") -> BoardPage:
    return BoardPage(board, QueryDict(query))


def get(client, path: str, status: int = 200) -> dict[str, Any]:
    answer = client.get(f"/api/v1/boards/trivia/{path}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_rows_by_score_are_the_pages_and_the_sums_of_shares(client, board):
    query = f"sort=score&{WEIGHTS}"
    answer = get(client, f"entries/?{query}")
    shown = client.get(f"/boards/trivia/data.json?{query}").json()["rows"]

    rows = answer["results"]
    assert [row["id"] for row in rows] == [row["entry"] for row in shown]
    ranks = ["–".join(map(str, dict.fromkeys(row["rank"].values()))) for row in rows]
    assert ranks == [row["rank"] for row in shown]
    assert answer["ranked_on"] == "score"
    # Shares of the way between the ends of the frontier; energy spans decades and is in log.
    points = np.array([[row["values"][m]["value"] for m in METRICS[:2]] for row in rows])
    points[:, 1] = -np.log(points[:, 1])
    front = points[[row["on_frontier"] for row in rows]]
    share = (points - front.min(axis=0)) / np.ptp(front, axis=0)
    score = (2 * share[:, 0] + share[:, 1]) / 3
    assert [row["score"]["value"] for row in rows] == pytest.approx(score.tolist())
    assert sorted(score, reverse=True) == pytest.approx(score.tolist())
    for row in rows:
        assert row["score"]["low"] <= row["score"]["value"] <= row["score"]["high"]


def test_weights_on_what_some_lack_leave_them_without_score(client, board):
    rows = get(client, "entries/?w_cost=1")["results"]

    assert {row["score"] is None for row in rows if row["values"]["cost"] is None} == {True}
    assert {row["score"] is None for row in rows if row["values"]["cost"]} == {False}


def test_a_scenario_marks_rows_and_gives_the_numbers_of_the_page(client, board):
    query = "own_device_price=3.6&objectives=quality,cost"
    rows = get(client, f"entries/?{query}")["results"]
    shown = client.get(f"/boards/trivia/data.json?{query}").json()["rows"]

    assert [row["values"]["cost"]["value"] for row in rows] == [
        row["values"]["cost"]["value"] for row in shown
    ]
    own = page(board, query).standings.snapshot.parts["own-cost"].sum()
    assert sum(row["is_own"] for row in rows) == own > 0
    assert {row["is_own"] for row in get(client, "entries/?own_pue=1.2")["results"]} == {False}
    assert not any(row["is_own"] for row in get(client, "entries/")["results"])


def test_single_ranks_are_those_of_values(client, board):
    rows = get(client, "entries/?ranks=points&sort=quality")["results"]

    values = [row["values"]["quality"]["value"] for row in rows]
    for row, value in zip(rows, values, strict=True):
        best = 1 + sum(other > value for other in values)
        assert row["rank"] == {"low": best, "high": best + values.count(value) - 1}


def test_a_pick_is_answered_with_the_sentence_of_the_card(client, board):
    for pick in ("greenest", "best", "cheapest-near-best"):
        found = get(client, f"entries/?pick={pick}")["recommendation"]
        card = page(board, f"pick={pick}").advice

        assert found["pick"] == pick
        assert card.chosen is not None
        assert (found["entry"], found["sentence"]) == (card.chosen.entry, card.sentence)
    assert get(client, "entries/")["recommendation"] is None
    greenest = get(client, "entries/?pick=greenest")["recommendation"]["entry"]
    first = get(client, "entries/?sort=node_energy")["results"][0]
    assert greenest == first["id"]


def test_chances_stand_under_the_boards_own_question_alone(client, board):
    waiting = get(client, "entries/")
    chances.work_out(board.pk, at=timezone.now())
    answer = get(client, "entries/?sort=-quality")
    other = get(client, "entries/?hardware=big")

    assert waiting["chance_note"] == "The chances are being worked out."
    published = {
        row["id"]: row["chance"]
        for layer in range(1, 6)
        for row in get(client, f"frontier/?layer={layer}")["results"]
    }
    drawn = {row["id"]: row["chance"] for row in answer["results"]}
    assert {entry: drawn[entry] for entry in published} == published
    assert any(0 < chance["value"] < 1 for chance in drawn.values())
    assert {row["chance"] for row in other["results"]} == {None}
    assert other["chance_note"] == "Chances are worked out for the board's own question."


def test_facets_count_what_the_rows_hold(client, board):
    answer = get(client, "facets/?hardware=big&objectives=quality,cost")
    rows = get(client, "entries/?objectives=quality,cost")["results"]
    names = [row["hardware"]["slug"] for row in rows]

    assert answer["facets"].keys() == FACETS.keys()
    counted = {one["value"]: one["count"] for one in answer["facets"]["hardware"]}
    assert counted == {name: names.count(name) for name in names}
    models = [row["model"]["slug"] for row in rows if row["hardware"]["slug"] == "big"]
    assert {one["value"]: one["count"] for one in answer["facets"]["model"]} == {
        model: models.count(model) for model in models
    }
    assert answer["ranked"] == len(models)


def test_reasons_are_the_definitions_and_the_pages(client, board):
    rows = get(client, "entries/")["results"]
    points = {row["id"]: [row["values"][m]["value"] for m in METRICS[:2]] for row in rows}
    directions = [1, -1]

    for row in rows:
        found = get(client, f"why/?entry={row['id']}")
        own = points[row["id"]]
        above = {one for one, point in points.items() if dominates(point, own, directions)}
        assert {one["id"] for one in found["dominators"]} == above
        assert found["dominated_by"] == len(above)
        assert found["layer"] == row["layer"]
        for one in found["dominators"]:
            for column, metric in enumerate(METRICS[:2]):
                theirs = points[one["id"]][column]
                assert one["ahead"][metric]["difference"] == pytest.approx(theirs - own[column])
                assert one["ahead"][metric]["ratio"] == pytest.approx(theirs / own[column])
        for column, metric in enumerate(METRICS[:2]):
            reached = found["needs"][metric]
            if reached is None:
                continue
            step = 1e-9 * directions[column] if reached["is_beyond"] else 0
            moved = [*own]
            moved[column] = reached["value"] + step
            assert not any(dominates(points[one], moved, directions) for one in above)
    last = rows[-1]["id"]
    told = board_why.of(page(board), last)
    assert told is not None
    assert [one["id"] for one in get(client, f"why/?entry={last}")["dominators"]] == [
        one.who.entry for one in told.rivals
    ]
    shown = text_of(client.get(f"/boards/trivia/why/?entry={last}"))
    linked = re.findall(r"/entries/(\d+)/", shown)
    assert {str(one.who.entry) for one in told.rivals} <= set(linked)


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("entries/?sort=score", "sort"),
        ("entries/?w_quality=101", "w_quality"),
        ("entries/?w_nothing=1", "w_nothing"),
        ("entries/?own_pue=0.2", "own_pue"),
        ("entries/?own_nothing=1", "own_nothing"),
        ("entries/?pick=dearest", "pick"),
        ("entries/?pick=least-carbon", "pick"),
        ("entries/?pick=best-in-budget", "pick"),
        ("entries/?ranks=all", "ranks"),
        ("facets/?level=2&nothing=1", "nothing"),
        ("why/", "entry"),
        ("why/?entry=x", "entry"),
    ],
)
def test_what_cannot_be_used_is_refused(client, board, path, field):
    problem = get(client, path, 400)

    assert [error["column"] for error in problem["errors"]] == [field]


def test_answers_are_as_described(client, board):
    last = get(client, "entries/")["results"][-1]["id"]
    paths = {"entries/": f"entries/?{WEIGHTS}&pick=best", "why/": f"why/?entry={last}"}

    for described, path in paths.items():
        told = schema.schema()["paths"][f"/api/v1/boards/{{slug}}/{described}"]["get"]
        shape = told["responses"]["200"]["content"]["application/json"]["schema"]
        check(get(client, path), shape)


def test_reasons_for_an_entry_that_is_not_ranked_are_not_found(client, board):
    get(client, "why/?entry=999999999", 404)
