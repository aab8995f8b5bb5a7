"""Claims → charts: each claim a mark or a range on the scale it can be drawn on.

One geometry gives a Plotly figure and an SVG of the same. Nothing here queries. A triangle marks
a bound and points to where the truth may lie: “up to” back to the baseline, “at least” beyond it.
"""

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count, groupby
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from leaderboard import claim_words, quantities
from leaderboard.axes import linear_ticks, log_ticks, padded
from leaderboard.core import claims, techniques
from leaderboard.core.claims import BASELINE, Extent, Scale, Undrawn
from leaderboard.labels import CHARACTER, shortened
from leaderboard.models import Claim

LOG_FROM_RATIO = 30
# Levels whose unit says what they are.
NAMED = (claims.COUNT, claims.PARAMETERS, claims.TOKENS)
CIRCLE, LEFT, RIGHT = "circle", "triangle-left", "triangle-right"
SHAPES = {LEFT: "M4 -5L-5 0L4 5Z", RIGHT: "M-4 -5L5 0L-4 5Z"}


@dataclass(frozen=True)
class Layout:
    """How wide the parts of a chart are, in pixels; `is_narrow` puts names above their marks."""

    width: int
    left: int
    right: int
    pitch: int
    is_narrow: bool = False

    def name_length(self, said: str) -> int:
        """How many characters of a name have room, on a phone beside the number in words."""
        room = SMALL_PHONE - CHARACTER * len(said) if self.is_narrow else self.left - 12
        return max(int(room / CHARACTER) - 1, 8)


# The narrowest a chart becomes.
SMALL_PHONE = 288
WIDE = Layout(960, 300, 190, 24)
NARROW = Layout(358, 6, 6, 38, is_narrow=True)
LAYOUTS = {"wide": WIDE, "narrow": NARROW}
# Space for the numbers of the axis and its title.
FOOT = 44


@dataclass(frozen=True)
class Row:
    """What stands on a line of a chart: a name, a number in words, marks. Each may be absent."""

    line: int
    name: str
    family: str
    said: str = ""
    marks: tuple[tuple[float, str], ...] = ()
    span: tuple[float, float] | None = None
    reach: tuple[float, float] | None = None
    hover: str = ""
    link: str = ""

    @property
    def is_heading(self) -> bool:
        """Whether it is only the name of a group."""
        return not (self.marks or self.said)


def row_of(claim: Claim, extent: Extent, line: int, *, is_mixed: bool = False) -> Row:
    """The line of a claim. `is_mixed` says that other quantities stand in the same chart."""
    neutral = extent.scale.neutral
    ends = dict.fromkeys((extent.low, extent.high))
    far = extent.high if neutral is None else max(ends, key=lambda end: abs(end - neutral))
    if extent.scale == BASELINE:
        far = max(ends, key=lambda end: abs(math.log(end)))
    marks = tuple((end, glyph(claim, extent, end) if end == far else CIRCLE) for end in ends)
    span = (extent.low, extent.high) if extent.low < extent.high else None
    reach = None if neutral is None else (neutral, far)
    words = claim_words.of(claim)
    what = f": {words}" if is_mixed and words not in ("", extent.scale.title) else ""
    task = f", {claim.task}" if claim.task and not what else ""
    return Row(
        line,
        claim.subject + task + what,
        techniques.family_of(claim.technique).slug,
        # The heading of the chart has the long words.
        claim_words.said(claim).replace(claim_words.UNITS["pp"], "pp"),
        marks,
        span,
        reach,
        hover_of(claim),
        claim.get_absolute_url(),
    )


def glyph(claim: Claim, extent: Extent, end: float) -> str:
    """The sign of the end of a claim: a triangle towards the values that a bound leaves."""
    if not (claim.is_upper_bound or claim.is_lower_bound):
        return CIRCLE
    neutral = extent.scale.neutral
    grows = neutral is None or end >= neutral
    return RIGHT if grows == claim.is_lower_bound else LEFT


def hover_of(claim: Claim) -> str:
    """What is told beside a mark, in Plotly's kind of HTML."""
    against = f"against {claim.baseline}" if claim.baseline else ""
    year = f", {claim.source.year}" if claim.source.year else ""
    lines = [
        f"{claim_words.said(claim)} {claim_words.of(claim)}",
        against,
        techniques.label_of(claim.technique),
        f"{shortened(claim.source.title, 70)}{year}",
        "Does not fit the paper’s own numbers" if claim.contradiction else "",
    ]
    told = "<br>".join(escape(line) for line in lines if line)
    return f"<b>{escape(shortened(claim.subject, 60))}</b><br>{told}"


@dataclass(frozen=True)
class Panel:
    """Claims of one scale: each on its line under the name of its kind, or a line per topic."""

    key: str
    scale: Scale
    rows: tuple[Row, ...]

    @property
    def size(self) -> int:
        """How many claims are drawn."""
        return sum(1 for row in self.rows if row.marks)

    @property
    def title(self) -> str:
        if self.scale == BASELINE:
            return "Against a baseline"
        if self.scale.neutral is not None:
            return f"Differences, {self.unit}"
        if self.scale in NAMED:
            return self.unit[:1].upper() + self.unit[1:]
        return f"Levels, {self.unit}"

    @property
    def unit(self) -> str:
        words = self.scale.title.removeprefix(claims.DIFFERENCE)
        return claim_words.UNITS.get(words, words)

    @cached_property
    def ends(self) -> list[float]:
        found = [place for row in self.rows for place, _ in row.marks]
        return found if self.scale.neutral is None else [*found, self.scale.neutral]

    @cached_property
    def is_log(self) -> bool:
        low, high = min(self.ends), max(self.ends)
        return self.scale == BASELINE or (low > 0 and high / low >= LOG_FROM_RATIO)

    @cached_property
    def range(self) -> tuple[float, float]:
        low, high = min(self.ends), max(self.ends)
        if not self.is_log:
            low = min(low, 0.0)
        return padded(low, high, is_log=self.is_log, top=None)

    @cached_property
    def ticks(self) -> Sequence[tuple[float, str]]:
        return (log_ticks if self.is_log else linear_ticks)(*self.range)

    def place(self, value: float) -> float:
        """A value as a fraction of the axis."""
        low, high = self.range
        if self.is_log:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)

    @property
    def axis_title(self) -> str:
        log = " (log scale)" if self.is_log else ""
        return f"{self.unit}{log}"

    def height(self, layout: Layout) -> int:
        return layout.pitch * self.lines + FOOT

    @property
    def lines(self) -> int:
        return self.rows[-1].line + 1

    def sentence(self) -> str:
        """What the chart shows, for those who can't see it."""
        said = [f"{row.name}: {row.said}" for row in self.rows if row.said]
        more = f" and {len(said) - 12} more" if len(said) > 12 else ""
        return f"{'; '.join(said[:12])}{more}. The table below says all of it."

    # Plotly

    def figure(self) -> dict[str, Any]:
        """A figure whose colours are named by family; `figures.js` dresses it for the theme."""
        low, high = (math.log10(end) if self.is_log else end for end in self.range)
        neutral = self.scale.neutral
        return {
            "data": [trace for family in techniques.FAMILIES for trace in self.traces(family.slug)],
            "layout": {
                "xaxis": {
                    "type": "log" if self.is_log else "linear",
                    "range": [low, high],
                    "tickmode": "array",
                    "tickvals": [value for value, _ in self.ticks],
                    "ticktext": [text for _, text in self.ticks],
                },
                "yaxis": {"range": [self.lines - 0.5, -0.5], "visible": False},
            },
            "neutral": neutral,
            "sizes": {
                name: {
                    "height": self.height(layout),
                    "left": layout.left,
                    "right": layout.right,
                    "labels": self.labels(layout),
                }
                for name, layout in LAYOUTS.items()
            },
            "title": self.axis_title,
        }

    def traces(self, family: str) -> list[dict[str, Any]]:
        mine = [row for row in self.rows if row.family == family and row.marks]
        if not mine:
            return []
        marks = [(row, *mark) for row in mine for mark in row.marks]
        return [
            self.segments("claim_reach", family, [(row.line, row.reach) for row in mine]),
            self.segments("claim_span", family, [(row.line, row.span) for row in mine]),
            {
                "meta": {"style": "claim_mark", "family": family},
                "x": [place for _, place, _ in marks],
                "y": [row.line for row, *_ in marks],
                "marker": {"symbol": [symbol for *_, symbol in marks]},
                "text": [row.hover for row, *_ in marks],
                "customdata": [row.link for row, *_ in marks],
                "hovertemplate": "%{text}<extra></extra>",
            },
        ]

    @staticmethod
    def segments(style: str, family: str, lines: Iterable) -> dict[str, Any]:
        """Straight lines as one trace; None lifts the pen."""
        x: list[float | None] = []
        y: list[float | None] = []
        for line, ends in lines:
            if ends is not None:
                x += [*ends, None]
                y += [line, line, None]
        return {"meta": {"style": style, "family": family}, "x": x, "y": y, "hoverinfo": "skip"}

    def labels(self, layout: Layout) -> list[dict[str, Any]]:
        """The names and numbers beside the marks, placed as Plotly's annotations are."""
        found = []
        for row in self.rows:
            if not row.name:
                continue
            up = 13 if layout.is_narrow and not row.is_heading else 0
            common: dict[str, Any] = {"y": row.line, "yshift": up}
            name = escape(shortened(row.name, layout.name_length(row.said)))
            inside = layout.is_narrow or row.is_heading
            found.append(
                common
                | {
                    "text": f"<b>{name}</b>" if row.is_heading else name,
                    "x": 0,
                    "xanchor": "left" if inside else "right",
                    "xshift": -layout.left if inside else -12,
                }
            )
            if row.said:
                found.append(
                    common
                    | {
                        "text": escape(row.said),
                        "x": 1,
                        "xanchor": "right" if layout.is_narrow else "left",
                        "xshift": layout.right if layout.is_narrow else 10,
                    }
                )
        return found

    # SVG

    def svg(self) -> SafeString:
        """The same without script, once for wide and once for narrow screens."""
        drawn = [self.drawing(name, layout) for name, layout in LAYOUTS.items()]
        return mark_safe("".join(drawn))

    def drawing(self, name: str, layout: Layout) -> str:
        key, floor = f"{self.key}-{name}", layout.pitch * self.lines
        span = layout.width - layout.left - layout.right

        def at(value: float) -> float:
            return round(layout.left + span * self.place(value), 1)

        parts = [
            f'<svg class="chart only-{name}" viewBox="0 0 {layout.width} {self.height(layout)}" '
            f'role="img" aria-labelledby="{key}-t {key}-d"><title id="{key}-t">'
            f'{escape(self.title)}</title><desc id="{key}-d">{escape(self.sentence())}</desc>'
        ]
        for value, text in spaced(self.ticks, at):
            parts.append(
                f'<line class="grid" x1="{at(value)}" x2="{at(value)}" y1="0" y2="{floor}"/>'
                f'<text class="middle" x="{at(value)}" y="{floor + 16}">{text}</text>'
            )
        if self.scale.neutral is not None:
            x = at(self.scale.neutral)
            parts.append(f'<line class="axis" x1="{x}" x2="{x}" y1="0" y2="{floor}"/>')
        for row in self.rows:
            parts.append(self.drawn_row(row, layout.pitch * row.line, layout, at))
        parts.append(
            f'<text class="strong end" x="{layout.width - layout.right}" y="{floor + 36}">'
            f"{escape(self.axis_title)}</text></svg>"
        )
        return "".join(parts)

    def drawn_row(self, row: Row, top: int, layout: Layout, at) -> str:
        middle = top + layout.pitch // 2 + (8 if layout.is_narrow and not row.is_heading else 0)
        text_y = top + 14 if layout.is_narrow else middle + 4
        name = escape(shortened(row.name, layout.name_length(row.said)))
        if row.is_heading:
            return f'<text class="strong" x="0" y="{middle + 4}">{name}</text>'
        x, anchor = (0, "") if layout.is_narrow else (layout.left - 12, "end")
        said_x, said_anchor = (
            (layout.width, "end") if layout.is_narrow else (layout.width - layout.right + 10, "")
        )
        parts = [
            f'<g class="{row.family}-hue"><text class="{anchor}" x="{x}" y="{text_y}">{name}</text>'
            f'<text class="{said_anchor}" x="{said_x}" y="{text_y}">{escape(row.said)}</text>'
        ]
        for ends, css in ((row.reach, "hue-line"), (row.span, "hue-line span")):
            if ends is not None:
                parts.append(
                    f'<line class="{css}" x1="{at(ends[0])}" x2="{at(ends[1])}" '
                    f'y1="{middle}" y2="{middle}"/>'
                )
        parts += [marked(at(place), middle, symbol) for place, symbol in row.marks]
        return "".join([*parts, "</g>"])


def marked(x: float, y: float, symbol: str) -> str:
    if symbol == CIRCLE:
        return f'<circle class="hue" cx="{x}" cy="{y}" r="4.5"/>'
    return f'<path class="hue" d="{SHAPES[symbol]}" transform="translate({x} {y})"/>'


def spaced(ticks, at) -> list[tuple[float, str]]:
    """The ticks whose numbers don't touch."""
    last, kept = -math.inf, []
    for value, text in ticks:
        half = len(text) * 3.6
        if at(value) - half > last + 8:
            kept.append((value, text))
            last = at(value) + half
    return kept


@dataclass(frozen=True)
class Left:
    """A claim that stands on no scale, and why."""

    claim: Claim
    reason: str


@dataclass(frozen=True)
class Drawn:
    """Claims on their scales, and those that stand on none."""

    panels: tuple[Panel, ...]
    left: tuple[Left, ...]


def drawn(shown: Iterable[Claim]) -> Drawn:
    """One panel per scale: factors first, then differences, then levels; the largest first."""
    by_scale: dict[Scale, list[tuple[Claim, Extent]]] = {}
    left = []
    for claim in shown:
        try:
            extent = claims.extent(claim)
        except Undrawn as undrawn:
            left.append(Left(claim, str(undrawn)))
            continue
        by_scale.setdefault(extent.scale, []).append((claim, extent))
    ordered = sorted(by_scale.items(), key=lambda pair: rank(pair[0], len(pair[1])))
    panels = [
        Panel(f"panel-{at}", scale, tuple(grouped(pairs)))
        for at, (scale, pairs) in enumerate(ordered)
    ]
    return Drawn(tuple(panels), tuple(left))


def rank(scale: Scale, size: int) -> tuple[int, int, str]:
    return (scale != BASELINE) + (scale.neutral is None), -size, scale.title


KIND_ORDER = {kind.value: place for place, kind in enumerate(techniques.KINDS)}


def grouped(pairs: list[tuple[Claim, Extent]]) -> Iterable[Row]:
    """The claims by kind of technique, each kind under its name, the largest effect last."""

    def kind(pair):
        return KIND_ORDER.get(pair[0].technique, len(KIND_ORDER))

    lines, is_mixed = count(), len({claim.quantity for claim, _ in pairs}) > 1
    for _, group in groupby(sorted(pairs, key=lambda pair: (kind(pair), pair[1].low)), kind):
        members = list(group)
        value = members[0][0].technique
        name = techniques.label_of(value)
        yield Row(next(lines), name[:1].upper() + name[1:], techniques.family_of(value).slug)
        yield from (row_of(*pair, next(lines), is_mixed=is_mixed) for pair in members)


def glance(shown: Iterable[Claim]) -> Drawn:
    """Every claim that has a factor against its baseline, on one line per topic."""
    by_topic: dict[str, list[tuple[Claim, Extent]]] = {}
    for claim in shown:
        with suppress(Undrawn):
            extent = claims.extent(claim)
            if extent.scale == BASELINE:
                topic = claims.topic_of(claim.quantity).slug
                by_topic.setdefault(topic, []).append((claim, extent))
    rows: list[Row] = []
    for line, topic in enumerate(topic for topic in claims.BY_SLUG if topic in by_topic):
        members = by_topic[topic]
        said = quantities.count(len(members), "claim")
        rows.append(Row(line, claims.BY_SLUG[topic].label, techniques.NONE.slug, said))
        rows += [
            replace(row_of(claim, extent, line), name="", said="", reach=None)
            for claim, extent in members
        ]
    return Drawn((Panel("glance", BASELINE, tuple(rows)),) if rows else (), ())
