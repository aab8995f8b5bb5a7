from dataclasses import replace
from statistics import fmean

import pytest

from ingest import formats
from ingest.readings import ERROR, ESTIMATED, INFO, SENSED, WARNING, Row, Unreadable
from tests.ingest.formats.folder import folder_of, sent, sorted_out
from tests.ingest.formats.folder import read as read_files
from tests.ingest.formats.reading import SAMPLES, codes, issue, joules, read, read_text, rows

FORMAT = formats.get("codecarbon-csv")


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "codecarbon-csv"


def one(**cells):
    """The reading of the second row of the sample, some cells of which are others."""
    sample = rows(FORMAT, (SAMPLES / "codecarbon-csv" / "emissions.csv").read_bytes())[1]
    return FORMAT.reading(replace(sample, cells={**sample.cells, **cells}))


def runs(readings):
    return [reading for reading in readings if reading.values]


def test_ten_runs_of_one_model_over_a_thousand_samples(folder):
    readings = read(folder / "co2_inference" / "zeroshot_sentiment_sst2.csv")
    chosen = [reading for reading in readings if reading.model == "google/flan-t5-xl"]

    assert (len(readings), len(chosen)) == (80, 10)
    assert {reading.samples for reading in chosen} == {None}
    energies = [joules(reading.values["node_energy"], samples=1000) for reading in chosen]
    times = [float(reading.values["run_time"].raw) / 1000 for reading in chosen]
    carbon = [float(reading.values["carbon_reported"].raw) for reading in chosen]
    assert fmean(energies) == pytest.approx(147.11, abs=5e-3)
    assert fmean(times) == pytest.approx(0.0636, abs=5e-5)
    assert fmean(carbon) == pytest.approx(0.0057, abs=5e-5)


def test_the_carbon_factor_is_one_in_all_files_of_a_study(folder):
    for path in sorted((folder / "co2_inference").glob("[fitz]*.csv")):
        for reading in read(path):
            kilowatt_hours = float(reading.values["node_energy"].raw)
            factor = float(reading.values["carbon_reported"].raw) / kilowatt_hours
            assert factor == pytest.approx(0.1387, abs=5e-5)


def test_the_count_is_taken_out_of_the_gpus_name(folder):
    reading = read(folder / "co2_inference" / "text_classif_sst2.csv")[0]

    assert (reading.hardware, reading.device_count) == ("NVIDIA A100-SXM4-80GB", 8)
    assert reading.settings == {"cpu": "Intel(R) Xeon(R) Platinum 8275CL CPU @ 3.00GHz"}
    assert (reading.region, reading.measured_on) == ("USA", "2023-10-02")


def test_two_kinds_of_gpu_stay_one_name():
    assert one(gpu_model="1 x NVIDIA L4 2 x NVIDIA T4").hardware == "1 x NVIDIA L4 2 x NVIDIA T4"
    assert one(gpu_model="NVIDIA L4").hardware == "NVIDIA L4"


def test_the_machine_is_estimated_and_its_gpus_are_sensed(folder):
    values = read(folder / "co2_inference" / "fillmask_c4.csv")[0].values

    assert {metric: (value.origin, value.per) for metric, value in values.items()} == {
        "run_time": ("REPORTED", "run"),
        "device_energy": (SENSED, "run"),
        "node_energy": (ESTIMATED, "run"),
        "carbon_reported": (ESTIMATED, "run"),
    }
    assert values["device_energy"].column == "gpu_energy"
    assert values["node_energy"].column == "energy_consumed"


def test_snapshots_of_a_run_leave_its_longest_row(folder):
    readings = read(folder / "codecarbon-repo" / "emissions.csv")
    run = [reading for reading in readings if reading.external_id.startswith("8a1d9822")]

    assert [reading.row for reading in run] == [7, 8, 9, 10, 11, 12]
    assert [reading.row for reading in runs(run)] == [12]
    assert run[-1].values["run_time"].raw == "91.82258701324464"
    assert issue(run[0], "row.snapshot").severity == INFO
    assert len(readings) == 28
    # 16 runs with a name, and three complete rows without one.
    assert len([r for r in runs(readings) if "value.missing" not in codes(r)]) == 16 + 3


def test_the_longest_snapshot_counts_wherever_it_stands():
    short, long = one(duration="5.5"), replace(one(duration="40"), row=9)

    for order in ([short, long], [long, short]):
        assert [reading.row for reading in runs(formats.settle(FORMAT, order))] == [9]


def test_only_so_many_runs_are_held_in_memory(monkeypatch):
    monkeypatch.setattr(FORMAT, "OPEN_RUNS", 2)
    readings = [replace(one(run_id=name), row=row) for row, name in enumerate("abcda", 1)]

    settled = list(formats.settle(FORMAT, readings))

    assert [(reading.row, codes(reading)) for reading in settled] == [
        (1, []),
        (2, []),
        (5, ["run.scattered"]),
        (3, []),
        (4, []),
    ]


def test_rows_without_energy_are_rejected_alone(folder):
    readings = read(folder / "codecarbon-repo" / "emissions.csv")
    rejected = [reading for reading in readings if "value.missing" in codes(reading)]

    assert [reading.row for reading in rejected] == [5, 6]  # lines 6 and 7 with the header
    assert issue(rejected[0], "value.missing").severity == ERROR


def test_rows_without_a_run_are_runs_of_their_own(folder):
    readings = read(folder / "codecarbon-repo" / "emissions.csv")[1:6]

    assert {reading.external_id for reading in readings} == {""}
    assert not any("row.snapshot" in codes(reading) for reading in readings)


def test_an_emissions_rate_in_another_unit_harms_nothing(folder):
    (reading,) = read(folder / "codecarbon-repo" / "emissions_valid_headers.csv")

    assert reading.values["carbon_reported"].raw == "0.0004490989249167"
    assert reading.values["run_time"].raw == "161.20380687713623"
    assert joules(reading.values["node_energy"], samples=1) == pytest.approx(2067.94, abs=5e-3)


def test_a_machine_without_gpu_is_named_by_its_processor(folder):
    (reading,) = read(folder / "codecarbon-repo" / "emissions_valid_headers.csv")

    assert reading.hardware == "Intel(R) Core(TM) i7-8850H CPU @ 2.60GHz"
    assert reading.device_count is None
    assert "device_energy" not in reading.values
    assert reading.settings == {}


def test_the_same_name_for_processor_and_gpu_is_said_once(folder):
    (reading,) = read(folder / "cain2025" / "run_8_repetition_0" / "emissions.csv")

    assert (reading.hardware, reading.device_count, reading.settings) == ("Apple M2", 1, {})


def test_an_unknown_processor_is_left_out(folder):
    readings = read(folder / "llm-energy-benchmark" / "emissions_spark.csv")

    assert len(readings) == 84
    assert {(r.hardware, r.device_count, *r.settings) for r in readings} == {("NVIDIA GB10", 1)}
    assert not any("water" in reading.values for reading in readings)


def test_an_old_header_is_refused_by_the_columns_it_lacks(folder):
    path = folder / "codecarbon-repo" / "emissions_invalid_headers.csv"

    with pytest.raises(Unreadable) as refusal:
        read(path)

    problem = refusal.value.issue
    assert problem.code == "column.missing"
    assert problem.expected == ("cpu_energy", "gpu_energy", "ram_energy", "codecarbon_version")
    assert all(column in problem.message for column in problem.expected)
    assert FORMAT.matches(formats.Head(path.read_bytes())) >= 0.5


def test_loading_a_model_is_kept_but_not_counted(folder):
    for path in sorted((folder / "co2_inference" / "base").iterdir()):
        loading, asking = read(path)

        assert (loading.settings["phase"], loading.values) == ("load model", {})
        assert issue(loading, "row.phase").severity == INFO
        assert asking.settings["phase"] == "query model"
        assert asking.values["node_energy"].per == "run"
        assert loading.external_id != asking.external_id


@pytest.mark.parametrize(
    ("project", "model"),
    [
        ("google/flan-t5-xl", "google/flan-t5-xl"),
        ("distilbert-base-uncased-finetuned-sst-2-english",) * 2,
        ("gpt2", "gpt2"),
        ("codecarbon", ""),
        ("new_runner_experiment", ""),
        ("my experiment 7", ""),
        ("/data/models/x-7b", ""),
        ("a/b/c", ""),
        ("", ""),
    ],
)
def test_a_project_is_a_model_only_if_it_looks_like_one(project, model):
    reading = one(project_name=project)

    assert reading.model == model
    if not model:
        assert (issue(reading, "model.unstated").given, reading.method) == (project, "")


def test_a_pue_inside_the_energies_makes_them_the_facilitys():
    reading = one(pue="1.4")

    assert "node_energy" not in reading.values
    assert "device_energy" not in reading.values
    assert reading.values["facility_energy"].raw == "0.004"
    assert issue(reading, "boundary.facility").severity == INFO
    assert one(pue="1").values.keys() == one(pue="1.0").values.keys() == one(pue="").values.keys()


def test_the_energy_of_a_process_is_not_that_of_the_machine(folder):
    readings = read(folder / "codecarbon-repo" / "emissions.csv")
    processes = [reading for reading in readings if "boundary.unclear" in codes(reading)]

    assert len(processes) == 7
    assert {frozenset(reading.values) for reading in processes} == {
        frozenset({"run_time", "device_energy"})
    }
    assert issue(processes[0], "boundary.unclear").severity == WARNING
    assert "boundary.unclear" in codes(one(tracking_mode=""))


def test_water_counts_unless_the_tool_was_told_none():
    water = one(water_consumed="0.25").values["water"]

    assert (water.raw, water.unit, water.origin) == ("0.25", "L", ESTIMATED)
    assert "water" not in one(water_consumed="0.0").values


def test_parts_that_do_not_add_up_are_a_warning():
    assert issue(one(cpu_energy="0.1"), "value.contradiction").severity == WARNING
    assert codes(one()) == []


def test_a_broken_number_is_one_issue_though_it_is_read_twice():
    assert codes(one(gpu_energy="3,0e-3")) == ["number.invalid"]


def test_a_patched_row_is_read_anew():
    reading = one(energy_consumed="")
    assert "value.missing" in codes(reading)

    patched = one(energy_consumed="0.004", project_name="org/name")
    assert (codes(patched), patched.model) == ([], "org/name")


def test_companions_of_a_study_are_no_logs(folder):
    found, sayings = sorted_out(folder_of(folder / "co2_inference"))

    assert found.pop("performance.csv") == found.pop("model_parameters.csv") == []
    assert set(map(tuple, found.values())) == {("codecarbon-csv",)}
    assert sayings["performance.csv"].startswith("Scores of models")
    assert sayings["model_parameters.csv"].startswith("Sizes of models")


def with_scores(folder, name):
    files = folder_of(folder / "co2_inference")
    return read_files(FORMAT, files[name])


def test_quality_comes_from_the_scores_beside_the_log(folder):
    readings = with_scores(folder, "zeroshot_sentiment_sst2.csv")
    (xl,) = {r.values["quality"] for r in readings if r.model == "google/flan-t5-xl"}

    assert (float(xl.raw), xl.unit, xl.column) == (0.9564, "1", "performance.csv:sst2 (acc)")
    assert {r.model for r in readings if "quality" not in r.values} == {
        "bigscience/bloom-560m",
        "facebook/opt-1.3b",
        "gpt2",
        "meta-llama/Llama-2-7b-hf",
    }
    assert len([r for r in readings if "quality" in r.values]) == 40
    assert {tuple(reading.settings) for reading in readings} == {("cpu",)}


@pytest.mark.parametrize(
    ("name", "models"),
    [
        ("text_classif_sst2.csv", 8),
        ("zeroshot_sentiment_sst2_bloomz.csv", 4),
        ("text_classif_imdb.csv", 8),
        ("zeroshot_summarize_xsum.csv", 4),
        ("fillmask_c4.csv", 0),
        ("tti_diffusiondb.csv", 0),
    ],
)
def test_as_many_models_have_scores_as_the_study_scored(folder, name, models):
    readings = with_scores(folder, name)

    assert len({r.model for r in readings if "quality" in r.values}) == models


def test_a_score_that_is_no_accuracy_is_named(folder):
    readings = with_scores(folder, "zeroshot_summarize_xsum.csv")

    scored = [reading for reading in readings if "quality" in reading.values]
    assert {reading.settings["score_of"] for reading in scored} == {"rouge"}


def test_an_organisation_may_be_missing_on_one_side_only():
    sample = (SAMPLES / "codecarbon-csv" / "emissions.csv").read_text()
    first = rows(FORMAT, sample)[0].cells["project_name"]
    content = sample.replace(first, "org/m-1b")
    scores = "model,task,type,gpqa (acc)\n{},qa,decoder,0.5\n"
    for scored, found in (("m-1b", True), ("org/m-1b", True), ("other/m-1b", False)):
        files = sent(
            {
                "x_gpqa.csv": content,
                "performance.csv": scores.format(scored),
                "model_parameters.csv": "model_name,num_parameters\norg/m-1b,1000\n",
            }
        )
        row = next(iter(FORMAT.rows(files["x_gpqa.csv"])))
        assert ("quality" in FORMAT.reading(row).values) == found
        assert row.cells["model_parameters.csv:num_parameters"] == "1000"


def test_a_table_of_experiment_runner_is_no_log(real_data):
    (path,) = (real_data / "experiment-runner-csv").rglob("run_table.csv")

    assert FORMAT.matches(formats.Head(path.read_bytes()[:65_536], "emissions.csv")) == 0


def test_a_row_says_nothing_of_task_samples_and_method():
    reading = FORMAT.reading(Row(1, {"project_name": "a/b"}))

    assert (reading.task, reading.samples, reading.method) == ("", None, "")


def test_a_gpu_that_could_not_be_read_is_missing_and_not_zero():
    reading = one(gpu_energy="0.0", energy_consumed="0.001")

    assert "device_energy" not in reading.values
    assert reading.values["node_energy"].raw == "0.001"
    assert issue(reading, "value.unread").severity == WARNING
    assert "value.unread" not in codes(one(gpu_energy="0", gpu_model="", gpu_count=""))


def test_the_energy_of_a_gpu_counts_though_nobody_names_it():
    assert one(gpu_model="", gpu_count="").values["device_energy"].raw == "0.0030"


def test_a_log_of_a_version_that_did_not_state_itself_is_read():
    sample = rows(FORMAT, (SAMPLES / "codecarbon-csv" / "emissions.csv").read_bytes())[1]
    cells = {name: cell for name, cell in sample.cells.items() if name != "codecarbon_version"}
    (row,) = rows(FORMAT, f"{','.join(cells)}\n{','.join(map(str, cells.values()))}\n")

    assert FORMAT.reading(row).values["node_energy"].raw == "0.004"


def test_waiting_and_warming_up_are_not_work():
    for phase in ("idle_baseline_head", "Warmup_0", "load model"):
        reading = one(task_name=phase)
        assert (reading.values, issue(reading, "row.phase").severity) == ({}, INFO)
    assert one(task_name="loop").values


def test_what_the_tool_calls_a_task_without_a_name_is_no_setting():
    uuid = "1c9f0f6e-0d8e-4f41-9a55-0a6cf4b1f2aa"
    nameless, repeated = one(task_name=uuid), one(task_name=f"infer_{uuid}")

    assert "phase" not in nameless.settings
    assert repeated.settings["phase"] == "infer"
    assert nameless.external_id.endswith(f"/{uuid}")
    assert nameless.external_id != repeated.external_id


def test_tables_put_one_after_another_have_one_header():
    text = (SAMPLES / "codecarbon-csv" / "emissions.csv").read_text()

    assert len(rows(FORMAT, text + text)) == 2 * len(rows(FORMAT, text))


def test_decimal_commas_are_read_where_the_row_proves_them():
    sample = (SAMPLES / "codecarbon-csv" / "emissions.csv").read_text().splitlines()
    header, plain = sample[0], sample[2]
    written = "\r\n".join(
        line.replace(",", ";").replace(".", ",") if line == plain else line.replace(",", ";")
        for line in (header, plain)
    )

    (found,) = read_text(FORMAT, written)
    (expected,) = read_text(FORMAT, f"{header}\n{plain}")

    assert {m: v.raw for m, v in found.values.items()} == {
        m: v.raw for m, v in expected.values.items()
    }


def test_a_comma_that_may_part_thousands_is_no_number():
    reading = one(duration="1,234", emissions="0.01", energy_consumed="2,345", cpu_energy="1,111")

    assert "number.invalid" in codes(reading)
    assert "run_time" not in reading.values


def test_files_of_two_versions_joined_are_told_apart():
    sample = (SAMPLES / "codecarbon-csv" / "emissions.csv").read_text()
    header, first = sample.splitlines()[:2]
    other = header.replace("run_id", "run_id,experiment_id")

    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, f"{header}\n{first}\n{other}\n{first}\n")

    assert (refusal.value.issue.code, refusal.value.issue.row) == ("table.repeated", 2)


def test_a_log_of_the_first_version_is_told_what_to_do():
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, "timestamp,project_name,duration,emissions,energy_consumed\n,a,1,2,3\n")

    assert refusal.value.issue.code == "column.missing"
    assert "before version 2" in refusal.value.issue.hint
