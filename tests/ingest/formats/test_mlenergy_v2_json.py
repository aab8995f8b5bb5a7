import json
import re
from collections import Counter

import pytest

from ingest import formats
from ingest.readings import INFO, SENSED, Row, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, joules, read_text, rows

FORMAT = formats.get("mlenergy-v2-json")
PLACE = "data/llm_text_generation/chat/H100/org/name-pp1/bs8+tp2+pp1.json"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "mlenergy-v2-json")


@pytest.fixture(scope="module")
def readings(folder):
    configurations = [file for name, file in folder.items() if "/bs" in name]
    return read(FORMAT, *configurations)


def one(path=PLACE, **keys):
    plain = {"Model": "org/name", "GPU": "NVIDIA H100 80GB HBM3", "Energy/req (J)": 9.5}
    (reading,) = read(FORMAT, sent({path: json.dumps(plain | keys)})[path])
    return reading


def test_every_file_is_a_configuration_or_named_as_what_it_is(folder):
    found, sayings = sorted_out(folder)

    assert Counter(map(tuple, found.values())) == {("mlenergy-v2-json",): 167, (): 5}
    lists = {name for name, saying in sayings.items() if saying.startswith("The models of")}
    assert lists == {name for name in folder if name.endswith("models.json")}
    assert len(lists) == 3
    assert sayings["llm_text_generation/chat/schema.yaml"].startswith("The GPUs of a task")


def test_a_configuration_as_the_leaderboard_shows_it(readings):
    (found,) = [
        reading
        for reading in readings
        if reading.path.endswith("/Mixtral-8x22B-Instruct-v0.1-pp1/bs32+tp8+pp1.json")
    ]

    assert found.model == "mistralai/Mixtral-8x22B-Instruct-v0.1"
    assert (found.hardware, found.device_count) == ("NVIDIA A100-SXM4-40GB", 8)
    assert found.task == "llm_text_generation/chat"
    assert found.settings == {"tensor_parallel": 8, "pipeline_parallel": 1, "max_num_seqs": 32}
    values = found.values
    assert joules(values["device_energy"]) == pytest.approx(1703.84, abs=5e-3)
    assert values["device_energy"].origin == SENSED
    assert float(values["throughput"].raw) == pytest.approx(286.36, abs=5e-3)
    assert float(values["tpot"].raw) == pytest.approx(0.11041, abs=5e-6)
    assert (values["throughput"].unit, values["tpot"].unit) == ("1/s", "s")
    assert values["tokens_out"].raw == "385.39"
    assert codes(found) == []


def test_all_configurations_of_all_tasks_are_read(readings):
    tasks = Counter(reading.task for reading in readings)

    assert tasks["diffusion/text-to-image"] == 48
    assert tasks["llm_text_generation/chat"] + tasks["mllm_text_generation/chat"] == 119
    assert len(readings) == 167
    assert not any(issue.severity == "error" for r in readings for issue in r.issues)


def test_settings_agree_with_the_name_of_the_file(readings):
    for reading in readings:
        if match := re.search(r"/bs(\d+)\+tp(\d+)\+pp(\d+)\.json", reading.path):
            batch, tensor, pipeline = map(int, match.groups())
            assert reading.settings["tensor_parallel"] == tensor
            assert reading.settings["pipeline_parallel"] == pipeline
            assert reading.device_count == tensor * pipeline
            assert reading.settings["max_num_seqs"] == batch * pipeline


def test_images_run_on_one_gpu_and_have_a_size(readings):
    images = [reading for reading in readings if reading.task == "diffusion/text-to-image"]

    assert {(r.hardware, r.device_count) for r in images} == {("NVIDIA H100 80GB HBM3", 1)}
    sizes = {
        (r.settings["image_width"], r.settings["image_height"])
        for r in images
        if r.model == "kandinsky-community/kandinsky-2-2-decoder"
    }
    assert sizes == {(512, 512)}
    assert all(reading.settings["inference_steps"] == 25 for reading in images)


def test_the_latency_of_a_batch_is_not_that_of_an_image(readings):
    images = [reading for reading in readings if reading.task == "diffusion/text-to-image"]
    alone = [reading for reading in images if reading.settings["batch_size"] == 1]

    assert len(alone) == 8
    assert all(reading.values["latency"].unit == "s" for reading in alone)
    batched = [reading for reading in images if reading.settings["batch_size"] > 1]
    assert not any("latency" in reading.values for reading in batched)
    assert issue(batched[0], "latency.batched").severity == INFO


def test_the_unit_is_read_from_the_key():
    energy = one(**{"Energy/req (J)": None, "Energy/req (kWh)": 0.001}).values["device_energy"]

    assert (energy.raw, energy.unit) == ("0.001", "kWh")
    assert one(**{"Avg TPOT (ms)": 25.5}).values["tpot"].unit == "ms"


def test_a_video_has_energy_and_frames():
    reading = one(**{"Energy/video (J)": 2000, "Energy/req (J)": None, "Frames": 16})

    assert reading.values["device_energy"].raw == "2000"
    assert reading.settings == {"num_frames": 16}


def test_a_key_without_unit_is_an_error():
    reading = one(**{"Energy/req (J)": None, "Energy/req": 12})

    assert codes(reading) == ["unit.missing", "value.missing"]
    assert reading.values == {}


@pytest.mark.parametrize(
    ("path", "task"),
    [
        (PLACE, "llm_text_generation/chat"),
        ("chat/H100 80GB HBM3/org/name/bs8.json", "chat"),
        ("H100/org/name/bs8.json", ""),
        ("results/bs8.json", ""),
        ("bs8.json", ""),
    ],
)
def test_the_task_is_the_folders_above_that_of_the_gpu(path, task):
    assert one(path).task == task


def test_a_folder_is_not_the_models_name():
    assert one().model == "org/name"


def test_what_the_list_of_models_says_is_shown_with_the_row():
    models = {"org/name": {"params": 7, "resolution": "768x512"}}
    files = sent(
        {
            PLACE: json.dumps({"Model": "org/name", "GPU": "H100", "Energy/image (J)": 1}),
            "data/llm_text_generation/chat/models.json": json.dumps(models),
        }
    )

    (row,) = FORMAT.rows(files[PLACE])

    assert row.cells["models.json:/params"] == "7"
    assert FORMAT.reading(row).settings == {"image_width": 768, "image_height": 512}


def test_a_configuration_without_energy_is_an_error():
    for energy in (None, float("nan"), ""):
        assert codes(one(**{"Energy/req (J)": energy})) == ["value.missing"]


@pytest.mark.parametrize(
    ("content", "code"),
    [("[]", "rows.missing"), ('{"Model": ', "json.invalid"), ("", "file.empty")],
)
def test_a_file_without_a_configuration_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_several_configurations_may_be_in_one_list():
    content = '[{"Model": "a/b", "GPU": "L4", "Energy/req (J)": 1}, 7]'

    first, second = read_text(FORMAT, content)

    assert (first.model, codes(second)) == ("a/b", ["value.missing"])


def test_a_row_says_nothing_of_quality_and_date():
    reading = FORMAT.reading(Row(1, {"/Model": "a/b"}))

    assert (reading.measured_on, reading.method, "quality" in reading.values) == ("", "", False)


def test_the_sample_of_images_knows_their_size():
    folder = folder_of(SAMPLES / "mlenergy-v2-json")

    (reading,) = read(FORMAT, *[file for name, file in folder.items() if name.endswith("20.json")])

    assert reading.task == "diffusion/text-to-image"
    assert (reading.settings["image_width"], reading.settings["image_height"]) == (768, 512)
