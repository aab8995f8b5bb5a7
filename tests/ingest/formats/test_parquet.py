import io
import os
from contextlib import suppress
from datetime import date
from decimal import Decimal
from random import Random

import pyarrow as arrow
import pyarrow.parquet
import pytest

from ingest import formats
from ingest.formats import Head, _limits
from ingest.formats import efficiency_frontier_csv as FORMAT
from ingest.readings import Unreadable
from tests.ingest.formats.reading import SAMPLES, read_text, rows

# More for the drill: half as many again as of other files.
DAMAGED = 3 * int(os.environ.get("PARSER_EXAMPLES", "200")) // 2


def saved(columns, **how):
    stream = io.BytesIO()
    arrow.parquet.write_table(arrow.table(columns), stream, **how)
    return stream.getvalue()


RUN = {"model": ["m", "n"], "task": ["t", "t"], "latency [s]": [0.1, None]}


def refusal(source):
    with pytest.raises(Unreadable) as caught:
        rows(FORMAT, source)
    return caught.value.issue


def test_a_table_in_parquet_reads_like_the_same_table_in_csv():
    text = (SAMPLES / "efficiency-frontier-csv" / "results.csv").read_bytes()
    columns: dict[str, list] = {}
    for row in rows(FORMAT, text):
        for column, cell in row.cells.items():
            columns.setdefault(column, []).append(cell)

    assert read_text(FORMAT, saved(columns)) == read_text(FORMAT, text)


def test_it_is_recognised_by_its_first_bytes():
    (score, module), *others = formats.detect(Head(saved(RUN), "runs.parquet"))

    assert (score > 0.5, module, others) == (True, FORMAT, [])


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (arrow.array([0.1], arrow.float32()), "0.1"),
        (arrow.array([0.1], arrow.float64()), "0.1"),
        (arrow.array([2**53 + 1], arrow.int64()), "9007199254740993"),
        (arrow.array([Decimal("1.50")], arrow.decimal128(5, 2)), "1.50"),
        (arrow.array([True]), "true"),
        (arrow.array([date(2026, 1, 31)]), "2026-01-31"),
        (arrow.array(["a"]).dictionary_encode(), "a"),
        (arrow.array([None], arrow.float64()), ""),
        (arrow.array([None]), ""),
    ],
    ids=str,
)
def test_a_cell_is_the_shortest_text_of_its_type(values, text):
    source = saved({"model": ["m"], "task": ["t"], "latency [s]": [1.0], "setting:x": values})

    (row,) = rows(FORMAT, source)

    assert row.cells["setting:x"] == text


def test_what_is_missing_is_missing_and_what_is_infinite_is_told():
    source = saved(RUN | {"quality [%]": [float("nan"), float("inf")]})

    first, second = read_text(FORMAT, source)

    assert (first.values.keys(), first.issues) == ({"latency"}, ())
    assert "number.invalid" in [issue.code for issue in second.issues]


@pytest.mark.parametrize(
    "values",
    [
        [[1], [2]],
        [{"a": 1}, {"a": 2}],
        [b"\0", b"\1"],
        arrow.array([b"ab", b"cd"], arrow.binary(2)),
        # As text 5 ms would be a 5, and so 5 s.
        arrow.array([5, 6], arrow.duration("ms")),
    ],
    ids=str,
)
def test_a_column_without_plain_cells_is_refused_by_name(values):
    problem = refusal(saved(RUN | {"setting:x": values}))

    assert (problem.code, problem.column) == ("parquet.nested", "setting:x")


def test_a_zero_character_is_refused_because_no_database_of_ours_holds_it():
    assert refusal(saved(RUN | {"setting:x": ["a\0b", "c"]})).code == "text.invalid"


def test_columns_that_are_missing_are_told_as_in_any_table():
    assert refusal(saved({"a": [1]})).code == "column.missing"


def test_a_small_file_that_unpacks_to_much_is_refused_before_it_does():
    many = arrow.array(["x" * 30_000] * 20_000)
    source = saved(
        {"model": many, "task": many, "latency [s]": many}, use_dictionary=False, compression="zstd"
    )

    assert len(source) < _limits.PARQUET_BYTES / 100
    assert refusal(source).code == "file.unpacked"


def repeated(text: str, count: int):
    """A column of one text that stands in the file once."""
    places = arrow.array([0] * count, arrow.int8())
    return arrow.DictionaryArray.from_arrays(places, arrow.array([text]))


def test_a_text_that_stands_for_thousands_counts_as_often_as_it_comes_out():
    """27 GB of cells in 10 kB, of which the file says that it unpacks to little."""
    count = 900_000
    source = saved(
        {
            "model": repeated("m", count),
            "task": repeated("t", count),
            "latency [s]": repeated("1", count),
            "setting:x": repeated("x" * 30_000, count),
        }
    )

    assert len(source) < 20_000
    assert refusal(source).code == "file.unpacked"


def test_rows_of_nothing_count_as_lines():
    nothing = arrow.nulls(_limits.LINES + 5_000, arrow.string())
    source = saved({"model": nothing, "task": nothing, "latency [s]": nothing})

    assert len(source) < 200_000
    assert refusal(source).code == "rows.excess"


def test_a_damaged_file_gives_rows_or_a_reason():
    source, random = saved(RUN), Random(7)
    for length in range(4, len(source), 11):
        assert refusal(source[:length]).code == "parquet.invalid"
    for _ in range(DAMAGED):
        damaged = bytearray(source)
        for _ in range(random.randint(1, 8)):
            damaged[random.randrange(4, len(damaged))] = random.randrange(256)
        with suppress(Unreadable):
            read_text(FORMAT, bytes(damaged))
