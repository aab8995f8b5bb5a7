import tracemalloc

import pytest

from ingest.formats import _document, _limits
from ingest.readings import Unreadable


def refusal(content):
    source = content if isinstance(content, bytes) else content.encode()
    with pytest.raises(Unreadable) as caught:
        _document.parsed(source)
    return caught.value.issue


def test_numbers_are_text_as_written():
    source = b"[1, -0, 0.10, 1e5, 1E-400, 1e400, " + b"9" * 5000 + b"]"

    assert _document.parsed(source) == ["1", "-0", "0.10", "1e5", "1E-400", "1e400", "9" * 5000]


def test_words_that_are_no_json_mean_missing():
    assert _document.parsed(
        b'{"a": NaN, "b": Infinity, "c": -Infinity, "d": null}'
    ) == dict.fromkeys("abcd")


def test_a_repeated_key_keeps_the_first_value_that_is_one():
    source = b'{"a": "", "a": null, "a": "x", "a": "y", "b": {"c": "1", "c": "2"}}'

    assert _document.parsed(source) == {
        "a": "x",
        "b": {"c": "1", _document.REPEATED: "c"},
        _document.REPEATED: "a",
    }


def test_a_byte_order_mark_is_no_content():
    assert _document.parsed(b"\xef\xbb\xbf{}") == {}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "file.empty"),
        (" \n", "file.empty"),
        ("{", "json.invalid"),
        ('{"a": 1} {"a": 2}', "json.invalid"),
        ("\0", "file.binary"),
        (b'"\xe9"', "file.encoding"),
        ('"\\u0000"', "text.invalid"),
        ('{"\\u0000": 1}', "text.invalid"),
        ('["\\ud800"]', "text.invalid"),
        ("[" * 100_000, "json.nested"),
        ("[" * 41 + "]" * 41, "json.nested"),
        ('{"a":' * 41 + "1" + "}" * 41, "json.nested"),
        ('"' + "x" * (_limits.CELL_CHARS + 1) + '"', "cell.long"),
        ('{"' + "x" * (_limits.NAME_CHARS + 1) + '": 1}', "cell.long"),
    ],
)
def test_a_document_that_no_database_holds_is_refused(content, code):
    assert refusal(content).code == code


def test_whole_surrogate_pairs_are_text():
    assert _document.parsed(b'"\\ud83c\\udf31"') == "🌱"


def test_the_deepest_document_is_read():
    assert _document.parsed(b"[" * _limits.JSON_DEPTH + b"]" * _limits.JSON_DEPTH)


def test_a_mistake_is_placed():
    assert refusal('{\n"a": 1,\n}').message.startswith("The file is not valid JSON at line 3")


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ('{"a": [1, {"b/c": "x\\u0000"}]}', "/a/1/b~1c"),
        ('{"a": {"\\ud800": 1}}', "/a"),
        ('{"a": ["' + "x" * (_limits.CELL_CHARS + 1) + '"]}', "/a/0"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "/a" + "/0" * 39),
    ],
)
def test_what_no_database_holds_is_placed(content, pointer):
    assert refusal(content).column == pointer


def test_leaves_are_keyed_by_json_pointer():
    record = {"a": {"b/c": "1", "d~e": ["x", {"f": None}]}, "g": {}, "h": []}

    assert dict(_document.leaves(record)) == {
        "/a/b~1c": "1",
        "/a/d~0e/0": "x",
        "/a/d~0e/1/f": "",
        "/g": {},
        "/h": [],
    }
    assert _document.unescaped("d~0e~1") == "d~e/"
    assert dict(_document.leaves("bare")) == {"": "bare"}


def test_a_record_with_too_many_leaves_is_refused():
    record = {str(i): "1" for i in range(_limits.COLUMNS + 1)}

    with pytest.raises(Unreadable) as caught:
        _document.cells(record, 7)

    assert (caught.value.issue.code, caught.value.issue.row) == ("columns.excess", 7)


def test_a_small_file_with_long_pointers_takes_little_memory():
    keys = ["k" * _limits.NAME_CHARS] * 30
    record: object = ["1"] * 200_000
    for key in keys:
        record = {key: record}
    tracemalloc.start()

    with pytest.raises(Unreadable):
        _document.cells(record, 1)

    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()
