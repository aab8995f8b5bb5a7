"""The site's chart styles for drawings that leave it: every token is resolved for one theme."""

import re
from functools import lru_cache
from pathlib import Path

STATIC = Path(__file__).parent.parent / "static"
TOKEN = re.compile(r"^\s*--([\w-]+):\s*([^;]+);", re.MULTILINE)
EITHER = re.compile(r"light-dark\(\s*([^,()]+),\s*([^()]+)\)")
NAMED = re.compile(r"var\(--([\w-]+)\)")
# Rules for what is inside a chart. That of the chart itself sizes it for a page.
RULE = re.compile(r"^\s*(\.chart [^{}]+)\{([^{}]*)\}", re.MULTILINE)


@lru_cache(maxsize=2)
def tokens(theme: str) -> dict[str, str]:
    """Name → value of every token, as the theme has it."""
    text = (STATIC / "tokens.css").read_text(encoding="utf-8")
    side = 1 if theme == "light" else 2
    found: dict[str, str] = {}
    for name, value in TOKEN.findall(text):
        # The first stands at the root; later ones are for contrast.
        found.setdefault(name, EITHER.sub(lambda pair: pair[side].strip(), value))
    return {name: resolved(value, found) for name, value in found.items()}


def resolved(text: str, known: dict[str, str]) -> str:
    """The text with every named token in place of its name."""
    while (found := NAMED.search(text)) and found[1] in known:
        text = text.replace(found[0], known[found[1]])
    return text


@lru_cache(maxsize=2)
def of_charts(theme: str) -> str:
    """The rules of the site for the insides of a chart, without anything to look up."""
    text = (STATIC / "site.css").read_text(encoding="utf-8")
    known = tokens(theme)
    rules = (
        f"{selector.strip()}{{{' '.join(resolved(body, known).split())}}}"
        for selector, body in RULE.findall(text)
    )
    return "".join(rule for rule in rules if "var(" not in rule)
