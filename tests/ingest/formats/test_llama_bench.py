import json

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import INFO, Unreadable
from tests.ingest.formats.reading import SAMPLES, codes, issue, read, read_text, rows

FORMAT = formats.get("llama-bench")


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "llama-bench"


@pytest.fixture(scope="module")
def spark(folder):
    return read(folder / "benches" / "dgx-spark.md")


def table_row(text, **columns):
    table = {"model": "heron 7B Q4_0", "size": "3 GiB", "params": "7 B", "backend": "CUDA"}
    columns = {**table, "t/s": "10.0 ± 0.5", **columns, "test": text}
    lines = (" | ".join(line) for line in (columns, ["---"] * len(columns), columns.values()))
    (reading,) = read_text(FORMAT, "\n".join(f"| {line} |" for line in lines))
    return reading


@pytest.mark.parametrize(
    ("ending", "prompt", "generation"),
    [
        ("csv", 7285.68, 119.915),
        ("json", 7100.00, 118.882),
        ("jsonl", 7263.61, 119.845),
        ("sql", 7324.55, 120.347),
    ],
)
def test_four_outputs_give_the_same_entries(folder, ending, prompt, generation):
    first, second = read(folder / "readme-2025" / f"llama-bench-rtx4080.{ending}")

    assert float(first.values["total_throughput"].raw) == pytest.approx(prompt, abs=5e-3)
    assert float(second.values["throughput"].raw) == pytest.approx(generation, abs=5e-4)
    assert (first.task, second.task) == ("prompt processing", "text generation")
    for reading in (first, second):
        assert reading.issues == ()
        assert reading.measured_on == "2025-04-24"
        assert (reading.model, reading.method) == ("Qwen2.5-7B-Instruct", "Q4_K - Medium")
        assert (reading.hardware, reading.device_count) == ("NVIDIA GeForce RTX 4080", 1)
    expected = read(folder / "readme-2025" / "llama-bench-rtx4080.csv")
    assert [first.settings, second.settings] == [reading.settings for reading in expected]


def test_speed_tokens_and_time_agree(folder):
    for reading in read(folder / "readme-2025" / "llama-bench-rtx4080.csv"):
        values = reading.values
        speed = values.get("throughput") or values["total_throughput"]
        tokens = values.get("tokens_out") or values["tokens_in"]
        seconds = float(values["latency"].raw) / 1e9
        assert float(tokens.raw) / seconds == pytest.approx(float(speed.raw), rel=1e-3)


def test_the_tables_of_the_readme_are_read_in_order(folder):
    readings = read(folder / "readme-2025" / "llama-bench-rtx4080.md")

    assert len(readings) == 44
    assert {reading.hardware for reading in readings} == {""}
    deep = [reading for reading in readings if "depth" in reading.settings]
    assert [r.values.get("throughput") and r.values["throughput"].raw for r in deep] == [
        None,
        "116.71",
    ]
    assert (deep[0].settings["prompt_tokens"], deep[0].settings["depth"]) == (512, 512)
    found = readings[0].values["throughput"]
    assert (found.low, found.raw, found.high) == ("131.64", "132.19", "132.74")


def test_a_report_names_models_in_headings_and_the_device_in_its_listing(spark):
    assert len(spark) == 6 * 28
    assert {reading.model for reading in spark} == {
        "ggml-org/gpt-oss-20b-GGUF",
        "ggml-org/gpt-oss-120b-GGUF",
        "ggml-org/Qwen3-Coder-30B-A3B-Instruct-Q8_0-GGUF",
        "ggml-org/Qwen2.5-Coder-7B-Q8_0-GGUF",
        "ggml-org/gemma-3-4b-it-qat-GGUF",
        "ggml-org/GLM-4.7-Flash-GGUF",
    }
    assert {(r.hardware, r.device_count) for r in spark} == {("NVIDIA GB10", 1)}


def test_a_batch_has_the_quantisation_of_the_table_under_the_same_heading(spark):
    batched = [reading for reading in spark if "batch_size" in reading.settings]

    assert len(batched) == 6 * 18
    assert {r.method for r in batched if "gpt-oss" in r.model} == {"MXFP4"}
    alone, pair = batched[:2]
    assert alone.values["latency"].raw == "0.669"
    assert alone.values["ttft"].raw == "0.270"
    assert pair.values.keys() == {"throughput", "total_throughput", "tokens_in", "tokens_out"}
    assert (pair.values["throughput"].raw, pair.settings["batch_size"]) == ("109.71", 2)
    assert issue(pair, "latency.batched").severity == INFO


def test_json_lines_of_the_batched_tool_are_read():
    record = {"pp": 128, "tg": 32, "pl": 1, "t_pp": 0.5, "speed_pp": 256, "speed_tg": 64, "t": 1.0}

    (reading,) = read_text(FORMAT, json.dumps({**record, "speed": 160, "flash_attn": 1}))

    assert reading.values["throughput"].raw == "64"
    assert reading.values["latency"].raw == "1.0"
    assert reading.method == "quantisation not stated"


@pytest.mark.parametrize(
    ("text", "prompt", "output", "depth"),
    [
        ("pp512", 512, None, None),
        ("tg 128", None, 128, None),
        ("pp512+tg128", 512, 128, None),
        ("tg128 @ d4096", None, 128, 4096),
        ("pp 512 @ d 64", 512, None, 64),
    ],
)
def test_a_test_is_named_in_several_ways(text, prompt, output, depth):
    settings = table_row(text).settings

    assert settings.get("prompt_tokens") == prompt
    assert settings.get("output_tokens") == output
    assert settings.get("depth") == depth


def test_a_test_that_nobody_knows_is_an_error():
    assert codes(table_row("ppl 512")) == ["test.unknown", "value.missing"]
    assert codes(table_row("")) == ["value.missing"]


def test_bounds_that_would_go_below_zero_are_left_out():
    found = table_row("pp512", **{"t/s": "10.0 ± 12.0"}).values["total_throughput"]

    assert (found.raw, found.low, found.high) == ("10.0", "", "")


@pytest.mark.parametrize(
    ("written", "method", "precision"),
    [
        ("llama 7B mostly Q4_0", "Q4_0", None),
        ("qwen2 7B Q4_K - Medium", "Q4_K - Medium", None),
        ("llama 8B IQ4_XS - 4.25 bpw", "IQ4_XS", None),
        ("gpt-oss 20B MXFP4 MoE", "MXFP4", None),
        ("llama 8B BF16", "", "bf16"),
        ("llama 7B all F32", "", "f32"),
        ("llama 7B", "quantisation not stated", None),
    ],
)
def test_the_quantisation_is_in_the_type(written, method, precision):
    reading = table_row("pp512", model=written)

    assert (reading.method, reading.settings.get("precision")) == (method, precision)


def test_layers_on_the_processor_run_on_it():
    row = {"cpu_info": "CPU X", "gpu_info": "GPU Y", "backends": "CUDA", "avg_ts": 5, "n_gen": 9}

    def hardware(**keys):
        (reading,) = read_text(FORMAT, json.dumps([{**row, "n_prompt": 0, **keys}]))
        return reading.hardware, reading.device_count

    assert hardware(n_gpu_layers=0) == ("CPU X", None)
    assert hardware(n_gpu_layers=9) == ("GPU Y", 1)
    assert hardware(n_gpu_layers=9, gpu_info="GPU Y, GPU Y") == ("GPU Y", 2)
    assert hardware(n_gpu_layers=9, gpu_info="GPU Y, GPU Y", split_mode="none") == ("GPU Y", 1)
    assert hardware(n_gpu_layers=9, gpu_info="GPU Y, GPU Z") == ("GPU Y, GPU Z", 2)


def test_sql_is_taken_apart_with_its_quotes_and_several_rows():
    columns = "(avg_ts, n_prompt, n_gen, model_filename)"
    content = f"INSERT INTO runs {columns} VALUES ('1.5', 8, 0, 'a''b (1), c'), (2.5, 8, 0, NULL);"

    found = rows(FORMAT, content)

    assert [row.cells["avg_ts"] for row in found] == ["1.5", "2.5"]
    assert found[0].cells["model_filename"] == "a'b (1), c"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file.empty"),
        ("[]", "rows.missing"),
        ("[{", "json.invalid"),
        ("# A report\n\nNo table.\n", "rows.missing"),
        ("avg_ts,n_prompt\n1,2\n", "column.missing"),
        ("INSERT INTO t (avg_ts, n_gen) VALUES ('1', '2'", "sql.broken"),
        ("INSERT INTO t (avg_ts, n_gen) VALUES ('1');", "sql.broken"),
    ],
)
def test_a_file_without_tests_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_a_table_from_before_sizes_were_shown_is_read():
    text = (
        "| model | backend | ngl | test | t/s |\n| --- | --- | --: | --- | --: |\n"
        "| llama 7B mostly Q4_0 | CUDA | 99 | pp 512 | 2368.80 ± 93.24 |\n"
    )
    assert formats.detect(Head(text.encode()))[0][1] is FORMAT
    (reading,) = read_text(FORMAT, text)

    assert (reading.model, reading.method) == ("llama 7B", "Q4_0")
    assert reading.values["total_throughput"].raw == "2368.80"


def test_devices_are_listed_alike_for_two_makers():
    table = (
        "| model | size | params | backend | ngl | test | t/s |\n| - | - | - | - | - | - | - |\n"
        "| heron 7B Q4_0 | 3 GiB | 7 B | ROCm | 99 | tg128 | 10.0 ± 0.5 |\n"
    )
    for line, name in (
        ("Device {}: AMD Radeon RX 7900 XTX, gfx1100 (0x1100), VMM: no", "AMD Radeon RX 7900 XTX"),
        ("Device {}: NVIDIA L4, compute capability 8.9, VMM: yes", "NVIDIA L4"),
    ):
        above = "".join(f"  {line.format(number)}\n" for number in range(2))
        (reading,) = read_text(FORMAT, above + table)
        assert (reading.hardware, reading.device_count) == (name, 2)


def test_a_file_that_is_called_like_any_model_does_not_name_it():
    for path, model in (
        ("models/7B/ggml-model-q4_0.gguf", "heron 7B"),
        ("models/model.gguf", "heron 7B"),
        ("models/Heron-Model-7B-Q4_0.gguf", "Heron-Model-7B"),
    ):
        record = {"model_filename": path, "model_type": "heron 7B Q4_0", "avg_ts": 9.5}
        (reading,) = read_text(FORMAT, json.dumps([record | {"n_prompt": 512, "n_gen": 0}]))
        assert (reading.model, reading.method.upper()) == (model, "Q4_0")


def test_a_switch_that_is_left_to_the_tool_is_automatic():
    record = {"model_type": "heron 7B Q4_0", "avg_ts": 9.5, "n_prompt": 0, "n_gen": 64}
    (reading,) = read_text(FORMAT, json.dumps([record | {"flash_attn": -1}]))

    assert reading.settings["flash_attention"] == "auto"


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl"])
def test_what_llama_cpp_prints_beside_its_output_is_no_output(ending):
    plain = (SAMPLES / "llama-bench" / f"runs.{ending}").read_text()
    banner = "ggml_cuda_init: found 1 CUDA devices:\n  Device 0: Heron X1, compute capability 9.0\n"

    assert formats.detect(Head((banner + plain).encode()))[0][1] is FORMAT
    assert read_text(FORMAT, banner + plain) == read_text(FORMAT, plain)


ONE, TWO = (
    f"ggml_vulkan: Found {count} Vulkan devices:\n"
    + "".join(f"ggml_vulkan: {n} = Heron X9 (RADV) | uma: 0\n" for n in range(count))
    for count in (1, 2)
)
SPEED = """\
| model      |     size | params | backend | ngl | test  |         t/s |
| ---------- | -------: | -----: | ------- | --: | ----: | ----------: |
| stork 7B Q4_0 | 3.56 GiB | 6.74 B | Vulkan  |  99 | tg128 | {} ± 0.50 |
"""


def test_each_table_has_the_devices_that_were_listed_above_it():
    aborted = TWO + SPEED.split("| stork")[0] + "^C\n"
    report = ONE + SPEED.format(50) + TWO + SPEED.format(90) + aborted + ONE + SPEED.format(60)

    found = read_text(FORMAT, report)

    assert [(r.values["throughput"].raw, r.device_count) for r in found] == [
        ("50", 1),
        ("90", 2),
        ("60", 1),
    ]
    assert {r.hardware for r in found} == {"Heron X9"}


def test_a_table_without_a_list_above_it_has_the_devices_of_the_one_before():
    found = read_text(FORMAT, TWO + SPEED.format(90) + "\nbuild: 1\n\n" + SPEED.format(91))

    assert [r.device_count for r in found] == [2, 2]


def test_rows_that_were_pasted_a_line_below_the_header_count():
    header, row = SPEED.format(50).split("| stork")

    (found,) = read_text(FORMAT, f"{header}\n| stork{row}")

    assert found.values["throughput"].raw == "50"
