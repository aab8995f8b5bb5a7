"""Everything the page of the footprint explorer shows: controls, maps, results, composition."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

from leaderboard import drawings, footprint_figure, quantities
from leaderboard.core import metrics
from leaderboard.core.compute import INFINITE, VALUE, Result
from leaderboard.core.elements import Element
from leaderboard.core.interval import Interval
from leaderboard.footprint_figure import Map, title_of
from leaderboard.footprint_question import MOST_RUNS, NAMES, Question
from leaderboard.footprint_sheet import amount, scale_of, shown_lives, three_digits
from leaderboard.footprints import ClassRow, ElementRow, Explorer, Run, badge
from leaderboard.quantities import EN_DASH, Scale

PLACES = ("First", "Second", "Third", "Fourth")
# Field of a formula → how a reader calls it.
WORDS = {
    "training_compute": "the compute",
    "active_parameters": "the number of active parameters",
    "training_tokens": "the number of tokens",
    "lifespan_years": "the device life",
    "life": "the device life",
    "mfu": "the utilisation (MFU)",
    "utilisation": "the busy share",
    "peak_flops": "the device’s peak rate",
    "mass": "the device’s mass",
    "device_embodied_carbon": "the device’s embodied carbon",
    "device_abiotic_depletion": "the device’s abiotic depletion",
    "device_rated_power": "the device’s rated power",
    "device_price": "the device’s price",
    "pue": "the PUE",
    "grid_intensity": "the carbon intensity of the grid",
    "intensity": "the carbon intensity",
    "quality": "the quality",
    "flop": "the compute",
    "parameters": "the number of active parameters",
    "tokens": "the number of tokens",
}
SLUGS = (
    "gpu_lives",
    "material",
    "abiotic_depletion",
    "embodied_carbon",
    "carbon",
    "facility_energy",
    "cost",
    "accelerator_time",
)
MAIN_CLASSES = ("toxic", "heavy", "precious", "critical", "conflict")
# A class of more elements is told by their number.
NAMED_UP_TO = 16
FIGURES = {
    "device_peak_flops": ("Peak rate, dense 16 bit", "FLOP/s", ""),
    "device_mass": ("Mass", "kg", ""),
    "device_embodied_carbon": ("Embodied carbon", "kg", "embodied_carbon"),
    "device_abiotic_depletion": ("Abiotic depletion", "kg", "abiotic_depletion"),
    "device_rated_power": ("Rated power", "W", ""),
}


@dataclass(frozen=True)
class Shown:
    """A number with its range, or why there is none."""

    text: str
    range: str = ""
    reason: str = ""
    is_wrong: bool = False
    is_infinite: bool = False


@dataclass(frozen=True)
class Row:
    """A quantity over all runs."""

    slug: str
    title: str
    unit: str
    family: str
    badge: str
    cells: list[Shown]
    chart: SafeString | str = ""
    note: str = ""


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


class FootprintPage:
    """The explorer under one address. `refusal` is what is wrong with a table just sent."""

    def __init__(self, query: QueryDict, refusal: str = ""):
        self.query, self.refusal = query, refusal
        self.question = Question.read(query)
        self.explorer = Explorer(self.question)

    @cached_property
    def runs(self) -> list[Run]:
        return self.explorer.runs

    @property
    def names(self) -> list[str]:
        return [run.name for run in self.runs]

    @property
    def hardware_slug(self) -> str:
        return self.explorer.hardware.slug if self.explorer.hardware else ""

    @property
    def device_name(self) -> str:
        return self.explorer.hardware.name if self.explorer.hardware else "A100 SXM4 40GB"

    # Addresses

    def address(self, **changes: str) -> str:
        """This question with some parameters changed; an empty one is left out."""
        query = QueryDict(mutable=True)
        for name in NAMES:
            values = [value for value in self.query.getlist(name) if value.strip()]
            if values and name not in changes:
                query.setlist(name, values)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"?{query.urlencode(safe=':,')}" if query else ""

    @property
    def here(self) -> str:
        return self.address()

    @property
    def without_table(self) -> str:
        return self.address(composition="") or "?"

    # Controls

    @cached_property
    def slots(self) -> list[tuple[str, SafeString]]:
        """Label and options of the four selects of runs; what is not chosen is none."""
        chosen = [run.training.slug for run in self.runs if run.training.slug]
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
        return options(devices, self.hardware_slug)

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

    # What came out

    @property
    def lede(self) -> str:
        """The first runs in a sentence."""
        parts = [part for run in self.runs[:2] if (part := self.used_up(run))]
        mfu, life = self.explorer.setting.mfu, self.explorer.setting.life
        if not (parts and isinstance(mfu, float) and isinstance(life, float)):
            return "No run can be counted under this scenario."
        scene = f"At {100 * mfu:.4g} % of the peak rate and {years(life)} of device life"
        return f"{scene}, training {'; '.join(parts)}."

    @staticmethod
    def used_up(run: Run) -> str:
        """“GPT-4 uses up 2,515 device lives, 3,750 kg of hardware”."""
        lives, mass = run.outcomes["gpu_lives"], run.outcomes["material"]
        if lives.state != VALUE:
            return ""
        text = f"{run.name} uses up {shown_lives(lives.interval.value)} device lives"
        if mass.state != VALUE:
            return text
        scale = scale_of("material", [mass])
        return f"{text}, {three_digits(scale, mass.interval.value)} {scale.unit} of hardware"

    @cached_property
    def maps(self) -> list[Map]:
        return footprint_figure.maps(self.explorer)

    @property
    def tripled(self) -> str:
        """The scenario whose saving the paper’s numbers give: both three times as good."""
        return self.address(mfu="0.6", life="3", mfu_before="0.2", life_before="1")

    def cell_address(self, mfu: float, life: float) -> str:
        return self.address(mfu=f"{mfu:.10g}", life=f"{life:.10g}")

    @property
    def map_rows(self):
        """Each map with its cells and their addresses."""
        return [
            (
                one.run,
                self.work(one.run),
                [
                    (
                        f"{life:.4g}",
                        [(cell, self.cell_address(cell.mfu, cell.life)) for cell in cells],
                    )
                    for life, cells in one.rows
                ],
            )
            for one in self.maps
        ]

    @property
    def mfu_heads(self) -> list[str]:
        return [f"{100 * mfu:.4g}" for mfu in self.explorer.mfus]

    def work(self, run: Run) -> Shown:
        """The compute of a run."""
        known = run.work
        if known is None:
            return Shown(quantities.MISSING, reason="no compute is published")
        if isinstance(known, Result):
            if known.state != VALUE:
                return shown("training_compute", None, known)
            known = known.interval
        work = Interval.of(known)
        return Shown(
            f"{quantities.plain(work.value)} FLOP",
            "" if work.is_exact else range_words(work),
        )

    @property
    def saved(self) -> Shown:
        """“88.9 %”."""
        found = self.explorer.saving
        if found.state != VALUE:
            return shown("device_saving", None, found)
        return Shown(f"{quantities.number(100 * found.interval.value, 1)} %")

    @property
    def saving_badge(self) -> str:
        return badge("device_saving", self.explorer.saving, "")

    @property
    def changes(self) -> list[tuple[str, str, str]]:
        """Name, lives before and lives now."""
        return [
            (run.name, lives_text(before), lives_text(run.lives))
            for run, before in zip(self.runs, self.explorer.before, strict=True)
        ]

    @cached_property
    def rows(self) -> list[Row]:
        return [self.row(slug) for slug in SLUGS]

    def row(self, slug: str) -> Row:
        found = [run.outcomes[slug] for run in self.runs]
        scale = scale_of(slug, found)
        bars = [
            footprint_figure.bar_of(run.name, slug, scale, each)
            for run, each in zip(self.runs, found, strict=True)
            if each.state == VALUE
        ]
        title, family = title_of(slug), drawings.css_class(metrics.get(slug).family)
        chart = (
            drawings.small_bars(bars, f"{title}, with ranges", scale.unit, slug, family)
            if bars and slug in footprint_figure.DRAWN
            else ""
        )
        return Row(
            slug,
            title,
            scale.unit,
            family,
            badge(slug, found[0], self.hardware_slug),
            [shown(slug, scale, each) for each in found],
            chart,
            self.note(slug),
        )

    def note(self, slug: str) -> str:
        """How it follows, in a few words."""
        mass = self.explorer.device.mass
        kind = "analysed" if "device_analysed_mass" in self.explorer.known else "the module’s"
        return {
            "gpu_lives": "compute ÷ (peak rate × MFU × life × busy share)",
            "material": f"lives × {quantities.plain(mass.value)} kg, {kind} mass" if mass else "",
            "abiotic_depletion": "lives × what making a device depletes",
            "embodied_carbon": "lives × carbon of making a device",
            "carbon": "energy × carbon intensity of the grid",
            "facility_energy": "device hours × rated power × PUE: an upper estimate",
            "cost": "device hours × one provider’s price of one day",
            "accelerator_time": "lives × life × busy share",
        }[slug]

    @property
    def charts(self) -> list[Row]:
        return [row for row in self.rows if row.chart]

    @property
    def cross_checks(self) -> list[tuple[Run, list[str]]]:
        """What was published of a run that the scenario does not use."""
        found = [(run, self.checks(run)) for run in self.runs]
        return [(run, checks) for run, checks in found if checks]

    def checks(self, run: Run) -> list[str]:
        training, checks = run.training, []
        if run.published:
            one = run.published
            checks.append(
                f"The paper prints {one.count:,} for this scenario ({one.badge}: {one.where})."
            )
        if training.hours and run.from_hours and run.from_hours.state == VALUE:
            hours = quantities.plain(training.hours.value / 3600)
            lives = shown_lives(run.from_hours.interval.value)
            checks.append(
                f"{hours} hours on {training.hardware} are published: {lives} device lives, "
                "whatever the utilisation."
            )
        if training.energy:
            scale = quantities.scale("facility_energy", [training.energy.value])
            checks.append(
                f"{scale.quantity(training.energy.value)} of the facility are published or "
                "follow from what is."
            )
        return checks

    @property
    def gains(self) -> list[tuple[str, str, Shown]]:
        """From which run to which, for how many points, and the material of one."""
        return [
            (
                f"{gain.before.name} → {gain.after.name}",
                f"{quantities.number(gain.points, 1)} points of {gain.after.training.quality_of}",
                shown("material_per_point", Scale(1, "kg"), gain.result),
            )
            for gain in self.explorer.gains
        ]

    # What it is made of

    @property
    def has_table(self) -> bool:
        return self.explorer.masses_kg is not None

    @property
    def table_text(self) -> str:
        return self.query.get("composition", "").strip()

    @property
    def lacks_mass(self) -> bool:
        """Whether the reader's shares are of a mass that is not known."""
        return self.question.composition is not None and not self.has_table

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
        return drawings.bars(bars, title, "Mass, kg", "elements", "material") if bars else ""

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

    # The device

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """What is published of the device: words, value, range."""
        found = []
        for name, (words, unit, slug) in FIGURES.items():
            if (known := self.explorer.known.get(name)) is None:
                found.append((words, "", ""))
                continue
            scale = quantities.scale_of_unit(unit, [known.value], slug)
            span = "" if known.is_exact else scale.range(known.low, known.high)
            found.append((words, scale.quantity(known.value), span))
        price = self.explorer.known.get("device_price")
        text = f"{quantities.plain(price.value * 3600)} USD/h" if price else ""
        return [*found, ("Price of a device hour", text, "")]

    @property
    def sources(self) -> list[tuple[Run, Shown]]:
        """The runs whose compute more than one source states, or none exactly."""
        return [(run, self.work(run)) for run in self.runs if run.training.works]


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


def years(value: float) -> str:
    return f"{value:.4g} {'year' if value == 1 else 'years'}"


def range_words(one: Interval) -> str:
    return f"{quantities.plain(one.low)} to {quantities.plain(one.high)}"


def lives_text(found: Result) -> str:
    return shown_lives(found.interval.value) if found.state == VALUE else quantities.MISSING


def shown(slug: str, scale: Scale | None, found: Result) -> Shown:
    """A result as text; where there is none, why, in a reader's words."""
    if found.state == INFINITE:
        return Shown("infinite", reason=found.reason, is_infinite=True)
    if found.state != VALUE or scale is None:
        words = WORDS.get(found.field, found.field.replace("_", " "))
        reason = found.reason.replace(found.field, words) if found.field else found.reason
        return Shown(quantities.MISSING, reason=reason, is_wrong=found.is_data_error)
    one = found.interval
    ends = "" if one.is_exact else EN_DASH.join(amount(slug, scale, x) for x in (one.low, one.high))
    return Shown(amount(slug, scale, one.value), ends)


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


def element_bar(run: Run, row: ElementRow) -> drawings.Bar | None:
    kg = run.times(row.kg)
    if kg is None:
        return None
    name = f"{row.element.name.capitalize()} {row.element.symbol}"
    text = mass_text(kg, row.is_bound, Scale(1, "kg"))
    value = kg.low if row.is_bound else kg.value
    return drawings.Bar(name, value, text, kg.low, kg.high)
