"""Every entry that a view does not rank for a missing value is listed, once, by name."""

import re

import pytest

from leaderboard.views import missing
from tests.builders import make_board, make_entry, make_hardware, refresh
from tests.leaderboard.test_pages import CANARY, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def board():
    """Three ranked entries, thirty without energy, two without quality; half on another device."""
    board, other = make_board(slug="trivia", title="Trivia"), make_hardware("Other", slug="other")
    for number in range(3):
        make_entry(board, quality=0.5, energy=number + 1)
    for number in range(30):
        make_entry(board, quality=0.5, hardware=other if number % 2 else None)
    for _ in range(2):
        make_entry(board, node_energy=1)
    return refresh(board)


def listed(client, address: str) -> list[list[int]]:
    """The entries of each page, from this address on."""
    pages = []
    for _ in range(10):
        page = text_of(client.get(address)).partition('id="main"')[2]
        pages.append([int(pk) for pk in re.findall(r'href="/entries/(\d+)/"', page)])
        found = re.search(r'href="([^"]*)" rel="next"', page)
        if not found:
            break
        address = "/boards/trivia/missing/" + found[1].replace("&amp;", "&")
    return pages


def without(board, metric: str, **more) -> list[int]:
    entries = board.task.entries.filter(**more).exclude(estimates__metric=metric)
    return sorted(entries.values_list("pk", flat=True))


def test_the_board_leads_to_all_that_it_does_not_name(client, board):
    page = text_of(client.get("/boards/trivia/?sort=quality"))

    link = re.search(r'<a href="([^"]*)">and 5 more</a>', page)

    assert link is not None
    address = link[1].replace("&amp;", "&")
    assert address == "/boards/trivia/missing/?sort=quality&lacks=node_energy"
    assert listed(client, address) == [without(board, "node_energy")]


def test_pages_hold_every_entry_once(client, board, monkeypatch):
    monkeypatch.setattr(missing, "PER_PAGE", 12)

    pages = listed(client, "/boards/trivia/missing/?lacks=node_energy")

    assert [len(page) for page in pages] == [12, 12, 6]
    assert [entry for page in pages for entry in page] == without(board, "node_energy")


def test_filters_and_the_objective_decide_who_is_listed(client, board):
    of_device = listed(client, "/boards/trivia/missing/?hardware=other&lacks=node_energy")
    by_quality = listed(client, "/boards/trivia/missing/?lacks=quality")

    assert of_device == [without(board, "node_energy", hardware__slug="other")]
    assert by_quality == [without(board, "quality")]


@pytest.mark.parametrize(
    "query",
    ["lacks=nothing", "after=x", "after=99999999999", "lacks=%00", f"lacks={CANARY}", "cost_min=x"],
)
def test_odd_questions_are_answered(client, board, query):
    page = text_of(client.get(f"/boards/trivia/missing/?{query}"))

    assert re.search(r"<h1>\d+ entries lack ", page)
    assert CANARY not in page


def test_a_board_on_which_nothing_lacks_says_so(client):
    board = make_board(slug="whole")
    make_entry(board, quality=0.5, energy=1)
    refresh(board)

    assert "No entry lacks an objective" in text_of(client.get("/boards/whole/missing/"))


def test_the_page_takes_as_many_queries_for_many(client, board, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        client.get("/boards/trivia/missing/")
