import json

import pytest

from ingest import formats
from ingest.readings import INFO, SENSED, WARNING, Unreadable
from tests.ingest.formats.folder import folder_of, read, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("inferencex-agg-json")
RUNNER = "together_runner/baselines/b200/sglang/dsr1-fp4/1k1k/tuned/conc16.json"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "inferencex-agg-json")


def by_prefix(folder, prefix):
    (reading,) = read(FORMAT, *(file for name, file in folder.items() if name.startswith(prefix)))
    return reading


def flat(position=0, **changes):
    """The reading of a flat result of the sample, some keys of which are others."""
    records = json.loads((SAMPLES / "inferencex-agg-json" / "agg_heron.json").read_text())
    record = {**records[position], **changes}
    record = {key: said for key, said in record.items() if said is not None}
    (reading,) = read_text(FORMAT, json.dumps(record))
    return reading


def number(reading, metric):
    return float(reading.values[metric].raw)


def test_all_shapes_are_recognised_and_nothing_else(folder):
    found, _ = sorted_out(folder)

    assert sorted(found.values()) == [[]] + [["inferencex-agg-json"]] * 6


def test_a_run_with_power(folder):
    reading = by_prefix(folder, RUNNER)

    assert (reading.hardware, reading.device_count) == ("b200", 8)
    assert number(reading, "throughput") == pytest.approx(1121.53, abs=5e-3)
    power = reading.values["power"]
    assert (power.raw, power.unit, power.origin) == ("3437.5", "W", SENSED)
    assert number(reading, "power") / number(reading, "throughput") == pytest.approx(
        3.065, abs=5e-4
    )
    assert number(reading, "throughput") / 3.4375 == pytest.approx(326.3, abs=0.05)
    first = reading.values["ttft"]
    assert (first.unit, first.recipe) == ("ms", "median")
    assert float(first.raw) / 1000 == pytest.approx(0.35853, abs=5e-6)
    assert issue(reading, "latency.median").severity == INFO
    assert reading.task == "1024/1024"


def test_throughput_per_gpu_is_multiplied(folder):
    reading = by_prefix(folder, "agg_")

    assert reading.device_count == 8
    assert number(reading, "throughput") == pytest.approx(221.4, abs=0.05)
    assert "27.678011491816765 per GPU x 8 GPUs" in reading.values["throughput"].recipe
    assert (reading.values["ttft"].unit, number(reading, "ttft")) == (
        "s",
        pytest.approx(0.3171, abs=5e-5),
    )
    assert reading.settings["speculative_decoding"] == "mtp"
    assert reading.settings["dp_attention"] is False


def test_a_nested_result_reports_both_numbers_of_requests(folder):
    reading = by_prefix(folder, "tp8_sweep")

    assert (reading.hardware, reading.settings["machine"]) == ("mi355x", "cluster:mi355x-amds")
    assert reading.samples == 720
    assert "720 of 1607" in issue(reading, "requests.uncounted").message
    assert reading.values["throughput"].raw == "211.01689"  # the total, not the one per GPU
    assert reading.values["itl"].raw == "0.0652"
    assert (reading.task, reading.settings["kv_offload_backend"]) == ("agentic-coding", "lmcache")


def test_output_of_a_split_deployment_is_divided_by_its_decoding_gpus():
    reading = flat(1)

    assert reading.device_count == 12
    assert number(reading, "total_throughput") == 100 * 12
    assert number(reading, "throughput") == 50 * 8  # and 200 x 4 of the prompts make 1200


def test_an_output_that_does_not_add_up_is_left_out():
    for changes in ({"output_tput_per_gpu": 30.0}, {"input_tput_per_gpu": None}):
        reading = flat(1, **changes)
        assert "throughput" not in reading.values
        assert issue(reading, "devices.unclear").severity == INFO
    assert number(flat(0, input_tput_per_gpu=None), "throughput") == 20 * 4


def test_without_devices_a_throughput_per_gpu_says_nothing():
    reading = flat(0, tp=None)

    assert reading.device_count is None
    assert not {"throughput", "total_throughput"} & reading.values.keys()
    assert "devices.unstated" in codes(reading)


def test_devices_are_tensor_times_pipeline_parallel():
    assert flat(0, pp=2).device_count == 8
    assert flat(0, n_gpus=16).device_count == 16


def test_switches_may_be_text():
    assert flat(0, dp_attention="True").settings["dp_attention"] is True
    assert flat(0, disagg="false").settings["disaggregated"] is False


def test_few_requests_are_a_warning():
    text = (SAMPLES / "inferencex-agg-json" / "runner" / "conc2.json").read_text()

    assert issue(read_text(FORMAT, text)[0], "samples.few").severity == WARNING


@pytest.mark.parametrize(
    ("content", "code"), [("[]", "rows.missing"), ("{}", "column.missing"), ("7", "column.missing")]
)
def test_files_of_another_shape_are_refused(content, code):
    with pytest.raises(Unreadable) as refused:
        read_text(FORMAT, content)
    assert refused.value.issue.code == code
