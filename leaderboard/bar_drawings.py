"""Bar charts as plain SVG: bars from zero, with their bounds and the numbers of their table."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from leaderboard.axes import linear_ticks
from leaderboard.labels import CHARACTER, shortened

# Height of a row, and of one whose name stands above its bar.
ROW, TALL = 26, 42


@dataclass(frozen=True)
class Bar:
    """A row of a bar or dot chart: its name, its value with bounds, and the text beside it."""

    name: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None


def bars(rows: Sequence[Bar], title: str, unit: str, key: str, css: str) -> SafeString:
    """Horizontal bars from zero, once for wide and once for narrow screens."""
    drawings = [
        drawing(rows, title, unit, f"{key}{suffix}", f"{css} only-{suffix}", width, room)
        for suffix, width, room in (("wide", 640, 230), ("narrow", 358, 140))
    ]
    return mark_safe("".join(drawings))


def small_bars(rows: Sequence[Bar], title: str, unit: str, key: str, css: str) -> SafeString:
    """Horizontal bars from zero in one size, for charts that stand side by side."""
    return mark_safe(drawing(rows, title, unit, key, css, 358, 120))


def drawing(rows, title, unit, key, css, width, room) -> str:
    """One chart. Names that `room` can't hold stand above their bars."""
    is_tall = any(CHARACTER * len(row.name) > room - 12 for row in rows)
    row = TALL if is_tall else ROW
    return (
        f'<svg class="chart {css}" viewBox="0 0 {width} {row * len(rows) + 40}" role="img" '
        f'aria-labelledby="{key}-t"><title id="{key}-t">{escape(title)}</title>'
        f"{bar_marks(rows, unit, width, 1 if is_tall else room, row)}</svg>"
    )


def bar_marks(rows: Sequence[Bar], unit: str, width: int, room: int, row_height: int = ROW) -> str:
    """What is inside such a chart; `room` is what the names beside the bars take."""
    height, right = (
        row_height * len(rows),
        width - max(62, *(7 * len(row.text) + 8 for row in rows)),
    )
    top = max((row.high or row.value for row in rows), default=0) or 1
    # Fewer numbers where they would touch.
    wanted = 4 if right - room > 240 else 2
    ticks = [tick for tick in linear_ticks(0, top * 1.02, wanted) if tick[0] <= top * 1.02]

    def at(value: float) -> float:
        return round(room + (right - room) * value / (top * 1.02), 1)

    parts = []
    for value, text in ticks:
        # The zero of an axis at the edge begins there.
        css, x = ("", 0) if at(value) < 4 else (' class="middle"', at(value))
        parts.append(
            f'<line class="grid" x1="{at(value)}" x2="{at(value)}" y1="0" y2="{height}"/>'
            f'<text{css} x="{x}" y="{height + 16}">{text}</text>'
        )
    for place, row in enumerate(rows):
        middle = row_height * (place + 1) - ROW // 2
        parts += [name_of(row, room, middle, width, row_height), bar_of(row, room, middle, at)]
    parts.append(
        f'<line class="axis" x1="{room}" x2="{room}" y1="0" y2="{height}"/>'
        f'<text class="strong" x="{room}" y="{height + 36}">{escape(unit)}</text>'
    )
    return "".join(parts)


def name_of(row: Bar, room: int, middle: int, width: int, row_height: int) -> str:
    """Beside the bar, or above it in a tall row."""
    if row_height == TALL:
        name = escape(shortened(row.name, int(width / CHARACTER)))
        return f'<text class="halo" x="{room + 3}" y="{middle - 12}">{name}</text>'
    name = escape(shortened(row.name, int(room / CHARACTER) - 1))
    return f'<text class="end" x="{room - 10}" y="{middle + 4}">{name}</text>'


def bar_of(row: Bar, room: int, middle: int, at) -> str:
    """The bar with its whisker and its number."""
    end, whisker = at(row.value), ""
    if row.low is not None and row.high is not None and row.high > row.low:
        end = at(row.high)
        whisker = (
            f'<line class="whisker" x1="{at(row.low)}" x2="{end}" y1="{middle}" y2="{middle}"/>'
        )
    return (
        f'<rect class="hue" x="{room}" y="{middle - 6}" '
        f'width="{max(at(row.value) - room, 1):.1f}" height="12"/>{whisker}'
        f'<text class="strong halo" x="{end + 6}" y="{middle + 4}">{escape(row.text)}</text>'
    )
