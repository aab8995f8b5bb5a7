"""The table of training runs: what the catalogue and the footprint paper say of each."""

from dataclasses import dataclass

from leaderboard import facts
from leaderboard.core.interval import Interval
from leaderboard.core.scenario import STUDIED
from leaderboard.findings import READ_OFF
from leaderboard.models import Estimate, Task
from leaderboard.models.evidence import Origin


@dataclass(frozen=True)
class Work:
    """What one source says of a run's compute."""

    value: Interval
    origin: str
    where: str
    link: str = ""


@dataclass(frozen=True)
class Training:
    """A training of the table: what is published of it, None where nothing is."""

    slug: str
    name: str
    works: tuple[Work, ...]
    quality: Interval | None = None
    quality_of: str = ""
    hours: Interval | None = None
    hardware: str = ""
    energy: Interval | None = None
    entry: int | None = None

    @property
    def work(self) -> Interval | None:
        """The first source's compute, between the lowest and the highest of all."""
        return facts.together([work.value for work in self.works])


@dataclass(frozen=True)
class Entered:
    """The entry that stands for a model's training, and its numbers by metric."""

    pk: int
    name: str
    hardware: str
    quality_of: str
    numbers: dict[str, tuple[Interval, int]]

    def reported(self, metric: str) -> Interval | None:
        """A number that was measured or reported."""
        interval, origin = self.numbers.get(metric, (None, -1))
        return interval if origin in READ_OFF else None


METRICS = ("training_compute", "quality", "accelerator_time", "facility_energy")


def trainings() -> dict[str, Training]:
    """Model → its training run, those of the paper first. One query."""
    found = entered()
    listed = {slug: training_of(slug, entry) for slug, entry in found.items()}
    paper = {slug: listed.get(slug) or training_of(slug, None) for slug in STUDIED}
    return paper | {slug: each for slug, each in listed.items() if each.works}


def entered() -> dict[str, Entered]:
    """Model → its first entry among those of trainings, in the order of names."""
    rows = Estimate.objects.filter(
        entry__task__kind=Task.Kind.TRAINING, metric__in=METRICS
    ).order_by("entry__model__name", "entry_id")
    found: dict[str, Entered] = {}
    for slug, pk, name, hardware, quality_of, metric, origin, *bounds in rows.values_list(
        "entry__model__slug",
        "entry_id",
        "entry__model__name",
        "entry__hardware__name",
        "entry__task__quality_metric",
        "metric",
        "origin",
        *facts.figure(),
    ):
        entry = found.setdefault(slug, Entered(pk, name, hardware, quality_of, {}))
        if entry.pk == pk:
            entry.numbers[metric] = Interval(*bounds), origin
    return found


def training_of(slug: str, entry: Entered | None) -> Training:
    studied = STUDIED.get(slug)
    works = [Work(studied.compute, studied.badge, studied.where)] if studied else []
    if entry is None:
        return Training(slug, studied.name if studied else slug, tuple(works))
    if "training_compute" in entry.numbers:
        interval, origin = entry.numbers["training_compute"]
        label = str(Origin(Origin.values[origin]).label)
        works.append(Work(interval, label, "the entry of this site", f"/entries/{entry.pk}/"))
    quality, _ = entry.numbers.get("quality", (None, 0))
    return Training(
        slug=slug,
        name=entry.name,
        works=tuple(works),
        quality=quality,
        quality_of=entry.quality_of,
        hours=entry.reported("accelerator_time"),
        hardware=entry.hardware,
        energy=entry.reported("facility_energy"),
        entry=entry.pk,
    )
