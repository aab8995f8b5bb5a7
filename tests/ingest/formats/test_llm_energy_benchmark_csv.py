import csv

import pytest

from ingest import formats
from ingest.readings import ESTIMATED, INFO, Unreadable
from tests.ingest.formats.reading import SAMPLES, codes, issue, joules, read, read_text, rows

FORMAT = formats.get("llm-energy-benchmark-csv")
HEADER = (
    "Modelo,Motor,Hardware,Tarea,Numero de Problemas,Numero de Lotes,Tamaño Batch,Precisión,"
    "Energía (kWh),Energía (J),Inferencia Media (s),TPOT (s/token),Throughput Decode (tok/s),"
    "Cuantizacion,Maquina"
)


def one(**cells):
    """The reading of a table with one row, in which only some cells are given."""
    given = {
        "Modelo": "a/b",
        "Tarea": "mmlu",
        "Energía (J)": "36",
        "Throughput Decode (tok/s)": "1",
        **cells,
    }
    row = ",".join(f'"{given.get(column, "")}"' for column in HEADER.split(","))
    (reading,) = read_text(FORMAT, f"{HEADER}\n{row}\n")
    return reading


def identity(reading):
    settings = tuple(sorted(reading.settings.items()))
    return reading.model, reading.method, reading.hardware, reading.task, settings


@pytest.fixture(scope="module")
def table(real_data):
    return read(real_data / "llm-energy-benchmark-csv" / "total_limpio.csv")


def test_the_large_table_has_every_combination_once(table):
    assert len({identity(reading) for reading in table}) == len(table) == 3 * 7 * 3 * 4
    assert {reading.model for reading in table} == {
        "Qwen/Qwen2.5-Coder-3B-Instruct-GGUF",
        "bartowski/google_gemma-4-E2B-it-GGUF",
        "MaziyarPanahi/Mistral-7B-Instruct-v0.3-GGUF",
    }
    assert {reading.method for reading in table} == {
        "",
        "q8_0",
        "q6_K",
        "q5_K_M",
        "q4_K_M",
        "q3_K_M",
        "q2_K",
    }
    assert {reading.hardware for reading in table} == {"CITIC", "Workstation", "Spark"}
    assert {reading.task for reading in table} == {"humaneval", "mmlu", "ifeval", "resumen"}
    assert [reading for reading in table if reading.issues] == []


def test_the_first_row_of_the_large_table(table):
    first = table[0]

    assert (first.model, first.method) == ("Qwen/Qwen2.5-Coder-3B-Instruct-GGUF", "")
    assert (first.hardware, first.task, first.samples) == ("CITIC", "humaneval", 164)
    assert first.settings == {
        "engine": "llamacpp",
        "device": "cuda",
        "machine": "CITIC",
        "batch_size": 1,
        "precision": "f16",
    }
    values = first.values
    assert float(values["quality"].raw) / 100 == pytest.approx(0.7195122, abs=5e-8)
    assert values["quality"].unit == "%"
    assert float(values["node_energy"].raw) == pytest.approx(85_163.117, abs=5e-4)
    assert joules(values["node_energy"], samples=164) == pytest.approx(519.29, abs=5e-3)
    assert values["node_energy"].origin == ESTIMATED
    assert float(values["throughput"].raw) == pytest.approx(24.21, abs=5e-3)
    assert float(values["ttft"].raw) == pytest.approx(0.12756, abs=5e-6)
    per_token = float(values["node_energy"].raw) / float(values["tokens_out"].raw)
    assert per_token == pytest.approx(8.0731, abs=5e-5)
    assert values["latency"].raw == "2.784352882606228"


def test_an_accuracy_below_one_is_still_a_percentage(table):
    lowest = min(table, key=lambda reading: float(reading.values["quality"].raw))

    assert float(lowest.values["quality"].raw) == pytest.approx(0.61, abs=5e-3)
    assert lowest.values["quality"].unit == "%"


def test_the_energy_is_what_codecarbon_gave_for_the_machine(real_data, table):
    """Hence its boundary and its origin: the same runs are in CodeCarbon's own file."""
    log = real_data / "codecarbon-csv" / "llm-energy-benchmark" / "emissions_spark.csv"
    with log.open(newline="") as stream:
        totals = {round(float(row["energy_consumed"]), 12) for row in csv.DictReader(stream)}

    spark = [reading for reading in table if reading.hardware == "Spark"]
    found = [
        reading
        for reading in spark
        if round(float(reading.values["node_energy"].raw) / 3_600_000, 12) in totals
    ]
    assert (len(spark), len(found)) == (84, 63)


def test_carbon_is_kept_as_sent_though_its_factor_varies_by_machine(table):
    def factors(machine):
        chosen = [reading.values for reading in table if reading.hardware == machine]
        return [
            float(values["carbon_reported"].raw) / joules(values["node_energy"], samples=1) * 3.6e6
            for values in chosen
        ]

    assert max(map(abs, (f - 0.17405 for f in factors("CITIC") + factors("Spark")))) < 1e-5
    assert 0.034 < min(factors("Workstation")) < max(factors("Workstation")) < 0.070


def test_the_file_about_quantisation_names_no_machine(real_data):
    readings = read(real_data / "llm-energy-benchmark-csv" / "resultados_cuantizacion.csv")

    assert len({identity(reading) for reading in readings}) == len(readings) == 13
    assert {(reading.model, reading.method) for reading in readings} == {
        ("Qwen/Qwen2.5-Coder-3B-Instruct-AWQ", "awq"),
        ("Qwen/Qwen2.5-Coder-3B-Instruct-GPTQ-Int4", "gptq"),
        ("Qwen/Qwen2.5-Coder-3B-Instruct", ""),
    }
    assert {reading.hardware for reading in readings} == {""}
    assert {reading.settings["attention_implementation"] for reading in readings} == {"auto"}
    assert all("precision" not in reading.settings for reading in readings)


def test_the_file_about_speculative_decoding_words_its_headers_otherwise(real_data):
    readings = read(real_data / "llm-energy-benchmark-csv" / "specdecoding.csv")

    assert len({identity(reading) for reading in readings}) == len(readings) == 24
    assert {reading.settings["speculative_decoding"] for reading in readings} == {
        "draft_model",
        "ngram",
    }
    assert {(reading.method, reading.settings["precision"]) for reading in readings} == {
        ("", "f16")
    }


def test_a_mean_over_batches_is_no_latency_of_a_problem(real_data):
    readings = read(real_data / "llm-energy-benchmark-csv" / "specdecoding.csv")
    alone = [reading for reading in readings if reading.settings["batch_size"] == 1]
    batched = [reading for reading in readings if reading.settings["batch_size"] > 1]

    assert (len(alone), len(batched)) == (4, 20)
    assert all({"latency", "tpot"} <= reading.values.keys() for reading in alone)
    assert not any({"latency", "tpot"} & reading.values.keys() for reading in batched)
    assert {code for reading in batched for code in codes(reading)} == {"latency.batched"}
    assert issue(batched[0], "latency.batched").severity == INFO


def test_what_a_batch_leaves_out_follows_from_what_is_given(real_data):
    """Seconds per problem = (tokens in + out) of a problem / total throughput."""
    path = real_data / "llm-energy-benchmark-csv" / "specdecoding.csv"
    with path.open(newline="", encoding="utf-8") as stream:
        written = list(csv.DictReader(stream))

    for reading, row in zip(read(path), written, strict=True):
        values, samples = reading.values, int(row["Numero de Problemas"])
        tokens = float(values["tokens_in"].raw) + float(values["tokens_out"].raw)
        derived = tokens / samples / float(values["total_throughput"].raw)
        mean = float(row["Inferencia Media (s)"]) * int(row["Numero de Lotes"]) / samples
        assert derived == pytest.approx(mean, rel=1e-9)


def test_headers_match_without_accents_case_and_blanks():
    content = (SAMPLES / "llm-energy-benchmark-csv" / "resultados.csv").read_text("utf-8")
    header, body = content.split("\n", 1)
    changed = header.replace("í", "i").replace("ó", "o").upper().replace(",", " , ")

    def numbers(text):
        return [
            {metric: value.raw for metric, value in reading.values.items()}
            for reading in read_text(FORMAT, text)
        ]

    assert changed != header
    assert numbers(f"{changed}\n{body}") == numbers(content)


def test_a_decomposed_accent_is_an_accent():
    header = HEADER.replace("í", "i\u0301").replace("ó", "o\u0301")

    (reading,) = read_text(FORMAT, f"{header}\n" + "a/b,x,cuda,mmlu,1,1,1,50,,36,2,,1,awq,Torre\n")

    assert (reading.values["quality"].raw, reading.values["node_energy"].raw) == ("50", "36")


def test_energies_that_contradict_each_other_are_an_error():
    contradiction = issue(one(**{"Energía (kWh)": "0.00002"}), "value.contradiction")

    assert (contradiction.column, contradiction.given) == ("Energía (J)", "36")
    assert contradiction.expected == ("72",)
    assert codes(one(**{"Energía (kWh)": "0.00001000999"})) == []


def test_energy_in_kilowatt_hours_alone_is_taken():
    energy = one(**{"Energía (J)": "", "Energía (kWh)": "0.5"}).values["node_energy"]

    assert (energy.raw, energy.unit, energy.per) == ("0.5", "kWh", "run")


@pytest.mark.parametrize(
    ("written", "model", "file"),
    [
        ("org/repo", "org/repo", None),
        ("org/repo-GGUF/some-q4_0.gguf", "org/repo-GGUF", "some-q4_0.gguf"),
        ("name", "name", None),
        ("a/b/c", "a/b/c", None),
    ],
)
def test_a_file_of_a_repository_tells_models_apart_only_without_quantisation(written, model, file):
    assert (one(Modelo=written).model, one(Modelo=written).settings.get("file")) == (model, file)
    assert "file" not in one(Modelo=written, Cuantizacion="q4_0").settings


def test_a_path_on_a_machine_is_no_model():
    for path in ("/home/ana/m.gguf", "~/m.gguf", "./m", "C:\\models\\m.gguf"):
        reading = one(Modelo=path)
        assert (reading.model, codes(reading)[0]) == ("", "model.path")


@pytest.mark.parametrize(
    ("written", "method", "precision"),
    [
        ("f16", "", "f16"),
        ("16", "", "f16"),
        ("BF16", "", "bf16"),
        ("", "", None),
        ("q4_K_M", "q4_K_M", None),
        ("awq", "awq", None),
    ],
)
def test_a_quantisation_is_the_method_and_full_precision_the_baseline(written, method, precision):
    reading = one(Cuantizacion=written)

    assert (reading.method, reading.settings.get("precision")) == (method, precision)


def test_a_file_without_its_essential_columns_is_refused():
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, "Modelo,Tarea,Precisión\na/b,mmlu,50\n")

    assert refusal.value.issue.code == "column.missing"
    assert refusal.value.issue.expected == ("Energía (J)", "Throughput Decode (tok/s)")


def test_a_row_cut_off_is_an_error():
    (reading,) = read_text(FORMAT, f"{HEADER}\na/b,x,cuda,mmlu,1,1,1,50,,3")

    assert codes(reading)[0] == "row.short"
