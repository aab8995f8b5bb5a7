"""Each analysis can be read about and finds what its worked examples say."""

from collections.abc import Mapping
from xml.etree import ElementTree

import pytest

from leaderboard.core import analyses, formulas
from leaderboard.core.contract import is_finite

EXAMPLES = [
    pytest.param(slug, example, id=f"{slug}-{place}")
    for slug, analysis in analyses.ALL.items()
    for place, example in enumerate(analysis.examples)
]
every_analysis = pytest.mark.parametrize(
    "analysis", analyses.ALL.values(), ids=lambda analysis: analysis.slug
)


def close(found, expected, within):
    """Asserts that each expected part was found, however deep."""
    if isinstance(expected, Mapping):
        for name, part in expected.items():
            close(found[name], part, within)
    elif isinstance(expected, list) and expected and isinstance(expected[0], Mapping):
        for one, part in zip(found, expected, strict=False):
            close(one, part, within)
    elif isinstance(expected, float):
        tolerance = {"abs": within, "rel": 0} if within else {"rel": 1e-6, "abs": 1e-12}
        assert found == pytest.approx(expected, **tolerance)
    else:
        assert found == expected


@pytest.mark.parametrize(("slug", "example"), EXAMPLES)
def test_an_analysis_finds_its_worked_example(slug, example):
    finding = analyses.run(slug, example.inputs)

    assert (finding.state, finding.reason) == (analyses.FOUND, "")
    assert is_finite(finding.found)
    close(finding.found, example.expected, example.within)


@every_analysis
def test_an_analysis_has_an_example_a_source_and_a_page(analysis):
    assert analysis.examples
    assert analysis.sources
    assert analysis.outputs
    assert analysis.label[0].isupper()
    assert analysis.head.endswith(".")
    assert ElementTree.fromstring(analysis.mathml).tag == "math"
    assert formulas.plain(analysis.written)
    for asked in analysis.inputs:
        assert asked.meaning
        assert asked.unit


@every_analysis
def test_an_analysis_of_nothing_says_what_is_missing(analysis):
    finding = analyses.run(analysis.slug, {})

    assert finding.state == analyses.MISSING
    assert finding.field in {asked.name for asked in analysis.inputs}
