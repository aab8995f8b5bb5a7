import io
import tracemalloc

import pytest

from ingest.formats import File, Head, _limits, _table
from ingest.readings import INFO, Unreadable


def rows(content, **how):
    source = content.encode() if isinstance(content, str) else content
    return list(_table.rows(File.of(source), **how))


def cells(content):
    return [row.cells for row in rows(content)]


def refusal(content, **how):
    with pytest.raises(Unreadable) as caught:
        rows(content, **how)
    return caught.value.issue


class Repeated(io.RawIOBase):
    """A header and then one line many times, made while it is read."""

    def __init__(self, header: bytes, line: bytes, times: int):
        self.waiting = header
        self.block, self.blocks = line * 1000, times // 1000

    def readable(self):
        return True

    def readinto(self, buffer):
        while len(self.waiting) < len(buffer) and self.blocks:
            self.waiting += self.block
            self.blocks -= 1
        part, self.waiting = self.waiting[: len(buffer)], self.waiting[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_the_header_uses(mark):
    assert cells(f"a{mark}b\n1{mark}2\n") == [{"a": "1", "b": "2"}]


def test_a_spreadsheet_may_tell_the_delimiter_in_a_line_of_its_own():
    assert cells("sep=;\r\na,b;c\r\n1;2\r\n") == [{"a,b": "1", "c": "2"}]


def test_delimiters_inside_quotes_do_not_count():
    assert cells('"a,b,c";d\n1;2\n') == [{"a,b,c": "1", "d": "2"}]


def test_quoted_cells_may_hold_line_breaks_and_quotes():
    assert cells('a,b\r\n"x\r\ny","say ""z"""\r\n') == [{"a": "x\r\ny", "b": 'say "z"'}]


def test_headers_stay_as_written():
    assert cells(" a ,É (J)\n1,2\n") == [{" a ": "1", "É (J)": "2"}]


def test_blank_lines_are_no_rows():
    found = rows("\n\na,b\n\n1,2\n,\n \n3,4\n")

    assert [(row.number, row.cells["a"]) for row in found] == [(1, "1"), (2, "3")]


def test_a_cell_that_the_line_ends_before_is_not_an_empty_cell():
    assert cells("a,b,c\n1,,\n1\n") == [
        {"a": "1", "b": "", "c": ""},
        {"a": "1", "b": None, "c": None},
    ]


def test_cells_beyond_the_header_are_kept_unless_empty():
    assert cells("a,b\n1,2,3,4\n1,2,,\n") == [
        {"a": "1", "b": "2", _table.EXTRA: "3 | 4"},
        {"a": "1", "b": "2"},
    ]


def test_a_column_without_name_is_beyond_the_header():
    assert cells("a,,b\n1,x,2\n1,,2\n") == [
        {"a": "1", "b": "2", _table.EXTRA: "x"},
        {"a": "1", "b": "2"},
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file.empty"),
        ("\n \n", "file.empty"),
        (" , \n", "file.empty"),
        ("a,b\n", "rows.missing"),
        ("a,b\n,\n", "rows.missing"),
        ("a,b,a\n1,2,3\n", "column.repeated"),
        (b"a,b\n1,\xe9\n", "file.encoding"),
        ("a,b\n1,2\n".encode("utf-16")[:-1], "file.encoding"),
        (b"a,b\n1,\0\n", "file.binary"),
        ('a,b\n1,"2\n', "table.broken"),
        ('a,b\n"1"x,2\n', "table.broken"),
        (",".join(f"c{i}" for i in range(_limits.COLUMNS + 1)), "columns.excess"),
        ("a\n" + "x" * (_limits.CELL_CHARS + 1), "cell.long"),
        ("x" * (_limits.NAME_CHARS + 1) + "\n1", "cell.long"),
        ("a\n" + "x," * _limits.RECORD_CHARS, "record.long"),
        ('a\n"' + "x\n" * _limits.RECORD_CHARS, "table.broken"),
        ("a\n" + '"a\n","a\n",' * 110_000, "record.long"),
    ],
)
def test_a_table_that_is_none_is_refused(content, code):
    assert refusal(content).code == code


def test_the_largest_table_and_cell_are_read(monkeypatch):
    monkeypatch.setattr(_limits, "ROWS", 3)

    assert len(cells("a\n1\n2\n3\n")) == 3
    assert refusal("a\n1\n2\n3\n4\n").code == "rows.excess"
    assert len(cells("a\n" + "x" * _limits.CELL_CHARS)) == 1
    assert len(cells(",".join(f"c{i}" for i in range(_limits.COLUMNS)) + "\n1,2")) == 1


def test_a_refusal_says_where():
    assert refusal("a,b\n1,2\n3," + "x" * 40_000).row == 2
    assert refusal("a,b\n1,2\n3," + "x" * 40_000).column == "b"
    assert "line 2" in refusal('a,b\n1,"2\n').message


def test_columns_that_mean_the_same_are_refused():
    problem = refusal("Model,b, model\n1,2,3\n", name=lambda column: column.strip().casefold())

    assert (problem.code, problem.column) == ("column.repeated", "Model")


def test_missing_columns_are_all_named():
    def check(header):
        _table.require(header, ("A", "x", "y"), str.casefold)

    problem = refusal("a,b\n1,2\n", check=check)

    assert (problem.code, problem.expected) == ("column.missing", ("x", "y"))
    assert problem.message == "The table lacks columns x, y."


def test_rows_are_read_one_by_one_in_little_memory():
    def opened():
        return io.BufferedReader(Repeated(b"model,value\n", b"some-model,1.25\n", 100_000))

    tracemalloc.start()

    count = sum(1 for row in _table.rows(File("", opened)))

    assert count == 100_000
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_a_header_that_comes_again_is_no_row():
    assert cells("a,b\n1,2\na,b\n3,4\n") == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]


@pytest.mark.parametrize("name", ["", "Unnamed: 0", "__index_level_0__"])
def test_a_data_frames_numbers_of_rows_are_left_out_with_one_note(name):
    first, second = rows(f"{name},model,x\n7,a,1\n9,b,2\n")

    assert [dict(row.cells) for row in (first, second)] == [
        {"model": "a", "x": "1"},
        {"model": "b", "x": "2"},
    ]
    assert [(issue.code, issue.severity) for issue in first.issues] == [("column.ignored", INFO)]
    assert second.issues == ()


def test_a_first_column_without_name_that_says_something_is_not_left_out():
    (row,) = rows(",model\nfast,a\n")

    assert row.cells == {"model": "a", _table.EXTRA: "fast"}


def test_lines_may_end_as_on_old_macs():
    assert [dict(row.cells) for row in rows("a,b\r1,2\r3,4\r")] == [
        {"a": "1", "b": "2"},
        {"a": "3", "b": "4"},
    ]
    assert Head(b"a,b\r1,2\r").columns == ("a", "b")
