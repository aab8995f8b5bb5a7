import csv
import io
import json

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import ERROR, INFO, SENSED, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("optimum-benchmark")
SAMPLE = SAMPLES / "optimum-benchmark"
LLAMAS = "running-llamas/artifacts/A100-80GB"
SINGLE = "running-llamas/experiments/hf-dgx-01/NousResearch/Llama-2-13b-hf/fp16/16"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "optimum-benchmark")


def one(folder, *names):
    """The reading of the first of these files, sent with the others."""
    files = sent({name: folder[name].open().read().decode() for name in names})
    (reading,) = read(FORMAT, files[names[0]])
    return reading


def row(**changes):
    """The reading of the sample table's first row, some cells of which are others."""
    with (SAMPLE / "heron" / "full_report.csv").open() as stream:
        record = {**next(csv.DictReader(stream)), **changes}
    text = io.StringIO()
    writer = csv.DictWriter(text, [name for name in record if record[name] is not None])
    writer.writeheader()
    writer.writerow({name: cell for name, cell in record.items() if cell is not None})
    (reading,) = read_text(FORMAT, text.getvalue())
    return reading


def generation(change=lambda whole: None):
    """The reading of the sample of text generation after a change."""
    whole = json.loads((SAMPLE / "cpu" / "generation.json").read_text())
    change(whole)
    (reading,) = read_text(FORMAT, json.dumps(whole))
    return reading


def test_all_shapes_are_recognised_and_the_configuration_is_named(folder):
    found, companions = sorted_out(folder)

    assert sum(slugs == ["optimum-benchmark"] for slugs in found.values()) == 7
    assert [name for name, said in companions.items() if said] == ["tei-bert/benchmark_config.json"]


def test_the_report_of_another_tool_that_looks_alike_is_not_ours(real_data):
    (report,) = (real_data / "ai-energy-score").rglob("benchmark_report.json")

    assert FORMAT.matches(Head(report.read_bytes()[:65_536], report.as_posix())) == 0


def test_a_report_with_its_configuration_beside_it(folder):
    names = ("tei-bert/benchmark_report.json", "tei-bert/benchmark_config.json")
    reading = one(folder, *names)

    mean = reading.values["run_time"]
    assert float(mean.raw) == pytest.approx(11.32957, abs=5e-6)
    assert (mean.unit, mean.per, reading.samples) == ("s", "run", 64)
    rate = reading.values["sample_throughput"]
    assert float(rate.raw) == pytest.approx(5.64893, abs=5e-6)
    assert "latency" not in reading.values  # a call has 64 samples
    assert reading.values.keys() == {"run_time", "sample_throughput"}  # the rest is null
    assert (reading.model, reading.task) == ("BAAI/bge-base-en-v1.5", "feature-extraction")


def test_a_report_alone_leaves_the_model_to_be_asked(folder):
    reading = one(folder, "tei-bert/benchmark_report.json")

    assert (reading.model, reading.hardware, reading.samples) == ("", "", None)
    assert reading.values


def test_on_the_processor_the_machines_gpu_is_not_the_hardware(folder):
    (reading,) = read(FORMAT, folder["tei-bert/benchmark.json"])

    assert reading.hardware == "Intel(R) Xeon(R) Platinum 8259CL CPU @ 2.50GHz"
    assert reading.device_count is None


def test_two_reports_of_one_run_count_once(folder):
    names = ("tei-bert/benchmark.json", "tei-bert/benchmark_report.json")
    whole, report = read(FORMAT, *(folder[name] for name in names))

    assert whole.values
    assert report.values == {}
    assert issue(report, "row.repeated").severity == INFO


def test_a_table_of_experiments(folder):
    readings = read(FORMAT, folder[f"{LLAMAS}/full_report.csv"])
    first = readings[0]

    assert len(readings) == 10
    assert (first.model, first.samples) == ("meta-llama/Llama-2-7b-hf", 16)
    assert first.settings["precision"] == "fp16"
    assert first.values["throughput"].raw == "471.0"
    memory = first.values["memory"]
    assert (memory.raw, memory.unit) == ("27988", "MB")
    assert {r.method for r in readings} == {"", "gptq"}


def test_one_of_four_gpus_was_used(folder):
    first = read(FORMAT, folder[f"{LLAMAS}/full_report.csv"])[0]

    assert (first.hardware, first.device_count) == ("NVIDIA A100-SXM4-80GB", 1)


def test_the_short_table_beside_the_full_one_does_not_count(folder):
    names = (f"{LLAMAS}/full_report.csv", f"{LLAMAS}/short_report.csv")
    readings = read(FORMAT, *(folder[name] for name in names))

    assert [bool(reading.values) for reading in readings] == [True] * 10 + [False] * 10
    alone = read(FORMAT, folder[names[1]])
    assert alone[0].values["throughput"].raw == "471.0"
    assert (alone[0].hardware, alone[0].settings["batch_size"]) == ("A100", 16)
    assert {reading.method for reading in alone} == {"", "GPTQ"}


def test_a_table_may_have_its_configuration_in_its_path(folder):
    reading = one(folder, f"{SINGLE}/inference_results.csv")

    assert (reading.model, reading.samples) == ("NousResearch/Llama-2-13b-hf", 16)
    assert reading.settings["precision"] == "fp16"
    assert reading.settings["machine"] == "hf-dgx-01"
    assert reading.values["throughput"].raw == "290.0"  # of the generation, not of decoding
    assert (reading.values["memory"].raw, reading.values["memory"].unit) == ("67049", "MB")


def test_ways_to_run_a_model_are_settings(folder):
    readings = read(FORMAT, folder["whisper/reports/cuda_64_10/inference_report.csv"])

    assert [r.settings.get("auto_optimization") for r in readings] == [
        "O4",
        "O3",
        "O2",
        None,
        "O1",
        None,
    ]
    assert len({json.dumps(r.settings, sort_keys=True) for r in readings}) == 6
    assert {(r.hardware, r.device_count) for r in readings} == {("", 1)}


def test_the_older_memory_was_counted_in_powers_of_two():
    column = "generate.max_memory_used(MB)"
    lacking = {column: None, "forward.max_memory_used(MB)": None}

    reading = row(**lacking, **{"generate.peak_memory(MB)": "12000"})
    assert reading.values["memory"].unit == "MiB"
    assert row().values["memory"].unit == "MB"


def test_the_device_is_the_one_of_its_number():
    two = "['Heron X1', 'Egret E2']"

    assert row(**{"environment.gpus": two, "device": "cuda:1"}).hardware == "Egret E2"
    unclear = row(**{"environment.gpus": two, "device": "cuda"})
    assert (unclear.hardware, unclear.device_count) == ("", 1)
    assert row(**{"environment.gpus": "[oops"}).hardware == ""
    spread = row(**{"device": "cuda", "backend.device_map": "auto"})
    assert spread.device_count is None
    assert "devices.unstated" in codes(spread)


def test_devices_are_those_that_the_configuration_names():
    assert (generation().hardware, generation().device_count) == ("Heron X1", 2)


def test_a_generation_with_a_batch_of_one_has_the_times_of_its_answer():
    values = generation().values

    assert {metric: values[metric].raw for metric in ("latency", "ttft", "tpot")} == {
        "latency": "2.5",
        "ttft": "0.25",
        "tpot": "0.0225",
    }
    assert values["throughput"].raw == "44.0"
    assert "sample_throughput" not in values

    def batch(whole):
        whole["config"]["scenario"]["input_shapes"]["batch_size"] = 4

    assert not {"latency", "ttft"} & generation(batch).values.keys()


def test_the_energy_of_a_call_is_that_of_its_gpus():
    energy = generation().values["device_energy"]

    assert (float(energy.raw), energy.unit, energy.per) == (2.5e-5, "kWh", "run")
    assert energy.origin == SENSED
    assert issue(generation(), "boundary.unclear").severity == INFO

    def unit(whole):
        del whole["report"]["generate"]["energy"]["unit"]

    assert issue(generation(unit), "unit.missing").severity == ERROR


def test_units_are_read_and_not_assumed():
    def milliseconds(whole):
        whole["report"]["generate"]["latency"] = {"unit": "ms", "mean": 2500}

    def fortnights(whole):
        whole["report"]["generate"]["latency"] = {"unit": "fortnight", "mean": 2500}

    assert generation(milliseconds).values["latency"].unit == "ms"
    assert issue(generation(fortnights), "unit.unknown").given == "fortnight"


def test_flattened_reports_and_data_frames_with_an_index_are_read():
    text = (
        ",config.backend.model,config.scenario.input_shapes.batch_size,"
        "report.forward.latency.mean,report.forward.latency.unit,"
        "report.forward.throughput.value,report.forward.throughput.unit\n"
        "0,example/Egret,1,0.5,s,2.0,samples/s\n"
    )
    (reading,) = read_text(FORMAT, text)

    assert formats.detect(Head(text.encode()))[0][1] is FORMAT
    assert (reading.model, reading.values["latency"].raw) == ("example/Egret", "0.5")
    assert "row.long" not in codes(reading)


def test_a_configuration_that_cannot_be_read_does_no_harm(folder):
    report = folder["tei-bert/benchmark_report.json"].open().read().decode()
    files = sent({"benchmark_report.json": report, "benchmark_config.json": "{"})
    (reading,) = read(FORMAT, files["benchmark_report.json"])

    assert reading.model == ""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{}", "column.missing"),
        ("[1]", "column.missing"),
        ("model,batch\nx,1\n", "column.missing"),
        ("", "file.empty"),
    ],
)
def test_files_of_another_shape_are_refused(content, code):
    with pytest.raises(Unreadable) as refused:
        read_text(FORMAT, content)
    assert refused.value.issue.code == code


def test_other_devices_of_the_machine_are_not_those_that_were_used():
    gpus = ["Heron X1", "Heron X1", "Display", "Heron X1"]

    def machine(identities):
        def change(whole):
            whole["config"]["backend"] |= {"device": "cuda", "device_ids": identities}
            whole["config"]["environment"]["gpu"] = gpus

        reading = generation(change)
        return reading.hardware, reading.device_count

    assert machine("1") == ("Heron X1", 1)
    assert machine("0,3") == ("Heron X1", 2)
    assert machine("0,2") == ("", 2)
    assert machine("7") == ("", 1)
