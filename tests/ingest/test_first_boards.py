"""The first boards: their files, their entries, and the command that sets them up."""

import csv
import io
import json
import shutil
from importlib.metadata import version
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import models

from ingest import first_boards, formats
from ingest.formats import File, efficiency_frontier_json
from ingest.resolve import Catalogue
from leaderboard import reference
from leaderboard.core import metrics
from leaderboard.datafiles import DATA
from leaderboard.models import (
    Board,
    Change,
    Entry,
    Estimate,
    Frontier,
    Measurement,
    Placement,
    Run,
    Submission,
)

COUNTED = (Board, Entry, Run, Measurement, Estimate, Frontier, Placement, Submission, User)
SLUGS = ("training", "api")


@pytest.fixture
def first_boards_loaded(db):
    return load()


@pytest.fixture
def copied_data(tmp_path):
    return shutil.copytree(DATA, tmp_path / "data")


def load(**options) -> str:
    output = io.StringIO()
    call_command("load_reference", stdout=output, **options)
    return output.getvalue()


def entries(board: str) -> dict[str, dict]:
    """Id → entry of the board's file."""
    found = json.loads(first_boards.file_of(board, DATA))["entries"]
    return {entry["external_id"].partition("/")[2]: entry for entry in found}


def edited(data, file: str, old: str, new: str):
    text = (data / file).read_text()
    assert text.count(old) == 1
    (data / file).write_text(text.replace(old, new))


def interval(entry: Entry, metric: str) -> tuple[float, float, float]:
    return Estimate.objects.values_list("low", "value", "high").get(entry=entry, metric=metric)


# The files


@pytest.mark.parametrize("slug", SLUGS)
def test_the_same_data_give_the_same_bytes(slug):
    assert first_boards.file_of(slug, DATA) == first_boards.file_of(slug, DATA)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_file_is_of_our_own_format_and_without_a_problem(slug):
    content = first_boards.file_of(slug, DATA)
    head = formats.Head(content[:4096], "board.json")

    readings = [
        efficiency_frontier_json.reading(row)
        for row in efficiency_frontier_json.rows(File.of(content))
    ]

    assert formats.detect(head)[0][1] is efficiency_frontier_json
    assert not any(reading.issues for reading in readings)
    assert len({reading.external_id for reading in readings}) == len(readings)


@pytest.mark.parametrize("slug", SLUGS)
def test_bounds_enclose_their_value_and_origins_are_stated(slug):
    for entry in entries(slug).values():
        for metric, value in entry["values"].items():
            low, high = value.get("low", value["value"]), value.get("high", value["value"])
            assert low <= value["value"] <= high, (entry["external_id"], metric)
            assert value["origin"] in ("REPORTED", "ESTIMATED", "RATED")
            assert metric in metrics.ALL


def test_every_estimate_and_price_names_the_package_and_its_version():
    ecologits, prices = (
        f"ecologits {version('ecologits')}",
        f"genai-prices {version('genai-prices')}",
    )

    for entry in entries("api").values():
        values = dict(entry["values"])
        assert values.pop("quality")["recipe"]
        assert values.pop("cost")["recipe"] == f"{prices}, list price of 2026-11-23"
        assert {value["recipe"] for value in values.values()} == {ecologits}
        assert {value["origin"] for value in values.values()} == {"ESTIMATED"}


def test_an_api_model_has_its_estimate_price_and_score():
    entry = entries("api")["gpt-5"]

    assert entry["region"] == "USA"
    assert entry["hardware"] == "unspecified"
    assert entry["settings"]["effort"] == "effort high"
    assert entry["values"]["cost"]["value"] == 0.01
    assert entry["values"]["quality"] == {
        "value": 86.17,
        "unit": "%",
        "origin": "REPORTED",
        "recipe": "Epoch AI Benchmarking Hub, own run, 2025-2026 (CC BY 4.0); confirmed",
    }
    assert entry["values"]["facility_energy"]["unit"] == "kWh"
    assert (
        entry["values"]["abiotic_depletion"]["low"] < entry["values"]["abiotic_depletion"]["high"]
    )


def test_depletion_is_that_of_use_and_making_together():
    found: Any = first_boards.llm_impacts("openai", "gpt-5", 1000, request_latency=float("inf"))
    value = entries("api")["gpt-5"]["values"]["abiotic_depletion"]

    low = found.usage.adpe.value.min + found.embodied.adpe.value.min
    high = found.usage.adpe.value.max + found.embodied.adpe.value.max
    assert (value["low"], value["high"]) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "magistral-small,magistral-small-latest",
            "magistral-small,magistral-medium-latest",
            "is priced as",
        ),
        (
            "gemma-4-31b-it,cerebras,gemma-4-31b,gemma-4-31b",
            "gemma-4-31b-it,google,gemma-4-31b-it,gemma-4-31b-it",
            "zero does not mean free",
        ),
        ("openai,gpt-5-nano,", "openai,gpt-5-pico,", "no estimate for gpt-5-pico"),
    ],
)
def test_a_name_that_reaches_another_model_or_no_price_stops_the_file(copied_data, old, new, said):
    file = copied_data / "api-models.csv"
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))

    with pytest.raises(first_boards.Mismatch, match=said):
        first_boards.file_of("api", copied_data)


def test_two_preferred_scores_of_a_model_stop_the_file(copied_data):
    file = copied_data / "benchmark-scores.csv"
    preferred = next(
        line
        for line in file.read_text().splitlines()
        if line.startswith("GPT-4,") and ",MMLU," in line and line.endswith(",y")
    )
    with file.open("a") as scores:
        scores.write(preferred + "\n")

    with pytest.raises(first_boards.Mismatch, match="two preferred scores"):
        first_boards.file_of("training", copied_data)


def test_energy_stands_under_the_boundary_that_its_source_states():
    found = entries("training")

    def energies(model):
        return {metric for metric in found[model]["values"] if metric in metrics.ENERGIES}

    assert energies("gpt-3-175b") == {"facility_energy"}
    assert energies("gopher-280b") == {"node_energy"}
    assert energies("bloom-176b") == {"device_energy"}
    assert energies("opt-175b") == energies("gpt-neox-20b") == set()
    assert found["llama-7b"]["values"]["facility_energy"]["origin"] == "RATED"


def test_only_gross_operational_emissions_of_one_run_are_carbon():
    found = entries("training")

    assert "carbon" in found["llama-3-1-405b"]["values"]
    for model in ("glam", "gemma-2-27b", "mistral-large-2", "gpt-neox-20b"):
        assert "carbon_reported" in found[model]["values"]
        assert "carbon" not in found[model]["values"]


def test_hours_of_a_part_of_a_run_are_left_out():
    assert "accelerator_time" not in entries("training")["deepseek-r1"]["values"]


def test_published_ranges_and_guesses_are_kept():
    compute = entries("training")["gpt-4"]["values"]["training_compute"]

    assert (compute["low"], compute["value"], compute["high"]) == (8.2e24, 2.1e25, 4.4e25)
    assert compute["origin"] == "ESTIMATED"


def test_base_and_chat_scores_are_marked():
    found = entries("training")

    assert found["llama-2-70b"]["settings"]["score_of"] == "base model"
    assert found["gpt-4"]["settings"]["score_of"] == "chat model"
    assert found["inflection-2"]["settings"]["score_of"] == "model not stated"


def test_texts_hold_the_versions_and_no_exclamation_mark():
    for board in first_boards.boards(DATA):
        texts = [
            board["blurb"],
            board["counted"],
            board["left_out"],
            board["mixing"],
            *board["caveats"],
        ]
        assert not any("!" in text or "{" in text or "\n" in text for text in texts)
    api = first_boards.boards(DATA)[1]
    assert "23\u00a0November\u00a02026" in api["counted"]
    assert f"ecologits {version('ecologits')}" in api["caveats"][0]


# The boards


def complete(board: Board) -> int:
    """How many entries of a board's task have every objective."""
    points = Estimate.objects.points(board.task_id, board.metrics)
    return int((points.value == points.value).all(axis=1).sum())


def test_both_boards_have_enough_complete_entries(first_boards_loaded):
    training, api = (Board.objects.get(slug=slug) for slug in SLUGS)

    assert training.metrics == ("quality", "facility_energy", "material", "cost")
    assert api.metrics == ("quality", "facility_energy", "abiotic_depletion", "cost")
    assert api.filters == {"quality_min": 0.4}
    assert complete(training) == 34
    assert complete(api) == 69
    assert training.placements.live().count() >= 20
    assert api.placements.live().count() >= 20


def test_a_published_energy_beats_the_rating(first_boards_loaded):
    gpt_3 = Entry.objects.get(task__slug="training-run", model__slug="gpt-3-175b")
    megatron = Entry.objects.get(task__slug="training-run", model__slug="megatron-turing-nlg-530b")

    assert interval(gpt_3, "facility_energy") == pytest.approx((1287 * 3.6e9,) * 3)
    hours, watts = 3_449_600 * 3600, 400
    assert interval(megatron, "facility_energy") == pytest.approx(
        (hours * watts * 1.08, hours * watts * 1.10, hours * watts * 1.20)
    )


def test_a_training_of_known_compute_takes_the_lives_of_the_paper(first_boards_loaded):
    titan = Entry.objects.get(model__slug="amazon-titan-200b")
    falcon = Entry.objects.get(model__slug="falcon-40b")

    assert interval(titan, "training_compute")[1] == 4.8e24
    # 2.4e23 FLOP at 35 % of 312 TFLOP/s for two years.
    assert interval(falcon, "gpu_lives")[1] == pytest.approx(34.845, abs=1e-3)
    assert interval(falcon, "material")[1] == pytest.approx(34.845 * 1.491, abs=2e-3)


def test_loading_again_sends_nothing(first_boards_loaded):
    before = [model.objects.count() for model in COUNTED]

    said = load()

    assert [model.objects.count() for model in COUNTED] == before
    assert said.count("unchanged") == 2
    assert "board training: 93 entries, unchanged" in said
    assert not Change.objects.exists()


def test_texts_that_an_editor_changed_stay(first_boards_loaded):
    Board.objects.filter(slug="api").update(title="Ours", filters={})

    load()

    assert Board.objects.get(slug="api").title == "Ours"


def test_new_data_replace_the_earlier_file_and_old_ones_come_back(first_boards_loaded, copied_data):
    edited(copied_data, "training-flops.csv", ",4.8e+24,", ",4.9e+24,")
    titan = Entry.objects.get(model__slug="amazon-titan-200b")

    said = load(data=copied_data)
    newer = interval(titan, "training_compute")[1]
    load()
    again = interval(titan, "training_compute")[1]

    assert "published, replacing the file of" in said
    assert (newer, again) == (4.9e24, 4.8e24)
    states = Submission.objects.filter(filename="first-board-training.json").values_list("state")
    assert sorted(state for (state,) in states) == ["PUBLISHED", "WITHDRAWN"]
    assert Estimate.objects.filter(task__slug="training-run").aggregate(models.Max("runs")) == {
        "runs__max": 1
    }


def test_a_file_with_a_problem_stops_the_command_with_its_reason(db, copied_data):
    edited(copied_data, "training-flops.csv", ",4.8e+24,", ",-4.8e+24,")

    with pytest.raises(CommandError, match=r"first-board-training\.json is rejected: .* negative"):
        load(data=copied_data)


def test_nobody_can_log_in_as_the_sender_of_our_files(first_boards_loaded):
    assert not User.objects.get(username="efficiency-frontier").has_usable_password()


def test_review_of_everything_does_not_hold_our_own_files(db, settings):
    settings.REVIEW = "all"

    said = load()

    assert said.count("published") == 2


# Names that files of others use


def labels(column: str, files) -> set[str]:
    found = set()
    for file in files:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            found |= {line.get(column) or "" for line in csv.DictReader(lines)}
    return found - {""}


def test_models_tasks_and_methods_of_the_real_files_are_known(db, real_data):
    reference.load()
    catalogue = Catalogue()
    study = sorted((real_data / "llm-energy-benchmark-csv").glob("*.csv"))
    codecarbon = sorted((real_data / "codecarbon-csv" / "co2_inference").rglob("*.csv"))
    served = [
        (json.loads(file.read_text())) for file in (real_data / "mlenergy-v3-json").glob("tasks/*")
    ]
    index = json.loads((real_data / "mlenergy-v3-json" / "index.json").read_text())
    repositories = {"/".join(label.split("/")[:2]) for label in labels("Modelo", study)}
    named = {
        "model": {
            *repositories,
            *labels("project_name", codecarbon),
            *index["models"],
            *(run["model_id"] for file in served for run in file["configurations"]),
        },
        "task": {
            *labels("Tarea", study),
            *index["tasks"],
            *(
                file.stem
                for file in codecarbon
                if "_" in file.stem and "emissions" not in file.stem
            ),
        }
        - {"model_parameters"},
        "method": {
            *labels("Cuantizacion", study),
            *labels(" speculative_method", study),
        }
        - {"f16"},
        "hardware": {
            "NVIDIA A100-SXM4-80GB",
            "NVIDIA GB10",
            "Apple M1",
            "Apple M2",
            "Intel(R) Core(TM) i7-8850H CPU @ 2.60GHz",
            *(run["gpu_model"] for file in served for run in file["configurations"]),
        },
    }

    unknown = {
        kind: sorted(label for label in labels if catalogue.find(kind, label) is None)
        for kind, labels in named.items()
    }

    assert unknown == {"model": [], "task": [], "method": [], "hardware": []}
