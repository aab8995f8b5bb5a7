import csv
import io
from collections import Counter

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import ERROR, ESTIMATED, INFO, REPORTED, SENSED, WARNING, Row, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, joules, read_text, rows

FORMAT = formats.get("experiment-runner-csv")
LOG = "cain2025/run_8_repetition_0/energibridge.csv"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "experiment-runner-csv")


@pytest.fixture(scope="module")
def runs(folder):
    return read(FORMAT, folder["cain2025/run_table.csv"])


def table(*lines, header="__run_id,__done,model,method,execution_time,energy_usage_J"):
    return read_text(FORMAT, "\n".join([header, *lines]) + "\n")


def log(*lines, header="Delta,Time,CPU_USAGE_0,SYSTEM_POWER (Watts)"):
    (reading,) = read_text(FORMAT, "\n".join([header, *lines]) + "\n")
    return reading


def test_every_file_is_recognised(folder):
    found, sayings = sorted_out(folder)

    assert found == {
        "SOURCE.md": [],
        "cain2025/run_table.csv": ["experiment-runner-csv"],
        LOG: ["experiment-runner-csv"],
    }
    assert set(sayings.values()) == {""}


def test_all_repetitions_of_all_models_are_read(folder, runs):
    cells = [row.cells for row in FORMAT.rows(folder["cain2025/run_table.csv"])]

    assert len(runs) == 1260
    assert len({reading.model for reading in runs}) == 7
    assert {row["__done"] for row in cells} == {"DONE"}
    assert {issue.code for reading in runs for issue in reading.issues} == {"boundary.client"}


def test_a_run_as_its_authors_have_it(folder, runs):
    (place,) = [
        row.number
        for row in FORMAT.rows(folder["cain2025/run_table.csv"])
        if row.cells["__run_id"] == "run_32_repetition_9"
    ]
    found = runs[place - 1]

    assert (found.model, found.task, found.hardware, found.samples) == ("qwen2:7b", "", "", None)
    assert found.settings == {"execution": "on_device", "length": 1000}
    assert float(found.values["run_time"].raw) == pytest.approx(49.812, abs=5e-4)
    assert joules(found.values["node_energy"], samples=1) == pytest.approx(509.338, abs=5e-4)
    assert found.values["node_energy"].origin == ESTIMATED


def test_the_energy_of_a_remote_run_is_only_that_of_the_client(runs):
    remote = [reading for reading in runs if reading.settings["execution"] == "remote"]

    assert len(remote) == 630
    for reading in remote:
        assert set(reading.values) == {"run_time"}
        assert reading.hardware == "unspecified"
        assert issue(reading, "boundary.client").severity == INFO


def test_thirty_repetitions_of_a_run_are_one_configuration(runs):
    """The topic differs between repetitions, so it is no factor."""
    sizes = Counter((r.model, *sorted(map(str, r.settings.items()))) for r in runs)

    assert len(sizes) == 42
    assert set(sizes.values()) == {30}


def test_a_log_is_the_sum_of_power_times_the_time_between_samples(folder):
    alone = formats.File.of(folder[LOG].open().read(), "energibridge.csv")
    (reading,) = map(FORMAT.reading, FORMAT.rows(alone))
    with folder[LOG].open() as stream:
        samples = list(csv.DictReader(io.TextIOWrapper(stream, "utf-8")))

    expected = sum(
        float(sample["SYSTEM_POWER (Watts)"]) * int(sample["Delta"]) / 1000 for sample in samples
    )
    assert joules(reading.values["node_energy"], samples=1) == pytest.approx(expected, rel=1e-12)
    assert reading.values["node_energy"].origin == SENSED
    assert "SYSTEM_POWER (Watts) × Delta" in reading.values["node_energy"].recipe
    milliseconds = sum(int(sample["Delta"]) for sample in samples)
    assert float(reading.values["run_time"].raw) == milliseconds
    assert (reading.values["run_time"].unit, codes(reading)) == ("ms", [])


def test_a_log_of_a_run_that_the_table_has_does_not_count_twice(folder):
    (reading,) = read(FORMAT, folder[LOG])

    assert reading.values == {}
    assert issue(reading, "row.repeated").severity == INFO


def test_a_log_of_a_run_without_energy_in_the_table_takes_its_factors_from_there():
    files = sent(
        {
            "e/run_table.csv": "__run_id,__done,model,length\nrun_0_repetition_0,DONE,tiny:1b,9\n"
            "run_0_repetition_1,DONE,tiny:1b,9\n",
            "e/run_0_repetition_1/energibridge.csv": "Delta,Time,CPU_USAGE_0,SYSTEM_POWER (Watts)\n"
            "0,1,0,10\n2000,2,0,20\n",
        }
    )

    (reading,) = read(FORMAT, files["e/run_0_repetition_1/energibridge.csv"])

    assert (reading.model, reading.settings) == ("tiny:1b", {"length": 9})
    assert reading.values["node_energy"].raw == "40.0"


def test_a_run_that_is_not_done_is_left_out():
    (reading,) = table("run_0_repetition_0,TODO,a:1b,on_device,,")

    assert (reading.values, codes(reading)) == ({}, ["row.unfinished"])


def test_numbers_may_be_written_in_different_styles():
    header = "__run_id,__done,model,execution_time,codecarbon__energy_consumed,energy_usage_J"
    first, second = table(
        "run_0_repetition_0,DONE,a:1b,1,1.52E-05,5.46E+01",
        "run_0_repetition_1,DONE,a:1b,1,0.0001414828,509.33816",
        header=header,
    )

    assert (codes(first), codes(second)) == ([], [])
    assert joules(first.values["node_energy"], samples=1) == 54.6


def test_two_energies_that_disagree_are_a_warning():
    header = "__run_id,__done,model,execution_time,codecarbon__energy_consumed,energy_usage_J"
    (reading,) = table("run_0_repetition_0,DONE,a:1b,1,1.000E-04,361.5", header=header)

    assert issue(reading, "value.contradiction").severity == WARNING


def test_a_table_of_another_experiment_gives_what_codecarbon_gave():
    header = (
        "__run_id,__done,llm,model,codecarbon__duration,codecarbon__emissions,"
        "codecarbon__energy_consumed,codecarbon__gpu_energy,codecarbon__gpu_model,"
        "codecarbon__gpu_count,codecarbon__country_iso_code,codecarbon__timestamp,accuracy"
    )
    line = (
        "run_3_repetition_0,DONE,x,org/m,9.5,0.0003,0.001,0.0006,2 x NVIDIA L4,2,DEU,"
        "2026-03-01T10:00:00,0.5"
    )

    (reading,) = table(line, header=header)

    assert (reading.model, reading.settings) == ("org/m", {"llm": "x"})
    assert (reading.hardware, reading.device_count) == ("NVIDIA L4", 2)
    assert (reading.region, reading.measured_on) == ("DEU", "2026-03-01")
    assert {metric: (v.raw, v.unit, v.per) for metric, v in reading.values.items()} == {
        "run_time": ("9.5", "s", "run"),
        "node_energy": ("0.001", "kWh", "run"),
        "device_energy": ("0.0006", "kWh", "run"),
        "carbon_reported": ("0.0003", "kg", "run"),
    }


def test_joules_that_are_nobodys_are_only_reported():
    (reading,) = table("run_0_repetition_0,DONE,a:1b,on_device,1,7")

    assert reading.values["node_energy"].origin == REPORTED


def test_numbers_under_names_without_unit_are_not_read():
    header = "__run_id,__done,model,duration,energy,emissions"
    (reading,) = table("run_0_repetition_0,DONE,a:1b,1,2,3", header=header)

    assert (reading.values, codes(reading)) == ({}, ["value.missing"])


def test_samples_without_numbers_are_counted_and_warned_of():
    reading = log("0,1,0,10", "1000,2,NaN,20", "1000,3,0,NaN", "1000,4,0,-5", "x,5,0,30")

    assert reading.values["node_energy"].raw == "20.0"
    problem = issue(reading, "series.gap")
    assert (problem.severity, problem.given) == (WARNING, "3")


def test_a_log_of_a_gpu_gives_the_energy_of_all_gpus():
    reading = log(
        "0,1,9000,1000",
        "500,2,9000,1000",
        header="Delta,Time,GPU0_POWER (mWatts),GPU1_POWER (mWatts)",
    )

    assert set(reading.values) == {"run_time", "device_energy"}
    assert joules(reading.values["device_energy"], samples=1) == 5.0


def test_a_log_without_a_power_of_system_or_gpu_gives_no_energy():
    header = "Delta,Time,PACKAGE_ENERGY (J)"
    reading = log("0,1,5", "100,2,9", header=header)

    assert issue(reading, "value.missing").severity == ERROR


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("__run_id,model\nrun_0,a\n", "column.missing"),
        ("__run_id,__done,model\n", "rows.missing"),
        ("Delta,Time,SYSTEM_POWER (Watts)\n", "rows.missing"),
        ("", "file.empty"),
    ],
)
def test_a_file_without_runs_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_a_time_series_of_something_else_is_no_log():
    assert FORMAT.matches(Head(b"Delta,Time,price\n0,1,2\n")) == 0


def test_a_remote_run_says_nothing_of_a_device_even_if_patched():
    cells = {"__run_id": "r", "__done": "DONE", "m": "remote", "(factors)": "m"}
    cells |= {"execution_time": "2", "energy_usage_J": "5"}

    reading = FORMAT.reading(Row(1, cells))

    assert (set(reading.values), reading.hardware) == ({"run_time"}, "unspecified")


def test_the_sample_counts_each_run_once():
    files = folder_of(SAMPLES / "experiment-runner-csv" / "experiment")
    measured = [file for name, file in files.items() if name.endswith(".csv")]

    readings = read(FORMAT, *measured)

    assert [bool(reading.values) for reading in readings] == [False, True, True, True, False]
