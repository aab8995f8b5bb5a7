"""Numbers that no instrument reads, in each parameter that a page of numbers has a field for."""

import re

import pytest
from django.test import Client

from leaderboard.quantities import NBSP, plain
from tests.builders import make_board, make_entry, refresh

pytestmark = pytest.mark.django_db
ODD = ["nan", "-inf", "1e999", "1e308", "5e-324", "0", "-1", "9" * 400, "1_0", "0x10", "١", "\0"]
PAGES = ["/boards/{board}/", "/compare/", "/footprint/", "/api/v1/boards/{board}/entries/"]


@pytest.mark.parametrize("pattern", PAGES)
def test_no_page_breaks_over_an_odd_number(client: Client, pattern):
    board = make_board()
    # Far enough apart for logarithmic axes.
    for power in range(5):
        make_entry(board, quality=0.5 + power / 10, node_energy=10**power, latency=10**power)
    refresh(board)
    address = pattern.format(board=board.slug)
    names = ["node_energy_max", "latency_min", "layers", "limit", "flop", "parameters", "tokens"]
    usual = client.get(address)
    assert usual.status_code == 200
    fields = re.findall(r'<input[^>]* name="([\w.-]+)"', usual.content.decode())
    client.raise_request_exception = False

    failed = [
        (name, odd)
        for name in dict.fromkeys([*names, *fields])
        for odd in ODD
        if client.get(address, {name: odd}).status_code >= 500
    ]

    assert failed == []


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (5e-324, "4.94×10⁻³²⁴"),
        (9.999e-5, "1.00×10⁻⁴"),
        (-1.5e12, "−1.50×10¹²"),
        (1.7e308, "1.70×10³⁰⁸"),
    ],
)
def test_the_smallest_and_largest_numbers_are_written_in_powers_of_ten(value, words):
    assert plain(value).replace(NBSP, "") == words
