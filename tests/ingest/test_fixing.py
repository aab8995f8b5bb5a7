"""Cells of a submission are fixed in place, one by one, all alike, or in a table brought back."""

import csv as tables
import io
import random
from pathlib import Path

import pytest
from django.utils import timezone

from ingest import fixing, pipeline, takeaway
from ingest.formats import _given
from leaderboard.models import Entry, Measurement, Run, Submission
from tests.builders import make_user
from tests.ingest.files import csv, make_catalogue, received, row, sent

pytestmark = pytest.mark.django_db

WIDE = (
    "model,hardware,device_count,task,measured_on,node_energy_origin,quality [%],"
    "node_energy [J],node_energy_low [J],node_energy_high [J],latency [s]"
)
GOOD = {
    "model": "tiny",
    "hardware": "card-9",
    "device_count": "1",
    "task": "riddles",
    "measured_on": "2026-01-31",
    "node_energy_origin": "METERED",
    "quality [%]": "50",
    "node_energy [J]": "100",
    "node_energy_low [J]": "90",
    "node_energy_high [J]": "110",
    "latency [s]": "0.5",
}
# Twelve kinds of errors: code, column, and a cell that has it.
KINDS = [
    ("number.invalid", "quality [%]", "half"),
    ("number.invalid", "node_energy [J]", "1O0"),
    ("number.invalid", "latency [s]", "0,5"),
    ("value.zero", "latency [s]", "0"),
    ("value.negative", "latency [s]", "-1"),
    ("quality.range", "quality [%]", "101"),
    ("interval.order", "node_energy [J]", "120"),
    ("date.invalid", "measured_on", "2026-02-30"),
    ("count.invalid", "device_count", "0"),
    ("model.unknown", "model", "tinny"),
    ("hardware.unknown", "hardware", "card-8"),
    ("origin.unknown", "node_energy_origin", "GUESSED"),
]


def line(**cells: str) -> str:
    return ",".join(f'"{cell}"' for cell in (GOOD | cells).values())


def seeded(rows: int = 1000, errors: int = 37) -> tuple[bytes, dict[int, tuple[str, str]]]:
    """A table with errors at known rows: row → code and column."""
    drawn = random.Random(12)
    places = sorted(drawn.sample(range(1, rows + 1), errors))
    planted = {place: KINDS[number % len(KINDS)] for number, place in enumerate(places)}
    lines = [
        line(**{planted[number][1]: planted[number][2]} if number in planted else {})
        for number in range(1, rows + 1)
    ]
    return csv(*lines, header=WIDE), {place: kind[:2] for place, kind in planted.items()}


def checked(content: bytes, **more) -> Submission:
    """A submission that stopped after its check."""
    return sent(content, publish="NO", **more)


def check(submission: Submission) -> None:
    pipeline.recheck(submission.pk, at=timezone.now(), context=submission.context)
    pipeline.ingest(submission.pk, at=timezone.now())
    submission.refresh_from_db()


def table_of(submission: Submission, state: str = "error") -> list[dict[str, str]]:
    submission.refresh_from_db()
    text = "".join(takeaway.table(submission, submission.rows.of(state)))
    return list(tables.DictReader(io.StringIO(text, newline="")))


def written(lines: list[dict[str, str]]) -> bytes:
    out = io.StringIO(newline="")
    writer = tables.DictWriter(out, lines[0])
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue().encode()


@pytest.fixture(autouse=True)
def _catalogue():
    make_catalogue()


# Every problem at once


def test_37_errors_of_12_kinds_are_all_told_at_once_and_nothing_is_published():
    content, planted = seeded()

    submission = sent(content)

    errors = submission.errors
    told = {
        (number, issue["code"], issue["column"])
        for issue in errors
        for number in (issue["row"], *issue["also_rows"])
    }
    assert submission.summary["errors"] == 37
    assert told == {(number, *kind) for number, kind in planted.items()}
    assert len(errors) == 12
    assert not Run.objects.exists()
    assert not Entry.objects.exists()


def test_an_unknown_column_is_an_error_and_another_case_a_note():
    unknown = sent(
        csv(
            row(1, batch="red"),
            header="model,task,hardware,colour,quality [%],node_energy [J],latency [s]",
        )
    )
    other_case = sent(
        csv(header="Model,TASK,hardware,setting:batch,quality [%],node_energy [J],latency [s]")
    )

    assert [(issue["code"], issue["column"]) for issue in unknown.errors] == [
        ("column.unknown", "colour")
    ]
    assert other_case.state == "PUBLISHED"
    (note,) = other_case.issues
    assert (note["code"], note["severity"]) == ("column.spelling", "info")
    assert "“Model” as model, “TASK” as task" in note["message"]


# Cell by cell


def test_five_fixed_cells_count_and_their_originals_stay():
    submission = checked(csv(*(row(n, energy=f"{n} J") for n in range(1, 6)), row(6)))

    for number in range(1, 6):
        cells = {"node_energy [J]": str(number)}
        assert fixing.fix(submission.pk, row=number, cells=cells) == 1
    check(submission)
    pipeline.publish(submission.pk, by=submission.submitted_by)
    pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.state == "PUBLISHED"
    energies = Measurement.objects.filter(metric="node_energy", run__row__lte=5)
    assert sorted(energies.values_list("value", flat=True)) == [1, 2, 3, 4, 5]
    kept = submission.rows.fixed().in_order()
    assert [one.sent["node_energy [J]"] for one in kept] == [f"{n} J" for n in range(1, 6)]
    assert [one.patched for one in kept] == [{"node_energy [J]": str(n)} for n in range(1, 6)]


def test_a_fix_is_undone_by_null_or_by_writing_what_was_sent():
    submission = checked(csv(row(1, quality="x")))

    def fix(value):
        fixing.fix(submission.pk, row=1, cells={"quality [%]": value})
        return submission.rows.get().patched

    assert fix("50") == {"quality [%]": "50"}
    assert fix(None) is None
    assert fix(50) == {"quality [%]": "50"}
    assert fix("x") is None
    assert fix("") == {"quality [%]": ""}


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"colour": "red"}, "cell.nowhere"),
        ({"quality": "50"}, "cell.nowhere"),
        ({"/quality": "50"}, "cell.nowhere"),
        ({"quality [%]": ["50"]}, "value.unfit"),
        ({"quality [%]": {"a": 1}}, "value.unfit"),
        ({"quality [%]": "a\0b"}, "value.unfit"),
        ({"quality [%]": "\ud800"}, "value.unfit"),
        ({"quality [%]": "x" * 32_768}, "value.unfit"),
    ],
)
def test_what_can_not_be_written_is_refused_and_nothing_changes(cells, code):
    submission = checked(csv(row(1, quality="x")))

    with pytest.raises(fixing.Unfit) as unfit:
        fixing.fix(submission.pk, row=1, cells={"model": "other"} | cells)

    assert [issue.code for issue in unfit.value.issues] == [code]
    assert submission.rows.get().patched is None


@pytest.mark.parametrize("number", [0, 2, 2**40])
def test_a_row_that_is_not_there_can_not_be_fixed(number):
    submission = checked(csv(row(1)))

    with pytest.raises(fixing.Unfit, match="no row"):
        fixing.fix(submission.pk, row=number, cells={"model": "tiny"})


@pytest.mark.parametrize("state", Submission.State)
def test_only_a_checked_held_or_rejected_submission_is_fixed(state):
    submission = checked(csv(row(1)))
    Submission.objects.update(state=state)

    def fix():
        return fixing.fix(submission.pk, row=1, cells={"model": "other"})

    if state in ("CHECKED", "HELD", "REJECTED"):
        assert fix() == 1
    else:
        with pytest.raises(pipeline.NotAllowed):
            fix()
        assert submission.rows.get().patched is None


def test_a_fix_takes_back_an_approval_and_is_published_only_by_its_sender():
    submission = sent(csv(row(1, quality="x")))
    Submission.objects.update(is_approved=True, publish="AUTO")

    fixing.fix(submission.pk, row=1, cells={"quality [%]": "50"})
    assert fixing.check_at_once(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert (submission.state, submission.is_approved) == ("CHECKED", False)
    assert submission.summary["errors"] == 0
    assert not Run.objects.exists()


def test_a_large_submission_is_checked_when_somebody_asks():
    submission = checked(csv(*(row(n, quality="x") for n in range(1, 202))))

    fixing.fix(submission.pk, row=1, cells={"quality [%]": "50"})
    fixing.fix(submission.pk, row=2, cells={"quality [%]": "50", "latency [s]": "1"})
    assert not fixing.check_at_once(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert (submission.state, submission.summary["unchecked"]) == ("CHECKED", 3)
    assert submission.summary["errors"] == 201
    check(submission)
    assert submission.summary["errors"] == 199
    assert "unchecked" not in submission.summary


def test_a_record_of_json_may_get_a_key_that_it_lacks():
    document = (
        b'{"format": "efficiency-frontier", "version": 1, "entries": [{"model": "tiny", '
        b'"task": "riddles", "hardware": "card-9", "values": {"node_energy": {"value": 5}}}]}'
    )
    submission = checked(document, filename="results.json")
    assert [issue["code"] for issue in submission.errors] == ["unit.missing"]

    fixing.fix(submission.pk, row=1, cells={"/values/node_energy/unit": "kWh"})
    check(submission)

    assert submission.summary["errors"] == 0


# All alike


def test_one_value_is_written_in_all_rows_with_the_problem_and_in_no_other():
    lines = [row(n, latency="n/m") for n in (1, 2, 3)] + [row(4, latency="soon"), row(5)]
    submission = checked(csv(*lines))

    count = fixing.fix_alike(
        submission.pk,
        code="number.invalid",
        column="latency [s]",
        given="n/m",
        cells={"latency [s]": ""},
    )
    check(submission)

    assert count == 3
    assert [one.row for one in submission.rows.fixed().in_order()] == [1, 2, 3]
    assert [(issue["row"], issue["given"]) for issue in submission.errors] == [(4, "soon")]


def test_the_unit_that_a_header_lacks_is_said_once_for_all_rows():
    header = "model,task,hardware,setting:batch,quality [%],node_energy,latency [s]"
    submission = checked(csv(*(row(n, energy=n) for n in range(1, 215)), header=header))
    (issue,) = submission.errors
    assert (issue["code"], issue["count"]) == ("unit.missing", 214)

    fixing.fix_alike(
        submission.pk, code="unit.missing", column="node_energy", rename="node_energy [kWh]"
    )
    check(submission)
    pipeline.publish(submission.pk, by=submission.submitted_by)
    pipeline.ingest(submission.pk, at=timezone.now())

    seventh = Measurement.objects.get(metric="node_energy", run__row=7)
    assert (seventh.value, seventh.raw_value, seventh.raw_unit) == (7 * 3.6e6, "7", "kWh")
    assert submission.rows.get(row=7).sent["node_energy"] == "7"


@pytest.mark.parametrize(
    "wish",
    [
        {"code": "number.invalid", "column": "latency [s]", "cells": {"latency [s]": ""}},
        {"code": "number.invalid", "column": "quality [%]", "given": "y", "cells": {}},
        {"code": "number.invalid", "column": "quality [%]", "cells": {"colour": "red"}},
        {"code": "number.invalid", "column": "quality [%]", "rename": "latency [s]"},
        {"code": "number.invalid", "column": "quality [%]", "rename": "a\0b"},
        {"code": "number.invalid", "column": "quality [%]", "rename": "a" * 5_000},
    ],
)
def test_a_fix_of_all_alike_that_can_not_be_made_is_refused(wish):
    submission = checked(csv(row(1, quality="x")))

    with pytest.raises(fixing.Unfit):
        fixing.fix_alike(submission.pk, **wish)

    assert submission.rows.get().patched is None


# There and back


def test_rejected_rows_go_out_with_their_errors_in_the_order_of_the_file():
    submission = checked(csv(row(1), row(2, quality="x"), row(3, model="tinny")))

    lines = table_of(submission)

    assert list(lines[0]) == [
        "row",
        "path",
        "model",
        "task",
        "hardware",
        "setting:batch",
        "quality [%]",
        "node_energy [J]",
        "latency [s]",
        "errors",
    ]
    assert [(one["row"], one["path"], one["model"]) for one in lines] == [
        ("2", "results.csv", "tiny"),
        ("3", "results.csv", "tinny"),
    ]
    assert lines[0]["errors"] == "quality [%]: “x” is not a number."


def test_a_table_mended_and_brought_back_fixes_the_cells_that_differ():
    submission = checked(csv(row(1), row(2, quality="x"), row(3, model="tinny", energy=-3)))
    lines = table_of(submission)
    lines[0]["quality [%]"] = "50"
    lines[1] |= {"model": "tiny", "node_energy [J]": "3"}

    assert fixing.bring_back(submission.pk, table=written(lines)) == 3
    check(submission)

    assert submission.summary["errors"] == 0
    assert [one.patched for one in submission.rows.in_order()] == [
        None,
        {"quality [%]": "50"},
        {"model": "tiny", "node_energy [J]": "3"},
    ]


def test_a_table_brought_back_as_it_was_changes_nothing():
    odd = ["=cmd()", "'=cmd()", "''+x", "-5", "'-5", "+1e3", "@a", " =b", "-x", 'a "b", c\nd', "é "]
    quoted = ['"{}"'.format(text.replace('"', '""')) for text in odd]
    submission = checked(csv(*(row(n, model=text) for n, text in enumerate(quoted, 1))))
    lines = table_of(submission, "")

    assert len(lines) == len(odd)
    assert fixing.bring_back(submission.pk, table=written(lines)) == 0


@pytest.mark.parametrize("text", ["=cmd()", " =cmd()", "@a", "-x", "+x", "\t=a", "'=a", "-1+2"])
def test_no_cell_that_goes_out_is_a_formula(text):
    given = _given.marked(text)

    assert given[0] == "'"
    assert _given.unmarked(given) == text


@pytest.mark.parametrize("text", ["-5", "+5", "-1.5e-3", "5", "", "a=b", "'quoted'"])
def test_numbers_and_plain_texts_go_out_as_they_are(text):
    assert _given.unmarked(_given.marked(text)) == _given.marked(text) == text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"row": "9"}, "row.nowhere"),
        ({"row": "two"}, "row.nowhere"),
        ({"row": ""}, "row.nowhere"),
        ({"path": "other.csv"}, "row.nowhere"),
        ({"quality [%]": "a" * 32_768}, "cell.long"),
    ],
)
def test_a_table_with_a_line_of_no_row_is_refused_whole(change, code):
    submission = checked(csv(row(1, quality="x"), row(2, quality="x")))
    lines = [one | {"quality [%]": "50"} for one in table_of(submission)]
    lines[1] |= change

    with pytest.raises(fixing.Unfit) as unfit:
        fixing.bring_back(submission.pk, table=written(lines))

    assert [issue.code for issue in unfit.value.issues] == [code]
    assert not submission.rows.fixed().exists()


@pytest.mark.parametrize(
    "table",
    [b"", b"row,path,errors", b"a,b\n1,2", b"\xff\xfe", b'row,path,a,errors\n"', b"errors\nx"],
)
def test_what_is_no_table_of_ours_is_refused(table):
    submission = checked(csv(row(1, quality="x")))

    with pytest.raises(fixing.Unfit):
        fixing.bring_back(submission.pk, table=table)


def test_a_row_that_stands_twice_in_a_table_is_refused():
    submission = checked(csv(row(1, quality="x")))
    lines = table_of(submission)

    with pytest.raises(fixing.Unfit, match="twice"):
        fixing.bring_back(submission.pk, table=written(lines * 2))


def test_the_mended_rows_sent_as_a_new_file_are_taken():
    submission = checked(csv(row(1), row(2, quality="x"), row(3, model="tinny")))
    lines = table_of(submission)
    lines[0]["quality [%]"], lines[1]["model"] = "50", "tiny"

    again = sent(written(lines), by=make_user())

    assert (again.state, again.summary["rows"], again.summary["errors"]) == ("PUBLISHED", 2, 0)
    (note,) = again.issues
    assert (note["code"], note["severity"]) == ("column.ignored", "info")


def test_a_format_that_is_not_ours_takes_its_table_back():
    sample = Path(__file__).parents[1] / "samples" / "codecarbon-csv" / "emissions.csv"
    submission = checked(sample.read_bytes(), filename="emissions.csv")
    lines = table_of(submission, "")

    again = checked(written(lines), filename="emissions.csv", by=make_user())

    assert again.format == "codecarbon-csv"
    assert again.summary["rows"] == submission.summary["rows"]
    first = submission.rows.in_order().first()
    assert again.rows.in_order().first().sent == first.sent


# Search


def test_rows_are_found_by_their_cells_and_not_by_their_columns():
    submission = checked(csv(row(1), row(2, model="tinny"), row(3, quality="x")))
    fixing.fix(submission.pk, row=3, cells={"quality [%]": "12.25"})

    def found(text):
        return [one.row for one in submission.rows.holding(text).in_order()]

    assert found("TINN") == [2]
    assert found("12.25") == [3]
    assert found("model") == []
    assert found("%") == []
    assert submission.rows.counts() == {
        "all": 3,
        "error": 2,
        "warning": 0,
        "info": 0,
        "fine": 1,
        "fixed": 1,
    }


def test_a_fix_waits_for_a_check_that_is_going_on():
    submission = received(csv(row(1)))

    with pytest.raises(pipeline.NotAllowed, match="received"):
        fixing.fix(submission.pk, row=1, cells={"model": "tiny"})
