"""The forms on the pages of metrics and analyses, as a browser without script sends them."""

import math
import re
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.utils.html import escape
from django.utils.http import urlencode

from leaderboard import quantities
from leaderboard.core import analyses, metrics
from leaderboard.core.compute import STATED

pytestmark = pytest.mark.django_db
# What gunicorn takes as one line, with the method and the version around the address.
LONGEST_ADDRESS = 4094 - len("GET  HTTP/1.1")
TRIALS = [
    pytest.param(metric, name, examples, id=name)
    for metric in metrics.ALL.values()
    for name, examples in [
        *([(STATED, metric.examples)] if metric.examples else []),
        *((recipe.name, recipe.examples) for recipe in metric.formulas),
    ]
]


class Forms(HTMLParser):
    """The forms of a page, each as name → text, and the names of the fields marked as wrong."""

    def __init__(self, page: str):
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.wrong: list[str] = []
        self.described: set[str] = set()
        self.ids: list[str] = []
        self._area = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "form":
            self.forms.append({})
        if "name" not in found or tag not in ("input", "textarea", "select"):
            return self._chosen(tag, found)
        if found.get("aria-invalid"):
            self.wrong.append(found["name"])
        if "aria-describedby" in found:
            self.described.add(found["aria-describedby"])
        self._area = found["name"] if tag != "input" else ""
        self.forms[-1][found["name"]] = found.get("value", "")
        self._is_select = tag == "select"
        return None

    def _chosen(self, tag, found):
        self._is_option = tag == "option" and "selected" in found

    def handle_data(self, text):
        if self._area and (not self._is_select or getattr(self, "_is_option", False)):
            self.forms[-1][self._area] += text

    def handle_endtag(self, tag):
        if tag in ("textarea", "select"):
            self._area = ""


def forms(page) -> Forms:
    return Forms(page.content.decode())


@pytest.mark.parametrize(("metric", "name", "examples"), TRIALS)
def test_the_form_of_a_formula_gives_its_example(client, metric, name, examples):
    address = f"/metrics/{metric.slug}/"
    (form,) = [one for one in forms(client.get(address)).forms if one.get("recipe") == name]
    asked = f"{address}?{urlencode(form)}"
    assert len(asked) <= LONGEST_ADDRESS

    answer = client.get(asked)

    example = next(one for one in examples if one.expected is not None)
    text = answer.content.decode()
    if example.expected == math.inf:
        assert "<strong>Infinite:</strong>" in text
    else:
        assert f"{escape(metric.label)} = <strong>" in text
        # Wide bounds of an input leave fewer digits than the expected value has.
        is_exact = not any("low" in one for one in example.inputs.values() if type(one) is dict)
        if is_exact and not example.within:
            exact = quantities.scale(metric.slug, [example.expected]).quantity(example.expected)
            assert f"<strong>{exact}" in text
    assert forms(answer).wrong == []


@pytest.mark.parametrize("slug", analyses.ALL)
def test_the_form_of_an_analysis_finds_what_its_example_finds(client, slug):
    address = f"/analyses/{slug}/"
    first = client.get(address)
    form = forms(first).forms[-1]

    answer = client.post(address, form)

    assert answer.status_code == 200
    assert forms(answer).wrong == []
    # What stands beside “What the example finds” stands in the answer too.
    shown = first.content.decode().partition("What the example finds")[2].partition("</section>")[0]
    found = answer.content.decode().partition('role="status"')[2].partition("</section>")[0]
    rows = re.findall(r"<tr>.*?</tr>|<dt>.*?</dd>", shown, re.DOTALL)
    assert rows
    for row in rows:
        assert row in found


def test_an_analysis_form_is_protected():
    assert Client(enforce_csrf_checks=True).post("/analyses/preference/").status_code == 403


@pytest.mark.parametrize(
    ("sent", "wrong"),
    [
        ({"cost": "1 J", "quality": "0.5"}, ["cost"]),
        ({"cost": "1", "quality": "half"}, ["quality"]),
        ({"cost": "one", "quality": "half"}, ["cost"]),
        ({"cost": "", "quality": "0.5"}, ["cost"]),
        ({"cost": "1", "quality": "7"}, ["quality"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, sent, wrong):
    answer = client.get("/metrics/cost_of_pass/", {"recipe": "cost_of_pass.from_totals/1"} | sent)

    found = forms(answer)
    assert answer.status_code == 200
    assert found.wrong == wrong
    assert found.described <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))


def test_what_was_sent_stands_in_the_form_again_and_is_no_markup(client):
    hostile = '"><script>alert(1)</script>'
    sent = {"recipe": "cost_of_pass.from_totals/1", "cost": hostile, "quality": "0.5"}

    answer = client.get("/metrics/cost_of_pass/", sent)

    assert "<script>alert" not in answer.content.decode()
    (form,) = [one for one in forms(answer).forms if one.get("recipe") == sent["recipe"]]
    assert form["cost"] == hostile


@pytest.mark.parametrize(
    "text", ["[", "{}", "[[[]]]", "[" * 5000, "\x00", "9" * 5000, '[{"model": 3.5}]', "nonsense"]
)
def test_no_text_breaks_a_form(client, text):
    for slug, analysis in analyses.ALL.items():
        answer = client.post(f"/analyses/{slug}/", {one.name: text for one in analysis.inputs})

        assert answer.status_code in (200, 422)
        assert forms(answer).wrong


def test_no_input_is_called_like_the_field_that_names_the_formula():
    names = {
        one.name for metric in metrics.ALL.values() for r in metric.formulas for one in r.terms
    }

    assert not names & {"recipe", "csrfmiddlewaretoken"}
