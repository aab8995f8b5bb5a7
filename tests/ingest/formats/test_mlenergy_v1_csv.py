import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import INFO, SENSED, WARNING, Row, Unreadable
from tests.ingest.formats.folder import folder_of, read, sent, sorted_out
from tests.ingest.formats.reading import SAMPLES, codes, issue, joules, rows

FORMAT = formats.get("mlenergy-v1-csv")
HEADER = "model,throughput,response_length,latency,energy\n"
LINE = "a/b,20.5,100.0,5.0,1000.0\n"


@pytest.fixture(scope="module")
def folder(real_data):
    return folder_of(real_data / "mlenergy-v1-csv")


def tables(folder):
    return [file for name, file in folder.items() if name.endswith("_benchmark.csv")]


def one(content=HEADER + LINE, path="A100_chat_benchmark.csv"):
    (reading,) = read(FORMAT, sent({path: content})[path])
    return reading


def test_every_file_is_a_table_of_results_or_named_as_what_it_is(folder):
    found, sayings = sorted_out(folder)

    assert {name for name, slugs in found.items() if slugs == ["mlenergy-v1-csv"]} == {
        "A100_chat_benchmark.csv",
        "A100_instruct_benchmark.csv",
        "A40_chat_benchmark.csv",
    }
    assert sayings["score.csv"].startswith("Scores of the models")
    assert sayings["models.json"].startswith("The models of the ML.ENERGY leaderboard")
    assert sayings["schema.yaml"].startswith("The GPUs and tasks")


def test_a_model_as_the_leaderboard_shows_it(folder):
    readings = [
        reading
        for reading in read(FORMAT, folder["A100_chat_benchmark.csv"])
        if reading.model == "lmsys/vicuna-7B"
    ]

    for reading in readings:
        assert (reading.hardware, reading.task, reading.device_count) == (
            "A100",
            "chat (ML.ENERGY v1)",
            None,
        )
        values = reading.values
        assert joules(values["device_energy"]) == pytest.approx(1531.70, abs=5e-3)
        assert values["device_energy"].origin == SENSED
        assert float(values["latency"].raw) == pytest.approx(10.297, abs=5e-4)
        assert float(values["throughput"].raw) == pytest.approx(27.26, abs=5e-3)
        assert (values["quality"].unit, codes(reading)) == ("%", [])
    scores = {r.settings["score_of"]: float(r.values["quality"].raw) / 100 for r in readings}
    assert scores == {
        "arc": pytest.approx(0.53498, abs=5e-6),
        "hellaswag": pytest.approx(0.77534, abs=5e-6),
        "truthfulqa": pytest.approx(0.48998, abs=5e-6),
    }


def test_all_65_rows_have_their_scores(folder):
    sizes = {}
    for file in tables(folder):
        readings = read(FORMAT, file)
        assert all("quality" in reading.values for reading in readings)
        sizes[file.path] = len({(reading.model, reading.hardware) for reading in readings})
        assert len(readings) == 3 * sizes[file.path]

    assert sizes == {
        "A100_chat_benchmark.csv": 21,
        "A100_instruct_benchmark.csv": 21,
        "A40_chat_benchmark.csv": 23,
    }


def test_without_its_scores_a_table_still_reads():
    reading = one()

    assert set(reading.values) == {"device_energy", "throughput", "tokens_out", "latency"}
    assert reading.settings == {}
    assert issue(reading, "companion.missing").severity == INFO


def test_scores_are_found_by_the_exact_name_and_may_be_fewer():
    files = sent(
        {
            "V100_instruct-concise_benchmark.csv": HEADER + LINE + "a/B,1,2,3,4\n",
            "score.csv": "model,arc,hellaswag\r\na/b,50.5,\r\n",
        }
    )

    first, second = read(FORMAT, files["V100_instruct-concise_benchmark.csv"])

    assert (first.settings, first.values["quality"].raw) == ({"score_of": "arc"}, "50.5")
    assert first.values["quality"].column == "score.csv:arc"
    assert (first.hardware, first.task) == ("V100", "instruct-concise (ML.ENERGY v1)")
    assert "quality" not in second.values
    assert "companion.missing" in codes(second)


def test_scores_that_can_not_be_read_count_as_missing():
    files = sent({"A40_chat_benchmark.csv": HEADER + LINE, "score.csv": "model,arc\n"})

    (reading,) = read(FORMAT, files["A40_chat_benchmark.csv"])

    assert codes(reading) == ["companion.missing"]


def test_a_score_that_looks_like_a_fraction_is_doubted():
    cells = {"model": "a/b", "energy": "3", "score.csv:arc": "0.53"}

    reading = FORMAT.reading(Row(1, cells))

    assert issue(reading, "quality.scale").severity == WARNING
    assert reading.values["quality"].unit == "%"


def test_a_score_can_be_patched():
    cells = {"model": "a/b", "energy": "3", "score.csv:arc": "5O"}
    assert codes(FORMAT.reading(Row(1, cells))) == ["number.invalid"]

    assert FORMAT.reading(Row(1, cells | {"score.csv:arc": "50"})).values["quality"].raw == "50"


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("legacy/A100_chat_benchmark.csv", ("A100", "chat (ML.ENERGY v1)")),
        ("RTX_4090_chat-concise_benchmark.csv", ("RTX_4090", "chat-concise (ML.ENERGY v1)")),
        ("results.csv", ("", "")),
        ("", ("", "")),
    ],
)
def test_gpu_and_task_are_in_the_name_of_the_file(path, place):
    reading = FORMAT.reading(Row(1, {"model": "a/b", "energy": "3"}, path))

    assert (reading.hardware, reading.task) == place


def test_more_columns_make_the_units_unsure():
    score = FORMAT.matches(Head(b"model,throughput,response_length,latency,energy,cost\n"))

    assert 0 < score < 0.5
    assert FORMAT.matches(Head(b"model,throughput,latency,energy\n")) == 0


def test_a_table_that_lacks_a_column_is_refused():
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, "model,throughput,latency,energy\na,1,2,3\n")

    assert refusal.value.issue.expected == ("response_length",)


def test_the_sample_has_scores_for_one_of_its_models():
    folder = folder_of(SAMPLES / "mlenergy-v1-csv")

    readings = read(FORMAT, folder["L4_chat-concise_benchmark.csv"])

    assert [reading.settings.get("score_of") for reading in readings] == [
        "arc",
        "hellaswag",
        "truthfulqa",
        None,
    ]
