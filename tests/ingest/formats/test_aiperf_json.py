import json

import pytest

from ingest import formats
from ingest.readings import ERROR, INFO, WARNING, Unreadable
from tests.ingest.formats.folder import folder_of, read, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("aiperf-json")
OLD, NEW = "aiperf-repo/run1", "inferencex/kimik2.7_tp4_conc16_kvdram-lmcache"
PLACE = "profile_export_aiperf"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "aiperf-json")


def one(**changes):
    path = SAMPLES / "aiperf-json" / "heron_tp2_kvdram-cache" / f"{PLACE}.json"
    record = {**json.loads(path.read_text()), **changes}
    (reading,) = read_text(FORMAT, json.dumps(record))
    return reading


def number(reading, metric):
    return float(reading.values[metric].raw)


def test_both_layouts_and_the_tables_are_recognised(folder):
    found, _ = sorted_out(folder)

    assert sorted(found.values()) == [[]] + [["aiperf-json"]] * 6


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_the_old_layout(folder, ending):
    (reading,) = read(FORMAT, folder[f"{OLD}/{PLACE}.{ending}"])

    assert reading.samples == 89
    first = reading.values["ttft"]
    assert (float(first.raw) / 1000, first.unit) == (pytest.approx(2.34322, abs=5e-6), "ms")
    assert number(reading, "throughput") == pytest.approx(2320.72, abs=5e-3)
    duration = reading.values["run_time"]
    assert (duration.unit, duration.per) == ("s", "run")
    assert float(duration.raw) == pytest.approx(9.32, abs=5e-3)
    assert issue(reading, "requests.failed").given == "11"
    assert reading.model == ("openai/gpt-oss-20b" if ending == "json" else "")


@pytest.mark.parametrize("ending", ["json", "csv"])
def test_the_new_layout(folder, ending):
    (reading,) = read(FORMAT, folder[f"{NEW}/{PLACE}.{ending}"])

    assert number(reading, "ttft") / 1000 == pytest.approx(58.7066, abs=5e-5)
    assert number(reading, "throughput") == pytest.approx(158.537, abs=5e-3)
    assert reading.samples == 659
    assert number(reading, "tokens_in") == pytest.approx(88_564.34, abs=5e-3)
    assert (reading.device_count, reading.settings["kv_offloading"]) == (4, "dram-lmcache")


def test_the_configuration_names_model_load_and_task(folder):
    (reading,) = read(FORMAT, folder[f"{NEW}/{PLACE}.json"])

    assert reading.model == "amd/Kimi-K2.7-Code-MXFP4"
    assert reading.settings["concurrency"] == 16
    assert reading.task == "inferencex-agentx-mvp"
    assert reading.measured_on == "2026-07-09"
    assert reading.hardware == ""


def test_a_table_beside_its_json_does_not_count(folder):
    table, whole = read(FORMAT, folder[f"{NEW}/{PLACE}.csv"], folder[f"{NEW}/{PLACE}.json"])

    assert table.values == {}
    assert issue(table, "row.repeated").severity == INFO
    assert whole.values
    other, _ = read(FORMAT, folder[f"{OLD}/{PLACE}.csv"], folder[f"{NEW}/{PLACE}.json"])
    assert other.values


def test_warm_up_is_no_result():
    assert one(warmup_metrics={"request_count": {"unit": "requests", "avg": 9e9}}) == one()


def test_units_are_read_and_not_assumed():
    seconds = one(request_latency={"unit": "sec", "avg": 2.5}).values["latency"]
    assert (seconds.raw, seconds.unit) == ("2.5", "s")
    for unit, code in (("fortnights", "unit.unknown"), ("", "unit.missing")):
        problem = one(request_latency={"unit": unit, "avg": 2.5})
        assert issue(problem, code).severity == ERROR
        assert "latency" not in problem.values


def test_the_time_between_tokens_is_that_of_a_request():
    values = one().values

    assert (values["tpot"].raw, values["tpot"].unit) == ("12.5", "ms")
    assert "itl" not in values


def test_a_cancelled_run_and_few_requests_are_warnings():
    (reading,) = read_text(FORMAT, (SAMPLES / "aiperf-json/old" / f"{PLACE}.json").read_text())

    assert issue(reading, "run.invalid").severity == WARNING
    assert issue(reading, "samples.few").given == "27"
    assert (reading.model, reading.settings["revision"]) == ("example/Heron-7B", "0a1b2c")


def test_many_figures_of_no_use_do_no_harm():
    more = {f"figure_{n}": {"unit": "ms", "avg": n, "p50": n} for n in range(1000)}

    assert one(**more) == one()


def test_the_predecessor_is_read_too():
    record = {
        "request_throughput": {"unit": "requests/sec", "avg": 2.0},
        "request_latency": {"unit": "ms", "avg": 500.0},
        "request_count": {"unit": "count", "avg": 100},
        "input_config": {"model": ["example/Heron-7B"]},
    }
    head = formats.Head(json.dumps(record).encode())
    (reading,) = read_text(FORMAT, json.dumps(record))

    assert formats.detect(head)[0][1] is FORMAT
    assert (reading.model, reading.samples) == ("example/Heron-7B", 100)


def test_a_run_without_requests_has_no_samples():
    reading = one(request_count={"unit": "requests", "avg": 0.0})

    assert reading.samples is None
    assert "count.invalid" not in codes(reading)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[1]", "record.invalid"),
        ("a,b\n1,2\n", "column.missing"),
        ('Metric,avg,min,max\n"x\n', "table.broken"),
        ("", "file.empty"),
    ],
)
def test_files_of_another_shape_are_refused(content, code):
    with pytest.raises(Unreadable) as refused:
        read_text(FORMAT, content)
    assert refused.value.issue.code == code
