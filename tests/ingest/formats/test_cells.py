import pytest

from ingest.formats._cells import Cells, Column, is_number, scalar, shown, stated
from ingest.readings import Row, Value


def cells(**found):
    return Cells(Row(3, found, "a.csv"))


@pytest.mark.parametrize(
    "text", ["0", "-1", "+1.5", "1.", ".5", "1e5", "1.25E-3", "0e-999", "-0.0"]
)
def test_a_number_is_decimal_and_finite(text):
    assert is_number(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "-", ".", "1,5", "1 000", "1_000", "0x1F", "1e", "e5", "inf", "nan"),
        *("1e400", "1e-400", "1" * 65, "1\n", " 1", "1.5 J"),
        *("١٢", "５", "−3", "½"),
    ],
)
def test_anything_else_is_none(text):
    assert not is_number(text)


@pytest.mark.parametrize(
    "cell", [None, "", "  ", "N/A", "n/a", "nan", "NaN", "None", "null", "NULL"]
)
def test_words_for_missing_state_nothing(cell):
    assert stated(cell) == ""


@pytest.mark.parametrize(
    ("cell", "text"),
    [(" a ", "a"), (5, "5"), (0.1, "0.1"), (True, "true"), (["x"], '["x"]'), ("0", "0")],
)
def test_a_cell_states_its_text(cell, text):
    assert stated(cell) == text


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("16", 16),
        ("0.5", 0.5),
        ("true", True),
        ("False", False),
        ("1.10", "1.10"),
        ("007", "007"),
        ("1e5", "1e5"),
        ("9" * 30, "9" * 30),
        ("q4_K_M", "q4_K_M"),
        ("", ""),
    ],
)
def test_a_setting_is_a_number_only_if_nothing_is_lost(text, setting):
    assert scalar(text) == setting
    assert type(scalar(text)) is type(setting)


@pytest.mark.parametrize(("text", "count"), [("1", 1), ("164", 164), ("8.0", 8), ("", None)])
def test_a_count_is_whole_and_positive(text, count):
    row = cells(samples=text)

    assert (row.count("samples"), row.issues) == (count, [])


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "1e3", "many", "2147483648", "9" * 40, "١"])
def test_what_is_no_count_is_an_issue(text):
    row = cells(samples=text)

    assert row.count("samples") is None
    assert [(issue.code, issue.column) for issue in row.issues] == [("count.invalid", "samples")]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-01-31", "2026-01-31"),
        ("2026-01-31T10:39:13", "2026-01-31"),
        ("2026-01-31 10:39:13+02:00", "2026-01-31"),
        ("", ""),
    ],
)
def test_a_date_is_the_day_of_an_iso_time(text, day):
    row = cells(on=text)

    assert (row.date("on"), row.issues) == (day, [])


@pytest.mark.parametrize("text", ["31.01.2026", "2026-02-30", "20260131", "2026-1-3", "today"])
def test_what_is_no_date_is_an_issue(text):
    row = cells(on=text)

    assert row.date("on") == ""
    assert [issue.code for issue in row.issues] == ["date.invalid"]


def test_a_value_has_the_unit_that_its_format_knows():
    row = Cells(Row(1, {"Energía (J)": " 12.5 "}), name=lambda header: header.split()[0])

    value = row.value(Column("Energía", "J", per="run", origin="SENSED"))

    assert value == Value("12.5", "J", "run", "SENSED", column="Energía (J)")
    assert row.value(Column("absent", "J")) is None


def test_an_issue_has_its_place_and_quotes_little():
    row = cells(energy="1,5" + "x" * 500)

    assert row.number("energy") == ""
    (issue,) = row.issues
    assert (issue.code, issue.row, issue.path, issue.column) == (
        "number.invalid",
        3,
        "a.csv",
        "energy",
    )
    assert len(issue.given) == 200
    assert issue.hint == "Write the decimal mark as a point."


def test_the_same_issue_is_noted_once():
    row = cells(energy="x")

    row.number("energy")
    row.number("energy")

    assert len(row.issues) == 1


def test_a_long_text_is_shown_by_its_beginning():
    assert shown("a" * 200) == "a" * 200
    assert shown("a" * 201) == "a" * 199 + "…"
