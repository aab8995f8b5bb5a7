"""What every format promises, tried on its samples and on what could be sent in their place."""

import io
import json
import math
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import formats
from ingest.formats import File, Head, _limits
from ingest.readings import Reading, Row, Unreadable
from tests.ingest.formats.reading import SAMPLES, format_of, read, sample_files, stated

FILES = sample_files()
FORMATS = list(formats.FORMATS.values())
# `make drill` tries many more.
EXAMPLES = int(os.environ.get("PARSER_EXAMPLES", "80"))
CODE = re.compile(r"[a-z]+\.[a-z]+")

files = pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
every_format = pytest.mark.parametrize("module", FORMATS, ids=lambda module: module.SLUG)


def attempt(module: ModuleType, content: bytes) -> list[Reading]:
    """Everything a format does with a file; a file that can't be read gives no readings."""
    try:
        rows = list(module.rows(File.of(content)))
    except Unreadable as problem:
        reason = problem.issue
    else:
        return [check(reading) for reading in formats.settle(module, map(module.reading, rows))]
    assert CODE.fullmatch(reason.code)
    assert reason.message.encode()
    return []


def check(reading: Reading) -> Reading:
    """Whatever the file said, a number is a finite number with a unit, and text is storable."""
    for value in reading.values.values():
        for text in (value.raw, *filter(None, (value.low, value.high))):
            assert text.isascii()
            assert math.isfinite(float(text))
        assert value.unit
        assert value.per in ("unit", "run")
    for issue in reading.issues:
        assert issue.row == reading.row
        assert issue.path == reading.path
        assert CODE.fullmatch(issue.code)
        assert len(issue.given) <= _limits.SHOWN_CHARS
    stored = json.dumps(stated(reading), allow_nan=False, ensure_ascii=False)
    assert "\\u0000" not in stored.replace("\\\\", "")  # PostgreSQL holds no zero character
    stored.encode()
    return reading


@every_format
def test_a_format_has_a_name_and_a_sample(module: ModuleType) -> None:
    assert module.LABEL
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", module.SLUG)
    assert any(SAMPLES / module.SLUG in path.parents for path in FILES)


@files
def test_a_sample_is_recognised_by_its_format_before_all_others(path: Path) -> None:
    scores = formats.detect(Head(path.read_bytes(), path.as_posix()))

    assert SAMPLES / scores[0][1].SLUG in path.parents
    assert 0.5 < scores[0][0] <= 1
    assert [module for score, module in scores[1:] if score == scores[0][0]] == []


@files
def test_a_sample_is_recognised_without_its_path(path: Path) -> None:
    assert formats.detect(Head(path.read_bytes()))[0][1] is format_of(path)


@files
def test_a_sample_gives_its_expected_readings(path: Path) -> None:
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text("utf-8"))

    assert [stated(reading) for reading in read(path)] == expected


@files
def test_a_byte_order_mark_and_other_line_ends_change_nothing(path: Path) -> None:
    module = format_of(path)
    plain = path.read_bytes().removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")

    for variant in (
        b"\xef\xbb\xbf" + plain,
        plain.replace(b"\n", b"\r\n"),
        b"\n\n" + plain if not path.name.endswith(".jsonl") else plain,
        plain.rstrip(b"\n"),
    ):
        assert attempt(module, variant) == attempt(module, plain)
        assert formats.detect(Head(variant))[0][1] is module


@files
def test_a_row_read_from_the_database_gives_the_same_reading(path: Path) -> None:
    module = format_of(path)
    for row in module.rows(File.of(path.read_bytes())):
        stored = replace(row, cells=json.loads(json.dumps(row.cells, allow_nan=False)))
        assert module.reading(stored) == module.reading(row)


@files
def test_rows_name_their_file_number_from_one_and_close_what_they_opened(path: Path) -> None:
    opened: list[io.BytesIO] = []

    def open_file() -> io.BytesIO:
        opened.append(io.BytesIO(path.read_bytes()))
        return opened[-1]

    rows = list(format_of(path).rows(File(f"sent/{path.name}", open_file)))

    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    assert {row.path for row in rows} == {f"sent/{path.name}"}
    assert opened
    assert all(stream.closed for stream in opened)


@files
def test_a_truncated_file_gives_readings_or_a_reason(path: Path) -> None:
    module, content = format_of(path), path.read_bytes()
    for length in range(0, len(content), 7):
        attempt(module, content[:length])
        formats.detect(Head(content[:length]))


HOSTILE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda content: b"",
    "blank": lambda content: b" \r\n\t\n",
    "header only": lambda content: content.split(b"\n", 1)[0],
    "zero bytes": lambda content: content.replace(b"a", b"\0", 3),
    "zero characters": lambda content: content.replace(b'"model', b'"\\u0000model'),
    "half a surrogate pair": lambda content: content.replace(b'": "', b'": "\\ud800'),
    "latin-1": lambda content: re.sub(rb"[^\x00-\x7f]|e", b"\xe9", content),
    "utf-16": lambda content: content.decode("utf-8-sig").encode("utf-16"),
    "huge whole numbers": lambda content: re.sub(rb"\b\d+\b", b"9" * 5000, content),
    "overflow": lambda content: re.sub(rb"\b\d+\.\d+\b", b"1e400", content),
    "underflow": lambda content: re.sub(rb"\b\d+\.\d+\b", b"1e-400", content),
    "not a number": lambda content: re.sub(rb"\b\d+\.\d+\b", b"NaN", content),
    "infinity": lambda content: re.sub(rb"\b\d+\.\d+\b", b"-Infinity", content),
    "digits of other scripts": lambda content: content.decode().replace("1", "١").encode(),
    "deep lists": lambda content: b"[" * 100_000,
    "deep objects": lambda content: content[:-20] + b'{"a":' * 100_000,
    "moderately deep": lambda content: re.sub(
        rb"\b\d+\.\d+\b", b"[" * 60 + b"1" + b"]" * 60, content, count=1
    ),
    "a long cell": lambda content: re.sub(rb"\b\d+\.\d+\b", b"x" * 200_000, content, count=1),
    "a long line": lambda content: content + b"1," * 3_000_000,
    "many columns": lambda content: b",".join(b"c%d" % i for i in range(20_000)) + b"\n" + content,
    "an open quote": lambda content: content.replace(b",", b',"', 1) + (b"a" * 99 + b"\n") * 11_000,
    "quotes over many lines": lambda content: content + b'"a\n","a\n",' * 110_000,
    "lone carriage returns": lambda content: content.replace(b"\n", b"\r"),
    "repeated": lambda content: content + content,
    "repeated keys": lambda content: content.replace(b'"task"', b'"task": "", "task"'),
    "null": lambda content: re.sub(rb'"[^"]*"\s*([,}])', rb"null\1", content),
    "a name that takes a pattern long": lambda content: content.replace(
        b"2 x NVIDIA L4", b"1 x " + b"9" * 30_000
    ).replace(b"quality [", b"quality" + b" " * 900 + b"] ["),
    "numbers for names": lambda content: re.sub(rb': "[^"]*"', b": 7", content),
    "lists for names": lambda content: re.sub(rb': "[^"]*"', b': ["a", {"b": 1}]', content),
}


@every_format
@pytest.mark.parametrize("variant", HOSTILE)
def test_a_hostile_file_gives_readings_or_a_reason(module: ModuleType, variant: str) -> None:
    for path in FILES:
        if SAMPLES / module.SLUG in path.parents:
            content = HOSTILE[variant](path.read_bytes())
            formats.detect(Head(content))
            attempt(module, content)


@every_format
@given(content=st.binary(max_size=400))
@settings(max_examples=EXAMPLES, deadline=None)
def test_random_bytes_give_readings_or_a_reason(module: ModuleType, content: bytes) -> None:
    attempt(module, content)
    module.matches(Head(content, "folder/emissions.csv"))


@every_format
@given(seed=st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES, deadline=None)
def test_a_damaged_sample_gives_readings_or_a_reason(module: ModuleType, seed: Random) -> None:
    path = seed.choice([path for path in FILES if SAMPLES / module.SLUG in path.parents])
    content = bytearray(path.read_bytes())
    for _ in range(seed.randint(1, 20)):
        content[seed.randrange(len(content))] = seed.choice(b'",;{}[]:\n\r0e-+.\\\xff\xc3 n')

    formats.detect(Head(bytes(content)))
    attempt(module, bytes(content))


PATCHES = [
    None,
    "",
    " ",
    7,
    -1,
    0.5,
    float("inf"),
    float("nan"),
    True,
    [1],
    {"a": 1},
    "x" * 40_000,
    "1" * 400,
    "1e400",
    "−3",
    "1,5",
    "0x1F",
    "1_000",
    "١٢",
    "2026-02-31",
    "/home/somebody/model.gguf",
]


@files
def test_a_cell_patched_with_anything_gives_a_reading(path: Path) -> None:
    module = format_of(path)
    first = next(iter(module.rows(File.of(path.read_bytes()))))
    for column in first.cells:
        for patch in PATCHES:
            check(module.reading(Row(1, {**first.cells, column: patch}, "a.csv")))


@every_format
def test_a_row_without_cells_gives_a_reading_with_an_error(module: ModuleType) -> None:
    for cells in ({}, {"": "x"}, {"unheard of": "1"}):
        reading = check(module.reading(Row(1, dict(cells))))
        assert any(issue.severity == "error" for issue in reading.issues)
        assert reading.values == {}
