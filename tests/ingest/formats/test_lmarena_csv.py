import pytest

from ingest import formats
from ingest.formats import File, Head
from ingest.readings import INFO, Unreadable
from tests.ingest.formats.reading import codes, issue, read, read_text, rows

FORMAT = formats.get("lmarena-csv")
HEADER = "rank,model,arena_score,95_pct_ci,votes\n"


@pytest.fixture(scope="module")
def arena(real_data):
    return read(real_data / "lmarena-csv" / "lmarena_text.csv")


def first(line, path=""):
    (row,) = FORMAT.rows(File.of(f"{HEADER}{line}\n".encode(), path))
    return FORMAT.reading(row)


def test_every_model_has_a_rating_with_its_interval(arena):
    assert len(arena) == 266
    assert all(reading.values.keys() == {"arena_rating"} for reading in arena)
    top = arena[0]
    rating = top.values["arena_rating"]
    assert (top.model, rating.low, rating.raw, rating.high) == (
        "Gemini-2.5-Pro",
        "1465",
        "1470",
        "1475",
    )
    assert (rating.unit, top.samples, top.hardware) == ("1", 26019, "")
    assert {reading.task for reading in arena} == {"lmarena text"}


def test_ties_in_rank_are_no_difference(arena):
    tied = [reading for reading in arena if reading.values["arena_rating"].raw == "1434"]

    assert {"GLM-4.5", "Grok-4-0709"} <= {reading.model for reading in tied}


def test_the_missing_day_is_noted_once(arena):
    noted = [reading for reading in arena if reading.issues]

    assert [codes(reading) for reading in noted] == [["date.missing"]]
    assert issue(noted[0], "date.missing").severity == INFO


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("a/lmarena_text_2026-01-31.csv", "2026-01-31"),
        ("20260131/text.csv", "2026-01-31"),
        ("lmarena_text.csv", ""),
        ("120260131.csv", ""),
        ("2026-13-01.csv", ""),
    ],
)
def test_a_day_in_the_path_is_the_snapshot(path, day):
    reading = first("1,Heron,1200,+5/-4,10", path)

    assert (reading.measured_on, reading.settings.get("snapshot", "")) == (day, day)


def test_an_interval_that_is_none_is_an_error():
    assert codes(first("1,Heron,1200,about 5,10", "2026-01-31.csv")) == ["interval.unclear"]
    found = first("1,Heron,1200,,10", "2026-01-31.csv")
    assert (found.issues, found.values["arena_rating"].low) == ((), "")


def test_a_row_without_a_rating_is_an_error():
    assert codes(first("1,Heron,,+1/-1,10", "2026-01-31.csv")) == ["value.missing"]


def test_other_spellings_of_the_columns_are_the_same():
    content = "Rank,Model,Arena Score,95% CI,Votes\n1,Heron,1200,+5/-4,10\n"

    assert FORMAT.matches(Head(content.encode())) > 0.5
    (reading,) = read_text(FORMAT, content)
    assert reading.values["arena_rating"].high == "1205"


@pytest.mark.parametrize(
    ("content", "code"),
    [("", "file.empty"), (HEADER, "rows.missing"), ("rank,model\n1,a\n", "column.missing")],
)
def test_a_file_without_ratings_is_refused(content, code):
    with pytest.raises(Unreadable) as refusal:
        rows(FORMAT, content)

    assert refusal.value.issue.code == code


def test_the_table_that_lm_arena_publishes_itself_says_bounds_category_and_day():
    content = (
        "model_name,organization,license,rating,rating_lower,rating_upper,variance,vote_count,"
        "rank,category,leaderboard_publish_date\n"
        "heron-7b,Example,MIT,1286.5,1283.25,1289.75,2.5,106951,15,coding,2026-09-13\n"
    )

    (reading,) = read_text(FORMAT, content)

    assert formats.detect(Head(content.encode()))[0][1] is FORMAT
    rating = reading.values["arena_rating"]
    assert (rating.low, rating.raw, rating.high) == ("1283.25", "1286.5", "1289.75")
    assert (reading.model, reading.samples, reading.measured_on) == (
        "heron-7b",
        106951,
        "2026-09-13",
    )
    assert reading.settings == {"snapshot": "2026-09-13", "category": "coding"}
    assert codes(reading) == []
