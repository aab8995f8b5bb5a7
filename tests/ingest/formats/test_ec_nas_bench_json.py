import json
from collections import Counter

import pytest

from ingest import formats
from ingest.readings import ERROR, ESTIMATED, INFO, SENSED, WARNING, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import codes, issue, joules, rows

FORMAT = formats.get("ec-nas-bench-json")
ARCHITECTURE = "001a6fcc8b38cbc515be788a86bdc804"
PLACE = f"energy/4V9E/4_epochs/00/{ARCHITECTURE}/repeat_1/results.json"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "ec-nas-bench-json")


@pytest.fixture(scope="module")
def readings(folder):
    return read(FORMAT, *[file for name, file in folder.items() if name.endswith("results.json")])


def one(path=PLACE, gpu=(100.0,), cpu=(50.0, 50.0), **keys):
    content = {
        "total_time": 10,
        "total_energy (kWh)": 300 / 3.6e6,
        "total_co2eq (g)": 0.01,
        "avg_power_usages:": {
            "gpu": {"avg_energy_usages (J)": [list(gpu)], "devices": ["NVIDIA L4"] * len(gpu)},
            "cpu": {"avg_energy_usages (J)": [list(cpu)], "devices": ["cpu:0"]},
        },
        "evaluation_results": [{"epochs": 4.0, "test_accuracy": 0.5}],
    }
    (reading,) = read(FORMAT, sent({path: json.dumps(content | keys)})[path])
    return reading


def test_every_result_is_recognised(folder):
    found, _ = sorted_out(folder)

    assert found.pop("SOURCE.md") == []
    assert set(map(tuple, found.values())) == {("ec-nas-bench-json",)}


def test_a_training_as_its_authors_have_it(readings):
    (found,) = [reading for reading in readings if reading.path == PLACE]

    values = found.values
    assert float(values["quality"].raw) == 0.28515625
    assert joules(values["facility_energy"], samples=1) == pytest.approx(67_366.8, abs=0.05)
    assert joules(values["node_energy"], samples=1) == pytest.approx(42_371.1, abs=0.3)
    assert joules(values["device_energy"], samples=1) == 23312.340142
    assert float(values["run_time"].raw) == pytest.approx(154.605, abs=5e-4)
    assert (values["carbon_reported"].raw, values["carbon_reported"].unit) == ("1.646765", "g")
    assert (values["facility_energy"].origin, values["node_energy"].origin) == (ESTIMATED, SENSED)
    assert found.model == ARCHITECTURE
    assert (found.hardware, found.device_count) == ("NVIDIA Quadro RTX 6000", 1)
    assert found.settings == {"search_space": "4V9E", "epochs": 4}
    assert (found.measured_on, found.samples) == ("2022-05-28", 1)
    assert (found.task, found.region) == ("", "")


def test_the_total_contains_the_pue_in_every_file(readings):
    for reading in readings:
        total = joules(reading.values["facility_energy"], samples=1)
        parts = joules(reading.values["node_energy"], samples=1)
        assert total / parts == pytest.approx(1.59, abs=5e-4)
        assert codes(reading) == ["boundary.facility"]
        assert "1.59 times" in issue(reading, "boundary.facility").message


def test_three_repeats_are_one_configuration(readings):
    sizes = Counter((r.model, json.dumps(r.settings, sort_keys=True)) for r in readings)

    assert len(readings) == 3 * len(sizes)
    assert set(sizes.values()) == {3}
    assert {r.hardware for r in readings} == {"Quadro RTX 6000", "NVIDIA Quadro RTX 6000"}


def test_only_the_last_snapshot_counts_and_no_forecast():
    evaluations = [
        {"epochs": 4.0, "test_accuracy": 0.5, "predicted_energy (kWh)": 9},
        {"epochs": 0.0, "test_accuracy": 0.1},
        {"epochs": 12.0, "test_accuracy": 0.75},
        {"epochs": 1.0, "test_accuracy": 0.2},
    ]

    found = one(evaluation_results=evaluations)

    assert (found.values["quality"].raw, found.settings["epochs"]) == ("0.75", 12)


def test_parts_are_added_over_devices():
    found = one(gpu=(60.0, 40.0))

    assert joules(found.values["device_energy"], samples=1) == 100
    assert joules(found.values["node_energy"], samples=1) == 200
    assert found.device_count == 2


def test_a_missing_part_leaves_no_sum():
    found = one(cpu=(50.0, float("nan")))

    assert set(found.values) >= {"device_energy", "facility_energy"}
    assert "node_energy" not in found.values


@pytest.mark.parametrize(("joules_of_total", "ratio"), [(200, "1"), (500, "2.5"), (100, "0.5")])
def test_a_total_that_is_no_multiple_of_its_parts_is_doubted(joules_of_total, ratio):
    found = one(**{"total_energy (kWh)": joules_of_total / 3.6e6})

    problem = issue(found, "value.contradiction")
    assert problem.severity == WARNING
    assert f"{ratio} times" in problem.message


def test_without_parts_the_total_is_still_the_facilitys():
    found = one(**{"avg_power_usages:": None})

    assert set(found.values) == {"facility_energy", "run_time", "carbon_reported", "quality"}
    assert (found.hardware, codes(found)) == ("", [])


def test_two_kinds_of_gpu_are_asked_about():
    usages = {"gpu": {"avg_energy_usages (J)": [[1, 2]], "devices": ["NVIDIA L4", "NVIDIA T4"]}}

    found = one(**{"avg_power_usages:": usages})

    assert (found.hardware, found.device_count) == ("", None)
    assert issue(found, "hardware.several").severity == INFO


def test_a_key_without_the_stray_colon_is_read_too():
    usages = {"gpu": {"avg_energy_usages (J)": [[150]], "devices": [" NVIDIA L4"]}}

    found = one(**{"avg_power_usages:": None, "avg_power_usages": usages})

    assert (found.hardware, found.values["node_energy"].raw) == ("NVIDIA L4", "150")


@pytest.mark.parametrize(
    ("path", "model", "space"),
    [
        (PLACE, ARCHITECTURE, "4V9E"),
        (f"x/5V/108_epochs/00/{ARCHITECTURE}/repeat_2/results.json", ARCHITECTURE, "5V"),
        (f"{ARCHITECTURE}/results.json", ARCHITECTURE, ""),
        ("results.json", "", ""),
    ],
)
def test_architecture_and_space_are_in_the_path(path, model, space):
    found = one(path)

    assert (found.model, found.settings.get("search_space", "")) == (model, space)


def test_a_result_without_total_is_an_error():
    found = one(**{"total_energy (kWh)": None})

    assert issue(found, "value.missing").severity == ERROR


@pytest.mark.parametrize(("content", "code"), [("[]", "column.missing"), ("{", "json.invalid")])
def test_a_file_that_is_no_result_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code
