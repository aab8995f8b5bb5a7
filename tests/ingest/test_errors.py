"""Every code that the code can give is documented, and nothing else is."""

import ast
from pathlib import Path

from ingest.errors import ERRORS
from ingest.resolve import KINDS

INGEST = Path(__file__).resolve().parents[2] / "ingest"


def codes_in_source() -> set[str]:
    """First text arguments of Issue(…), problem(…) and .issue(…), as far as they are literal."""
    found = set()
    for file in INGEST.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            first = node.args[0]
            if name in ("Issue", "problem", "issue", "_refused") and isinstance(
                first, ast.Constant
            ):
                found.add(str(first.value))
    return found


def test_every_code_has_its_page():
    used = codes_in_source() | {f"{kind}.unknown" for kind in KINDS}
    used |= {f"{kind}.missing" for kind in KINDS}

    assert len(used) > 40
    assert used - ERRORS.keys() == set()


def test_a_code_is_two_words_and_says_what_to_do():
    for code, (title, text) in ERRORS.items():
        subject, problem = code.split(".")
        assert all([subject, problem, title, text])
