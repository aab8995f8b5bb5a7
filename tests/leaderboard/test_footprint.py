"""The footprint explorer: its page, what can be taken away, and the same through the API."""

import csv
import io
import json
import re
from random import Random
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from leaderboard.models import Composition, Factor, HardwareFact, Task
from tests.builders import make_board, make_entry, make_hardware, make_model, make_task

pytestmark = pytest.mark.django_db
PAGE, API = "/footprint/", "/api/v1/footprint/"


@pytest.fixture
def catalogue():
    """The studied device as its sources describe it, a bare one, two grids and three trainings."""
    a100 = make_hardware(
        "A100 SXM4 40GB", slug="nvidia-a100-sxm4-40gb", bf16_flops=312e12, tdp_w=400
    )
    make_hardware("Bare", slug="bare", bf16_flops=1e15)
    figures = [
        ("ANALYSED_MASS", 1.491, True),
        ("MODULE_MASS", 1.56, True),
        ("EMBODIED_CARBON", 126.775, True),
        ("EMBODIED_CARBON", 319, False),
        ("ABIOTIC_DEPLETION", 0.0063421, True),
        ("DEVICE_HOUR_PRICE", 2, True),
    ]
    for number, (kind, value, is_preferred) in enumerate(figures):
        HardwareFact.objects.create(
            hardware=a100,
            kind=kind,
            value=value,
            low=value,
            high=value,
            is_preferred=is_preferred,
            citation=f"Source {number}",
        )
    parts = [
        ("GROUP", "heavy metals", "", 1.342, None, "derived: about 90 %"),
        ("GROUP", "toxic elements", "", None, 0.7955, "derived: up to 7 t for 8800 GPUs"),
        ("ELEMENT", "copper", "Cu", None, None, "rank 1 by mass, no figure found"),
        ("ELEMENT", "iron", "Fe", None, None, "rank 2 by mass, no figure found"),
        ("ELEMENT", "gold", "Au", None, None, "present, no figure found"),
    ]
    for level, part, element, mass, high, basis in parts:
        Composition.objects.create(
            hardware=a100,
            unit_name="A100",
            level=level,
            part=part,
            element=element,
            mass_kg=mass,
            high_kg=high,
            basis=basis,
            citation="The paper",
        )
    factors = [
        ("GRID_INTENSITY", "WORLD", 0.36 / 3.6e6),
        ("GRID_INTENSITY", "FRA", 0.036 / 3.6e6),
        ("PUE", "training-sites", 1.1),
    ]
    for kind, region, value in factors:
        Factor.objects.create(
            kind=kind,
            region=region,
            region_name=region.title(),
            valid_from="2025-01-01",
            value=value,
            low=value,
            high=value,
            citation="Statistics",
        )
    task = make_task("Training run", kind=Task.Kind.TRAINING, quality_metric="MMLU accuracy")
    board = make_board(task=task)
    for slug, name, compute, quality in [
        ("gpt-4", "GPT-4", 2.1e25, 0.864),
        ("gpt-3-5-davinci-002", "GPT-3.5", 2.578e24, 0.70),
        ("tiny", "Tiny", 3e20, 0.7),
    ]:
        make_entry(
            board,
            model=make_model(name, slug=slug),
            hardware=a100,
            origin="ESTIMATED",
            training_compute=compute,
            quality=quality,
        )
    return board


def page(client, query: str = "", status: int = 200) -> str:
    response = client.get(f"{PAGE}?{query}")
    assert response.status_code == status, response.content
    return response.content.decode()


def told(client, query: str = "", status: int = 200) -> dict:
    response = client.get(f"{API}?{query}")
    assert response.status_code == status, response.content
    return response.json()


def chosen(text: str) -> list[str]:
    """The outlined cell of each map."""
    return re.findall(r'chosen"><a [^>]*>(.*?)</a>', text)


# The numbers of the paper


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("run=gpt-4&mfu=0.20&life=1", "8,800"),
        ("run=gpt-4&mfu=20 %25&life=365 day", "8,800"),
        ("run=gpt-4&mfu=0.35&life=2", "2,515"),
        ("run=gpt-4", "2,515"),
        ("parameters=70e9&tokens=2e12", "122"),
        ("flop=8.4e23", "122"),
        ("flop=8.4e23 FLOP", "122"),
        ("run=gpt-4&mfu=0.5&life=3", "1,174"),
    ],
)
def test_the_page_shows_the_published_counts(client, catalogue, query, count):
    assert chosen(page(client, query)) == [count]


def test_the_page_tells_mass_saving_and_how_firmly_they_stand(client, catalogue):
    base = page(client, "run=gpt-4")
    tripled = page(client, "run=gpt-4&mfu=0.6&life=3&mfu_before=0.2&life_before=1")

    assert "3,750 kg of hardware" in base
    assert "The paper prints 2,515 for this scenario" in base
    assert "<strong>88.9 %</strong>" in tripled
    rows = dict(re.findall(r"/metrics/(\w+)/\">[^<]*</a></th>.*?class=\"mark\">(.*?)</span>", base))
    assert rows["gpu_lives"] == rows["material"] == "reconstructed"
    assert rows["embodied_carbon"] == "verified in data"
    assert rows["facility_energy"] == "verified in text"
    assert "from abstract" in base


def test_the_api_tells_the_same(client, catalogue):
    found = told(client, "run=gpt-4&mfu=0.35&life=2")
    run = found["runs"][0]

    assert run["printed_lives"] == 2515
    assert run["results"]["gpu_lives"]["value"]["value"] == pytest.approx(2514.1335, rel=1e-6)
    assert run["results"]["gpu_lives"]["badge"] == "reconstructed"
    assert run["material_of_printed"]["value"] == pytest.approx(3749.9, abs=0.05)
    assert run["published"]["count"] == 2515
    tripled = told(client, "run=gpt-4&mfu=0.6&life=3")
    assert tripled["saving"]["value"]["value"] == pytest.approx(0.88889, abs=5e-6)


def test_sources_that_disagree_give_the_range(client, catalogue):
    run = told(client, "run=gpt-4")["runs"][0]

    # The paper's low scenario is below, and its highest above, what the table estimates.
    assert run["compute"]["value"] == pytest.approx(1.7316e25)
    assert run["compute"]["low"] == pytest.approx(2.886e24)
    assert run["compute"]["high"] == pytest.approx(3.43e25)
    assert [source["value"]["value"] for source in run["compute_sources"]] == pytest.approx(
        [1.7316e25, 2.1e25]
    )
    carbon = run["results"]["embodied_carbon"]["value"]
    assert carbon["high"] / run["results"]["gpu_lives"]["value"]["high"] == pytest.approx(319)


def test_place_and_facility_are_the_readers_to_choose(client, catalogue):
    def carbon(query: str) -> float:
        run = told(client, f"flop=1e24&{query}")["runs"][0]
        return run["results"]["carbon"]["value"]["value"]

    assert carbon("grid=FRA") == pytest.approx(carbon("") / 10)
    assert carbon("intensity=720 g/kWh") == pytest.approx(2 * carbon(""))
    assert carbon("pue=2.2") == pytest.approx(2 * carbon(""))
    assert carbon("intensity=0 g/kWh") == 0


def test_material_per_point_of_quality(client, catalogue):
    (gain,) = told(client, "run=gpt-4&run=gpt-3-5-davinci-002")["gains"]

    lives = [6 * 222e9 * 13e12, 6 * 175e9 * 300e9]
    kg = [1.491 * flop / (312e12 * 0.35 * 2 * 31_536_000) for flop in lives]
    assert (gain["before"], gain["after"]) == ("GPT-3.5", "GPT-4")
    assert gain["points"] == pytest.approx(16.4)
    assert gain["material_per_point"]["value"]["value"] == pytest.approx((kg[0] - kg[1]) / 16.4)


def test_no_quality_gained_is_infinite_and_said(client, catalogue):
    query = "run=tiny&run=gpt-3-5-davinci-002"
    (gain,) = told(client, query)["gains"]

    assert (gain["material_per_point"]["state"], gain["material_per_point"]["value"]) == (
        "infinite",
        None,
    )
    assert "no quality is gained" in page(client, query)


# What a device is made of


def test_without_masses_the_page_says_so_and_gives_bounds(client, catalogue):
    text = page(client, "run=gpt-4")
    found = told(client, "run=gpt-4")
    copper, iron, gold = found["elements"]

    assert "Masses of single elements are not published" in text
    assert copper["per_device"] is None
    assert copper["per_device_low"] == pytest.approx(1.491 / 32)
    assert iron["per_device_high"] == pytest.approx(1.491 / 2)
    assert gold["per_device_high"] == pytest.approx(1.491 / 3)
    classes = {each["slug"]: each for each in found["classes"]}
    assert classes["toxic"]["per_device"]["high"] == 0.7955
    assert classes["toxic"]["badge"] == "from abstract"
    assert classes["precious"]["per_device"] is None
    assert classes["rohs"]["source"].endswith("(RoHS)")


def test_T01l_8800_devices_hold_at_most_seven_tonnes_of_toxic_elements(client, catalogue):
    text = page(client, "flop=1.7316e25&mfu=0.2&life=1")

    assert "at most 7,000" in text


def test_a_table_of_ones_own_gives_masses_and_classes(client, catalogue):
    found = told(client, "flop=1e24&composition=Cu:716g,Pb:2g,Au:0.3g")
    lives = found["runs"][0]["results"]["gpu_lives"]["value"]["value"]

    masses = {each["element"]: each["runs"][0]["value"] for each in found["elements"]}
    assert masses == pytest.approx({"Cu": 0.716 * lives, "Pb": 0.002 * lives, "Au": 0.0003 * lives})
    classes = {each["slug"]: each["runs"][0]["value"] for each in found["classes"]}
    assert classes["toxic"] == pytest.approx(0.718 * lives)
    assert classes["precious"] == pytest.approx(0.0003 * lives)


def test_a_file_becomes_a_part_of_the_address_and_is_not_kept(client, catalogue):
    file = SimpleUploadedFile("mine.csv", b"element,mass (g)\nCu,716\nAu,0.3\n")
    response = client.post(f"{PAGE}table/?run=tiny&mfu=0.2", {"table": file})

    assert response.status_code == 303
    assert (
        response["Location"] == "/footprint/?run=tiny&mfu=0.2&composition=Cu:716g,Au:0.3g#made-of"
    )
    assert "By your own table" in client.get(response["Location"]).content.decode()
    assert not response.cookies


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"element,mass\nCu,1\n", "Say the unit in the first line"),
        (b"element,mass (g)\nZz,1\n", "is no symbol of an element"),
        (b"\xff\xfe", "not text in UTF-8"),
        (b"", "The table was not read"),
    ],
)
def test_a_file_that_cannot_be_read_is_told(client, catalogue, content, said):
    file = SimpleUploadedFile("mine.csv", content)

    response = client.post(f"{PAGE}table/?run=tiny", {"table": file})

    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_form_without_a_file_is_told(client, catalogue):
    assert client.post(f"{PAGE}table/", {}).status_code == 422
    assert client.get(f"{PAGE}table/").status_code == 405


def test_shares_of_a_device_without_a_mass_are_told(client, catalogue):
    text = page(client, "hardware=bare&composition=Cu:48%25")

    assert "the mass of this device is not published" in text


# What can't be used

IMPOSSIBLE = [
    ("mfu", "0"),
    ("mfu", "-0.2"),
    ("mfu", "35"),
    ("mfu", "nan"),
    ("life", "0"),
    ("life", "1e9"),
    ("utilisation", "1.5"),
    ("flop", "0"),
    ("flop", "-1e24"),
    ("flop", "inf"),
    ("flop", "1e300"),
    ("flop", "1e999"),
    ("parameters", "-1"),
    ("tokens", "nan"),
    ("pue", "0.5"),
    ("intensity", "-4 g/kWh"),
    ("life_before", "0"),
    ("mfu_before", "2"),
]
UNREADABLE = [
    ("mfu", "many"),
    ("mfu", "0,35"),
    ("life", "2 kg"),
    ("flop", "2.1e25 J"),
    ("flop", "9**9**9"),
    ("intensity", "400"),
    ("grid", "NOWHERE"),
    ("hardware", "nothing"),
    ("run", "nothing"),
    ("composition", "Cu:716"),
    ("composition", "Cu"),
]


@pytest.mark.parametrize(("name", "given"), IMPOSSIBLE)
def test_a_number_that_cannot_be_true_is_flagged_and_what_follows_is_missing(
    client, catalogue, name, given
):
    text = page(client, f"{name}={given}")
    found = client.get(f"{PAGE}data.json?{name}={given}").json()

    assert f"<code>{name}={given}</code>" in text
    assert "What follows from it is missing" in text
    states = [result for run in found["runs"] for result in run["results"].values()]
    assert any(
        result["state"] == "missing" and result["is_data_error"]
        for result in [*states, found["saving"]]
    )


@pytest.mark.parametrize(("name", "given"), UNREADABLE)
def test_what_cannot_be_read_is_ignored_and_said(client, catalogue, name, given):
    text = page(client, f"{name}={given}")

    assert f"<code>{name}={escape(given)}</code>" in text
    assert "It is ignored." in text
    assert chosen(text)[0] == "2,515"


@pytest.mark.parametrize(("name", "given"), [*IMPOSSIBLE, *UNREADABLE])
def test_the_api_refuses_an_input_by_name(client, catalogue, name, given):
    problem = told(client, f"{name}={given}", status=422)

    assert problem["code"] == "input.invalid"
    assert name in [error["column"] for error in problem["errors"]]


def test_a_parameter_that_there_is_not_is_another_fault_than_an_input(client, catalogue):
    problem = told(client, "colour=green&mfu=2", status=400)

    assert [(error["code"], error["column"]) for error in problem["errors"]] == [
        ("parameter.unknown", "colour")
    ]


def test_more_than_four_runs_are_said(client, catalogue):
    query = "run=gpt-4&run=gpt-3-5-davinci-002&run=tiny&flop=1e24&flop=2e24"

    assert len(chosen(page(client, query))) == 4
    assert "at most 4 runs" in page(client, query)
    assert told(client, query, status=422)["errors"][0]["column"] == "run"


def test_half_a_pair_is_missing_and_no_error(client, catalogue):
    (run,) = told(client, "parameters=70e9")["runs"]

    lives = run["results"]["gpu_lives"]
    assert (lives["state"], lives["is_data_error"]) == ("missing", False)
    assert "the number of tokens is not known" in page(client, "parameters=70e9")


def test_the_compute_of_parameters_and_tokens_is_told(client, catalogue):
    # 6 × 70e9 × 2e12.
    assert "8.40\u00a0×\u00a010²³ FLOP</caption>" in page(client, "parameters=70e9&tokens=2e12")


def test_where_nothing_can_be_worked_out_the_page_says_so(client, catalogue):
    assert "No quantity can be worked out" in page(client, "run=gpt-4&mfu=7")
    assert "No quantity can be worked out" not in page(client, "run=gpt-4")


def test_the_saving_leads_to_the_scenario_that_contradicts_the_abstract(client, catalogue):
    text = page(client, "run=gpt-4&mfu=0.3")
    found = re.search(r'href="\?([^"]*)">20 to 60 %', text)
    assert found
    address = found[1].replace("&amp;", "&")

    assert "<strong>88.9 %</strong>" in page(client, address.replace("&amp;", "&"))


def test_a_device_of_which_little_is_published_gives_what_follows(client, catalogue):
    (run,) = told(client, "hardware=bare&flop=1e24")["runs"]

    states = {slug: result["state"] for slug, result in run["results"].items()}
    assert states["gpu_lives"] == "value"
    assert {slug for slug, state in states.items() if state == "missing"} == {
        "material",
        "abiotic_depletion",
        "embodied_carbon",
        "carbon",
        "facility_energy",
        "cost",
    }
    assert "the device’s mass is not known" in page(client, "hardware=bare&flop=1e24")


@pytest.mark.parametrize("seed", range(12))
def test_odd_questions_are_answered(client, catalogue, seed):
    random = Random(seed)
    names = ["run", "flop", "parameters", "tokens", "hardware", "mfu", "life", "pue", "grid"]
    names += ["utilisation", "intensity", "composition", "mfu_before", "life_before", "x\0", "é"]
    given = [
        "",
        "0",
        "-1",
        "1e308",
        "1e-308",
        "nan",
        "∞",
        "gpt-4",
        "\0",
        "<b>",
        "Cu:1g",
        "5 %",
        "²",
    ]
    query = {random.choice(names): random.choice(given) for _ in range(random.randint(1, 6))}

    for path in (PAGE, f"{PAGE}data.json", f"{PAGE}data.csv", f"{PAGE}figure.svg"):
        assert client.get(path, query).status_code == 200
    assert client.get(API, query).status_code in (200, 400, 422)


def test_hostile_names_are_text(client, catalogue):
    canary = "<img src=x onerror=alert(1)>"
    make_entry(catalogue, model=make_model(canary, slug="canary"), training_compute=1e24)

    for path in (PAGE, f"{PAGE}figure.svg"):
        text = client.get(f"{path}?run=canary&flop={canary}").content.decode()
        assert escape(canary) in text
        assert canary not in text


def test_an_empty_site_has_the_page(client):
    assert "GPT-4" in page(client)


@pytest.mark.parametrize("metric", ["material", "gpu_lives", "embodied_carbon"])
def test_the_metrics_of_material_lead_to_the_explorer(client, metric):
    main = client.get(f"/metrics/{metric}/").content.decode().partition("<main")[2]

    assert 'href="/footprint/"' in main


# Taking it away


def test_the_csv_has_every_quantity_with_its_unit(client, catalogue):
    response = client.get(f"{PAGE}data.csv?run=gpt-4&run=tiny&life=0")
    lines = list(csv.DictReader(io.StringIO(response.content.decode())))

    assert {line["run"] for line in lines if line["quantity"] == "material"} == {"GPT-4", "Tiny"}
    mass = next(line for line in lines if line["quantity"] == "material")
    assert (mass["state"], mass["value"], mass["unit"]) == ("missing", "", "kg")
    assert "life" in mass["reason"]


def test_the_csv_is_safe_to_open_in_a_spreadsheet(client, catalogue):
    make_entry(catalogue, model=make_model("=1+1", slug="evil"), training_compute=1e24)

    assert "\r\n'=1+1," in client.get(f"{PAGE}data.csv?run=evil").content.decode()


def test_the_figure_is_an_svg_that_stands_alone(client, catalogue):
    response = client.get(f"{PAGE}figure.svg?run=gpt-4")

    assert response["Content-Type"].startswith("image/svg+xml")
    root = ElementTree.fromstring(response.content)
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"8,800", "2,515", "Hardware used up"} <= set(words)
    assert b"var(" not in response.content


@pytest.mark.parametrize(("form", "kind"), [("csv", "text/csv"), ("svg", "image/svg+xml")])
def test_the_api_gives_csv_and_figure_too(client, catalogue, form, kind):
    response = client.get(f"{API}?run=gpt-4&format={form}")

    assert response.status_code == 200
    assert response["Content-Type"].startswith(kind)


def post(client, body, status: int = 200) -> dict:
    response = client.post(API, json.dumps(body), content_type="application/json")
    assert response.status_code == status, response.content
    return response.json()


def test_a_body_asks_the_same_question(client, catalogue):
    body = {
        "run": ["gpt-4"],
        "flop": 1e24,
        "mfu": 0.2,
        "life": "1 year",
        "composition": [
            {"element": "Cu", "value": 716, "unit": "g"},
            {"element": "Au", "value": 0.3, "unit": "g"},
        ],
    }
    by_address = told(client, "run=gpt-4&flop=1e24&mfu=0.2&life=1&composition=Cu:716g,Au:0.3g")
    by_body = post(client, body)

    for answer in (by_address, by_body):
        answer["runs"][1].pop("name")
    assert by_body == by_address


@pytest.mark.parametrize(
    ("body", "column", "status"),
    [
        ([], "", 400),
        ("gpt-4", "", 400),
        ({"colour": "green"}, "colour", 400),
        ({"mfu": {}}, "mfu", 422),
        ({"mfu": None}, "mfu", 422),
        ({"mfu": True}, "mfu", 422),
        ({"composition": [{"element": "Cu"}]}, "composition", 422),
        ({"composition": [{"element": "Cu", "value": 1, "unit": "J"}]}, "composition", 422),
        ({"composition": [{"element": "Cu", "value": None, "unit": "g"}]}, "composition", 422),
        ({"composition": [["Cu", 1]]}, "composition", 422),
        ({"run": [["gpt-4"]]}, "run", 422),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_by_name(client, catalogue, body, column, status):
    problem = post(client, body, status=status)

    assert column in [error["column"] for error in problem["errors"]]


def test_the_number_of_queries_does_not_grow(client, catalogue):
    def queries(query: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            page(client, query)
        return len(asked)

    few = queries("run=tiny")
    for number in range(20):
        make_entry(catalogue, model=make_model(f"More {number}"), training_compute=1e22)

    assert queries("run=gpt-4&run=tiny&run=gpt-3-5-davinci-002&flop=1e24") == few <= 9


# From an entry


def test_an_entry_shows_the_way_from_device_time_to_material(client, catalogue):
    entry = make_entry(make_task(), device_time=3600, material=(1e-5, 3e-5, 6e-5))

    text = client.get(f"/entries/{entry.pk}/").content.decode()
    chain = text.partition('id="life-share"')[2]

    assert "1.00\xa0h" in chain
    assert "life of 2.00 years (1.00 to 5.00)" in chain
    # An hour of two years of 8,760 hours, of five at least and of one at most.
    assert "57\xa0× 10⁻⁶ device lives (22.8–114)" in chain
    assert "30\xa0mg (10.0–60.0)" in chain
    assert "Not published of this device, so missing here" in chain


def test_what_does_not_follow_from_the_share_is_not_multiplied_with_it(client, catalogue):
    """A device without an analysed mass: its lives come from hours, its material from compute."""
    device = make_hardware("Unanalysed")
    entry = make_entry(
        make_task(kind="TRAINING"), hardware=device, accelerator_time=3.6e9, training_compute=1e24
    )

    text = client.get(f"/entries/{entry.pk}/").content.decode()
    chain = text.partition('id="life-share"')[2].partition("</section>")[0]

    assert "gpu_lives.from_hours/1" in chain
    assert ' = <a href="?metric=material#provenance">' not in chain
    # 1e24 FLOP of an A100 at 35 % for two years, times 1.491 kg.
    kilograms = 1e24 / (312e12 * 0.35 * 2 * 365 * 86_400) * 1.491
    assert f'Not from this share: <a href="?metric=material#provenance">{kilograms:.0f}' in chain
    assert "material, as training compute / (A100 peak × MFU × life) × 1.491" in chain
    assert "not in the catalogue" not in chain


def test_an_entry_without_device_time_shows_no_such_way(client, catalogue):
    entry = make_entry(make_task(), quality=0.5)

    assert "life-share" not in client.get(f"/entries/{entry.pk}/").content.decode()
