"""django-import-export set up to leave the entries, runs and numbers of our own CSV.

As its documentation advises for large files: in bulk, without looking for rows to update, without
diffs, with relations looked up once. What it has no part for is given to it ready: the numbers
come converted. It checks nothing else and makes neither estimates nor the rows that a page shows,
which our pipeline does in its time.
"""

from typing import Any

from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import CachedForeignKeyWidget, IntegerWidget
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


class InBulk:
    """Options of all resources here."""

    use_bulk = True
    batch_size = 5_000
    force_init_instance = True
    skip_diff = True
    report_skipped = False
    store_instance = False
    clean_model_instances = False
    use_transactions = True


def relation(name: str, model: Any, by: str, column: str = "") -> Field:
    """A column that names a row of another model."""
    return Field(
        attribute=name, column_name=column or name, widget=CachedForeignKeyWidget(model, by)
    )


class EntryResource(ModelResource):
    task = relation("task", Task, "slug")
    model = relation("model", AIModel, "slug")
    method = relation("method", Method, "slug")
    hardware = relation("hardware", Hardware, "slug")
    device_count = Field(attribute="device_count", widget=IntegerWidget())
    settings = Field(attribute="settings")
    settings_key = Field(attribute="settings_key")

    class Meta(InBulk):
        model = Entry
        import_id_fields = ("task",)  # Needed, and not looked at: every row is new.
        fields = (
            *("task", "model", "method", "hardware"),
            *("device_count", "settings", "settings_key"),
        )

    def before_import_row(self, row: Any, **how: Any) -> None:
        settings = {"batch": int(row["setting:batch"])}
        row["method"] = "baseline"
        row["settings"] = settings
        row["settings_key"] = settings_key(settings)


class RunResource(ModelResource):
    entry = relation("entry", Entry, "settings_key", "settings_key")
    samples = Field(attribute="samples", widget=IntegerWidget())
    row = Field(attribute="row", widget=IntegerWidget())

    class Meta(InBulk):
        model = Run
        import_id_fields = ("samples",)
        fields = ("entry", "samples", "row")

    def before_import_row(self, row: Any, *, row_number: int = 0, **how: Any) -> None:
        row["row"] = row_number
        row["settings_key"] = settings_key({"batch": int(row["setting:batch"])})

    def before_save_instance(self, instance: Run, row: Any, **how: Any) -> None:
        instance.submission = how["submission"]
        instance.path = "bench.csv"


class NumberResource(ModelResource):
    run = relation("run", Run, "row", "row")

    class Meta(InBulk):
        model = Measurement
        import_id_fields = ("run", "metric")
        fields = ("run", *TEXT, *NUMBER)
        widgets = {name: {"coerce_to_string": False} for name in NUMBER}


def numbers_of(submission: Submission) -> Dataset:
    """The numbers that our pipeline made of a file, as a table."""
    columns = ("run__row", *TEXT, *NUMBER)
    found = Measurement.objects.filter(run__submission=submission).values_list(*columns)
    return Dataset(*found, headers=("row", *TEXT, *NUMBER))


def imported(content: str, numbers: Dataset, submission: Submission) -> None:
    """Import the CSV, and then its numbers."""
    for resource in (EntryResource(), RunResource()):
        table = Dataset().load(content, format="csv")
        resource.import_data(table, raise_errors=True, submission=submission)
    NumberResource().import_data(numbers, raise_errors=True)
