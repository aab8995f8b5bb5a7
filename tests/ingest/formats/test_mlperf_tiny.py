import pytest

from ingest import formats
from ingest.readings import ERROR, INFO, METERED, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("mlperf-tiny")
KRAI = "v1.1/closed/Krai/results/NUCLEO-H7A3ZI-Q_X-CUBE-AI-8.0"
ST = "v1.1/closed/STMicroelectronics/results/NUCLEO_L4R5ZI"
JOULES = {"uJ": 1e-6, "mJ": 1e-3}


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "mlperf-tiny")


def entry(folder, board, task):
    """The readings of the accuracy, energy and performance of one board and task."""
    kinds = ("accuracy", "energy", "performance")
    return read(FORMAT, *(folder[f"{board}/{task}/{kind}/results.txt"] for kind in kinds))


def one(text, place="closed/Example/results/board/ic/energy"):
    (reading,) = read(FORMAT, *sent({f"{place}/results.txt": text}).values())
    return reading


def test_results_and_descriptions_are_told_apart(folder):
    found, companions = sorted_out(folder)

    assert sum(slugs == ["mlperf-tiny"] for slugs in found.values()) == 24
    assert {name.rpartition("/")[2] for name, said in companions.items() if said} == {
        "NUCLEO-H7A3ZI-Q_X-CUBE-AI-8.0.json",
        "NUCLEO_L4R5ZI.json",
    }


@pytest.mark.parametrize(
    ("board", "energy", "speed"), [(KRAI, 0.00761535, 18.215), (ST, 0.007019085, 4.673)]
)
def test_three_files_are_one_entry(folder, board, energy, speed):
    accuracy, metered, performance = entry(folder, board, "ic")

    value = metered.values["node_energy"]
    assert float(value.raw) * JOULES[value.unit] == pytest.approx(energy, rel=1e-9)
    assert value.origin == METERED
    assert float(performance.values["sample_throughput"].raw) == speed
    quality = accuracy.values["quality"]
    assert (quality.raw, quality.unit) == ("85.0", "%")
    identities = {
        (r.model, r.method, r.hardware, r.device_count, r.task, tuple(r.settings.items()))
        for r in (accuracy, metered, performance)
    }
    assert len(identities) == 1
    assert [len(r.values) for r in (accuracy, metered, performance)] == [1, 1, 1]


def test_the_area_under_the_curve_counts_for_anomalies_only(folder):
    anomalies, words = entry(folder, KRAI, "ad")[0], entry(folder, KRAI, "kws")[0]

    assert (anomalies.values["quality"].raw, anomalies.values["quality"].unit) == ("0.86", "1")
    assert (words.values["quality"].raw, words.values["quality"].unit) == ("90.2", "%")


def test_the_speed_is_that_of_the_performance_run(folder):
    _, metered, performance = entry(folder, KRAI, "ad")

    assert metered.values.keys() == {"node_energy"}
    assert performance.values["sample_throughput"].raw == "547.234"


def test_the_boards_name_is_in_its_description(folder):
    assert entry(folder, ST, "ic")[0].hardware == "NUCLEO-L4R5ZI"
    alone = sent({"board-7/ic/performance/results.txt": "1.0 ulp-ml: Top-1: 85.0%\n"})
    (reading,) = read(FORMAT, *alone.values())
    assert (reading.hardware, reading.task, reading.model) == ("board-7", "ic", "")


def test_a_description_that_repeats_keys_keeps_what_it_says():
    folder = folder_of(SAMPLES / "mlperf-tiny" / "v9.0")
    (row,) = FORMAT.rows(folder["closed/Example/results/heron-board/ic/energy/results.txt"])

    assert row.cells["systems.json:Inference Framework"] == "Heron-AI 1.0"
    assert FORMAT.reading(row).hardware == "HERON-1"


def test_a_description_that_cannot_be_read_does_no_harm():
    place = "closed/Example/results/board/ic/energy/results.txt"
    files = sent(
        {
            place: "1.0 ulp-ml: Median energy cost is 5.5 mJ/inf.\n",
            "closed/Example/systems/board.json": "{",
        }
    )
    (reading,) = read(FORMAT, files[place])

    assert (reading.hardware, reading.values["node_energy"].unit) == ("board", "mJ")


def test_a_window_that_is_too_short_is_noted(folder):
    _, metered, _ = entry(folder, ST, "vww")

    complaint = issue(metered, "run.invalid")
    assert complaint.severity == INFO
    assert "at least 10 seconds" in complaint.given
    assert metered.values["node_energy"].raw == "5618.279"


def test_the_single_run_mode_is_no_error(folder):
    assert codes(entry(folder, KRAI, "ic")[2]) == []


def test_without_its_folder_an_accuracy_does_not_say_what_counts():
    (reading,) = read_text(FORMAT, "1.0 ulp-ml: Top-1: 85.0%\n1.0 ulp-ml: AUC: 0.99\n")

    assert reading.values == {}
    assert issue(reading, "task.unstated").severity == ERROR


def test_the_open_division_leaves_the_model_to_be_asked():
    text = "1.0 ulp-ml: Median throughput is 5.0 inf./sec.\n"

    assert one(text, "open/Example/results/board/ic/performance").model == ""
    assert one(text, "closed/Example/results/board/ic/performance").model.startswith("ResNet-8")


def test_units_are_read_and_not_assumed():
    assert one("1.0 ulp-ml: Median energy cost is 5.5 nJ/inf.\n").values["node_energy"].unit == "nJ"
    for unit in ("kcal/inf.", "inf./sec."):
        problem = one(f"1.0 ulp-ml: Median energy cost is 5.5 {unit}\n")
        assert problem.values == {}
        assert issue(problem, "unit.unknown").given == unit
    percent = one("1.0 ulp-ml: Top-1: 0.85\n", "closed/E/results/b/ic/accuracy")
    assert codes(percent) == ["unit.missing", "value.missing"]


def test_a_log_without_results_is_refused():
    for text, code in (("1.0 ulp-ml: hello\n", "column.missing"), (" \n", "file.empty")):
        with pytest.raises(Unreadable) as refused:
            read_text(FORMAT, text)
        assert refused.value.issue.code == code


def test_numbers_that_a_newer_runner_pads_are_read():
    reading = one("0521.134501 ulp-ml: Median energy cost is    235.833 uJ/inf.\n")

    assert (reading.values["node_energy"].raw, reading.values["node_energy"].unit) == (
        "235.833",
        "uJ",
    )
