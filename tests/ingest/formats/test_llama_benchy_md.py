import json

import pytest

from ingest import formats
from ingest.readings import Unreadable
from tests.ingest.formats import folder
from tests.ingest.formats.reading import codes, read_text, rows

FORMAT = formats.get("llama-benchy-md")
BARE = """\
| model | test | t/s | ttfr (ms) |
|:------|-----:|----:|----------:|
| a/b | {test} | {speed} | 20.0 ± 1.0 |
"""


@pytest.fixture(scope="module")
def sent(real_data):
    return folder.folder_of(real_data / "llama-benchy-md")


@pytest.fixture(scope="module")
def chat(sent):
    return folder.read(FORMAT, sent["gpt-oss/gpt-oss-20b/mxfp4/01-chat.md"])


def bare(test="pp64", speed="10.0 ± 0.5"):
    (reading,) = read_text(FORMAT, BARE.format(test=test, speed=speed))
    return reading


def test_a_report_as_it_is_printed(chat):
    assert len(chat) == 6
    for reading in chat:
        assert (reading.model, reading.method) == ("openai/gpt-oss-20b", "mxfp4")
        assert reading.hardware == "DGX Spark NVIDIA GB10 128GB"
        assert reading.measured_on == "2026-08-14"
        assert reading.issues == ()
    first, last = chat[0], chat[-1]
    assert first.task == "prompt processing"
    assert float(first.values["ttft"].raw) / 1000 == pytest.approx(0.15326)
    assert (first.settings["prompt_tokens"], first.settings["concurrency"]) == (1024, 1)
    found = last.values["throughput"]
    assert (last.task, found.raw, found.low, found.high) == (
        "text generation",
        "180.39",
        "135.65",
        "225.13",
    )
    assert (last.settings["output_tokens"], last.settings["concurrency"]) == (1024, 10)


def test_the_server_is_described_beside_the_report(chat):
    assert chat[0].settings["engine"] == "vllm"
    assert chat[0].settings["kv_cache_dtype"] == "fp8"
    assert chat[0].settings["enable_prefix_caching"] is False


def test_answers_to_prompts_of_different_lengths_are_different_entries(sent):
    readings = folder.read(FORMAT, sent["gemma-4/gemma-4-31b-it/nvfp4/05-big-context.md"])
    written = [reading for reading in readings if reading.task == "text generation"]

    assert len(readings) == 24
    assert sorted({reading.settings["prompt_tokens"] for reading in written}) == [
        4096,
        8192,
        16384,
        25000,
    ]
    assert len({json.dumps(reading.settings) for reading in written}) == 12


def test_a_context_before_the_prompt_is_a_setting(sent):
    readings = folder.read(FORMAT, sent["gemma-4/gemma-4-31b-it/nvfp4/04-multi-turn.md"])

    assert {reading.settings["depth"] for reading in readings} == {4}
    assert len(readings) == 6


def test_every_report_is_recognised_and_the_rest_is_named(sent):
    found, said = folder.sorted_out(sent)

    assert {name for name, slugs in found.items() if slugs == [FORMAT.SLUG]} == {
        name for name in sent if name.endswith(".md") and name != "SOURCE.md"
    }
    assert [name for name, text in said.items() if text.startswith("How the server")] == [
        "gemma-4/gemma-4-31b-it/nvfp4/meta.json",
        "gpt-oss/gpt-oss-20b/mxfp4/meta.json",
    ]


def test_the_bare_output_of_the_tool_leaves_hardware_and_method_to_be_asked():
    reading = bare()

    assert (reading.model, reading.hardware, reading.issues) == ("a/b", "", ())
    assert reading.method == "quantisation not stated"
    assert reading.values["total_throughput"].raw == "10.0"


def test_loading_the_context_is_no_result():
    reading = bare(test="ctx_pp @ d4096")

    assert (reading.values, codes(reading)) == ({}, ["row.phase"])


def test_an_unknown_test_and_a_missing_speed_are_errors():
    assert codes(bare(test="pp")) == ["test.unknown"]
    assert codes(bare(test="tg0")) == ["test.unknown"]
    assert codes(bare(test="tg64", speed="")) == ["value.missing"]
    assert codes(bare(test="tg64", speed="fast")) == ["number.invalid", "value.missing"]


def test_a_broken_description_of_the_server_is_no_obstacle():
    files = folder.sent({"a/r.md": BARE.format(test="pp8", speed="1"), "a/meta.json": "{"})

    (reading,) = folder.read(FORMAT, files["a/r.md"])

    assert reading.values["total_throughput"].raw == "1"


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "file.empty"), ("# Words\n", "rows.missing"), (b"| \xff |", "file.encoding")],
)
def test_a_file_without_a_table_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code
