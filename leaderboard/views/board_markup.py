"""The parts of a board's page that repeat hundreds of times, as HTML: rows and options.

In a template the rows alone would take longer than all the rest of a page of a million entries.
"""

from collections.abc import Iterable
from html import escape

from django.utils.safestring import SafeString, mark_safe

LAYER_ICON = '<svg class="icon" aria-hidden="true"><use href="#layer"/></svg>'
NOT_REPORTED = '<span class="missing">—<span class="hidden-visually"> not reported</span></span>'
NOT_STATED = '<span class="missing">—<span class="hidden-visually"> not stated</span></span>'


def rows(table, wanted) -> SafeString:
    """Rows of the table, each as `board_table.Row`."""
    page = table.page
    why, deeper = escape(page.why_link), f"&gt; {page.board.depth}"
    has_chance = table.has_chances
    parts = [row(one, why, deeper, has_chance=has_chance) for one in wanted]
    return mark_safe("".join(parts))


def row(one, why: str, deeper: str, *, has_chance: bool) -> str:
    entry, model = one.who.entry, escape(one.who.model.name)
    detail, name = escape(one.who.detail), escape(str(one.who))
    narrow = f'<small class="only-narrow">{detail}</small>' if detail else ""
    return (
        f'<tr data-entry="{entry}"><td class="pin rank num">{one.rank}</td>'
        f'<th class="pin second" scope="row"><a href="{one.who.path}">{model}</a>{narrow}</th>'
        f'<td class="sub detail only-wide">{detail}</td>'
        f"<td>{layer(one, why, deeper, name)}</td>"
        f"{''.join(map(cell, one.cells))}"
        f"{chance(one) if has_chance else ''}"
        f"{''.join(map(stated, one.stated))}"
        f"{level(one.level) if one.level else ''}"
        f'<td class="num">{one.runs}</td>'
        f'<td><input type="checkbox" name="entry" value="{entry}" form="compare"'
        f' aria-label="Compare {name}"></td></tr>'
    )


def layer(one, why: str, deeper: str, name: str) -> str:
    """The number of the layer, linked to who beats the entry."""
    css, icon = (" first", LAYER_ICON) if one.layer == 1 else ("", "")
    return (
        f'<a class="layer{css}" href="{why}{one.who.entry}">{icon}{one.layer or deeper}'
        f'<span class="hidden-visually">: who beats {name}</span></a>'
    )


def chance(one) -> str:
    if not one.chance_error:
        return f'<td class="num">{one.chance}</td>'
    title = f"{one.chance_error} points, from random draws"
    return f'<td class="num"><abbr title="{title}">{one.chance}</abbr></td>'


def cell(one) -> str:
    """A number, and in cells of their own its bounds as written and as drawn."""
    bounds = f'<td class="interval">{one.range}</td>' if one.has_ranges else ""
    if one.has_strip:
        bounds += f'<td class="interval">{one.strip}</td>'
    if not one.text:
        return f'<td class="num">{NOT_REPORTED}</td>{bounds}'
    text = one.text
    if one.is_own:
        text = f'<span class="own"><abbr title="in your scenario">yours</abbr> {text}</span>'
    elif one.is_estimated:
        text = f'<span class="est"><abbr title="{escape(one.origin)}">≈</abbr> {text}</span>'
    return (
        f'<td class="num">{text}<span class="pad" aria-hidden="true">{one.pad}</span></td>{bounds}'
    )


def stated(words: str) -> str:
    return f'<td class="sub">{escape(words) if words else NOT_STATED}</td>'


def level(one) -> str:
    squares = "".join('<i class="on"></i>' if is_on else "<i></i>" for is_on in one.squares)
    return (
        f'<td><span class="level" aria-hidden="true">{squares}</span>'
        f'<span class="hidden-visually">{escape(one.words)}</span></td>'
    )


def options(wanted: Iterable) -> SafeString:
    """The options of a select, each as `board_controls.Option`."""
    return mark_safe("".join(map(option, wanted)))


def option(one) -> str:
    selected = " selected" if one.is_chosen else ""
    count = "" if one.entries is None else f" ({one.entries})"
    return f'<option value="{escape(one.value)}"{selected}>{escape(one.text)}{count}</option>'


def boxes(name: str, wanted: Iterable) -> SafeString:
    """The values of a facet to tick, each as `board_controls.Option`."""
    return mark_safe("".join(box(name, one) for one in wanted))


def box(name: str, one) -> str:
    checked = " checked" if one.is_chosen else ""
    return (
        f'<label><input type="checkbox" name="{name}" value="{escape(one.value)}" form="view"'
        f'{checked}>{escape(one.text)} <span class="note">{one.entries}</span></label>'
    )
