"""Formulas become MathML and lines of text."""

from xml.etree import ElementTree

import pytest

from leaderboard.core import formulas


def shown(text, symbols=None, left="y"):
    """The text of the element, signs and letters in order."""
    element = ElementTree.fromstring(formulas.mathml(text, symbols or {}, left=left))
    return "".join(element.itertext())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * b", "y=a×b"),
        ("a - (b - c)", "y=a−(b−c)"),
        ("(a + b) * c", "y=(a+b)×c"),
        ("a - b - c", "y=a−b−c"),
        ("(a - b)**2", "y=(a−b)2"),
        ("-a * 3.12e14", "y=−a×3.12×1014"),
        ("sqrt(a) + abs(b) + ceil(c)", "y=a+|b|+⌈c⌉"),
        ("sum(p[i] * q[i] for i in S)", "y=∑i∈Spi×qi"),
        ("min(v[m] for m in M if v[m] <= t)", "y=minm∈M:vm≤tvm"),
        ("integral(P, t)", "y=∫Pdt"),
        ("x if o > 0 else z", "y={xif\u00a0o>0zotherwise\u00a0"),
        ('alpha * "a word"', "y=α×a word"),
        ("f(a, b)", "y=f(a,b)"),
        ("eps_max", "y=εmax"),
    ],
)
def test_an_expression_is_shown_as_it_is_read(text, expected):
    assert shown(text) == expected


def test_names_are_shown_by_their_symbols():
    assert shown("cost / quality", {"cost": "C", "quality": "A"}) == "y=CA"


def test_lines_with_equations_stand_under_each_other_without_another_left_side():
    element = ElementTree.fromstring(formulas.mathml("a = b * c\nb = d", {}, left="y"))

    assert [row.tag for row in element.iter("mtr")] == ["mtr", "mtr"]
    assert "".join(element.itertext()) == "a=b×cb=d"


def test_signs_of_html_are_escaped():
    assert "&lt;" in formulas.mathml('a < "<script>"', {})
    assert "<script>" not in formulas.mathml('"<script>"', {})


def test_the_line_of_text_needs_no_markup():
    assert formulas.plain('a = b**2 * "peak"\nc - d') == "a = b² × peak; c − d"


@pytest.mark.parametrize("text", ["lambda: 1", "a and b", "import os"])
def test_what_is_no_formula_is_refused(text):
    with pytest.raises((ValueError, SyntaxError)):
        formulas.mathml(text, {})
