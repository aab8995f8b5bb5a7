"""A small SVG that says where an entry stands on a board, for its sender's own page."""

from dataclasses import dataclass

from django.utils.html import escape

from leaderboard import fates, stylesheet
from leaderboard.models import Board, Entry, Frontier

SITE = "Efficiency Frontier"
HEIGHT, PAD = 22, 8
# Of a letter at 11 px. The text is set to the width that this gives, whatever font is there.
LETTER, WIDE, THIN = 6.4, 9.0, 3.4


@dataclass(frozen=True)
class Badge:
    """What it says; only an entry on the frontier gets a colour."""

    text: str
    is_first: bool = False


def of(entry: Entry, board: Board) -> Badge:
    """Where a published entry stands on a board of its task."""
    if (fate := fates.gone([entry.pk]).get(entry.pk)) is not None:
        return Badge(f"{fate.code} · {board.title}")
    newest = Frontier.objects.filter(board=board, number=board.latest).first()
    if newest is None:
        return Badge(f"not ranked yet · {board.title}")
    version = f"v{newest.number} · {newest.published_at:%-d %b %Y}"
    layer = board.placements.live().filter(entry=entry).values_list("layer", flat=True).first()
    if layer is None:
        return Badge(f"not among the first {board.depth} layers of {board.title} · {version}")
    if layer == 1:
        return Badge(f"Pareto-optimal on {board.title} · {version}", is_first=True)
    return Badge(f"layer {layer} on {board.title} · {version}")


def svg(badge: Badge) -> str:
    """As wide as its text, in the light theme's colours: a page of somebody else has no theme."""
    known = stylesheet.tokens("light")
    left, right = width_of(SITE), width_of(badge.text)
    fill = known["badge-first"] if badge.is_first else known["badge-other"]
    whole = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}" '
        f'viewBox="0 0 {whole} {HEIGHT}" role="img" aria-label="{escape(said(badge))}">'
        f"<title>{escape(said(badge))}</title>"
        f'<rect width="{left}" height="{HEIGHT}" fill="{known["ink"]}"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{fill}"/>'
        f'<g font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" fill="#fff">'
        f"{written(SITE, 0, left)}{written(badge.text, left, right)}</g></svg>"
    )


def said(badge: Badge) -> str:
    return f"{SITE}: {badge.text}"


def written(text: str, x: int, width: int) -> str:
    return (
        f'<text x="{x + PAD}" y="15" textLength="{width - 2 * PAD}" '
        f'lengthAdjust="spacingAndGlyphs">{escape(text)}</text>'
    )


def width_of(text: str) -> int:
    """The room that a text takes, with some before and behind it."""
    letters = sum(
        THIN
        if sign in "iljtfr.,:·|'’ "
        else WIDE
        if sign in "mwMWQ@%" or ord(sign) > 0x2E7F
        else LETTER
        for sign in text
    )
    return round(letters) + 2 * PAD
