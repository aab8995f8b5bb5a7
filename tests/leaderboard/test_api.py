"""What the API tells, and what it refuses: a promise to programs."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from efficiency_site import api
from leaderboard.api import catalogue, schema
from leaderboard.api.asking import cursor_of
from leaderboard.models import ApiToken, Claim, Composition, HardwareFact, Submission
from tests.builders import (
    make_board,
    make_claim,
    make_entry,
    make_hardware,
    make_method,
    make_model,
    make_run,
    make_source,
    make_submission,
    make_task,
    make_user,
    refresh,
)

pytestmark = pytest.mark.django_db

ROOT = "/api/v1/"
READING = [
    "",
    "boards/",
    "boards/{board}/",
    "boards/{board}/entries/",
    "boards/{board}/facets/",
    "boards/{board}/frontier/",
    "entries/",
    "entries/{entry}/",
    "entries/{entry}/runs/",
    "models/",
    "models/{model}/",
    "methods/",
    "methods/{method}/",
    "tasks/",
    "tasks/{task}/",
    "hardware/",
    "hardware/{hardware}/",
    "sources/",
    "sources/{source}/",
    "claims/",
    "claims/{claim}/",
    "facets/sources/",
    "facets/claims/",
    "metrics/",
    "metrics/quality/",
    "analyses/",
    "analyses/preference/",
    "formats/",
    "footprint/",
    "submissions/{submission}/",
    "submissions/{submission}/rows/",
]
PAGED = [
    "boards/",
    "boards/{board}/entries/",
    "boards/{board}/frontier/",
    "entries/",
    "entries/{entry}/runs/",
    "models/",
    "methods/",
    "tasks/",
    "hardware/",
    "sources/",
    "claims/",
    "metrics/",
    "submissions/{submission}/rows/",
]

HOSTILE = [
    "%00=1",
    "q=%00",
    "model=%00",
    "limit=0",
    "limit=501",
    "limit=-1",
    "limit=1e3",
    "limit=²",
    "limit=" + "9" * 5000,
    "limit=1&limit=2",
    "cursor=x",
    "cursor=%F0%9F%98%80",
    "cursor=" + cursor_of(2**70),
    "cursor=" + cursor_of(-1),
    "cursor=" + "W" * 4000,
    "cursor=" + "=" * 9,
    "layer=0",
    "at=" + "9" * 30,
    "submission=1",
    "objectives=nothing",
    "objectives=quality%00",
    "sort=nothing",
    "nothing_min=1",
    "quality_min=many",
    "quality_min=NaN",
    "quality_max=1e999",
    "&".join(f"p{n}=1" for n in range(1200)),
]


@pytest.fixture
def board():
    """A board with two entries on its frontier and one behind."""
    board = make_board("quality", "node_energy")
    for quality, energy in ((0.9, 9), (0.7, 2), (0.6, 3)):
        make_entry(board, quality=(quality - 0.05, quality, quality + 0.05), energy=energy)
    return refresh(board)


@pytest.fixture
def names(board) -> dict[str, object]:
    """What stands in the addresses."""
    entry = board.task.entries.first()
    claim = make_claim()
    return {
        "claim": claim.pk,
        "board": board.slug,
        "entry": entry.pk,
        "model": entry.model.slug,
        "method": entry.method.slug,
        "task": board.task.slug,
        "hardware": entry.hardware.slug,
        "source": claim.source.slug,
        "submission": entry.runs.first().submission.public_id,
    }


def get(client, address: str, status: int = 200, **query):
    """The answer's body, after a look at its status."""
    response = client.get(ROOT + address.removeprefix(ROOT), query)
    assert response.status_code == status, response.content
    return response.json()


def pages(client, address: str, **query) -> list[dict]:
    """The results of all pages."""
    found = []
    page = get(client, address, **query)
    while True:
        found += page["results"]
        if page["next"] is None:
            return found
        page = client.get(page["next"]).json()


def codes(problem: dict) -> list[tuple[str, str]]:
    return [(error["code"], error["column"]) for error in problem["errors"]]


# Everywhere


@pytest.mark.parametrize("address", READING)
def test_anyone_can_read(client, names, address):
    response = client.get(ROOT + address.format(**names))

    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/json"


@pytest.mark.parametrize("address", READING)
def test_a_parameter_that_is_not_known_is_named(client, names, address):
    problem = get(client, address.format(**names), 400, fields="id", x="y")

    assert codes(problem) == [("parameter.unknown", "fields"), ("parameter.unknown", "x")]


@pytest.mark.parametrize("address", READING)
def test_hostile_questions_are_refused_in_words(client, names, address):
    for query in HOSTILE:
        response = client.get(f"{ROOT}{address.format(**names)}?{query}")

        assert response.status_code == 400, (query, response.content)
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"]


@pytest.mark.parametrize(
    "address",
    [
        "nothing/",
        "boards/nothing/",
        "boards/nothing/entries/",
        "boards/nothing/frontier/",
        "models/nothing/",
        "hardware/nothing/",
        "metrics/nothing/",
        "sources/nothing/",
        "boards/%00/",
        "entries/0/",
        f"entries/{2**63}/",
        f"entries/{10**40}/",
        f"entries/{10**40}/runs/",
        "entries/-1/",
        "submissions/00000000-0000-4000-8000-000000000000/",
        "submissions/00000000-0000-4000-8000-000000000000/rows/",
        "submissions/1/",
        "../admin/",
    ],
)
def test_where_nothing_is_the_answer_is_json_too(client, address):
    response = client.get(ROOT + address)

    assert response.status_code == 404
    assert response.json()["code"] == "address.unknown"


@pytest.mark.parametrize("address", PAGED)
def test_pages_of_one_row_give_every_row_once(client, names, address):
    make_board(task=make_task())
    make_source()
    make_run(make_entry(make_task(), quality=0.1), quality=0.2)
    address = address.format(**names)

    def key(row: dict) -> object:
        return row.get("id") or row.get("slug") or row["row"]

    whole = [key(row) for row in get(client, address, limit=500)["results"]]
    single = [key(row) for row in pages(client, address, limit=1)]

    assert single == whole
    assert len(set(whole)) == len(whole)


def test_a_method_that_an_address_does_not_take_is_refused(client, names):
    client.force_login(make_user())

    response = client.delete(f"{ROOT}boards/{names['board']}/")

    assert (response.status_code, response.json()["code"]) == (405, "method.unknown")


def test_only_json_leaves(client):
    assert client.get(f"{ROOT}boards/", headers={"Accept": "text/html"}).status_code == 406


def test_a_database_that_does_not_answer_is_told_as_busy(client, monkeypatch):
    def gone(*_):
        raise OperationalError("the connection to 10.1.2.3 is lost")

    monkeypatch.setattr(catalogue.Method.objects, "select_related", gone)

    response = client.get(f"{ROOT}methods/")

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "10.1.2.3" not in response.content.decode()


def test_what_nobody_expected_is_told_under_a_reference_and_no_more(client, monkeypatch, caplog):
    def broken(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(catalogue.Method.objects, "select_related", broken)

    response = client.get(f"{ROOT}methods/")

    assert (response.status_code, response.json()["code"]) == (500, "site.failed")
    assert "secret detail" not in response.content.decode()
    reference = response.json()["detail"].rpartition(" ")[2].rstrip(".")
    assert reference in caplog.text


def test_the_index_leads_everywhere(client, names):
    links = get(client, "")["links"]

    assert set(links) >= {"boards", "entries", "hardware", "metrics", "formats", "submissions"}
    assert {client.get(link).status_code for link in links.values()} == {200, 401}


# Boards


def test_entries_of_a_board_are_ranked_with_ranges(client, board):
    answer = get(client, f"boards/{board.slug}/entries/")

    assert {key: answer[key] for key in answer if key != "results"} == {
        "board": board.slug,
        "version": 1,
        "objectives": ["quality", "node_energy"],
        "ranked_on": "quality",
        "count": 3,
        "ranked": 3,
        "outside": 0,
        "kinds": [{"kind": "measured", "label": "measured or reported", "count": 3}],
        "sentence": f"{board.title}: quality against node energy of 3 entries, as of version 1, "
        "12 November 2026",
        "not_shown": {},
        "recommendation": None,
        "chance_note": "The chances are being worked out.",
        "next": None,
    }
    shown = [(row["layer"], row["on_frontier"], row["rank"]) for row in answer["results"]]
    assert shown == [
        (1, True, {"low": 1, "high": 1}),
        (1, True, {"low": 2, "high": 3}),
        (2, False, {"low": 2, "high": 3}),
    ]
    assert answer["results"][0]["values"] == {
        "quality": {
            "value": 0.9,
            "low": pytest.approx(0.85),
            "high": pytest.approx(0.95),
            "unit": "1",
            "origin": "SENSED",
        },
        "node_energy": {"value": 9.0, "low": 9.0, "high": 9.0, "unit": "J", "origin": "SENSED"},
    }


def test_an_entry_of_a_board_says_what_it_is(client):
    board = make_board()
    model, device = make_model("Tiny", slug="tiny"), make_hardware("Card 9", slug="card-9")
    entry = make_entry(
        board,
        model=model,
        hardware=device,
        method=make_method("AWQ", slug="awq"),
        device_count=2,
        settings={"precision": "int4"},
        quality=0.5,
        energy=1,
    )

    row = get(client, f"boards/{board.slug}/entries/")["results"][0]

    assert {key: row[key] for key in row if key not in ("values", "rank")} == {
        "id": entry.pk,
        "model": {"slug": "tiny", "name": "Tiny"},
        "method": {"slug": "awq", "name": "AWQ"},
        "hardware": {"slug": "card-9", "name": "Card 9"},
        "device_count": 2,
        "settings": {"precision": "int4"},
        "level": 0,
        "score": None,
        "chance": None,
        "is_own": False,
        "url": f"http://testserver/entries/{entry.pk}/",
        "layer": 1,
        "on_frontier": True,
    }


def test_a_board_ranks_by_any_objectives(client):
    board = make_board("quality", "node_energy")
    a = make_entry(board, quality=0.9, energy=9, latency=1)
    b = make_entry(board, quality=0.8, energy=1, latency=2)
    make_entry(board, quality=0.99, energy=0.1)

    answer = get(client, f"boards/{board.slug}/entries/", objectives="energy,latency,quality")

    assert answer["objectives"] == ["node_energy", "latency", "quality"]
    assert {row["id"]: row["layer"] for row in answer["results"]} == {a.pk: 1, b.pk: 1}
    assert answer["not_shown"] == {"latency": 1}
    assert (answer["count"], answer["ranked"]) == (3, 2)
    one = get(client, f"boards/{board.slug}/entries/", objectives=["latency", "quality"])
    assert {row["id"]: row["layer"] for row in one["results"]} == {a.pk: 1, b.pk: 2}


def test_more_than_six_objectives_are_refused(client, board):
    seven = "quality,node_energy,latency,cost,material,carbon,throughput"

    problem = get(client, f"boards/{board.slug}/entries/", 400, objectives=seven)

    assert codes(problem) == [("objectives.excess", "objectives")]


def test_a_board_is_sorted_filtered_and_bounded_like_its_page(client, board):
    address = f"boards/{board.slug}/entries/"

    def energies(**query):
        rows = get(client, address, **query)["results"]
        return [row["values"]["node_energy"]["value"] for row in rows]

    assert energies(sort="node_energy") == [2, 3, 9]
    assert energies(sort="-node_energy") == [9, 3, 2]
    assert energies(sort="node_energy", energy_max="4") == [2, 3]
    assert energies(quality_min="65 %", sort="node_energy") == [2, 9]
    assert get(client, address, energy_max="4")["outside"] == 1
    assert energies(origin="measured", sort="node_energy") == [2, 3, 9]
    assert energies(model="no-such-model") == []


def test_a_metric_that_an_entry_lacks_is_null(client, board):
    rows = get(client, f"boards/{board.slug}/entries/", sort="cost")["results"]

    assert [row["values"]["cost"] for row in rows] == [None, None, None]


def test_a_cursor_whose_entry_is_gone_says_so(client, board):
    problem = get(client, f"boards/{board.slug}/entries/", 400, cursor=cursor_of(999_999))

    assert codes(problem) == [("cursor.stale", "cursor")]


def test_the_published_frontier_and_its_past(client, board):
    first = get(client, f"boards/{board.slug}/frontier/")
    assert (first["version"], first["is_published"], first["count"]) == (1, True, 2)
    assert {row["values"]["node_energy"]["value"] for row in first["results"]} == {9, 2}
    assert first["results"][0]["values"]["quality"]["low"] == pytest.approx(0.85)

    best = make_entry(board, quality=0.95, energy=1)
    refresh(board)

    now = get(client, f"boards/{board.slug}/frontier/")
    assert (now["version"], [row["id"] for row in now["results"]]) == (2, [best.pk])
    second_layer = get(client, f"boards/{board.slug}/frontier/", layer=2)
    assert [row["id"] for row in second_layer["results"]] == [row["id"] for row in first["results"]]
    past = get(client, f"boards/{board.slug}/frontier/", at=1)
    assert past["results"] == [row | {"layer": 1} for row in first["results"]]
    assert get(client, f"boards/{board.slug}/frontier/", 404, at=3)["code"] == "address.unknown"


def test_a_stored_value_that_was_corrected_since_stands_without_bounds(client):
    board = make_board("node_energy")
    entry = make_entry(board, energy=(4, 5, 6))
    refresh(board)
    make_run(entry, node_energy=100)
    refresh(board)

    past = get(client, f"boards/{board.slug}/frontier/", at=1)["results"][0]["values"]

    assert past["node_energy"] == {
        "value": 5.0,
        "low": None,
        "high": None,
        "unit": "J",
        "origin": "",
    }


def test_a_frontier_under_other_objectives_is_worked_out(client):
    board = make_board("quality", "node_energy")
    fast = make_entry(board, quality=0.5, energy=9, latency=1)
    make_entry(board, quality=0.5, energy=1, latency=2)

    answer = get(client, f"boards/{board.slug}/frontier/", objectives="quality,latency")

    assert (answer["is_published"], answer["count"]) == (False, 1)
    assert [row["id"] for row in answer["results"]] == [fast.pk]
    problem = get(client, f"boards/{board.slug}/frontier/", 400, objectives="quality", at=1)
    assert codes(problem) == [("parameter.contradiction", "at")]


def test_a_board_without_a_frontier_has_an_empty_one(client):
    board = make_board()

    answer = get(client, f"boards/{board.slug}/frontier/")

    assert (answer["version"], answer["published_at"], answer["results"]) == (0, None, [])


@pytest.mark.parametrize(
    "address", ["boards/{}/entries/", "boards/{}/frontier/", "entries/", "tasks/", "boards/"]
)
def test_the_number_of_queries_does_not_grow(client, address, django_assert_max_num_queries):
    board = make_board()
    for size in (2, 15):
        for _ in range(size):
            make_entry(board, quality=0.5, energy=1)
        refresh(board)
        with django_assert_max_num_queries(9):
            assert get(client, address.format(board.slug), limit=100)["results"]


# Entries


def test_a_number_is_traced_to_the_cell_it_was_read_from(client):
    board = make_board()
    submission = make_submission(filename="mine.csv")
    entry = make_entry(board, submission=submission, quality=0.5, energy=(10, 12.5, 20))

    answer = get(client, f"entries/{entry.pk}/")

    assert answer["task"]["slug"] == board.task.slug
    assert answer["boards"] == [board.slug]
    assert answer["values"]["node_energy"] == {
        "value": 12.5,
        "low": 10.0,
        "high": 20.0,
        "unit": "J",
        "origin": "SENSED",
        "runs": 1,
        "recipe": "",
    }
    (run,) = answer["runs"]
    assert run["submission"] | {"received_at": ""} == {
        "id": str(submission.public_id),
        "status": "published",
        "filename": "mine.csv",
        "sha256": submission.sha256,
        "format": "efficiency-frontier-csv",
        "received_at": "",
        "level": 0,
        "url": f"http://testserver/submissions/{submission.public_id}/",
    }
    assert run["measurements"][0] == {
        "metric": "node_energy",
        "quantity": {"value": 12.5, "low": 10.0, "high": 20.0, "unit": "J"},
        "origin": "SENSED",
        "raw_value": "12.5",
        "raw_unit": "J",
        "divisor": 1.0,
        "column": "node_energy",
        "instrument": "",
    }


@pytest.mark.parametrize("state", ["RECEIVED", "CHECKED", "HELD", "REJECTED", "QUARANTINED"])
def test_an_entry_known_from_an_unpublished_file_only_is_hidden_from_everybody(client, state):
    owner = make_user()
    submission = make_submission(state=state, submitted_by=owner)
    entry = make_entry(make_task(), submission=submission, quality=0.5)
    client.force_login(owner)

    get(client, f"entries/{entry.pk}/", 404)
    get(client, f"entries/{entry.pk}/runs/", 404)
    assert get(client, "entries/")["results"] == []
    assert get(client, "entries/", submission=submission.public_id)["results"] == []


def test_an_unpublished_run_of_a_published_entry_is_hidden(client):
    entry = make_entry(make_task(), quality=0.5)
    make_run(entry, submission=make_submission(state="HELD"), quality=0.6)

    answer = get(client, f"entries/{entry.pk}/")

    assert (answer["runs_in_all"], len(answer["runs"])) == (1, 1)
    assert len(get(client, f"entries/{entry.pk}/runs/")["results"]) == 1


def test_an_entry_that_was_withdrawn_keeps_its_page_without_numbers(client):
    entry = make_entry(make_task(), submission=make_submission(state="WITHDRAWN"), quality=0.5)

    answer = get(client, f"entries/{entry.pk}/")

    assert (answer["values"], answer["runs"], answer["runs_withdrawn"]) == ({}, [], 1)
    assert get(client, "entries/")["results"] == []


def test_entries_are_chosen_by_what_they_are(client):
    task, model, device = make_task(), make_model(), make_hardware()
    submission = make_submission()
    one = make_entry(task, model=model, hardware=device, submission=submission, quality=0.5)
    two = make_entry(task, model=model, quality=0.5)
    three = make_entry(make_task(), quality=0.5)

    def found(**query):
        return [row["id"] for row in get(client, "entries/", **query)["results"]]

    assert found() == [one.pk, two.pk, three.pk]
    assert found(task=task.slug) == [one.pk, two.pk]
    assert found(model=model.slug, hardware=device.slug) == [one.pk]
    assert found(method="baseline") == [one.pk, two.pk, three.pk]
    assert found(submission=submission.public_id) == [one.pk]
    assert found(task="") == found(task="nothing") == []


# Catalogue


def test_hardware_shows_every_figure_with_its_citation(client):
    device = make_hardware(slug="card-9", tdp_w=400, memory_b=80e9)
    for value, is_preferred in ((150, True), (319, False)):
        HardwareFact.objects.create(
            hardware=device,
            kind="EMBODIED_CARBON",
            value=value,
            low=111,
            high=319,
            is_preferred=is_preferred,
            citation=f"A paper that says {value}",
        )
    Composition.objects.create(
        hardware=device,
        unit_name="card",
        level="ELEMENT",
        part="heatsink",
        element="Cu",
        mass_kg=1.1,
        high_kg=1.3,
        fraction=0.7,
        citation="A teardown",
    )

    answer = get(client, "hardware/card-9/")

    assert answer["rated_power"] == {"value": 400.0, "low": None, "high": None, "unit": "W"}
    assert answer["memory"]["unit"] == "byte"
    assert answer["fp8"] is None
    assert [(fact["quantity"], fact["citation"]) for fact in answer["facts"]] == [
        ({"value": v, "low": 111.0, "high": 319.0, "unit": "kgCO2e"}, f"A paper that says {v}")
        for v in (150, 319)
    ]
    (part,) = answer["composition"]
    assert part["mass"] == {"value": 1.1, "low": None, "high": 1.3, "unit": "kg"}
    assert part["fraction"]["value"] == 0.7


def test_every_kind_of_figure_has_a_unit(client):
    device = make_hardware()
    for kind in HardwareFact.Kind:
        HardwareFact.objects.create(
            hardware=device, kind=kind, value=1, low=1, high=1, is_preferred=True, citation="x"
        )

    facts = get(client, f"hardware/{device.slug}/")["facts"]

    units = {fact["kind"]: fact["quantity"]["unit"] for fact in facts}
    assert units["DEVICE_HOUR_PRICE"] == "USD/h"
    assert len(units) == len(HardwareFact.Kind)


def test_a_source_shows_its_claims(client):
    source = make_source()
    Claim.objects.create(
        source=source,
        position=1,
        subject="Routing",
        quantity="energy",
        kind="CHANGE",
        low=-0.8,
        high=-0.4,
        unit="1",
        direction="LOWER",
    )

    (claim,) = get(client, f"sources/{source.slug}/")["claims"]

    assert claim["figure"] == {"value": None, "low": -0.8, "high": -0.4, "unit": "1"}


def test_metrics_tell_their_formulas(client):
    answer = get(client, "metrics/carbon/")

    assert (answer["unit"], answer["better"]) == ("kgCO2e", "lower")
    formula = answer["formulas"][1]
    assert {name: formula[name] for name in ("name", "written", "badge", "origin", "boundary")} == {
        "name": "carbon.from_node/1",
        "written": "node_energy × grid_intensity",
        "badge": "project extension",
        "origin": "DERIVED",
        "boundary": "node",
    }
    assert [(one["name"], one["symbol"], one["unit"]) for one in formula["inputs"]] == [
        ("node_energy", "E_node", "J"),
        ("grid_intensity", "I_grid", "kgCO2e/J"),
    ]


# Accounts


def bearer(text: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {text}"}


@pytest.mark.parametrize("address", ["me/", "tokens/", "submissions/"])
def test_what_is_ones_own_needs_an_account(client, address):
    response = client.get(ROOT + address)

    assert (response.status_code, response.json()["code"]) == (401, "token.required")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "written",
    ["Bearer", "Bearer x", "Bearer a b", "Token \xff", "Bearer eff_\x80", "bearer " + "x" * 9000],
)
def test_a_wrong_token_is_refused_also_where_anyone_may_read(client, written):
    response = client.get(f"{ROOT}boards/", headers={"Authorization": written})

    assert response.status_code == 401


def test_me_tells_limits_and_the_token_in_use(client):
    user = make_user(username="ada")
    _, text = ApiToken.objects.issue(user, name="laptop")

    answer = client.get(f"{ROOT}me/", headers=bearer(text)).json()

    assert (answer["username"], answer["is_editor"], answer["submissions"]) == ("ada", False, 0)
    assert answer["token"]["name"] == "laptop"
    assert answer["limits"]["max_upload_bytes"] > 0
    assert text not in json.dumps(answer)


def make_token(client, **fields):
    return client.post(f"{ROOT}tokens/", fields, content_type="application/json")


def test_a_signed_in_person_makes_and_ends_tokens(client):
    client.force_login(make_user())

    made = make_token(client, name="laptop")

    assert made.status_code == 201
    text = made.json()["token"]
    assert client.get(f"{ROOT}me/", headers=bearer(text)).status_code == 200
    (listed,) = get(client, "tokens/")["results"]
    assert "token" not in listed
    assert listed["prefix"] == text[:12]

    assert client.delete(f"{ROOT}tokens/{listed['id']}/").status_code == 204
    client.logout()
    assert client.get(f"{ROOT}me/", headers=bearer(text)).status_code == 401


def test_a_token_can_not_make_tokens(client):
    _, text = ApiToken.objects.issue(make_user(), name="leaked")

    for response in (
        client.post(f"{ROOT}tokens/", {"name": "more"}, headers=bearer(text)),
        client.get(f"{ROOT}tokens/", headers=bearer(text)),
    ):
        assert (response.status_code, response.json()["code"]) == (403, "permission.missing")
    assert ApiToken.objects.count() == 1


def test_nobody_ends_the_tokens_of_others(client):
    token, _ = ApiToken.objects.issue(make_user(), name="theirs")
    client.force_login(make_user(is_staff=True))

    for number in (token.pk, 10**40):
        assert client.delete(f"{ROOT}tokens/{number}/").status_code == 404
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"name": ""},
        {"name": "a\0b"},
        {"name": "x" * 81},
        {"name": "\ud800"},
        {"name": ["a"]},
        {"name": "a", "expires_at": "yesterday"},
        {"name": "a", "expires_at": "2001-01-01T00:00:00Z"},
        {"name": "a", "user": 1},
        {"name": "a", "digest": "x"},
    ],
)
def test_a_token_with_wrong_fields_is_refused(client, fields):
    client.force_login(make_user())

    response = make_token(client, **fields)

    assert response.status_code == 400
    assert response.json()["errors"]
    assert not ApiToken.objects.exists()


def test_two_tokens_of_one_name_are_refused(client):
    client.force_login(make_user())
    make_token(client, name="laptop")

    assert make_token(client, name="laptop").status_code == 409


def test_a_session_is_believed_only_with_its_csrf_token(db):
    from_elsewhere = client_with_checks()

    response = from_elsewhere.post(f"{ROOT}tokens/", {"name": "a"})

    assert response.status_code == 403
    assert not ApiToken.objects.exists()


# The description


def test_the_description_is_complete_and_without_warnings():
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())


def test_every_address_is_described(client):
    described = set(client.get(f"{ROOT}openapi.json").json()["paths"])

    def shown(pattern: str) -> str:
        for kind in ("slug:", "int:", "uuid:", "str:"):
            pattern = pattern.replace(f"<{kind}", "{").replace(">", "}")
        return ROOT + pattern

    addresses = {shown(str(one.pattern)) for one in api.urlpatterns if getattr(one, "name", "")}
    assert addresses - described == {f"{ROOT}openapi.json", f"{ROOT}docs/"}
    assert described <= addresses


@pytest.mark.parametrize("address", [a for a in READING if a])
def test_answers_have_the_fields_that_are_described_and_no_others(client, names, address):
    template = ROOT + address.replace("{board}", "{slug}").replace("{entry}", "{entry_id}")
    template = template.replace("{claim}", "{claim_id}")
    for name in ("model", "method", "task", "hardware", "source"):
        template = template.replace(f"{{{name}}}", "{slug}")
    template = template.replace("{submission}", "{public_id}").replace("quality", "{slug}")
    template = template.replace("preference", "{slug}")
    told = schema.schema()["paths"][template]["get"]["responses"]["200"]["content"]

    check(get(client, address.format(**names)), told["application/json"]["schema"])


def check(value, told: dict) -> None:
    """Hold a value against its description, all the way down."""
    if "$ref" in told:
        told = schema.schema()["components"]["schemas"][told["$ref"].rpartition("/")[2]]
    if value is None:
        assert told["nullable"] or told["oneOf"]
    elif not told.keys() & {"type", "allOf", "properties"}:
        assert "description" in told  # Described as anything.
    elif "allOf" in told:
        check(value, told["allOf"][0])
    elif "properties" in told:
        assert value.keys() == told["properties"].keys()
        for key, inner in told["properties"].items():
            check(value[key], inner)
    elif told["type"] == "array":
        for inner in value:
            check(inner, told["items"])
    elif told.get("additionalProperties"):
        for inner in value.values():
            check(inner, told["additionalProperties"])
    else:
        kinds = {"string": str, "integer": int, "number": float, "boolean": bool, "object": dict}
        assert isinstance(value, kinds[told["type"]])


def test_the_page_for_people_names_every_address(client):
    page = client.get(f"{ROOT}docs/")

    assert page.status_code == 200
    for path in schema.schema()["paths"]:
        assert f"{path}</code>" in page.content.decode()
    assert "http" not in str(page.headers.get("Content-Security-Policy"))


def test_the_handbook_names_every_address():
    handbook = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")

    missing = [path for path in schema.schema()["paths"] if f"{path}`" not in handbook]

    assert missing == []


def client_with_checks():
    """A signed-in client that CSRF is enforced on."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create(username="signed-in"))
    return client


def test_states_are_the_words_of_the_description():
    said = schema.schema()["components"]["schemas"]["Submission"]["properties"]["status"]

    for state in Submission.State:
        assert state.lower() in said["description"]
