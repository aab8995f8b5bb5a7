"""An entry on its boards: layer, ranks and neighbours against brute force, and its history."""

import random
import re
from typing import Any

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leaderboard.core import metrics, pareto
from leaderboard.models import Estimate
from leaderboard.on_board import Standing, passages, stored_layers
from leaderboard.views import entry_page
from tests.builders import make_board, make_entry, make_hardware, refresh
from tests.leaderboard.test_pages import text_of
from tests.leaderboard.test_transitions import Site
from tests.oracles import dominates, peeled

pytestmark = pytest.mark.django_db
METRICS = ("quality", "node_energy", "cost")


def table_of(page: str, heading: str) -> list[list[str]]:
    """The rows of the table below a heading, as text."""
    body = page.partition(f">{heading}<")[2].partition("<tbody>")[2].partition("</tbody>")[0]
    cells = (
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")[:-1]
    )
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


@pytest.mark.parametrize("seed", range(3))
def test_layer_ranks_and_dominance_agree_with_brute_force(seed):
    rng = random.Random(seed)
    board = make_board(*METRICS, depth=2, filters={"quality_min": 0.2})
    entries = []
    for _ in range(25):
        values = {metric: rng.randint(1, 8) / 10 for metric in METRICS}
        bounds: dict[str, Any] = {
            m: (v - rng.random() / 10, v, v + rng.random() / 10) for m, v in values.items()
        }
        entries.append(make_entry(board, **bounds))
    refresh(board)
    known = {(one.entry_id, one.metric): one for one in Estimate.objects.filter(task=board.task_id)}
    ranked = [e for e in entries if known[e.pk, "quality"].value >= 0.2]
    points = {e.pk: [known[e.pk, m].value for m in METRICS] for e in ranked}
    directions = [metrics.get(slug).better for slug in METRICS]
    layers = dict(zip(points, peeled(list(points.values()), directions), strict=True))

    for entry in entries:
        found = Standing(entry, board)
        if entry.pk not in points:
            assert found.place is None
            continue
        own = points[entry.pk]
        above = {pk for pk, point in points.items() if dominates(point, own, directions)}
        below = {pk for pk, point in points.items() if dominates(own, point, directions)}
        assert set(found.points.entries[found.dominance[0]].tolist()) == above
        assert set(found.points.entries[found.dominance[1]].tolist()) == below
        assert found.layer == (layers[entry.pk] if layers[entry.pk] <= 2 else None)
        for (metric, text), sign in zip(found.ranks, directions, strict=True):
            mine = known[entry.pk, metric.slug]
            others = [known[pk, metric.slug] for pk in points if pk != entry.pk]
            better = [o.low > mine.high if sign > 0 else o.high < mine.low for o in others]
            worse = [o.high < mine.low if sign > 0 else o.low > mine.high for o in others]
            best, last = 1 + sum(better), len(points) - sum(worse)
            assert text == (f"{best}" if best == last else f"{best}–{last}")


def test_layers_come_from_the_store_and_are_not_worked_out(client, monkeypatch):
    board = make_board()
    entries = [make_entry(board, quality=0.5, energy=number) for number in (1, 2, 3)]
    refresh(board)
    for name in ("layers", "all_layers"):
        monkeypatch.setattr(pareto, name, lambda *_: pytest.fail("layers on reading"))

    pages = [text_of(client.get(entry.get_absolute_url())) for entry in entries]

    marks = [re.findall(r'<span class="mark">(On the frontier|Layer \d)', page) for page in pages]
    assert marks == [["On the frontier"], ["Layer 2"], ["Layer 3"]]


def test_an_entry_that_a_large_boards_sample_leaves_out_is_drawn_all_the_same(client, monkeypatch):
    monkeypatch.setattr(entry_page, "DRAWN_UP_TO", 5)
    board = make_board()
    entries = [make_entry(board, quality=0.5, energy=number) for number in range(1, 30)]
    refresh(board)

    for entry in entries:
        page = text_of(client.get(entry.get_absolute_url()))

        assert f'data-entry="{entry.pk}" class="is-linked"' in page
        assert "of 29 entries are drawn" in page


def test_the_page_leads_to_comparisons_with_neighbours_and_to_other_boards(client):
    board = make_board()
    other = make_board("quality", "cost", task=board.task, title="By cost")
    make_board(
        "quality", "latency", task=board.task, title="By latency", filters={"latency_max": 1}
    )
    make_entry(board, latency=3)
    winner = make_entry(board, quality=0.6, energy=5, cost=9)
    entry = make_entry(board, quality=0.5, energy=10, cost=1)
    refresh(board)
    refresh(other)

    page = text_of(client.get(entry.get_absolute_url()))
    on_other = text_of(client.get(entry.get_absolute_url(), {"board": other.slug}))

    assert f'href="/compare/?entry={entry.pk}&amp;entry={winner.pk}"' in page
    assert "No entries dominate it." in on_other
    rows = table_of(page, "On every board of this task")
    assert rows == [
        [board.title, "2", "1", "0", "2", "quality 2, node energy 2"],
        ["By cost", "1", "0", "0", "2", "quality 2, cost 1"],
        ["By latency", "Not ranked: no latency"],
    ]
    assert f'href="{entry.get_absolute_url()}?board={other.slug}#neighbours"' in page


def test_an_entry_tells_when_it_entered_and_left_and_why(client):
    site = Site(title="Trivia")
    entry = site.entry(model="Mine", quality=0.5, energy=10)
    site.publish()
    better = site.entry(model="Better", quality=0.6, energy=5)
    site.publish()
    site.replace(entry, quality=0.7, node_energy=9)
    site.publish()
    site.withdraw(entry)
    site.publish()

    found, older = passages(entry)
    page = text_of(client.get(entry.get_absolute_url())).partition('id="passages"')[2]

    assert [
        (one.number, one.move.layer_before, one.move.layer_after, one.move.why) for one in found
    ] == [
        (4, 1, None, "withdrawn"),
        (3, 2, 1, "numbers_changed"),
        (2, 1, 2, "dominated"),
        (1, None, 1, "opened"),
    ]
    assert older == 0
    assert found[2].by == [better]
    assert found[1].values == ["quality 70.0\u00a0%", "node energy 9.00\u00a0J"]
    assert "1 → 2" in page
    assert "quality 50.0 → 70.0\u00a0%" in page


def test_an_entrys_page_takes_as_many_queries_on_a_large_board(client):
    counts = []
    for size in (3, 40):
        board = make_board()
        make_board("quality", "cost", task=board.task)
        entry = make_entry(board, quality=0.5, energy=10, cost=1)
        for number in range(size):
            make_entry(board, quality=0.4, energy=20 + number, hardware=make_hardware())
        refresh(board)
        with CaptureQueriesContext(connection) as queries:
            client.get(entry.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 22


def test_stored_layers_are_those_of_the_placements():
    board = make_board(depth=2)
    entries = [make_entry(board, quality=0.5, energy=number) for number in (1, 2, 3)]
    refresh(board)

    found = stored_layers(board, np.array([0, *(entry.pk for entry in entries), 10**12]))

    assert found.tolist() == [0, 1, 2, 0, 0]
