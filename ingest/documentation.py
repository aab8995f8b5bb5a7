"""What `docs/formats.md` says of each format: one text for developers, pages and API.

A format has a line in the first table, found by its slug, and a section whose heading has no words
but those of its label. Nothing of a format is written down a second time.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ingest.formats import FORMATS

PAGE = Path("docs/formats.md")
# Our own formats can be filled in.
TEMPLATES = {
    "efficiency-frontier-csv": ("csv",),
    "efficiency-frontier-json": ("json",),
}
_SLUG_COLUMN = "slug"
_BAR = re.compile(r"(?<!\\)\|")
_FILLERS = frozenset({"and", "or", "of", "the"})


@dataclass(frozen=True)
class Documented:
    """A format as its page and the API show it."""

    slug: str
    label: str
    about: SafeString
    file: SafeString
    gives: SafeString
    asks: SafeString
    section: SafeString
    templates: tuple[str, ...]

    def get_absolute_url(self) -> str:
        return f"/formats/{self.slug}/"


@lru_cache(maxsize=1)
def formats() -> dict[str, Documented]:
    """All formats by slug, in the order of their labels."""
    text = (settings.BASE_DIR / PAGE).read_text(encoding="utf-8")
    return read(text, sorted(FORMATS.values(), key=lambda module: module.LABEL.casefold()))


def read(text: str, modules: list[ModuleType]) -> dict[str, Documented]:
    """What a page in Markdown says of these formats. What it does not say is empty."""
    lines, sections = table_of(text), sections_of(text)
    found = {}
    for module in modules:
        file, gives, asks = lines.get(module.SLUG, ("", "", ""))
        heading = heading_of(module.LABEL, sections)
        found[module.SLUG] = Documented(
            slug=module.SLUG,
            label=module.LABEL,
            about=inline(first_paragraph(module)),
            file=inline(file),
            gives=inline(gives),
            asks=inline(asks),
            section=html(sections[heading]) if heading else SafeString(""),
            templates=TEMPLATES.get(module.SLUG, ()),
        )
    return found


def first_paragraph(module: ModuleType) -> str:
    """What a module's docstring says first, on one line."""
    return " ".join((module.__doc__ or "").split("\n\n")[0].split())


def table_of(text: str) -> dict[str, tuple[str, str, str]]:
    """Slug → the other cells of its line in the table that lists the formats."""
    lines = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in _BAR.split(line.strip().strip("|"))]
        if line.startswith("|") and len(cells) == 4:
            lines[cells[0].strip("`")] = (cells[1], cells[2], cells[3])
    lines.pop(_SLUG_COLUMN, None)
    return lines


def sections_of(text: str) -> dict[str, str]:
    """Heading of the second level → what stands under it."""
    parts = re.split(r"^## +(.+?) *$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def heading_of(label: str, headings: dict[str, str]) -> str:
    """The heading with most words of which all are in the label, or nothing."""
    fitting = [heading for heading in headings if words(heading) <= words(label)]
    return max(fitting, key=lambda heading: len(words(heading)), default="")


def words(text: str) -> set[str]:
    """The words that tell one name from another: “version 3” is “v3”, and a plural its singular."""
    folded = re.sub(r"\bversion\s+(?=\d)", "v", text.casefold())
    found = set(re.findall(r"[a-z0-9]+", folded)) - _FILLERS
    return {word.removesuffix("s") for word in found}


def inline(text: str) -> SafeString:
    """One line of Markdown as HTML."""
    return mark_safe(_markdown().renderInline(text))


def html(text: str) -> SafeString:
    """Markdown as HTML of our pages. HTML in it is shown as text."""
    return mark_safe(_markdown().render(text.strip()))


@lru_cache(maxsize=1)
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.add_render_rule("table_open", _table_open)
    made.add_render_rule("table_close", _table_close)
    made.add_render_rule("th_open", _th_open)
    made.add_render_rule("td_open", _td_open)
    made.add_render_rule("bullet_list_open", _bullets)
    made.add_render_rule("fence", _fence)
    return made


def _table_open(renderer, tokens: list[Token], at: int, options, env) -> str:
    """A table that scrolls by itself, named by its first header."""
    header = next((token.content for token in tokens[at:] if token.type == "inline"), "")
    name = escape(re.sub(r"[`*_]", "", header))
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="Table: {name}">'
        f'<table class="data"><caption class="hidden-visually">Table: {name}</caption>\n'
    )


def _table_close(renderer, tokens: list[Token], at: int, options, env) -> str:
    return "</table></div>\n"


def _th_open(renderer, tokens: list[Token], at: int, options, env) -> str:
    return '<th scope="col">'


def _td_open(renderer, tokens: list[Token], at: int, options, env) -> str:
    return '<td class="wrap">'


def _bullets(renderer, tokens: list[Token], at: int, options, env) -> str:
    return '<ul class="bullets">\n'


def _fence(renderer, tokens: list[Token], at: int, options, env) -> str:
    """Code that the keyboard can scroll."""
    return f'<pre tabindex="0"><code>{escape(tokens[at].content)}</code></pre>\n'
