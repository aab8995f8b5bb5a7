"""The pages of models, devices, methods and tasks, their lists and the home page."""

import itertools
import re
import time
from random import Random

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from leaderboard import holdings, trade_offs
from leaderboard.cache import tallied
from leaderboard.core import metrics
from leaderboard.models import AIModel, Entry, Estimate, ModelFact, Submission
from leaderboard.uses import Uses
from tests.builders import (
    make_board,
    make_entry,
    make_hardware,
    make_method,
    make_model,
    make_source,
    make_submission,
    make_task,
    refresh,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


def text_of(client, path, **query) -> str:
    answer = client.get(path, query)
    assert answer.status_code == 200, path
    return answer.content.decode()


def rows_of(page: str) -> list[str]:
    """The names in the first column of the last table."""
    return re.findall(r'scope="row">.*?<a href="[^"]*">(.*?)</a>', page.rpartition("<thead>")[2])


def queries_of(client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200, path
    return len(queries)


# The entries of a thing


@pytest.fixture
def crowd():
    """A device with 230 entries in two tasks; some lack the metric, many are tied."""
    random = Random(3)
    device, boards = make_hardware("Crowded"), [make_board(), make_board()]
    for number in range(230):
        energy = None if number % 7 == 0 else float(random.randint(1, 20))
        make_entry(
            boards[number % 3 == 0],
            hardware=device,
            model=f"M{number}",
            quality=random.randint(1, 9) / 10,
            energy=energy,
        )
    return device


def in_order(device, metric: str, *, best_is: int) -> list[int]:
    """The entries task by task in the order of their values, those without one last, by sorting."""
    values = dict(Estimate.objects.filter(metric=metric).values_list("entry", "value"))

    def place(entry):
        value = values.get(entry.pk)
        return entry.task_id, value is None, best_is * (value or 0), entry.pk

    return [entry.pk for entry in sorted(device.entries.all(), key=place)]


def test_the_pages_of_a_things_entries_are_all_of_them_in_order(client, crowd):
    sorts = {"": ("quality", -1), "node_energy": ("node_energy", 1)}
    for sort, (metric, sign) in (sorts | {"-node_energy": ("node_energy", -1)}).items():
        seen, sizes, query = [], [], f"?sort={sort}"
        while query:
            page = client.get(f"{crowd.get_absolute_url()}data.json{query}").json()
            seen += [entry["entry"] for entry in page["entries"]]
            sizes.append(len(page["entries"]))
            query = page["next"]

        assert sizes == [100, 100, 30]
        assert seen == in_order(crowd, metric, best_is=sign)


def test_entries_are_chosen_by_what_they_are_besides(client):
    device, board = make_hardware("H"), make_board()
    one, other = make_model("One"), make_model("Other")
    for model, method in itertools.product((one, other), (None, make_method("Quick"))):
        make_entry(board, model=model, method=method, hardware=device, quality=0.5, energy=1)

    page = text_of(client, device.get_absolute_url(), model=one.slug)

    assert rows_of(page) == ["One, 1 × H", "One, Quick, 1 × H"]
    assert f'<option value="{other.slug}">Other (2)</option>' in page
    asked = {"model": one.slug, "method": "none-such", "sort": "beauty", "after": "1~nan~2"}
    told = text_of(client, device.get_absolute_url(), **asked)
    for words in ("method=none-such", "sort=beauty", "after=1~nan~2"):
        assert words in told
    assert rows_of(told) == ["One, 1 × H", "One, Quick, 1 × H"]


ODD = [
    "",
    "\0",
    "-1",
    "1~2",
    "1~~",
    "~~",
    "1~1e999~3",
    "9" * 30 + "~~1",
    "١~~1",
    "a" * 5000,
    "²~1~1",
]


def test_odd_parameters_never_fail(client):
    board = make_board()
    entry = make_entry(board, quality=0.5, energy=1)
    things = (entry.model, entry.hardware, entry.method, board.task)
    paths = [thing.get_absolute_url() for thing in things]
    names = ("task", "model", "method", "hardware", "sort", "after")
    lists = ("q", "kind", "developer", "vendor", "used", "year_from", "sort", "page")
    for odd in ODD:
        for path in paths:
            for twin in ("", "data.json"):
                answer = client.get(path + twin, dict.fromkeys(names, odd))
                assert answer.status_code == 200, (path, odd)
        for path in ("/models/", "/hardware/", "/methods/", "/tasks/"):
            assert client.get(path, dict.fromkeys(lists, odd)).status_code == 200, (path, odd)


def test_what_is_not_published_stays_out_of_every_count(client):
    board = make_board()
    model = make_model("Seen")
    make_entry(board, model=model, quality=0.5, energy=1)
    held = make_submission(state=Submission.State.HELD)
    secret = make_entry(
        board, model=model, hardware=make_hardware("Secret"), submission=held, quality=0.9, energy=1
    )
    refresh(board)

    page = text_of(client, model.get_absolute_url())

    assert '<h2 id="uses">1 entry</h2>' in page
    assert secret.get_absolute_url() not in page
    assert "Secret" not in page
    assert holdings.counted().of["model"] == {model.pk: 1}
    assert rows_of(text_of(client, "/hardware/", used="yes")) == []


# Where a thing stands


def beaten(point, other, directions) -> bool:
    """Whether the other is nowhere worse and somewhere better, by definition."""
    turned = [(a * d, b * d) for a, b, d in zip(point, other, directions, strict=True)]
    return all(b >= a for a, b in turned) and any(b > a for a, b in turned)


@pytest.mark.parametrize("seed", range(4))
def test_standings_agree_with_the_definition_of_dominance(seed):
    random = Random(seed)
    board = make_board("quality", "node_energy", "cost")
    directions = [metrics.get(slug).better for slug in board.metrics]
    models = [make_model(f"M{number}") for number in range(5)]
    points = {}
    for model in models:
        for _ in range(6):
            point = (random.randint(1, 9) / 10, random.randint(1, 9), random.randint(1, 9))
            quality, energy, cost = point
            entry = make_entry(
                board,
                model=model,
                hardware=make_hardware(),
                quality=quality,
                energy=energy,
                cost=cost,
            )
            points[entry.pk] = point
    refresh(board)
    first = {
        key
        for key, point in points.items()
        if not any(beaten(point, other, directions) for other in points.values())
    }

    for model in models:
        own = set(model.entries.values_list("pk", flat=True))
        [standing] = trade_offs.standings(model.entries.all())
        assert {placed.entry for placed in standing.first} == own & first
        if standing.first:
            assert standing.dominating == []
        elif standing.nearest:
            point = points[standing.nearest.entry]
            ahead = {key for key in first if beaten(point, points[key], directions)}
            assert {placed.entry for placed in standing.dominating} == ahead != set()
            assert standing.rival is not None
            assert standing.rival[2] == len(ahead) - 1


def test_a_page_tells_frontiers_rivals_and_what_is_lacking(client):
    won, lost, unranked = (make_board(title=title) for title in ("Won", "Lost", "Unranked"))
    model, better = make_model("Mine"), make_model("Better")
    make_entry(won, model=model, quality=0.9, energy=1)
    make_entry(lost, model=model, quality=0.5, energy=5)
    make_entry(lost, model=better, quality=0.6, energy=4)
    make_entry(unranked, model=model, quality=0.5)
    make_entry(unranked, model=better, quality=0.5, energy=3)
    for board in (won, lost, unranked):
        refresh(board)

    page = text_of(client, model.get_absolute_url())
    section = page.partition('id="boards"')[2].partition("</section>")[0]

    assert section.startswith(">On 1 frontier<")
    assert f'href="{won.get_absolute_url()}?model={model.slug}"' in section
    assert re.search(r"Beaten outright by <a [^>]*>Better</a>: quality 60.0\s%", section)
    assert "No entry of it has node energy, which the board ranks by." in section
    boards = client.get(f"{model.get_absolute_url()}data.json").json()["boards"]
    layers = {one["board"]: one["layer"] for one in boards}
    assert layers == {won.slug: 1, lost.slug: 2, unranked.slug: None}


def test_a_task_tells_its_unit_its_measure_and_what_it_was_done_with(client):
    board = make_board(task=make_task("Trivia", summary="Short questions."))
    model = make_model("Owl")
    make_entry(board, model=model, quality=0.5, energy=1)
    refresh(board)

    page = text_of(client, board.task.get_absolute_url())

    assert "one question answered" in page
    assert "share of questions answered correctly" in page
    assert f'href="{board.get_absolute_url()}?model={model.slug}">Owl</a>' in page
    assert f'href="?model={model.slug}#entries"' in page
    twin = client.get(f"{board.task.get_absolute_url()}data.json").json()
    assert twin["facets"]["model"] == [{"value": model.slug, "label": "Owl", "count": 1}]
    assert twin["entries"][0]["values"]["quality"] == {
        **{"value": 0.5, "low": 0.5, "high": 0.5, "unit": "1"},
        "origin": "SENSED",
    }


def test_a_model_tells_each_figure_with_its_source_and_the_range_of_prices(client):
    source, shop = make_source(title="Model card"), make_source(title="Price list")
    model = make_model("Owl", parameters_total=8.2e9, source=source, has_open_weights=True)
    for number, price in enumerate((2e-6, 3e-6)):
        ModelFact.objects.create(
            model=model,
            kind="INPUT_PRICE",
            value=price,
            low=price,
            high=price,
            seller=f"Shop {number}",
            written="owl",
            dated=f"2026-0{number + 1}",
            citation="Shop’s page",
            source=shop,
        )

    page = text_of(client, model.get_absolute_url())

    specified = dict(re.findall(r'scope="row">(\w+)</th><td>(.*?)</td>', page))
    assert specified["Parameters"] == "8.20\u00a0B"
    assert specified["Weights"] == "open"
    assert page.count(f'<a href="{source.get_absolute_url()}">Model card</a>') == 2
    assert "2.00 to 3.00 USD per million tokens" in page
    assert "2 figures of 1 source, 2026-01 to 2026-02" in page
    twin = client.get(f"{model.get_absolute_url()}data.json").json()
    assert [fact["value"] for fact in twin["facts"]] == [3e-6, 2e-6]


# Queries


def test_the_pages_of_things_take_as_many_queries_whatever_there_is(client):
    def fill(number):
        for _ in range(number):
            board = make_board()
            make_entry(board, model=model, hardware=device, method=method, quality=0.5, energy=9)
            make_entry(board, quality=0.6, energy=8)
            refresh(board)

    model, device, method = make_model("M"), make_hardware("D"), make_method("W")
    paths = [thing.get_absolute_url() for thing in (model, device, method)]
    fill(2)
    few = {path: queries_of(client, path) for path in paths}
    fill(8)

    assert {path: queries_of(client, path) for path in paths} == few
    assert max(few.values()) <= 18


@pytest.mark.parametrize("path", ["/models/", "/hardware/", "/methods/", "/tasks/"])
def test_lists_take_as_many_queries_whatever_there_is(client, path):
    def fill(number):
        for _ in range(number):
            board = make_board()
            make_entry(
                board,
                model=make_model(developer="X"),
                hardware=make_hardware(),
                method=make_method(),
                quality=0.5,
                energy=9,
            )

    fill(2)
    queries_of(client, path)
    few = queries_of(client, path)
    fill(10)
    cache.clear()
    queries_of(client, path)

    assert queries_of(client, path) == few <= 14


# Lists


def test_models_are_filtered_and_sorted(client):
    board = make_board()
    owl = make_model("Owl", developer="Birds", parameters_total=7e9, released="2024-05")
    make_model("Eagle", developer="Birds", parameters_total=70e9, released="2025")
    make_model("Carp", developer="Fish", aliases=["fishy-1"], has_open_weights=True)
    make_entry(board, model=owl, quality=0.5, energy=1)

    assert rows_of(text_of(client, "/models/")) == ["Owl", "Carp", "Eagle"]
    assert rows_of(text_of(client, "/models/", developer="Birds", sort="name")) == ["Eagle", "Owl"]
    assert rows_of(text_of(client, "/models/", q="fishy")) == ["Carp"]
    assert rows_of(text_of(client, "/models/", weights="open")) == ["Carp"]
    assert rows_of(text_of(client, "/models/", used="yes")) == ["Owl"]
    assert rows_of(text_of(client, "/models/", year_from="2025")) == ["Eagle"]
    assert rows_of(text_of(client, "/models/", sort="-parameters")) == ["Eagle", "Owl", "Carp"]
    assert rows_of(text_of(client, "/models/", sort="released")) == ["Owl", "Eagle", "Carp"]
    told = text_of(client, "/models/", developer="Nobody", sort="x", page="0", weights="half")
    for words in ("developer=Nobody", "sort=x", "page=0", "weights=half"):
        assert words in told
    assert "/search/?q=owlx" in text_of(client, "/models/", q="owlx")


def test_devices_methods_and_tasks_are_filtered(client):
    make_hardware("Fast", vendor="One", kind="GPU", tdp_w=700, released="2024")
    make_hardware("Slow", vendor="Two", kind="SOC", tdp_w=30)
    make_method("Shrink", kind="QUANTISATION")
    make_method("Skip", kind="CACHING")
    make_task("Chat", kind="GENERATION")
    make_task("Quiz")

    assert rows_of(text_of(client, "/hardware/", vendor="One")) == ["Fast"]
    assert rows_of(text_of(client, "/hardware/", kind="SOC")) == ["Slow"]
    assert rows_of(text_of(client, "/hardware/", sort="-power")) == ["Fast", "Slow"]
    methods = text_of(client, "/methods/", kind="CACHING")
    assert "Skip" in methods
    assert "Shrink" not in methods
    assert rows_of(text_of(client, "/tasks/", q="chat")) == ["Chat"]
    assert rows_of(text_of(client, "/tasks/", kind="ANSWERING")) == ["Quiz"]


def test_a_list_of_ten_thousand_has_pages(client):
    AIModel.objects.bulk_create(
        AIModel(slug=f"m{number}", name=f"M {number:05}", developer=f"D{number % 900}")
        for number in range(10_000)
    )

    second = text_of(client, "/models/", sort="name", page="2")

    assert rows_of(second)[0] == "M 00100"
    assert len(rows_of(second)) == 100
    assert "Page 2 of 100" in second
    assert 'href="?page=3&sort=name"' in second.replace("&amp;", "&")
    assert second.count("<option") < 400


def test_uses_of_nothing_are_empty():
    uses = Uses(Entry.objects.none(), QueryDict())

    assert (uses.total, uses.rows, uses.columns, uses.next_place) == (0, [], [], None)


# Home


def test_home_counts_what_is_published_and_says_the_finding(client):
    board = make_board(title="Trivia")
    device, model = make_hardware("H"), make_model("Owl")
    make_entry(board, model=model, hardware=device, quality=0.9, energy=(9, 10, 11))
    make_entry(board, model="Mouse", hardware=device, quality=0.4, energy=1)
    make_entry(
        board,
        model="Mole",
        submission=make_submission(state=Submission.State.HELD),
        quality=0.99,
        energy=1,
    )
    refresh(board)

    page = text_of(client, "/")

    assert "<dd>2 entries on" in page
    assert "2 published runs" in page
    assert "2 with entries</a>, 3 known" in page
    assert "1 with entries</a>, 1 known" in page
    # The energy of one has bounds, and the intelligence per joule that follows: two of six.
    assert "33 % of values" in page
    assert "Mole" not in page
    [finding] = re.findall(r'<p class="finding">(.*?)</p>', page)
    assert finding.replace("\u00a0", " ").startswith(
        "Mouse, 1 × H reaches 40.0 % quality for 1.00 J"
    )
    assert "10 times the node energy" in finding.replace("\u00a0", " ")


def test_home_names_those_who_came_to_a_frontier(client):
    board = make_board(title="Trivia")
    make_entry(board, model="Old", quality=0.5, energy=5)
    refresh(board)
    names = ["Newcomer", "Second", "Third", "Fourth", "Fifth"]
    for place, name in enumerate(names):
        make_entry(board, model=name, quality=0.9 - place / 100, energy=9 - place)
    refresh(board)

    page = text_of(client, "/").partition("Latest changes")[2].partition("Send a result")[0]

    assert re.findall(r'<a href="/entries/\d+/">(.*?)</a>', page) == [*names[:4], "Old"]
    assert "and 1 more entered the frontier" in page
    # The same words as in the log.
    moved = re.findall(r"<p>(.*?)</p></li>", page)
    assert moved == re.findall(r"<p>(.*?)</p></li>", text_of(client, "/changes/?kind=frontier")) + [
        one for one in moved if "opened with" in one
    ]
    assert "opened with 1 entry on the frontier" in page


def test_home_is_sent_again_only_when_something_changed(client):
    boards = [make_board() for _ in range(8)]
    for board in boards:
        make_entry(board, quality=0.5, energy=5)
        make_entry(board, quality=0.7, energy=9)
        refresh(board)
    tag = client.get("/")["ETag"]

    with CaptureQueriesContext(connection) as queries:
        same = client.get("/", headers={"if-none-match": tag})
    assert same.status_code == 304
    assert len(queries) <= 4
    client.get("/")
    assert queries_of(client, "/") <= 4

    make_entry(boards[7], quality=0.9, energy=1)
    refresh(boards[7])
    assert client.get("/", headers={"if-none-match": tag}).status_code == 200
    client.cookies["theme"] = "dark"
    assert client.get("/", headers={"if-none-match": tag}).status_code == 200


# Large stores


def test_very_many_entries_are_listed_as_they_came_and_all_of_them(client, crowd, monkeypatch):
    monkeypatch.setattr("leaderboard.uses.LARGE", 200)
    seen, query = [], "?sort=quality&model=x"
    page = client.get(f"{crowd.get_absolute_url()}data.json{query}").json()
    told = page["ignored"]
    while query:
        page = client.get(f"{crowd.get_absolute_url()}data.json{query}").json()
        seen += [entry["entry"] for entry in page["entries"]]
        query = page["next"]

    assert seen == sorted(crowd.entries.values_list("pk", flat=True))
    assert page["total"] == 230
    assert [words.partition(":")[0] for words in told] == ["model", "sort=quality"]
    assert "too many to sort here" in text_of(client, crowd.get_absolute_url())


def test_a_slow_count_is_kept_for_a_while_and_a_quick_one_until_something_changed():
    def slow():
        time.sleep(0.15)
        return "slow"

    counts = iter("abc")

    assert [tallied("quick", state, lambda: next(counts)) for state in (1, 1, 2)] == ["a", "a", "b"]
    assert tallied("slow", 1, slow) == "slow"
    assert tallied("slow", 2, lambda: "new") == "slow"
