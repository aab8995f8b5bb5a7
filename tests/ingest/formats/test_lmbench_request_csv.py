import csv
from random import Random
from statistics import fmean, median

import pytest

from ingest import formats
from ingest.readings import WARNING, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import codes, issue, rows

FORMAT = formats.get("lmbench-request-csv")
HEADER = "prompt_tokens,generation_tokens,ttft,generation_time,launch_time,finish_time\n"
SLOW = "exp-0/vllm-70b/LMBench_sharegpt_output_0.5.csv"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "lmbench-request-csv")


def test_the_requests_of_a_run_are_one_row(folder, real_data):
    found, _ = sorted_out(folder)
    (reading,) = read(FORMAT, folder[SLOW])
    with (real_data / "lmbench-request-csv" / SLOW).open() as stream:
        requests = [{k: float(v) for k, v in line.items()} for line in csv.DictReader(stream)]

    assert sorted(found.values()) == [[], ["lmbench-request-csv"], ["lmbench-request-csv"]]
    assert (reading.samples, len(requests)) == (252, 252)
    window = max(r["finish_time"] for r in requests) - min(r["launch_time"] for r in requests)
    expected = {
        "ttft": fmean(r["ttft"] for r in requests),
        "latency": fmean(r["finish_time"] - r["launch_time"] for r in requests),
        "throughput": sum(r["generation_tokens"] for r in requests) / window,
        "sample_throughput": 252 / window,
        "run_time": window,
        "tokens_in": sum(r["prompt_tokens"] for r in requests),
        "tokens_out": sum(r["generation_tokens"] for r in requests),
    }
    for metric, number in expected.items():
        assert float(reading.values[metric].raw) == pytest.approx(number, rel=1e-9)
        assert reading.values[metric].recipe.endswith("of 252 requests")


def test_the_path_says_load_task_and_which_model_to_ask_for(folder):
    slow, fast = read(FORMAT, *(file for name, file in folder.items() if name.endswith(".csv")))

    assert (slow.settings["request_rate"], fast.settings["request_rate"]) == (0.5, 1.34)
    assert (slow.task, slow.model, slow.settings["engine"]) == ("sharegpt", "vllm-70b", "vllm")
    assert (slow.hardware, slow.device_count) == ("", None)
    assert slow.measured_on == "2025-05-02"


def test_other_places_leave_more_to_be_asked():
    text = HEADER + "1,2,0.5,1.0,1767225600,1767225602\n" * 30
    (reading,) = read(FORMAT, *sent({"runs/H100/requests.csv": text}).values())

    assert (reading.model, reading.task, reading.hardware) == ("", "", "H100")
    assert reading.settings == {}


def test_median_and_percentile_stay_as_evidence():
    chance = Random(1)
    firsts = [chance.uniform(0, 9) for _ in range(101)]
    text = "".join(f"1,2,{first},1.0,{1e9 + n},{1e9 + n + 20}\n" for n, first in enumerate(firsts))
    (row,) = rows(FORMAT, HEADER + text)

    assert float(row.cells["median ttft"]) == pytest.approx(median(firsts))
    # 101 numbers: the 95th percentile is the 96th of them.
    assert float(row.cells["95th percentile of ttft"]) == pytest.approx(sorted(firsts)[95])


@pytest.mark.parametrize(
    "bad",
    [
        "1,2,,1.0,1767225600,1767225602",
        "1,2,0.5,1.0,1767225602,1767225600",
        "1,2,-0.5,1.0,1767225600,1767225602",
        "1,2,0.5,1.0,1e300,1e308",
        "1,2,x,1.0,1767225600,1767225602",
    ],
)
def test_requests_that_make_no_sense_are_left_out(bad):
    good = "1,2,0.5,1.0,1767225600,1767225602\n" * 30
    (row,) = rows(FORMAT, HEADER + good + bad + "\n")
    reading = FORMAT.reading(row)

    assert reading.samples == 30
    left_out = issue(reading, "requests.unreadable")
    assert (left_out.severity, left_out.given) == (WARNING, "1")


def test_a_file_of_only_such_requests_has_no_result():
    (row,) = rows(FORMAT, HEADER + "1,2,,1.0,5,6\n")

    assert FORMAT.reading(row).values == {}
    assert "value.missing" in codes(FORMAT.reading(row))


def test_requests_at_one_moment_have_no_rate():
    (row,) = rows(FORMAT, HEADER + "1,2,0.5,0.0,1767225600,1767225600\n" * 30)

    assert "throughput" not in FORMAT.reading(row).values


def test_a_table_without_times_is_refused():
    with pytest.raises(Unreadable) as refused:
        rows(FORMAT, "prompt_tokens,generation_tokens,ttft\n1,2,3\n")
    assert refused.value.issue.expected == ("launch_time", "finish_time")
