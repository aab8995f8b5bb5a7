import json
from typing import Any

import pytest

from ingest import formats
from ingest.readings import ERROR, INFO, WARNING, Unreadable
from tests.ingest.formats.folder import read, sent
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text

FORMAT = formats.get("sglang-bench-jsonl")
SAMPLE = SAMPLES / "sglang-bench-jsonl" / "sglang_0304_100_random.jsonl"


def record(**changes):
    """The sample's first result, some keys of which are others."""
    return json.dumps(json.loads(SAMPLE.read_text().splitlines()[0]) | changes)


def one(server=None, **changes):
    """Its reading, also with other words of the server."""
    whole = json.loads(record(**changes))
    whole["server_info"] |= server or {}
    (reading,) = read_text(FORMAT, json.dumps(whole))
    return reading


def test_the_server_tells_model_method_and_devices():
    reading = one()

    assert (reading.model, reading.method, reading.device_count) == (
        "example-org/Heron-7B",
        "awq",
        4,
    )
    assert (reading.settings["precision"], reading.settings["tensor_parallel"]) == ("bfloat16", 2)
    assert reading.samples == 100


def test_replicas_that_share_their_attention_share_their_devices():
    assert one({"enable_dp_attention": True}).device_count == 2
    assert one({"pp_size": 3, "dp_size": 1}).device_count == 6


def test_a_plain_width_is_a_precision_and_no_method():
    reading = one({"quantization": "fp8"})

    assert (reading.method, reading.settings["precision"]) == ("", "fp8")


def test_the_first_server_that_decodes_speaks_for_several():
    whole = json.loads(record())
    whole["server_info"] = {"prefill": [{"tp_size": 8}], "decode": [whole["server_info"]]}

    (reading,) = read_text(FORMAT, json.dumps(whole))

    assert reading.model == "example-org/Heron-7B"


def test_a_server_that_says_nothing_leaves_all_to_be_asked():
    nothing: list[Any] = [None, [], "x", {"decode": []}]
    for said in nothing:
        (reading,) = read_text(FORMAT, record(server_info=said))
        assert (reading.model, reading.method, reading.device_count) == ("", "", None)
        assert issue(reading, "devices.unstated").severity == INFO


def test_a_model_by_its_path_is_asked_for():
    assert issue(one({"model_path": "/models/heron"}), "model.path").severity == WARNING


def test_lengths_count_only_for_random_requests():
    assert one().settings["input_length"] == 512
    sharegpt = one(dataset_name="sharegpt")
    assert "input_length" not in sharegpt.settings
    assert (one().task, sharegpt.task) == ("", "sharegpt")


def test_a_load_without_limit_is_infinite_and_others_are_numbers():
    assert one().settings["request_rate"] == "inf"
    assert one(request_rate=2.5).settings["request_rate"] == 2.5
    assert one(request_rate="trace").settings["request_rate"] == "trace"


def test_an_overloaded_server_is_marked():
    slow = one(request_rate=10.0, request_throughput=2.5, mean_ttft_ms=9000.0)

    (settled,) = formats.settle(FORMAT, [slow])

    assert settled.settings["saturated"] is True


def test_the_folder_names_the_accelerator():
    (reading,) = read(FORMAT, *sent({"H100/tp2/online.jsonl": record()}).values())

    assert (reading.hardware, reading.settings["deployment"]) == ("H100", "tp2")


def test_a_run_without_an_answer_has_no_figures():
    reading = one(completed=0)

    assert reading.values == {}
    assert issue(reading, "value.missing").severity == ERROR
    assert "count.invalid" not in codes(reading)


def test_it_is_told_apart_from_the_benchmark_that_it_comes_from():
    assert [module.SLUG for _, module in formats.detect(formats.Head(SAMPLE.read_bytes()))] == [
        "sglang-bench-jsonl"
    ]


def test_files_of_another_shape_are_refused():
    for content, code in (("[]", "rows.missing"), ("[1]", "record.invalid"), ("{", "json.invalid")):
        with pytest.raises(Unreadable) as refused:
            read_text(FORMAT, content)
        assert refused.value.issue.code == code
    with pytest.raises(Unreadable) as refused:
        read_text(FORMAT, '{"model": 1}')
    assert refused.value.issue.code == "column.missing"
