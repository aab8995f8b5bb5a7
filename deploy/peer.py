"""django-import-export set up to leave the entries, runs and numbers of our own CSV.

In two ways: as its documentation starts one off, so that each row is looked for before it is
written and compared with what was there; and as it advises for large files. What it has no part
for is given to it ready: the numbers come converted. It checks nothing else and makes neither
estimates nor the rows that a page shows, which our pipeline does in its time.
"""

from typing import Any

from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import (
    CachedForeignKeyWidget,
    ForeignKeyWidget,
    IntegerWidget,
)
from tablib import Dataset

from leaderboard.models import (
    AIModel,
    Entry,
    Hardware,
    Measurement,
    Method,
    Run,
    Submission,
    Task,
)
from leaderboard.models.evidence import settings_key

NUMBER = ("value", "low", "high", "divisor")
TEXT = ("metric", "origin", "raw_value", "raw_unit", "column", "instrument")
PATH = "bench.csv"


def relation(name: str, model: Any, by: str, column: str = "") -> Field:
    """A column that names a row of another model."""
    return Field(attribute=name, column_name=column or name, widget=ForeignKeyWidget(model, by))


class EntryResource(ModelResource):
    task = relation("task", Task, "slug")
    model = relation("model", AIModel, "slug")
    method = relation("method", Method, "slug")
    hardware = relation("hardware", Hardware, "slug")
    device_count = Field(attribute="device_count", widget=IntegerWidget())
    settings = Field(attribute="settings")
    settings_key = Field(attribute="settings_key")

    class Meta:
        model = Entry
        import_id_fields = (
            *("task", "model", "method", "hardware"),
            *("device_count", "settings_key"),
        )
        fields = (*import_id_fields, "settings")


class RunResource(ModelResource):
    submission = relation("submission", Submission, "pk")
    entry = relation("entry", Entry, "settings_key", "settings_key")
    samples = Field(attribute="samples", widget=IntegerWidget())
    row = Field(attribute="row", widget=IntegerWidget())

    class Meta:
        model = Run
        import_id_fields = ("submission", "path", "row")
        fields = (*import_id_fields, "entry", "samples")


class NumberResource(ModelResource):
    run = relation("run", Run, "row", "row")

    class Meta:
        model = Measurement
        import_id_fields = ("run", "metric")
        fields = ("run", *TEXT, *NUMBER)
        widgets = {name: {"coerce_to_string": False} for name in NUMBER}


class Lean:
    """Options for large files, as the documentation advises: every row is new."""

    use_bulk = True
    batch_size = 5_000
    force_init_instance = True
    skip_diff = True
    report_skipped = False
    use_transactions = True


class InBulk(ModelResource):
    """Looks relations up once."""

    def __init__(self, **choices: Any) -> None:
        super().__init__(**choices)
        for field in self.fields.values():
            if isinstance(field.widget, ForeignKeyWidget):
                field.widget = CachedForeignKeyWidget(field.widget.model, field.widget.field)


class EntriesInBulk(InBulk, EntryResource):
    class Meta(Lean, EntryResource.Meta):
        pass


class RunsInBulk(InBulk, RunResource):
    class Meta(Lean, RunResource.Meta):
        pass


class NumbersInBulk(InBulk, NumberResource):
    class Meta(Lean, NumberResource.Meta):
        pass


# Resources of entries, runs and numbers.
AS_IT_STARTS = (EntryResource, RunResource, NumberResource)
IN_BULK = (EntriesInBulk, RunsInBulk, NumbersInBulk)


def numbers_of(submission: Submission) -> Dataset:
    """The numbers that our pipeline made of a file, as a table."""
    columns = ("run__row", *TEXT, *NUMBER)
    found = Measurement.objects.filter(run__submission=submission).values_list(*columns)
    return Dataset(*found, headers=("row", *TEXT, *NUMBER))


def imported(
    content: str, numbers: Dataset, submission: Submission, resources: tuple[Any, ...]
) -> None:
    """Import the CSV, and then its numbers."""
    entries, runs, measurements = resources
    table = completed(Dataset().load(content, format="csv"), submission)
    for resource, rows in ((entries, table), (runs, table), (measurements, numbers)):
        resource().import_data(rows, raise_errors=True)


def completed(table: Dataset, submission: Submission) -> Dataset:
    """The table with the columns that the file does not have."""
    settings = [{"batch": int(batch)} for batch in table["setting:batch"]]
    columns: dict[str, list[Any]] = {
        "method": ["baseline"] * len(settings),
        "settings": settings,
        "settings_key": [settings_key(each) for each in settings],
        "submission": [submission.pk] * len(settings),
        "path": [PATH] * len(settings),
        "row": list(range(1, 1 + len(settings))),
    }
    for header, column in columns.items():
        table.append_col(column, header=header)
    return table
