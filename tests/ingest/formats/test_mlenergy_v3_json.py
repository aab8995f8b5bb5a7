import json
from collections import Counter

import pytest

from ingest import formats
from ingest.readings import INFO, SENSED, Unreadable
from tests.ingest.formats.reading import codes, issue, joules, read, read_text, rows

FORMAT = formats.get("mlenergy-v3-json")


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "mlenergy-v3-json"


@pytest.fixture(scope="module")
def gpqa(folder):
    return read(folder / "tasks" / "gpqa.json")


def identity(reading):
    settings = json.dumps(reading.settings, sort_keys=True)
    return reading.model, reading.hardware, reading.device_count, reading.task, settings


def configuration(**keys):
    plain = {"model_id": "a/b", "gpu_model": "H100", "num_gpus": 1}
    content = {"task": "chat", "configurations": [{**plain, **keys}]}
    (reading,) = read_text(FORMAT, json.dumps(content))
    return reading


def test_a_task_has_all_its_configurations(folder, gpqa):
    assert len(gpqa) == 187
    assert len({reading.model for reading in gpqa}) == 12
    assert [reading for reading in gpqa if reading.issues] == []
    assert len(read(folder / "tasks" / "text-to-image.json")) == 638
    assert len(read(folder / "tasks" / "lm-arena-chat.json")) == 328


def test_a_configuration_as_the_leaderboard_shows_it(gpqa):
    (found,) = [
        reading
        for reading in gpqa
        if reading.model == "openai/gpt-oss-20b"
        and (reading.hardware, reading.device_count) == ("H100", 1)
        and reading.settings["max_num_seqs"] == 64
    ]

    assert (found.task, found.method) == ("gpqa", "")
    assert found.settings == {
        "precision": "mxfp4",
        "max_num_seqs": 64,
        "tensor_parallel": 1,
        "expert_parallel": 1,
        "data_parallel": 1,
    }
    values = found.values
    assert joules(values["device_energy"]) == pytest.approx(214.03, abs=5e-3)
    assert values["device_energy"].origin == SENSED
    per_token = joules(values["device_energy"]) / float(values["tokens_out"].raw)
    assert per_token == pytest.approx(0.102343, abs=5e-7)
    assert float(values["throughput"].raw) == pytest.approx(5512.83, abs=5e-3)
    assert float(values["power"].raw) == pytest.approx(564.2, abs=5e-2)
    assert (values["itl"].unit, values["power"].unit) == ("ms", "W")
    assert float(values["itl"].raw) / 1000 == pytest.approx(0.01122, abs=5e-6)
    assert "quality" not in values


def test_energy_per_token_and_throughput_agree_with_power(gpqa):
    for reading in gpqa:
        values = reading.values
        per_token = joules(values["device_energy"]) / float(values["tokens_out"].raw)
        power = per_token * float(values["throughput"].raw)
        assert power == pytest.approx(float(values["power"].raw), rel=1e-6)


def test_numbers_are_kept_as_written(gpqa):
    assert gpqa[0].values["device_energy"].raw == "9599.698100812033"


def test_the_whole_folder_counts_each_configuration_once(folder):
    tasks, models = sorted((folder / "tasks").iterdir()), sorted((folder / "models").iterdir())

    readings = read(*tasks, *models)
    backwards = read(*models, *tasks)

    for found in (readings, backwards):
        assert len(found) == 1313
        assert len([reading for reading in found if reading.values]) == 1153
        repeated = [reading for reading in found if "row.repeated" in codes(reading)]
        assert len(repeated) == 160
        assert issue(repeated[0], "row.repeated").severity == INFO


def test_a_model_file_says_the_same_as_its_task_file(folder, gpqa):
    of_model = read(folder / "models" / "openai__gpt-oss-20b__gpqa.json")
    of_task = [reading for reading in gpqa if reading.model == "openai/gpt-oss-20b"]

    def said(readings):
        return sorted(
            (identity(r), sorted((m, v.raw, v.unit) for m, v in r.values.items())) for r in readings
        )

    assert len(of_model) == 26
    assert said(of_model) == said(of_task)


def test_a_repeat_with_other_numbers_is_another_run(gpqa):
    (repeated,) = [key for key, n in Counter(map(identity, gpqa)).items() if n > 1]
    both = [reading for reading in gpqa if identity(reading) == repeated]

    assert both[0].model == "openai/gpt-oss-20b"
    per_token = [
        joules(reading.values["device_energy"]) / float(reading.values["tokens_out"].raw)
        for reading in both
    ]
    assert per_token == pytest.approx([0.08763, 0.09217], abs=5e-6)
    assert [reading.issues for reading in both] == [(), ()]


def test_images_have_energy_and_throughput_and_alone_a_latency(folder):
    readings = read(folder / "tasks" / "text-to-image.json")
    alone = [reading for reading in readings if reading.settings["batch_size"] == 1]

    assert len(alone) == 122
    for reading in alone:
        assert 1 / float(reading.values["latency"].raw) == pytest.approx(
            float(reading.values["image_throughput"].raw), rel=1e-6
        )
    batched = [reading for reading in readings if reading.settings["batch_size"] > 1]
    assert not any("latency" in reading.values for reading in batched)
    assert {code for reading in batched for code in codes(reading)} == {"latency.batched"}
    assert readings[0].settings == {
        "precision": "bfloat16",
        "batch_size": 1,
        "inference_steps": 20,
        "image_height": 1024,
        "image_width": 1024,
        "ulysses_degree": 1,
        "ring_degree": 1,
    }


def test_histograms_stay_behind(folder):
    path = folder / "models" / "Qwen__Qwen3-8B__gpqa.json"

    found = rows(FORMAT, path.read_bytes())

    assert len(found) == 10
    assert not any("distribution" in pointer for row in found for pointer in row.cells)
    assert found[0].cells["/parallelization/tensor_parallel"] == "1"


def test_the_index_holds_no_results(folder):
    head = formats.Head((folder / "index.json").read_bytes(), "index.json")

    assert formats.detect(head) == []
    assert "no results" in formats.companion(head)


def test_a_video_has_energy_too():
    reading = configuration(energy_per_video_joules=74449.8, num_frames=81, batch_size=1)

    assert reading.values["device_energy"].raw == "74449.8"
    assert reading.settings == {"batch_size": 1, "num_frames": 81}


def test_a_configuration_without_energy_is_an_error():
    for energy in (None, float("nan"), float("inf"), ""):
        reading = configuration(energy_per_request_joules=energy, avg_power_watts=300)
        assert codes(reading) == ["value.missing"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "column.missing"),
        ('{"task": "x"}', "column.missing"),
        ('{"configurations": {}}', "column.missing"),
        ('{"configurations": []}', "rows.missing"),
        ('{"configurations": [', "json.invalid"),
        ("", "file.empty"),
    ],
)
def test_a_file_without_configurations_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_a_repeated_key_keeps_its_first_value_and_is_noted():
    content = (
        '{"task": "chat", "configurations": [{"model_id": "", "model_id": "a/b", "model_id": "c/d",'
        ' "energy_per_request_joules": 1}]}'
    )

    (reading,) = read_text(FORMAT, content)

    assert (reading.model, codes(reading)) == ("a/b", ["key.repeated"])
