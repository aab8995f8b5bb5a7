"""The published facts that the site ships, and their way into the catalogue."""

import hashlib
import json
import shutil
import time

import pytest
from django.core import serializers

from leaderboard import datafiles, reference
from leaderboard.core import footprint
from leaderboard.core.elements import elements
from leaderboard.core.interval import Interval
from leaderboard.core.metrics import FACTS
from leaderboard.datafiles import DATA, folded
from leaderboard.facts import Facts
from leaderboard.models import (
    AIModel,
    Claim,
    Composition,
    Factor,
    Hardware,
    HardwareFact,
    Method,
    Source,
    Task,
)

TABLES = (Source, Task, Method, AIModel, Hardware, HardwareFact, Composition, Factor, Claim)
NAMED = {
    Task: datafiles.tasks,
    Method: datafiles.methods,
    AIModel: datafiles.ai_models,
    Hardware: datafiles.hardware,
}


@pytest.fixture
def catalogue(db):
    return reference.load()


@pytest.fixture
def copied_data(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def digest() -> str:
    """Of every cell of the catalogue."""
    told = hashlib.sha256()
    for model in TABLES:
        rows = model.objects.order_by("pk")
        told.update(serializers.serialize("json", rows).encode())
    return told.hexdigest()


def test_the_whole_of_the_data_is_loaded(catalogue):
    assert {name: count.rows for name, count in catalogue.tables.items()} == {
        "sources": 147,
        "tasks": 133,
        "methods": 58,
        "ai models": 281,
        "hardware": 124,
        "hardware facts": 167,
        "compositions": 69,
        "factors": 332,
        "claims": 231,
    }
    assert Source.objects.exclude(role="").count() == 119


def test_loading_again_changes_nothing_and_is_quick(catalogue):
    before, started = digest(), time.monotonic()

    again = reference.load()

    assert again.is_unchanged
    assert time.monotonic() - started < 3
    assert digest() == before


def test_what_editors_changed_in_the_facts_comes_back_but_their_own_rows_stay(catalogue):
    Hardware.objects.filter(slug="nvidia-t4").update(tdp_w=1)
    own = AIModel.objects.create(slug="ours", name="Ours")

    again = reference.load()

    assert again.tables["hardware"].changed == 1
    assert Hardware.objects.get(slug="nvidia-t4").tdp_w == 70
    assert AIModel.objects.filter(pk=own.pk).exists()


def test_an_alias_that_an_editor_added_stays(catalogue):
    model = AIModel.objects.get(slug="qwen3-8b")
    AIModel.objects.filter(pk=model.pk).update(aliases=[*model.aliases, "acme/qwen3-8b-mirror"])

    again = reference.load()

    assert again.is_unchanged
    assert "acme/qwen3-8b-mirror" in AIModel.objects.get(pk=model.pk).aliases


def test_an_added_alias_that_the_data_give_to_another_row_goes(catalogue):
    AIModel.objects.filter(slug="qwen3-8b").update(aliases=["Qwen/Qwen3-32B"])

    reference.load()

    assert "Qwen/Qwen3-32B" not in AIModel.objects.get(slug="qwen3-8b").aliases


def test_the_preferred_figure_may_move_to_another_source(catalogue, copied_data):
    file = copied_data / "hardware-facts.csv"
    text = file.read_text()
    moved = text.replace(
        "nvidia-h100-sxm5-80gb,EMBODIED_CARBON,164,,,y",
        "nvidia-h100-sxm5-80gb,EMBODIED_CARBON,164,,,n",
    ).replace(
        "nvidia-h100-sxm5-80gb,EMBODIED_CARBON,273,,,n",
        "nvidia-h100-sxm5-80gb,EMBODIED_CARBON,273,,,y",
    )
    assert moved != text
    file.write_text(moved)

    reference.load(copied_data)

    preferred = HardwareFact.objects.get(
        hardware__slug="nvidia-h100-sxm5-80gb", kind="EMBODIED_CARBON", is_preferred=True
    )
    assert preferred.value == 273


def test_a_name_for_two_models_stops_the_load_and_is_named(db, copied_data):
    with (copied_data / "models.csv").open("a") as file:
        file.write("Impostor,qwen/QWEN3-8B,,,,,,,,\n")

    with pytest.raises(reference.Contradiction, match="“qwen/qwen3-8b” is impostor and qwen3-8b"):
        reference.load(copied_data)

    assert not AIModel.objects.exists()


def test_a_name_that_an_editor_gave_to_another_row_stops_the_load(catalogue):
    AIModel.objects.create(slug="ours", name="Ours", aliases=["QWEN3-8B"])

    with pytest.raises(reference.Contradiction, match="ours and qwen3-8b"):
        reference.load()


def test_a_fact_about_an_unknown_device_stops_the_load(db, copied_data):
    with (copied_data / "hardware-facts.csv").open("a") as file:
        file.write("acme-9,MODULE_MASS,1,,,y,,somebody,\n")

    with pytest.raises(reference.Contradiction, match="no hardware “acme-9”"):
        reference.load(copied_data)


@pytest.mark.parametrize("model", NAMED, ids=lambda model: model.__name__)
def test_no_name_means_two_rows(model):
    owners: dict[str, set[str]] = {}
    for row in NAMED[model](DATA):
        told = [row["slug"], row["name"], *row["aliases"], *row.get("generic_names", [])]
        for name in told:
            owners.setdefault(folded(name), set()).add(row["slug"])

    assert {name: slugs for name, slugs in owners.items() if len(slugs) > 1} == {}


@pytest.mark.parametrize("model", NAMED, ids=lambda model: model.__name__)
def test_no_alias_repeats_another_name_of_its_row(model):
    for row in NAMED[model](DATA):
        names = [folded(name) for name in (row["slug"], row["name"])]
        names += [folded(alias) for alias in row["aliases"]]
        assert len(set(names)) == len(names) - (names[0] == names[1])


def test_every_row_of_training_scores_and_prices_is_a_model():
    models = {row["name"] for row in datafiles.ai_models(DATA)}

    for name in ("training-flops.csv", "api-models.csv", "benchmark-scores.csv"):
        assert {line["model"] for line in datafiles.lines(DATA, name)} <= models


def test_every_benchmark_is_a_task():
    tasks = {
        folded(name)
        for row in datafiles.tasks(DATA)
        for name in (row["slug"], row["name"], *row["aliases"])
    }
    benchmarks = {line["benchmark"] for line in datafiles.lines(DATA, "benchmark-scores.csv")}

    assert len(benchmarks) == 13
    assert {folded(benchmark) for benchmark in benchmarks} <= tasks


def test_every_device_of_a_training_run_is_in_the_catalogue():
    devices = {row["slug"] for row in datafiles.hardware(DATA)}

    assert {line["hardware_id"] for line in datafiles.lines(DATA, "training-flops.csv")} <= devices


def test_a_base_model_and_what_was_made_of_it_are_one_model(catalogue):
    model = AIModel.objects.get(slug="llama-3-1-8b")

    assert model.parameters_total == 8e9
    assert model.released == "2024-07-23"
    assert model.has_open_weights
    assert {"meta-llama/Llama-3.1-8B-Instruct", "llama-3.1-8b-instant"} <= set(model.aliases)


def test_figures_under_share_alike_stand_in_files_of_their_own():
    for shared, own in (datafiles.FACT_FILES[::-1], datafiles.COMPOSITION_FILES[::-1]):
        for line in datafiles.lines(DATA, own):
            told = line.get("citation", "") + line.get("source", "")
            assert "ADEME/" not in told
            assert line.get("licence") != "CC BY-SA 4.0"
        assert list(datafiles.lines(DATA, shared))
    assert {line["licence"] for line in datafiles.lines(DATA, "hardware-facts-sharealike.csv")} == {
        "CC BY-SA 4.0"
    }


def test_every_element_of_a_device_has_its_classes():
    told = {row["element"] for row in datafiles.composition(DATA)} - {""}

    assert told <= elements().keys()


def test_grid_intensities_are_per_joule_and_the_world_is_there(catalogue):
    world = Factor.objects.get(kind=Factor.Kind.GRID_INTENSITY, region="WORLD")

    assert world.value * 3.6e9 == pytest.approx(458.3, abs=0.05)


def test_claims_keep_the_scale_and_order_of_the_abstract(catalogue):
    ranged = Claim.objects.get(
        source__slug="flops-to-footprints", quantity="gpu_count", kind="RANGE"
    )

    assert (ranged.value, ranged.low, ranged.high) == (None, 1174, 8800)


# Facts of a run


def test_facts_take_six_queries_however_often_they_are_asked(catalogue, django_assert_num_queries):
    facts = Facts()

    with django_assert_num_queries(6):
        for device in ("nvidia-a100-sxm4-40gb", "google-tpu-v4", "unspecified"):
            facts.of(device, 8, "FRA", "training-run")


def test_facts_of_the_studied_card_are_ranges_over_their_sources(catalogue):
    facts = Facts().of("nvidia-a100-sxm4-40gb", 8, "usa", "training-run", "mixtral-8x7b")

    # Tokens have a price only where a service answers.
    assert facts.keys() == FACTS.keys() - {"input_token_price", "output_token_price"}
    assert facts["device_life"] == footprint.LIFE
    assert facts["device_count"] == Interval.exact(8)
    assert facts["device_mass"] == facts["device_analysed_mass"] == Interval.exact(1.491)
    assert facts["device_embodied_carbon"] == Interval(127.6, 111, 319)
    assert facts["device_abiotic_depletion"] == Interval(0.00634, 0.0038, 0.00806)
    assert facts["device_rated_power"] == Interval.exact(400)
    assert facts["device_peak_flops"] == Interval.exact(312e12)
    assert facts["device_toxic_mass"] == Interval(0.795, 0, 0.795)
    assert facts["device_price"].value * 3600 == pytest.approx(1.99)
    assert facts["a100_price"].low * 3600 == pytest.approx(1.59)
    assert facts["pue"] == Interval(1.10, 1.08, 1.20)


def test_a_card_that_was_not_analysed_counts_its_module_mass(catalogue):
    facts = Facts().of("nvidia-h100-sxm5-80gb", 1, "", "mmlu")

    assert facts["device_mass"] == Interval.exact(1.69)
    assert "device_analysed_mass" not in facts


def test_a_pue_is_known_of_trainings_and_of_places_that_have_one(catalogue):
    facts = Facts()

    assert "pue" not in facts.of("nvidia-t4", 1, "FRA", "mmlu")
    assert facts.of("nvidia-t4", 1, "FRA", "training-run")["pue"].value == 1.10
    assert facts.of("nvidia-t4", 1, "WORLD", "mmlu")["pue"].value == 1.56


def test_the_newest_factor_of_a_region_counts(catalogue):
    Factor.objects.create(
        kind=Factor.Kind.GRID_INTENSITY,
        region="FRA",
        region_name="France",
        valid_from="2000-01-01",
        value=1,
        low=1,
        high=1,
        citation="somebody",
    )

    assert Facts().of("nvidia-t4", 1, "FRA", "mmlu")["grid_intensity"].value < 1e-7


def test_nothing_is_invented_about_hidden_hardware(catalogue):
    facts = Facts().of("unspecified", 1, "", "api-answer")

    assert facts.keys() == {"device_life", "device_count", "a100_price"}


def test_papers_are_the_seed_list_in_order():
    papers = json.loads((DATA / "papers.json").read_text())

    assert [paper["n"] for paper in papers] == list(range(1, 120))
