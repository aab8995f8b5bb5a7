"""Entries side by side: what the page says, what it ignores, and its twins."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from tests.builders import (
    make_board,
    make_entry,
    make_hardware,
    make_model,
    make_run,
    make_source,
    make_submission,
    make_task,
    refresh,
)
from tests.leaderboard.test_pages import CANARY, text_of
from tests.leaderboard.test_transitions import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def three():
    """As in the design: A and B alike in quality, C better; energy clearly apart."""
    board = make_board("quality", "node_energy")
    rows = [
        ("gpt-oss", (0.713, 0.731, 0.749), (19.1, 19.7, 20.4)),
        ("Qwen", (0.716, 0.734, 0.752), (191, 198, 205)),
        ("Large", (0.79, 0.806, 0.822), (1021, 1059, 1096)),
    ]
    made = [
        make_entry(board, model=name, settings={"precision": name[:2]}, quality=q, energy=e)
        for name, q, e in rows
    ]
    refresh(board)
    return made


def asked(entries) -> str:
    return "?" + "&".join(f"entry={entry.pk}" for entry in entries)


def test_what_is_clear_is_told_and_what_is_not_is_too_close(client, three):
    page = text_of(client.get(f"/compare/{asked(three)}"))

    words = re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page)).replace("\u00a0", " ")
    assert "B cannot be told apart from A in quality, for 10.1 times its node energy." in words
    assert "C has 7.5 points more quality than A, for 53.8 times its node energy." in words
    assert "A clearly lowest, then B, then C" in words
    assert "C clearly highest; A and B too close to call" in words
    assert "× 10.1" in words
    assert "+7.5 points" in words
    assert "too close to A" in words
    assert page.index("Clear differences between all") < page.index("Some stand out")
    assert page.count('class="letter-dot"') == 3 * 3 + 2 * 3  # three strips, two charts


def test_settings_that_differ_stand_apart_from_those_that_do_not(client, three):
    page = text_of(client.get(f"/compare/{asked(three)}"))

    differ, _, rest = page.partition("Settings that differ")[2].partition("<details")
    assert ">Precision<" in differ
    assert ">gp<" in differ
    assert ">Method<" not in differ
    assert "Method: Baseline" in rest


def test_provenance_stands_side_by_side(client):
    board = make_board()
    source = make_source(title="A paper")
    one = make_entry(
        board,
        submission=make_submission(filename="one.csv", source=source, format="zeus"),
        quality=0.5,
        energy=1,
    )
    two = make_entry(board, submission=make_submission(filename="two.csv"), quality=0.6, energy=2)
    make_run(two, measured_on="2026-01-02", region="DE", quality=0.6, node_energy=2.1)

    page = text_of(client.get(f"/compare/{asked([one, two])}"))

    sources = page.partition('id="sources"')[2]
    for said in ("one.csv", "two.csv", source.get_absolute_url(), "2026-01-02", ">DE<"):
        assert said in sources
    assert "1, evidence attached</td>" in sources
    assert "0, self-reported; sent by 2 people" in sources
    assert ">2</td>" in sources


def test_entries_of_different_tasks_are_warned_about_and_get_no_ratio(client):
    one = make_entry(make_board(), quality=0.5, energy=1)
    other = make_task("Summaries", functional_unit="one summary written")
    two = make_entry(other, quality=0.6, node_energy=2)

    page = text_of(client.get(f"/compare/{asked([one, two])}"))
    told = client.get(f"/compare/data.json{asked([one, two])}").json()

    assert "one summary written" in page.partition("Not everything here can be compared")[2]
    assert 'class="ratio"' not in page
    assert "Of different tasks, so not comparable" in page
    assert {row["metric"] for row in told["metrics"]} >= {"quality", "node_energy"}
    assert all(row["ratios"] == {} for row in told["metrics"])


def test_an_amount_of_another_task_stands_in_its_own_unit(client):
    training, answer = make_task("Training"), make_task("Answers")
    one = make_entry(training, facility_energy=5.832e12, cost=7.3e6)
    two = make_entry(answer, facility_energy=(235, 259, 284), cost=0.0044)

    page = text_of(client.get(f"/compare/{asked([one, two])}"))

    assert re.search(r'<small class="unit">GWh</small>.*?>1\.62<.*?259\u00a0J', page, re.S)
    assert "235–284" in page
    assert "0.00440\u00a0USD" in page
    assert "0.0000" not in page
    assert "per unit of each entry’s own task" in page


def test_formulas_that_differ_are_told_in_words_by_letter(client):
    task = make_task("Training", kind="TRAINING")
    entries = [
        make_entry(task, quality=0.5, training_compute=1e24, accelerator_time=3.6e9),
        make_entry(task, quality=0.5, training_compute=1e24),
        make_entry(task, quality=0.5, training_compute=2e24),
    ]

    page = text_of(client.get(f"/compare/{asked(entries)}"))
    warned = page.partition("Not everything here can be compared")[2].partition("</div>")[0]

    assert "Device lives was worked out in different ways:" in warned
    assert "A as accelerator time / life of a device; B and C as training compute" in warned
    assert "_" not in warned


def test_one_of_another_task_does_not_keep_the_others_from_being_compared(client):
    board = make_board()
    one, two = (make_entry(board, quality=0.5, energy=energy) for energy in (1, 4))
    other = make_entry(make_task(), quality=0.9, node_energy=2000)

    page = text_of(client.get(f"/compare/{asked([one, other, two])}"))

    assert "A clearly lowest, then C; B not compared" in page
    # On the lines of quality, energy and what follows from them, and in no chart.
    assert page.count('class="letter-dot"') == 3 * 2


def test_energies_of_different_boundaries_are_warned_about(client):
    board = make_board("quality", "node_energy")
    one = make_entry(board, quality=0.5, node_energy=1)
    two = make_entry(board, quality=0.6, device_energy=2)

    page = text_of(client.get(f"/compare/{asked([one, two])}"))

    assert "Their energies have different boundaries" in page
    # The energy that the other has, and the intelligence per joule that follows from it.
    assert page.count("not known</span>") == 2 * 2


def test_a_measured_energy_beside_an_estimated_one_is_warned_about(client):
    board = make_board("quality", "node_energy")
    one = make_entry(board, quality=0.5, node_energy=1)
    two = make_entry(board, quality=0.6, node_energy=2, origins={"node_energy": "ESTIMATED"})

    page = text_of(client.get(f"/compare/{asked([one, two])}"))

    said = "Node energy of A was measured or reported, of B it is estimated by a model."
    assert said in page
    assert "Not certain between kinds of numbers" in page


def test_what_cannot_be_compared_is_named(client):
    site = Site()
    kept, gone = (site.entry(quality=q, energy=5) for q in (0.5, 0.6))
    others = [site.entry(quality=0.1 * n, energy=n) for n in range(1, 7)]
    site.withdraw(gone)
    numbers = [kept.pk, kept.pk, gone.pk, 999_999, *(one.pk for one in others)]

    one = text_of(client.get("/compare/", {"entry": [kept.pk, kept.pk, gone.pk, 999_999, "x\0"]}))
    many = client.get("/compare/", {"entry": ",".join(map(str, numbers))})
    told = client.get("/compare/data.json", {"entry": numbers}).json()

    for said in ("asked for twice", "withdrawn or replaced", "no such entry", "not the number"):
        assert said in one
    assert "Add at least one more" in one
    assert gone.get_absolute_url() in one
    assert many.status_code == 200
    assert [row["given"] for row in told["ignored"] if "at most 6" in row["why"]] == [
        str(others[-1].pk)
    ]
    assert len(told["entries"]) == 6


@pytest.mark.parametrize(
    "query",
    ["", "?entry=", "?entry=-1", "?entry=1e9", "?entry=" + "9" * 400, "?entry=²", "?q=%00&entry=,"],
)
def test_odd_questions_are_answered(client, query):
    assert client.get(f"/compare/{query}").status_code == 200
    assert client.get(f"/compare/data.json{query}").status_code == 200
    assert client.get(f"/api/v1/compare/{query}").status_code == 400


def test_entries_are_added_removed_and_put_first_by_links(client, three):
    page = text_of(client.get(f"/compare/{asked(three[:2])}"))
    found = text_of(client.get("/compare/", {"entry": [e.pk for e in three[:2]], "q": "LARGE"}))

    a, b, c = (entry.pk for entry in three)
    assert f'href="/compare/?entry={b}"' in page  # remove A
    assert f'href="/compare/?entry={b}&amp;entry={a}"' in page  # put B first
    assert f'href="/compare/?entry={a}&amp;entry={b}&amp;entry={c}"' in found
    for asked_for in (f"{c}", f"https://example.org/entries/{c}/"):
        by_number = text_of(client.get("/compare/", {"entry": [a, b], "q": asked_for}))
        assert f'href="/compare/?entry={a}&amp;entry={b}&amp;entry={c}"' in by_number
    assert "No other entry" in text_of(
        client.get("/compare/", {"entry": [a, b], "q": "nothing like it"})
    )


def test_who_begins_is_offered_the_ends_and_the_middle_of_a_frontier(client):
    board = make_board(title="Trivia")
    rows = [make_entry(board, quality=q, energy=1000**q) for q in (0.9, 0.1, 0.5, 0.4, 0.6)]
    refresh(board)

    page = text_of(client.get("/compare/"))

    chosen = "&amp;".join(f"entry={rows[place].pk}" for place in (1, 2, 0))
    assert f'<a href="/compare/?{chosen}">Trivia</a>' in page


def test_the_api_tells_what_the_page_does_and_refuses_what_the_page_ignores(client, three):
    told = client.get(f"/api/v1/compare/{asked(three)}").json()
    twin = client.get(f"/compare/data.json{asked(three)}").json()
    refused = client.get("/api/v1/compare/", {"entry": [three[0].pk, 999_999]})

    twin.pop("ignored")
    assert told == twin
    energy = next(row for row in told["metrics"] if row["metric"] == "node_energy")
    assert energy["verdict"] == "clear"
    assert energy["order"] == [["A"], ["B"], ["C"]]
    assert energy["ratios"]["B"] == pytest.approx(
        {"low": 191 / 20.4, "value": 198 / 19.7, "high": 205 / 19.1}
    )
    assert energy["values"]["C"]["unit"] == "J"
    assert refused.json()["errors"][0]["code"] == "entry.ignored"


def test_a_comparison_takes_as_many_queries_for_six_as_for_two(client):
    board = make_board()
    entries = [make_entry(board, quality=0.1 * n, energy=n) for n in range(1, 7)]
    for entry in entries[2:]:
        for _ in range(3):
            make_run(entry, quality=0.5, node_energy=3)
    refresh(board)

    counts = []
    for some in (entries[:2], entries):
        with CaptureQueriesContext(connection) as queries:
            client.get(f"/compare/{asked(some)}")
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 12


def test_hostile_names_are_text(client):
    board = make_board()
    one, two = (
        make_entry(
            board,
            model=make_model(CANARY),
            hardware=make_hardware(CANARY),
            settings={"precision": f"{CANARY}{n}"},
            submission=make_submission(filename=f"{CANARY}.csv"),
            quality=0.5,
            energy=n,
        )
        for n in (1, 2)
    )
    refresh(board)

    page = text_of(client.get(f"/compare/{asked([one, two])}&q={CANARY}"))

    assert CANARY not in page
    assert escape(CANARY) in page
