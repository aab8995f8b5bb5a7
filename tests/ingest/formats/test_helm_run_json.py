import json

import pytest

from ingest import formats
from ingest.readings import INFO, WARNING, Unreadable
from tests.ingest.formats import folder
from tests.ingest.formats.reading import codes, issue, read_text, rows

FORMAT = formats.get("helm-run-json")
SPEC = {
    "name": "birds:subject=sea,method=generation,model=example_heron",
    "scenario_spec": {"class_name": "x.Birds", "args": {"subject": "sea", "level": "all"}},
    "adapter_spec": {"model": "example/heron", "max_train_instances": 5, "method": "generation"},
}


@pytest.fixture(scope="module")
def sent(real_data):
    return folder.folder_of(real_data / "helm-run-json")


@pytest.fixture(scope="module")
def runs(sent):
    """The runs by suite and model."""
    files = [file for name, file in sent.items() if name.endswith("/stats.json")]
    found = folder.read(FORMAT, *files)
    return {(reading.path.split("/")[0], reading.model): reading for reading in found}


def statistic(name, mean, **parts):
    return {"name": {"name": name, "split": "test", **parts}, "count": 1, "sum": 1, "mean": mean}


def run(*statistics, **beside):
    contents = {"a/s/run/stats.json": json.dumps(statistics)}
    contents |= {f"a/s/{place}": text for place, text in beside.items()}
    (reading,) = folder.read(FORMAT, folder.sent(contents)["a/s/run/stats.json"])
    return reading


@pytest.mark.parametrize(
    ("model", "quality", "seconds", "tokens"),
    [
        ("openai/gpt-4o-2024-05-13", 0.95, 0.3999, 84.31),
        ("anthropic/claude-3-5-sonnet-20240620", 0.93, 0.6757, 100.27),
        ("mistralai/mixtral-8x22b-instruct-v0.1", 0.92, 0.3651, 96.37),
        ("meta/llama-3-8b-chat", 0.74, 0.3297, 85.36),
        ("meta/llama-3-70b-chat", 0.29, 0.6876, 85.36),
    ],
)
def test_a_run_has_quality_time_and_tokens(runs, model, quality, seconds, tokens):
    reading = runs["v4", model]

    assert float(reading.values["quality"].raw) == quality
    assert float(reading.values["latency"].raw) == pytest.approx(seconds, abs=5e-5)
    assert float(reading.values["tokens_in"].raw) == tokens
    assert float(reading.values["tokens_out"].raw) == 1
    assert (reading.task, reading.samples, reading.measured_on) == ("bbq", 100, "2024-07-19")
    assert (reading.hardware, reading.settings["score_of"]) == ("", "bbq_accuracy")


def test_a_run_far_from_the_others_is_marked_and_counts(runs):
    marked = [reading for reading in runs.values() if "value.outlier" in codes(reading)]

    assert [reading.model for reading in marked] == ["meta/llama-3-70b-chat"]
    assert issue(marked[0], "value.outlier").severity == INFO


def test_a_run_of_two_instances_waits_for_a_look(runs):
    reading = runs["v3", "anthropic/claude-3-5-sonnet-20240620"]

    assert (reading.samples, reading.values["quality"].raw) == (2, "1.0")
    assert issue(reading, "samples.few").severity == WARNING


def test_everything_else_in_the_folder_is_named(sent):
    found, said = folder.sorted_out(sent)

    results = {name for name, slugs in found.items() if slugs == [FORMAT.SLUG]}
    assert results == {name for name in sent if name.endswith("/stats.json")}
    assert [name for name, saying in said.items() if not saying] == ["SOURCE.md"]


def test_copies_of_a_statistic_do_not_count():
    reading = run(
        statistic("exact_match", 0.1, perturbation={"name": "robustness"}),
        statistic("exact_match", 0.2, sub_split="river"),
        statistic("exact_match", 0.3),
        statistic("exact_match", 0.4, perturbation={"name": "fairness"}),
        statistic("exact_match", 0.5, split="train"),
    )

    assert reading.values["quality"].raw == "0.3"


def test_the_description_beside_the_run_says_model_task_and_settings():
    beside = {"run/run_spec.json": json.dumps(SPEC), "summary.json": '{"date": "2026-01-02"}'}

    reading = run(statistic("exact_match", 0.5), **beside)

    assert (reading.model, reading.task) == ("example/heron", "birds:subject=sea")
    assert (reading.measured_on, reading.settings["n_shot"]) == ("2026-01-02", 5)
    assert reading.issues == ()


@pytest.mark.parametrize("broken", ["", "{", "[]", '"x"', "7"])
def test_without_a_description_model_and_task_are_asked(broken):
    beside = {"run/run_spec.json": broken} if broken else {}

    reading = run(statistic("exact_match", 0.5), **beside)

    assert (reading.model, reading.task) == ("", "")
    assert codes(reading) == ["companion.missing"]
    assert reading.values["quality"].raw == "0.5"


def test_a_folder_with_the_name_of_a_run_says_what_ran():
    path = "birds:subject=all,model=example_heron/stats.json"
    files = folder.sent({path: json.dumps([statistic("exact_match", 0.5)])})

    (reading,) = folder.read(FORMAT, files[path])

    assert (reading.model, reading.task) == ("example_heron", "birds")


@pytest.mark.parametrize("args", [None, {}], ids=["no description", "arguments of none"])
def test_a_part_of_a_scenario_is_not_taken_for_the_whole(args):
    name = "birds:subject=sea,method=joint,stop=hash,use_few_shot=true,model=example_heron"
    path = f"{name}/stats.json"
    beside = {} if args is None else {"scenario_spec": {"args": args}, "name": name}
    files = folder.sent(
        {
            path: json.dumps([statistic("exact_match", 0.5)]),
            f"{name}/run_spec.json": json.dumps(beside | {"adapter_spec": {}}),
        }
    )

    (reading,) = folder.read(FORMAT, files[path])

    assert reading.task == "birds:subject=sea"


def test_a_run_without_a_known_score_keeps_its_time():
    reading = run(statistic("toxic_frac", 0.1), statistic("inference_runtime", 0.5),
                  statistic("num_instances", 50.0))  # fmt: skip

    assert reading.values.keys() == {"latency"}
    assert codes(reading) == ["metric.unsupported", "companion.missing"]


def test_statistics_that_are_no_statistics_are_passed_over():
    content = [7, {}, {"name": "x"}, {"name": {"name": 7}}, statistic("exact_match", None)]

    (reading,) = read_text(FORMAT, json.dumps(content))

    assert reading.values == {}
    assert "value.missing" in codes(reading)


@pytest.mark.parametrize(
    ("content", "code"),
    [("{}", "record.invalid"), ("[]", "rows.missing"), ("[", "json.invalid"), ("", "file.empty")],
)
def test_a_file_without_statistics_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


@pytest.mark.parametrize(
    ("scenario", "score"),
    [
        ("narrative_qa", "f1_score"),  # main_name of each in HELM's schema_lite.yaml
        ("natural_qa", "f1_score"),
        ("med_qa", "quasi_exact_match"),
        ("code", "pass"),
        ("openbookqa", "exact_match"),
    ],
)
def test_the_score_is_the_one_that_helms_own_tables_show(scenario, score):
    means = {"exact_match": 0.125, "quasi_exact_match": 0.25, "f1_score": 0.5, "pass": 0.75}
    spec = {"name": f"{scenario}:model=a_b", "adapter_spec": {"model": "a/b"}}

    reading = run(
        *(statistic(*mean) for mean in means.items()), **{"run/run_spec.json": json.dumps(spec)}
    )

    assert reading.settings["score_of"] == score
    assert float(reading.values["quality"].raw) == means[score]


def test_a_translation_has_no_share_of_right_answers():
    spec = {"name": "wmt_14:language_pair=de-en,model=a_b", "adapter_spec": {"model": "a/b"}}
    given = (statistic("bleu_4", 0.25), statistic("exact_match", 0.125))

    reading = run(
        *given, statistic("inference_runtime", 0.5), **{"run/run_spec.json": json.dumps(spec)}
    )

    assert reading.values.keys() == {"latency"}
    assert codes(reading) == ["metric.unsupported"]
