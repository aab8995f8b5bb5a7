"""What is written of the formats, on pages and in the API."""

from types import ModuleType

import pytest

from ingest import documentation
from ingest.formats import FORMATS
from ingest.references import REFERENCES

TEXT = """# Result formats

| slug | file | gives | must be asked |
|---|---|---|---|
| `some-tool` | Some tool's `out.csv` | energy & time | the *model* |

## Some tool

Reads <script>alert(1)</script> and [links](javascript:alert(1)).

| column | means |
|---|---|
| `a` | b |

    some-tool --csv > out.csv

## Some and more

Of another.

## Some tool, version 2

The second.
"""


def module(slug, label):
    made = ModuleType(slug)
    made.__dict__.update(SLUG=slug, LABEL=label)
    made.__doc__ = "Its `out.csv`: one row\nper run.\n\nMore."
    return made


@pytest.fixture
def read():
    made = [module("some-tool", "Some tool (CSV)"), module("v2", "Some tool v2"), module("x", "X")]
    return documentation.read(TEXT, made)


def test_a_format_is_told_by_its_line_its_section_and_its_docstring(read):
    one = read["some-tool"]

    assert one.about == "Its <code>out.csv</code>: one row per run."
    assert one.gives == "energy &amp; time"
    assert one.asks == "the <em>model</em>"
    assert "<code>some-tool --csv &gt; out.csv" in one.section


def test_the_heading_with_most_words_of_a_label_is_its_section(read):
    assert read["v2"].section == "<p>The second.</p>\n"


def test_what_is_not_written_is_empty(read):
    assert (read["x"].gives, read["x"].section) == ("", "")


def test_html_in_the_text_is_shown_as_text(read):
    section = read["some-tool"].section

    assert "<script>" not in section
    assert "&lt;script&gt;" in section
    assert 'href="javascript:' not in section


def test_every_format_has_its_line_and_its_section():
    found = documentation.formats()

    assert found.keys() == FORMATS.keys()
    assert [slug for slug, one in found.items() if not (one.file and one.gives and one.asks)] == []
    assert [slug for slug, one in found.items() if not one.section] == []


@pytest.mark.django_db
def test_the_list_links_to_a_page_for_each_format(client):
    page = client.get("/formats/").content.decode()

    for slug, one in documentation.formats().items():
        assert f'<a href="/formats/{slug}/">' in page
        answer = client.get(one.get_absolute_url())
        assert answer.status_code == 200
        assert one.section in answer.content.decode()
    assert all(each.LABEL in page for each in REFERENCES.values())


@pytest.mark.django_db
def test_our_own_formats_have_templates_to_fill_in(client):
    page = client.get("/formats/efficiency-frontier-csv/").content.decode()

    assert 'href="/submit/template.csv"' in page
    assert client.get("/submit/template.csv").status_code == 200


@pytest.mark.django_db
def test_there_is_no_page_of_an_unknown_format(client):
    assert client.get("/formats/nothing/").status_code == 404


@pytest.mark.django_db
def test_the_api_says_in_plain_text_what_the_pages_say(client):
    rows = {row["slug"]: row for row in client.get("/api/v1/formats/").json()["results"]}

    assert rows.keys() == FORMATS.keys()
    assert rows["codecarbon-csv"]["file"] == "CodeCarbon emissions.csv"
    assert rows["codecarbon-csv"]["asks"] == "task, samples, quality, often the model"
    assert rows["codecarbon-csv"]["url"].endswith("/formats/codecarbon-csv/")
