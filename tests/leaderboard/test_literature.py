"""Sources, claims and kinds of methods: pages, facets, downloads and API."""

import csv
import io
import json
import re
from collections import Counter

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from leaderboard import claim_charts, claim_words, literature, reference
from leaderboard.core import techniques
from leaderboard.datafiles import DATA
from leaderboard.models import Claim, Entry, Method, Source
from tests.builders import (
    make_board,
    make_claim,
    make_entry,
    make_method,
    make_source,
    make_submission,
    refresh,
)

pytestmark = pytest.mark.django_db
PAPERS = json.loads((DATA / "papers.json").read_text(encoding="utf-8"))
CANARY = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def shipped(db):
    reference.load()


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def rows_of(client, **query) -> list[dict[str, str]]:
    """The claims of the CSV."""
    response = client.get("/claims/data.csv", query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.getvalue().decode())))


def numbered(client, **query) -> set[tuple[str, int]]:
    return {(row["source"], int(row["position"])) for row in rows_of(client, **query)}


def api(client, address: str, status: int = 200, **query) -> dict:
    response = client.get(f"/api/v1/{address}", query)
    assert response.status_code == status, response.content
    return response.json()


# What ships


def test_the_literature_is_119_papers_and_the_page_lists_them(client, shipped):
    slugs = set()
    for page in (1, 2):
        listed = text_of(client.get("/sources/", {"collection": "literature", "page": page}))
        slugs |= set(re.findall(r'scope="row" role="rowheader"><a href="/sources/(.+?)/"', listed))

    assert slugs == {paper["slug"] for paper in PAPERS}
    assert len(slugs) == 119
    assert '<h2 id="found">119 sources</h2>' in listed
    assert "Literature 119" in listed


def test_the_roles_of_the_papers_are_counted(client, shipped):
    facets = api(client, "facets/sources/", collection="literature")["facets"]

    counts = {option["value"]: option["count"] for option in facets["role"]}
    assert counts == Counter(paper["kind"] for paper in PAPERS)
    categories = {option["value"]: option["count"] for option in facets["category"]}
    assert categories == Counter(word for paper in PAPERS for word in paper["categories"])


def test_all_231_claims_are_reached_through_the_quantities(client, shipped):
    everything = {
        (paper["slug"], position) for paper in PAPERS for position in range(len(paper["claims"]))
    }
    topics = {
        option["value"]: option["count"]
        for option in api(client, "facets/claims/")["facets"]["topic"]
    }

    found = {topic: numbered(client, topic=topic) for topic in topics}

    assert {topic: len(rows) for topic, rows in found.items()} == topics
    assert sum(topics.values()) == len(everything) == 231
    assert set().union(*found.values()) == everything
    assert "All 231" in text_of(client.get("/claims/"))


def test_every_claim_of_a_quantity_is_drawn_or_says_why_not(client, shipped):
    left = []
    for option in literature.CLAIMS.options("topic"):
        answer = client.get("/claims/data.json", {"topic": option.value}).json()
        drawn = sum(panel["claims"] for panel in answer["panels"])
        assert drawn + len(answer["not_drawn"]) == option.count, option.value
        left += answer["not_drawn"]

    # Two costs without a currency, and a ratio of two models without its direction.
    assert sorted(each["reason"][:28] for each in left) == [
        "The source gives a factor, b",
        "The source states no unit.",
        "The source states no unit.",
    ]


def test_claims_that_their_own_numbers_contradict_are_marked(shipped):
    """The oddities in the arithmetic of the abstracts, worked out by hand."""
    marked = {
        (claim.source.slug, claim.position): claim
        for claim in Claim.objects.exclude(contradiction="").select_related("source")
    }

    assert {key: claim.recomputed for key, claim in marked.items()} == {
        ("flops-to-footprints", 7): pytest.approx(100 * (1 - 1 / 9)),
        ("intact-lidar", 1): pytest.approx(100 * 11.0 / 64.1),
        ("intact-lidar", 4): pytest.approx(100 * 21.2 / 52.5),
        ("efficient-agents", 3): pytest.approx(100 * (1 - 0.228 / 0.967 / 0.398)),
    }
    assert "88.9\u00a0%" in marked["flops-to-footprints", 7].contradiction
    assert "86.7\u00a0%" in marked["flops-to-footprints", 7].contradiction
    assert "21.2\u00a0percentage points" in marked["intact-lidar", 4].contradiction


def test_no_other_claim_contradicts_levels_of_its_abstract(shipped):
    """Every change between two levels of the same quantity on the same task, by brute force."""
    contradicted = set()
    for paper in PAPERS:
        for position, change in enumerate(paper["claims"]):
            if change["direction"] == "none" or isinstance(change["value"], list):
                continue
            levels = [
                level["value"]
                for level in paper["claims"]
                if level["kind"] == "absolute"
                and level["direction"] == "none"
                and (level["quantity"], level["task"]) == (change["quantity"], change["task"])
                and not isinstance(level["value"], list)
            ]
            if len(levels) == 2 and not fits(change, *levels):
                contradicted.add((paper["slug"], position))

    marked = Claim.objects.exclude(contradiction="").values_list("source__slug", "position")
    assert contradicted == {("intact-lidar", 1), ("intact-lidar", 4)}
    assert contradicted <= set(marked)


def fits(change, first, second) -> bool:
    """Whether a change is the difference, the percentage or the factor between two levels."""
    low, high = sorted((first, second))
    possible = {
        "pp": [high - low],
        "%": [100 * (high / low - 1), 100 * (1 - low / high)],
        "x": [high / low],
    }
    digits = len(str(change["value"]).partition(".")[2])
    return any(
        abs(change["value"] - each) <= 0.5 * 10**-digits + 1e-9
        for each in possible.get(change["unit"], [change["value"]])
    )


def test_a_contradiction_stands_on_both_pages_in_the_table_and_in_the_api(client, shipped):
    claim = Claim.objects.get(source__slug="flops-to-footprints", position=7)
    said = escape(claim.contradiction)

    assert said in text_of(client.get("/sources/flops-to-footprints/"))
    assert said in text_of(client.get("/claims/", {"topic": "compute"}))
    (row,) = rows_of(client, contradicted="yes", q="MFU gain plus lifespan")
    assert (row["contradiction"], row["in_words"]) == (claim.contradiction, "up to 93\u00a0% less")
    answer = api(client, f"claims/{claim.pk}/")
    assert answer["contradiction"] == claim.contradiction
    assert answer["recomputed"]["value"] == pytest.approx(88.8889, abs=5e-5)


def test_claims_never_make_an_entry(shipped):
    assert Claim.objects.count() == 231
    assert not Entry.objects.exists()


def test_kinds_of_methods_are_those_of_the_claims(client, shipped):
    page = text_of(client.get("/methods/"))
    counts = Counter(Claim.objects.values_list("technique", flat=True))

    for kind in techniques.KINDS:
        assert f'id="{kind.value.lower()}"' in page
        if counts[kind.value]:
            assert f"?technique={kind.slug}" in page
            assert len(rows_of(client, technique=kind.slug)) == counts[kind.value]
    assert sum(counts.values()) == 231
    assert Method.objects.get(slug="awq").get_kind_display() == "quantisation"


def test_a_source_names_the_metrics_that_cite_it(client, shipped):
    page = text_of(client.get("/sources/flops-to-footprints/"))

    assert 'href="/metrics/device_saving/"' in page
    assert 'href="/metrics/cost_of_pass/"' not in page


def test_the_twin_of_a_source_tells_what_its_page_tells(client, shipped):
    path = "/sources/flops-to-footprints/"

    page, twin = text_of(client.get(path)), client.get(f"{path}data.json").json()

    row = Source.objects.get(slug="flops-to-footprints")
    assert [twin[name] for name in ("slug", "title", "year", "doi")] == [
        *(row.slug, row.title, row.year, row.doi),
    ]
    assert [claim["id"] for claim in twin["claims"]] == list(
        Claim.objects.filter(source=row).order_by("position").values_list("pk", flat=True)
    )
    assert all(escape(claim["in_words"]) in page for claim in twin["claims"])
    assert "device_saving" in twin["metrics"]
    assert all(f'href="/metrics/{slug}/"' in page for slug in twin["metrics"])
    assert f'href="{path}data.json"' in page


def test_the_twin_of_a_source_has_the_entries_and_boards_of_its_published_files(client):
    source, board = make_source(title="A study"), make_board("quality", "node_energy")
    entry = make_entry(board, quality=0.5, energy=2, submission=make_submission(source=source))
    other = make_entry(board, quality=0.6, energy=1)
    refresh(board)

    twin = client.get(f"{source.get_absolute_url()}data.json").json()

    assert [one["entry"] for one in twin["entries"]] == [entry.pk]
    assert twin["entries"][0]["values"]["node_energy"]["value"] == 2
    assert (twin["total"], twin["on_boards"]) == (1, [board.slug])
    assert [file["filename"] for file in twin["files"]] == [entry.runs.get().submission.filename]
    assert twin["boards"][0]["dominated_by"] == [other.pk]
    assert client.get("/sources/nothing/data.json").status_code == 404


@pytest.mark.parametrize("path", ["/claims/", "/sources/"])
def test_a_parameter_that_a_list_does_not_know_is_told(client, path):
    make_claim()

    page = text_of(client.get(path, {"colour": CANARY, "kind": "nope", "page": "1", "q": "a"}))
    quiet = text_of(client.get(path, {"q": "a", "year_from": "2020", "page": "1"}))

    assert f"<code>colour={escape(CANARY)}: no such parameter</code>" in page
    assert "<code>kind=nope</code>" in page
    assert "ignored" not in quiet
    told = client.get("/claims/data.json", {"colour": "green"}).json()["ignored"]
    assert told == ["colour=green: no such parameter"]


# Words

GPUS = {
    "kind": "RANGE",
    "value": None,
    "low": 1174,
    "high": 8800,
    "unit": "GPUs",
    "direction": "none",
}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "40\u00a0% less"),
        ({"is_upper_bound": True}, "up to 40\u00a0% less"),
        ({"is_lower_bound": True, "direction": "increase"}, "at least 40\u00a0% more"),
        ({"kind": "RATIO", "unit": "x", "value": 5}, "5\u00a0× less"),
        (
            {"kind": "RATIO", "unit": "x", "value": 3.38, "direction": "increase"},
            "3.38\u00a0× as much",
        ),
        ({"kind": "RATIO", "direction": "none"}, "40\u00a0% of the baseline"),
        ({"kind": "ABSOLUTE", "direction": "none"}, "40\u00a0%"),
        ({"kind": "ABSOLUTE", "unit": "pp", "value": 13.75}, "13.75\u00a0percentage points less"),
        (
            {"kind": "ABSOLUTE", "unit": "B", "value": 1e-9, "direction": "none"},
            "1.00\u00a0×\u00a010⁻⁹\u00a0B",
        ),
        (
            {
                "kind": "RANGE",
                "value": None,
                "low": 1174,
                "high": 8800,
                "unit": "GPUs",
                "direction": "none",
            },
            "1,174–8,800\u00a0GPUs",
        ),
        (
            {"kind": "ABSOLUTE", "unit": "unspecified", "direction": "none"},
            "40\u00a0(no unit stated)",
        ),
    ],
)
def test_a_claim_is_said_with_its_bound_its_digits_and_its_direction(fields, words):
    assert claim_words.said(make_claim(**fields)) == words


def test_a_claim_without_a_direction_says_none(client):
    claim = make_claim(kind="ABSOLUTE", direction="none")

    assert "(none)" not in text_of(client.get(claim.get_absolute_url()))


# Charts


def signs(**fields) -> list[str]:
    drawn = claim_charts.drawn([make_claim(**fields)])
    return [symbol for row in drawn.panels[0].rows for _, symbol in row.marks]


def test_a_bound_points_to_the_values_that_it_leaves():
    """40 % less is 0.6 of the baseline: up to that much lies right of it, at least left."""
    more = {"direction": "increase"}

    assert signs() == ["circle"]
    assert signs(is_upper_bound=True) == ["triangle-right"]
    assert signs(is_lower_bound=True) == ["triangle-left"]
    assert signs(is_upper_bound=True, **more) == ["triangle-left"]
    assert signs(is_lower_bound=True, **more) == ["triangle-right"]
    level = {"kind": "ABSOLUTE", "unit": "t", "direction": "none"}
    assert signs(is_upper_bound=True, **level) == ["triangle-left"]
    assert signs(is_lower_bound=True, **level) == ["triangle-right"]
    ends = {"kind": "RANGE", "value": None, "low": 23, "high": 50}
    assert signs(is_upper_bound=True, **ends) == ["triangle-right", "circle"]


def test_a_figure_draws_each_claim_where_it_stands(client):
    make_claim(value=50, technique="QUANTISATION")
    make_claim(kind="RANGE", value=None, low=20, high=60, technique="ROUTING")

    (panel,) = client.get("/claims/data.json", {"topic": "energy"}).json()["panels"]

    marks = {
        trace["meta"]["family"]: trace["x"]
        for trace in panel["figure"]["data"]
        if trace["meta"]["style"] == "claim_mark"
    }
    assert marks == {"compression": [0.5], "use": [pytest.approx(0.4), pytest.approx(0.8)]}
    assert panel["claims"] == 2


def test_hostile_words_stay_words(client):
    source = make_source(title=CANARY, summary=CANARY)
    make_claim(source=source, subject=CANARY, baseline=CANARY, unit="%", note="=1+1", task=CANARY)

    pages = [
        text_of(client.get(path))
        for path in ("/claims/", "/claims/?topic=energy", f"/sources/{source.slug}/", "/sources/")
    ]

    assert all(CANARY not in page and "&lt;img" in page for page in pages)
    (row,) = rows_of(client)
    assert row["note"] == "'=1+1"


# Questions


def test_words_years_and_choices_narrow_the_sources(client):
    make_source(title="Early exits of speech", year=2019, categories=["early-exit"], role="method")
    make_source(title="Late exits", year=2023, summary="Of speech too", kind="DATASET")
    make_source(title="Undated speech", year=None)

    def titles(**query):
        page = text_of(client.get("/sources/", query))
        return set(re.findall(r'role="rowheader"><a href=".+?">(.+?)</a>', page))

    assert titles(q="speech") == {"Early exits of speech", "Late exits", "Undated speech"}
    assert titles(q="speech exits") == {"Early exits of speech", "Late exits"}
    assert titles(year_from=2020) == {"Late exits"}
    assert titles(year_to=2020) == {"Early exits of speech"}
    assert titles(kind="DATASET") == {"Late exits"}
    assert titles(category="early-exit") == titles(role="method") == {"Early exits of speech"}
    assert titles(collection="literature") == {"Early exits of speech"}
    assert titles(q="nothing like it") == set()


def test_a_facet_counts_what_its_values_would_leave(client):
    make_claim(technique="ROUTING")
    make_claim(technique="ROUTING", quantity="cost")
    make_claim(technique="CACHING", quantity="cost")

    facets = api(client, "facets/claims/", topic="cost", technique="routing")

    counts = {
        name: {option["value"]: option["count"] for option in facets["facets"][name]}
        for name in ("topic", "technique")
    }
    assert counts == {"topic": {"energy": 1, "cost": 1}, "technique": {"routing": 1, "caching": 1}}
    assert facets["count"] == 1


@pytest.mark.parametrize("path", ["/sources/", "/claims/", "/claims/data.csv", "/claims/data.json"])
@pytest.mark.parametrize(
    "query",
    [
        "q=%00",
        "kind=nothing",
        "topic=%00&technique=x",
        "year_from=%C2%B2%C2%B2%C2%B2%C2%B2&year_to=99999",
        "category=%27%3B",
        "page=x",
        "page=99999999999999999999",
        "q=" + "a+" * 500,
        "year_from=0000",
    ],
)
def test_odd_questions_are_answered(client, path, query):
    make_claim()

    assert client.get(f"{path}?{query}").status_code == 200


def test_what_is_not_understood_is_told(client):
    page = text_of(client.get("/claims/", {"topic": "<b>", "technique": "routing"}))

    assert "topic=&lt;b&gt;" in page
    assert "technique=routing" not in page.partition("Not understood")[2].partition("</p>")[0]


def test_a_choice_is_kept_when_turning_pages(client):
    for _ in range(101):
        make_claim(technique="ROUTING")

    first = text_of(client.get("/claims/", {"technique": "routing"}))

    assert "?page=2&amp;technique=routing" in first
    assert first.count('scope="row"') == 100
    second = text_of(client.get("/claims/", {"technique": "routing", "page": 2}))
    assert second.count('scope="row"') == 1


@pytest.mark.parametrize("path", ["/sources/", "/claims/", "/claims/?topic=energy", "/methods/"])
def test_a_page_takes_as_many_queries_for_many_rows_as_for_few(client, path):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            text_of(client.get(path))
        return len(asked)

    make_claim()
    few = queries()
    for _ in range(20):
        make_claim()
        make_method(kind="ROUTING")

    assert queries() == few <= 10


# API


def test_the_api_pages_through_the_claims_under_its_choices(client):
    ours = make_claim(technique="ROUTING", is_upper_bound=True)
    for _ in range(2):
        make_claim(source=ours.source, technique="ROUTING", is_upper_bound=True)
    make_claim(technique="ROUTING")

    seen, address = [], "claims/?technique=routing&bound=upper&limit=2"
    while address:
        answer = api(client, address)
        seen += [claim["id"] for claim in answer["results"]]
        address = (answer["next"] or "").partition("/api/v1/")[2]

    assert seen == sorted(seen)
    assert len(seen) == 3
    assert len(api(client, "claims/", source=ours.source.slug)["results"]) == 3


@pytest.mark.parametrize(
    "query", ["topic=nothing", "year_from=abc", "technique=ROUTING", "colour=1"]
)
@pytest.mark.parametrize("address", ["claims/", "facets/claims/"])
def test_the_api_refuses_choices_that_it_does_not_know(client, address, query):
    answer = api(client, f"{address}?{query}", 400)

    assert answer["errors"][0]["column"] == query.partition("=")[0]


def test_a_claim_that_is_not_there_is_404(client):
    assert api(client, f"claims/{2**70}/", 404)["code"]
    assert api(client, "claims/1/", 404)["code"]


def test_methods_are_asked_for_by_kind(client):
    make_method("Router", kind="ROUTING")
    make_method("Cache", kind="CACHING")

    assert [row["name"] for row in api(client, "methods/", kind="ROUTING")["results"]] == ["Router"]
    assert api(client, "methods/", 400, kind="routing")


# Methods and boards


def test_a_method_shows_the_claims_about_its_kind(client):
    make_claim(subject="Router A", technique="ROUTING")
    make_claim(subject="Cache B", technique="CACHING")
    method = make_method("My router", kind="ROUTING")

    page = text_of(client.get(method.get_absolute_url()))

    assert "Router A" in page
    assert "Cache B" not in page
    assert "Router A" not in text_of(client.get(make_method(kind="OTHER").get_absolute_url()))


def test_a_board_is_narrowed_to_a_kind_of_techniques(client):
    board = make_board("quality", "cost")
    make_entry(
        board, model="Small", method=make_method("AWQ", kind="QUANTISATION"), quality=0.5, cost=1
    )
    make_entry(
        board,
        model="Large",
        method=make_method("SpecDec", kind="SPECULATIVE_DECODING"),
        quality=0.9,
        cost=9,
    )
    refresh(board)

    page = text_of(client.get(board.get_absolute_url(), {"technique": "speculative-decoding"}))

    assert "1 of 2 entries" in page
    assert '<input type="checkbox" name="technique" value="quantisation" form="view">' in page
    found = api(client, f"boards/{board.slug}/entries/", technique="quantisation")["results"]
    assert [row["model"]["name"] for row in found] == ["Small"]


@pytest.mark.django_db(transaction=True)
def test_kinds_of_methods_from_before_the_list_are_kept():
    """Forward over a database that has the old words."""
    before = [("leaderboard", "0001_initial")]
    executor = MigrationExecutor(connection)
    latest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "leaderboard"]
    executor.migrate(before)
    try:
        old = executor.loader.project_state(before).apps.get_model("leaderboard", "Method")
        for slug, kind in (("a", "attention kernel"), ("b", "quantisation"), ("c", "my own")):
            old.objects.create(slug=slug, name=slug, kind=kind)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(latest)

    assert dict(Method.objects.values_list("slug", "kind")) == {
        "a": "ATTENTION",
        "b": "QUANTISATION",
        "c": "OTHER",
    }


def test_facts_have_no_role_and_papers_have_one(shipped):
    assert Source.objects.filter(role="").count() == Source.objects.count() - 119
