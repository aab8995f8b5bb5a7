"""The controls of the footprint explorer: runs, device, sliders, and runs of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from leaderboard.footprint_question import MOST_RUNS, Question
from leaderboard.footprint_sheet import range_words, years
from leaderboard.footprints import Explorer

PLACES = ("First", "Second", "Third", "Fourth")


@dataclass(frozen=True)
class Slider:
    name: str
    label: str
    value: float
    text: str
    low: float
    high: float
    step: str
    percent: bool


class Controls:
    def __init__(self, query: QueryDict, explorer: Explorer):
        self.query, self.explorer = query, explorer

    @property
    def question(self) -> Question:
        return self.explorer.question

    @cached_property
    def slots(self) -> list[tuple[str, SafeString]]:
        """Label and options of the four selects of runs; what is not chosen is none."""
        chosen = [run.training.slug for run in self.explorer.runs if run.training.slug]
        rows = [("", "no run")]
        rows += [(row.slug, row.name) for row in self.explorer.trainings.values()]
        return [
            (f"{words} training run", options(rows, one))
            for words, one in zip(PLACES, [*chosen, *[""] * MOST_RUNS], strict=False)
        ]

    @property
    def flops(self) -> list[str]:
        return [text for text in self.query.getlist("flop") if text.strip()] or [""]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Parameters and tokens of own runs, as they were written."""
        columns = [self.query.getlist(name) for name in ("parameters", "tokens")]
        count = max(map(len, columns))
        filled = [column + [""] * (count - len(column)) for column in columns]
        pairs = [pair for pair in zip(*filled, strict=True) if any(pair)]
        return pairs or [("", "")]

    @cached_property
    def device_options(self) -> SafeString:
        devices = [(device.slug, device.name) for device in self.explorer.devices]
        return options(devices, self.explorer.hardware_slug)

    @cached_property
    def grid_options(self) -> SafeString:
        chosen = self.explorer.region.region if self.explorer.region else ""
        return options([(row.region, row.region_name) for row in self.explorer.regions], chosen)

    @property
    def sliders(self) -> list[Slider]:
        return [
            self.slider("mfu", "Compute utilisation (MFU)", (0.2, 0.6), "0.05"),
            self.slider("life", "Device life", (1.0, 5.0), "0.5"),
            self.slider("utilisation", "Share of its life a device is busy", (0.1, 1.0), "0.05"),
        ]

    @property
    def sliders_before(self) -> list[Slider]:
        return [
            self.slider("mfu_before", "MFU before", (0.2, 0.6), "0.05"),
            self.slider("life_before", "Device life before", (1.0, 5.0), "0.5"),
        ]

    def slider(self, name: str, label: str, ends: tuple[float, float], step: str) -> Slider:
        """A slider that reaches to the chosen value and does not move it to a step."""
        given = self.question.numbers[name]
        value = given if isinstance(given, float) else ends[0]
        steps = (value - ends[0]) / float(step)
        fits = abs(steps - round(steps)) < 1e-9 and ends[0] <= value <= ends[1]
        is_share = not name.startswith("life")
        if not isinstance(given, float):
            return Slider(name, label, value, "not usable", *ends, step, is_share)
        text = f"{100 * value:.4g} %" if is_share else years(value)
        low, high = min(ends[0], value), max(ends[1], value)
        return Slider(name, label, value, text, low, high, step if fits else "any", is_share)

    @property
    def pue_text(self) -> str:
        return self.query.get("pue", "").strip()

    @property
    def intensity_text(self) -> str:
        return self.query.get("intensity", "").strip()

    @property
    def pue_words(self) -> str:
        """What stands where the reader gives none."""
        pue = self.explorer.known.get("pue")
        return range_words(pue) if pue else ""


def options(rows: Sequence[tuple[str, str]], chosen: str) -> SafeString:
    """The options of a select: hundreds of them, too many for a template's loop."""
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (value, mark_safe(" selected") if value == chosen else "", text)
            for value, text in rows or [("", "none in the catalogue")]
        ),
    )
