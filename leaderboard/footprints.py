"""The answer of the footprint explorer: what runs use up under one scenario, and why."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from leaderboard import facts
from leaderboard.core import elements, footprint, metrics, scenario
from leaderboard.core.compute import VALUE, Result, compute
from leaderboard.core.interval import Interval
from leaderboard.core.scenario import STUDIED_DEVICE, Device, Given, Setting
from leaderboard.footprint_question import USUAL_GRID, USUAL_RUNS, Fault, Question
from leaderboard.models import Composition as Part
from leaderboard.models import Factor, Hardware
from leaderboard.trainings import Training, trainings

RANK = re.compile(r"rank (\d+) by mass")
# Class → the name of the published group. Which elements the paper counts as toxic is not known.
GROUPS = {"toxic": facts.TOXIC, "heavy": "heavy metals"}
ORDINALS = ("", "", "half", "third", "quarter", "fifth", "sixth", "seventh", "eighth")


@dataclass(frozen=True)
class Run:
    """One run under the scenario."""

    training: Training
    work: Given
    outcomes: dict[str, Result]
    cells: list[list[Result]]
    published: scenario.Published | None
    from_hours: Result | None

    @property
    def name(self) -> str:
        return self.training.name

    @property
    def lives(self) -> Result:
        return self.outcomes["gpu_lives"]

    @property
    def printed(self) -> int | None:
        """The count as the paper prints it."""
        lives = self.lives
        return footprint.printed(lives.interval.value) if lives.state == VALUE else None

    def times(self, kg: Interval | None) -> Interval | None:
        """A mass in one device, in all device lives that were used up."""
        lives = self.lives
        return None if kg is None or lives.value is None else lives.value * kg


@dataclass(frozen=True)
class ElementRow:
    """How much of an element one device holds: a mass, or bounds, or neither, and why.

    Where only bounds are known, `kg` has the upper one as its value.
    """

    element: elements.Element
    kg: Interval | None
    is_bound: bool
    how: str

    @property
    def classes(self) -> list[str]:
        return [kind.slug for kind in elements.CLASSES if kind.holds(self.element)]


@dataclass(frozen=True)
class ClassRow:
    """How much of a class of elements one device holds, and the list it comes from."""

    kind: elements.ElementClass
    kg: Interval | None
    badge: str
    how: str


@dataclass(frozen=True)
class Gain:
    """What a second run used up for each point of quality beyond a first one."""

    before: Run
    after: Run
    points: float
    result: Result


class Explorer:
    """The answer to a question: what the catalogue knows is read once, in a few queries."""

    def __init__(self, question: Question):
        self.question = question
        self.trainings = trainings()

    @cached_property
    def devices(self) -> list[Hardware]:
        """Those whose peak rate is known."""
        known = Hardware.objects.exclude(bf16_flops=None).only("slug", "name", "vendor")
        return list(known.order_by("vendor", "name"))

    @cached_property
    def regions(self) -> list[Factor]:
        """The newest intensity of each grid."""
        rows = Factor.objects.filter(kind=Factor.Kind.GRID_INTENSITY).order_by("valid_from")
        newest = {row.region: row for row in rows}
        return sorted(newest.values(), key=lambda row: row.region_name)

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """What of the question can't be used, names that nobody knows included."""
        asked, found = self.question, list(self.question.faults)
        found += [
            Fault("run", slug, "no such training run in the table")
            for slug in asked.runs
            if slug not in self.trainings and slug not in USUAL_RUNS
        ]
        if self.hardware is None and asked.hardware != STUDIED_DEVICE:
            found.append(Fault("hardware", asked.hardware, "no such device with a known peak rate"))
        if self.region is None and asked.grid != USUAL_GRID:
            found.append(Fault("grid", asked.grid, "no such region"))
        return tuple(found)

    @cached_property
    def hardware(self) -> Hardware | None:
        asked = self.question.hardware
        return next((device for device in self.devices if device.slug == asked), None)

    @property
    def hardware_slug(self) -> str:
        return self.hardware.slug if self.hardware else ""

    @cached_property
    def region(self) -> Factor | None:
        asked = self.question.grid.casefold()
        return next((row for row in self.regions if row.region.casefold() == asked), None)

    @cached_property
    def known(self) -> dict[str, Interval]:
        """What the catalogue says of the device and of the places of trainings."""
        slug = self.hardware.slug if self.hardware else STUDIED_DEVICE
        return facts.Facts().of(slug, 1, facts.TRAINING_SITES, "")

    @cached_property
    def device(self) -> Device:
        return Device.of(self.known)

    @cached_property
    def setting(self) -> Setting:
        asked = self.question.numbers
        region = self.region or next(
            (row for row in self.regions if row.region == USUAL_GRID), None
        )
        usual = Interval(region.value, region.low, region.high) if region else None
        pue = self.known.get("pue") if asked["pue"] is None else asked["pue"]
        grid = usual if asked["intensity"] is None else asked["intensity"]
        return Setting(asked["mfu"], asked["life"], asked["utilisation"], pue, grid)

    @cached_property
    def mfus(self) -> list[float]:
        return scenario.with_chosen(scenario.MFUS, self.setting.mfu)

    @cached_property
    def years(self) -> list[float]:
        return scenario.with_chosen(scenario.LIVES_YEARS, self.setting.life)

    @cached_property
    def runs(self) -> list[Run]:
        chosen = [self.trainings[slug] for slug in self.question.runs if slug in self.trainings]
        if not chosen and not self.question.own:
            chosen = [self.trainings[slug] for slug in USUAL_RUNS]
        own = [(Training("", each.words, ()), each.work) for each in self.question.own]
        return [self.run(*pair) for pair in [*((each, each.work) for each in chosen), *own]]

    def run(self, training: Training, work: Given) -> Run:
        setting, device = self.setting, self.device
        middle = work.value if isinstance(work, Interval) else work
        return Run(
            training,
            work,
            scenario.outcomes(work, setting, device),
            scenario.grid(middle, setting, device, self.mfus, self.years),
            self.published(training),
            self.from_hours(training),
        )

    def published(self, training: Training) -> scenario.Published | None:
        """What the paper prints for this very scenario."""
        asked, on = self.setting, self.hardware
        is_theirs = on is None or on.slug == STUDIED_DEVICE
        if not (is_theirs and isinstance(asked.mfu, float) and isinstance(asked.life, float)):
            return None
        if asked.utilisation != 1.0:
            return None
        product = round(asked.mfu * asked.life, 9)
        printed = scenario.PUBLISHED.get(training.slug, ())
        return next((one for one in printed if one.product == product), None)

    def from_hours(self, training: Training) -> Result | None:
        """Lives by the hours that were published, whatever the utilisation of the peak rate."""
        if training.hours is None:
            return None
        life = scenario.timed(
            compute("gpu_lives", {"gpu_lives": 1.0}), self.setting.life, footprint.YEAR_S
        )
        return scenario.follows(
            "gpu_lives",
            "gpu_lives.from_hours/1",
            accelerator_time=training.hours,
            device_life=life,
        )

    @cached_property
    def saving(self) -> Result:
        asked = self.question.numbers
        return scenario.saving(self.setting, asked["mfu_before"], asked["life_before"])

    @cached_property
    def before(self) -> list[Result]:
        """The lives of each run in the scenario that this one is compared with."""
        asked = self.question.numbers
        setting = Setting(asked["mfu_before"], asked["life_before"], self.setting.utilisation)
        return [scenario.lives(run.work, setting, self.device) for run in self.runs]

    @cached_property
    def gains(self) -> list[Gain]:
        """Each run with a known quality against the next better one."""
        scored = [(run.training.quality, run) for run in self.runs]
        ranked = sorted(
            ((quality.value, place, run) for place, (quality, run) in enumerate(scored) if quality)
        )
        runs = [run for _, _, run in ranked]
        return [gain(*pair) for pair in pairwise(runs)]

    # What the device is made of

    @cached_property
    def parts(self) -> list[Part]:
        """The published rows about the device as a whole, its groups and its elements."""
        slug = self.hardware.slug if self.hardware else STUDIED_DEVICE
        levels = (Part.Level.GROUP, Part.Level.ELEMENT)
        return list(Part.objects.filter(hardware__slug=slug, level__in=levels).order_by("pk"))

    @cached_property
    def masses_kg(self) -> dict[str, float] | None:
        """Symbol → kg by the reader's table, where there is one that can be used."""
        table = self.question.composition
        whole = self.device.mass.value if self.device.mass else None
        return table.masses_kg(whole) if table else None

    @cached_property
    def element_rows(self) -> list[ElementRow]:
        known = elements.elements()
        if self.masses_kg is not None:
            return [
                ElementRow(known[symbol], Interval.exact(kg), False, "your table")
                for symbol, kg in sorted(self.masses_kg.items(), key=lambda pair: -pair[1])
            ]
        rows = [part for part in self.parts if part.level == Part.Level.ELEMENT and part.element]
        ranks = {part.element: int(found[1]) for part in rows if (found := RANK.search(part.basis))}
        mass = self.known.get("device_analysed_mass")
        symbols = [part.element for part in rows]
        bounds = scenario.bounds_by_rank(mass.value, ranks, symbols) if mass and ranks else {}
        return [published_row(known[part.element], part, ranks, bounds) for part in rows]

    @cached_property
    def class_rows(self) -> list[ClassRow]:
        if self.masses_kg is not None:
            return [
                ClassRow(
                    kind,
                    Interval.exact(scenario.of_class(self.masses_kg, kind)),
                    "your table",
                    ", ".join(symbol for symbol in kind.symbols if symbol in self.masses_kg),
                )
                for kind in elements.CLASSES
            ]
        return [self.class_row(kind) for kind in elements.CLASSES]

    def class_row(self, kind: elements.ElementClass) -> ClassRow:
        """A published total of a class, or that there is none."""
        part = next((part for part in self.parts if part.part == GROUPS.get(kind.slug)), None)
        if part is None or (part.mass_kg is None and part.high_kg is None):
            return ClassRow(kind, None, "", "the masses of its elements are not published")
        most = part.mass_kg if part.high_kg is None else part.high_kg
        kg = Interval(most or 0.0, part.mass_kg or 0.0, most or 0.0)
        badge = "from abstract" if part.high_kg is not None else "reconstructed"
        return ClassRow(kind, kg, badge, part.basis)


def published_row(
    element: elements.Element,
    part: Part,
    ranks: Mapping[str, int],
    bounds: Mapping[str, Sequence[float]],
) -> ElementRow:
    if part.mass_kg is not None:
        return ElementRow(element, Interval.exact(part.mass_kg), False, part.basis)
    if element.symbol in bounds:
        low, high = bounds[element.symbol]
        return ElementRow(element, Interval(high, low, high), True, derivation(element, ranks))
    return ElementRow(element, None, True, part.basis)


def derivation(element: elements.Element, ranks: Mapping[str, int]) -> str:
    """Why its mass lies between those bounds."""
    rank = ranks.get(element.symbol)
    if rank == 1:
        return f"the heaviest: at least the mean of the {scenario.ANALYSED_ELEMENTS} analysed"
    if rank:
        return f"rank {rank} by mass: at most a {ORDINALS[rank]} of the whole"
    last = max(ranks.values())
    return f"lighter than {last} others: at most a {ORDINALS[last + 1]} of the whole"


def gain(before: Run, after: Run) -> Gain:
    qualities = before.training.quality, after.training.quality
    values = [quality.value if quality else 0.0 for quality in qualities]
    result = scenario.follows(
        "material_per_point",
        "material_per_point.of_trainings/1",
        material_before=before.outcomes["material"],
        material=after.outcomes["material"],
        quality_before=qualities[0],
        quality=qualities[1],
    )
    return Gain(before, after, 100 * (values[1] - values[0]), result)


def badge(slug: str, result: Result, hardware: str) -> str:
    """How firmly a result stands: the badge of its formula, and of the data about the device."""
    of_making = ("embodied_carbon", "abiotic_depletion")
    name = result.recipe
    if slug in of_making and hardware == STUDIED_DEVICE:
        name = f"{slug}.from_compute/1"
    recipes = metrics.get(slug).formulas
    return next((recipe.badge for recipe in recipes if recipe.name == name), "by definition")
