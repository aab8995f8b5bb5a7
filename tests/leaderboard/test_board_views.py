"""What a board's page says beyond its rows: why, how sure, what to take, by whose weights."""

import json
import re
from itertools import pairwise
from random import Random

import numpy as np
import pytest
from django.http import QueryDict

from leaderboard import chances, drawings, snapshots
from leaderboard.core import metrics
from leaderboard.models import AIModel, Board, Entry
from leaderboard.standings import Standings
from leaderboard.views.board_page import BoardPage
from tests.builders import NOW, make_board, make_entry, make_hardware, refresh
from tests.oracles import dominates

pytestmark = pytest.mark.django_db


def text_of(answer) -> str:
    return answer.content.decode()


@pytest.fixture
def board() -> Board:
    return make_board("quality", "node_energy", "cost")


def crowd_of(board: Board, count: int, seed: int = 1) -> list[Entry]:
    """Entries with whole numbers, so that there are ties, and a missing one here and there."""
    rng = Random(seed)
    return [
        make_entry(
            board,
            quality=rng.randint(1, 9) / 10,
            energy=rng.randint(1, 9),
            cost=rng.randint(1, 9) if rng.random() > 0.1 else None,
        )
        for _ in range(count)
    ]


def test_a_chart_has_axes_that_entries_have_values_on(client):
    """Quality and cost are objectives that nobody has; carbon is none and is known."""
    board = make_board("quality", "node_energy", "cost")
    make_entry(board, energy=5, carbon=2)
    refresh(board)

    page = BoardPage(board, QueryDict())

    assert (page.filters.y, page.filters.x, page.is_drawn) == ("node_energy", "carbon", True)
    assert page.chart.left_out == 0
    assert page.is_default


def test_what_few_entries_have_is_drawn_only_for_who_asks(client):
    board = make_board("quality", "node_energy")
    make_entry(board, energy=5, latency=2)
    make_entry(board, energy=6)
    make_entry(board, energy=7)
    refresh(board)

    assert not BoardPage(board, QueryDict()).is_drawn
    assert BoardPage(board, QueryDict()).finding == ""
    assert BoardPage(board, QueryDict("x=latency")).is_drawn


def test_a_single_metric_is_not_drawn_against_nothing(client):
    board = make_board("quality", "node_energy")
    make_entry(board, quality=0.5)
    refresh(board)

    page = text_of(client.get(board.get_absolute_url()))

    assert "a number of one metric only" in page
    assert "<figure" not in page.partition('id="table"')[0]


def points_of(board: Board) -> dict[int, tuple[float, ...]]:
    """Entry → its point, of those that have one."""
    found: dict[int, dict[str, float]] = {}
    for entry in Entry.objects.filter(task=board.task).prefetch_related("estimates"):
        found[entry.pk] = {one.metric: one.value for one in entry.estimates.all()}
    return {
        entry: tuple(values[metric] for metric in board.metrics)
        for entry, values in found.items()
        if all(metric in values for metric in board.metrics)
    }


# Why


def test_who_beats_an_entry_is_told_by_the_definition(client, board):
    crowd_of(board, 30)
    points = points_of(board)
    directions = [metrics.get(metric).better for metric in board.metrics]
    for entry, point in points.items():
        expected = {
            other for other, theirs in points.items() if dominates(theirs, point, directions)
        }
        told = client.get(f"{board.get_absolute_url()}who.json", {"entry": entry}).json()
        assert told["beaten_by_count"] == len(expected)
        assert {int(one["path"].split("/")[2]) for one in told["beaten_by"]} <= expected


def test_what_an_entry_would_need_puts_it_on_the_frontier(client, board):
    make_entry(board, model="Best", quality=0.8, energy=4, cost=2)
    behind = make_entry(board, model="Behind", quality=0.5, energy=5, cost=4)
    make_entry(board, model="Cheap", quality=0.6, energy=5, cost=3)

    page = text_of(client.get(f"{board.get_absolute_url()}why/", {"entry": behind.pk}))

    # Above 80 % nobody is as good; 4 J less and no cost of 2 USD is reached by the best alone.
    for words in ("more than 80.0", "less than 4.00", "less than 2.00", "+30.0", "2 entries are"):
        assert words in page.replace("\u00a0", " ")
    assert client.get(f"{board.get_absolute_url()}why/", {"entry": 10**9}).status_code == 404
    assert client.get(f"{board.get_absolute_url()}why/?entry=x").status_code == 404


def test_an_entry_on_the_frontier_is_beaten_by_nobody(client, board):
    best = make_entry(board, quality=0.8, energy=4, cost=2)
    page = text_of(client.get(f"{board.get_absolute_url()}why/", {"entry": best.pk}))
    assert "On the frontier" in page
    assert "What it would need" not in page


def test_overlapping_bounds_leave_it_open_who_is_ahead(client):
    board = make_board("quality", "node_energy")
    make_entry(board, quality=(0.5, 0.6, 0.7), energy=1)
    behind = make_entry(board, quality=(0.4, 0.55, 0.65), energy=2)
    page = text_of(client.get(f"{board.get_absolute_url()}why/", {"entry": behind.pk}))
    assert "none of them for certain" in page
    assert "bounds overlap" in page


# Chances


def test_chances_stand_in_the_table_of_the_boards_own_question(client, board):
    make_entry(board, model="Sure", quality=0.9, energy=1, cost=1)
    make_entry(board, model="Never", quality=0.5, energy=2, cost=2)
    refresh(board)
    chances.work_out(board.pk, at=NOW)

    page = text_of(client.get(board.get_absolute_url()))
    assert "100\u00a0%" in page
    assert ">0\u00a0%" in page
    other = text_of(client.get(board.get_absolute_url(), {"objectives": "quality,cost"}))
    assert "of layer 1" in page
    assert "of layer 1" not in other


# Weights


def brute_scores(points: dict[int, tuple[float, ...]], weights: list[float]) -> dict[int, float]:
    """Shares of the frontier's span, linear, weighted."""
    directions = [1, -1, -1]
    front = [
        point
        for point in points.values()
        if not any(dominates(other, point, directions) for other in points.values())
    ]
    scores = {}
    for entry, point in points.items():
        score = 0.0
        for column, (weight, sign) in enumerate(zip(weights, directions, strict=True)):
            turned = [sign * one[column] for one in front]
            low, high = min(turned), max(turned)
            share = 1.0 if low == high else (sign * point[column] - low) / (high - low)
            score += weight / sum(weights) * share
        scores[entry] = score
    return scores


def test_by_score_rows_stand_as_the_weights_have_it(board):
    rng = Random(3)
    for _ in range(25):
        # Spans below a ratio of five stay linear.
        make_entry(board, quality=rng.random(), energy=5 + rng.random(), cost=7 + rng.random())
    scores = brute_scores(points_of(board), [50, 30, 20])

    query = "sort=score&w_quality=50&w_node_energy=30&w_cost=20"
    page = page_of(board, query)
    rows = page.standings.points.entries[page.standings.order.all].tolist()

    assert rows == sorted(scores, key=lambda entry: -scores[entry])
    assert page.weighing.podium[0].who.entry == rows[0]
    assert page.standings.weighed is not None
    found = page.standings.weighed.score
    expected = [scores[entry] for entry in page.standings.points.entries.tolist()]
    assert found == pytest.approx(expected)


def page_of(board: Board, query: str = "") -> BoardPage:
    return BoardPage(Board.objects.select_related("task").get(pk=board.pk), QueryDict(query))


def test_weights_order_only_inside_a_layer(board):
    crowd_of(board, 30)
    plain = page_of(board).standings
    weighed = page_of(board, "w_cost=100").standings
    layers = weighed.layer[weighed.order.all].tolist()
    assert layers == sorted(layers)
    assert sorted(weighed.layer.tolist()) == sorted(plain.layer.tolist())
    costs = weighed.points.part("value", "cost")[weighed.order.all]
    for one, other in pairwise(range(len(layers))):
        assert layers[one] < layers[other] or costs[one] <= costs[other]


def test_what_changes_the_winner_does_change_it(client, board):
    make_entry(board, model="Good", quality=0.9, energy=9, cost=5)
    make_entry(board, model="Thrifty", quality=0.5, energy=6, cost=4)
    page = page_of(board, "w_quality=60&w_node_energy=40")
    [quality, energy] = page.weighing.leans
    assert [one.metric.slug for one in page.weighing.leans] == ["quality", "node_energy"]
    assert str(page.weighing.podium[0].who) == "Good"
    assert (str(quality.other), str(energy.other)) == ("Thrifty", "Thrifty")
    just_before = page_of(board, "w_quality=50.1&w_node_energy=49.9")
    just_behind = page_of(board, "w_quality=49.9&w_node_energy=50.1")
    assert str(just_before.weighing.podium[0].who) == "Good"
    assert str(just_behind.weighing.podium[0].who) == "Thrifty"
    assert "50.0" in quality.words


# What to take


def test_the_card_says_why_in_a_sentence(client, board):
    make_entry(board, model="Best", quality=0.80, energy=100, cost=5)
    make_entry(board, model="Green", quality=0.79, energy=10, cost=4)
    make_entry(board, model="Weak", quality=0.30, energy=1, cost=1)

    def card(**query) -> str:
        page = text_of(client.get(board.get_absolute_url(), query)).replace("\u00a0", " ")
        return page.partition("What to take")[2].partition("</section>")[0]

    assert "Green: 79.0 % quality" in card()
    assert "within 2 points of the best (80.0 %, Best)" in card()
    assert "needs 10 times the energy" in card()
    assert "Weak" in card(pick="cheapest")
    assert "Best quality within a budget" not in card()
    assert "Green" in card(pick="best-in-budget", node_energy_max="50 J")


# Own scenario


def test_a_readers_own_price_changes_cost_and_is_marked(client):
    board = make_board("quality", "node_energy", "cost")
    device = make_hardware("H100", slug="h100")
    entry = make_entry(board, hardware=device, quality=0.5, energy=3.6e6, cost=9)

    before = text_of(client.get(board.get_absolute_url()))
    after = text_of(client.get(board.get_absolute_url(), {"own_electricity": "0.30 USD/kWh"}))

    mark = '<span class="own">'
    assert mark not in before
    assert mark in after
    assert "electricity price 0.3 USD/kWh" in after
    page = page_of(board, "own_electricity=0.30+USD/kWh")
    # 3.6 MJ is one kWh.
    place = page.standings.snapshot.at(np.array([entry.pk]))
    assert page.standings.snapshot.part("value", "cost")[place] == pytest.approx([0.30])
    assert page.standings.snapshot.part("value", "node_energy")[place] == [3.6e6]
    absurd = text_of(client.get(board.get_absolute_url(), {"own_pue": "0.2"}))
    assert "own_pue=0.2: it must be from 1 to 5" in absurd


# Figures


def test_hypervolume_is_the_share_of_the_box(board):
    board = make_board("quality", "node_energy")
    for quality, energy in ((0.2, 1), (0.6, 2), (0.4, 2), (0.2, 3)):
        make_entry(board, quality=quality, energy=energy)
    # The box is 0.4 × 2 wide; (0.6, 2) covers half of it and (0.2, 1) has no height.
    assert page_of(board).covered.replace("\u00a0", " ") == "50.0 %"


def test_all_pairs_of_objectives_are_drawn_but_the_one_shown(client, board):
    crowd_of(board, 5)
    page = page_of(board)
    assert [pair.heading for pair in page.pairs] == [
        "Quality against cost",
        "Node energy against cost",
    ]
    assert page_of(make_board()).pairs == []


def mixed_board(**about):
    """Two entries with measured energies and one estimated, which beats the second of them."""
    board = make_board("quality", "node_energy", **about)
    first = make_entry(board, quality=0.5, energy=1, origin="METERED")
    second = make_entry(board, quality=0.6, energy=4, origin="SENSED")
    third = make_entry(board, quality=0.7, energy=2, origins={"node_energy": "ESTIMATED"})
    return board, first, second, third


def test_kinds_of_energy_numbers_that_meet_are_told_and_parted_with_a_click():
    board, *_ = mixed_board()
    found = page_of(board).kinds
    [measured, estimated] = found.groups
    assert (measured.count, estimated.count, found.beaten_across) == (2, 1, 1)
    alone = page_of(board, measured.link.lstrip("?"))
    assert (len(alone), alone.kinds.is_mixed, alone.kinds.beaten_across) == (2, False, 0)
    # The other kind stays one click away.
    assert [(group.count, group.is_shown) for group in alone.kinds.groups] == [
        (2, True),
        (1, False),
    ]


def test_who_decided_that_kinds_meet_stands_beside_the_filters(client):
    board, *_ = mixed_board()
    address = board.get_absolute_url()

    undecided, asked, alone = (
        text_of(client.get(address, query))
        for query in ({}, {"kinds": "together"}, {"obtained": "external-meter"})
    )
    Board.objects.filter(pk=board.pk).update(mixing="Little is measured.")

    assert "2 kinds of energy numbers meet here" in undecided
    assert ["Nobody has decided yet" in said for said in (undecided, asked)] == [True, False]
    assert ["knowingly" in said for said in (undecided, asked)] == [True, False]
    assert "You chose to have them meet" in asked
    assert 'name="kinds" value="together"' in asked
    assert "One kind of energy numbers" in alone
    assert "Show all kinds together" in alone
    assert "on purpose. Little is measured." in text_of(client.get(address))


def test_everything_taken_from_a_view_that_mixes_kinds_says_so(client):
    board, *_ = mixed_board()
    mixing = "mixing 2 kinds of energy numbers (2 measured or reported and 1 estimated"
    for name in ("data.csv?comments=1", "rows.json", "figure.svg", "cite.bib"):
        answer = client.get(f"{board.get_absolute_url()}{name}")
        said = answer.getvalue().decode() if answer.streaming else answer.text
        alone = "&" if "?" in name else "?"
        other = client.get(f"{board.get_absolute_url()}{name}{alone}obtained=external-meter")
        assert mixing in " ".join(re.sub(r"<[^>]*>", " ", said).split()), name
        assert "mixing" not in (other.getvalue().decode() if other.streaming else other.text)
    assert mixing in text_of(client.get(f"/embed{board.get_absolute_url()}"))
    told = client.get(f"/api/v1/boards/{board.slug}/entries/").json()
    assert mixing in told["sentence"]
    assert [(one["kind"], one["count"]) for one in told["kinds"]] == [
        ("measured", 2),
        ("estimated", 1),
    ]


def test_nobody_of_another_kind_beats_an_entry_for_certain(client):
    board, _, second, third = mixed_board()
    query = {"entry": second.pk}

    page = text_of(client.get(f"{board.get_absolute_url()}why/", query))
    told = client.get(f"/api/v1/boards/{board.slug}/why/", query).json()

    assert "another kind of number" in page
    assert (told["dominated_by"], told["certainly"]) == (1, 0)
    [rival] = told["dominators"]
    assert (rival["id"], rival["is_certain"]) == (third.pk, False)
    assert {metric: lead["is_alike"] for metric, lead in rival["ahead"].items()} == {
        "quality": True,
        "node_energy": False,
    }


def test_the_crowd_of_a_large_chart_is_sent_apart(client, board):
    crowd_of(board, 3)
    told = client.get(f"{board.get_absolute_url()}crowd.json").json()
    assert set(told) == {"count", "x", "y", "entry", "layer", "kind", "radius"}


def test_a_page_seen_before_is_the_same(client, board):
    crowd_of(board, 3)
    refresh(board)
    first = client.get(board.get_absolute_url(), {"w_quality": "50"})
    again = client.get(
        board.get_absolute_url(), {"w_quality": "50"}, headers={"If-None-Match": first["ETag"]}
    )
    assert again.status_code == 304


def test_rows_and_their_twin_agree_on_a_board_in_files(
    client, board, monkeypatch, settings, tmp_path
):
    settings.SNAPSHOT_DIR = tmp_path
    crowd_of(board, 12)
    refresh(board)
    board.refresh_from_db()
    query = {"sort": "-cost", "quality_min": "0.3"}
    expected = client.get(f"{board.get_absolute_url()}data.json", query).json()
    monkeypatch.setattr(snapshots, "IN_FILES_FROM", 1)
    snapshots.take(board)

    found = client.get(f"{board.get_absolute_url()}data.json", query).json()

    assert isinstance(Standings(board, page_of(board).filters).snapshot.parts, snapshots.Files)
    assert json.dumps(found) == json.dumps(expected)


def test_the_chart_is_drawn_once_for_all_orders_and_pages_of_a_question(client, board, monkeypatch):
    crowd_of(board, 130)
    refresh(board)
    drawn = []

    def scatter(chart, width, height, key, *more, **options):
        drawn.extend([key] if key in ("wide", "narrow") else [])
        return original(chart, width, height, key, *more, **options)

    original = drawings.scatter
    monkeypatch.setattr(drawings, "scatter", scatter)
    address = f"/boards/{board.slug}/?quality_min=1%25"
    first = client.get(address).content.decode()
    assert drawn == ["wide", "narrow"]
    assert '<p>Showing <span class="choice">' in first
    for query in ("sort=cost", "start=101", "columns=quality,cost", "density=roomy"):
        page = client.get(f"{address}&{query}").content.decode()
        assert figure(page) == figure(first)
        assert page != first
    assert len(drawn) == 2
    client.get(f"{address}&x=cost")
    assert len(drawn) == 4

    AIModel.objects.filter(entries__task=board.task).update(name="Renamed")
    assert "Renamed" in figure(client.get(address).content.decode())
    # Nor does the chart wait for the frontier to take a new number in.
    before = figure(client.get(address).content.decode())
    known = AIModel.objects.filter(entries__task=board.task)[0]
    make_entry(board, model=known, device_count=8, quality=0.99, energy=0.001, cost=0.1)
    assert figure(client.get(address).content.decode()) != before


def figure(page: str) -> str:
    """The figure of a board's page."""
    return page[page.index("<figure") : page.index("</figure>")]
