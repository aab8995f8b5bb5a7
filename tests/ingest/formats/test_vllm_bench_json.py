import json
from dataclasses import replace

import pytest

from ingest import formats
from ingest.readings import INFO, SENSED, WARNING, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("vllm-bench-json")
SAMPLE = SAMPLES / "vllm-bench-json" / "heron" / "nvfp4"
GEMMA, GPT = "dgx-spark/gemma-4/gemma-4-31b-it/nvfp4", "dgx-spark/gpt-oss/gpt-oss-20b/mxfp4"
INFERENCEX = "inferencex/gpt-oss-120b/concurrency_128_req_rate_inf_gpus_16_ctx_8_gen_8.json"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "vllm-bench-json")


@pytest.fixture(scope="module")
def readings(folder):
    found, _ = sorted_out(folder)
    results = [file for name, file in folder.items() if found[name]]
    return {reading.path: reading for reading in read(FORMAT, *results)}


def record(**changes):
    """The sample's result, some keys of which are others; None takes one out."""
    whole = {**json.loads((SAMPLE / "01-office.json").read_text()), **changes}
    return {key: said for key, said in whole.items() if said is not None}


def one(**changes):
    (reading,) = read_text(FORMAT, json.dumps(record(**changes)))
    return reading


def number(reading, metric):
    return float(reading.values[metric].raw)


def test_results_and_companions_are_told_apart(folder):
    found, companions = sorted_out(folder)

    assert sum(slugs == ["vllm-bench-json"] for slugs in found.values()) == 40
    assert all(slugs in ([], ["vllm-bench-json"]) for slugs in found.values())
    assert [name for name, said in companions.items() if not said] == ["SOURCE.md"]
    assert companions[f"{GEMMA}/11-rate-sweep.json"].startswith("A summary of a rate sweep")
    assert companions[f"{GEMMA}/07-telemetry.csv"].startswith("Telemetry")
    # The same file stands beside reports of llama-benchy, which name it too.
    assert "server" in companions[f"{GEMMA}/meta.json"]


@pytest.mark.parametrize(
    ("place", "joules", "per_token"), [(GPT, 36_389, 0.456), (GEMMA, 119_743, 1.233)]
)
def test_the_telemetry_beside_a_result_is_its_energy(readings, place, joules, per_token):
    reading = readings[f"{place}/07-office-baseline.json"]

    energy = reading.values["device_energy"]
    assert reading.samples == 200
    assert float(energy.raw) == pytest.approx(joules, abs=1)
    assert (energy.unit, energy.per, energy.origin) == ("J", "run", SENSED)
    assert "trapezoids" in energy.recipe
    assert number(reading, "device_energy") / number(reading, "tokens_out") == pytest.approx(
        per_token, abs=5e-4
    )


def test_the_integral_is_that_of_plain_arithmetic():
    names = ("01-office.json", "01-telemetry.csv", "meta.json")
    files = sent({name: (SAMPLE / name).read_text() for name in names})
    (reading,) = read(FORMAT, files["01-office.json"])

    # 10 s from 10 to 30 W, 50 s at 30 W, 50 s from 30 to 20 W.
    assert number(reading, "device_energy") == pytest.approx(200 + 1500 + 1250)


def test_a_snapshot_names_model_and_revision(readings):
    reading = readings[INFERENCEX]

    assert reading.model == "openai/gpt-oss-120b"
    assert reading.settings["revision"].startswith("b5c9")
    assert number(reading, "throughput") == pytest.approx(8368.28, abs=5e-3)
    assert reading.device_count == 16
    assert (reading.settings["prefill_devices"], reading.settings["decode_devices"]) == (8, 8)
    assert (reading.settings["request_rate"], reading.settings["concurrency"]) == ("inf", 128)
    assert "burstiness" not in reading.settings


def test_the_median_to_the_first_token_stays_in_the_file(folder):
    (row,) = FORMAT.rows(folder[INFERENCEX])

    assert float(row.cells["/median_ttft_ms"]) / 1000 == pytest.approx(0.16850, abs=5e-6)
    assert FORMAT.reading(row).values["ttft"].column == "/mean_ttft_ms"


def test_hardware_and_deployment_are_folders(readings):
    place = "llm-d/exp-7/H100/llm-d-2p1d/benchmark_2025-05-13_05-00-45.json"
    reading = readings[place]

    assert (reading.hardware, reading.settings["deployment"]) == ("H100", "llm-d-2p1d")
    assert (reading.measured_on, reading.settings["burstiness"]) == ("2025-05-13", 100.0)
    assert "latency" not in reading.values  # e2el was not asked for
    assert issue(reading, "devices.unstated").severity == INFO


def test_the_server_is_described_beside_the_result(readings):
    reading = readings[f"{GEMMA}/08-sharegpt.json"]

    assert reading.hardware == "DGX Spark NVIDIA GB10 128GB unified"
    assert reading.settings["precision"] == "nvfp4"
    assert reading.settings["test"] == "sharegpt"


def test_a_description_of_another_model_is_not_used():
    files = sent(
        {
            "a.json": json.dumps(record()),
            "meta.json": (SAMPLE / "meta.json").read_text().replace("Heron-7B", "Egret-7B"),
        }
    )
    (reading,) = read(FORMAT, files["a.json"])

    assert reading.hardware == ""


def test_only_overloaded_runs_are_marked(readings):
    marked = {path for path, r in readings.items() if r.settings.get("saturated")}

    assert marked == {
        f"{GEMMA}/07-office-baseline.json",
        *(f"{GEMMA}/11-rate-sweep-{rate}.json" for rate in ("0.2", "0.3", "0.5", "0.7", "1.0")),
    }
    # Few requests with long answers leave a long tail, which is no overload.
    assert number(readings[f"{GPT}/09-reasoning.json"], "sample_throughput") < 0.5 * 0.2
    for path in marked:
        assert issue(readings[path], "load.saturated").severity == INFO


def test_a_run_alone_shows_its_overload_by_a_queue_as_long_as_the_run():
    assert "load.saturated" in codes(one(request_throughput=0.2, mean_ttft_ms=10_100))
    assert "load.saturated" not in codes(one(request_throughput=0.2, mean_ttft_ms=9_900))
    assert "load.saturated" not in codes(one(request_throughput=0.41, mean_ttft_ms=90_000))
    assert "load.saturated" not in codes(one(request_rate="inf", mean_ttft_ms=90_000))


def test_the_telemetry_of_a_sweep_belongs_to_none_of_its_steps(readings):
    step = readings[f"{GPT}/11-rate-sweep-0.5.json"]

    assert "device_energy" not in step.values
    assert issue(step, "telemetry.shared").severity == INFO


@pytest.mark.parametrize(
    ("telemetry", "code"),
    [
        ("elapsed_s,power_w\n0,10\n50,10\n", "telemetry.short"),
        ("elapsed_s,power_w\n0,10\n0,10\n100,10\n", None),
        ("elapsed_s,power_w\n0,x\n100,\n", None),
        ("elapsed_s\n", None),
        ("", None),
    ],
)
def test_a_telemetry_that_says_nothing_gives_no_energy(telemetry, code):
    files = sent({"01-a.json": json.dumps(record()), "01-telemetry.csv": telemetry})
    (reading,) = read(FORMAT, files["01-a.json"])

    assert "device_energy" not in reading.values
    assert (code in codes(reading)) == bool(code)
    assert reading.values


def test_requests_that_failed_are_noted_and_few_are_a_warning():
    assert issue(one(), "requests.failed").given == "2"
    assert issue(one(completed=29, num_prompts=29), "samples.few").severity == WARNING
    assert "samples.few" not in codes(one(completed=30, num_prompts=30))


def test_totals_are_per_run_and_rates_are_not():
    values = one().values

    assert {metric for metric, value in values.items() if value.per == "run"} == {
        "run_time",
        "tokens_in",
        "tokens_out",
    }
    assert (values["itl"].column, values["itl"].unit) == ("/median_itl_ms", "ms")


def test_a_time_of_zero_was_not_measured():
    assert "tpot" not in one(mean_tpot_ms=0.0).values


def test_results_of_single_requests_stay_in_the_file():
    assert one(itls=[[0.1] * 5000]) == one()


def test_appended_results_are_lines():
    lines = json.dumps(record()) + "\n" + json.dumps(record(request_rate=1.0)) + "\n"
    readings = sorted(read_text(FORMAT, lines), key=lambda reading: reading.row)

    assert [reading.settings["request_rate"] for reading in readings] == [0.5, 1.0]
    listed = read_text(FORMAT, json.dumps([record(), record(request_rate=1.0)]))
    assert [replace(r, issues=()) for r in listed] == [replace(r, issues=()) for r in readings]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("{}", "column.missing"),
        ("[]", "rows.missing"),
        ("[1]", "record.invalid"),
        ('{"model_id": ', "json.invalid"),
    ],
)
def test_files_of_another_shape_are_refused(content, code):
    with pytest.raises(Unreadable) as refused:
        read_text(FORMAT, content)
    assert refused.value.issue.code == code


def test_the_benchmarks_own_meter_is_the_gpus_energy():
    reading = one(energy_gpu_ids=[0, 3], gpu_energy_j=21500.5, gpu_energy_duration_s=41.3)

    energy = reading.values["device_energy"]
    assert (energy.raw, energy.unit, energy.per, energy.origin) == ("21500.5", "J", "run", SENSED)
    assert reading.device_count == 2
    assert "devices.unstated" not in codes(reading)


def test_a_split_of_the_tensors_tells_the_devices():
    assert one(tensor_parallel_size="4").device_count == 4


def test_a_run_without_an_answer_has_no_figures():
    reading = one(completed=0, output_throughput=0.0)

    assert (reading.values, reading.samples) == ({}, None)
    assert "No request" in issue(reading, "value.missing").message
    assert "count.invalid" not in codes(reading)


def test_answers_of_any_length_do_not_stop_the_reading():
    assert one(generated_texts=["x" * 40_000]).values


def test_a_broken_line_is_named():
    text = json.dumps(record())
    with pytest.raises(Unreadable) as refused:
        read_text(FORMAT, f"{text}\n{text[:-20]}\n")
    assert refused.value.issue.message.startswith("Line 2 ")


def test_requests_that_come_at_once_have_a_speed_without_a_server():
    content = {
        "elapsed_time": 50.0,
        "num_requests": 200,
        "total_num_tokens": 80_000,
        "requests_per_second": 4.0,
        "tokens_per_second": 1600.0,
    }

    path = "throughput_heron_tp4.json"

    (reading,) = read(FORMAT, sent({path: json.dumps(content)})[path])

    assert {metric: (value.raw, value.per) for metric, value in reading.values.items()} == {
        "total_throughput": ("1600.0", "unit"),
        "sample_throughput": ("4.0", "unit"),
        "run_time": ("50.0", "run"),
    }
    assert (reading.samples, reading.device_count) == (200, 4)
    assert reading.settings == {"test": "throughput", "tensor_parallel": 4}
    assert (reading.model, reading.task, reading.hardware) == ("", "", "")


def test_the_time_of_a_batch_waits_for_the_size_of_the_batch():
    content = {"avg_latency": 7.5, "latencies": [7.0, 8.0], "percentiles": {"50": 7.5}}

    (reading,) = read_text(FORMAT, json.dumps(content))

    time = reading.values["run_time"]
    assert (time.raw, time.unit, time.per) == ("7.5", "s", "run")
    assert (reading.samples, reading.device_count, [*reading.values]) == (None, None, ["run_time"])
    assert codes(reading) == ["devices.unstated"]


def test_a_result_of_which_only_the_times_were_kept_is_one():
    cut = {
        "model_id": "example-org/Heron-7B",
        "num_prompts": 200,
        "request_rate": "inf",
        "mean_ttft_ms": 1250.5,
        "mean_tpot_ms": 20.25,
    }
    head = formats.Head(json.dumps(cut).encode())

    (reading,) = read_text(FORMAT, json.dumps(cut))

    assert formats.detect(head)[0][1] is FORMAT
    assert {metric: value.raw for metric, value in reading.values.items()} == {
        "ttft": "1250.5",
        "tpot": "20.25",
    }
