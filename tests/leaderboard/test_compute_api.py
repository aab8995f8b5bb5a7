"""Anybody's numbers through the API: every metric and analysis, and what is refused."""

import json
import math
from xml.etree import ElementTree

import pytest
from django.test import Client

from leaderboard.api import metrics as endpoints
from leaderboard.core import analyses, metrics
from leaderboard.core.compute import STATED
from tests.builders import make_board, make_entry, make_task, make_user, refresh
from tests.leaderboard.core.test_analyses import close

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/"
EXAMPLES = [
    pytest.param(metric.slug, name, example, id=f"{name}-{place}")
    for metric in metrics.ALL.values()
    for name, examples in [
        (STATED, metric.examples),
        *((recipe.name, recipe.examples) for recipe in metric.formulas),
    ]
    for place, example in enumerate(examples)
]
FOUND = [
    pytest.param(slug, example, id=f"{slug}-{place}")
    for slug, analysis in analyses.ALL.items()
    for place, example in enumerate(analysis.examples)
]
every_metric = pytest.mark.parametrize("slug", metrics.ALL)
every_analysis = pytest.mark.parametrize("slug", analyses.ALL)


def post(client, address: str, body, status: int = 200) -> dict:
    response = client.post(f"{ROOT}{address}", body, content_type="application/json")
    assert response.status_code == status, response.content
    return response.json()


def compute(client, slug: str, inputs, status: int = 200, **more) -> dict:
    return post(client, f"metrics/{slug}/compute/", {"inputs": inputs, **more}, status)


@every_metric
def test_every_metric_is_told_with_examples_that_can_be_sent_back(client, slug):
    told = client.get(f"{ROOT}metrics/{slug}/").json()

    for formula in told["formulas"]:
        for example in formula["examples"]:
            answer = compute(client, slug, example["inputs"], recipe=formula["name"])
            assert answer["state"] == example["state"]


@pytest.mark.parametrize(("slug", "recipe", "example"), EXAMPLES)
def test_every_formula_gives_its_worked_example(client, slug, recipe, example):
    answer = compute(client, slug, example.inputs, recipe=recipe)

    assert (answer["metric"], answer["recipe"]) == (slug, recipe)
    assert answer["unit"] == metrics.get(slug).unit
    if example.expected is None or example.expected == math.inf:
        assert answer["state"] == ("missing" if example.expected is None else "infinite")
        assert (answer["value"], answer["low"], answer["high"]) == (None, None, None)
        assert answer["reason"]
    else:
        tolerance = {"abs": example.within, "rel": 0} if example.within else {"rel": 1e-6}
        assert answer["state"] == "value"
        assert answer["value"] == pytest.approx(example.expected, **tolerance)
        assert answer["low"] <= answer["value"] <= answer["high"]
        assert answer["shown"]


def test_units_bounds_and_the_prefix_that_fits(client):
    energy = {"value": 44.6, "unit": "Wh", "low": 40, "high": 50}

    answer = compute(client, "node_energy_per_token", {"node_energy": energy, "tokens_out": "2000"})

    # 44.6 Wh = 160,560 J over 2,000 tokens.
    assert answer["value"] == pytest.approx(80.28)
    assert (answer["low"], answer["high"]) == pytest.approx((72, 90))
    assert answer["unit"] == "J/token"
    assert answer["shown"] == "80.3\u00a0J/token (72.0–90.0)"
    assert answer["recipe"] == "node_energy_per_token.from_node/1"
    assert answer["formula"] == "node_energy / tokens_out"


def test_what_is_not_given_is_missing_and_what_can_not_be_true_is_flagged(client):
    absent = compute(client, "cost_of_pass", {"quality": 0.5})
    untrue = compute(client, "cost_of_pass", {"quality": 1.5, "cost": 1})

    assert (absent["state"], absent["field"], absent["is_data_error"]) == ("missing", "cost", False)
    assert (untrue["state"], untrue["field"], untrue["is_data_error"]) == (
        "missing",
        "quality",
        True,
    )


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"cost": "44.6 J", "quality": 1}, "cost"),
        ({"cost": "much", "quality": 1}, "cost"),
        ({"cost": [1], "quality": 1}, "cost"),
        ({"cost": {"value": 1, "units": "USD"}, "quality": 1}, "cost"),
        ({"cost": 1, "quality": 1, "colour": 1}, "colour"),
        ({"attempts": [{"cost": "1 J", "success": 1}]}, "attempts[0].cost"),
    ],
)
def test_an_input_of_another_shape_is_refused_by_its_name(client, inputs, field):
    refused = compute(client, "cost_of_pass", inputs, 422)

    assert refused["code"] == "input.invalid"
    (error,) = refused["errors"]
    assert (error["column"], error["severity"]) == (field, "error")
    assert field in error["message"]


def test_an_unknown_recipe_is_refused_and_an_unknown_metric_not_found(client):
    refused = compute(client, "cost", {}, 422, recipe="cost.by_guess/1")
    assert refused["errors"][0]["column"] == "recipe"
    compute(client, "happiness", {}, 404)
    post(client, "analyses/astrology/", {"inputs": {}}, 404)


@pytest.mark.parametrize("address", ["metrics/cost/compute/", "analyses/preference/"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 400),
        ("[]", 400),
        ("{", 400),
        ('{"inputs": 3}', 400),
        ('{"inputs": {"cost": NaN}}', 400),
        ('{"cost": 1}', 400),
        ('{"inputs": {}, "colour": 1}', 400),
        ("[" * 100_000, 400),
        (f'{{"inputs": {{"cost": {"9" * 6000}}}}}', 400),
        (" " * (2**20 + 1), 413),
    ],
)
def test_a_body_that_can_not_be_used_is_refused(client, address, body, status):
    refused = post(client, address, body, status)

    assert refused["code"]
    assert refused["detail"]


def test_another_media_type_and_method_are_refused(client):
    address = f"{ROOT}metrics/cost/compute/"

    assert client.post(address, {"inputs": "1"}).status_code == 415
    assert client.get(address).status_code == 405
    assert (
        client.post(f"{address}?colour=1", {}, content_type="application/json").status_code == 400
    )


def test_it_needs_no_account_and_a_signed_in_browser_no_csrf_token():
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(make_user())

    for client in (Client(enforce_csrf_checks=True), browser):
        assert compute(client, "cost_of_pass", {"cost": 1, "quality": 0.5})["value"] == 2
    headers = {"Authorization": "Bearer nonsense"}
    answer = browser.post(f"{ROOT}metrics/cost/compute/", "{}", "application/json", headers=headers)
    assert answer.status_code == 401


# What is told of a metric


@every_metric
def test_a_metric_tells_everything_about_itself(client, slug):
    told = client.get(f"{ROOT}metrics/{slug}/").json()

    for name in ("symbol", "unit", "better", "meaning", "badge", "edges", "sources", "url"):
        assert told[name], name
    assert told["formulas"] or told["examples"]
    for source in told["sources"]:
        assert source["arxiv"] or source["title"]
        assert source["where"] or source["title"]
        assert source["text"]
    for formula in told["formulas"]:
        assert formula["written"]
        assert ElementTree.fromstring(formula["mathml"]).tag == "math"
        assert formula["badge"]
        assert formula["sources"]
        assert [one for one in formula["examples"] if one["state"] == "value"]
        for asked in formula["inputs"]:
            assert asked["unit"]
            assert asked["meaning"]
            assert asked["shape"]
            assert (asked["shape"] == "table") == bool(asked["columns"])


def test_limits_defaults_and_columns_are_told(client):
    formulas = client.get(f"{ROOT}metrics/cost_of_pass/").json()["formulas"]
    (attempts,) = next(one["inputs"] for one in formulas if one["name"].endswith("of_attempts/1"))
    cost, success = attempts["columns"]

    assert (cost["name"], cost["unit"], cost["at_least"], cost["at_most"]) == (
        "cost",
        "USD",
        0,
        None,
    )
    assert (success["at_most"], success["is_required"]) == (1, True)


def test_all_metrics_come_in_pages(client):
    found, address = [], f"{ROOT}metrics/?limit=30"
    while address:
        page = client.get(address).json()
        found += [row["slug"] for row in page["results"]]
        address = page["next"]

    assert found == sorted(metrics.ALL)


def test_the_boards_that_use_a_metric_are_those_that_rank_by_it_or_bound_it(client):
    ranking = make_board("node_energy", "quality", slug="ranking")
    bounded = make_board("quality", "cost", slug="bounded", filters={"node_energy_max": 5})
    make_board("quality", "cost", slug="neither")

    told = client.get(f"{ROOT}metrics/node_energy/").json()
    page = client.get("/metrics/node_energy/").content.decode()

    assert set(told["boards"]) == {ranking.slug, bounded.slug}
    assert "/boards/neither/" not in page


def test_a_board_whose_entries_have_a_metric_is_named_as_one_that_can(client):
    board = make_board("quality", "node_energy", task=make_task())
    make_entry(board, quality=0.5, node_energy=1, latency=3)
    refresh(board)

    page = client.get("/metrics/latency/").content.decode()

    assert f"{board.get_absolute_url()}?y=latency" in page
    assert client.get(f"{ROOT}metrics/latency/").json()["boards"] == []


# Analyses


@pytest.mark.parametrize(("slug", "example"), FOUND)
def test_every_analysis_finds_its_worked_example(client, slug, example):
    answer = post(client, f"analyses/{slug}/", {"inputs": example.inputs})

    assert (answer["analysis"], answer["state"], answer["reason"]) == (slug, "found", "")
    close(answer["found"], json.loads(json.dumps(example.expected)), example.within)


@every_analysis
def test_an_analysis_tells_everything_about_itself(client, slug):
    told = client.get(f"{ROOT}analyses/{slug}/").json()

    for name in (
        "label",
        "meaning",
        "badge",
        "sources",
        "written",
        "inputs",
        "outputs",
        "examples",
    ):
        assert told[name], name
    assert ElementTree.fromstring(told["mathml"]).tag == "math"
    assert client.get(told["url"]).status_code == 200


def test_all_analyses_are_listed(client):
    found = client.get(f"{ROOT}analyses/").json()["results"]

    assert [row["slug"] for row in found] == sorted(analyses.ALL)
    assert len(found) == 20


def test_an_analysis_refuses_by_field_and_says_what_is_missing(client):
    refused = post(client, "analyses/preference/", {"inputs": {"models": [{"model": ""}]}}, 422)
    missing = post(client, "analyses/preference/", {"inputs": {}})

    assert refused["errors"][0]["column"] == "models[0].model"
    assert (missing["state"], missing["field"], missing["found"]) == ("missing", "models", {})


def test_no_more_is_read_than_a_form_may_have(settings):
    assert endpoints.MOST_BYTES == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
