import json
from collections import Counter, defaultdict

import pytest

from ingest import formats
from ingest.readings import ERROR, INFO, METERED, WARNING, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("mlperf-inference")
SAMPLE = SAMPLES / "mlperf-inference" / "v9.0"
LOG = "closed/Example/results/2xHeron_TRT/gptj-99/Server/performance/run_1/mlperf_log_summary.txt"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "mlperf-inference")


@pytest.fixture(scope="module")
def summary(folder):
    return read(FORMAT, folder["v4.1/summary_results.json"])


@pytest.fixture(scope="module")
def records(real_data):
    return json.loads((real_data / "mlperf-inference/v4.1/summary_results.json").read_text())


def one(**changes):
    """The reading of the first record of the sample, some keys of which are others."""
    record = json.loads((SAMPLE / "summary_results.json").read_text())[0]
    (reading,) = read_text(FORMAT, json.dumps([{**record, **changes}]))
    return reading


def log(*, said=("Result is : VALID", "Result is : VALID"), **others):
    """The reading of the sample's log among these files, one of its lines changed."""
    text = (SAMPLE / LOG).read_text().replace(*said)
    (reading,) = read(FORMAT, sent({LOG: text, **others})[LOG])
    return reading


def test_results_and_companions_are_told_apart(folder):
    found, companions = sorted_out(folder)

    results = {name for name, slugs in found.items() if slugs == ["mlperf-inference"]}
    assert {name.rpartition("/")[2] for name in results} == {
        "summary_results.json",
        "mlperf_log_summary.txt",
    }
    assert len(results) == 3
    assert [name for name, said in companions.items() if not said] == ["SOURCE.md"]


def test_the_round_has_937_rows_and_130_systems(summary, records):
    assert len(summary) == 937
    assert len({record["ID"] for record in records}) == 130
    assert not [reading for reading in summary if any(i.severity == ERROR for i in reading.issues)]


def test_energy_per_token_is_power_over_throughput(summary):
    (reading,) = [
        reading
        for reading in summary
        if reading.external_id
        == "v4.1/closed/NVIDIA/results/H200-SXM-141GBx8_TRT_MaxQ/gptj-99/Offline"
    ]

    assert float(reading.values["throughput"].raw) == pytest.approx(13_096.6)
    energy = reading.values["node_energy_per_token"]
    assert float(energy.raw) == pytest.approx(0.36462, abs=5e-6)
    assert (energy.unit, energy.origin) == ("J/token", METERED)
    assert "not verified by MLCommons" in energy.recipe
    assert (reading.values["quality"].raw, reading.values["quality"].unit) == ("43.1017", "%")
    assert reading.settings["score_of"] == "ROUGE1"
    assert (reading.hardware, reading.device_count) == ("NVIDIA H200-SXM-141GB", 8)


def test_a_stream_has_a_latency_and_an_energy_per_query(summary):
    (reading,) = [
        reading
        for reading in summary
        if reading.settings["machine"] == "h13_u3_slim"
        and reading.settings["scenario"] == "SingleStream"
        and "node_energy" in reading.values
    ]

    assert (reading.values["latency"].raw, reading.values["latency"].unit) == ("0.120438", "ms")
    energy = reading.values["node_energy"]
    assert (float(energy.raw), energy.unit) == (pytest.approx(29.239, abs=5e-4), "mJ")


def test_power_is_read_in_all_rows_that_have_it_once(summary, records):
    with_power = [record for record in records if record["has_power"]]
    units = Counter(record["Power_Units"] for record in with_power)
    read_energies = Counter(
        metric
        for reading in summary
        for metric in ("node_energy", "node_energy_per_token")
        if metric in reading.values
    )

    assert units == {"Watts": 29, "millijoules": 2}
    # Five of them are published twice; GPT-J says no tokens per sample.
    assert read_energies == {"node_energy": 24, "node_energy_per_token": 2}
    assert sum("row.repeated" in codes(summary[records.index(r)]) for r in with_power) == 5


def test_a_run_published_under_two_targets_counts_once(summary, records):
    groups = defaultdict(list)
    for record, reading in zip(records, summary, strict=True):
        key = ("ID", "Scenario", "Performance_Result", "Accuracy")
        groups[tuple(record[name] for name in key)].append(reading)
    twins = [group for group in groups.values() if len(group) > 1]

    assert len(twins) == 151
    for group in twins:
        assert sum(bool(reading.values) for reading in group) == 1
        assert sum("row.repeated" in codes(reading) for reading in group) == len(group) - 1


def test_processors_stand_for_systems_without_accelerator(summary, records):
    without = [r for r, record in zip(summary, records, strict=True) if record["a#"] == ""]

    assert len(without) == 110
    assert all(reading.hardware and reading.device_count for reading in without)


def test_precisions_are_folded():
    assert one(weight_data_types="INT8").settings["precision"] == "int8"
    assert one(weight_data_types="float8").settings["precision"] == "fp8"
    assert one(weight_data_types="bfloat16").settings["precision"] == "bf16"


def test_the_unit_decides_what_a_result_is():
    latency = one(Scenario="SingleStream", Performance_Units="Latency (us)")
    assert (latency.values["latency"].unit, "throughput" in latency.values) == ("us", False)
    assert "sample_throughput" in one(Performance_Units="Queries/s").values
    problem = one(Performance_Units="Furlongs")
    assert issue(problem, "unit.unknown").severity == ERROR
    assert issue(one(Power_Units="horsepower"), "unit.unknown").given == "horsepower"


def test_scores_without_ends_are_no_quality():
    reading = one(Accuracy="CLIP_SCORE: 31.7  FID_SCORE: 23.6")

    assert "quality" not in reading.values
    assert issue(reading, "metric.unsupported").severity == INFO
    share = one(Accuracy="DICE: 0.861").values["quality"]
    assert (share.raw, share.unit) == ("0.861", "1")


def test_errors_of_the_checker_are_a_warning():
    assert issue(one(errors=2), "run.invalid").severity == WARNING


def test_the_open_division_is_another_entry():
    assert one(Category="open").settings["division"] == "open"


def test_the_closed_division_prescribes_what_bert_is():
    assert one(UsedModel="bert-99.9").model == "BERT-Large"
    assert one(UsedModel="bert-99", Category="open").model == "bert"
    assert one(UsedModel="obert-large-pruned95_quant-none-vnni-bert-99").model.endswith("-bert")


def test_a_log_takes_hardware_and_quality_from_its_companions(folder):
    nvidia, amd = (
        read(FORMAT, file)[0]
        for name, file in reversed(folder.items())
        if name.endswith("performance/run_1/mlperf_log_summary.txt")
    )

    assert (nvidia.task, nvidia.model, nvidia.device_count) == ("gptj-99", "gptj", 8)
    assert nvidia.hardware == "NVIDIA H200-SXM-141GB"
    assert nvidia.settings["division"] == "closed"
    assert nvidia.values["quality"].raw == "43.1017"
    assert nvidia.values["sample_throughput"].raw == "189.806"
    assert nvidia.values["throughput"].raw == "13096.6"
    assert "latency" not in nvidia.values  # all samples of an Offline run are asked for at once
    assert issue(nvidia, "power.window").severity == INFO
    assert (amd.values["latency"].raw, amd.values["latency"].unit) == ("42835428215", "ns")
    assert (amd.values["ttft"].raw, amd.values["tpot"].raw) == ("1006329670", "143097185")
    assert amd.values["tokens_out"].raw == "293.5"


def test_the_log_of_the_sample_with_its_companions():
    (reading,) = read(FORMAT, folder_of(SAMPLE)[LOG])

    assert (reading.hardware, reading.device_count) == ("Heron X1", 6)
    assert (reading.values["quality"].raw, reading.settings["score_of"]) == ("43.0", "ROUGE1")


def test_a_log_alone_leaves_hardware_and_quality_to_be_asked():
    reading = log()

    assert (reading.hardware, reading.device_count) == ("", None)
    assert "quality" not in reading.values
    assert reading.settings["machine"] == "2xHeron_TRT"


def test_other_accuracy_files_are_read_too():
    place = LOG.replace("performance/run_1/mlperf_log_summary", "accuracy/accuracy")
    for text, expected in (
        ("accuracy=76.078%, good=38039, total=50000\n", ("76.078", "%", "acc")),
        ("mAP=37.358%\n", ("37.358", "%", "mAP")),
        ('{"exact_match": 83.6, "f1": 90.9}\n', ("90.9", "%", "F1")),
        ("Accuracy: mean = 0.86236, kidney = 0.93, tumor = 0.79\n", ("0.86236", "1", "DICE")),
    ):
        reading = log(**{place: text})
        quality = reading.values["quality"]
        assert (quality.raw, quality.unit, reading.settings["score_of"]) == expected


def test_a_run_that_is_not_valid_does_not_count():
    reading = log(said=("Result is : VALID", "Result is : INVALID"))

    assert reading.values == {}
    assert issue(reading, "run.invalid").severity == ERROR


def test_files_of_another_shape_are_refused():
    for content, code in (
        ("[]", "rows.missing"),
        ("Samples per second: 1\n", "column.missing"),
        ("\n", "file.empty"),
        (b"\xff\xff", "file.encoding"),
    ):
        with pytest.raises(Unreadable) as refused:
            read_text(FORMAT, content)
        assert refused.value.issue.code == code


def test_only_a_valid_run_of_the_right_mode_counts_and_the_log_says_which():
    for said, mode in (
        (("Result is : VALID", "Result is : INVALID"), "not valid"),
        (("Result is : VALID", "Result : VALID"), "does not say"),
        (("Mode     : PerformanceOnly", "Mode     : AccuracyOnly"), "check quality"),
    ):
        assert mode in issue(log(said=said), "run.invalid").message


def test_a_log_of_the_first_round_is_read():
    text = (
        "MLPerf Results Summary\nSUT name : \nScenario : Single Stream\nMode     : Performance\n"
        "90th percentile latency (ns) : 427415\nResult is : VALID\n"
        "Mean latency (ns)               : 426283\n"
    )
    (reading,) = read_text(FORMAT, text)

    assert reading.settings == {"scenario": "SingleStream"}
    assert (reading.values["latency"].raw, reading.values["latency"].unit) == ("426283", "ns")


def test_runs_of_compliance_are_no_results():
    text = (SAMPLE / LOG).read_text()
    for folder in ("compliance", "audit"):
        place = f"closed/Example/{folder}/2xHeron_TRT/gptj-99/Server/TEST01/performance/run_1"
        found, said = sorted_out(sent({f"{place}/mlperf_log_summary.txt": text}))
        assert list(found.values()) == [[]]
        assert "no result itself" in next(iter(said.values()))


def test_a_recommender_is_judged_by_its_auc():
    place = LOG.replace("performance/run_1/mlperf_log_summary", "accuracy/accuracy")
    reading = log(**{place: "AUC=80.166%, accuracy=96.605%, good=86110748, total=89137319\n"})

    assert (reading.values["quality"].raw, reading.settings["score_of"]) == ("80.166", "AUC")


def checked(**changes):
    """The readings of the checker's table, some columns of whose header are called otherwise."""
    text = (SAMPLE / "summary.csv").read_text()
    for column, other in changes.items():
        text = text.replace(f",{column},", f",{other},", 1)
    return read_text(FORMAT, text)


def test_the_power_of_the_checkers_table_belongs_to_the_run_above_it():
    throughput, stream = checked()

    assert float(throughput.values["node_energy"].raw) == pytest.approx(600.04 / 8000.5)
    assert throughput.values["node_energy"].origin == METERED
    assert (stream.values["node_energy"].raw, stream.values["node_energy"].unit) == ("250.5", "mJ")
    assert (stream.values["latency"].raw, stream.values["latency"].unit) == ("1.5", "ms")


def test_power_without_its_run_is_not_lost():
    text = (SAMPLE / "summary.csv").read_text().splitlines()
    (reading,) = read_text(FORMAT, "\n".join([text[0], text[2]]))

    assert issue(reading, "unit.unknown").given == "watts"


def test_a_table_of_an_older_checker_has_no_units_and_is_refused():
    with pytest.raises(Unreadable) as refused:
        checked(Units="power")
    assert refused.value.issue.expected == ("Units",)


def test_an_accuracy_without_a_name_is_told():
    reading = one(Accuracy="76.078")

    assert "quality" not in reading.values
    assert issue(reading, "metric.unsupported").severity == INFO


def test_a_folder_that_is_called_by_its_model_is_the_benchmark():
    text = (SAMPLE / LOG).read_text()
    for folder in ("resnet50", "resnet"):
        place = f"closed/Example/results/2xHeron_TRT/{folder}/Server/performance/run_1"
        (reading,) = read(FORMAT, *sent({f"{place}/mlperf_log_summary.txt": text}).values())
        assert (reading.task, reading.model) == ("resnet", "resnet50")


def test_tokens_that_a_checker_called_samples_are_no_samples():
    wrong = {"version": "v4.0", "Model": "llama2-70b-99", "Scenario": "Offline"}
    units = {"Performance_Result": 22289.7, "Performance_Units": "Samples/s"}

    reading = one(**wrong, **units)
    mended = one(**wrong, **units | {"Performance_Units": "Tokens/s"})
    server = one(**wrong | {"Scenario": "Server"}, **units | {"Performance_Units": "Queries/s"})

    assert issue(reading, "unit.unclear").severity == WARNING
    assert "sample_throughput" not in reading.values
    assert mended.values["throughput"].raw == "22289.7"
    assert server.values["sample_throughput"].raw == "22289.7"


def test_no_accelerators_are_none_and_not_a_wrong_number():
    reading = one(Accelerator="N/A", Nodes=1, Processor="Stork 9 CPU", **{"a#": 0, "p#": 2})

    assert (reading.hardware, reading.device_count) == ("Stork 9 CPU", 2)
    assert "count.invalid" not in codes(reading)


def test_a_row_whose_only_result_is_left_out_needs_no_mending():
    reading = one(
        Scenario="MultiStream", Performance_Units="Latency (ms)", Accuracy="75.8", Power_Result=""
    )

    assert reading.values == {}
    assert "value.missing" not in codes(reading)
    assert {told.severity for told in reading.issues} == {INFO}


@pytest.mark.parametrize(
    ("benchmark", "model", "target"), [("yolo-95", "yolo", 95), ("yolo-99", "yolo", 99)]
)
def test_an_accuracy_target_may_be_lower(benchmark, model, target):
    reading = one(Model=benchmark, UsedModel=benchmark, Accuracy="mAP: 53.1")

    assert (reading.model, reading.settings["accuracy_target"]) == (model, target)
