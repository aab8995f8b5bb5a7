"""What runs use up, as the page of the footprint explorer tells it: numbers, charts, sources."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.safestring import SafeString

from leaderboard import bar_drawings, drawings, footprint_figure, quantities
from leaderboard.core import metrics
from leaderboard.core.compute import INFINITE, VALUE, Result
from leaderboard.core.interval import Interval
from leaderboard.footprint_figure import title_of
from leaderboard.footprint_sheet import (
    amount,
    range_words,
    scale_of,
    shown_lives,
    three_digits,
    years,
)
from leaderboard.footprints import Explorer, Run, badge
from leaderboard.quantities import EN_DASH, Scale

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


class Results:
    def __init__(self, explorer: Explorer):
        self.explorer = explorer

    @property
    def runs(self) -> list[Run]:
        return self.explorer.runs

    @property
    def lede(self) -> str:
        """The first runs in a sentence; nothing where none can be counted."""
        parts = [part for run in self.runs[:2] if (part := self.used_up(run))]
        mfu, life = self.explorer.setting.mfu, self.explorer.setting.life
        if not (parts and isinstance(mfu, float) and isinstance(life, float)):
            return ""
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
            bar_drawings.small_bars(bars, f"{title}, with ranges", scale.unit, slug, family)
            if bars and slug in footprint_figure.DRAWN
            else ""
        )
        return Row(
            slug,
            title,
            scale.unit,
            family,
            badge(slug, found[0], self.explorer.hardware_slug),
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
        return [(run, work(run)) for run in self.runs if run.training.works]


def work(run: Run) -> Shown:
    """The compute of a run."""
    known = run.work
    if known is None:
        return Shown(quantities.MISSING, reason="no compute is published")
    if isinstance(known, Result):
        if known.state != VALUE:
            return shown("training_compute", None, known)
        known = known.interval
    flop = Interval.of(known)
    ends = "" if flop.is_exact else range_words(flop)
    return Shown(f"{quantities.plain(flop.value)} FLOP", ends)


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
