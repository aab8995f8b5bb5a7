import json

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import INFO, Unreadable
from tests.ingest.formats.reading import codes, issue, read, read_text, rows

FORMAT = formats.get("bigcode-eval-json")


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "bigcode-eval-json"


@pytest.fixture(scope="module")
def mercury(folder):
    return read(folder / "CodeLlama-7b-hf-mercury-result.json")


def task(scores, **config):
    config = {"model": "a/b", "n_samples": 1, **config}
    return read_text(FORMAT, json.dumps({"task": scores, "config": config}))


def test_a_share_for_each_number_of_tries(folder):
    readings = read(folder / "starcoder2_3b_evaluation_humaneval.json")

    found = {r.settings["score_of"]: float(r.values["quality"].raw) for r in readings}
    assert found["pass@1"] == pytest.approx(0.1925609756, abs=5e-11)
    assert found["pass@10"] == pytest.approx(0.335675, abs=5e-7)
    for reading in readings:
        assert (reading.model, reading.task) == ("bigcode/starcoder2-3b", "humaneval")
        assert (reading.settings["temperature"], reading.settings["n_samples"]) == (0.2, 50)
        assert (reading.method, reading.issues) == ("", ())


def test_mercury_counts_by_its_averages(mercury):
    counted = {r.settings["score_of"]: r for r in mercury if r.values}

    tries = (1, 3, 5)
    assert counted.keys() == {f"Average_{name}@{k}" for name in ("pass", "beyond") for k in tries}
    assert counted["Average_pass@1"].values["quality"].raw == "0.37187499999999996"
    beyond = counted["Average_beyond@1"].values["quality"]
    assert float(beyond.raw) == pytest.approx(0.254898, abs=5e-7)
    details = [reading for reading in mercury if not reading.values]
    assert len(details) == 18
    assert {tuple(codes(reading)) for reading in details} == {("row.detail",)}


def test_the_four_bits_win_over_the_precision(mercury):
    assert {reading.method for reading in mercury} == {"load_in_4bit"}
    assert not any("precision" in reading.settings for reading in mercury)


def test_a_precision_without_a_switch_is_a_setting():
    (reading,) = task({"pass@1": 0.5}, precision="bf16", load_in_4bit=False)

    assert (reading.method, reading.settings["precision"]) == ("", "bf16")


def test_scores_that_are_no_shares_are_left_out():
    bleu, missing = task({"bleu": 0.5, "pass@1": None})

    assert (bleu.values, codes(bleu)) == ({}, ["metric.unsupported"])
    assert (missing.values, codes(missing)) == ({}, ["value.missing"])
    assert issue(missing, "value.missing").severity == INFO


def test_a_limit_below_thirty_is_a_small_sample():
    (reading,) = task({"pass@1": 0.5}, limit=10)

    assert codes(reading) == ["samples.few"]
    assert reading.settings["limit"] == 10


def test_results_of_the_other_harness_are_not_of_this_one():
    content = json.dumps({"results": {"t": {"pass@1": 1}}, "config": {"model": "", "limit": 1}})

    assert FORMAT.matches(formats.Head(content.encode())) == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "column.missing"),
        ('{"humaneval": {"pass@1": 1}}', "column.missing"),
        ('{"config": {"model": "a/b"}}', "rows.missing"),
        ("{", "json.invalid"),
    ],
)
def test_a_file_without_scores_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_ds_1000_calls_its_score_otherwise():
    config = {"model": "example-org/heron-3b", "temperature": 0.2, "n_samples": 40}
    scores = {"ds1000-all-completion": {"mean pass@1 score": 0.25}}
    content = json.dumps(scores | {"config": config})

    (reading,) = read_text(FORMAT, content)

    assert formats.detect(Head(content.encode()))[0][1] is FORMAT
    assert (reading.task, reading.values["quality"].raw) == ("ds1000-all-completion", "0.25")
