import io

import pyarrow
import pytest
from pyarrow import csv, parquet

from ingest import formats
from ingest.formats import File, Head
from ingest.readings import WARNING, Unreadable
from tests.ingest.formats.reading import SAMPLES, codes, issue, read_text, rows, stated

FORMAT = formats.get("open-llm-leaderboard")
TABLE = SAMPLES / "open-llm-leaderboard" / "contents.csv"
FIRST = """\
T,Model,Average ⬆️,ARC,HellaSwag,MMLU,TruthfulQA,Winogrande,GSM8K,Precision,Hub License,Flagged
🔶,example-org/Heron-7B,60.5,60,80,61.25,40,72.5,49.25,torch.float16,mit,false
"""


def test_the_first_leaderboard_has_percents_and_an_average():
    found = read_text(FORMAT, FIRST)

    assert formats.detect(Head(FIRST.encode()))[0][1] is FORMAT
    assert [(r.task, r.values["quality"].raw, r.values["quality"].unit) for r in found] == [
        ("ARC-Challenge", "60", "%"),
        ("HellaSwag", "80", "%"),
        ("MMLU", "61.25", "%"),
        ("TruthfulQA (MC2)", "40", "%"),
        ("Winogrande", "72.5", "%"),
        ("GSM8K", "49.25", "%"),
        ("Open LLM Leaderboard 1", "60.5", "%"),
    ]
    assert {(r.model, r.settings["precision"]) for r in found} == {
        ("example-org/Heron-7B", "float16")
    }


def test_parquet_is_recognised_by_its_end_and_read_alike():
    table = csv.read_csv(TABLE)
    table = table.rename_columns(["__index_level_0__", *table.column_names[1:]])
    content = io.BytesIO()
    parquet.write_table(table.cast(table.schema), content)
    file = File.of(content.getvalue(), "contents.csv")

    assert formats.detect(Head.of(file))[0][1] is FORMAT
    assert formats.detect(Head.of(other_parquet()))[0][1].SLUG == "efficiency-frontier-csv"
    found = [stated(FORMAT.reading(row))["values"] for row in FORMAT.rows(file)]
    same = [stated(reading)["values"] for reading in read_text(FORMAT, TABLE.read_bytes())]
    assert found == same


def other_parquet():
    content = io.BytesIO()
    parquet.write_table(pyarrow.table({"model": ["a"], "quality [%]": [1.0]}), content)
    return File.of(content.getvalue())


def test_without_raw_scores_the_rescaled_ones_are_read_under_their_own_name():
    header = "Model,Average,IFEval,BBH,MATH Lvl 5,GPQA,MUSR,MMLU-PRO,Precision,Flagged\n"
    link = '"<a href=""https://example.org"">example-org/Heron-7B</a> <a>more</a>"'

    first = read_text(FORMAT, f"{header}{link},20,50,12.5,1,0,6.25,12.5,float16,false\n")[0]

    assert (first.model, first.settings["score_of"]) == ("example-org/Heron-7B", "IFEval")
    assert (first.values["quality"].raw, first.values["quality"].unit) == ("50", "%")


def test_a_flagged_model_waits_for_a_look():
    stork = [r for r in read_text(FORMAT, TABLE.read_bytes()) if "Stork" in r.model]

    assert {issue(reading, "model.flagged").severity for reading in stork} == {WARNING}


def test_a_table_of_something_else_is_refused_by_what_it_lacks():
    for content in ("model,x\na,1\n", "IFEval,BBH,MATH Lvl 5,GPQA\n1,2,3,4\n"):
        with pytest.raises(Unreadable) as refusal:
            rows(FORMAT, content)
        assert refusal.value.issue.code == "column.missing"


def test_the_number_of_a_row_that_a_data_frame_saved_is_left_out_with_a_note():
    first, second = rows(FORMAT, TABLE.read_bytes())[:2]

    assert [issue.code for issue in first.issues] == ["column.ignored"]
    assert second.issues == ()
    assert codes(FORMAT.reading(first)) == []
