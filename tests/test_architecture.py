"""Which module may import which. Each rule also has a violation planted, which it must find."""

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from leaderboard.faults import POINTS, PROTECTIONS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("efficiency_site", "leaderboard", "ingest")
SCIENCE = {"numpy", "scipy", "moocore", "pint"}
# What reads the containers that the standard library can't. Heavy ones are imported when wanted.
CONTAINERS = {"yaml"}
HOMELESS = {"utils", "helpers", "services", "managers", "common", "misc"}

# Imports point down. What is not named here is a story or belongs to one.
LAYERS = {
    "leaderboard.core": 0,
    "leaderboard.faults": 0,
    "ingest.readings": 0,
    "ingest.formats": 0,
    "ingest.references": 0,
    "leaderboard.models": 1,
    "leaderboard.tasks": 3,
    "ingest.tasks": 3,
    "leaderboard.api": 4,
    "leaderboard.admin": 4,
    "leaderboard.health": 4,
    "leaderboard.management": 4,
    "leaderboard.urls": 4,
    "leaderboard.views": 4,
    "ingest.api": 4,
    "ingest.forms": 4,
    "ingest.grid": 4,
    "ingest.problems": 4,
    "ingest.questions": 4,
    "ingest.sent_files": 4,
    "ingest.row_views": 4,
    "ingest.submission_page": 4,
    "ingest.management": 4,
    "ingest.review": 4,
    "ingest.urls": 4,
    "ingest.views": 4,
    "efficiency_site": 5,
}
STORY = 2

Complaints = Iterator[str]
Rule = Callable[[str, ast.Module], Complaints]


def layer(module: str) -> int:
    """The layer of a module: that of the nearest name above it that has one."""
    while module:
        if module in LAYERS:
            return LAYERS[module]
        module = module.rpartition(".")[0]
    return STORY


def imported(tree: ast.Module) -> Iterator[str]:
    """Every module that is imported, and every name imported from one, which may be a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def within(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_ours(module: str) -> bool:
    return within(module, *PACKAGES)


def the_core_is_pure(module: str, tree: ast.Module) -> Complaints:
    """The core imports itself, the standard library and libraries of numbers."""
    if not within(module, "leaderboard.core"):
        return
    for name in imported(tree):
        top = name.partition(".")[0]
        known = top in SCIENCE or top in sys.stdlib_module_names or name == "__future__"
        if not known and not within(name, "leaderboard.core"):
            yield f"{module} imports {name}"


def formats_are_plain(module: str, tree: ast.Module) -> Complaints:
    """Formats import the standard library, readers of containers, readings and each other."""
    plain = ["ingest.formats", "ingest.readings"]
    if within(module, "ingest.references"):
        plain.append("ingest.references")
    elif not within(module, "ingest.formats"):
        return
    for name in imported(tree):
        top = name.partition(".")[0]
        known = top in sys.stdlib_module_names or top in CONTAINERS
        if not known and not within(name, *plain):
            yield f"{module} imports {name}"


def the_leaderboard_does_not_know_ingest(module: str, tree: ast.Module) -> Complaints:
    if within(module, "leaderboard"):
        yield from (f"{module} imports {name}" for name in imported(tree) if within(name, "ingest"))


def imports_point_down(module: str, tree: ast.Module) -> Complaints:
    """So nothing below tasks imports tasks: stories return what became stale."""
    for name in imported(tree):
        if is_ours(name) and layer(name) > layer(module):
            yield f"{module} imports {name} from above"


def imports_stand_at_the_top(module: str, tree: ast.Module) -> Complaints:
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    yield f"{module} imports inside {function.name}"


def modules_have_a_home(module: str, tree: ast.Module) -> Complaints:
    if HOMELESS & set(module.split(".")):
        yield f"{module} says nothing about what is in it"


def faults_are_declared(module: str, tree: ast.Module) -> Complaints:
    """A misspelt name would never hurt and always protect."""
    for function, name in fault_names(tree):
        if name not in (POINTS if function == "fault" else PROTECTIONS):
            yield f"{module} calls {function}({name!r})"


def fault_names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The calls of `fault` and `is_protected` with their argument."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(
                func=ast.Name(id="fault" | "is_protected" as function),
                args=[ast.Constant(value=str(name))],
            ):
                yield function, name


def modules() -> Iterator[tuple[str, ast.Module]]:
    """All modules of the three packages, by name."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" in parts:
                continue
            name = ".".join(parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(), str(path))


# Rule → a module and a text that break it.
RULES: dict[Rule, tuple[str, str]] = {
    the_core_is_pure: ("leaderboard.core.pareto", "from django.db import models"),
    formats_are_plain: ("ingest.formats.planted", "from ingest.resolve import Resolver"),
    the_leaderboard_does_not_know_ingest: ("leaderboard.views.home", "from ingest import pipeline"),
    imports_point_down: ("leaderboard.frontiers", "from leaderboard import tasks"),
    imports_stand_at_the_top: ("ingest.pipeline", "def receive():\n    import json"),
    modules_have_a_home: ("leaderboard.utils", ""),
    faults_are_declared: ("ingest.pipeline", "fault('mid_copi')"),
}
MORE_VIOLATIONS = [
    (the_core_is_pure, "leaderboard.core.derive", "import leaderboard.models"),
    (the_core_is_pure, "leaderboard.core", "import pandas"),
    (formats_are_plain, "ingest.formats._table", "import polars"),
    (formats_are_plain, "ingest.formats._table", "from ingest.references import detect"),
    (formats_are_plain, "ingest.references.planted", "from leaderboard.models import Source"),
    (imports_point_down, "leaderboard.models.boards", "from leaderboard.frontiers import refresh"),
    (imports_point_down, "ingest.pipeline", "from ingest.tasks import ingest"),
    (imports_point_down, "leaderboard.tasks", "import leaderboard.views"),
    (imports_point_down, "leaderboard.estimates", "from efficiency_site.celery import app"),
    (imports_stand_at_the_top, "a", "class A:\n  async def b(self):\n    if self:\n      import c"),
    (faults_are_declared, "ingest.tasks", "if not is_protected('mid_copy'): pass"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule):
    assert [complaint for name, tree in modules() for complaint in rule(name, tree)] == []


@pytest.mark.parametrize(
    ("rule", "module", "text"),
    [*((rule, *planted) for rule, planted in RULES.items()), *MORE_VIOLATIONS],
)
def test_a_planted_violation_is_found(rule, module, text):
    assert len(list(rule(module, ast.parse(text)))) == 1


def test_all_modules_are_looked_at():
    names = {name for name, _ in modules()}

    assert {"leaderboard.core.pareto", "ingest.formats", "efficiency_site.settings"} <= names
    assert len(names) > 60


def test_every_fault_is_used_somewhere():
    used = {found for _, tree in modules() for found in fault_names(tree)}

    assert {name for function, name in used if function == "fault"} == set(POINTS)
    assert {name for function, name in used if function == "is_protected"} == set(PROTECTIONS)
