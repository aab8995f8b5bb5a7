"""Taking a view away: the same rows everywhere, figures that stand alone, addresses that last."""

import csv
import io
import json
import re
import struct
import zlib
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit
from xml.etree import ElementTree

import numpy as np
import pyarrow.parquet as parquet
import pytest
from django.core.cache import cache
from django.http import QueryDict

from leaderboard import badges, exports, licences, sharing, stylesheet
from leaderboard.core import metrics
from leaderboard.filters import Filters
from leaderboard.models import Board, Estimate, Run, SharedView, Submission
from tests.builders import (
    NOW,
    make_board,
    make_entry,
    make_hardware,
    make_model,
    make_run,
    make_submission,
    refresh,
)

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>&\"'"


@pytest.fixture
def board():
    """Seven ranked entries on two devices, one that lacks energy."""
    board = make_board("quality", "node_energy", title="Graduate science questions")
    h100 = make_hardware("NVIDIA H100", slug="h100")
    for number in range(7):
        make_entry(
            board,
            model="Zebra" if number == 3 else f"Model {number}",
            hardware=h100 if number % 2 else None,
            settings={"precision": "int8"} if number == 3 else {},
            quality=(0.3 + number / 20, 0.31 + number / 20, 0.33 + number / 20),
            energy=(90 - number) if number % 3 else 40 + number,
            cost=0.1 * number if number else None,
        )
    make_entry(board, quality=0.9)
    return refresh(board)


def body(client, address, status=200, **headers):
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, (address, answer.status_code)
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def csv_rows(client, address):
    return list(csv.DictReader(io.StringIO(body(client, address).decode())))


def number(text):
    return float(text) if text else None


# Rows


@pytest.mark.parametrize(
    "query", ["", "?hardware=h100&sort=-node_energy", "?cost_min=0.15&x=cost", "?sort=cost"]
)
def test_all_files_of_a_view_hold_the_rows_of_its_page(client, board, query, monkeypatch):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 3)
    base = board.get_absolute_url()

    page = client.get(f"{base}data.json{query}").json()["rows"]
    lines = csv_rows(client, f"{base}data.csv{query}")
    rows = json.loads(body(client, f"{base}rows.json{query}"))["rows"]
    table = parquet.read_table(io.BytesIO(body(client, f"{base}rows.parquet{query}"))).to_pylist()

    assert len(page) == len(lines) == len(rows) == len(table) > 1
    for shown, line, row, typed in zip(page, lines, rows, table, strict=True):
        assert shown["entry"] == int(line["entry"]) == row["entry"] == typed["entry"]
        assert shown["layer"] == number(line["layer"]) == row["layer"] == typed["layer"]
        low, _, high = shown["rank"].partition("–")
        ranks = {"low": int(low), "high": int(high or low)}
        assert ranks == row["rank"]
        assert ranks == {side: int(line[f"rank_{side}"]) for side in ranks}
        assert ranks == {side: typed[f"rank_{side}"] for side in ranks}
        assert line["model"] == row["model"] == typed["model"]
        assert line["settings"] == ", ".join(row["settings"]) == typed["settings"]
        assert row["values"].keys() == shown["values"].keys()
        for slug, told in shown["values"].items():
            unit = metrics.get(slug).unit
            sides = {"value": slug, "low": f"{slug} low", "high": f"{slug} high"}
            columns = {"value": slug, "low": f"{slug}_low", "high": f"{slug}_high"}
            for side, name in sides.items():
                expected = told[side] if told else None
                assert number(line[f"{name} ({unit})"]) == expected
                assert typed[columns[side]] == expected
                assert (row["values"][slug] or {}).get(side) == expected
            origin = (row["values"][slug] or {}).get("origin")
            assert (line[f"{slug} origin"] or None) == origin
            assert typed[f"{slug}_origin"] == origin


def test_parquet_is_typed_and_says_what_it_is(client, board):
    content = body(client, f"{board.get_absolute_url()}rows.parquet?hardware=h100")

    schema = parquet.read_schema(io.BytesIO(content))

    said = {key.decode(): value.decode() for key, value in schema.metadata.items()}
    assert said["sentence"] == (
        "Graduate science questions: quality against node energy of 3 entries on NVIDIA H100, "
        "as of version 1, 12 November 2026"
    )
    assert said["version"] == "1"
    assert said["published_at"] == NOW.isoformat()
    assert said["view"] == f"http://testserver{board.get_absolute_url()}?hardware=h100"
    assert said["frozen"] == f"http://testserver{board.get_absolute_url()}?at=1&hardware=h100"
    assert said["licence"] == "CC BY 4.0"
    assert said["frozen"] in said["citation"]
    assert str(schema.field("node_energy").type) == "double"
    assert schema.field("node_energy").metadata[b"unit"] == b"J"
    assert {str(schema.field(name).type) for name in ("entry", "rank_low")} == {"int64"}


def test_a_csv_has_comments_only_where_asked(client, board):
    plain = body(client, f"{board.get_absolute_url()}data.csv").decode()
    told = body(client, f"{board.get_absolute_url()}data.csv?comments=1").decode()

    head = [line for line in told.splitlines() if line.startswith("# ")]
    assert plain.startswith("entry,layer,")
    assert told.endswith(plain)
    assert f"# view: http://testserver{board.get_absolute_url()}" in head
    assert "# licence: CC BY 4.0" in head


def test_a_file_is_made_in_stretches(client, board, monkeypatch, django_assert_max_num_queries):
    monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
    address = f"{board.get_absolute_url()}rows.parquet"
    with django_assert_max_num_queries(30):
        answer = client.get(address)
        pieces = [piece for piece in answer.streaming_content if piece]

    # Seven rows by two, and the foot of the file.
    assert len(pieces) == 5
    assert parquet.ParquetFile(io.BytesIO(b"".join(pieces))).num_row_groups == 4


def test_what_is_made_of_share_alike_data_stays_under_that_licence():
    made = {
        slug
        for slug, metric in metrics.ALL.items()
        for recipe in metric.recipes
        if licences.SHARE_ALIKE_FACTS.intersection(recipe.inputs)
    }

    assert made >= {"material", "embodied_carbon", "abiotic_depletion"}
    assert {licences.of([slug, "quality"]).name for slug in made} == {"CC BY-SA 4.0"}
    assert licences.of(["quality", "node_energy", "cost"]).name == "CC BY 4.0"


# Sentence


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "quality against node energy of 7 entries, as of version 1, 12 November 2026"),
        ("?quality_min=40 %", "of 5 entries, quality at least 40.0 %, as of"),
        ("?node_energy_min=1&node_energy_max=84", "node energy from 1.00 J to 84.0 J, as of"),
        ("?origin=measured", "measured values only"),
        ("?q=zebra", "of 1 entry named “zebra”"),
        ("?hardware=nowhere", "of 0 entries on “nowhere”"),
        ("?objectives=quality,cost&x=node_energy", "ranked by quality and cost"),
        ("?model=a,b,c,d,e", "of “a”, “b”, “c” or 2 others"),
    ],
)
def test_the_sentence_says_the_filters(client, board, query, words):
    rows = json.loads(body(client, f"{board.get_absolute_url()}rows.json{query}"))

    assert words in rows["sentence"].replace("\u00a0", " ")


# Figures


def pixels(content):
    """Width, height and the different bytes of the rows of a PNG, by a decoder of a few lines."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = struct.unpack(">IIBB", content[16:26])
    assert (depth, colour) == (8, 6)
    packed, at = b"", 8
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        if content[at + 4 : at + 8] == b"IDAT":
            packed += content[at + 8 : at + 8 + size]
        at += 12 + size
    raw = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 4 * width)
    return width, height, raw[:, 1:]


def test_a_figure_stands_alone(client, board):
    make_entry(board, model=HOSTILE, quality=0.99, energy=1)
    make_entry(board, model="\x02bell\ufffe", quality=0.999, energy=2)
    address = f"{board.get_absolute_url()}figure.svg"

    for query in ("", "?width=400&theme=dark", "?at=1", "?hardware=nowhere", f"?q={HOSTILE}"):
        drawn = body(client, f"{address}{query}").decode()
        root = ElementTree.fromstring(drawn)

        tags = {one.tag.rpartition("}")[2] for one in root.iter()}
        assert "script" not in tags
        assert not any(name.startswith("on") for one in root.iter() for name in one.attrib)
        assert "var(" not in drawn
        assert not re.search(r"(href|src)=|url\((?!#)|@import", drawn)
        said = " ".join("".join(one.itertext()) for one in root.iter() if one.tag.endswith("text"))
        for words in ("Graduate science questions", "as of version 1", "CC BY 4.0"):
            assert words in " ".join(said.split())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_png_is_the_figure_in_its_theme(client, board, theme):
    content = body(client, f"{board.get_absolute_url()}figure.png?width=400&zoom=1&theme={theme}")

    width, height, raw = pixels(content)

    paper = bytes.fromhex(stylesheet.tokens(theme)["paper"][1:])
    assert width == 400
    assert height > 300
    # The first row is paper all over; filters of PNG leave its first pixel as it is.
    assert bytes(raw[0, :3]) == paper
    assert len(np.unique(raw)) > 50


@pytest.mark.parametrize("query", ["width=9&zoom=99", "width=x", "width=99999999", "zoom=-1"])
def test_sizes_beyond_reason_are_the_usual_ones(client, board, query):
    usual = body(client, f"{board.get_absolute_url()}figure.png")

    width, height, _ = pixels(body(client, f"{board.get_absolute_url()}figure.png?{query}"))

    assert (width, height) == pixels(usual)[:2] == (2000, height)


def test_chart_styles_have_both_themes():
    assert stylesheet.tokens("light")["paper"] == "#ffffff"
    assert stylesheet.tokens("dark")["paper"] == "#141517"
    assert stylesheet.tokens("dark")["chart-text"] == stylesheet.tokens("dark")["ink-soft"]
    assert ".chart .step{fill: none; stroke: #b3300a;" in stylesheet.of_charts("light")


# Citation


def test_the_citation_is_bibtex(client, board):
    board.title = "Cost & energy: 100 %, {all} of_it"
    board.save()

    text = body(client, f"{board.get_absolute_url()}cite.bib?hardware=h100").decode()

    fields = dict(re.findall(r"^  (\w+) *= (.*),$", text, re.MULTILINE))
    assert text.startswith(f"@misc{{efficiency-frontier-{board.slug}-v1,\n")
    assert text.count("{") - text.count(r"\{") == text.count("}") - text.count(r"\}")
    assert fields["author"] == "{{Efficiency Frontier}}"
    assert fields["title"].startswith(r"{{Cost \& energy: 100 \%, \{all\} of\_it: Quality")
    assert (fields["version"], fields["year"], fields["month"]) == ("{1}", "{2026}", "nov")
    address = f"http://testserver{board.get_absolute_url()}?at=1&hardware=h100"
    assert fields["url"] == f"{{{address}}}"
    assert f"{board.get_absolute_url()}?hardware=h100" in fields["note"]
    assert "CC BY 4.0" in fields["note"]


# Frozen


def test_a_frozen_view_stays_when_everything_changes(client):
    board = make_board()
    one, two, three, four = (
        make_entry(board, model=f"Model {name}", quality=quality, energy=energy)
        for name, quality, energy in (
            ("one", 0.8, 50),
            ("two", 0.7, 40),
            ("three", 0.6, 60),
            ("four", 0.5, 30),
        )
    )
    refresh(board)
    then = [(p.entry_id, p.layer, *p.point) for p in board.placements.at(1).order_by("entry")]
    before = body(client, f"{board.get_absolute_url()}data.csv?at=1")

    withdrawn = one.runs.get().submission
    withdrawn.state = Submission.State.WITHDRAWN
    withdrawn.save()
    old = two.runs.get()
    new = make_run(four, quality=0.99, node_energy=1)
    Run.objects.filter(pk=old.pk).update(replaced_by=new)
    Estimate.objects.filter(entry__in=[one, two]).delete()
    for entry in (one, two, four):
        board.changes.create(entry=entry)
    refresh(board, at=NOW + timedelta(days=1))
    page = body(client, f"{board.get_absolute_url()}?at=1").decode()

    assert board.latest == 2
    # By hand: three is beaten by one on both, the rest are steps.
    assert then == [
        (one.pk, 1, 0.8, 50.0),
        (two.pk, 1, 0.7, 40.0),
        (three.pk, 2, 0.6, 60.0),
        (four.pk, 1, 0.5, 30.0),
    ]
    assert body(client, f"{board.get_absolute_url()}data.csv?at=1") == before
    lines = csv_rows(client, f"{board.get_absolute_url()}data.csv?at=1")
    assert [int(line["entry"]) for line in lines] == [one.pk, two.pk, four.pk, three.pk]
    assert (
        sorted(
            (int(x["entry"]), int(x["layer"]), float(x["quality (1)"]), float(x["node_energy (J)"]))
            for x in lines
        )
        == then
    )
    rows = re.findall(r'<tr data-entry="(\d+)">(.*?)</tr>', page, re.DOTALL)
    fates = {int(entry): re.sub(r"<[^>]+>", "", row.rpartition("<td")[2]) for entry, row in rows}
    assert [int(entry) for entry, _ in rows] == [one.pk, two.pk, four.pk, three.pk]
    assert "Withdrawn" in fates[one.pk]
    assert "Superseded" in fates[two.pk]
    assert "Changed" in fates[four.pk]
    assert "unchanged" in fates[three.pk]
    assert "as of version 1, 12 November 2026" in page
    assert "Today’s board is at version 2" in page
    assert "Bounds, how each value was obtained, other metrics" in page


@pytest.mark.parametrize("at", ["9", "0", "x", "-1", "1" * 30, "%00"])
def test_a_version_that_never_was_is_not_found(client, board, at):
    base = board.get_absolute_url()
    for name in ("", "data.csv", "rows.parquet", "figure.png", "cite.bib"):
        body(client, f"{base}{name}?at={at}", 404)
    body(client, f"/embed{base}?at={at}", 404)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("hardware=h100", lambda entry, quality, energy: entry.hardware.slug == "h100"),
        ("precision=int8", lambda entry, quality, energy: entry.settings == {"precision": "int8"}),
        ("q=zeb", lambda entry, quality, energy: entry.model.name == "Zebra"),
        ("quality_min=45 %25", lambda entry, quality, energy: quality >= 0.45),
        ("energy_max=45&model=zebra,model-6", lambda entry, quality, energy: energy <= 45),
        ("technique=nowhere", lambda entry, quality, energy: False),
    ],
)
def test_a_version_takes_the_filters_that_what_is_kept_can_answer(client, board, query, wanted):
    base = board.get_absolute_url()
    placed = board.placements.at(1).select_related("entry__model", "entry__hardware")
    expected = {p.entry_id: p.layer for p in placed if wanted(p.entry, *p.point)}
    if query.startswith("energy"):
        expected = {
            p.entry_id: p.layer
            for p in placed
            if p.entry_id in expected and p.entry.model.slug in ("zebra", "model-6")
        }
    # Today's numbers are others: the limits are on those of that day.
    Estimate.objects.filter(metric="quality").update(value=0.01, low=0.01, high=0.01)

    lines = csv_rows(client, f"{base}data.csv?at=1&{query}")
    page = body(client, f"{base}?at=1&{query}").decode()

    assert {int(line["entry"]): int(line["layer"]) for line in lines} == expected
    assert {int(entry) for entry in re.findall(r'<tr data-entry="(\d+)">', page)} == set(expected)
    assert f"<dd>{len(expected)} of {len(placed)} entries, in their layers" in page
    assert "Not asked of this version" not in page
    assert body(client, f"{base}figure.svg?at=1&{query}").startswith(b"<svg")


def test_what_a_version_can_not_be_asked_is_said(client, board):
    query = "at=1&hardware=h100&obtained=reported&w_quality=3&foo=1&cost_max=1&quality_min=x"
    page = body(client, f"{board.get_absolute_url()}?{query}").decode()
    told = dict(re.findall(r"<p>([^<:]+): (<code>.*?)</p>", page))

    assert told == {
        "Not understood and ignored": "<code>quality_min=x: not a number</code>, "
        "<code>foo=1: no such parameter</code>",
        "Not asked of this version, for what it takes was not kept": "<code>cost_max=1</code>, "
        "<code>obtained=reported</code>, <code>w_quality=3</code>",
    }
    assert "on NVIDIA H100 in the first 3 layers" in page


def test_the_board_of_today_sets_no_limits_on_its_past(client, board):
    Board.objects.filter(pk=board.pk).update(filters={"quality_min": 0.45})

    lines = csv_rows(client, f"{board.get_absolute_url()}data.csv?at=1")

    assert len(lines) == board.placements.at(1).count()


# Short links


QUERY = "sort=-quality&hardware=h100&foo=1&model=&quality_min=31 %&start=201"


def test_a_short_link_leads_to_the_same_view(client, board):
    answer = client.post("/v/", {"board": board.slug, "query": QUERY})
    page = client.get(answer["Location"].partition("#")[0])
    view = SharedView.objects.get()

    assert answer.status_code == 303
    assert f"http://testserver/v/{view.key}/" in page.content.decode()
    assert re.fullmatch(f"[{sharing.ALPHABET}]{{10}}", view.key)
    assert view.query == "hardware=h100&quality_min=31%20%25&sort=-quality"
    assert client.get(f"/v/{view.key}/")["Location"] == f"{board.get_absolute_url()}?{view.query}"
    ranked = ("quality", "node_energy")
    asked, kept = (
        replace(Filters.read(QueryDict(text), board, ranked), start=0, ignored=())
        for text in (QUERY, view.query)
    )
    assert asked == kept


def test_the_same_view_has_one_short_link(client, board):
    for query in (QUERY, "?" + QUERY, "&".join(reversed(QUERY.split("&"))), f"{QUERY}&bar=2"):
        client.post("/v/", {"board": board.slug, "query": query})

    assert SharedView.objects.count() == 1


def test_a_page_that_was_seen_before_shows_its_new_short_link(client, board):
    address = board.get_absolute_url()
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304

    client.post("/v/", {"board": board.slug, "query": ""})

    again = client.get(address, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert SharedView.objects.get().key in again.content.decode()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"board": "nowhere", "query": ""}, 404),
        ({"board": "\0", "query": ""}, 404),
        ({}, 404),
        ({"query": "at=7"}, 400),
        ({"query": "at=x"}, 400),
        ({"query": "model=" + "x" * 3000}, 400),
        ({"query": "&".join(f"a{n}=1" for n in range(101))}, 400),
        ({"query": "&".join(f"a{n}=1" for n in range(2000))}, 400),
    ],
)
def test_only_views_of_known_boards_are_kept(client, board, sent, status):
    answer = client.post("/v/", {"board": board.slug, **sent} if sent else {})

    assert answer.status_code == status
    assert not SharedView.objects.exists()


def test_a_version_is_shared_with_what_can_be_asked_of_it(client, board):
    query = "at=01&x=cost&hardware=h100&start=3&foo=1"
    client.post("/v/", {"board": board.slug, "query": query})

    view = SharedView.objects.get()
    assert view.query == "at=1&hardware=h100"
    assert b"version 1" in client.get(f"/v/{view.key}/", follow=True).content


def test_unknown_keys_and_other_sites_get_nothing(client, board):
    assert client.get("/v/aaaaaaaaaa/").status_code == 404
    assert client.get("/v/").status_code == 405
    away = client.post("/v/", {"board": board.slug}, headers={"Sec-Fetch-Site": "cross-site"})
    assert away.status_code == 403
    assert not SharedView.objects.exists()


def test_new_short_links_are_counted_and_old_ones_are_free(client, board, monkeypatch):
    cache.clear()
    monkeypatch.setattr("leaderboard.throttles.NewViews.rate", "2/hour")
    asked = [{"board": board.slug, "query": f"quality_min=0.{number}"} for number in (1, 2, 3)]

    assert [client.post("/v/", one).status_code for one in asked] == [303, 303, 429]
    assert client.post("/v/", asked[0]).status_code == 303
    refused = client.post("/api/v1/views/", asked[2], content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (429, "requests.excess")


def test_a_key_that_is_taken_is_passed_over(board, monkeypatch):
    monkeypatch.setattr(sharing, "keys", lambda board, query: ["same", f"other{query[-1]}"])

    first, second = (sharing.share(board, f"quality_min=0.{n}", at=NOW) for n in (1, 2))

    assert (first.key, second.key) == ("same", "other2")


def test_the_api_shares_views(client, board):
    cache.clear()
    sent = {"board": board.slug, "query": QUERY}

    made = client.post("/api/v1/views/", sent, content_type="application/json")
    again = client.post("/api/v1/views/", sent, content_type="application/json")
    read = client.get(f"/api/v1/views/{made.json()['key']}/")

    assert (made.status_code, again.status_code, read.status_code) == (201, 200, 200)
    assert made.json() == again.json() == read.json()
    assert made.json()["url"] == f"http://testserver/v/{made.json()['key']}/"
    assert dict(parse_qsl(urlsplit(made.json()["target"]).query)) == {
        "hardware": "h100",
        "quality_min": "31 %",
        "sort": "-quality",
    }
    for wish, status in (
        ({"board": "nowhere"}, 404),
        ({"board": board.slug, "query": "at=7"}, 400),
        ({"board": board.slug, "colour": "red"}, 400),
        ({"board": "\0"}, 400),
        ([], 400),
    ):
        answer = client.post("/api/v1/views/", wish, content_type="application/json")
        assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert client.get("/api/v1/views/aaaaaaaaaa/").status_code == 404


# Frames


def test_a_frame_may_stand_anywhere_and_the_site_may_not(client, board):
    frame = client.get(f"/embed{board.get_absolute_url()}?hardware=h100&theme=dark")
    page = client.get(board.get_absolute_url())

    assert "frame-ancestors *;" in f"{frame['Content-Security-Policy']};"
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert "X-Frame-Options" not in frame
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert frame["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not frame.cookies
    assert "Cookie" not in frame.get("Vary", "")
    text = frame.content.decode()
    assert 'data-theme="dark"' in text
    assert "<script" not in text
    assert "on NVIDIA H100" in text
    assert f'href="{board.get_absolute_url()}?hardware=h100"' in text
    shown = page.content.decode()
    assert f"&lt;iframe src=&quot;http://testserver/embed{board.get_absolute_url()}&quot;" in shown


def test_public_answers_are_known_again(client, board):
    for name in ("figure.svg", "rows.json", "cite.bib"):
        address = f"{board.get_absolute_url()}{name}"
        tag = client.get(address)["ETag"]
        again = client.get(address, headers={"If-None-Match": tag})

        assert again.status_code == 304
        assert again["Access-Control-Allow-Origin"] == "*"


# Badges


def badge(client, entry, board, status=200):
    return body(client, f"/entries/{entry.pk}/badge.svg?board={board.slug}", status).decode()


def test_a_badge_says_where_an_entry_stands(client):
    board = make_board(title=HOSTILE)
    first = make_entry(board, quality=0.8, energy=50)
    second = make_entry(board, quality=0.7, energy=60)
    lacking = make_entry(board, quality=0.7)
    fresh = make_board(task=board.task)

    assert "not ranked yet" in badge(client, first, fresh)
    refresh(board)
    drawn = badge(client, first, board)
    titles = {
        entry: ElementTree.fromstring(badge(client, entry, board))[0].text
        for entry in (first, second, lacking)
    }

    assert titles[first] == f"Efficiency Frontier: Pareto-optimal on {HOSTILE} · v1 · 12 Nov 2026"
    assert titles[second] == f"Efficiency Frontier: layer 2 on {HOSTILE} · v1 · 12 Nov 2026"
    assert "not among the first 3 layers" in str(titles[lacking])
    assert stylesheet.tokens("light")["badge-first"] in drawn
    assert "<script" not in drawn
    for entry in (second, lacking):
        assert stylesheet.tokens("light")["badge-first"] not in badge(client, entry, board)


def test_a_badge_of_what_counts_no_more_is_grey(client, board):
    entry = make_entry(board, quality=0.99, energy=1)
    other = make_entry(board, quality=0.2, energy=99)
    refresh(board)
    run = entry.runs.get()
    Run.objects.filter(pk=run.pk).update(replaced_by=other.runs.get())
    superseded = badge(client, entry, board)
    Submission.objects.filter(pk=run.submission_id).update(state=Submission.State.WITHDRAWN)
    Run.objects.filter(pk=run.pk).update(replaced_by=None)
    withdrawn = badge(client, entry, board)

    assert "superseded · Graduate science questions" in superseded
    assert "withdrawn · Graduate science questions" in withdrawn
    for drawn in (superseded, withdrawn):
        assert stylesheet.tokens("light")["badge-other"] in drawn
        assert stylesheet.tokens("light")["badge-first"] not in drawn


def test_badges_are_for_everybody_or_nobody(client, board):
    held = make_entry(
        board, quality=0.5, energy=2, submission=make_submission(state=Submission.State.HELD)
    )
    entry = make_entry(board, quality=0.4, energy=3)

    answer = client.get(f"/entries/{entry.pk}/badge.svg")
    again = client.get(f"/entries/{entry.pk}/badge.svg", headers={"If-None-Match": answer["ETag"]})

    assert answer["Content-Type"] == "image/svg+xml"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert answer["Cache-Control"] == "public, max-age=300"
    assert again.status_code == 304
    badge(client, held, board, 404)
    badge(client, entry, make_board(), 404)
    for address in ("/entries/999999/badge.svg", f"/entries/{entry.pk}/badge.svg?board=%00x"):
        body(client, address, 404)
    page = client.get(entry.get_absolute_url()).content.decode()
    assert f"http://testserver/entries/{entry.pk}/badge.svg?board={board.slug}" in page


def test_a_badge_is_as_wide_as_its_text():
    widths = [badges.width_of("a" * count) for count in (1, 10, 40)]

    assert widths == sorted(set(widths))
    assert badges.width_of("WWWW") > badges.width_of("iiii")
    drawn = ElementTree.fromstring(badges.svg(badges.Badge("layer 2 on a board")))
    assert int(drawn.attrib["width"]) == badges.width_of(badges.SITE) + badges.width_of(
        "layer 2 on a board"
    )


@pytest.mark.parametrize(
    "query", ["x=nope", "objectives=%00", "quality_min=abc", "theme=%3Cb%3E", "size=zzz&w_x=1"]
)
def test_absurd_parameters_break_nothing(client, board, query):
    base = board.get_absolute_url()
    names = ("data.csv", "rows.json", "rows.parquet", "figure.svg", "figure.png", "cite.bib")
    for address in (f"/embed{base}", *(f"{base}{name}" for name in names)):
        body(client, f"{address}?{query}")
    for path in ("/boards/nowhere/rows.parquet", "/embed/boards/nowhere/"):
        body(client, path, 404)


def test_models_of_any_name_are_one_row_each(client):
    board = make_board()
    make_entry(board, model=make_model('=cmd|"x",\n\r# y'), quality=0.5, energy=1)

    (line,) = csv_rows(client, f"{board.get_absolute_url()}data.csv")

    assert line["model"].startswith("'=cmd")


@pytest.mark.parametrize("was_published", [False, True])
def test_a_board_without_entries_can_be_taken_away(client, was_published):
    board = make_board()
    if was_published:
        entry = make_entry(board, quality=0.5, energy=1)
        refresh(board)
        Estimate.objects.all().delete()
        board.changes.create(entry=entry)
        refresh(board)
        assert board.frontiers.get(number=2).objectives == []
    base = board.get_absolute_url()
    at = "?at=2" if was_published else ""

    assert csv_rows(client, f"{base}data.csv{at}") == []
    assert json.loads(body(client, f"{base}rows.json{at}"))["rows"] == []
    assert parquet.read_table(io.BytesIO(body(client, f"{base}rows.parquet{at}"))).num_rows == 0
    ElementTree.fromstring(body(client, f"{base}figure.svg{at}"))
    for name in ("figure.png", "cite.bib", ""):
        body(client, f"{base}{name}{at}")
    assert b"of 0 entries" in body(client, f"/embed{base}{at}")
