"""No door lets NaN or infinity in: files, patches, context, formulas, the tables themselves."""

import json

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from ingest import pipeline
from ingest.resolve import ContextError, context_of
from leaderboard.core import metrics
from leaderboard.models import Board, Estimate, Measurement, Placement, SubmissionRow
from tests.builders import make_board, make_entry, refresh
from tests.ingest.files import csv, make_catalogue, received, row, sent

pytestmark = pytest.mark.django_db
# As PostgreSQL reads them.
NUMBERS = ["NaN", "Infinity", "-Infinity"]
# As people and programs write them.
WRITTEN = [
    "inf",
    "-inf",
    "Infinity",
    "+Infinity",
    "∞",
    "1e999",
    "-1e999",
    "NaN()",
    "nanum",
    "1.#INF",
]
# What many programs write for “nothing”.
NOTHING = ["nan", "NaN", "NAN"]


@pytest.mark.parametrize("written", WRITTEN)
def test_a_table_with_such_a_cell_is_refused(written):
    make_catalogue()

    submission = sent(csv(row(1), row(2, latency=written)))

    assert submission.state == "REJECTED"
    assert [(issue["code"], issue["row"]) for issue in submission.issues] == [("number.invalid", 2)]
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("written", NOTHING)
def test_nan_in_a_table_is_a_missing_number(written):
    make_catalogue()

    submission = sent(csv(row(1, latency=written)))

    assert submission.state == "PUBLISHED"
    assert not Measurement.objects.filter(metric="latency").exists()
    assert Measurement.objects.filter(metric="node_energy").exists()


def document(latency: str) -> bytes:
    """A document of one entry whose latency is written so."""
    entry = {
        "model": "tiny",
        "task": "riddles",
        "hardware": "card-9",
        "values": {"latency": {"value": 0, "unit": "s"}, "quality": {"value": 50, "unit": "%"}},
    }
    whole = json.dumps({"format": "efficiency-frontier", "version": 1, "entries": [entry]})
    return whole.replace(": 0,", f": {latency},").encode()


def yaml(latency: str) -> bytes:
    """The same as YAML."""
    return (
        "format: efficiency-frontier\nversion: 1\nentries:\n- model: tiny\n  task: riddles\n"
        f"  hardware: card-9\n  values:\n    latency: {{value: {latency}, unit: s}}\n"
        "    quality: {value: 50, unit: '%'}\n"
    ).encode()


@pytest.mark.parametrize("written", ["NaN", "null"])
def test_such_a_word_in_a_document_is_a_missing_number(written):
    make_catalogue()

    submission = sent(document(written), filename="a.json")

    assert submission.state == "PUBLISHED"
    assert set(Measurement.objects.values_list("metric", flat=True)) == {"quality"}


@pytest.mark.parametrize(
    "content",
    [document("Infinity"), document("-Infinity"), document("1e999"), yaml(".inf"), yaml("1e999")],
)
def test_an_infinity_in_a_document_is_refused_as_in_a_table(content):
    make_catalogue()

    submission = sent(content, filename="a")

    assert submission.state == "REJECTED"
    assert ("number.invalid", 1) in [(one["code"], one["row"]) for one in submission.issues]
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("written", ["inf", "-Infinity", "1e999"])
def test_a_cell_that_was_patched_so_is_refused(written):
    make_catalogue()
    submission = received(csv(row(1)), publish="NO")
    pipeline.ingest(submission.pk, at=timezone.now())
    SubmissionRow.objects.update(patched={"latency [s]": written})

    pipeline.recheck(submission.pk, at=timezone.now(), context={})
    pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert [issue["code"] for issue in submission.issues] == ["number.invalid"]


@pytest.mark.parametrize("said", [float("nan"), float("inf"), "nan", "inf", "1e999", "-1", "1.5"])
@pytest.mark.parametrize("key", ["samples", "device_count"])
def test_a_context_that_says_so_is_refused(key, said):
    with pytest.raises(ContextError):
        context_of({key: said})


FORMULAS = [metric for metric in metrics.ALL.values() if metric.formulas]


def unread(word: str):
    raise AssertionError(f"{word} in an answer")


@pytest.mark.parametrize("said", ["NaN", "Infinity", "-Infinity", "1e999", '"inf"', '"nan"'])
@pytest.mark.parametrize("metric", FORMULAS, ids=lambda metric: metric.slug)
def test_a_formula_takes_and_gives_no_such_number(client, metric, said):
    recipe = metric.formulas[0]
    name, *others = recipe.examples[0].inputs
    inputs = {name: 1, **{other: recipe.examples[0].inputs[other] for other in others}}
    body = json.dumps({"inputs": inputs, "recipe": recipe.name}).replace(": 1", f": {said}", 1)

    answer = client.post(
        f"/api/v1/metrics/{metric.slug}/compute/", body, content_type="application/json"
    )

    found = json.loads(answer.content, parse_constant=unread)
    refused = answer.status_code in (400, 422)
    assert refused or (found["state"], found["value"]) == ("missing", None), found


# The tables


@pytest.fixture
def board() -> Board:
    board = make_board()
    make_entry(board, quality=0.5, node_energy=1)
    refresh(board)
    return board


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("column", ["value", "low", "high"])
@pytest.mark.parametrize("table", [Measurement, Estimate])
def test_no_table_of_numbers_holds_one(board, table, column, number):
    update = f"UPDATE {table._meta.db_table} SET {column} = %s::float8"

    with (
        pytest.raises((IntegrityError, DataError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(update, [number])


@pytest.mark.parametrize("number", NUMBERS)
def test_no_placement_holds_one(board, number):
    update = f"UPDATE {Placement._meta.db_table} SET point[2] = %s::float8"

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(update, [number])
    assert board.placements.exists()
