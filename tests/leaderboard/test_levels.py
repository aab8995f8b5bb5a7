"""How far an entry was verified is the same on every page, in the API and in files."""

import csv
import io
import json

import pytest

from leaderboard.models import Run, Submission
from tests.builders import make_board, make_entry, make_run, make_submission, refresh
from tests.leaderboard.test_pages import text_of

pytestmark = pytest.mark.django_db
NATIVE, TOOL = "efficiency-frontier-json", "zeus"


@pytest.fixture
def board():
    return make_board(slug="trivia")


def entry_of(board, *formats: str, state: str = Submission.State.PUBLISHED):
    """An entry with a run of each format, the last the newest."""
    sent = [make_submission(format=one, state=state) for one in formats]
    entry = make_entry(board, submission=sent[0], quality=0.5, energy=5)
    for submission in sent[1:]:
        make_run(entry, submission=submission, quality=0.5, node_energy=5)
    return entry


def test_the_newest_run_that_counts_decides(board):
    own, tool = entry_of(board, TOOL, NATIVE), entry_of(board, NATIVE, TOOL)
    back = entry_of(board, NATIVE, TOOL)
    Submission.objects.filter(runs__entry=back, format=TOOL).update(state="WITHDRAWN")
    gone = entry_of(board, TOOL, state=Submission.State.WITHDRAWN)

    found = Run.objects.levels([own.pk, tool.pk, back.pk, gone.pk])

    assert {entry: level.label for entry, level in found.items()} == {
        own.pk: "self-reported",
        tool.pk: "evidence attached",
        back.pk: "self-reported",
    }


def test_every_way_out_says_the_same(client, board):
    expected = {entry_of(board, NATIVE).pk: 0, entry_of(board, TOOL).pk: 1}
    refresh(board)

    rows = csv.DictReader(io.StringIO(b"".join(client.get("/boards/trivia/data.csv")).decode()))
    assert {int(row["entry"]): int(row["level"]) for row in rows} == expected
    told = json.loads(b"".join(client.get("/boards/trivia/rows.json")))["rows"]
    assert {row["entry"]: row["level"] for row in told} == expected
    for address in ("entries/", "boards/trivia/entries/", "boards/trivia/frontier/"):
        answer = client.get(f"/api/v1/{address}").json()["results"]
        assert {row["id"]: row["level"] for row in answer} == expected
    query = "&".join(f"entry={entry}" for entry in expected)
    compared = client.get(f"/api/v1/compare/?{query}").json()["entries"]
    assert {row["id"]: row["level"] for row in compared} == expected
    for entry, level in expected.items():
        one = client.get(f"/api/v1/entries/{entry}/").json()
        assert [one["level"], one["runs"][0]["submission"]["level"]] == [level, level]
        assert client.get(f"/entries/{entry}/data.json").json()["level"] == level
        label = Submission.Level(str(level)).label
        assert f"Level {level}, {label}" in text_of(client.get(f"/entries/{entry}/"))
        page = text_of(client.get("/boards/trivia/", {"level": level}))
        assert f'href="/entries/{entry}/"' in page
        assert f"Level {level} of 4, {label}" in page


def test_the_page_on_ranking_explains_the_levels(client):
    page = text_of(client.get("/help/ranking/"))

    for level in Submission.Level:
        assert f"Level {level.value}, {level.label}" in page
