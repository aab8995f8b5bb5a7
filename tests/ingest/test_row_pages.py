"""Rows as pages: found, fixed, mended alike, taken away and brought back; saved answers."""

import io
import json
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ingest import pipeline
from leaderboard.models import Entry, Submission
from tests.builders import make_hardware, make_model, make_submission, make_user
from tests.ingest.files import HEADER, csv, make_catalogue, row, sent

pytestmark = pytest.mark.django_db
NAMELESS = "model,task,hardware,quality [%],node_energy [J]"
CANARY = "<img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _catalogue():
    make_catalogue()


@pytest.fixture
def sender(client):
    user = make_user(username="sender")
    client.force_login(user)
    return user


def checked(sender, *rows: str, **more) -> Submission:
    return sent(csv(*rows, **more), by=sender, publish="NO")


def text_of(response) -> str:
    return response.content.decode()


def address(submission, rest: str = "") -> str:
    return f"{submission.get_absolute_url()}{rest}"


def upload(client, *contents: bytes, names=(), **fields):
    names = names or [f"{number}.csv" for number, _ in enumerate(contents)]
    sent_files = [
        SimpleUploadedFile(name, content) for name, content in zip(names, contents, strict=True)
    ]
    return client.post("/submit/", {"file": sent_files, "publish": "NO", **fields})


# The table


def test_rows_are_shown_by_their_state_and_by_their_text(client, sender):
    submission = checked(sender, row(1), row(2, quality="x"), row(3, model="tinny"))

    def shown(query=""):
        page = text_of(client.get(address(submission, f"rows/{query}")))
        return [n for n in (1, 2, 3) if f"rows/{n}/?path=results.csv" in page]

    assert shown() == [1, 2, 3]
    assert shown("?show=error") == [2, 3]
    assert shown("?show=fine") == [1]
    assert shown("?show=fixed") == []
    assert shown("?q=tinn") == [3]
    assert shown("?q=x&show=fine") == []
    page = text_of(client.get(address(submission, "rows/")))
    assert "Errors 2" in page
    assert "Warnings" not in page


@pytest.mark.parametrize("query", ["?show=odd", "?after=x", "?after=99999999999", "?q=%00"])
def test_a_page_of_rows_that_there_is_not_is_refused(client, sender, query):
    submission = checked(sender, row(1))

    assert client.get(address(submission, f"rows/{query}")).status_code == 400


def test_pages_of_rows_follow_each_other_and_none_is_left_out(client, sender):
    submission = checked(sender, *(row(n) for n in range(1, 121)))
    link, seen = address(submission, "rows/"), []

    while link:
        page = text_of(client.get(link))
        seen += [n for n in range(1, 121) if f"rows/{n}/?path" in page]
        found = [part for part in page.split('href="') if part.split('"')[1].startswith(">Next")]
        link = found[0].split('"')[0].replace("&amp;", "&") if found else ""

    assert seen == list(range(1, 121))


def test_columns_stand_as_in_the_file_those_with_problems_first(client, sender):
    submission = checked(sender, row(1, latency="soon"))

    page = text_of(client.get(address(submission, "rows/")))

    heads = [part.split("</th>")[0] for part in page.split('<th scope="col">')[1:]]
    first = ["State", "latency [s]", "model", "task", "hardware", "setting:batch", "quality [%]"]
    assert heads == [*first, "node_energy [J]"]


def test_the_number_of_queries_does_not_grow_with_the_rows(
    client, sender, django_assert_max_num_queries
):
    submission = checked(sender, *(row(n, quality="x") for n in range(1, 60)))

    for view in ("rows/", "rows/7/?path=results.csv"):
        with django_assert_max_num_queries(10):
            client.get(address(submission, view))


def test_hostile_cells_are_text(client, sender):
    column = f'"{CANARY}"'
    submission = checked(
        sender, row(1, model=f'"{CANARY}"'), header=HEADER.replace("setting:batch", column)
    )

    for view in ("", "rows/", "rows/1/", f"rows/?q={CANARY}"):
        assert "<img" not in text_of(client.get(address(submission, view))), view


# One row


def test_a_row_has_a_form_with_its_problems_beside_the_cells(client, sender):
    submission = checked(sender, row(1, quality="x"))

    page = text_of(client.get(address(submission, "rows/1/")))

    assert 'name="cell:quality [%]" value="x"' in page
    assert "“x” is not a number." in page
    assert client.get(address(submission, "rows/2/")).status_code == 404
    assert client.get(address(submission, "rows/1/?path=other.csv")).status_code == 404
    assert client.get(address(submission, "rows/1/?path=%00")).status_code == 404
    assert client.get(address(submission, f"rows/{10**30}/")).status_code == 404


def test_cells_are_fixed_by_the_form_and_shown_with_what_was_sent(client, sender):
    submission = checked(sender, row(1, quality="x"), row(2))
    form = {"cell:quality [%]": "51", "cell:model": "tiny", "cell:latency [s]": "0.5"}

    answer = client.post(address(submission, "rows/1/"), form)

    assert (answer.status_code, answer["Location"]) == (
        302,
        address(submission, "rows/1/?path=results.csv"),
    )
    page = text_of(client.get(answer["Location"]))
    assert "1 cell fixed. Checked again: 0 errors left." in page
    assert "Sent: <s>x</s>" in page
    assert submission.rows.get(row=1).patched == {"quality [%]": "51"}

    client.post(address(submission, "rows/1/"), {**form, "undo": "quality [%]"})
    assert submission.rows.get(row=1).patched is None


def test_a_form_that_can_not_be_taken_keeps_what_was_typed(client, sender):
    submission = checked(sender, row(1, quality="x"))
    form = {"cell:quality [%]": "52", "cell:colour": "red"}

    answer = client.post(address(submission, "rows/1/"), form)

    assert answer.status_code == 400
    assert "no column “colour”" in text_of(answer)
    assert 'value="52"' in text_of(answer)
    assert submission.rows.get().patched is None


def test_what_was_fixed_is_still_told_after_publishing(client, sender):
    submission = checked(sender, *(row(n, energy=f"{n} J") for n in range(1, 6)))
    for number in range(1, 6):
        client.post(address(submission, f"rows/{number}/"), {"cell:node_energy [J]": str(number)})
    client.post(address(submission, "publish/"))
    pipeline.ingest(submission.pk, at=timezone.now())
    client.logout()

    for number in range(1, 6):
        page = text_of(client.get(address(submission, f"rows/{number}/")))
        assert f"Sent: <s>{number} J</s>" in page
        assert "Fix this row" not in page
    entry = Entry.objects.get(runs__row=3).get_absolute_url()
    chain = text_of(client.get(f"{entry}?metric=node_energy"))
    assert "the cell was fixed before publishing; sent: <s>3 J</s>" in chain


# All alike


def test_a_folded_problem_offers_what_would_mend_it(client, sender):
    submission = checked(
        sender, row(1), row(2), header=HEADER.replace("node_energy [J]", "node_energy")
    )

    page = text_of(client.get(address(submission)))

    assert "Apply to 2 rows" in page
    assert '<option value="node_energy [kWh]">' in page
    # A unit is never filled in.
    assert 'name="rename" value=""' in page


def test_a_misspelt_column_is_read_under_the_name_it_is_nearly(client, sender):
    submission = checked(
        sender, row(1, batch="bf16"), header=HEADER.replace("setting:batch", "metod")
    )

    page = text_of(client.get(address(submission)))

    assert 'name="rename" value="method"' in page


def test_one_fix_is_applied_to_all_alike(client, sender):
    submission = checked(sender, *(row(n, latency="n/m") for n in (1, 2)), row(3, latency="soon"))
    wish = {
        "code": "number.invalid",
        "column": "latency [s]",
        "cell": "latency [s]",
        "value": "",
        "given": "n/m",
    }

    page = text_of(client.post(address(submission, "fixes/"), wish, follow=True))

    assert "2 cells fixed. Checked again: 1 error left." in page
    assert [one.row for one in submission.rows.fixed().in_order()] == [1, 2]


@pytest.mark.parametrize(
    "wish",
    [
        {},
        {"code": "a.b"},
        {"code": "number.invalid", "column": "quality [%]", "rename": "model"},
        {"code": "number.invalid", "column": "quality [%]", "cell": "colour", "value": "1"},
        {"code": "number.invalid", "column": "quality [%]", "cell": "a\0", "value": "1"},
        {"code": "nothing.here", "column": "quality [%]", "cell": "model", "value": "1"},
    ],
)
def test_a_fix_of_all_alike_that_makes_no_sense_changes_nothing(client, sender, wish):
    submission = checked(sender, row(1, quality="x"))

    assert client.post(address(submission, "fixes/"), wish).status_code == 302
    assert submission.rows.get().patched is None


# There and back


def test_rows_with_errors_are_downloaded_mended_and_brought_back(client, sender):
    submission = checked(sender, row(1), row(2, quality="x"), row(3, model="=1+1"))
    answer = client.get(address(submission, "rows.csv?show=error"))
    table = b"".join(answer.streaming_content).decode()
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "'=1+1" in table

    mended = table.replace(",x,", ",50,").replace("'=1+1", "tiny").encode()
    page = text_of(
        client.post(
            address(submission, "rows/back/"),
            {"table": SimpleUploadedFile("mended.csv", mended)},
            follow=True,
        )
    )

    assert "2 cells fixed. Checked again: 0 errors left." in page


@pytest.mark.parametrize("table", [None, b"", b"a,b\n1,2\n", b"\xff", b"row,path,errors\n1,x,\n"])
def test_a_table_that_is_none_of_ours_changes_nothing(client, sender, table):
    submission = checked(sender, row(1, quality="x"))
    form = {} if table is None else {"table": SimpleUploadedFile("a.csv", table)}

    answer = client.post(address(submission, "rows/back/"), form, follow=True)

    assert answer.status_code == 200
    assert "Nothing was changed" in text_of(answer) or "Choose the table" in text_of(answer)


def test_an_unknown_state_of_a_table_is_refused(client, sender):
    submission = checked(sender, row(1))

    assert client.get(address(submission, "rows.csv?show=odd")).status_code == 400


# Who may


@pytest.mark.parametrize("state", Submission.State)
def test_only_the_sender_and_editors_fix_and_only_where_the_state_permits(client, state):
    owner = make_user()
    submission = make_submission(state=state, submitted_by=owner, summary={"rows": 1})
    submission.rows.create(row=1, sent={"a": "b"})
    posts = [
        ("rows/1/", {"cell:a": "c"}),
        ("fixes/", {"code": "a.b", "column": "a", "cell": "a", "value": "c"}),
        ("rows/back/", {"table": SimpleUploadedFile("a.csv", b"row,path,a,errors\n1,,c,\n")}),
    ]
    for user in (None, make_user()):
        if user:
            client.force_login(user)
        for view, form in posts:
            answer = client.post(address(submission, view), form)
            assert answer.status_code in (302, 404)
        hidden = state != "PUBLISHED"
        for view in ("rows/", "rows/1/", "rows.csv"):
            assert client.get(address(submission, view)).status_code == (404 if hidden else 200)
    assert submission.rows.get().patched is None

    client.force_login(owner)
    may = state in ("CHECKED", "HELD", "REJECTED")
    answer = client.post(address(submission, "rows/1/"), {"cell:a": "c"})
    assert answer.status_code == (302 if may else 400)


# Several files


def test_several_files_are_one_submission_with_their_paths(client, sender):
    paths = ["runs/H100/a.csv", "runs/L4/a.csv"]

    answer = upload(
        client, csv(row(1)), csv(row(2)), names=["a.csv", "a.csv"], paths=json.dumps(paths)
    )

    submission = Submission.objects.get()
    assert answer["Location"] == submission.get_absolute_url()
    pipeline.ingest(submission.pk, at=timezone.now())
    submission.refresh_from_db()
    assert submission.filename == "runs"
    assert submission.summary["runs"] == 2
    page = text_of(client.get(submission.get_absolute_url()))
    assert all(path in page for path in paths)
    raw = client.get(address(submission, "raw"))
    assert 'filename="runs.zip"' in raw["Content-Disposition"]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(raw.streaming_content)))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        paths[0]: csv(row(1)),
        paths[1]: csv(row(2)),
    }
    assert "Content-Length" not in raw


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["a.csv", "a.csv"], ""),
        (["a.csv", "b.csv"], '["a.csv"]'),
        (["a.csv", "b.csv"], '["a.csv", 1]'),
        (["a.csv", "b.csv"], '{"a": 1}'),
        (["a.csv", "b.csv"], "["),
        (["a.csv", "b.csv"], '["x", "./x"]'),
    ],
)
def test_files_that_can_not_be_told_apart_are_refused(client, sender, names, paths):
    answer = upload(client, csv(row(1)), csv(row(2)), names=names, paths=paths)

    assert answer.status_code == 400
    assert "the file was not taken" in text_of(answer)
    assert not Submission.objects.exists()


def test_a_folder_suggests_the_device_that_it_is_called_after(client, sender):
    make_hardware("Turbo 100 SXM", slug="turbo-100-sxm", aliases=["T100"])
    upload(
        client,
        csv("tiny,riddles,,50,100", header=NAMELESS),
        paths=json.dumps(["runs/T100/results.csv"]),
    )
    submission = Submission.objects.get()
    pipeline.ingest(submission.pk, at=timezone.now())

    page = text_of(client.get(submission.get_absolute_url()))

    assert "Near: turbo-100-sxm" in page


# Saved answers


def test_answers_are_saved_on_the_page_and_used_for_the_next_file(client, sender):
    upload(client, csv("tiny,riddles,CITIC,50,100", header=NAMELESS))
    first = Submission.objects.get()
    pipeline.ingest(first.pk, at=timezone.now())

    client.post(
        address(first, "recheck/"), {"asked:hardware:CITIC": "card-9", "save_as": "our lab"}
    )

    assert sender.mappings.get().context == {"hardware": {"CITIC": "card-9"}}
    assert "<option>our lab</option>" in text_of(client.get("/submit/"))
    content = csv("tiny,riddles,CITIC,51,101", header=NAMELESS)
    upload(client, content, mapping="our lab", samples="7")
    second = Submission.objects.exclude(pk=first.pk).get()
    assert second.context == {"hardware": {"CITIC": "card-9"}, "samples": 7}

    upload(client, csv("tiny,riddles,CITIC,52,102", header=NAMELESS))
    third = Submission.objects.latest("pk")
    pipeline.ingest(third.pk, at=timezone.now())
    client.post(address(third, "recheck/"), {"mapping": "our lab"})
    third.refresh_from_db()
    assert third.context == {"hardware": {"CITIC": "card-9"}}

    assert "our lab" in text_of(client.get("/submissions/"))
    client.post("/mappings/forget/", {"name": "our lab"})
    assert not sender.mappings.exists()


@pytest.mark.parametrize("name", ["nothing", "x" * 61, "a\0b"])
def test_answers_of_an_unknown_name_are_refused(client, sender, name):
    answer = upload(client, csv(), mapping=name)

    assert answer.status_code == 400
    assert not Submission.objects.exists()


@pytest.mark.parametrize("fields", [{"save_as": "a/b"}, {"save_as": "x" * 61}, {"mapping": "odd"}])
def test_a_name_that_can_not_be_used_is_told_and_nothing_checked(client, sender, fields):
    submission = checked(sender, row(1, model="tinny"))
    answers = {"asked:model:tinny": "tiny"}

    answer = client.post(address(submission, "recheck/"), answers | fields, follow=True)

    assert answer.status_code == 400
    assert 'name="asked:model:tinny" value="tiny"' in answer.content.decode()  # Still there.
    submission.refresh_from_db()
    assert (submission.state, submission.context) == ("CHECKED", {})


def test_an_answer_is_changed_and_taken_back(client, sender):
    make_model("Small", slug="small")
    submission = checked(sender, row(1, model="tinny"), row(2, hardware="card-8"))
    received_at, page = submission.received_at, address(submission, "recheck/")

    def answered(name: str, answer: str) -> dict:
        client.post(page, {name: answer})
        pipeline.ingest(submission.pk, at=timezone.now())
        submission.refresh_from_db()
        return submission.context

    assert answered("asked:model:tinny", "tiny") == {"model": {"tinny": "tiny"}}
    assert answered("answered:model:tinny", "small") == {"model": {"tinny": "small"}}
    assert submission.summary["asked"] == {"hardware": {"card-8": 1}}
    assert answered("answered:model:tinny", "") == {}
    assert submission.summary["asked"] == {"hardware": {"card-8": 1}, "model": {"tinny": 1}}
    assert submission.received_at == received_at


def test_more_than_what_is_asked_can_be_said_on_the_page(client, sender):
    submission = checked(sender, row(1))
    page = text_of(client.get(address(submission)))
    assert 'name="asked:device_count:"' in page

    client.post(address(submission, "recheck/"), {"asked:device_count:": "4", "asked:region:": ""})
    pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.context == {"device_count": 4}
    assert "number of devices: 4" in text_of(client.get(address(submission)))


def test_a_model_that_neither_file_nor_catalogue_names_is_brought_by_its_sender(client, sender):
    submission = checked(sender, ",riddles,card-9,50,100", header=NAMELESS)
    assert "1 open question" in text_of(client.get(address(submission)))

    client.post(address(submission, "recheck/"), {"asked:model:": "My Own 7B", "new:model": "1"})
    pipeline.ingest(submission.pk, at=timezone.now())
    client.post(address(submission, "publish/"))
    pipeline.ingest(submission.pk, at=timezone.now())

    (entry,) = Entry.objects.all()
    assert (entry.model.name, entry.model.is_proposed) == ("My Own 7B", True)


def test_answers_under_which_the_file_was_sent_before_are_refused_in_words(client, sender):
    content = csv("tiny,riddles,,50,100", header=NAMELESS)
    upload(client, content, hardware="card-9")
    upload(client, content)
    second = Submission.objects.latest("pk")
    pipeline.ingest(second.pk, at=timezone.now())

    answer = client.post(address(second, "recheck/"), {"asked:hardware:": "card-9"}, follow=True)

    assert "You sent this file with these answers already." in text_of(answer)


# What stands beside the results


def test_a_file_of_no_format_beside_results_stays_a_note_until_all_is_published(client, sender):
    upload(client, csv(row(1, quality="x")), b"hello", names=["a.csv", "notes.txt"])
    submission = Submission.objects.get()
    pipeline.ingest(submission.pk, at=timezone.now())

    client.post(address(submission, "rows/1/"), {"cell:quality [%]": "50"})
    submission.refresh_from_db()
    assert [issue["severity"] for issue in submission.issues] == ["info"]
    client.post(address(submission, "recheck/"), {"format": ""})
    pipeline.ingest(submission.pk, at=timezone.now())
    client.post(address(submission, "publish/"))
    pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.state == "PUBLISHED"


def test_a_format_that_was_named_is_kept_until_another_is(client, sender):
    submission = checked(sender, row(1))
    client.post(address(submission, "recheck/"), {"format": "codecarbon-csv"})
    pipeline.ingest(submission.pk, at=timezone.now())
    submission.refresh_from_db()
    assert [issue["code"] for issue in submission.errors] == ["column.missing"]

    client.post(address(submission, "recheck/"))
    pipeline.ingest(submission.pk, at=timezone.now())
    submission.refresh_from_db()
    assert submission.asked_format == "codecarbon-csv"

    client.post(address(submission, "recheck/"), {"format": ""})
    pipeline.ingest(submission.pk, at=timezone.now())
    submission.refresh_from_db()
    assert (submission.format, submission.errors) == ("efficiency-frontier-csv", [])


def test_fixes_outlive_a_check_under_a_format_that_reads_nothing(client, sender):
    submission = checked(sender, row(1, quality="x"))
    client.post(address(submission, "rows/1/"), {"cell:quality [%]": "50"})

    for named in ("codecarbon-csv", ""):
        client.post(address(submission, "recheck/"), {"format": named})
        pipeline.ingest(submission.pk, at=timezone.now())

    submission.refresh_from_db()
    assert submission.errors == []
    assert submission.rows.get().patched == {"quality [%]": "50"}
