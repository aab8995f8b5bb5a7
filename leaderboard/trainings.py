"""The table of training runs: what the catalogue and the footprint paper say of each."""

from collections.abc import Mapping
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


def trainings() -> dict[str, Training]:
    """Model → its training run, those of the paper first. One query."""
    rows = (
        Estimate.objects.filter(
            entry__task__kind=Task.Kind.TRAINING,
            metric__in=("training_compute", "quality", "accelerator_time", "facility_energy"),
        )
        .select_related("entry__model", "entry__hardware", "entry__task")
        .order_by("entry__model__name", "entry_id")
    )
    found: dict[str, dict[str, Estimate]] = {}
    for row in rows:
        known = found.setdefault(row.entry.model.slug, {})
        # Of several entries of a model the first one is meant.
        if not known or next(iter(known.values())).entry_id == row.entry_id:
            known[row.metric] = row
    listed = {slug: training_of(slug, known) for slug, known in found.items()}
    paper = {slug: listed.get(slug) or training_of(slug, {}) for slug in STUDIED}
    return paper | {slug: each for slug, each in listed.items() if each.works}


def training_of(slug: str, known: Mapping[str, Estimate]) -> Training:
    studied = STUDIED.get(slug)
    works = [Work(studied.compute, studied.badge, studied.where)] if studied else []
    if row := known.get("training_compute"):
        origin = Origin(Origin.values[row.origin]).label
        works.append(
            Work(interval(row), origin, "the entry of this site", row.entry.get_absolute_url())
        )
    entry = next((row.entry for row in known.values()), None)
    reported = {name: known[name] for name in known if known[name].origin in READ_OFF}
    return Training(
        slug=slug,
        name=entry.model.name if entry else studied.name if studied else slug,
        works=tuple(works),
        quality=interval(known["quality"]) if "quality" in known else None,
        quality_of=entry.task.quality_metric if entry else "",
        hours=interval(reported["accelerator_time"]) if "accelerator_time" in reported else None,
        hardware=entry.hardware.name if entry else "",
        energy=interval(reported["facility_energy"]) if "facility_energy" in reported else None,
        entry=entry.pk if entry else None,
    )


def interval(row: Estimate) -> Interval:
    return Interval(row.value, row.low, row.high)
