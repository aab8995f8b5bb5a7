"""Each metric can be read about, and each formula gives its worked examples."""

import math
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from leaderboard.core import formulas, metrics
from leaderboard.core.compute import INFINITE, MISSING, STATED, VALUE, compute
from leaderboard.core.contract import BADGES, Example
from leaderboard.core.interval import Interval

GPT4 = 6 * 222e9 * 13e12
RECIPES = {recipe.name: recipe for metric in metrics.ALL.values() for recipe in metric.formulas}
EXAMPLES = [
    pytest.param(metric.slug, name, example, id=f"{name}-{place}")
    for metric in metrics.ALL.values()
    for name, examples in [
        (STATED, metric.examples),
        *((recipe.name, recipe.examples) for recipe in metric.formulas),
    ]
    for place, example in enumerate(examples)
]
every_metric = pytest.mark.parametrize(
    "metric", metrics.ALL.values(), ids=lambda metric: metric.slug
)
every_formula = pytest.mark.parametrize("name", RECIPES)


@pytest.mark.parametrize(("slug", "recipe", "example"), EXAMPLES)
def test_a_formula_gives_its_worked_example(slug, recipe, example):
    found = compute(slug, example.inputs, recipe)

    if example.expected is None:
        assert (found.state, found.value) == (MISSING, None)
        assert found.reason
    elif example.expected == math.inf:
        assert (found.state, found.value) == (INFINITE, None)
        assert found.reason
    else:
        assert (found.state, found.reason) == (VALUE, "")
        tolerance = {"abs": example.within, "rel": 0} if example.within else {"rel": 1e-6}
        assert found.interval.value == pytest.approx(example.expected, **tolerance)


@every_metric
def test_a_metric_has_an_example_a_source_and_a_page(metric):
    assert metric.examples or metric.formulas
    assert metric.source
    assert metric.symbol
    assert metric.badge in BADGES
    assert metric.label[0].isupper()
    assert metric.head.endswith(".")
    assert metric.doc.endswith(".")
    assert metric.better in (metrics.HIGHER, metrics.LOWER, metrics.NEITHER)
    assert metric.edge_cases


@every_formula
def test_a_formula_has_an_example_with_a_value_and_a_badge(name):
    recipe = RECIPES[name]

    assert [example for example in recipe.examples if example.expected is not None]
    assert recipe.badge in BADGES
    assert len(name) <= 60
    for term in recipe.terms:
        assert term.meaning
        assert term.unit


@every_metric
def test_a_metric_s_formulas_are_called_after_it(metric):
    for recipe in metric.formulas:
        assert recipe.name.rpartition("/")[0].startswith(f"{metric.slug}.")


@every_formula
def test_a_formula_can_be_shown_without_script(name):
    recipe = RECIPES[name]

    shown = ElementTree.fromstring(recipe.mathml)

    assert shown.tag == "math"
    assert recipe.written


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if not recipe.asked])
def test_a_derived_formula_shows_each_input(name):
    assert formulas.names(RECIPES[name].formula_text) >= set(RECIPES[name].inputs)


def test_lives_span_the_published_scenarios():
    """T01a: 8,799.47 lives at MFU 0.20 and 1 year; and at 0.60 and 5 years a fifteenth of it."""
    found = RECIPES["gpu_lives.from_compute/1"].formula(Interval.exact(GPT4))

    assert math.ceil(found.value) == 2515
    assert found.high == pytest.approx(8799.467, abs=5e-4)
    assert found.low == pytest.approx(8799.467 / 15, rel=1e-6)
    # T01f guards the constant: Epoch's larger figure must not give the same.
    other = RECIPES["gpu_lives.from_compute/1"].formula(Interval.exact(2.1e25))
    assert math.ceil(other.high) == 10_672


def test_the_energies_count_unlike_boundaries():
    assert len({metrics.get(slug).boundary for slug in metrics.ENERGIES}) == 3


# A formula leads from one energy to the next, and carbon says by its recipe which one it used.
@pytest.mark.parametrize("slug", sorted(metrics.ALL.keys() - {*metrics.ENERGIES, "carbon"}))
def test_a_metric_never_mixes_what_its_energies_count(slug):
    counted = {
        metrics.ALL[name].boundary
        for recipe in metrics.get(slug).recipes
        for name in recipe.inputs
        if name in metrics.ALL
    }

    own = metrics.get(slug).boundary
    # A time that follows from an accelerator's energy and power counts no energy itself.
    assert counted - {""} <= {own} if own else len(counted - {""}) <= 1


@pytest.mark.parametrize(
    ("module", "complaint"),
    [
        ("METRIC = Metric('another', 'Another', 'J', LOWER)", "must live in another.py"),
        (
            """METRIC = Metric('planted', 'Planted', 'J', LOWER)
@METRIC.derived('planted.right/1', written='x', badge='no such badge')
def right(power): return power""",
            "has an unknown badge",
        ),
        (
            """METRIC = Metric('planted', 'Planted', 'J', LOWER)
@METRIC.derived('cost.from_hours/1', written='x')
def again(power): return power""",
            "there are two formulas called cost.from_hours/1",
        ),
        (
            """METRIC = Metric('planted', 'Planted', 'J', LOWER)
@METRIC.derived('planted.wrong/1', written='x')
def wrong(no_such_input): return no_such_input""",
            "asks for unknown inputs ['no_such_input']",
        ),
        ("raise RuntimeError('this file is broken')", "this file is broken"),
    ],
)
def test_a_metric_file_that_does_not_load_stops_the_start(tmp_path, module, complaint):
    core = Path(metrics.__file__).parents[1]
    shutil.copytree(
        core, tmp_path / "leaderboard" / "core", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "leaderboard" / "__init__.py").touch()
    planted = tmp_path / "leaderboard" / "core" / "metrics" / "planted.py"
    planted.write_text(f"from leaderboard.core.metrics import LOWER, Metric\n{module}\n")

    started = subprocess.run(
        [sys.executable, "-c", "import leaderboard.core.metrics"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert started.returncode == 1
    assert complaint in started.stderr


@pytest.mark.parametrize(
    ("note", "about"),
    [
        ("T01c: GPT-4, printed as 2,515", "GPT-4, printed as 2,515"),
        ("T01a, T01d; a change by 15 saves 93 %", "a change by 15 saves 93 %"),
        ("T03a, at another boundary", "at another boundary"),
        ("T02a", ""),
        ("OWL with GPT-4.1 on GAIA", "OWL with GPT-4.1 on GAIA"),
    ],
)
def test_a_reader_is_not_told_the_numbers_of_our_test_cases(note, about):
    assert Example({}, 1, note).about == about
