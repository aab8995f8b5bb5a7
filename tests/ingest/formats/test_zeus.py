from collections import Counter

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import ERROR, ESTIMATED, INFO, SENSED, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import codes, issue, joules, rows

FORMAT = formats.get("zeus")
POWERS = "nsdi23/summary_power_v100.csv"
TARGETS = "nsdi23/summary_train.csv"
PROFILES = (
    "power-limit-profile/A40+resnet50+gpu0.csv",
    "power-limit-profile/A40+resnet50+gpu0,1,2,3.csv",
)
CURVE = "sosp24/emulation/iteration_time_energy/a100_sxm/gpt3-175b_bf16_mb12.csv"
PIPELINES = "sosp24/emulation/envpipe_result.csv"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "zeus")


def table(header, *lines, path="log.csv"):
    return read(FORMAT, sent({path: "\n".join([header, *lines]) + "\n"})[path])


def test_every_table_is_recognised(folder):
    found, _ = sorted_out(folder)

    assert found.pop("SOURCE.md") == []
    assert len(found) == 6
    assert set(map(tuple, found.values())) == {("zeus",)}


def test_an_epoch_is_time_by_power(folder):
    readings = read(FORMAT, folder[POWERS])
    found = readings[0]

    assert len(readings) == 476
    assert found.model == "shufflenetv2"
    assert found.settings == {"batch_size": 1024, "optimizer": "adadelta", "power_limit_w": 100}
    assert (found.hardware, found.task) == ("v100", "training epoch, cifar100")
    assert joules(found.values["device_energy"]) == pytest.approx(979.54, abs=5e-3)
    assert float(found.values["run_time"].raw) == pytest.approx(11.2767, abs=5e-5)
    assert float(found.values["power"].raw) == pytest.approx(86.8646, abs=5e-5)
    assert found.values["device_energy"].origin == SENSED
    assert found.values["device_energy"].recipe == "time_per_epoch × average_power"
    assert all(codes(reading) == [] for reading in readings)


def test_a_profile_of_several_gpus_is_their_sum(folder):
    readings = read(FORMAT, folder[PROFILES[1]])
    (found,) = [reading for reading in readings if reading.settings == {"power_limit_w": 100}]

    assert len(readings) == 9
    assert (found.hardware, found.device_count, found.model) == ("A40", 4, "resnet50")
    energy = found.values["device_energy"]
    assert joules(energy, samples=1) == pytest.approx(3392.44, abs=5e-3)
    assert joules(energy, samples=1) == pytest.approx(
        839.172 + 870.139 + 845.641 + 837.489, abs=2e-3
    )
    assert energy.recipe == "gpu0_energy + gpu1_energy + gpu2_energy + gpu3_energy"
    assert float(found.values["run_time"].raw) == pytest.approx(8.274, abs=5e-4)
    assert found.values["run_time"].per == "run"
    assert (found.task, found.samples, found.measured_on) == ("", None, "")


def test_a_profile_of_one_gpu_is_its_own_number(folder):
    first = read(FORMAT, folder[PROFILES[0]])[0]

    assert (first.device_count, first.settings) == (1, {"power_limit_w": 300})
    assert first.values["device_energy"].raw == "6224.88599999249"


def test_epochs_to_a_target_are_kept_and_count_for_nothing(folder):
    readings = read(FORMAT, folder[TARGETS])

    assert len(readings) == 3759
    assert {len(reading.values) for reading in readings} == {0}
    assert Counter(code for reading in readings for code in codes(reading)) == {
        "target.missed": 849,
        "metric.unsupported": 3759 - 849,
    }
    assert readings[0].settings == {
        "batch_size": 1024,
        "optimizer": "adadelta",
        "learning_rate": "1e-1",
        "target": 0.05,
    }
    missed = next(reading for reading in readings if "target.missed" in codes(reading))
    assert issue(missed, "target.missed").severity == INFO


def test_plans_of_one_pipeline_are_a_curve_and_not_repeats(folder):
    readings = read(FORMAT, folder[CURVE])

    assert len(readings) == 639
    assert len({reading.settings["iteration_time_s"] for reading in readings}) == 639
    first = readings[0]
    assert (first.model, first.hardware, first.device_count) == ("gpt3-175b", "a100_sxm", None)
    assert first.settings == {
        "simulated": True,
        "precision": "bf16",
        "num_microbatches": 12,
        "iteration_time_s": 3.456,
    }
    assert joules(first.values["device_energy"]) == 5736.362622327515
    assert first.values["device_energy"].origin == ESTIMATED
    assert issue(first, "devices.unstated").severity == INFO


def test_pipelines_have_their_planner_in_the_name_of_the_file(folder):
    readings = read(FORMAT, folder[PIPELINES])

    assert len(readings) == 16
    found = readings[4]
    assert (found.model, found.hardware) == ("gpt3-175b", "a100_sxm")
    assert found.settings == {
        "precision": "bf16",
        "num_microbatches": 12,
        "num_pipelines": 128,
        "planner": "envpipe",
        "simulated": True,
    }
    assert found.values["run_time"].raw == "28.365"
    assert joules(found.values["device_energy"]) == 503607.718


def test_a_window_of_a_monitor_has_its_name_as_a_setting():
    header = "start_time,window_name,elapsed_time,gpu0_energy,gpu3_energy"
    (reading,) = table(header, "1.5,epoch,2.5,10.25,20.5", path="measurement.csv")

    assert reading.settings == {"window": "epoch"}
    assert (reading.model, reading.hardware, reading.device_count) == ("", "", 2)
    assert joules(reading.values["device_energy"], samples=1) == 30.75


def test_a_missing_gpu_leaves_no_sum():
    header = "start_time,window_name,elapsed_time,gpu0_energy,gpu1_energy"
    (reading,) = table(header, "1.5,epoch,2.5,10.25,")

    assert set(reading.values) == {"run_time"}
    assert issue(reading, "value.missing").severity == ERROR
    assert issue(reading, "value.missing").column == "gpu1_energy"


def test_an_epoch_without_power_has_no_energy():
    header = "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power"
    (reading,) = table(header, "a,b,1,sgd,100,5,")

    assert set(reading.values) == {"run_time"}
    assert codes(reading) == ["value.missing"]


def test_numbers_too_large_to_multiply_are_an_error():
    header = "dataset,network,batch_size,optimizer,power_limit,time_per_epoch,average_power"
    (reading,) = table(header, "a,b,1,sgd,100,1e200,1e200")

    assert "device_energy" not in reading.values
    assert codes(reading) == ["number.invalid"]


def test_time_and_energy_alone_are_not_recognised_for_sure():
    content = b"time,energy\n1,2\n"

    assert FORMAT.matches(Head(content, "measurements.csv")) < 0.5
    assert FORMAT.matches(Head(content, "a100_pcie/bloom-3b_fp16_mb4.csv")) > 0.5
    assert FORMAT.matches(Head(b"time,energy,power\n1,2,3\n")) == 0


def test_another_table_is_refused():
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, "start_time,window_name,elapsed_time\n1,a,2\n")

    assert refusal.value.issue.code == "column.missing"
