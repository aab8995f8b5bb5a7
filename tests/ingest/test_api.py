"""Sending files by the API: who may, what is kept, what is refused, who sees it."""

import io
import json
import time
from typing import Any
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from ingest import files, pipeline
from ingest.api import bodies, shapes
from ingest.resolve import CONTEXT_KEYS
from leaderboard import frontiers
from leaderboard.models import ApiToken, Entry, Submission, SubmissionChunk
from tests.builders import make_entry, make_source, make_submission, make_task, make_user
from tests.ingest.files import HEADER, csv, make_catalogue, row

pytestmark = pytest.mark.django_db

URL = "/api/v1/submissions/"
NAMELESS = "model,task,quality [%],node_energy [J]"
STATES = list(Submission.State)


class Sender:
    """A user with a token, and what they do with it."""

    def __init__(self, **fields):
        self.user = make_user(**fields)
        _, self.token = ApiToken.objects.issue(self.user, name="test")
        self.client = Client(headers={"Authorization": f"Bearer {self.token}"})

    def send(self, content: bytes = b"", *, name: str = "results.csv", query: str = "", **fields):
        """A form with a file."""
        form = {"file": SimpleUploadedFile(name, content or csv())} | fields
        return self.client.post(f"{URL}?{query}", form)

    def body(self, content: bytes, *, query: str = "", kind: str = "text/csv", **headers):
        """The file as the whole body."""
        return self.client.post(f"{URL}?{query}", content, content_type=kind, headers=headers)

    def act(self, submission: Submission, action: str = "", body: object = None):
        address = f"{URL}{submission.public_id}/{action}"
        return self.client.post(address, body or {}, content_type="application/json")

    def withdraw(self, submission: Submission):
        return self.client.delete(f"{URL}{submission.public_id}/")


@pytest.fixture
def sender() -> Sender:
    make_catalogue()
    return Sender()


class Unread(io.RawIOBase):
    """A body that must not be looked at."""

    def readable(self):
        return True

    def readinto(self, buffer):
        raise AssertionError("the body was read")


def announce(client: Client, length: str, kind: str = "text/csv", **environ):
    """A request whose body is never read."""
    body: dict[str, Any] = {"wsgi.input": Unread(), "CONTENT_LENGTH": length}
    return client.generic("POST", URL, b"", content_type=kind, **body | environ)


def work() -> None:
    """What a worker does about all that waits."""
    for pk in Submission.objects.filter(state="RECEIVED").values_list("pk", flat=True):
        for board in pipeline.ingest(pk, at=timezone.now()):
            frontiers.refresh(board, at=timezone.now())


def only() -> Submission:
    return Submission.objects.get()


def codes(response) -> list[tuple[str, str]]:
    return [(error["code"], error["column"]) for error in response.json()["errors"]]


# Who may send


@pytest.mark.parametrize("length", ["100", str(2**30)])
def test_without_an_account_nothing_is_read(client, length):
    response = announce(client, length)

    assert response.status_code in (401, 413)
    assert response.json()["code"] in ("token.required", "size.excess")


@pytest.mark.parametrize("authorization", ["Bearer nothing", "Token x"])
def test_with_a_wrong_token_nothing_is_read(client, authorization):
    assert announce(client, "100", HTTP_AUTHORIZATION=authorization).status_code == 401


def test_a_token_that_expired_was_revoked_or_whose_user_left_sends_nothing(sender):
    token = sender.user.api_tokens.get()
    token.expires_at = timezone.now()
    token.save()
    assert sender.send().status_code == 401

    token.expires_at = None
    token.save()
    sender.user.is_active = False
    sender.user.save()
    assert sender.send().status_code == 401

    sender.user.is_active = True
    sender.user.save()
    assert sender.send().status_code == 202
    token.delete()
    assert sender.send().status_code == 401


def test_a_session_sends_only_with_its_csrf_token(sender):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(sender.user)
    form = {"file": SimpleUploadedFile("results.csv", csv())}
    assert browser.post(URL, form).status_code == 403
    assert not Submission.objects.exists()

    browser.get("/accounts/tokens/")
    told = {"csrfmiddlewaretoken": browser.cookies["csrftoken"].value}
    form = {"file": SimpleUploadedFile("results.csv", csv())}
    assert browser.post(URL, form | told).status_code == 202


@pytest.mark.parametrize("kind", ["text/csv", "multipart/form-data; boundary=x"])
def test_a_body_that_is_too_long_is_refused_unread(sender, settings, kind):
    limit = settings.LIMITS["max_upload_bytes"] + 2 * bodies.FORM_BYTES

    response = announce(sender.client, str(limit), kind)

    assert (response.status_code, response.json()["code"]) == (413, "size.excess")


def test_a_file_that_is_too_long_is_refused_and_nothing_kept(sender, settings):
    settings.LIMITS = settings.LIMITS | {"max_upload_bytes": 100}

    assert sender.send(b"x" * 101).status_code == 413
    assert sender.body(b"x" * 101).status_code == 413
    assert not SubmissionChunk.objects.exists()
    assert not Submission.objects.exists()


def test_a_body_of_unknown_length_is_refused_unread(sender):
    response = announce(sender.client, "", HTTP_TRANSFER_ENCODING="chunked")

    assert (response.status_code, response.json()["code"]) == (411, "length.missing")


# What is kept


def test_a_form_is_kept_byte_for_byte_and_published_by_a_worker(sender):
    content = csv(row(1), row(2))

    response = sender.send(content, name="mine.csv")

    answer = response.json()
    assert response.status_code == 202
    assert response["Location"] == f"http://testserver{URL}{answer['id']}/"
    assert (answer["status"], answer["filename"], answer["size"]) == (
        "received",
        "mine.csv",
        len(content),
    )
    assert b"".join(files.whole(only())) == content

    work()
    told = sender.client.get(response["Location"]).json()
    assert (told["status"], told["code"], told["format"]) == (
        "published",
        None,
        "efficiency-frontier-csv",
    )
    assert told["counts"] == {"rows": 2, "runs": 2, "entries": 2, "errors": 0, "warnings": 0}
    assert told["boards"] == ["riddles"]
    entries = sender.client.get(told["links"]["entries"]).json()["results"]
    assert [entry["id"] for entry in entries] == list(
        Entry.objects.order_by("pk").values_list("pk", flat=True)
    )


def test_the_whole_body_can_be_the_file(sender):
    query = "filename=../up/mine.csv&hardware=card-9&publish=no"

    response = sender.body(csv("tiny,riddles,50,100", header=NAMELESS), query=query)

    assert response.status_code == 202, response.content
    submission = only()
    assert (submission.filename, submission.context, submission.publish) == (
        "mine.csv",
        {"hardware": "card-9"},
        "NO",
    )
    work()
    assert only().state == "CHECKED"
    assert only().summary["errors"] == 0


def test_our_own_json_is_sent_as_a_body(sender):
    entry = {
        "model": "tiny",
        "task": "riddles",
        "hardware": "card-9",
        "values": {"quality": {"value": 50, "unit": "%"}},
    }
    document = {"format": "efficiency-frontier", "version": 1, "entries": [entry]}

    response = sender.body(json.dumps(document).encode(), kind="application/json")

    assert response.status_code == 202, response.content
    work()
    assert (only().state, only().format) == ("PUBLISHED", "efficiency-frontier-json")


def test_a_name_can_come_in_the_disposition(sender):
    sender.body(csv(), **{"Content-Disposition": "attachment; filename*=UTF-8''m%C3%BC.csv"})

    assert only().filename == "mü.csv"


@pytest.mark.parametrize("name", ["a\0b.csv", "x" * 5000 + ".csv", "", "<script>.csv", "\n"])
def test_any_name_is_taken_as_a_text(sender, name):
    response = sender.send(name=name or "x", query="")
    by_query = sender.client.post(
        URL, csv(row(7)), content_type="text/csv", query_params={"filename": name.replace("\0", "")}
    )

    assert response.status_code in (202, 400)
    assert by_query.status_code == 202
    assert all(len(name) <= 200 for name in Submission.objects.values_list("filename", flat=True))


def test_sending_the_same_again_is_the_same_submission(sender):
    first = sender.send()
    work()

    again = sender.send(name="renamed.csv")

    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]
    assert again.json()["status"] == "published"
    assert sender.send(hardware="card-9").json()["id"] != first.json()["id"]


def test_the_same_file_of_somebody_else_is_another_submission(sender):
    first, second = sender.send(), Sender().send()

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] != second.json()["id"]


def test_a_rejected_file_that_is_sent_again_is_tried_again(sender):
    content = csv(row(model="tinny"))
    sender.send(content)
    work()
    assert only().state == "REJECTED"

    assert sender.send(content).status_code == 202
    assert only().state == "RECEIVED"


def test_a_broker_that_is_down_fails_no_upload(
    sender, monkeypatch, django_capture_on_commit_callbacks
):
    def down(*_):
        raise ConnectionError("no broker")

    monkeypatch.setattr("ingest.tasks.ingest.delay", down)

    with django_capture_on_commit_callbacks(execute=True):
        assert sender.send().status_code == 202


@pytest.mark.django_db(transaction=True)
def test_a_worker_takes_a_file_from_sent_to_published(worker):
    make_catalogue()
    sender = Sender()
    location = sender.send()["Location"]

    deadline = time.monotonic() + 30
    while (answer := sender.client.get(location).json())["status"] == "received":
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert answer["status"] == "published"


# What is refused


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"state": "PUBLISHED"}, ("parameter.unknown", "state")),
        ({"submitted_by": "1"}, ("parameter.unknown", "submitted_by")),
        ({"format": "word"}, ("format.unknown", "format")),
        ({"publish": "yes"}, ("parameter.invalid", "publish")),
        ({"source": "nothing"}, ("source.unknown", "source")),
        ({"source": "a\0b"}, ("text.invalid", "")),
        ({"hardware": "a\0b"}, ("text.invalid", "")),
        ({"hardware": '{"a": "b'}, ("context.invalid", "context")),
        ({"hardware": '{"a": {"b": "c"}}'}, ("context.invalid", "context")),
        ({"hardware": '{"a": "\\ud800"}'}, ("context.invalid", "context")),
        ({"hardware": '{"a": "\\u0000"}'}, ("context.invalid", "context")),
        ({"hardware": '{"\\u0000": "a"}'}, ("context.invalid", "context")),
        ({"context": "[]"}, ("context.invalid", "context")),
        ({"context": "{" * 5000}, ("context.invalid", "context")),
        ({"context": '{"a":' * 5000}, ("context.invalid", "context")),
        ({"context": '{"colour": "red"}'}, ("context.invalid", "context")),
        ({"samples": "0"}, ("context.invalid", "context")),
        ({"samples": "9" * 400}, ("context.invalid", "context")),
        ({"samples": '{"a": ' + "9" * 5000 + "}"}, ("context.invalid", "context")),
        ({"samples": '{"a": NaN}'}, ("context.invalid", "context")),
        ({"samples": "1.5"}, ("context.invalid", "context")),
        ({"hardware": ["a", "b"]}, ("parameter.repeated", "hardware")),
    ],
)
def test_words_that_can_not_be_used_are_refused_and_nothing_kept(sender, fields, expected):
    response = sender.send(**fields)

    assert response.status_code == 400, response.content
    assert codes(response) == [expected]
    assert not Submission.objects.exists()


def test_everything_that_is_wrong_is_told_at_once(sender):
    response = sender.send(format="word", source="nothing", hardware="{")

    assert {code for code, _ in codes(response)} == {
        "format.unknown",
        "source.unknown",
        "context.invalid",
    }


def test_a_form_needs_files_in_the_field_of_that_name(sender):
    two = [SimpleUploadedFile(f"{n}.csv", csv()) for n in (1, 2)]
    for form in (
        {},
        {"file": "text"},
        {"other": two[0]},
        {"file": two[0], "b": two[1]},
    ):
        response = sender.client.post(URL, form)

        assert response.status_code == 400, form
        assert codes(response)[0] in [("file.missing", "file"), ("parameter.unknown", "file")]
    assert not Submission.objects.exists()


def test_an_empty_body_is_no_file(sender):
    assert codes(sender.body(b"")) == [("file.missing", "file")]


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/x-www-form-urlencoded", b"file=a", 415),
        ("multipart/form-data", b"file=a", 400),
        ("multipart/form-data; boundary=x", b"garbage", 400),
        ("multipart/form-data; boundary=\xe9", b"--x", 400),
        ("multipart/mixed; boundary=x", b"--x--", 202),
        ("", b"a", 202),
        ("nonsense", b"\xff\xfe\0", 202),
    ],
)
def test_odd_bodies_are_refused_or_kept_but_never_fail(sender, kind, body, status):
    response = sender.client.generic("POST", URL, body, content_type=kind)

    assert response.status_code == status, response.content
    work()


def test_too_many_or_too_long_fields_are_refused(sender):
    many = {f"f{n}": "x" for n in range(1200)}

    assert sender.send(**many).status_code == 400
    assert sender.send(context="x" * 2**21).status_code == 413
    assert not Submission.objects.exists()


# Dry runs


def test_a_dry_run_finds_everything_and_keeps_nothing(sender):
    response = sender.send(csv(row(1), row(2)), query="dry_run=true")

    assert response.status_code == 200
    found = response.json()
    assert [line["row"] for line in found.pop("preview")["lines"]] == [1, 2]
    assert found == {
        "format": "efficiency-frontier-csv",
        "counts": {"rows": 2, "runs": 2, "entries": 2, "errors": 0, "warnings": 0},
        "asked": {},
        "issues": [],
    }
    assert not Submission.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("way", ["send", "body"])
def test_a_dry_run_names_every_error(sender, way):
    content = csv(row(1), row(2, model="tinny"), row(3, quality="many"), row(4, energy=0))

    response = getattr(sender, way)(content, query="dry_run=true")

    assert (response.status_code, response.json()["code"]) == (422, "results.invalid")
    errors = {(error["row"], error["code"]) for error in response.json()["errors"]}
    assert errors == {(2, "model.unknown"), (3, "number.invalid"), (4, "value.zero")}
    assert not Submission.objects.exists()


def test_a_dry_run_of_a_large_file_is_left_to_a_worker(sender, monkeypatch):
    monkeypatch.setattr("ingest.api.submissions.DRY_RUN_BYTES", 10)

    assert sender.send(query="dry_run=true").status_code == 413


def test_a_dry_run_is_true_or_false(sender):
    assert codes(sender.send(query="dry_run=1")) == [("parameter.invalid", "dry_run")]


# Following a submission


def test_every_problem_is_told_with_its_row(sender):
    sender.send(csv(row(1), row(2, model="tinny"), row(3, model="tinny")))
    work()

    answer = sender.client.get(f"{URL}{only().public_id}/").json()

    assert (answer["status"], answer["code"]) == ("rejected", "model.unknown")
    assert answer["asked"] == {"model": {"tinny": 2}}
    (issue,) = answer["issues"]
    assert {key: issue[key] for key in ("row", "column", "given", "count", "also_rows")} == {
        "row": 2,
        "column": "model",
        "given": "tinny",
        "count": 2,
        "also_rows": [3],
    }
    assert "tiny" in issue["expected"]


def test_rows_are_told_as_they_were_sent_and_by_what_is_wrong(sender):
    sender.send(csv(row(1), row(2, model="tinny"), row(3), row(4, model="=cmd()")))
    work()
    address = f"{URL}{only().public_id}/rows/"

    rows = sender.client.get(address).json()["results"]
    assert [one["row"] for one in rows] == [1, 2, 3, 4]
    assert rows[3]["sent"]["model"] == "=cmd()"

    wrong = sender.client.get(address, {"status": "error", "limit": 1}).json()
    assert [one["row"] for one in wrong["results"]] == [2]
    assert wrong["results"][0]["issues"][0]["code"] == "model.unknown"
    rest = sender.client.get(wrong["next"]).json()
    assert ([one["row"] for one in rest["results"]], rest["next"]) == ([4], None)


def test_only_ones_own_are_listed_the_newest_first(sender):
    Sender().send()
    ids = [sender.send(csv(row(n))).json()["id"] for n in (1, 2, 3)]

    page = sender.client.get(URL, {"limit": 2}).json()
    rest = sender.client.get(page["next"]).json()

    assert [one["id"] for one in (*page["results"], *rest["results"])] == ids[::-1]
    assert rest["next"] is None


def test_the_list_tells_the_first_error(sender):
    sender.send(csv(row(1, model="tinny")))
    work()

    (one,) = sender.client.get(URL).json()["results"]

    assert (one["status"], one["code"], one["counts"]["errors"]) == ("rejected", "model.unknown", 1)


@pytest.mark.parametrize("state", STATES)
def test_who_sees_a_submission(state):
    owner = Sender()
    submission = make_submission(state=state, submitted_by=owner.user)
    was_published = state in ("PUBLISHED", "WITHDRAWN")
    if was_published:
        make_entry(make_task(), submission=submission, quality=0.5)
    expected = {"anyone": was_published, "other": was_published, "owner": True, "editor": True}
    readers = {
        "anyone": Client(),
        "other": Sender().client,
        "owner": owner.client,
        "editor": Sender(is_staff=True).client,
    }

    for view in ("", "rows/"):
        address = f"{URL}{submission.public_id}/{view}"
        found = {name: client.get(address).status_code for name, client in readers.items()}
        assert found == {name: 200 if seen else 404 for name, seen in expected.items()}


def test_what_was_withdrawn_before_it_was_published_stays_hidden(sender):
    sender.send(publish="no")
    work()
    assert sender.withdraw(only()).json()["status"] == "withdrawn"

    assert Sender().client.get(f"{URL}{only().public_id}/").status_code == 404


# Acting on a submission


@pytest.mark.parametrize("action", ["context/", "publish/", ""])
def test_only_the_sender_and_editors_act_on_a_submission(sender, action):
    hidden = make_submission(state="CHECKED", submitted_by=sender.user)
    public = make_submission(submitted_by=sender.user)
    stranger = Sender()

    def act(client, submission):
        address = f"{URL}{submission.public_id}/{action}"
        return (client.post if action else client.delete)(address).status_code

    assert act(Client(), hidden) in (401, 404)
    assert act(stranger.client, hidden) == 404
    assert act(Client(), public) in (401, 403)
    assert act(stranger.client, public) == 403
    for submission in (hidden, public):
        before = submission.state
        submission.refresh_from_db()
        assert submission.state == before


def test_what_the_file_leaves_open_is_said_and_the_file_checked_again(sender):
    sender.send(csv("tiny,riddles,50,100", header=NAMELESS), publish="no")
    work()
    assert list(only().summary["asked"]) == ["hardware"]

    response = sender.act(only(), "context/", {"hardware": "card-9"})

    assert (response.status_code, response.json()["status"]) == (202, "received")
    work()
    assert (only().state, only().summary["errors"]) == ("CHECKED", 0)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "body.invalid"),
        ("card-9", "body.invalid"),
        ({"state": "PUBLISHED"}, "field.unknown"),
        ({"hardware": ["card-9"]}, "context.invalid"),
        ({"hardware": {"a": {"b": 1}}}, "context.invalid"),
        ({"samples": 1.5}, "context.invalid"),
        ({"samples": True}, "context.invalid"),
        ({"hardware": "\ud800"}, "context.invalid"),
        ({"context": "card-9"}, "context.invalid"),
        ({"format": ["x"]}, "format.unknown"),
        ({"format": "word"}, "format.unknown"),
    ],
)
def test_a_context_that_can_not_be_used_is_refused(sender, body, code):
    sender.send(csv(row(model="tinny")))
    work()

    response = sender.client.post(
        f"{URL}{only().public_id}/context/", json.dumps(body), content_type="application/json"
    )

    assert response.status_code == 400, response.content
    assert codes(response)[0][0] == code
    assert only().state == "REJECTED"


def test_a_context_under_which_the_file_was_sent_before_is_refused(sender):
    content = csv("tiny,riddles,50,100", header=NAMELESS)
    sender.send(content, hardware="card-9")
    second = sender.send(content, publish="no").json()["id"]
    work()

    response = sender.act(
        Submission.objects.get(public_id=second), "context/", {"hardware": "card-9"}
    )

    assert response.status_code == 409, response.content


def test_a_published_file_can_not_be_checked_again(sender):
    sender.send()
    work()

    assert sender.act(only(), "context/", {}).status_code == 409


def test_a_checked_file_is_published_by_its_sender(sender):
    sender.send(publish="no")
    work()

    response = sender.act(only(), "publish/")

    assert (response.status_code, response.json()["status"]) == (202, "received")
    work()
    assert only().state == "PUBLISHED"
    assert sender.act(only(), "publish/").json()["status"] == "published"


@pytest.mark.parametrize("state", ["RECEIVED", "REJECTED", "QUARANTINED", "WITHDRAWN", "HELD"])
def test_what_may_not_be_published_is_not(sender, state):
    submission = make_submission(state=state, submitted_by=sender.user)

    assert sender.act(submission, "publish/").status_code == 409
    submission.refresh_from_db()
    assert submission.state == state


def test_a_file_with_errors_is_not_published(sender):
    sender.send(csv(row(model="tinny")), publish="no")
    work()

    assert sender.act(only(), "publish/").status_code == 409


def test_a_published_file_is_withdrawn_and_its_page_stays(sender):
    sender.send()
    work()

    response = sender.client.delete(f"{URL}{only().public_id}/?reason=wrong+device")

    assert (response.status_code, response.json()["status"]) == (200, "withdrawn")
    assert only().summary["reason"] == "wrong device"
    assert not Entry.objects.published().exists()
    assert Client().get(f"{URL}{only().public_id}/").status_code == 200
    assert sender.withdraw(only()).status_code == 200


# The rest


def test_a_source_is_named_by_slug_or_address(sender):
    source = make_source()

    sender.send(csv(row(1)), source=source.slug)
    sender.send(csv(row(2)), source=source.url)

    assert set(Submission.objects.values_list("source", flat=True)) == {source.pk}


def test_formats_and_limits_are_told(client):
    answer = client.get("/api/v1/formats/").json()

    told = {one["slug"]: one["label"] for one in answer["results"]}
    assert told["codecarbon-csv"] == "CodeCarbon emissions.csv"
    assert answer["limits"]["max_rows"] == 1_000_000


def test_the_description_lists_every_word_of_the_context():
    assert set(CONTEXT_KEYS) < set(shapes.WordsSerializer().fields)


def test_a_large_file_passes_in_pieces(sender, settings):
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 1000
    content = csv(*(row(n) for n in range(1, 40_000)))

    response = sender.send(content)
    in_body = Sender().body(content)

    assert len(content) > files.PIECE
    for answer in (response, in_body):
        submission = Submission.objects.get(public_id=UUID(answer.json()["id"]))
        assert b"".join(files.whole(submission)) == content
        assert submission.chunks.count() == 2


def test_no_transaction_is_open_while_the_sender_takes_their_time(sender):
    class Slow(io.BytesIO):
        def read(self, *args):
            assert not connection.in_atomic_block or connection.savepoint_ids == outer
            return super().read(*args)

    outer = list(connection.savepoint_ids)
    content = csv(HEADER)
    stream: dict[str, Any] = {"wsgi.input": Slow(content), "CONTENT_LENGTH": str(len(content))}

    response = sender.client.generic("POST", URL, b"", content_type="text/csv", **stream)

    assert response.status_code == 202


def test_a_file_withdrawn_while_a_worker_is_at_it_is_not_published(sender):
    sender.send()
    claimed = pipeline.claim(only().pk, at=timezone.now())
    assert claimed is not None
    assert sender.withdraw(only()).status_code == 200

    assert pipeline.worked(claimed, at=timezone.now()) == set()

    assert only().state == "WITHDRAWN"
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "odd", ["\\ud800", "\\u0000", "\\udc00x", "\u202e", "\\uffff", "\U0001f600"]
)
@pytest.mark.parametrize("place", ["model", "external_id", "source", "region", "settings", "unit"])
def test_odd_characters_in_a_file_are_told_or_kept_but_never_fail(sender, odd, place):
    texts = {"model": "tiny", "external_id": "", "source": "", "region": "", place: "ODD"}
    entry = {
        **{name: text for name, text in texts.items() if name not in ("settings", "unit")},
        "task": "riddles",
        "hardware": "card-9",
        "settings": {"a": texts.get("settings", "")},
        "values": {"node_energy": {"value": 1, "unit": texts.get("unit", "J")}},
    }
    document = {"format": "efficiency-frontier", "version": 1, "entries": [entry]}
    content = json.dumps(document).replace("ODD", odd)

    sender.body(content.encode(), kind="application/json")
    work()

    assert only().state in ("PUBLISHED", "REJECTED", "HELD")
    assert sender.client.get(f"{URL}{only().public_id}/rows/").status_code == 200
    assert sender.client.get(f"{URL}{only().public_id}/").status_code == 200


# Rows


def patch(sender, submission, number, body, query=""):
    address = f"{URL}{submission.public_id}/rows/{number}/{query}"
    return sender.client.patch(address, json.dumps(body), content_type="application/json")


def fixes(sender, submission, body):
    return sender.client.post(
        f"{URL}{submission.public_id}/fixes/", json.dumps(body), content_type="application/json"
    )


def test_a_cell_is_fixed_and_a_small_file_checked_in_the_answer(sender):
    sender.send(csv(row(1, quality="x"), row(2, model="tinny")))
    work()

    response = patch(sender, only(), 1, {"quality [%]": "50"})

    answer = response.json()
    assert response.status_code == 200, response.content
    assert (answer["changed"], answer["is_checked"], answer["status"]) == (1, True, "checked")
    assert answer["counts"]["errors"] == 1
    assert answer["row"]["sent"]["quality [%]"] == "x"
    assert answer["row"]["patched"] == {"quality [%]": "50"}
    assert answer["row"]["issues"] == []
    again = patch(sender, only(), 1, {"quality [%]": None}).json()
    assert again["row"]["patched"] is None
    assert [issue["code"] for issue in again["row"]["issues"]] == ["number.invalid"]


def test_fixes_of_a_large_file_wait_for_a_check(sender):
    sender.send(csv(*(row(n, quality="x") for n in range(1, 203))))
    work()

    assert patch(sender, only(), 1, {"quality [%]": "50"}).json()["is_checked"] is False
    assert only().summary["errors"] == 202
    assert sender.act(only(), "check/").status_code == 202
    work()
    assert (only().state, only().summary["errors"]) == ("CHECKED", 201)


@pytest.mark.parametrize(
    ("body", "code", "column"),
    [
        ([], "body.invalid", ""),
        ("x", "body.invalid", ""),
        ({"colour": "red"}, "cell.nowhere", "colour"),
        ({"\ud800": "red"}, "cell.nowhere", "\\ud800"),
        ({"quality [%]": []}, "value.unfit", "quality [%]"),
        ({"quality [%]": "\ud800"}, "value.unfit", "quality [%]"),
        ({"a\0": "b"}, "cell.nowhere", "a\0"),
    ],
)
def test_a_fix_that_can_not_be_made_names_its_column(sender, body, code, column):
    sender.send(csv(row(1, quality="x")))
    work()

    response = patch(sender, only(), 1, body)

    assert response.status_code == 400, response.content
    assert codes(response) == [(code, column)]
    assert only().rows.get().patched is None


def test_a_row_is_found_by_its_file_where_several_have_it(sender):
    two = [SimpleUploadedFile("results.csv", csv(row(n, quality="x"))) for n in (1, 2)]
    response = sender.client.post(URL, {"file": two, "path": ["H100/a.csv", "L4/a.csv"]})
    assert response.status_code == 202, response.content
    work()
    submission = only()
    assert [file["path"] for file in submission.summary["files"]] == ["H100/a.csv", "L4/a.csv"]

    unclear = patch(sender, submission, 1, {"quality [%]": "50"})
    clear = patch(sender, submission, 1, {"quality [%]": "50"}, "?path=L4/a.csv")

    assert (unclear.status_code, codes(unclear)) == (400, [("row.nowhere", "")])
    assert unclear.json()["errors"][0]["expected"] == ["H100/a.csv", "L4/a.csv"]
    assert clear.status_code == 200
    assert [one.path for one in submission.rows.fixed()] == ["L4/a.csv"]
    assert patch(sender, submission, 1, {}, "?path=other").status_code == 404
    assert patch(sender, submission, 2**70, {}).status_code == 404


@pytest.mark.parametrize("state", STATES)
def test_cells_are_fixed_only_where_the_state_permits_it(sender, state):
    sender.send(csv(row(1)))
    work()
    Submission.objects.update(state=state)
    allowed = state in ("CHECKED", "HELD", "REJECTED")
    table = {"content_type": "text/csv"}
    wish = {"code": "a.b", "column": "model", "cells": {"model": "x"}}

    assert sender.client.put(
        f"{URL}{only().public_id}/rows.csv", "row,path,a,errors\n9,,,", **table
    ).status_code == (400 if allowed else 409)
    assert fixes(sender, only(), wish).status_code == (400 if allowed else 409)
    assert patch(sender, only(), 1, {"model": "x"}).status_code == (200 if allowed else 409)


def test_only_the_sender_and_editors_fix(sender):
    hidden = make_submission(state="CHECKED", submitted_by=sender.user)
    public = make_submission(submitted_by=sender.user)
    for submission in (hidden, public):
        submission.rows.create(row=1, sent={"a": "b"})
        for client in (Client(), Sender().client):
            for method, address in (
                ("patch", "rows/1/"),
                ("put", "rows.csv"),
                ("post", "fixes/"),
                ("post", "check/"),
            ):
                kind = "text/csv" if method == "put" else "application/json"
                response = getattr(client, method)(
                    f"{URL}{submission.public_id}/{address}", '{"a": "c"}', content_type=kind
                )
                expected = (401, 403, 404) if submission == hidden else (401, 403)
                assert response.status_code in expected, (method, address)
        assert submission.rows.get().patched is None


def test_one_problem_is_mended_in_all_rows(sender):
    sender.send(csv(*(row(n, latency="n/m") for n in range(1, 4))))
    work()
    wish = {"code": "number.invalid", "column": "latency [s]", "given": "n/m"}

    answer = fixes(sender, only(), wish | {"cells": {"latency [s]": ""}})

    assert answer.status_code == 200, answer.content
    assert answer.json()["changed"] == 3
    assert answer.json()["counts"]["errors"] == 0


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"cells": {"model": "x"}, "rename": "y"},
        {"cells": ["x"]},
        {"cells": {"model": "x"}, "colour": "red"},
        {"rename": ""},
        {"cells": {"model": ["x"]}},
    ],
)
def test_an_unclear_wish_is_refused(sender, more):
    sender.send(csv(row(1, quality="x")))
    work()

    wish = {"code": "number.invalid", "column": "quality [%]"} | more

    assert fixes(sender, only(), wish).status_code == 400
    assert only().rows.get().patched is None


def test_rejected_rows_go_out_as_a_table_and_come_back(sender):
    sender.send(csv(row(1), row(2, quality="x"), row(3, model="=cmd()")), name="my results.csv")
    work()
    address = f"{URL}{only().public_id}/rows.csv"

    answer = sender.client.get(address, {"status": "error"})
    text = b"".join(answer.streaming_content).decode()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="my results-error.csv"'
    assert "'=cmd()" in text
    assert ",=cmd()" not in text
    mended = text.replace(",x,", ",50,").replace("'=cmd()", "tiny")
    back = sender.client.put(address, mended, content_type="text/csv")
    assert (back.status_code, back.json()["changed"]) == (200, 2)
    assert back.json()["counts"]["errors"] == 0


@pytest.mark.parametrize("status", ["errors", "x\0", "ERROR"])
def test_an_unknown_state_of_rows_is_refused(sender, status):
    sender.send(csv(row(1)))
    for view in ("rows/", "rows.csv"):
        address = f"{URL}{only().public_id}/{view}"
        assert sender.client.get(address, {"status": status}).status_code == 400


def test_rows_are_found_by_text(sender):
    sender.send(csv(row(1), row(2, model="tinny%_")))
    work()
    address = f"{URL}{only().public_id}/rows/"

    def found(text):
        return [one["row"] for one in sender.client.get(address, {"q": text}).json()["results"]]

    assert (found("tinny%_"), found("TINN"), found("tin%y"), found("'")) == ([2], [2], [], [])


# Several files


@pytest.mark.parametrize(
    "paths", [["a.csv"], ["a.csv", "a.csv"], ["a/../b.csv", "./a/b.csv"], ["a", "b", "c"]]
)
def test_paths_that_do_not_fit_the_files_are_refused(sender, paths):
    two = [SimpleUploadedFile("results.csv", csv(row(n))) for n in (1, 2)]

    response = sender.client.post(URL, {"file": two, "path": paths})

    assert codes(response) == [("path.invalid", "path")]
    assert not Submission.objects.exists()


def test_two_files_of_one_name_need_paths(sender):
    two = [SimpleUploadedFile("results.csv", csv(row(n))) for n in (1, 2)]

    assert codes(sender.client.post(URL, {"file": two})) == [("path.invalid", "path")]


def test_a_path_leads_nowhere_outside(sender):
    sender.send(path="../../etc/./passwd")

    assert files.paths(only()) == ["etc/passwd"]
    assert only().filename == "passwd"


def test_a_dry_run_looks_at_all_files(sender):
    two = [SimpleUploadedFile(f"{n}.csv", csv(row(n))) for n in (1, 2)]

    response = sender.client.post(f"{URL}?dry_run=true", {"file": two})

    assert response.json()["counts"]["runs"] == 2


# Saved answers


MAPPING = "/api/v1/mappings/"


def put(sender, name, context):
    return sender.client.put(
        f"{MAPPING}{name}/", json.dumps(context), content_type="application/json"
    )


def test_answers_are_saved_under_a_name_and_taken_as_a_base(sender):
    labels = {"hardware": {"CITIC": "card-9", "Spark": "nothing"}, "samples": "7"}

    assert put(sender, "our lab", labels).status_code == 201
    assert put(sender, "our lab", labels).status_code == 200
    sender.send(mapping="our lab", hardware='{"Spark": "card-9"}', task="riddles")

    assert only().context == {
        "hardware": {"CITIC": "card-9", "Spark": "card-9"},
        "samples": 7,
        "task": "riddles",
    }
    assert sender.client.get(MAPPING).json()["results"] == [
        {"name": "our lab", "context": labels | {"samples": 7}}
    ]


def test_answers_are_taken_when_a_file_is_checked_again(sender):
    put(sender, "lab", {"hardware": "card-9"})
    sender.send(csv("tiny,riddles,50,100", header=NAMELESS), publish="no")
    work()

    assert sender.act(only(), "context/", {"mapping": "lab"}).status_code == 202
    work()
    assert (only().context, only().summary["errors"]) == ({"hardware": "card-9"}, 0)


def test_saved_answers_are_ones_own_and_can_be_forgotten(sender):
    put(sender, "lab", {"hardware": "card-9"})
    other = Sender()

    assert other.client.get(f"{MAPPING}lab/").status_code == 404
    assert other.client.delete(f"{MAPPING}lab/").status_code == 404
    assert codes(other.send(mapping="lab")) == [("context.invalid", "context")]
    assert Client().get(MAPPING).status_code == 401
    assert sender.client.get(f"{MAPPING}lab/").json()["context"] == {"hardware": "card-9"}
    assert sender.client.delete(f"{MAPPING}lab/").status_code == 204
    assert sender.client.get(f"{MAPPING}lab/").status_code == 404


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("x" * 61, {"hardware": "a"}),
        ("a%0Ab%00", {"hardware": "a"}),
        ("%20", {"hardware": "a"}),
        ("lab", {}),
        ("lab", []),
        ("lab", {"colour": "red"}),
        ("lab", {"hardware": ["a"]}),
    ],
)
def test_answers_that_can_not_be_saved_are_refused(sender, name, context):
    assert put(sender, name, context).status_code == 400
    assert sender.client.get(MAPPING).json()["results"] == []
