"""What the device is made of, on the page of the footprint explorer: by element and by class."""

from collections.abc import Sequence
from functools import cached_property

from django.http import QueryDict
from django.utils.safestring import SafeString

from leaderboard import bar_drawings, quantities
from leaderboard.core.compute import VALUE
from leaderboard.core.elements import Element
from leaderboard.core.interval import Interval
from leaderboard.footprint_sheet import three_digits
from leaderboard.footprints import ClassRow, ElementRow, Explorer, Run
from leaderboard.quantities import EN_DASH, Scale

MAIN_CLASSES = ("toxic", "heavy", "precious", "critical", "conflict")
# A class of more elements is told by their number.
NAMED_UP_TO = 16


class MadeOf:
    """By the reader's own table, or by what is published."""

    def __init__(self, query: QueryDict, explorer: Explorer):
        self.query, self.explorer = query, explorer

    @property
    def runs(self) -> list[Run]:
        return self.explorer.runs

    @property
    def has_table(self) -> bool:
        return self.explorer.masses_kg is not None

    @property
    def table_text(self) -> str:
        return self.query.get("composition", "").strip()

    @property
    def lacks_mass(self) -> bool:
        """Whether the reader's shares are of a mass that is not known."""
        return self.explorer.question.composition is not None and not self.has_table

    @property
    def table_sum(self) -> str:
        """“0.908 kg of 1.49 kg”."""
        masses, mass = self.explorer.masses_kg or {}, self.explorer.device.mass
        said = f"{quantities.plain(sum(masses.values()))} kg"
        return f"{said} of {quantities.plain(mass.value)} kg" if mass else said

    @property
    def is_too_heavy(self) -> bool:
        """Whether the reader's elements weigh more than the device."""
        masses, mass = self.explorer.masses_kg or {}, self.explorer.device.mass
        return mass is not None and sum(masses.values()) > mass.high * 1.05

    @cached_property
    def element_rows(self) -> list[tuple[Element, str, list[str], list[str], str]]:
        """Element, grams in a device, kg by run, classes, and how it is known."""
        return [
            (
                row.element,
                mass_text(row.kg, row.is_bound, Scale(1e-3, "g")),
                [mass_text(run.times(row.kg), row.is_bound, Scale(1, "kg")) for run in self.runs],
                [name for name in row.classes if name in MAIN_CLASSES],
                row.how,
            )
            for row in self.explorer.element_rows
        ]

    @property
    def element_chart(self) -> SafeString | str:
        """The masses by element of the first run that has any."""
        run = next((run for run in self.runs if run.lives.state == VALUE), None)
        if run is None:
            return ""
        bars = [bar for row in self.explorer.element_rows[:24] if (bar := element_bar(run, row))]
        title = f"{run.name}: mass by element"
        return bar_drawings.bars(bars, title, "Mass, kg", "elements", "material") if bars else ""

    @property
    def chart_run(self) -> str:
        return next((run.name for run in self.runs if run.lives.state == VALUE), "")

    @cached_property
    def class_rows(self) -> list[tuple[ClassRow, str, str, list[str]]]:
        """Class, its elements, grams in a device, kg by run."""
        return [
            (
                row,
                symbols_text(row.kind.symbols),
                class_text(row, row.kg, Scale(1e-3, "g")),
                [class_text(row, run.times(row.kg), Scale(1, "kg")) for run in self.runs],
            )
            for row in self.explorer.class_rows
        ]


def mass_text(kg: Interval | None, is_bound: bool, scale: Scale) -> str:
    """“716”, or “46.6–1,490” where only bounds are known."""
    if kg is None:
        return ""
    if not is_bound:
        return three_digits(scale, kg.value)
    if kg.low == 0:
        return f"at most {three_digits(scale, kg.high)}"
    return EN_DASH.join(three_digits(scale, end) for end in (kg.low, kg.high))


def class_text(row: ClassRow, kg: Interval | None, scale: Scale) -> str:
    """A total that the paper states as a most has no value of its own."""
    at_most = row.kg is not None and row.kg.low == 0 < row.kg.value
    return mass_text(kg, at_most, scale)


def symbols_text(symbols: Sequence[str]) -> str:
    if len(symbols) > NAMED_UP_TO:
        return f"{len(symbols)} elements"
    return ", ".join(symbols)


def element_bar(run: Run, row: ElementRow) -> bar_drawings.Bar | None:
    kg = run.times(row.kg)
    if kg is None:
        return None
    name = f"{row.element.name.capitalize()} {row.element.symbol}"
    text = mass_text(kg, row.is_bound, Scale(1, "kg"))
    value = kg.low if row.is_bound else kg.value
    return bar_drawings.Bar(name, value, text, kg.low, kg.high)
