import json

import pytest

from ingest import formats
from ingest.readings import ESTIMATED, INFO, Unreadable
from tests.ingest.formats import folder
from tests.ingest.formats.reading import codes, issue, read_text, rows

FORMAT = formats.get("mteb-json")
ARCTIC = "Snowflake__snowflake-arctic-embed-m-v2.0/f2a7d59d80dfda5b1d14f096f3ce88bb6bf9ebdc"
OLD = "Alibaba-NLP__gte-Qwen1.5-7B-instruct/no_revision_available"


@pytest.fixture(scope="module")
def sent(real_data):
    return folder.folder_of(real_data / "mteb-json")


def older(**scores):
    content = {"mteb_dataset_name": "Birds", "mteb_version": "1.0", "test": scores}
    (reading,) = read_text(FORMAT, json.dumps(content))
    return reading


def test_one_subset_has_quality_time_and_carbon(sent):
    file = sent[f"{ARCTIC}/STSBenchmark.json"]
    (row,) = FORMAT.rows(file)
    reading = FORMAT.reading(row)

    assert (reading.model, reading.task) == (
        "Snowflake/snowflake-arctic-embed-m-v2.0",
        "STSBenchmark",
    )
    assert reading.settings["revision"] == "f2a7d59d80dfda5b1d14f096f3ce88bb6bf9ebdc"
    values = reading.values
    assert (values["quality"].raw, values["quality"].unit) == ("0.759802", "1")
    assert float(values["run_time"].raw) == pytest.approx(0.5843, abs=5e-5)
    carbon = values["carbon_reported"]
    assert (float(carbon.raw), carbon.unit) == (pytest.approx(8.262e-08, rel=1e-4), "kg")
    assert (carbon.per, carbon.origin) == ("run", ESTIMATED)
    assert issue(reading, "carbon.unclear").severity == INFO
    assert row.cells["model_meta.json:n_parameters"] == "305000000"
    assert row.cells["model_meta.json:memory_usage_mb"] == "1165.0"


def test_several_subsets_share_one_time(sent):
    readings = folder.read(FORMAT, sent[f"{ARCTIC}/AmazonCounterfactualClassification.json"])

    found = {(r.settings["split"], r.settings["subset"]) for r in readings}
    subsets = ("en-ext", "en", "de", "ja")
    assert found == {(split, name) for split in ("test", "validation") for name in subsets}
    assert {tuple(r.values) for r in readings} == {("quality",)}
    assert {tuple(codes(r)) for r in readings} == {("total.shared",)}


def test_the_whole_folder_is_read_and_its_companions_are_named(sent):
    found, said = folder.sorted_out(sent)
    results = [sent[name] for name, slugs in found.items() if slugs == [FORMAT.SLUG]]

    readings = folder.read(FORMAT, *results)

    assert len(results) == 72
    assert [i for r in readings for i in r.issues if i.severity == "error"] == []
    assert all(0 <= float(r.values["quality"].raw) <= 1 for r in readings)
    assert all("/" in r.model and r.task for r in readings)
    assert {name.rpartition("/")[2] for name, saying in said.items() if saying} == {
        "model_meta.json"
    }
    assert [name for name, saying in said.items() if not saying] == ["SOURCE.md"]


def test_the_older_layout_has_a_model_and_no_revision(sent):
    (banking,) = folder.read(FORMAT, sent[f"{OLD}/Banking77Classification.json"])
    (search,) = folder.read(FORMAT, sent[f"{OLD}/SciFact.json"])

    assert banking.model == "Alibaba-NLP/gte-Qwen1.5-7B-instruct"
    assert "revision" not in banking.settings
    assert (banking.values["quality"].raw, banking.values["run_time"].raw) == (
        "0.8167857142857142",
        "23.85",
    )
    assert (search.values["quality"].raw, search.values["quality"].recipe) == (
        "0.75312",
        "ndcg_at_10",
    )


@pytest.mark.parametrize(
    ("scores", "quality"),
    [
        ({"v_measure": 0.5, "v_measure_std": 0.1}, "0.5"),
        ({"map": 0.5, "mrr": 0.75}, "0.5"),
        ({"cos_sim": {"pearson": 0.25, "spearman": 0.5}}, "0.5"),
        ({"cos_sim": {"accuracy": 0.25, "ap": 0.5}}, "0.5"),
        ({"de-en": {"f1": 0.25, "main_score": 0.5}}, "0.5"),
    ],
)
def test_the_main_metric_of_an_older_file(scores, quality):
    assert older(**scores).values["quality"].raw == quality


def test_a_file_alone_leaves_the_model_to_be_asked():
    assert older(main_score=0.5).model == ""


def test_a_negative_correlation_is_no_share():
    reading = older(main_score=-0.25)

    assert (reading.values, codes(reading)) == ({}, ["metric.unsupported"])


def test_a_score_that_is_no_number_is_an_error():
    assert codes(older(main_score=float("nan"))) == ["value.missing"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "record.invalid"),
        ("{}", "rows.missing"),
        ('{"scores": {"test": [7]}}', "rows.missing"),
        ("{", "json.invalid"),
    ],
)
def test_a_file_without_scores_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code
