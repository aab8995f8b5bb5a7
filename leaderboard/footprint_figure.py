"""The footprint explorer's heat maps and bars, and both as one SVG figure to take away."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from leaderboard import bar_drawings, quantities
from leaderboard.core.compute import VALUE, Result
from leaderboard.footprint_sheet import amount, scale_of, shown_lives
from leaderboard.footprints import Explorer, Run
from leaderboard.quantities import Scale

STEPS = 8

# Heat maps


@dataclass(frozen=True)
class Cell:
    """One scenario of the map."""

    mfu: float
    life: float
    value: float | None
    step: int
    is_chosen: bool

    @property
    def text(self) -> str:
        return quantities.MISSING if self.value is None else shown_lives(self.value)


@dataclass(frozen=True)
class Map:
    """Device lives of one run over utilisation and life."""

    run: Run
    rows: list[tuple[float, list[Cell]]]


def maps(explorer: Explorer) -> list[Map]:
    """One map for each run; all share one scale of steps, even in the logarithm."""
    values = [
        cell.interval.value
        for run in explorer.runs
        for row in run.cells
        for cell in row
        if cell.state == VALUE
    ]
    return [
        Map(
            run,
            [
                (life, [cell_of(explorer, life, *pair, values) for pair in pairs(explorer, row)])
                for life, row in zip(explorer.years, run.cells, strict=True)
            ],
        )
        for run in explorer.runs
    ]


def pairs(explorer: Explorer, row: list[Result]) -> Iterator[tuple[float, Result]]:
    return zip(explorer.mfus, row, strict=True)


def cell_of(
    explorer: Explorer, life: float, mfu: float, found: Result, values: list[float]
) -> Cell:
    value = found.interval.value if found.state == VALUE else None
    chosen = (mfu, life) == (explorer.setting.mfu, explorer.setting.life)
    return Cell(mfu, life, value, step(value, values), chosen)


def step(value: float | None, values: Sequence[float]) -> int:
    """From 1 to 8, even in the logarithm; 0 for no value."""
    if value is None:
        return 0
    low, high = min(values), max(values)
    if low == high:
        return STEPS // 2
    share = math.log(value / low) / math.log(high / low)
    return 1 + min(int(share * STEPS), STEPS - 1)


# The figure

CELL, HEAD, ROW = 62, 76, 46
# The light theme's colours: a figure that was downloaded has no style sheet to follow.
LEVELS = (5, 15, 25, 35, 46, 57, 80, 93)
INK, MATERIAL = "#1c1d1f", (11, 91, 70)
STYLE = (
    "text{font:12px system-ui,'Segoe UI',Roboto,Arial,sans-serif;fill:#4a4d52}"
    ".strong{font-weight:600;fill:#1c1d1f}.end{text-anchor:end}.middle{text-anchor:middle}"
    ".inverse{fill:#fff}.plain{fill:#1c1d1f}.hue{fill:#0b5b46}.grid{stroke:#ebebe7}"
    ".axis{stroke:#83868c}.whisker{stroke:#1c1d1f;stroke-width:1.5}"
    ".halo{paint-order:stroke;stroke:#fff;stroke-width:4px}"
)


def colour(level: int) -> str:
    """White mixed with the colour of material."""
    share = LEVELS[level - 1] / 100
    return "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in MATERIAL)


def figure(explorer: Explorer) -> SafeString:
    """The maps one below the other, then the results with their ranges."""
    width = HEAD + CELL * len(explorer.mfus) + 16
    width = max(width, 640)
    parts, top = [], 30
    for one in maps(explorer):
        parts.append(f'<g transform="translate(16 {top})">{map_drawing(explorer, one)}</g>')
        top += ROW * len(explorer.years) + 92
    for title, unit, rows in result_bars(explorer):
        height = 26 * len(rows) + 40
        parts.append(
            f'<text class="strong" x="16" y="{top}">{escape(title)}</text>'
            f'<svg x="0" y="{top + 10}" width="{width - 16}" height="{height}">'
            f"{bar_drawings.bar_marks(rows, unit, width - 16, 230)}</svg>"
        )
        top += height + 34
    said = escape(scenario_words(explorer))
    source = "After “From FLOPs to Footprints”, arXiv 2512.04142. Efficiency Frontier."
    return mark_safe(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top + 44}" '
        f'width="{width}" height="{top + 44}" role="img"><title>Material footprint of training'
        f'</title><desc>{said}</desc><style>{STYLE}</style><rect width="100%" height="100%" '
        f'fill="#fff"/>{"".join(parts)}<text x="16" y="{top + 8}">{said}</text>'
        f'<text x="16" y="{top + 28}">{source}</text></svg>'
    )


def map_drawing(explorer: Explorer, one: Map) -> str:
    parts = [
        f'<text class="strong" x="0" y="0">{escape(one.run.name)}: device lives used up</text>'
        '<text x="0" y="20">Device life, years</text>'
    ]
    for place, (life, cells) in enumerate(one.rows):
        y = 30 + ROW * place
        parts.append(f'<text class="end" x="{HEAD - 10}" y="{y + 27}">{life:g}</text>')
        for column, cell in enumerate(cells):
            parts.append(cell_drawing(cell, HEAD + CELL * column, y))
    floor = 30 + ROW * len(one.rows)
    for column, mfu in enumerate(explorer.mfus):
        x = HEAD + CELL * column + CELL // 2
        parts.append(f'<text class="middle" x="{x}" y="{floor + 17}">{100 * mfu:.4g}</text>')
    right = HEAD + CELL * len(explorer.mfus)
    parts.append(
        f'<text class="strong end" x="{right}" y="{floor + 36}">Compute utilisation (MFU), %</text>'
    )
    return "".join(parts)


def cell_drawing(cell: Cell, x: int, y: int) -> str:
    fill = colour(cell.step) if cell.step else "none"
    ink = "inverse" if cell.step > 6 else "plain"
    chosen = f' stroke="{INK}" stroke-width="2.5"' if cell.is_chosen else ' stroke="#fff"'
    return (
        f'<rect x="{x + 1}" y="{y + 1}" width="{CELL - 2}" height="{ROW - 2}" fill="{fill}"{chosen}'
        f'/><text class="middle {ink}" x="{x + CELL // 2}" y="{y + 27}">{escape(cell.text)}</text>'
    )


# Quantities that are drawn as bars, in the order of the page.
DRAWN = (
    "gpu_lives",
    "material",
    "abiotic_depletion",
    "embodied_carbon",
    "carbon",
    "facility_energy",
    "cost",
)


def result_bars(explorer: Explorer) -> Iterator[tuple[str, str, list[bar_drawings.Bar]]]:
    """Title, unit and bars of each quantity that any run has."""
    for slug in DRAWN:
        found = [run.outcomes[slug] for run in explorer.runs]
        scale = scale_of(slug, found)
        rows = [
            bar_of(run.name, slug, scale, each)
            for run, each in zip(explorer.runs, found, strict=True)
            if each.state == VALUE
        ]
        if rows:
            yield title_of(slug), scale.unit, rows


def bar_of(name: str, slug: str, scale: Scale, found: Result) -> bar_drawings.Bar:
    one = found.interval
    return bar_drawings.Bar(
        name,
        scale.shown(one.value),
        amount(slug, scale, one.value),
        scale.shown(one.low),
        scale.shown(one.high),
    )


TITLES = {
    "gpu_lives": "Device lives used up",
    "material": "Hardware used up",
    "abiotic_depletion": "Abiotic depletion of elements",
    "embodied_carbon": "Embodied carbon",
    "carbon": "Operational carbon",
    "facility_energy": "Energy, at most: at rated power",
    "cost": "Cost of device hours",
    "accelerator_time": "Device hours",
}


def title_of(slug: str) -> str:
    return TITLES[slug]


def scenario_words(explorer: Explorer) -> str:
    """“MFU 35 %, life of 2 years, A100 SXM4 40GB”."""
    setting = explorer.setting
    mfu = f"{100 * setting.mfu:.4g} %" if isinstance(setting.mfu, float) else "not usable"
    life = f"{setting.life:.4g} years" if isinstance(setting.life, float) else "not usable"
    device = explorer.hardware.name if explorer.hardware else "A100 SXM4 40GB"
    return f"Compute utilisation (MFU) {mfu}, device life {life}, {device}"
