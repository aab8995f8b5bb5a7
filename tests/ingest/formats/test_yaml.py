import json

import pytest
import yaml

from ingest.formats import _yaml
from ingest.formats import efficiency_frontier_json as FORMAT
from ingest.readings import Unreadable
from tests.ingest.formats.reading import SAMPLES, read_text, rows


def refusal(text):
    with pytest.raises(Unreadable) as caught:
        _yaml.parsed(text)
    return caught.value.issue.code


def test_scalars_stay_as_written():
    text = "a: 1.10\nb: no\nc: 0x1F\nd: 2026-01-31\ne: 1_000\nf: '.inf'\ng: '~'\n"

    assert _yaml.parsed(text) == {
        "a": "1.10",
        "b": "no",
        "c": "0x1F",
        "d": "2026-01-31",
        "e": "1_000",
        "f": ".inf",
        "g": "~",
    }


def test_null_is_missing():
    assert _yaml.parsed("a: ~\nb: null\nc:\nd: [NULL, .NaN, -.inf, x]\n") == {
        "a": None,
        "b": None,
        "c": None,
        "d": [None, None, None, "x"],
    }


def test_a_repeated_key_keeps_its_first_value_and_is_told():
    assert _yaml.parsed("a: 1\na: 2\n") == {"a": "1", "(repeated keys)": "a"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a: &x [1]\nb: *x\n", "yaml.alias"),
        ("a: 1\n---\nb: 2\n", "yaml.repeated"),
        ("a: [1, 2", "yaml.invalid"),
        ("a: 1\n\tb: 2\n", "yaml.invalid"),
        ("a: \x07", "yaml.invalid"),
        ("[" * 60, "json.nested"),
        ("[" * 100_000, "yaml.invalid"),
        ("a: " + "x" * 40_000, "cell.long"),
    ],
)
def test_what_is_no_plain_yaml_is_refused(text, code):
    assert refusal(text) == code


def test_a_few_lines_that_stand_for_billions_are_refused():
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30)]

    assert refusal("\n".join(lines)) == "yaml.alias"


def test_no_tag_makes_an_object():
    assert _yaml.parsed("a: !!python/object/apply:os.system [ls]\n") == {"a": ["ls"]}


def test_entries_in_yaml_read_like_the_same_entries_in_json():
    source = (SAMPLES / "efficiency-frontier-json" / "results.json").read_bytes()
    as_written = json.loads(source, parse_float=str, parse_int=str)
    text = yaml.safe_dump(as_written, allow_unicode=True, sort_keys=False)

    assert read_text(FORMAT, text) == read_text(FORMAT, source)


def test_yaml_of_another_version_is_refused():
    with pytest.raises(Unreadable) as caught:
        rows(FORMAT, "format: efficiency-frontier\nversion: 2\nentries: []\n")

    assert caught.value.issue.code == "version.unknown"
