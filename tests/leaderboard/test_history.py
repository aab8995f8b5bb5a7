"""A board's history: versions with reasons, hypervolume and trend, as page and as JSON."""

import random

import moocore
import numpy as np
import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leaderboard import timeline
from leaderboard.core import metrics
from leaderboard.models import Frontier
from leaderboard.versions import first_layer
from tests.builders import NOW, make_board, make_entry, make_model, refresh
from tests.leaderboard.test_pages import text_of
from tests.leaderboard.test_transitions import Site

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def history(board, **query) -> str:
    return f"{board.get_absolute_url()}history/" + (
        "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""
    )


@pytest.fixture
def site():
    """Four versions: opened, one enters and pushes another out, one withdrawn, one corrected."""
    made = Site()
    old = made.entry(model="Old", quality=0.5, energy=10)
    made.publish()
    better = made.entry(model="Better", quality=0.6, energy=5)
    made.publish()
    made.withdraw(better)
    made.publish()
    made.replace(old, quality=0.55, node_energy=9)
    made.publish()
    return made


def test_each_version_says_what_changed_and_why(client, site):
    pages = {at: text_of(client.get(history(site.board, at=at))) for at in (1, 2, 3, 4)}

    moves = {
        at: page.partition('id="moves"')[2].partition("Hypervolume")[0]
        for at, page in pages.items()
    }
    assert "The board opened with this version." in moves[1]
    assert "1 entry entered" in moves[2]
    assert "A new result" in moves[2]
    assert "Dominated by <a" in moves[2]
    assert "Its sender withdrew the numbers: A slip" in moves[3]
    assert "What dominated it is gone" in moves[3]
    assert "quality 50.0 → 55.0\u00a0%" in moves[4]
    assert "node energy 10.0 → 9.00\u00a0J" in moves[4]
    assert 'value="2"' in pages[2].partition('type="range"')[2].partition(">")[0]
    assert 'class="step before"' in pages[3]


def test_the_json_twin_tells_the_same_in_canonical_units(client, site):
    told = client.get(f"{site.board.get_absolute_url()}history/data.json", {"at": 3}).json()

    kinds = {(move["name"], move["kind"], move["why"]) for move in told["moves"]}
    assert kinds == {("Better", "left", "withdrawn"), ("Old", "entered", "dominator_gone")}
    assert [row["values"] for row in told["frontier"]] == [{"quality": 0.5, "node_energy": 10}]
    assert [one["version"] for one in told["hypervolume"]["shares"]] == [1, 2, 3, 4]


def test_shares_are_those_of_moocore_over_all_versions():
    rng = random.Random(5)
    site = Site("quality", "node_energy", "cost", depth=2)
    for _ in range(12):
        site.entry(quality=rng.random(), energy=10 ** (3 * rng.random()), cost=1 + rng.random())
        site.publish()
    shown = site.board.frontiers.get(number=site.board.latest)

    found = timeline.hypervolume(site.board, shown)

    versions = list(Frontier.objects.filter(board=site.board).order_by("number"))
    layers = [first_layer(one).value for one in versions]
    ever = np.concatenate(layers)

    def scaled(points):
        quality, energy, cost = points.T
        return np.column_stack(
            [
                (ever[:, 0].max() - quality) / np.ptp(ever[:, 0]),
                np.log(energy / ever[:, 1].min()) / np.log(ever[:, 1].max() / ever[:, 1].min()),
                (cost - ever[:, 2].min()) / np.ptp(ever[:, 2]),
            ]
        )

    expected = [moocore.hypervolume(scaled(layer), ref=[1.1] * 3) / 1.1**3 for layer in layers]
    assert found.box is not None
    assert found.box.is_log == (False, True, False)
    assert [one.share for one in found.shares] == pytest.approx(expected)


def test_thousands_of_versions_are_thinned_and_paged(client, monkeypatch):
    monkeypatch.setattr(timeline, "VERSIONS", 10)
    site = Site()
    for number in range(1, 4):
        site.entry(quality=0.1 * number, energy=number)
    site.publish()
    # Versions that moved nothing: rows are all that counts here.
    Frontier.objects.bulk_create(
        Frontier(
            board=site.board,
            number=number,
            published_at=NOW,
            objectives=["quality", "node_energy"],
            entries=3,
            entered=0,
            left=0,
        )
        for number in range(2, 131)
    )
    site.board.latest = 130
    site.board.save()

    newest = text_of(client.get(history(site.board)))
    middle = text_of(client.get(history(site.board, at=60)))
    oldest = text_of(client.get(history(site.board, before=31)))

    rows = {page.partition('id="versions"')[2].count("<tr>") - 1 for page in (newest, middle)}
    assert rows == {50}
    assert 'href="?before=81#versions"' in newest
    assert 'href="?at=60" aria-current="true"' in middle
    assert "Older versions" not in oldest
    assert "passed over" in newest
    shares = timeline.hypervolume(site.board, site.board.frontiers.get(number=130)).shares
    assert [shares[0].number, shares[-1].number, len(shares)] == [1, 130, 10]


@pytest.mark.parametrize("query", [{"at": "x"}, {"at": "0"}, {"at": "²"}, {"before": "%00"}])
def test_what_is_no_version_is_ignored_and_said(client, site, query):
    response = client.get(history(site.board, **query))

    assert response.status_code == 200
    assert "Not understood and ignored" in text_of(response)


def test_a_version_that_never_was_is_not_found(client, site):
    assert client.get(history(site.board, at=99)).status_code == 404
    assert client.get(history(site.board, at="9" * 40)).status_code == 200


@pytest.mark.parametrize("objectives", [(), ("node_energy",)], ids=["no version", "one objective"])
def test_a_board_with_little_to_show_says_what_there_is(client, objectives):
    board = make_board(*objectives)
    if objectives:
        make_entry(board, model="Only", node_energy=3)
        refresh(board)

    page = client.get(history(board))
    told = client.get(f"{board.get_absolute_url()}history/data.json")

    assert (page.status_code, told.status_code) == (200, 200)
    if objectives:
        assert "all points that ever stood on the frontier are alike" in text_of(page)
        assert told.json()["frontier"][0]["values"] == {"node_energy": 3}
    else:
        assert "No version has been published yet." in text_of(page)
        assert "frontier" not in told.json()


def test_the_best_per_joule_doubles_as_fast_as_its_records(client):
    board = make_board()
    for step in range(6):
        model = make_model(released=f"202{step}-07-01")
        value = 2.0 ** (2 * step)
        make_entry(
            board, model=model, quality=0.5, energy=1 + step, node_intelligence_per_joule=value
        )
        make_entry(
            board,
            model=model,
            device_count=2,
            quality=0.4,
            energy=90,
            node_intelligence_per_joule=0.1,
        )
    make_entry(
        board,
        model=make_model(released="2022"),
        quality=0.5,
        energy=50,
        node_intelligence_per_joule=9e9,
    )
    refresh(board)

    found = timeline.trend(board)
    page = text_of(client.get(history(board)))

    assert found.metric == metrics.get("node_intelligence_per_joule")
    assert [one.value for one in found.records] == [2.0 ** (2 * step) for step in range(6)]
    assert found.doubling is not None
    assert found.doubling.years == pytest.approx(0.5, rel=1e-3)
    assert found.undated == 1
    assert "The best doubles every 0.500 years" in page
    assert "by a line through 6 records" in page
    assert "1 entry whose model has no month of release" in page


def test_too_few_dates_are_said_instead_of_a_doubling_time(client, site):
    page = text_of(client.get(history(site.board)))

    assert "No doubling time: only 0 dates of release brought a new best" in page


def test_a_board_without_energies_says_so_instead_of_a_doubling_time(client):
    board = make_board("quality", "latency")
    make_entry(board, quality=0.5, latency=1)
    refresh(board)

    page = text_of(client.get(history(board)))

    assert "No doubling time: no entry has both a quality and an energy." in page


def test_a_board_that_ranks_anew_says_so_and_measures_apart(client):
    site = Site()
    site.entry(quality=0.5, energy=10, cost=1)
    site.publish()
    site.board.objectives.create(position=2, metric="cost")
    site.entry(quality=0.6, energy=11, cost=2)
    site.publish()
    site.entry(quality=0.7, energy=12, cost=0.5)
    site.publish()

    then = text_of(client.get(history(site.board, at=2)))
    told = client.get(f"{site.board.get_absolute_url()}history/data.json").json()

    assert "The board ranks by other objectives since this version: Cost came in." in then
    assert [one["version"] for one in told["hypervolume"]["shares"]] == [2, 3]


def test_a_version_takes_as_many_queries_on_a_large_board(client):
    counts = []
    for size in (3, 40):
        site = Site()
        for number in range(size):
            make_entry(site.board, quality=0.4 + number / 200, energy=5 + number)
        site.publish()
        site.entry(quality=0.9, energy=1)
        site.publish()
        with CaptureQueriesContext(connection) as queries:
            client.get(history(site.board, at=2))
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 22
