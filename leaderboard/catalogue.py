"""What a reader asks of the lists of models, devices, methods and tasks: words and facets.

models     q= developer= family= weights= used= year_from= year_to=
hardware   q= vendor= kind= used= year_from= year_to=
methods    q= kind= used=
tasks      q= kind= used=
"""

from collections.abc import Mapping

from django.db.models import (
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    TextField,
    When,
)
from django.db.models.functions import Cast, Substr

from leaderboard.literature import Facet, Question, by_column
from leaderboard.models import AIModel, Board, Entry, Hardware, Method, Task

WEIGHTS = {"open": True, "closed": False}


def named(rows: QuerySet) -> QuerySet:
    """With the other names as one text."""
    return rows.annotate(other_names=Cast("aliases", TextField()))


def dated(rows: QuerySet) -> QuerySet:
    """With the year of release, where it is known."""
    year = Cast(Substr("released", 1, 4), IntegerField())
    return rows.annotate(released_year=Case(When(released__regex=r"^[0-9]{4}", then=year)))


def all_models() -> QuerySet:
    return dated(named(AIModel.objects.all()))


def all_hardware() -> QuerySet:
    return dated(named(Hardware.objects.exclude(slug="unspecified")))


def all_methods() -> QuerySet:
    return named(Method.objects.all())


def all_tasks() -> QuerySet:
    """Tasks with their boards in the order of the site."""
    boards = Board.objects.order_by("position", "slug")
    return named(Task.objects.prefetch_related(Prefetch("boards", boards)))


def models() -> Question:
    rows = all_models()
    return Question(
        all_models,
        ("name", "slug", "developer", "family", "other_names"),
        (
            by_text("developer", "Developer", rows),
            by_text("family", "Family", rows),
            weights(),
            used("model"),
        ),
        year="released_year",
    )


def hardware() -> Question:
    rows = all_hardware()
    return Question(
        all_hardware,
        ("name", "slug", "vendor", "kind", "other_names"),
        (by_text("vendor", "Vendor", rows), by_text("kind", "Kind", rows), used("hardware")),
        year="released_year",
    )


def methods() -> Question:
    return Question(
        all_methods,
        ("name", "slug", "summary", "other_names"),
        (by_choice("kind", "Kind", dict(Method.KINDS)), used("method")),
        year="",
    )


def tasks() -> Question:
    kinds = {value: str(label).lower() for value, label in Task.Kind.choices}
    return Question(
        all_tasks,
        ("name", "slug", "summary", "functional_unit", "quality_metric", "other_names"),
        (by_choice("kind", "Kind", kinds), used("task")),
        year="",
    )


def by_choice(name: str, label: str, choices: Mapping[str, str]) -> Facet:
    """A facet of a column."""
    return Facet(
        name, label, choices, lambda rows, value: rows.filter(**{name: value}), by_column(name)
    )


def by_text(name: str, label: str, rows: QuerySet) -> Facet:
    """A facet of a column with whatever texts these rows have there, the commonest first."""
    counts = by_column(name)(rows)
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    return by_choice(name, label, {value: value for value in ordered if value})


def weights() -> Facet:
    counts = {
        value: Count("pk", filter=Q(has_open_weights=is_open)) for value, is_open in WEIGHTS.items()
    }
    return Facet(
        "weights",
        "Weights",
        {value: value for value in WEIGHTS},
        lambda rows, value: rows.filter(has_open_weights=WEIGHTS[value]),
        lambda rows: rows.order_by().aggregate(**counts),
    )


def used(kind: str) -> Facet:
    """Whether a thing has a published entry."""

    has_entries = Exists(Entry.objects.published().filter(**{kind: OuterRef("pk")}))

    def narrowed(rows: QuerySet, value: str) -> QuerySet:
        return rows.filter(has_entries if value == "yes" else ~has_entries)

    def counts(rows: QuerySet) -> dict[str, int]:
        some, of_all = narrowed(rows, "yes").count(), rows.count()
        return {"yes": some, "no": of_all - some}

    return Facet("used", "Entries", {"yes": "some", "no": "none yet"}, narrowed, counts)
