import pytest

from ingest import formats
from ingest.readings import INFO, Unreadable
from tests.ingest.formats.reading import codes, issue, read, read_text, rows

FORMAT = formats.get("aider-leaderboard-yaml")
ENTRY = "- dirname: d\n  model: a/b\n  pass_rate_1: 10\n  pass_rate_2: 20.5\n  test_cases: 225\n"


@pytest.fixture(scope="module")
def folder(real_data):
    return real_data / "aider-leaderboard-yaml"


@pytest.fixture(scope="module")
def polyglot(folder):
    return read(folder / "polyglot_leaderboard.yml")


@pytest.fixture(scope="module")
def servings(folder):
    return read(folder / "quant.yml")


def entry(text=""):
    (reading,) = read_text(FORMAT, ENTRY + text)
    return reading


def test_an_entry_as_the_board_shows_it(polyglot):
    (found,) = [reading for reading in polyglot if reading.model == "DeepSeek-V3.2-Exp (Chat)"]

    values = found.values
    assert (values["quality"].raw, values["quality"].unit) == ("70.2", "%")
    assert (values["latency"].raw, values["latency"].unit) == ("104.0", "s")
    assert (values["cost"].unit, values["cost"].per) == ("USD", "run")
    assert float(values["cost"].raw) / found.samples == pytest.approx(0.0038916, abs=5e-8)
    assert (values["tokens_out"].raw, values["tokens_out"].per) == ("573477", "run")
    assert (found.task, found.measured_on) == ("aider polyglot", "2025-10-03")
    assert found.settings["edit_format"] == "diff"
    assert found.hardware == ""


def test_a_cost_of_zero_is_not_known(polyglot):
    free = [reading for reading in polyglot if "cost.unknown" in codes(reading)]

    assert (len(polyglot), len(free)) == (69, 17)
    assert not any("cost" in reading.values for reading in free)
    assert {issue(reading, "cost.unknown").severity for reading in free} == {INFO}
    (silent,) = [reading for reading in polyglot if reading.model == "qwen-max-2025-01-25"]
    assert ("cost" in silent.values, silent.issues) == (False, ())


def test_tokens_are_in_a_part_of_the_entries(polyglot):
    assert sum("tokens_out" in reading.values for reading in polyglot) == 23
    assert all("quality" in reading.values for reading in polyglot)


def test_servings_of_one_model_have_its_name_and_their_precision(servings):
    assert len(servings) == 14
    assert {reading.model for reading in servings} == {"Qwen2.5-Coder-32B-Instruct"}
    methods = sorted(reading.method for reading in servings if reading.method)
    assert methods == ["4bit", "8bit", "q2_K", "q4_K_M", *["quantisation not stated"] * 3]
    whole = [reading for reading in servings if not reading.method]
    assert {reading.settings["precision"] for reading in whole} == {"bf16", "fp16"}
    assert {"Ollama", "Hyperbolic via OpenRouter"} < {r.settings["provider"] for r in servings}
    assert [r.settings["serving"] for r in servings if "serving" in r.settings] == ["2k ctx"]
    assert {reading.task for reading in servings} == {""}


def test_every_entry_is_read_without_an_error(polyglot, servings):
    for reading in (*polyglot, *servings):
        assert [found for found in reading.issues if found.severity != INFO] == []


def test_a_zero_rate_is_a_rate():
    found = entry("  total_cost: 1\n  prompt_tokens: 0\n").values

    assert found.keys() == {"quality", "cost"}
    zero = ENTRY.replace("20.5", "0.0")
    assert read_text(FORMAT, zero)[0].values["quality"].raw == "0.0"


def test_the_first_try_counts_where_there_was_no_second():
    (reading,) = read_text(FORMAT, ENTRY.replace("  pass_rate_2: 20.5\n", ""))

    assert reading.values["quality"].raw == "10"
    assert reading.settings["score_of"] == "pass_rate_1"


def test_an_entry_without_a_rate_is_an_error():
    (reading,) = read_text(FORMAT, "- dirname: d\n  model: a\n  total_cost: 1\n")

    assert (reading.values, codes(reading)) == ({}, ["value.missing"])


def test_few_cases_and_repeated_keys_are_noted():
    assert codes(entry("  test_cases: 9\n")) == ["key.repeated"]
    assert codes(read_text(FORMAT, ENTRY.replace("225", "9"))[0]) == ["samples.few"]


def test_numbers_are_kept_as_written():
    assert entry("  total_cost: 1.5000\n").values["cost"].raw == "1.5000"
    assert codes(entry("  total_cost: 1_000\n")) == ["number.invalid"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file.empty"),
        ("a: b\n", "record.invalid"),
        ("[]", "rows.missing"),
        ("- a: [\n", "yaml.invalid"),
        ("- &x [1]\n- *x\n", "yaml.alias"),
        ("- " * 100 + "a\n", "json.nested"),
        (b"- a: \xff\n", "file.encoding"),
    ],
)
def test_a_file_without_entries_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code
