import pytest

from ingest import formats
from ingest.formats import File, Head, _piped
from ingest.formats import efficiency_frontier_csv as FORMAT
from ingest.readings import Unreadable
from tests.ingest.formats.reading import rows

GRID = """
+------------+------+-------------+
| model      | task | quality [%] |
+============+======+=============+
| Example-7B | t    | 71.4        |
+------------+------+-------------+
|            | t    | 70.8        |
+------------+------+-------------+
"""
WITHOUT_OUTER_BARS = "model | quality [%]\n---|---:\n | 71.4\nb | 70.8\n"


def records(text):
    return list(_piped.records(File.of(text.encode())))


def test_a_grid_is_a_table():
    assert records(GRID) == [
        ["model", "task", "quality [%]"],
        ["Example-7B", "t", "71.4"],
        ["", "t", "70.8"],
    ]


def test_outer_bars_are_cells_only_where_the_header_has_none():
    assert records(WITHOUT_OUTER_BARS) == [["model", "quality [%]"], ["", "71.4"], ["b", "70.8"]]


def test_a_bar_of_a_cell_is_escaped_and_marks_are_taken_off():
    assert records("| a | b |\n|---|---|\n| x\\|y | **1** |\n| `z` | a*b |\n")[1:] == [
        ["x|y", "1"],
        ["z", "a*b"],
    ]


def test_text_around_the_table_is_left_alone():
    assert records(
        "# Title | sub\n\ntext\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n| not | a row |\n"
    ) == [
        ["a", "b"],
        ["1", "2"],
    ]


def test_a_second_table_is_refused():
    with pytest.raises(Unreadable) as caught:
        records("|a|b|\n|--|--|\n|1|2|\n\n|c|d|\n|--|--|\n|3|4|\n")

    assert (caught.value.issue.code, "line 5" in caught.value.issue.message) == (
        "table.repeated",
        True,
    )


@pytest.mark.parametrize(
    "text", ["", "a,b\n1,2\n", "a | b\n1 | 2\n", "# Title\n\n---\n\ntext | more", "a\n--\n1\n"]
)
def test_what_has_no_rule_under_a_header_is_no_table(text):
    assert _piped.columns(text) == ()


def test_a_short_row_and_a_long_one_are_told():
    text = "| model | task | quality [%] |\n|--|--|--|\n| m | t |\n| m | t | 1 | 2 |\n"

    short, long = (FORMAT.reading(row) for row in rows(FORMAT, text))

    assert "row.short" in [issue.code for issue in short.issues]
    assert "row.long" in [issue.code for issue in long.issues]


def test_a_drawn_table_of_other_columns_is_not_ours():
    assert formats.detect(Head(b"| model | size |\n|---|---|\n| a | 1 |\n", "a.md")) == []
