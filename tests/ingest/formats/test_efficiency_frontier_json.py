import json
from pathlib import Path

import pytest

import ingest.formats
from ingest import formats
from ingest.formats import File, Head, _limits
from ingest.readings import Unreadable, Value
from tests.ingest.formats.reading import codes, issue, read, read_text, rows

FORMAT = formats.get("efficiency-frontier-json")
TEMPLATES = Path(ingest.formats.__file__).parent / "templates"
PREAMBLE = {"format": "efficiency-frontier", "version": 1}
LATENCY = {"latency": {"value": 1, "unit": "s"}}


def one(entry):
    (reading,) = read_text(FORMAT, json.dumps({**PREAMBLE, "entries": [entry]}))
    return reading


def refusal(content):
    with pytest.raises(Unreadable) as caught:
        rows(FORMAT, content)
    return caught.value.issue


def test_a_value_has_all_that_is_said_of_it():
    figure = {
        "value": 0.5,
        "unit": "kWh",
        "low": 0.4,
        "high": "0.60",
        "per": "run",
        "origin": "metered",
        "recipe": "sum of two meters",
    }

    reading = one({"model": "m", "task": "t", "values": {"node_energy": figure}})

    assert reading.issues == ()
    assert reading.values == {
        "node_energy": Value(
            "0.5",
            "kWh",
            "run",
            "METERED",
            "0.4",
            "0.60",
            "/values/node_energy/value",
            "sum of two meters",
        )
    }


def test_an_issue_names_the_json_pointer_in_the_entry():
    reading = one(
        {
            "model": "m",
            "device_count": 0,
            "values": {
                "latency": {"value": "fast", "unit": "s"},
                "cost": {"value": 1},
                "node_energy": 5,
                "quality": {"value": 1, "unit": "%", "per": "year"},
            },
        }
    )

    assert [(issue.code, issue.column) for issue in reading.issues] == [
        ("origin.missing", "/values/node_energy"),
        ("number.invalid", "/values/latency/value"),
        ("unit.missing", "/values/cost/value"),
        ("unit.missing", "/values/node_energy"),
        ("per.unknown", "/values/quality/per"),
        ("count.invalid", "/device_count"),
    ]


def test_an_unknown_key_is_an_error_with_a_near_name():
    reading = one(
        {
            "model": "m",
            "hardwares": "x",
            "a/b": "y",
            "values": {"latency": {"value": 1, "unit": "s", "error": 2}},
        }
    )

    assert [(issue.column, issue.hint) for issue in reading.issues] == [
        ("/hardwares", "Did you mean /hardware?"),
        ("/a~1b", ""),
        ("/values/latency/error", ""),
    ]
    assert codes(reading) == ["column.unknown"] * 3


def test_settings_of_any_depth_are_named_by_their_path():
    entry = {
        "values": LATENCY,
        "settings": {"Batch Size": 8, "load": {"rate": 0.5, "burst": False}},
    }

    assert one(entry).settings == {"batch_size": 8, "load/rate": 0.5, "load/burst": False}


def test_missing_numbers_give_no_value_and_no_complaint():
    entry = {"model": "m", "values": {**LATENCY, "cost": {"value": None, "unit": "USD"}}}

    assert one(entry).values.keys() == {"latency"}
    assert one(entry).issues == ()


def test_true_is_no_number():
    assert codes(one({"values": {"latency": {"value": True, "unit": "s"}}})) == ["number.invalid"]


def test_an_entry_that_is_no_object_is_an_error_of_its_row():
    first, second = read_text(
        FORMAT, json.dumps({**PREAMBLE, "entries": ["x", {"values": LATENCY}]})
    )

    assert (first.row, codes(first)) == (1, ["record.invalid"])
    assert (second.row, codes(second)) == (2, [])


def test_a_key_said_twice_is_a_warning():
    text = json.dumps({**PREAMBLE, "entries": [{"model": "m", "values": LATENCY}]})

    (reading,) = read_text(FORMAT, text.replace('"model"', '"model": "", "model"'))

    assert (reading.model, codes(reading)) == ("m", ["key.repeated"])
    assert issue(reading, "key.repeated").severity == "warning"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("[]", "record.invalid"),
        ("{}", "version.unknown"),
        ('{"format": "efficiency-frontier", "version": 2, "entries": []}', "version.unknown"),
        ('{"format": "efficiency-frontier", "entries": []}', "version.unknown"),
        ('{"format": "efficiency-frontier", "version": 1}', "rows.missing"),
        ('{"format": "efficiency-frontier", "version": 1, "entries": []}', "rows.missing"),
        ('{"format": "efficiency-frontier", "version": 1, "entries": {}}', "column.missing"),
        (
            '{"format": "efficiency-frontier", "version": 1, "entry": 1, "entries": [{}]}',
            "column.unknown",
        ),
        ('{"format": "efficiency-frontier", "version": 1, "entries": [', "json.invalid"),
    ],
)
def test_a_document_of_another_shape_is_refused(content, code):
    assert refusal(content).code == code


def test_lines_are_read_one_by_one():
    lines = [json.dumps(PREAMBLE), *[json.dumps({"model": "m", "values": LATENCY})] * 3, "{broken"]

    found = FORMAT.rows(File.of("\n".join(lines).encode()))

    assert [next(found).number for _ in range(3)] == [1, 2, 3]
    with pytest.raises(Unreadable) as caught:
        next(found)
    assert caught.value.issue.code == "json.invalid"
    assert caught.value.issue.message.startswith("Line 5 can't be read.")


def test_a_line_has_a_limit(monkeypatch):
    monkeypatch.setattr(_limits, "RECORD_CHARS", 60)

    assert refusal(json.dumps(PREAMBLE) + "\n" + "[" + "1," * 60).code == "record.long"


def test_there_is_a_limit_to_entries(monkeypatch):
    monkeypatch.setattr(_limits, "ROWS", 2)

    assert refusal(json.dumps({**PREAMBLE, "entries": [{}] * 3})).code == "rows.excess"
    assert len(rows(FORMAT, json.dumps({**PREAMBLE, "entries": [{}] * 2}))) == 2


def test_the_template_is_read_without_a_word():
    (reading,) = read(TEMPLATES / "efficiency-frontier.json")

    assert reading.issues == ()
    assert reading.settings == {"engine": "example-engine 1.10", "batch_size": 8}


@pytest.mark.parametrize(
    ("version", "origin", "severities"),
    [
        (1, "", ["info"]),
        ("1.0", "", ["info"]),
        (1.1, "", ["error"]),
        (1.1, "METERED", []),
        (1, "METERED", []),
    ],
)
def test_a_rule_that_came_later_is_a_note_for_files_made_before(version, origin, severities):
    energy = {"value": 5, "unit": "J"} | ({"origin": origin} if origin else {})
    entries = [{"model": "m", "values": {"node_energy": energy}}]
    document = {"format": "efficiency-frontier", "version": version, "entries": entries}

    (reading,) = read_text(FORMAT, json.dumps(document))

    found = [issue.severity for issue in reading.issues if issue.code == "origin.missing"]
    assert found == severities
    assert reading.values["node_energy"].raw == "5"


def test_somebodys_own_entries_are_told_how_to_begin():
    entries = b'[{"model": "Heron-7B", "benchmark": "mmlu", "accuracy": 0.45}]'

    assert formats.detect(Head(entries)) == []
    assert '"format": "efficiency-frontier"' in formats.advice(Head(entries))
    assert formats.advice(Head(b'{"name": "x", "version": 1}')) == ""
