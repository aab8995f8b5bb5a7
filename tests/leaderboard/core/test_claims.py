"""Claims on their scales, their topics, and whether their own numbers bear them out."""

import json
import re
from types import SimpleNamespace

import pytest

from leaderboard.core import claims, techniques
from leaderboard.core.claims import BASELINE, Check, Undrawn, agree, extent, verdict
from leaderboard.datafiles import DATA

PAPERS = json.loads((DATA / "papers.json").read_text(encoding="utf-8"))


def claim(kind, value, unit, direction="none", **more):
    low, high = value if isinstance(value, tuple) else (None, None)
    fields = {
        "quantity": "energy",
        "kind": kind,
        "value": None if isinstance(value, tuple) else value,
        "low": low,
        "high": high,
        "unit": unit,
        "direction": direction,
        "is_upper_bound": False,
        "is_lower_bound": False,
    }
    return SimpleNamespace(**fields | more)


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        (claim("CHANGE", 40, "%", "decrease"), 0.6, 0.6),
        (claim("CHANGE", 61, "%", "increase"), 1.61, 1.61),
        (claim("RATIO", 5, "x", "decrease"), 0.2, 0.2),
        (claim("RATIO", 12.5, "x", "increase"), 12.5, 12.5),
        (claim("RATIO", 0.36, "%"), 0.0036, 0.0036),
        (claim("RANGE", (23, 50), "%", "decrease"), 0.5, 0.77),
        (claim("RANGE", (2, 3), "x", "decrease"), 1 / 3, 1 / 2),
        (claim("RANGE", (2.58, 5.71), "x", "increase"), 2.58, 5.71),
    ],
)
def test_what_is_told_against_a_baseline_becomes_a_factor(said, low, high):
    found = extent(said)

    assert found.scale == BASELINE
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("said", "key", "low", "high"),
    [
        (claim("ABSOLUTE", 7, "B"), "parameters", 7e9, 7e9),
        (claim("ABSOLUTE", 60, "M"), "parameters", 6e7, 6e7),
        (claim("ABSOLUTE", 1.4, "T tokens"), "tokens", 1.4e12, 1.4e12),
        (claim("RANGE", (1174, 8800), "GPUs"), "count", 1174, 8800),
        (claim("RANGE", (20, 60), "%"), "%", 20, 60),
        (claim("ABSOLUTE", 15, "minutes"), "seconds", 900, 900),
        (claim("ABSOLUTE", 15, "s", "decrease"), "difference seconds", -15, -15),
        (claim("ABSOLUTE", 4, "ms", "increase"), "difference seconds", 0.004, 0.004),
        (claim("ABSOLUTE", 3, "furlongs"), "furlongs", 3, 3),
    ],
)
def test_levels_and_differences_keep_their_unit_without_its_prefix(said, key, low, high):
    found = extent(said)

    assert found.scale.key == key
    assert (found.low, found.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (claim("ABSOLUTE", 0.398, "unspecified"), "no unit"),
        (claim("RATIO", 14, "x"), "not of which of the two"),
        (claim("CHANGE", 100, "%", "decrease"), "Nothing would be left"),
        (claim("RATIO", 0, "x", "decrease"), "Nothing would be left"),
        (claim("CHANGE", 3, "dB", "decrease"), "“dB”"),
        (claim("ABSOLUTE", None, "B"), "no number"),
    ],
)
def test_what_stands_on_no_scale_says_why(said, reason):
    with pytest.raises(Undrawn, match=reason):
        extent(said)


@pytest.mark.parametrize(
    ("stated", "found", "expected"),
    [
        (67, 66.6667, True),
        (93, 88.8889, False),
        (0.36, 0.35714, True),
        (0.36, 0.3549, False),
        (9.6, 9.55, True),
        (9.6, 9.54, False),
        (None, 1, False),
    ],
)
def test_a_number_agrees_if_it_rounds_to_the_stated_one(stated, found, expected):
    assert agree(stated, found) is expected


def test_a_check_may_divide_and_reads_ends_of_ranges():
    said = [
        claim("RANGE", (20, 60), "%"),
        claim("ABSOLUTE", 3.0, "GB"),
        claim("ABSOLUTE", 2.0, "GB"),
        claim("RATIO", 50.0, "%"),
        claim("CHANGE", 33.3, "%", "increase"),
    ]
    written = "{:g}{}".format

    # (2 / 0.5) / 3 is a third more.
    third = Check(
        4, "relative_change", {"quantity": "2/3", "reference": "1"}, "{quantity} {result}"
    )
    found = verdict(third, said, lambda value, unit: written(round(value, 1), unit))

    assert found.value == pytest.approx(100 / 3)
    assert found.agrees
    assert found.says == "2GB 33.3%"


def test_a_check_on_something_that_is_not_said_is_refused():
    said = [claim("RANGE", (20, 60), "%")]

    with pytest.raises(ValueError, match="no such number"):
        verdict(
            Check(0, "relative_change", {"quantity": "0", "reference": 1}, ""), said, "{}{}".format
        )


# What ships


def test_every_quantity_of_the_papers_has_a_topic_of_its_own():
    quantities = {each["quantity"] for paper in PAPERS for each in paper["claims"]}

    assert {q for q in quantities if claims.topic_of(q) == claims.OTHER} == set()
    listed = [quantity for topic in claims.TOPICS for quantity in topic.quantities]
    assert len(listed) == len(set(listed))
    assert claims.topic_of("something new") == claims.OTHER


def test_every_kind_names_surveys_and_words_of_our_papers():
    surveys = {paper["slug"] for paper in PAPERS if paper["kind"] == "survey"}
    words = {word for paper in PAPERS for word in paper["categories"]}
    terms = [term for kind in techniques.KINDS for term in kind.terms]

    assert all(kind.surveys and set(kind.surveys) <= surveys for kind in techniques.KINDS)
    assert set(terms) <= words
    assert len(terms) == len(set(terms))
    assert all(re.fullmatch("[a-z-]+", kind.slug) for kind in techniques.KINDS)


def test_the_first_category_that_means_a_technique_decides():
    assert techniques.kind_of(["vision", "token-pruning", "moe"]) == "PRUNING"
    assert techniques.kind_of(["metrics", "evaluation"]) == ""
