"""Partials that need the site's own address, which only the request knows."""

from django import template

from leaderboard.take_away import OfView

register = template.Library()


def root_of(context) -> str:
    """“https://example.org”."""
    return context["request"].build_absolute_uri("/").rstrip("/")


@register.inclusion_tag("leaderboard/_take_away.html", takes_context=True)
def take_away(context, page):
    """Files, figures, short address, frame and citation of a board's view."""
    return {"take": OfView(page, root_of(context)), "page": page, "board": page.board}


@register.inclusion_tag("leaderboard/_badge_snippet.html", takes_context=True)
def badge_snippet(context, entry, board):
    """The badge of an entry on a board, and how to put it on a page."""
    root = root_of(context)
    return {
        "entry": entry,
        "board": board,
        "image": f"{root}/entries/{entry.pk}/badge.svg?board={board.slug}" if board else "",
        "page": f"{root}{entry.get_absolute_url()}",
    }
