"""Reference files on their way into the catalogue."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ingest import references
from ingest.formats import File
from ingest.importing import Undated, take
from leaderboard.models import AIModel, Factor, Hardware, HardwareFact, ModelFact, Source
from tests.builders import make_hardware, make_model
from tests.ingest.files import sent

PRICES = """{
  "maker/sparrow-3b": {"litellm_provider": "maker", "mode": "chat",
    "input_cost_per_token": %s, "output_cost_per_token": 6e-07},
  "maker/nobody": {"litellm_provider": "maker", "mode": "chat", "input_cost_per_token": 1e-07}
}"""
FOOTPRINTS = """manufacturer,name,subcategory,gwp_total,gwp_manufacturing_ratio,report_date
Dell,PowerEdge C4140,Server,6800,0.1830,February 2019
Dell,PowerEdge C4140,Server,7000,0.2,February 2019
Apple,Some Phone,Smartphone,70,0.8,2020
"""
COUNTRIES = """{"FRA": {"iso_code": "FRA", "country_name": "France", "carbon_intensity": 56.039,
  "year": 2023}}"""


@pytest.fixture
def sparrow(db):
    return make_model(name="Sparrow 3B", aliases=["sparrow-3b"])


def imported(slug, source, **how):
    return take(references.REFERENCES[slug], File.of(source.encode(), slug), **how)


def prices(source, **how):
    return imported("model-prices-json", source, **{"dated": "2025-11-01", **how})


def test_prices_of_known_models_become_facts_with_source_and_licence(sparrow):
    summary = prices(PRICES % "2e-07")

    fact = sparrow.facts.get(kind="INPUT_PRICE")
    assert (fact.value, fact.low, fact.high) == (2e-07, 2e-07, 2e-07)
    assert (fact.seller, fact.written, fact.dated) == ("maker", "maker/sparrow-3b", "2025-11-01")
    assert (fact.source.slug, fact.licence) == ("litellm-model-prices", "MIT")
    assert (summary.records, summary.new, summary.unknown) == (2, 2, {"maker/nobody": 1})
    assert not AIModel.objects.filter(name__contains="nobody").exists()


def test_the_same_file_twice_changes_nothing(sparrow):
    prices(PRICES % "2e-07")

    again = prices(PRICES % "2e-07")

    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    assert ModelFact.objects.count() == 2


def test_a_corrected_figure_is_changed_and_a_later_one_stands_beside_it(sparrow):
    prices(PRICES % "2e-07")

    assert prices(PRICES % "3e-07").changed == 1
    assert prices(PRICES % "1e-07", dated="2026-02").new == 2
    stored = sparrow.facts.filter(kind="INPUT_PRICE").order_by("dated")
    assert [(fact.dated, fact.value) for fact in stored] == [
        ("2025-11-01", 3e-07),
        ("2026-02", 1e-07),
    ]


def test_a_price_without_a_date_is_refused(sparrow):
    with pytest.raises(Undated):
        prices(PRICES % "2e-07", dated="")

    assert not ModelFact.objects.exists()
    assert not Source.objects.exists()


def test_a_dry_run_says_the_same_and_writes_nothing(sparrow):
    summary = prices(PRICES % "2e-07", dry_run=True, create=True)

    assert (summary.new, summary.created) == (3, ["nobody"])
    assert not ModelFact.objects.exists()
    assert not Source.objects.exists()
    assert AIModel.objects.count() == 1


def test_unknown_devices_are_created_only_when_told(db):
    left_out = imported("boavizta-footprint-csv", FOOTPRINTS)
    created = imported("boavizta-footprint-csv", FOOTPRINTS, create=True)

    assert set(left_out.unknown) == {"Dell PowerEdge C4140", "Apple Some Phone"}
    assert created.created == ["Dell PowerEdge C4140", "Apple Some Phone"]
    server = Hardware.objects.get(slug="dell-poweredge-c4140")
    assert (server.vendor, server.kind) == ("Dell", "server")
    assert imported("boavizta-footprint-csv", FOOTPRINTS, create=True).is_unchanged


def test_figures_of_one_name_are_a_range_and_share_alike_is_said(db):
    server = make_hardware(name="PowerEdge C4140", slug="c4140")

    imported("boavizta-footprint-csv", FOOTPRINTS)

    fact = server.facts.get()
    assert (fact.value, fact.low, fact.high) == pytest.approx((1244.4, 1244.4, 1400))
    assert (fact.licence, fact.dated, fact.is_preferred) == (
        "ODbL 1.0 (share-alike)",
        "2019",
        False,
    )


def test_a_bare_generic_name_takes_no_figures(db):
    make_hardware(name="Example 80GB", slug="example-80gb", generic_names=["Example"])

    summary = imported(
        "epoch-csv", "Hardware name,Manufacturer,Type,TDP (W)\nExample,Maker,GPU,400\n"
    )

    assert summary.unknown == {"Example": 1}
    assert not HardwareFact.objects.exists()


def test_a_figure_of_another_source_is_kept(db):
    imported("codecarbon-reference", COUNTRIES)
    Factor.objects.update(citation="an editor", value=1e-8, low=1e-8, high=1e-8)

    summary = imported("codecarbon-reference", COUNTRIES)

    assert summary.kept == ["FRA from 2023-01-01, GRID_INTENSITY"]
    assert Factor.objects.get().citation == "an editor"


def test_the_command_says_what_is_new(sparrow, tmp_path, capsys):
    path = tmp_path / "prices.json"
    path.write_text(PRICES % "2e-07")

    call_command("import_reference", str(path), dated="2025-11-01")

    told = capsys.readouterr().out
    assert "2 records, 3 figures; 2 new, 0 changed, 0 unchanged" in told
    assert "maker/nobody" in told


@pytest.mark.parametrize(
    ("content", "how", "said"),
    [
        (PRICES % "2e-07", {}, "--dated"),
        (PRICES % "2e-07", {"dated": "2026-13"}, "not a date"),
        ("a,b\n1,2\n", {}, "no reference data that we know"),
        (PRICES[:-2] % "2e-07", {"dated": "2026"}, "not valid JSON"),
    ],
)
def test_the_command_refuses_in_a_sentence(sparrow, tmp_path, content, how, said):
    path = tmp_path / "file"
    path.write_text(content)

    with pytest.raises(CommandError, match=said):
        call_command("import_reference", str(path), **how)


def test_the_command_refuses_a_file_that_is_not_there(db):
    with pytest.raises(CommandError, match="no file"):
        call_command("import_reference", "nowhere.csv")


def test_imported_prices_are_on_the_page_and_in_the_api(sparrow, client):
    prices(PRICES % "2e-07")

    page = client.get(sparrow.get_absolute_url()).content.decode()
    facts = client.get(f"/api/v1/models/{sparrow.slug}/").json()["facts"]

    assert "USD per million tokens" in page
    assert "0.200" in page
    assert [
        (fact["kind"], fact["quantity"]["value"], fact["quantity"]["unit"]) for fact in facts
    ] == [
        ("INPUT_PRICE", 2e-07, "USD"),
        ("OUTPUT_PRICE", 6e-07, "USD"),
    ]
    assert facts[0]["licence"] == "MIT"


def test_reference_data_sent_as_results_are_refused_by_name(db):
    submission = sent((PRICES % "2e-07").encode(), filename="prices.json")

    assert submission.state == "REJECTED"
    assert [issue["message"] for issue in submission.issues] == [
        "This file holds no results: What the APIs of models cost, as LiteLLM lists it. It is "
        "reference data, from which runs get prices, intensities and footprints; an editor takes "
        "it into the catalogue."
    ]
