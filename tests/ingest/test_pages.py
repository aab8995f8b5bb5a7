"""The pages of sending results in."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ingest import files, pipeline, progress
from ingest.checking import Pass
from ingest.errors import ERRORS
from ingest.report import Report
from ingest.spool import spooled
from leaderboard.models import Submission
from tests.builders import (
    NOW,
    PASSWORD,
    baseline,
    make_board,
    make_entry,
    make_hardware,
    make_model,
    make_submission,
    make_task,
    make_user,
    unspecified,
)

pytestmark = pytest.mark.django_db
CANARY = "<img src=x onerror=alert(1)>"
HEADER = "model,hardware,task,quality [%],node_energy [J],cost [USD]\n"


@pytest.fixture
def world():
    """What the files below name."""
    baseline()
    unspecified()
    make_model("Sparrow-3B", slug="sparrow-3b")
    make_hardware("GPU One", slug="gpu-one")
    return make_task("Trivia", slug="trivia")


@pytest.fixture
def sender(client):
    user = make_user(username="sender")
    client.force_login(user)
    return user


def text_of(response) -> str:
    return response.content.decode()


def sent(client, content: str, *, name="results.csv", **fields):
    """Send a file through the form and check it as a worker would. Returns its submission."""
    file = SimpleUploadedFile(name, content.encode())
    answer = client.post("/submit/", {"file": file, "publish": "NO", **fields})
    assert answer.status_code == 302, text_of(answer)
    submission = Submission.objects.get(public_id=answer["Location"].split("/")[2])
    pipeline.ingest(submission.pk, at=NOW)
    submission.refresh_from_db()
    return submission


def test_everybody_may_read_how_to_submit(client):
    page = text_of(client.get("/submit/"))

    assert "What makes a row count" in page
    assert "CodeCarbon" in page
    assert "Sign in" in page


def test_sending_needs_an_account(client):
    answer = client.post("/submit/", {"file": SimpleUploadedFile("a.csv", b"x"), "publish": "NO"})

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/submit/")
    assert not Submission.objects.exists()


def test_the_templates_can_be_downloaded(client):
    table, document = client.get("/submit/template.csv"), client.get("/submit/template.json")

    assert table["Content-Type"] == "text/csv; charset=utf-8"
    assert document.json()
    assert "attachment" in table["Content-Disposition"]
    assert client.get("/submit/template.exe").status_code == 404


def test_a_file_is_checked_shown_and_published_on_request(client, sender, world):
    submission = sent(client, f"{HEADER}Sparrow-3B,GPU One,trivia,70,12,0.1\n")
    page = text_of(client.get(submission.get_absolute_url()))
    assert submission.state == "CHECKED"
    assert "Publish 1 run" in page

    client.post(f"{submission.get_absolute_url()}publish/")
    pipeline.ingest(submission.pk, at=NOW)

    submission.refresh_from_db()
    page = text_of(client.get(submission.get_absolute_url()))
    entry = world.entries.get()
    assert submission.state == "PUBLISHED"
    assert entry.get_absolute_url() in page
    assert "12.0\u00a0J" in text_of(client.get(f"{entry.get_absolute_url()}?metric=node_energy"))


def test_the_page_lists_all_problems_folded(client, sender, world):
    rows = "Sparrow-3B,GPU Two,trivia,70,12,0.1\n" * 3 + "Sparrow-3B,GPU One,trivia,x,12,0.1\n"

    page = text_of(client.get(sent(client, HEADER + rows).get_absolute_url()))

    assert "Row 1 and 2 others: 2, 3" in page
    assert "“x” is not a number." in page
    assert "/help/errors/hardware.unknown/" in page
    assert "Publish 1 run" not in page


def test_what_the_file_does_not_say_is_asked_once_per_name_and_taken(client, sender, world):
    rows = "Sparrow-3B,CITIC,trivia,70,12,0.1\nSparrow-3B,CITIC,trivia,71,13,0.1\n"
    submission = sent(client, HEADER + rows)
    page = text_of(client.get(submission.get_absolute_url()))
    assert page.count('name="asked:hardware:CITIC"') == 1
    assert '<option value="gpu-one">' in page

    client.post(f"{submission.get_absolute_url()}recheck/", {"asked:hardware:CITIC": "gpu-one"})
    pipeline.ingest(submission.pk, at=NOW)

    submission.refresh_from_db()
    assert submission.context == {"hardware": {"CITIC": "gpu-one"}}
    assert submission.summary["errors"] == 0
    assert "“CITIC”: gpu-one" in text_of(client.get(submission.get_absolute_url()))


def test_context_may_come_with_the_file(client, sender, world):
    rows = "model,task,quality [%],node_energy per run [J]\nSparrow-3B,,70,1200\n"

    submission = sent(client, rows, hardware="gpu-one", task="trivia", samples="100")

    assert submission.context == {"hardware": "gpu-one", "task": "trivia", "samples": 100}
    assert submission.summary["errors"] == 0


def test_a_bad_form_says_what_is_wrong_and_keeps_nothing(client, sender):
    nothing = client.post("/submit/", {"publish": "NO"})
    bad = client.post(
        "/submit/",
        {"file": SimpleUploadedFile("a.csv", b"x"), "publish": "NO", "samples": "many"},
    )

    assert (nothing.status_code, bad.status_code) == (400, 400)
    assert "the file was not taken" in text_of(nothing)
    assert "Samples" in text_of(bad)
    assert not Submission.objects.exists()


def test_a_file_that_is_too_large_is_refused_before_it_is_read(client, sender, settings):
    settings.LIMITS = {**settings.LIMITS, "max_upload_bytes": 1000}

    by_length = client.post(
        "/submit/", {"file": SimpleUploadedFile("a", b"x" * 100_000), "publish": "NO"}
    )
    by_count = client.post(
        "/submit/", {"file": SimpleUploadedFile("a", b"x" * 2_000), "publish": "NO"}
    )

    assert (by_length.status_code, by_count.status_code) == (413, 400)
    assert not Submission.objects.exists()


def test_the_same_file_again_is_the_same_submission(client, sender, world):
    first = sent(client, f"{HEADER}Sparrow-3B,GPU One,trivia,70,12,0.1\n")
    again = sent(client, f"{HEADER}Sparrow-3B,GPU One,trivia,70,12,0.1\n")

    assert first == again
    assert "You sent this very file before" in text_of(client.get(again.get_absolute_url()))


def test_a_waiting_submission_looks_again_without_script(client, sender):
    submission = make_submission(state="RECEIVED", submitted_by=sender)

    page = text_of(client.get(submission.get_absolute_url()))

    assert '<meta http-equiv="refresh"' in page
    assert "data-wait" in page
    submission.state = "CHECKED"
    submission.save()
    assert "http-equiv" not in text_of(client.get(submission.get_absolute_url()))


@pytest.mark.parametrize("state", Submission.State.values)
def test_every_state_has_its_words(client, sender, state):
    submission = make_submission(state=state, submitted_by=sender)

    assert client.get(submission.get_absolute_url()).status_code == 200
    assert client.get("/submissions/").status_code == 200
    assert client.get("/submit/").status_code == 200


@pytest.mark.parametrize("state", [one for one in Submission.State.values if one != "PUBLISHED"])
def test_an_unpublished_submission_is_nobody_elses(client, state):
    submission = make_submission(state=state, filename="secret.csv")
    paths = [submission.get_absolute_url(), f"{submission.get_absolute_url()}raw"]
    actions = ["recheck/", "publish/", "withdraw/"]

    for user in (None, make_user()):
        if user:
            client.force_login(user)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 404, path
            assert "secret.csv" not in text_of(answer)
        for action in actions:
            answer = client.post(submission.get_absolute_url() + action)
            assert answer.status_code == 404 if user else answer.status_code == 302
        assert "secret.csv" not in text_of(client.get("/submissions/", follow=True))
    submission.refresh_from_db()
    assert submission.state == state


def test_others_can_read_a_published_submission_and_not_act_on_it(client, world):
    submission = make_submission()
    client.force_login(make_user())

    page = text_of(client.get(submission.get_absolute_url()))

    assert submission.filename in page
    assert "Withdraw" not in page
    assert client.post(f"{submission.get_absolute_url()}withdraw/").status_code == 404
    submission.refresh_from_db()
    assert submission.state == "PUBLISHED"


def test_editors_see_all_and_publish_what_is_held(client, world):
    sender, editor = make_user(), make_user(is_staff=True)
    client.force_login(sender)
    submission = sent(client, f"{HEADER}Sparrow-3B,GPU One,trivia,70,12,0.1\n")
    Submission.objects.filter(pk=submission.pk).update(state="HELD")
    client.post(f"{submission.get_absolute_url()}publish/")
    submission.refresh_from_db()
    assert submission.state == "HELD"

    client.force_login(editor)
    assert "Approve" in text_of(client.get(submission.get_absolute_url()))
    client.post(f"{submission.get_absolute_url()}publish/")
    pipeline.ingest(submission.pk, at=NOW)

    submission.refresh_from_db()
    assert submission.state == "PUBLISHED"


def test_a_withdrawn_file_leaves_a_tombstone_with_its_reason(client, sender, world):
    board = make_board(task=world)
    submission = make_submission(submitted_by=sender)
    entry = make_entry(board, submission=submission, quality=0.5, energy=3)

    client.post(f"{submission.get_absolute_url()}withdraw/", {"reason": "Wrong power cap"})

    client.logout()
    page = text_of(client.get(submission.get_absolute_url()))
    tombstone = text_of(client.get(entry.get_absolute_url()))
    assert "Wrong power cap" in page
    assert "Withdrawn" in tombstone
    assert "Wrong power cap" in tombstone
    assert client.get(f"{submission.get_absolute_url()}raw").status_code == 403


def test_a_discarded_file_is_not_shown_to_others(client, sender, world):
    submission = sent(client, f"{HEADER}Sparrow-3B,GPU One,trivia,70,12,0.1\n")
    client.post(f"{submission.get_absolute_url()}withdraw/")
    submission.refresh_from_db()
    assert submission.state == "WITHDRAWN"

    client.logout()

    assert client.get(submission.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("format", ["nothing-json", "\0", "x" * 40_000])
def test_a_format_that_is_none_is_told_and_changes_nothing(client, sender, world, format):
    submission = sent(client, HEADER + "Sparrow-3B,GPU One,trivia,50,12,0.1\n")
    before = Submission.objects.values("state", "asked_format").get(pk=submission.pk)

    page = client.post(f"{submission.get_absolute_url()}recheck/", {"format": format}, follow=True)

    assert "No format is called so" in text_of(page)
    assert Submission.objects.values("state", "asked_format").get(pk=submission.pk) == before


@pytest.mark.parametrize(
    "name",
    ['a".html', "a.svg", "a.xhtml", "a\r\nContent-Type: text/html\r\n\r\n.html", "ü\u202e.svg"],
)
def test_the_file_comes_back_byte_for_byte_and_harmless(client, sender, name):
    submission = make_submission(submitted_by=sender, filename=name)
    content = b"<script>alert(1)</script>" * 100_000
    file = ("a.html", io.BytesIO(content))
    submission.sha256, submission.size = files.store(submission, [file], limit=10**8)
    submission.save()

    answer = client.get(f"{submission.get_absolute_url()}raw")

    assert b"".join(answer.streaming_content) == content
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]


def test_hostile_cells_and_names_are_text(client, sender, world):
    quoted = CANARY.replace('"', '""')
    rows = f'"{quoted}","{quoted}",trivia,"{quoted}",12,0.1\n'

    submission = sent(client, HEADER + rows, name=f"{CANARY}.csv", region=CANARY)

    for path in (submission.get_absolute_url(), "/submissions/", "/submit/"):
        assert "<img" not in text_of(client.get(path)), path


def test_a_form_from_another_site_is_refused(sender, world):
    from_elsewhere = sender_client(sender)
    file = SimpleUploadedFile("a.csv", b"x")

    answer = from_elsewhere.post("/submit/", {"file": file, "publish": "AUTO"})

    assert answer.status_code == 403
    assert "The form was open too long" in text_of(answer)
    assert not Submission.objects.exists()


def sender_client(user):
    """A client that checks tokens of forms, signed in."""
    from django.test import Client  # noqa: PLC0415

    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_has_its_page(client, code):
    answer = client.get(f"/help/errors/{code}/")

    assert answer.status_code == 200
    assert code in text_of(client.get("/help/errors/"))


def test_an_unknown_error_is_not_found(client):
    assert client.get("/help/errors/nothing.here/").status_code == 404


def test_signing_in_leads_on(client):
    make_user(username="reader")

    answer = client.post(
        "/accounts/login/",
        {"username": "reader", "password": PASSWORD, "next": "/submit/"},
    )

    assert (answer.status_code, answer["Location"]) == (302, "/submit/")


def test_a_file_that_takes_longer_says_how_far_it_is(client, world):
    sender = make_user()
    client.force_login(sender)
    submission = make_submission(submitted_by=sender, state="RECEIVED")
    teller = progress.Teller(submission.pk, size=1000)
    teller.told -= 2  # a second has passed since the last word
    report = Report(10)
    report.rows, report.planned = 12_400, 12_000
    teller(report, 250)

    page = text_of(client.get(submission.get_absolute_url()))

    assert "12,400 rows read, 12,000 checked (25%)" in page
    shown = client.get(f"/api/v1/submissions/{submission.public_id}/").json()["progress"]
    assert (shown["rows_read"], shown["share"]) == (12_400, 0.25)


def test_how_far_a_reader_is_agrees_with_its_rows(world):
    """A text is read for its encoding before it is read for its rows."""
    total = 20_000
    rows = "".join(f"Sparrow-3B,GPU One,trivia,70,12,0.{n:05}\n" for n in range(total))
    told = []

    def note(report: Report, bytes_read: int) -> None:
        told.append((report.rows / total, bytes_read / len(HEADER + rows)))

    with spooled([("rows.csv", [(HEADER + rows).encode()])]) as spool:
        for _ in Pass(spool, "", {}, told=note).batches():
            pass

    halfway = [share for done, share in told if 0.3 < done < 0.7]
    assert halfway
    assert all(abs(share - done) < 0.2 for done, share in told)
    assert all(share < 0.9 for share in halfway)
