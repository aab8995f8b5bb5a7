"""One table however it is written, and tables and documents that are written oddly."""

import gzip
import io
import json
import os
import zipfile
from typing import Any

import pyarrow as arrow
import pyarrow.parquet
import pytest
import yaml
from django.contrib.auth.models import AnonymousUser

from ingest import pipeline
from ingest.integrity import Digest, stored_lines
from leaderboard.models import Measurement, Submission
from tests.builders import make_user
from tests.ingest.files import HEADER, csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def catalogue():
    make_catalogue()


# The same rows from any format

COLUMNS = HEADER.split(",")
TABLE = [
    ["tiny", "riddles", "card-9", "1", "51.5", "0.1", "1e-3"],
    ["acme/tiny", "Riddles", "ACME Card 9", "2", "7", "12345678901234567", ".5"],
    ["Tiny", "riddles", "card-9", "3", "100", "1.25E+2", "0.30000000000000004"],
]
PREAMBLE = {"format": "efficiency-frontier", "version": 1}


def table(mark: str) -> bytes:
    return "\n".join(mark.join(line) for line in [COLUMNS, *TABLE]).encode()


def records(number) -> list[dict[str, Any]]:
    """The rows as JSON records; `number` makes a JSON number or text of what is written."""
    return [
        {
            **dict(zip(("model", "task", "hardware"), line[:3], strict=True)),
            "settings": {"batch": number(line[3])},
            "values": {
                metric: {"value": number(written), "unit": unit}
                for metric, unit, written in zip(
                    ("quality", "node_energy", "latency"), ("%", "J", "s"), line[4:], strict=True
                )
            },
        }
        for line in TABLE
    ]


def plain(text: str) -> float | int:
    return int(text) if text.isdigit() else float(text)


def columns(number) -> bytes:
    """The table in Parquet, its numbers as `number` makes them."""
    lines = [[*line[:3], *map(number, line[3:])] for line in TABLE]
    cells = dict(zip(COLUMNS, zip(*lines, strict=True), strict=True))
    target = io.BytesIO()
    arrow.parquet.write_table(arrow.table({name: list(of) for name, of in cells.items()}), target)
    return target.getvalue()


def packed() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("comma.csv", table(","))
    return target.getvalue()


FILES = {
    "comma.csv": table(","),
    "semicolon.csv": table(";"),
    "tab.tsv": table("\t"),
    "spreadsheet.csv": b"\xef\xbb\xbf" + table(",").replace(b"\n", b"\r\n"),
    "document.json": json.dumps({**PREAMBLE, "entries": records(plain)}).encode(),
    "texts.json": json.dumps({**PREAMBLE, "entries": records(str)}, indent=2).encode(),
    "lines.jsonl": "\n".join(map(json.dumps, [PREAMBLE, *records(plain)])).encode(),
    "document.yaml": yaml.safe_dump(
        {**PREAMBLE, "entries": records(str)}, sort_keys=False
    ).encode(),
    "texts.parquet": columns(str),
    "numbers.parquet": columns(float),
    "wide.csv": table(",").decode().encode("utf-16"),
    "comma.csv.gz": gzip.compress(table(",")),
    "folder.zip": packed(),
}


def test_the_same_table_in_any_format_gives_the_same_rows():
    found = {name: sent(content, filename=name, by=make_user()) for name, content in FILES.items()}

    assert {name: submission.state for name, submission in found.items()} == dict.fromkeys(
        FILES, "PUBLISHED"
    )
    digests = {str(Digest(stored_lines(submission))) for submission in found.values()}
    assert len(digests) == 1


@pytest.mark.parametrize("name", FILES)
def test_numbers_are_those_that_were_written(name):
    submission = sent(FILES[name], filename=name)

    found = Measurement.objects.filter(run__submission=submission)
    of_metric = {
        metric: list(found.filter(metric=metric).order_by("run__row").values_list("value", "low"))
        for metric in ("quality", "node_energy", "latency")
    }
    assert of_metric == {
        "quality": [(0.515, 0.515), (0.07, 0.07), (1.0, 1.0)],
        "node_energy": [(0.1, 0.1), (1.2345678901234568e16, 1.2345678901234568e16), (125.0,) * 2],
        "latency": [(0.001, 0.001), (0.5, 0.5), (0.1 + 0.2, 0.1 + 0.2)],
    }


# Odd tables: what becomes of each, exactly


def outcome(content: bytes, filename: str = "a.csv") -> list[str] | int:
    """The codes of what is wrong, or the number of runs when nothing is."""
    report = pipeline.check([(filename, io.BytesIO(content))], by=AnonymousUser(), context={})
    errors = sorted({issue["code"] for issue in report.issues if issue["severity"] == "error"})
    return errors or report.planned


TWO = csv(row(1), row(2))


def cell(written: str, mark: str = ",") -> bytes:
    """A table whose latency is written so."""
    line = row(1, latency=f'"{written}"')
    return csv(line.replace(",", mark, 6), header=HEADER.replace(",", mark))


def decimal(written: str) -> bytes:
    """A table with semicolons that says that its decimal mark is a comma."""
    line = row(1, latency=written).replace(",", ";", 6)
    return csv(f"{line};comma", header=HEADER.replace(",", ";") + ";decimal")


ODD: dict[str, tuple[bytes, list[str] | int]] = {
    "plain": (TWO, 2),
    "byte order mark": (b"\xef\xbb\xbf" + TWO, 2),
    "CRLF": (TWO.replace(b"\n", b"\r\n"), 2),
    "blank lines": (TWO.replace(b"\n", b"\n\n"), 2),
    "no last line end, one more line end": (TWO + b"\n", 2),
    "everything quoted": (
        b"\n".join(b'"' + b'","'.join(line.split(b",")) + b'"' for line in TWO.split(b"\n")),
        2,
    ),
    "header in capitals": (
        TWO.replace(HEADER.split(" [")[0].encode(), HEADER.split(" [")[0].upper().encode()),
        2,
    ),
    "UTF-16": (TWO.decode().encode("utf-16"), 2),
    "UTF-16 without mark": (TWO.decode().encode("utf-16-le"), 2),
    "UTF-32": (TWO.decode().encode("utf-32"), 2),
    "UTF-32 without mark": (TWO.decode().encode("utf-32-le"), ["format.unknown"]),
    "two byte order marks": (b"\xef\xbb\xbf" * 2 + TWO, ["column.missing"]),
    "half a pair in UTF-16": (
        TWO.decode().replace("tiny", "t\ud800ny", 1).encode("utf-16", "surrogatepass"),
        ["file.encoding"],
    ),
    "half a pair in UTF-8": (TWO.replace(b"tiny", b"t\xed\xa0\x80ny", 1), ["file.encoding"]),
    "an overlong character": (TWO.replace(b"tiny", b"t\xc0\xafny", 1), ["file.encoding"]),
    "UTF-16 cut in a character": (TWO.decode().encode("utf-16")[:-1], ["file.encoding"]),
    "EBCDIC": (TWO.decode().encode("cp037"), ["format.unknown"]),
    "line ends of old": (TWO.replace(b"\n", b"\r"), 2),
    "line separators": (TWO.replace(b"\n", "\u2028".encode()), ["column.repeated"]),
    "Latin-1": (TWO.replace(b"tiny", b"t\xefny", 1), ["file.encoding"]),
    "a zero byte": (TWO + b"\0", ["file.binary"]),
    "half a character": (TWO + b"\xc3", ["file.encoding"]),
    "an open quote": (TWO + b'\n"tiny,riddles', ["table.broken"]),
    "an open quote and much behind it": (TWO + b'\n"' + b"x,\n" * 10**6, ["table.broken"]),
    "a line without end": (TWO + b"\n" + b"x" * 2_000_000, ["record.long"]),
    "100,000 columns": (
        csv(row(1), header=HEADER + "," + ",".join(f"c{n}" for n in range(100_000))),
        ["columns.excess"],
    ),
    "100,000 cells": (csv(row(1) + ",1" * 100_000), ["row.long"]),
    "a quote within a cell": (TWO + b'\n"ti"ny,riddles,card-9,3,1,1,1', ["table.broken"]),
    "a repeated column": (csv(row(1) + ",1", header=HEADER + ",latency [s]"), ["column.repeated"]),
    "a repeated column, other case": (
        csv(row(1) + ",1", header=HEADER + ",Latency [s]"),
        ["column.repeated"],
    ),
    "a row that ends early": (csv(row(1).rpartition(",")[0]), ["row.short"]),
    "a row that goes on": (csv(row(1) + ",9"), ["row.long"]),
    "an unknown column": (csv(row(1) + ",9", header=HEADER + ",colour"), ["unit.missing"]),
    "missing": (cell(""), 1),
    "not a number": (cell("NaN"), 1),
    "decimal comma": (cell("0,5"), ["number.invalid"]),
    "decimal comma between semicolons": (cell("0,5", ";"), ["number.invalid"]),
    "decimal comma that is announced": (decimal("0,5"), 1),
    "thousands by comma": (cell("1,234.5"), ["number.invalid"]),
    "thousands by blank": (cell("1 234"), ["number.invalid"]),
    "thousands by underscore": (cell("1_234"), ["number.invalid"]),
    "announced comma and a point": (decimal("1.234,5"), ["number.invalid"]),
    "with the unit of its column": (cell("0.5 s"), 1),
    "with another unit": (cell("500 ms"), ["number.invalid"]),
    "per cent": (cell("5%"), ["number.invalid"]),
    "hexadecimal": (cell("0x1F"), ["number.invalid"]),
    "Arabic digits": (cell("١٢"), ["number.invalid"]),
    "wide digits": (cell("５"), ["number.invalid"]),
    "true minus": (cell("−3"), ["number.invalid"]),
    "invisible blank": (cell("\u200b5"), ["number.invalid"]),
    "overflow": (cell("1e999"), ["number.invalid"]),
    "just too large": (cell("1.7976931348623159e308"), ["number.invalid"]),
    "an exponent without digits": (cell("1e"), ["number.invalid"]),
    "minus zero": (cell("-0"), ["value.zero"]),
    "400 digits": (cell("9" * 400), ["number.invalid"]),
    "underflow": (cell("1e-999"), ["number.invalid"]),
    "infinity": (cell("inf"), ["number.invalid"]),
    "a formula": (cell("=1+1"), ["number.invalid"]),
    "two numbers": (cell("1;2"), ["number.invalid"]),
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_table_has_exactly_this_outcome(name):
    content, expected = ODD[name]

    assert outcome(content) == expected


# Hostile documents: a code and a place


def document(entry: str) -> bytes:
    """A document of one good entry and this one."""
    good = json.dumps(records(plain)[0])
    return json.dumps({**PREAMBLE, "entries": []}).replace("[]", f"[{good}, {entry}]").encode()


def valued(latency: str, before: str = "") -> str:
    """An entry whose latency is written so."""
    entry = json.dumps({**records(plain)[1], "values": {"latency": "?"}})
    return entry.replace('"?"', latency).replace("{", "{" + before, 1)


HOSTILE: dict[str, tuple[bytes, str, str]] = {
    "cut off": (document(valued("1"))[:-30], "json.invalid", "line 1, column"),
    "a comma too many": (document("{},"), "json.invalid", "line 1, column"),
    "two documents": (document("{}") * 2, "json.invalid", "line 1, column"),
    "a comment": (b"// x\n" + document("{}"), "format.unknown", ""),
    "deep": (document("[" * 60 + "]" * 60), "json.nested", "/entries/1/0/0"),
    "very deep": (document("[" * 100_000), "json.nested", "40 levels"),
    "a zero character": (document('{"model": "\\u0000"}'), "text.invalid", "/entries/1/model"),
    "half a pair": (document('{"model": "\\udc00"}'), "text.invalid", "/entries/1/model"),
    "a long text": (document('{"model": "' + "x" * 40_000 + '"}'), "cell.long", "/entries/1/model"),
    "many keys": (
        document(json.dumps({"settings": {str(key): key for key in range(2_000)}})),
        "columns.excess",
        "Record 2",
    ),
    "no object": (document("7"), "record.invalid", ""),
    "a list for a number": (
        document(valued('{"value": [1], "unit": "s"}')),
        "column.unknown",
        "/values/latency/value/0",
    ),
    "true for a number": (
        document(valued('{"value": true, "unit": "s"}')),
        "number.invalid",
        "/values/latency/value",
    ),
    "infinity as text": (
        document(valued('{"value": "Infinity", "unit": "s"}')),
        "number.invalid",
        "/values/latency/value",
    ),
    "overflow": (
        document(valued('{"value": 1e999, "unit": "s"}')),
        "number.invalid",
        "/values/latency/value",
    ),
    "ten thousand digits": (
        document(valued('{"value": ' + "9" * 10_000 + ', "unit": "s"}')),
        "number.invalid",
        "/values/latency/value",
    ),
    "an exponent beyond all": (
        document(valued('{"value": 1e99999999999999999999, "unit": "s"}')),
        "number.invalid",
        "/values/latency/value",
    ),
    "a number of five million digits": (
        document(valued('{"value": ' + "9" * 5_000_000 + ', "unit": "s"}')),
        "cell.long",
        "/entries/1/values/latency/value",
    ),
    "infinity": (
        document(valued('{"value": Infinity, "unit": "s"}')),
        "number.invalid",
        "/values/latency/value",
    ),
    "two lists of entries": (
        document("{}")[:-1] + b', "entries": ' + json.dumps(records(plain)).encode() + b"}",
        "key.repeated",
        "entries",
    ),
    "values twice": (document(valued("1", '"values": {"quality": 1}, ')), "key.repeated", "values"),
    "a key of half a pair": (
        document(valued("1", '"\\ud800": 1, ')),
        "text.invalid",
        "/entries/1",
    ),
    "another prototype": (
        document(valued("1", '"__proto__": {"a": 1}, ')),
        "column.unknown",
        "/__proto__/a",
    ),
    "an unknown key": (document(valued("1", '"modell": 1, ')), "column.unknown", "/modell"),
    "no unit": (document(valued('{"value": 1}')), "unit.missing", "/values/latency/value"),
}


def processor_s() -> float:
    """What this process and those that it waited for took of the processor."""
    return sum(os.times()[:4])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_with_a_code_and_a_place(name):
    content, code, place = HOSTILE[name]
    began_s = processor_s()

    report = pipeline.check([("a.json", io.BytesIO(content))], by=AnonymousUser(), context={})

    assert processor_s() - began_s < 2
    told = [issue for issue in report.issues if issue["code"] == code]
    assert told, [issue["code"] for issue in report.issues]
    assert any(place in f"{issue['column']} {issue['message']}" for issue in told)


def test_of_a_key_said_twice_the_last_does_not_win():
    twice = valued('{"value": 1, "value": 2, "unit": "s"}')

    submission = sent(document(twice), filename="a.json")

    assert submission.state == "HELD"
    assert "key.repeated" in [issue["code"] for issue in submission.issues]
    assert Measurement.objects.get(run__row=2, metric="latency").value == 1


def test_the_file_that_was_refused_is_kept_as_it_came():
    content = document("[" * 100_000)

    submission = sent(content, filename="a.json")

    assert submission.state == Submission.State.REJECTED
    assert b"".join(bytes(chunk.bytes) for chunk in submission.chunks.all()) == content
