import json

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import INFO, Unreadable
from tests.ingest.formats.reading import codes, read_text, rows

FORMAT = formats.get("lighteval-json")
GENERAL = {"model_name": "example-org/Heron-7B", "lighteval_sha": "0f31", "max_samples": None}


def written(results, tasks=None, **general):
    content = {"config_general": GENERAL | general, "results": results, "versions": {}}
    return json.dumps(content | {"config_tasks": tasks or {}})


def counted(content):
    return [reading for reading in read_text(FORMAT, content) if reading.values]


def test_the_first_open_llm_leaderboard_is_read_as_its_own_format():
    content = written(
        {
            "harness|arc:challenge|25": {"acc_norm": 0.5, "acc_norm_stderr": 0.125},
            "all": {"acc_norm": 0.5, "acc_norm_stderr": 0.125},
        },
        model_sha="6fdf2e60f86ff2481f2241aaee459f85b5b0bcb9",
        model_dtype="torch.float16",
        override_batch_size=1,
    )

    assert [module.SLUG for _, module in formats.detect(Head(content.encode()))] == [FORMAT.SLUG]
    (arc,) = counted(content)
    assert (arc.task, arc.settings["n_shot"], arc.settings["suite"]) == (
        "arc:challenge",
        25,
        "harness",
    )
    quality = arc.values["quality"]
    assert (quality.raw, quality.unit, quality.low, quality.high) == ("0.5", "1", "0.375", "0.625")
    assert arc.settings["precision"] == "float16"
    assert arc.settings["revision"] == "6fdf2e60f86ff2481f2241aaee459f85b5b0bcb9"


def test_the_mean_over_all_tasks_is_no_task():
    both = read_text(FORMAT, written({"gsm8k|5": {"em": 0.25}, "all": {"em": 0.25}}))

    assert [(r.task, bool(r.values), codes(r)) for r in both] == [
        ("gsm8k", True, []),
        ("all", False, ["row.detail"]),
    ]
    assert both[1].issues[0].severity == INFO


def test_the_mean_of_a_task_counts_and_its_parts_do_not():
    found = counted(
        written(
            {
                "leaderboard|mmlu:anatomy|5|0": {"acc": 0.25},
                "leaderboard|mmlu:_average|5|0": {"acc": 0.5},
            }
        )
    )

    assert [(r.task, r.values["quality"].raw) for r in found] == [("mmlu", "0.5")]


def test_57_subjects_of_mmlu_get_their_unweighted_mean():
    subjects = {f"harness|hendrycksTest-{n}|5": {"acc": n / 100} for n in range(57)}

    (mean,) = counted(written(subjects))

    assert (mean.task, mean.settings["n_shot"]) == ("hendrycksTest", 5)
    assert float(mean.values["quality"].raw) == pytest.approx(28 / 100)  # 0 … 56 have the mean 28


def test_the_time_is_read_if_the_run_had_one_task_of_known_size():
    time = {"total_evaluation_time_secondes": "60.5"}
    tasks = {"lighteval|gsm8k": {"effective_num_docs": 1319}}
    one = {"lighteval|gsm8k|5|0": {"em": 0.5}}

    (alone,) = counted(written(one, tasks, **time))
    two = counted(written(one | {"lighteval|gsm8k|0|0": {"em": 0.25}}, tasks, **time))

    assert (alone.samples, alone.values["run_time"].raw, alone.values["run_time"].per) == (
        1319,
        "60.5",
        "run",
    )
    assert ["run_time" in reading.values for reading in two] == [False, False]


@pytest.mark.parametrize("results", ["[]", "{}", "null", '{"a|b|0": 3}', '{"a|b|0": {}}'])
def test_a_file_without_scores_is_refused(results):
    with pytest.raises(Unreadable):
        rows(FORMAT, f'{{"config_general": {{}}, "results": {results}}}')


def test_a_path_of_a_machine_is_no_model():
    (reading,) = read_text(FORMAT, written({"gsm8k|5": {"em": 0.5}}, model_name="/scratch/heron"))

    assert (reading.model, codes(reading)) == ("", ["model.path"])
