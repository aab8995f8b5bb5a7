import json

import pytest

from ingest import formats
from ingest.readings import INFO, WARNING, Unreadable
from tests.ingest.formats.reading import codes, issue, read, read_text, rows

FORMAT = formats.get("lm-eval-json")


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "lm-eval-json"


@pytest.fixture(scope="module")
def old_mmlu(folder):
    return read(folder / "v0.3" / "llama-7B_mmlu_5-shot.json")


def newest(folder, name):
    (path,) = (folder / "v0.4" / name).glob("results_*.json")
    return read(path)


def counted(readings):
    return [reading for reading in readings if reading.values]


def score(scores, path="r.json", **parts):
    content = {"results": {"task": scores}, "versions": {}, "config": {}, **parts}
    (row,) = rows(FORMAT, json.dumps(content))
    return FORMAT.reading(row.__class__(row.number, row.cells, path))


def test_two_filters_are_two_scores(folder):
    strict, flexible = newest(folder, "meta-llama__Meta-Llama-3-8B-Instruct")

    assert float(strict.values["quality"].raw) == 0.7725549658832449
    assert float(flexible.values["quality"].raw) == pytest.approx(0.7779, abs=5e-5)
    assert strict.settings["score_of"] == "exact_match, strict-match"
    assert flexible.settings["score_of"] == "exact_match, flexible-extract"
    assert (strict.task, strict.settings["prompt"], strict.samples) == ("gsm8k", "cot_llama", 1319)
    assert (strict.settings["n_shot"], strict.settings["engine"]) == (5, "vllm")
    assert strict.model == "meta-llama/Meta-Llama-3-8B-Instruct"
    time = strict.values["run_time"]
    assert (float(time.raw), time.unit, time.per) == (pytest.approx(256.36, abs=5e-3), "s", "run")


def test_a_group_counts_and_its_parts_do_not(folder):
    readings = newest(folder, "Qwen__Qwen2.5-7B")

    found = {(r.task, r.settings["score_of"]): r for r in counted(readings)}
    assert {task for task, _ in found} == {
        "winogrande",
        "sciq",
        "piqa",
        "mmlu",
        "lambada_openai",
        "hellaswag",
        "glue",
        "arc_easy",
        "arc_challenge",
    }
    winogrande = found["winogrande", "acc"]
    assert float(winogrande.values["quality"].raw) == pytest.approx(0.7316495659, abs=5e-11)
    assert float(found["mmlu", "acc"].values["quality"].raw) == pytest.approx(0.716636, abs=5e-7)
    assert found["mmlu", "acc"].samples == 14042
    subject = next(r for r in readings if r.task == "mmlu_formal_logic")
    assert (subject.values, codes(subject)) == ({}, ["row.detail"])
    assert issue(subject, "row.detail").severity == INFO
    assert "run_time" not in winogrande.values


def test_bounds_are_one_standard_error(folder):
    found = next(r for r in newest(folder, "Qwen__Qwen2.5-7B") if r.task == "winogrande")

    quality = found.values["quality"]
    assert float(quality.low) == pytest.approx(0.7316495659 - 0.0124533404, abs=1e-9)
    assert float(quality.high) == pytest.approx(0.7316495659 + 0.0124533404, abs=1e-9)


def test_infinite_errors_give_nothing_to_rank_and_no_error(folder):
    (reading,) = newest(folder, "gpt-4o-mini")

    assert reading.values == {}
    assert [(i.severity, i.code) for i in reading.issues] == [(INFO, "metric.unsupported")]


def test_a_model_behind_an_api_did_not_run_on_the_machine_that_asked(folder):
    (reading,) = newest(folder, "gpt-4o-mini")

    assert (reading.hardware, reading.device_count) == ("", None)


def test_perplexities_are_no_quality(folder):
    readings = newest(folder, "all-results-original")

    assert len(readings) == 3
    assert counted(readings) == []


def test_a_limit_is_a_setting_and_few_samples_are_a_warning(folder):
    readings = {r.settings["score_of"]: r for r in counted(newest(folder, "Qwen__Qwen3-8B"))}

    assert readings.keys() == {"acc", "micro_f1", "macro_f1", "exact_match"}
    assert {r.settings["limit"] for r in readings.values()} == {20.0}
    assert (readings["acc"].samples, readings["acc"].issues) == (40, ())
    few = issue(readings["exact_match"], "samples.few")
    assert (readings["exact_match"].samples, few.severity) == (20, WARNING)


def test_a_path_as_a_model_is_not_published(folder):
    found = read(folder / "v0.3" / "llama-7B_gsm8k_8-shot.json")

    assert [(r.model, codes(r)) for r in found] == [("", ["model.path"])]
    assert float(found[0].values["quality"].raw) == pytest.approx(0.08036391, abs=5e-9)
    assert found[0].settings["n_shot"] == 8


def test_the_harness_names_the_folder_after_the_model():
    path = "x/meta-llama__Llama-2-7b-hf/results_1.json"
    local = {"model_name": "/data/Llama-2-7b-hf"}

    assert score({"acc": 0.5}, path, **local).model == "meta-llama/Llama-2-7b-hf"
    assert score({"acc": 0.5}, "x/__data__Llama/results_1.json", **local).model == ""


def test_mmlu_without_a_group_is_the_mean_of_its_subjects(old_mmlu, folder):
    source = json.loads((folder / "v0.3" / "llama-7B_mmlu_5-shot.json").read_text())["results"]

    first, second = counted(old_mmlu)

    assert (first.task, second.task) == ("hendrycksTest", "hendrycksTest")
    assert (first.settings["score_of"], second.settings["score_of"]) == ("acc", "acc_norm")
    mean = sum(scores["acc"] for scores in source.values()) / 57
    assert float(first.values["quality"].raw) == pytest.approx(mean, rel=1e-12)
    assert "unweighted" in first.values["quality"].recipe
    assert len(old_mmlu) == 2 * 57 + 2


def test_some_subjects_of_mmlu_are_not_mmlu():
    content = {"results": {"hendrycksTest-anatomy": {"acc": 0.5, "acc_stderr": 0.1}}}

    (reading,) = read_text(FORMAT, json.dumps({**content, "versions": {}}))

    assert (reading.task, reading.values["quality"].raw) == ("hendrycksTest-anatomy", "0.5")


def test_every_file_is_read_without_an_error(folder):
    for path in sorted(folder.rglob("*.json")):
        assert [i for r in read(path) for i in r.issues if i.severity == "error"] == []


@pytest.mark.parametrize(
    ("metric", "counts"),
    [
        ("acc,none", True),
        ("acc_norm,none", True),
        ("prompt_level_strict_acc,none", True),
        ("pass@1,create_test", True),
        ("mc2", True),
        ("mcc,none", False),
        ("bleu,none", False),
        ("rouge1_max,none", False),
        ("brier_score,none", False),
    ],
)
def test_only_shares_are_quality(metric, counts):
    reading = score({metric: 0.5})

    assert ("quality" in reading.values) is counts
    assert codes(reading) == ([] if counts else ["metric.unsupported"])


def test_a_metric_of_which_less_is_better_is_no_quality():
    reading = score({"acc,none": 0.5}, **{"higher_is_better": {"task": {"acc": False}}})

    assert (reading.values, codes(reading)) == ({}, ["metric.unsupported"])


def test_a_score_that_is_not_a_number_is_missing():
    reading = score({"acc,none": float("nan")})

    assert (reading.values, codes(reading)) == ({}, ["value.missing"])
    assert issue(reading, "value.missing").severity == INFO


def test_arguments_are_read_as_text_and_as_an_object():
    for arguments in (
        "pretrained=a/b,tensor_parallel_size=4,load_in_8bit=True",
        {"pretrained": "a/b", "tensor_parallel_size": 4, "load_in_8bit": True},
    ):
        config = {"model_args": arguments, "batch_size": "8"}
        environment = "GPU 0: NVIDIA L4\nGPU 1: NVIDIA L4"
        reading = score({"acc": 0.5}, config=config, pretty_env_info=environment)

        assert (reading.model, reading.method) == ("a/b", "load_in_8bit")
        assert (reading.hardware, reading.device_count) == ("NVIDIA L4", 4)
        assert reading.settings["batch_size"] == 8


def test_single_answers_are_a_companion():
    line = b'{"doc_id": 0, "doc": {}, "target": "1", "arguments": [], "resps": []}\n'

    assert formats.detect(formats.Head(line)) == []
    assert formats.companion(formats.Head(line)).startswith("Single answers")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "column.missing"),
        ('{"results": []}', "column.missing"),
        ('{"results": {}}', "rows.missing"),
        ('{"results": {"a": {"alias": "a"}}}', "rows.missing"),
        ('{"results": {', "json.invalid"),
    ],
)
def test_a_file_without_scores_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_bigsciences_fork_lists_its_scores_by_task_and_prompt():
    record = {"task_name": "birds", "prompt_id": "1ab4", "prompt_jinja": "{{x}}", "subset": None}
    content = {
        "results": [
            record | {"prompt_name": "Which bird", "em": 0.5, "em_stderr": 0.125},
            record | {"prompt_name": "Name it", "em": 0.25, "em_stderr": 0.125},
        ],
        "versions": {"birds+Which bird": 0},
        "config": {
            "model": "neox",
            "model_args": {"save_iters": list(range(2_000)), "tensor_parallel_size": 2},
        },
    }

    found = read_text(FORMAT, json.dumps(content))

    assert [(r.task, r.settings["prompt"], r.values["quality"].raw) for r in found] == [
        ("birds", "Which bird", "0.5"),
        ("birds", "Name it", "0.25"),
    ]
    assert found[0].values["quality"].low == "0.375"
    assert {r.settings["tensor_parallel"] for r in found} == {2}


def test_squads_scores_are_percents():
    content = {
        "results": {
            "jsquad-1.1-0.3": {"exact_match": 27.25, "f1": 35.5},
            "squadv2": {"exact,none": 0.5, "HasAns_f1,none": 60.5},
            "squad_completion": {"contains,none": 0.5},
            "xquad_es": {"f1,none": 0.5},
        },
        "versions": {},
        "config": {},
    }

    units = {
        (r.task, r.settings["score_of"]): r.values["quality"].unit
        for r in read_text(FORMAT, json.dumps(content))
    }

    assert units == {
        ("jsquad-1.1-0.3", "exact_match"): "%",
        ("jsquad-1.1-0.3", "f1"): "%",
        ("squadv2", "exact"): "%",
        ("squadv2", "HasAns_f1"): "%",
        ("squad_completion", "contains"): "1",
        ("xquad_es", "f1"): "1",
    }


def test_a_revision_among_the_arguments_tells_checkpoints_apart():
    arguments = "pretrained=EleutherAI/pythia-1.4b,revision=step23000,autogptq=model.safetensors"
    reading = score({"acc": 0.5}, config={"model": "hf-causal", "model_args": arguments})

    assert (reading.model, reading.method) == ("EleutherAI/pythia-1.4b", "gptq")
    assert reading.settings["revision"] == "step23000"


def test_shots_of_all_tasks_together_are_given_to_none():
    reading = score({"acc": 0.5}, config={"num_fewshot": [2, 3]})

    assert "n_shot" not in reading.settings
    assert issue(reading, "setting.unclear").severity == INFO


def test_a_mean_over_groups_with_other_scores_is_no_task():
    content = {
        "results": {
            "leaderboard": {"acc_norm,none": 0.5, "exact_match,none": 0.25},
            "leaderboard_bbh": {"acc_norm,none": 0.5},
            "leaderboard_bbh_snarks": {"acc_norm,none": 0.5},
            "leaderboard_math_hard": {"exact_match,none": 0.25},
            "leaderboard_math_algebra_hard": {"exact_match,none": 0.25},
        },
        "group_subtasks": {
            "leaderboard": ["leaderboard_bbh", "leaderboard_math_hard"],
            "leaderboard_bbh": ["leaderboard_bbh_snarks"],
            "leaderboard_math_hard": ["leaderboard_math_algebra_hard"],
        },
        "configs": {},
        "versions": {},
    }

    found = read_text(FORMAT, json.dumps(content))

    assert {reading.task for reading in counted(found)} == {
        "leaderboard_bbh",
        "leaderboard_math_hard",
    }
    details = [reading for reading in found if not reading.values]
    assert [codes(reading) for reading in details] == [["row.detail"]] * 4


PRINTED = """\
{}
|  Tasks   |Version|Filter|n-shot|Metric|   |Value|   |Stderr|
|----------|------:|------|-----:|------|---|----:|---|-----:|
|water     |    N/A|none  |      |      |   |     |   |      |
| - rivers |      1|none  |     0|acc   |↑  | 0.25|±  | 0.125|
|  - deltas|      1|none  |     0|acc   |↑  |  0.5|±  | 0.125|
| - lakes  |      1|none  |     0|acc   |↑  | 0.75|±  | 0.125|
"""


def test_parts_of_a_printed_group_without_a_score_count():
    call = "vllm (pretrained=a/b,tensor_parallel_size=2), gen_kwargs: (None), limit: 50.0"

    found = read_text(FORMAT, PRINTED.format(call))

    assert [(r.task, bool(r.values)) for r in found] == [
        ("rivers", True),
        ("deltas", False),
        ("lakes", True),
    ]
    assert (found[0].model, found[0].settings["tensor_parallel"]) == ("a/b", 2)
    assert (found[0].settings["engine"], found[0].settings["limit"]) == ("vllm", 50.0)


def test_a_printed_table_does_not_take_the_model_of_another():
    first = PRINTED.format("hf (pretrained=a/b), gen_kwargs: (None), limit: None")

    models = [r.model for r in counted(read_text(FORMAT, first + "\n" + PRINTED.format("## c")))]

    assert models == ["a/b", "a/b", "", ""]


def test_a_printed_table_with_a_zero_character_is_refused():
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, PRINTED.format("").replace("lakes", "la\0kes"))

    assert refusal.value.issue.code == "text.invalid"


@pytest.mark.parametrize(
    ("task", "metric", "questions", "prompt"),
    [
        ("gsm8k_cot_zeroshot", "acc", "gsm8k", "cot_zeroshot"),
        ("bbh_fewshot", "acc", "bbh", "fewshot"),
        ("leaderboard_bbh", "acc", "leaderboard_bbh", None),
        ("leaderboard_ifeval", "acc", "ifeval", "leaderboard"),
        ("gpqa_diamond_cot_n_shot", "acc", "gpqa_diamond", "cot_n_shot"),
        ("leaderboard_gpqa", "acc", "leaderboard_gpqa", None),
        ("minerva_math", "acc", "hendrycks_math", "minerva"),
        ("minerva_math500", "acc", "math500", "minerva"),
        ("minerva_math_algebra", "acc", "minerva_math_algebra", None),
        ("leaderboard_math_hard", "acc", "leaderboard_math_hard", None),
        ("mmlu_pro", "acc", "mmlu_pro", None),
        ("mmlu_pro_math", "acc", "mmlu_pro_math", None),
        ("mmlu_generative", "acc", "mmlu", "generative"),
        ("arc_challenge_mt_de", "acc", "arc_challenge_mt_de", None),
        ("truthfulqa_mc", "mc1", "truthfulqa_mc1", None),
        ("truthfulqa_mc", "mc2", "truthfulqa_mc2", None),
    ],
)
def test_the_questions_are_the_task_and_the_way_to_put_them_a_setting(
    task, metric, questions, prompt
):
    content = {"results": {task: {f"{metric},none": 0.5}}, "versions": {}, "config": {}}

    (reading,) = read_text(FORMAT, json.dumps(content))

    assert (reading.task, reading.settings.get("prompt")) == (questions, prompt)


@pytest.mark.parametrize(("shots", "common"), [((5, 5), 5), ((5, 0), None)])
def test_a_group_has_the_examples_that_all_its_parts_have(shots, common):
    content = {
        "results": {name: {"acc,none": 0.5} for name in ("water", "rivers", "lakes")},
        "group_subtasks": {"water": ["rivers", "lakes"], "rivers": [], "lakes": []},
        "n-shot": dict(zip(("rivers", "lakes"), shots, strict=True)),
        "configs": {},
    }

    whole, *_ = read_text(FORMAT, json.dumps(content))

    assert (whole.task, whole.settings.get("n_shot")) == ("water", common)


def test_questions_and_prompts_may_be_longer_than_a_cell():
    long = "x" * 40_000
    parts = {"samples": {"task": [{"doc": long}]}, "configs": {"task": {"description": long}}}

    assert score({"acc,none": 0.5}, **parts).values["quality"].raw == "0.5"


OLD_TABLE = """\
|   Task    |Version| Metric |Value|   |Stderr|
|-----------|------:|--------|----:|---|-----:|
|rivers     |      0|acc     |{}|±  |  1.50|
|           |       |acc_norm| 0.75|±  |  1.25|
|squad2     |      1|f1      |60.25|   |      |
"""


def test_a_table_in_percent_is_told_by_a_share_of_more_than_one():
    percent = read_text(FORMAT, OLD_TABLE.format("54.50"))
    shares = read_text(FORMAT, OLD_TABLE.format(" 0.55"))

    quality = [reading.values["quality"] for reading in percent]
    assert [(one.raw, one.unit) for one in quality] == [
        ("54.50", "%"),
        ("0.75", "%"),
        ("60.25", "%"),
    ]
    assert (quality[0].low, quality[0].high) == ("53.00", "56.00")
    units = [reading.values["quality"].unit for reading in shares]
    assert units == ["1", "1", "%"]


def test_a_printed_alias_tells_the_parts_of_a_group_and_numbers_may_be_wrapped():
    table = """\
|    Task    |Version|Filter|Metric|       Value        |   |      Stderr      |
|------------|-------|------|------|--------------------|---|------------------|
|water       |N/A    |none  |acc   |                0.50|±  |np.float64(0.125) |
|            |       |      |alias |water               |   |                  |
|water_rivers|N/A    |      |alias | - rivers           |   |                  |
|            |       |none  |acc   |0.25                |±  |np.float64(0.125) |
|water_deltas|      0|      |alias |  - deltas          |   |                  |
|            |       |none  |acc   |np.float64(0.75)    |±  |             0.125|
|birds       |      0|none  |acc   |                 1.0|   |                  |
|            |       |      |alias |birds               |   |                  |
"""

    found = read_text(FORMAT, table)

    assert [(r.task, bool(r.values)) for r in found] == [
        ("water", True),
        ("water_rivers", False),
        ("water_deltas", False),
        ("birds", True),
    ]
    quality = found[0].values["quality"]
    assert (quality.raw, quality.low, quality.high) == ("0.50", "0.375", "0.625")
