"""A view's chart as a picture that stands alone: SVG, and the same as PNG.

Title, sentence, version, source and licence are inside it, and so are its styles.
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import resvg_py
from django.utils.html import escape

from leaderboard import drawings, stylesheet
from leaderboard.charts import Scatter
from leaderboard.citation import Citation
from leaderboard.labels import CHARACTER
from leaderboard.quantities import count

WIDTH, NARROWEST, WIDEST = 1000, 320, 1600
# Below this a drawing carries fewer names and is nearly square.
PHONE = 560
MARGIN = 24
SCALE, LARGEST_SCALE = 2, 3
FONTS = [
    str(Path(__file__).parent / "fonts" / name)
    for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
]
# From here on are the scripts that our fonts lack; then the machine's own are asked too.
BEYOND_OUR_FONTS = re.compile("[\u2e80-\uffef\U00010000-\U0010ffff]")
# What XML can't hold.
UNSPEAKABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Line:
    """A line of text, its style, its size in pixels and the room it takes."""

    text: str
    css: str
    size: float
    room: int


def svg(chart: Scatter, citation: Citation, *, width: int = WIDTH, theme: str = "light") -> str:
    """The figure; `width` is in pixels, the height follows from what is in it."""
    inner = width - 2 * MARGIN
    height = round(0.5 * inner) if width >= PHONE else round(0.9 * inner)
    above, below = head(citation, inner), foot(chart, citation, inner)
    top = MARGIN + sum(line.room for line in above)
    whole = top + height + sum(line.room for line in below) + MARGIN
    drawn = drawings.scatter(chart, inner, height, "figure", "", most=14 if width >= PHONE else 5)
    placed = drawn.replace(
        "<svg ", f'<svg x="{MARGIN}" y="{top}" width="{inner}" height="{height}" ', 1
    )
    known = stylesheet.tokens(theme)
    text = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {whole}" width="{width}" '
        f'height="{whole}" role="img" aria-labelledby="name about"><title id="name">'
        f'{escape(citation.title)}</title><desc id="about">{escape(citation.sentence)}</desc>'
        f"<metadata>{escape(citation.text)}</metadata>"
        f"<style>{style(theme)}</style>"
        f'<rect width="{width}" height="{whole}" fill="{known["paper"]}"/>'
        f"{lines(above, MARGIN)}{placed}{lines(below, top + height)}</svg>"
    )
    return UNSPEAKABLE.sub("", text)


def png(drawn: str, *, scale: int = SCALE) -> bytes:
    """A figure of `svg` in pixels, `scale` of them for one of its own."""
    return resvg_py.svg_to_bytes(
        svg_string=drawn,
        zoom=scale,
        font_files=FONTS,
        font_family="DejaVu Sans",
        sans_serif_family="DejaVu Sans",
        skip_system_fonts=not BEYOND_OUR_FONTS.search(drawn),
    )


def style(theme: str) -> str:
    known = stylesheet.tokens(theme)
    return (
        f"text{{font-family:{known['font-text']};fill:{known['ink-soft']};font-size:12px}}"
        f".title{{font-size:18px;font-weight:600;fill:{known['ink']}}}"
        f".fine{{font-size:11px;fill:{known['ink-faint']}}}"
        f"{stylesheet.of_charts(theme)}"
    )


def head(citation: Citation, width: int) -> list[Line]:
    """The title and the sentence behind it; below the last is room for the axis title."""
    said = citation.sentence.removeprefix(f"{citation.title}: ")
    said = f"{said[:1].upper()}{said[1:]}."
    found = [*wrapped(citation.title, "title", 18, width), *wrapped(said, "", 12, width)]
    return [*found[:-1], Line(found[-1].text, found[-1].css, found[-1].size, 34)]


def foot(chart: Scatter, citation: Citation, width: int) -> list[Line]:
    """How to read it, and where it comes from."""
    keys = ["Line: frontier of the two values shown. Grey: beaten on both."]
    if chart.has_others:
        keys.append("Coloured beside the line: on the frontier of all objectives.")
    if chart.estimated.any():
        keys.append("Hollow: estimated.")
    if chart.thinned_out:
        drawn = count(len(chart), "entry is", "entries are")
        all_of_them = len(chart) + chart.thinned_out
        keys.append(f"{drawn} drawn of {all_of_them:,}: the frontier and a sample.")
    if chart.left_out:
        keys.append(f"{count(chart.left_out, 'entry', 'entries')} without both values not drawn.")
    return [
        Line("", "", 12, 10),
        *wrapped(" ".join(keys), "fine", 11, width),
        *wrapped(citation.source_line, "fine", 11, width),
    ]


def wrapped(text: str, css: str, size: int, width: int) -> list[Line]:
    """The text in lines as long as the width allows."""
    room = int(width / (CHARACTER * size / 12))
    return [Line(line, css, size, round(1.5 * size)) for line in textwrap.wrap(text, room)]


def lines(found: list[Line], top: float) -> str:
    parts = []
    for line in found:
        if line.text:
            parts.append(
                f'<text class="{line.css}" x="{MARGIN}" y="{top + line.size}">'
                f"{escape(line.text)}</text>"
            )
        top += line.room
    return "".join(parts)
