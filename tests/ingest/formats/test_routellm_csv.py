import csv

import pytest

from ingest import formats
from ingest.formats import Head
from ingest.readings import WARNING, Unreadable
from tests.ingest.formats.reading import codes, issue, read, read_text, rows

FORMAT = formats.get("routellm-csv")
MIXTRAL, GPT = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"


def table(*answers):
    return "prompt,a/b\n" + "".join(f'"Which\none?",{answer}\n' for answer in answers)


@pytest.mark.parametrize(
    ("name", "questions", "mixtral", "gpt"),
    [
        ("mmlu_abstract_algebra", 100, 32, 46),
        ("mmlu_anatomy", 135, 89, 110),
        ("mmlu_business_ethics", 100, 70, 79),
    ],
)
def test_a_file_gives_one_row_per_model(real_data, name, questions, mixtral, gpt):
    path = real_data / "routellm-csv" / f"{name}.csv"
    with path.open(newline="") as stream:
        seen = list(csv.DictReader(stream))

    readings = {reading.model: reading for reading in read(path)}

    assert readings.keys() == {MIXTRAL, GPT}
    for model, right in ((MIXTRAL, mixtral), (GPT, gpt)):
        assert sum(row[model] == "True" for row in seen) == right
        found = readings[model]
        assert float(found.values["quality"].raw) == pytest.approx(right / questions, rel=1e-12)
        assert (found.samples, found.task, found.issues) == (questions, name, ())


def test_a_question_without_an_answer_is_not_wrong():
    (reading,) = read_text(FORMAT, table(*["True"] * 30, *["False"] * 10, "", "N/A"))

    assert reading.values["quality"].raw == "0.75"
    assert (reading.samples, codes(reading)) == (40, ["answer.missing"])
    assert issue(reading, "answer.missing").severity == WARNING


def test_an_answer_that_is_neither_is_an_error():
    (reading,) = read_text(FORMAT, table(*["True"] * 40, "perhaps"))

    assert codes(reading) == ["answer.unclear"]


def test_a_column_without_answers_is_no_model():
    content = "prompt,subject,a/b\n" + "q,anatomy,True\n" * 40

    assert [reading.model for reading in read_text(FORMAT, content)] == ["a/b"]


def test_few_questions_wait_for_a_look():
    (reading,) = read_text(FORMAT, table("True", "False"))

    assert (reading.values["quality"].raw, codes(reading)) == ("0.5", ["samples.few"])


def test_a_share_is_not_believed_when_its_cells_were_patched_wrongly():
    (row,) = rows(FORMAT, table("True", "False"))
    row.cells["right"] = "3"

    assert codes(FORMAT.reading(row)) == ["value.missing"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file.empty"),
        ("prompt,a/b\n", "rows.missing"),
        ("prompt,a/b\nq,0.5\n", "column.missing"),
        ('prompt,a/b\n"q,True\n', "table.broken"),
    ],
)
def test_a_file_without_answers_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_columns_with_the_answers_themselves_are_no_models():
    content = (
        "prompt,example-org/Heron-7B,example-org/Stork-7B,heron_answer,stork_answer\n"
        '"How many\nbirds?",True,False,"She has 18.\n#### 18","True, it is 3"\n'
        "And eggs?,True,True,#### 2,#### 3\n"
    )

    found = read_text(FORMAT, content)

    assert formats.detect(Head(content.encode()))[0][1] is FORMAT
    assert [(r.model, r.values["quality"].raw) for r in found] == [
        ("example-org/Heron-7B", "1.0"),
        ("example-org/Stork-7B", "0.5"),
    ]
