"""Reference files: told from results, and read with their units."""

from collections import Counter

import pytest

from ingest import formats, references
from ingest.formats import File, Head
from ingest.readings import Unreadable

PRICES = """{
  "sample_spec": {"litellm_provider": "one of", "input_cost_per_token": 0.1, "mode": "chat"},
  "maker/sparrow-3b": {"litellm_provider": "maker", "mode": "chat",
    "input_cost_per_token": 2e-07, "output_cost_per_token": 6e-07},
  "sparrow-3b:free": {"litellm_provider": "other", "mode": "chat",
    "input_cost_per_token": 0, "output_cost_per_token": 0},
  "heron": {"litellm_provider": "maker", "mode": "chat",
    "input_cost_per_token": 0.0, "output_cost_per_token": NaN}
}"""
CHIPS = "Hardware name,Manufacturer,Type,TDP (W),Die Size (mm^2),Price-performance\n"
DEVICES = (
    "index,in {unit},,,,in nm,in cm2,in GB,\n"
    "model,TDP,n_cores,TDP_per_core,Release_year,feature_size,die_area,memory,source\n"
    "Example Card,300,,300,,7,8.26,40,https://example.org\nAny,200,,200,,,,,\n"
)


def module_of(source):
    return references.detect(Head(source.encode()))


def facts(source, slug=""):
    module = references.REFERENCES[slug] if slug else module_of(source)
    assert module
    rows = module.rows(File.of(source.encode() if isinstance(source, str) else source))
    return [fact for row in rows for fact in module.facts(row)]


def figures(source):
    return {(fact.name, fact.kind): fact.value for fact in facts(source)}


def real(real_data, place):
    """The module, the records and the facts of a real file."""
    path = real_data / place
    head = Head(path.read_bytes()[:65_536], path.name)
    module = references.detect(head)
    assert module is not None
    slug = place.split("/")[0]
    assert slug == module.SLUG
    assert formats.detect(head) == []
    rows = list(module.rows(File(path.name, lambda: path.open("rb"))))
    return rows, [fact for row in rows for fact in module.facts(row)]


def value(facts, name, kind):
    (found,) = [fact for fact in facts if fact.name == name and fact.kind == kind]
    return found.value


# The files as they are published


def test_prices_are_usd_per_token(real_data):
    rows, found = real(real_data, "model-prices-json/tokencost/model_prices.json")

    assert len(rows) == 1_701
    assert value(found, "gpt-4o-2024-05-13", "INPUT_PRICE") == 5e-06
    assert value(found, "gpt-4o-2024-05-13", "OUTPUT_PRICE") == 1.5e-05


def test_the_price_of_a_request_follows_from_its_tokens(real_data):
    """HELM's gpt-4o-2024-05-13 on MMLU: 84.31 tokens in and one out, by the specification."""
    _, found = real(real_data, "model-prices-json/tokencost/model_prices.json")
    inward = value(found, "gpt-4o-2024-05-13", "INPUT_PRICE")
    outward = value(found, "gpt-4o-2024-05-13", "OUTPUT_PRICE")

    assert inward * 84.31 + outward == pytest.approx(0.000437, abs=5e-7)


def test_parameters_keep_their_ranges(real_data):
    rows, found = real(real_data, "ecologits-models/models.json")
    (active,) = [f for f in found if f.name == "gpt-4o" and f.kind == "PARAMETERS_ACTIVE"]

    assert len(rows) == 361
    assert sum(len(row.cells["aliases"]) for row in rows) == 9
    assert value(found, "gpt-4o", "PARAMETERS_TOTAL") == 440e9
    assert (active.low, active.value, active.high) == (44e9, 88e9, 132e9)
    assert value(found, "c4ai-aya-expanse-8b", "PARAMETERS_TOTAL") == 8.03e9
    assert active.note.startswith("assumed")


def test_impacts_of_electricity_are_per_joule(real_data):
    rows, found = real(real_data, "ecologits-models/electricity_mixes.csv")

    assert len(rows) == 50
    # As the file's second line has them, per kWh: kg Sb eq, MJ, kg CO2e and litres.
    assert value(found, "ARG", "GRID_DEPLETION") * 3.6e6 == pytest.approx(7.686e-8)
    assert value(found, "ARG", "PRIMARY_ENERGY") * 3.6 == pytest.approx(7.8888)
    assert value(found, "ARG", "GRID_INTENSITY") * 3.6e6 == pytest.approx(0.35895)
    assert value(found, "ARG", "GRID_WATER") * 3.6e6 == pytest.approx(11.4558)


def test_chips_have_the_units_of_their_headers(real_data):
    rows, found = real(real_data, "epoch-csv/ml_hardware.csv")
    chip = "NVIDIA A100 SXM4 80 GB"

    assert len(rows) == 169
    assert sum(row.cells["Hardware name"].startswith("NVIDIA A100") for row in rows) == 4
    assert value(found, chip, "RATED_POWER") == 400
    assert value(found, chip, "MEMORY") == 80e9
    assert value(found, chip, "DIE_AREA") == 826


def test_an_infinite_price_performance_is_no_figure(real_data):
    rows, found = real(real_data, "epoch-csv/ml_hardware.csv")

    assert any("Infinity" in row.cells.values() for row in rows)
    assert all(fact.high < 1e30 for fact in found)


def test_notable_models_have_parameters_and_training_compute(real_data):
    rows, found = real(real_data, "epoch-csv/notable_ai_models_24_02_2025.csv")

    assert len(rows) == 895
    assert {fact.kind for fact in found} == {"PARAMETERS_TOTAL", "TRAINING_COMPUTE"}


def test_grids_of_countries_carry_their_year(real_data):
    rows, found = real(real_data, "codecarbon-reference/global_energy_mix.json")
    (france,) = [fact for fact in found if fact.name == "FRA"]

    assert len(rows) == 213
    assert france.value * 3.6e9 == pytest.approx(56.039)
    assert (france.dated, france.title) == ("2023", "France")


def test_a_byte_order_mark_does_not_hide_cloud_regions(real_data):
    rows, found = real(real_data, "codecarbon-reference/impact.csv")

    assert len(rows) == 40
    assert value(found, "gcp:africa-south1", "GRID_INTENSITY") * 3.6e9 == pytest.approx(646)


def test_processors_have_a_rated_power(real_data):
    rows, found = real(real_data, "codecarbon-reference/cpu_power.csv")

    assert len(rows) == 4_903
    assert value(found, "1075T", "RATED_POWER") == 95


def test_intensities_of_fuels_are_known_and_are_no_facts(real_data):
    rows, found = real(real_data, "codecarbon-reference/carbon_intensity_per_source.json")

    assert (len(rows), found) == (1, [])


def test_two_header_lines_are_units_and_columns(real_data):
    rows, found = real(real_data, "green-algorithms-data/latest/CI_aggregated.csv")
    (oregon,) = [fact for fact in found if fact.name == "US-OR"]

    # SOURCE.md counts the second header line as a row.
    assert len(rows) == 132 - 1
    assert oregon.value * 3.6e9 == pytest.approx(163.15)
    assert (oregon.dated, oregon.title) == ("2020", "Oregon, United States of America")


def test_an_empty_table_is_legal(real_data):
    assert real(real_data, "green-algorithms-data/latest/localProviders_datacenters.csv") == (
        [],
        [],
    )


def test_defaults_for_the_unknown_are_facts_of_nothing(real_data):
    _, found = real(real_data, "green-algorithms-data/latest/defaults_PUE.csv")

    assert {fact.name for fact in found}.isdisjoint({"Unknown", "Any"})
    assert value(found, "gcp", "PUE") == 1.12


def test_the_carbon_of_making_is_a_share_of_the_whole_life(real_data):
    rows, found = real(real_data, "boavizta-footprint-csv/boavizta-data-us.csv")
    missing = sum(not row.cells["gwp_manufacturing_ratio"] for row in rows)

    assert (len(rows), missing) == (1_226, 469)
    assert value(found, "Dell PowerEdge C4140", "EMBODIED_CARBON") == pytest.approx(6_800 * 0.183)
    assert len(found) <= 1_226 - 469


def test_every_reference_file_is_told_and_nothing_else_is(real_data):
    found: Counter[str] = Counter()
    for path in real_data.rglob("*"):
        place = path.relative_to(real_data)
        if path.is_file() and path.name != "SOURCE.md" and "LICENSES" not in place.parts:
            module = references.detect(Head(path.read_bytes()[:65_536], place.as_posix()))
            expected = references.REFERENCES.get(place.parts[0])
            assert module is expected, place
            found[module.SLUG if module else ""] += 1

    assert found.pop("") > 500
    assert found == {
        "boavizta-footprint-csv": 1,
        "codecarbon-reference": 4,
        "ecologits-models": 2,
        "epoch-csv": 2,
        "green-algorithms-data": 10,
        "model-prices-json": 1,
    }


# What is not in the published files


def test_a_price_of_zero_counts_only_where_the_name_says_free():
    assert figures(PRICES) == {
        ("maker/sparrow-3b", "INPUT_PRICE"): 2e-07,
        ("maker/sparrow-3b", "OUTPUT_PRICE"): 6e-07,
        ("sparrow-3b:free", "INPUT_PRICE"): 0,
        ("sparrow-3b:free", "OUTPUT_PRICE"): 0,
    }


def test_the_part_after_the_seller_is_a_name_too():
    assert {fact.names for fact in facts(PRICES)} == {
        ("maker/sparrow-3b", "sparrow-3b"),
        ("sparrow-3b:free", "sparrow-3b"),
    }


def test_text_and_zero_are_no_figures_of_a_chip():
    table = f"{CHIPS}X,Maker,GPU,Infinity,0,Infinity\nY,Maker,GPU,300,n/a,1\n"

    assert figures(table) == {("Y", "RATED_POWER"): 300}


def test_a_table_in_other_units_gives_nothing_rather_than_wrong_numbers():
    in_watts, in_milliwatts = DEVICES.format(unit="Watt"), DEVICES.format(unit="mW")

    assert figures(in_watts)[("Example Card", "RATED_POWER")] == 300
    assert figures(in_watts)[("Example Card", "DIE_AREA")] == pytest.approx(826)
    assert ("Example Card", "RATED_POWER") not in figures(in_milliwatts)


def test_a_share_above_one_is_no_share():
    table = "manufacturer,name,gwp_total,gwp_manufacturing_ratio\nMaker,X,100,18.3\n"

    assert figures(table) == {}


@pytest.mark.parametrize(
    ("source", "slug"),
    [
        ("[]", "model-prices-json"),
        ('{"models": {}}', "ecologits-models"),
        ("a,b\n1,2\n", "boavizta-footprint-csv"),
        ("only one line\n", "green-algorithms-data"),
        ('"a\n', "green-algorithms-data"),
        ("[1]", "codecarbon-reference"),
        ("", "epoch-csv"),
    ],
)
def test_a_file_that_is_none_of_its_kind_is_refused(source, slug):
    with pytest.raises(Unreadable):
        facts(source, slug)


@pytest.mark.parametrize("slug", references.REFERENCES)
def test_odd_entries_give_no_facts_and_no_crash(slug):
    for source in (
        '{"a": 1, "b": [], "c": {"d": {"e": 1}}}',
        '{"models": [1, null, {}]}',
        "x,y\n1",
    ):
        try:
            found = facts(source, slug)
        except Unreadable:
            continue
        assert found == []


def test_a_reference_file_sent_as_results_is_named():
    saying = references.companion(Head(PRICES.encode(), "prices.json"))

    assert saying.startswith("What the APIs of models cost")
    assert references.companion(Head(b"a,b\n1,2\n")) == ""
